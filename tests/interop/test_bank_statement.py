"""Bank statements, read a second time in another language: `reference` below reads camt.053 with xml.etree and Decimal, by the text of the standard, and finds what common/bankstatement finds - every field and every amount, ids included -
or a reason to refuse where it does. Other people's files, and messages made at random in all versions: batches, returns, reversals, pending entries, balances that do not add up, amounts that are too exact. CSV is compared with Python's csv.

Broken once, in common/bankstatement: the debit indicator of a balance ignored; a reversal turned round; decimals cut; the ordinal counted per entry, or left out; the entry's reference before the transaction's; letters of RF counted from 11; texts joined without a blank; CSV taken for UTF-8. Each was seen.
"""
import csv
import datetime
import decimal
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

SOURCE = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
SHARED = pathlib.Path(os.environ.get("DUNLIN_SHARED_DIR", SOURCE.parent / "shared")) / "data/camt053"
PROGRAM = pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve().parent / "tests/print-bank-statement"
IS_LONG = "DUNLIN_TEST_MINUTES" in os.environ
MESSAGES = 20_000 if IS_LONG else 1_000
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
DECIMALS = {"EUR": 2, "SEK": 2, "CHF": 2, "JPY": 0, "KWD": 3}
EPOCH = datetime.date(1970, 1, 1)


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Refused(Exception):
    """With a word that the reader's own refusal must have."""


# The reference.


def text_of(element, *paths):
    for path in paths:
        found = element.find(path)
        if found is not None and "".join(found.itertext()).split():
            return " ".join("".join(found.itertext()).split())
    return ""


def reference_of(element, path):
    text = text_of(element, path)
    return "" if text.upper() in ("NOTPROVIDED", "NONREF") else text


def money(element):
    currency = element.get("Ccy")
    minor = decimal.Decimal(element.text.strip()).scaleb(DECIMALS[currency])
    if minor != minor.to_integral_value():
        raise Refused("cannot be held exactly")
    return [int(minor), currency]


def signed(amount, is_credit):
    return amount if is_credit else -amount


def date_of(element, path):
    text = text_of(element, path + "/Dt", path + "/DtTm")
    return text[:10] if text else None


def creditor_reference(text):
    compact = text.replace(" ", "").upper()
    if not re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", compact):
        return ["creditor", text]
    is_right = int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1
    return ["rf", compact] if is_right else ["rf wrong", text]


def remittance(transaction):
    texts, references = [], []
    for element in transaction.findall("RmtInf//*"):
        text = " ".join((element.text or "").split())
        if not text:
            continue
        if element.tag == "Ref":
            references.append(creditor_reference(text))
        elif element.tag == "Nb":
            references.append(["document", text])
        if element.tag in ("Ustrd", "AddtlRmtInf", "Ref", "Nb"):
            texts.append(text)
    return " ".join(texts), references


def detail_of(transaction, entry, own):
    is_credit = (text_of(transaction, "CdtDbtInd") == "CRDT") if transaction.find("CdtDbtInd") is not None else entry["is_credit"]
    is_return = transaction.find("RtrInf") is not None
    parties = {side: (text_of(transaction, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"), text_of(transaction, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id")) for side in ("Dbtr", "Cdtr")}
    side, other = ("Dbtr", "Cdtr") if is_credit != (is_return or entry["is_reversal"]) else ("Cdtr", "Dbtr")
    if parties[side][1] == own and parties[other][1] != own:
        side = other
    amount = transaction.find("Amt")
    if amount is None:
        amount = transaction.find("AmtDtls/TxAmt/Amt")
    text, references = remittance(transaction)
    return {"money": None if amount is None else money(amount), "is_credit": is_credit, "bank_reference": reference_of(transaction, "Refs/AcctSvcrRef"), "end_to_end_id": reference_of(transaction, "Refs/EndToEndId"), "text": text,
            "information": text_of(transaction, "AddtlTxInf"), "counterparty_name": parties[side][0], "counterparty_account": parties[side][1], "is_return": is_return,
            "return_code": text_of(transaction, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"), "return_text": " ".join(" ".join((line.text or "").split()) for line in transaction.findall("RtrInf/AddtlInf")), "references": references}


def split(entry):
    details, whole = entry["details"], entry["n_batched"] <= len(entry["details"])
    for detail in details:
        if detail["money"] and detail["money"][1] != entry["money"][1]:
            detail["money"] = None
    if len(details) == 1 and whole and not details[0]["money"]:
        details[0]["money"] = list(entry["money"])
    given = [signed(detail["money"][0], detail["is_credit"]) for detail in details if detail["money"]]
    if len(given) == len(details) and sum(given) == signed(entry["money"][0], entry["is_credit"]):
        return
    if not given or not whole:
        for detail in details:
            detail["money"] = None
    elif len(given) < len(details):
        raise Refused("transactions have an amount")
    else:
        raise Refused("its transactions add up to")


def entry_of(element, own):
    entry = {"status": text_of(element, "Sts/Cd") or text_of(element, "Sts"), "is_credit": text_of(element, "CdtDbtInd") == "CRDT", "is_reversal": text_of(element, "RvslInd") in ("true", "1"),
             "booking_date": date_of(element, "BookgDt"), "value_date": date_of(element, "ValDt"), "money": money(element.find("Amt")), "bank_reference": reference_of(element, "AcctSvcrRef"),
             "entry_reference": reference_of(element, "NtryRef"), "information": text_of(element, "AddtlNtryInf"), "n_batched": sum(int(number.text) for number in element.findall("NtryDtls/Btch/NbOfTxs"))}
    transactions = element.findall("NtryDtls/TxDtls")
    entry["details"] = [detail_of(transaction, entry, own) for transaction in transactions] or [detail_of(ElementTree.Element("TxDtls"), entry, own)]
    split(entry)
    return entry


def balance_of(element, *codes):
    for code in codes:
        for balance in element.findall("Bal"):
            if text_of(balance, "Tp/CdOrPrtry/Cd") == code:
                amount = money(balance.find("Amt"))
                return {"money": [signed(amount[0], text_of(balance, "CdtDbtInd") == "CRDT"), amount[1]], "date": date_of(balance, "Dt")}
    return None


def identify(statement):
    text, number, seen = (lambda value: value.encode() + b"\0"), (lambda value: value.to_bytes(8, "big", signed=True)), {}
    for entry in statement["entries"]:
        for detail in entry["details"]:
            reference = detail["bank_reference"] or entry["bank_reference"]
            known_by = text("bank reference") + text(reference) if reference else text("statement") + text(statement["id"]) + number(statement["page"]) + text(entry["entry_reference"])
            day = (datetime.date.fromisoformat(entry["booking_date"]) - EPOCH).days
            parts = text("bank detail 1") + text(statement["account"]) + text(statement["currency"]) + known_by + b"".join(map(number, (day, entry["is_credit"], entry["is_reversal"], entry["money"][0])))
            key = hashlib.blake2b(parts, digest_size=16).digest()
            seen[key] = seen.get(key, 0) + 1
            detail["id"] = hashlib.blake2b(key + number(seen[key]), digest_size=16).hexdigest()
    for entry in statement["unbooked"]:
        for detail in entry["details"]:
            detail["id"] = ""


def prove(statement, demand):
    opening, closing, currency = statement["opening"], statement["closing"], statement["currency"]
    is_page = statement["page"] != 1 or not statement["is_last_page"]
    doubt = None
    if any(balance and balance["money"][1] != currency for balance in (opening, closing)):
        doubt = "the account is kept in"
    elif not opening or not closing:
        return "none"
    elif opening["money"][0] + sum(signed(entry["money"][0], entry["is_credit"]) for entry in statement["entries"]) == closing["money"][0]:
        return "met"
    elif is_page:
        return "none"
    if demand:
        raise Refused(doubt or "but the closing balance is")
    return "failed"


def statement_of(element, message, demand):
    own = text_of(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
    page = element.find("StmtPgntn")
    if page is None:
        page = message.find("GrpHdr/MsgPgntn")
    statement = {"id": text_of(element, "Id"), "sequence_number": int(text_of(element, "ElctrncSeqNb") or -1), "legal_sequence_number": int(text_of(element, "LglSeqNb") or -1),
                 "page": 1 if page is None else int(text_of(page, "PgNb")), "is_last_page": page is None or text_of(page, "LastPgInd") in ("true", "1"), "account": own, "is_iban": element.find("Acct/Id/IBAN") is not None,
                 "opening": balance_of(element, "OPBD", "PRCD"), "closing": balance_of(element, "CLBD")}
    entries = [entry_of(entry, own) for entry in element.findall("Ntry")]
    statement["entries"] = [entry for entry in entries if entry["status"] == "BOOK"]
    statement["unbooked"] = [entry for entry in entries if entry["status"] != "BOOK"]
    firsts = [balance["money"] for balance in (statement["opening"], statement["closing"]) if balance] + [entry["money"] for entry in statement["entries"] + statement["unbooked"]]
    if not firsts and not text_of(element, "Acct/Ccy"):
        raise Refused("nothing says the account's currency")
    statement["currency"] = text_of(element, "Acct/Ccy") or firsts[0][1]
    if any(entry["money"][1] != statement["currency"] for entry in entries):
        raise Refused("the account is kept in")
    statement["proof"] = prove(statement, demand)
    identify(statement)
    return statement


def reference(path, demand=True):
    root = ElementTree.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.split("}")[1]
    message = root.find("BkToCstmrStmt")
    statements = [statement_of(element, message, demand) for element in message.findall("Stmt")]
    if not statements:
        raise Refused("no Stmt")
    return {"message_id": text_of(message, "GrpHdr/MsgId"), "statements": statements}


def without_lines(value):
    if isinstance(value, dict):
        return {key: without_lines(inner) for key, inner in value.items() if key not in ("line", "doubt")}
    return [without_lines(inner) for inner in value] if isinstance(value, list) else value


def compare(path, read, demand=True):
    try:
        expected = reference(path, demand)
    except Refused as reason:
        assert str(reason) in read.get("error", "read"), read
        return "refused"
    assert without_lines(read) == expected
    return "read"


# Other people's files.


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


@pytest.mark.parametrize("name, outcome", (("camt053.v2.five.decimals.xml", "refused"), ("camt053.v2.minimal.xml", "refused"), ("camt053.v2.multi.statement.xml", "read"), ("camt053.v2.wrong.xml", "refused"), ("camt053.v8.xml", "refused")))
def test_real_files_are_read_or_refused_as_xml_etree_does(name, outcome):
    path = shared(name)
    assert compare(path, run(path)[0]) == outcome
    assert compare(path, run("--look", path)[0], demand=False) == ("refused" if "wrong" in name else "read")


# Messages made at random: each from its number, so that one that fails comes again.

SIGNS = "aZ09 -/&<>'\"äß€漢\n\t"
REFERENCES = ("B1", "B2", "NONREF", "NOTPROVIDED", "")
CREDITOR_REFERENCES = ("RF18 5390 0754 7034", "RF19539007547034", "rf45G72UUR", "RF45G72UUS", "RF00A", "4654654654654654")


class Chance(random.Random):
    def one_in(self, n):
        return self.randrange(n) == 0

    def text(self):
        return "".join(self.choices(SIGNS, k=self.randint(0, 20)))

    def date(self):
        return str(datetime.date(2025, 12, 30) + datetime.timedelta(days=self.randint(0, 3)))

    def amount(self, least=0, most=10**7):
        return decimal.Decimal(self.randint(least, most)).scaleb(-2)

    def written(self, amount):
        """With zeros at its end, as many as the standard allows; sometimes too exact."""
        return f"{amount:.2f}" + ("001" if self.one_in(500) else self.choice(("", "0", "000")))


def add(parent, path, text=None, **attributes):
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def add_transaction(chance, details, version, amount):
    transaction = add(details, "TxDtls")
    references = add(transaction, "Refs")
    if chance.one_in(3):
        add(references, "AcctSvcrRef", chance.choice(REFERENCES))
    add(references, "EndToEndId", chance.choice(("E1", "NOTPROVIDED", "  E 2 ", "")))
    if amount is not None:
        add(transaction, chance.choice(("Amt", "AmtDtls/TxAmt/Amt")), chance.written(abs(amount)), Ccy="EUR" if chance.randrange(100) else "SEK")
        add(transaction, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    parties = add(transaction, "RltdPties")
    for side in chance.sample(("Dbtr", "Cdtr"), chance.randint(0, 2)):
        add(parties, f"{side}/Pty/Nm" if version >= 8 else f"{side}/Nm", chance.text())
        add(parties, f"{side}Acct/" + chance.choice(("Id/IBAN", "Id/Othr/Id")), chance.choice(("DE1", "FR2", "FR3")))
    information = add(transaction, "RmtInf")
    for _ in range(chance.randint(0, 2)):
        add(information, "Ustrd", chance.text())
    for _ in range(chance.randint(0, 2)):
        structured = add(information, "Strd")
        if chance.one_in(2):
            add(structured, "RfrdDocInf/Nb", "INV-" + str(chance.randint(0, 9)))
        add(structured, "CdtrRefInf/Ref", chance.choice(CREDITOR_REFERENCES))
        add(structured, "AddtlRmtInf", chance.text())
    if chance.one_in(5):
        came_back = add(transaction, "RtrInf")
        add(came_back, chance.choice(("Rsn/Cd", "Rsn/Prtry")), chance.choice(("AC04", "MS03")))
        add(came_back, "AddtlInf", "account")
        add(came_back, "AddtlInf", "closed")
    add(transaction, "AddtlTxInf", chance.text())


def add_details(chance, entry, version, kind, parts, amount):
    details = add(entry, "NtryDtls")
    if kind == "single":
        parts = [amount if chance.one_in(2) else None]
    elif kind == "batch without amounts":
        parts = [None] * len(parts)
    elif kind == "batch" and chance.one_in(30):
        parts = parts[1:] + [chance.choice((None, chance.amount()))]
    elif kind == "batch that lists fewer":
        add(details, "Btch/NbOfTxs", str(len(parts)))
        parts = parts[1:]
    for part in parts:
        add_transaction(chance, details, version, part)


def add_entry(chance, statement, version):
    """What it adds to the balance."""
    entry = add(statement, "Ntry")
    parts = [chance.amount(-(10**5), 10**6) for _ in range(chance.randint(2, 4))]
    kind = chance.choice(("alone", "single", "batch", "batch", "batch without amounts", "batch that lists fewer"))
    amount = sum(parts) if kind.startswith("batch") else chance.choice((chance.amount(-(10**6), 10**6), decimal.Decimal(10)))
    status = chance.choice(("BOOK", "BOOK", "BOOK", "BOOK", "PDNG", "INFO"))
    add(entry, "NtryRef", chance.choice(REFERENCES))
    add(entry, "Amt", chance.written(abs(amount)), Ccy="EUR" if chance.randrange(500) else "SEK")
    add(entry, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    if chance.one_in(3):
        add(entry, "RvslInd", chance.choice(("true", "false", "1", "0")))
    add(entry, "Sts/Cd" if version >= 7 else "Sts", status)
    add(entry, *chance.choice((("BookgDt/Dt", chance.date()), ("BookgDt/DtTm", chance.date() + "T23:59:59+02:00"))))
    if chance.one_in(2):
        add(entry, "ValDt/Dt", chance.date())
    add(entry, "AcctSvcrRef", chance.choice(REFERENCES))
    if kind != "alone":
        add_details(chance, entry, version, kind, parts, amount)
    add(entry, "AddtlNtryInf", chance.text())
    return amount if status == "BOOK" else 0


def add_balance(chance, statement, code, amount, currency="EUR"):
    balance = add(statement, "Bal")
    add(balance, "Tp/CdOrPrtry/Cd", code)
    add(balance, "Amt", chance.written(abs(amount)), Ccy=currency)
    add(balance, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    add(balance, "Dt/Dt", chance.date())
    return balance


def add_statement(chance, message, version):
    statement = add(message, "Stmt")
    add(statement, "Id", chance.choice(("S1", "S2")))
    if version >= 5 and chance.one_in(6):
        pages = add(statement, "StmtPgntn")
        add(pages, "PgNb", str(chance.randint(1, 2)))
        add(pages, "LastPgInd", chance.choice(("true", "false")))
    add(statement, "ElctrncSeqNb", str(chance.randint(0, 10**17)))
    account = add(statement, "Acct")
    add(account, chance.choice(("Id/IBAN", "Id/Othr/Id")), "DE1")
    if chance.one_in(2):
        add(account, "Ccy", "EUR")
    opening = chance.amount() - 50000
    add_balance(chance, statement, chance.choice(("OPBD", "OPBD", "PRCD", "ITBD")), opening)
    add_balance(chance, statement, "CLAV", decimal.Decimal(7), "JPY")
    place = len(statement)
    closing = opening + sum(add_entry(chance, statement, version) for _ in range(chance.randint(0, 4)))
    if chance.one_in(20):
        closing += chance.amount(1, 99)
    if chance.one_in(10):
        return
    last = add_balance(chance, statement, "CLBD", closing, "EUR" if chance.randrange(50) else "SEK")
    statement.remove(last)
    statement.insert(place, last)  # balances stand before entries


def random_message(number):
    chance = Chance(number)
    version = chance.randint(2, 8)
    root = ElementTree.Element("Document", xmlns=f"{NAMESPACE}0{version}")
    message = add(root, "BkToCstmrStmt")
    add(message, "GrpHdr/MsgId", "M1")
    for _ in range(chance.randint(1, 3)):
        add_statement(chance, message, version)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def test_random_messages_are_read_or_refused_as_xml_etree_does(tmp_path):
    outcomes = {"read": 0, "refused": 0}
    first = random.SystemRandom().randrange(10**9) if IS_LONG else 0  # the same ones at every run, others at every run of the long form
    for batch in range(first, first + MESSAGES, 100):
        paths = [tmp_path / f"{number}.xml" for number in range(batch, batch + 100)]
        for number, path in enumerate(paths, batch):
            path.write_bytes(random_message(number))
        for demand in (True, False):
            for path, read in zip(paths, run(*([] if demand else ["--look"]), *paths)):
                outcomes[compare(path, read, demand)] += 1
        for path in paths:
            path.unlink()
    assert outcomes["read"] > MESSAGES and outcomes["refused"] > MESSAGES // 20, outcomes  # it is no test where all is refused, or nothing


# CSV.

MAPPING = """account: { column: Konto }
currency: EUR
delimiter: ";"
encoding: ISO-8859-15
dates: DD.MM.YYYY
money: { decimal: ",", group: "." }
columns: { booking_date: Tag, amount: Betrag, counterparty_name: Name, remittance: [Zweck, Zweck 2] }
"""
def with_groups(minor):
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole:,}".replace(",", ".") + f",{cents:02}"


def clean(*texts):
    return " ".join(text for text in (" ".join(text.split()) for text in texts) if text)


def random_rows(chance):
    def text():
        return "".join(chance.choices("aZ09 ;\"'äß€-\n", k=chance.randint(0, 12)))

    return [(chance.choice(("A", "B")), datetime.date.fromisoformat(chance.date()), chance.randint(-(10**9), 10**9), text(), text(), text()) for _ in range(chance.randint(1, 8))]


def test_random_csv_is_read_as_python_wrote_it(tmp_path):
    mapping, rows_of = tmp_path / "bank.yaml", {}
    mapping.write_text(MAPPING)
    for number in range(200):
        path = tmp_path / f"{number}.csv"
        rows_of[path] = random_rows(Chance(number))
        with path.open("w", encoding="iso-8859-15", newline="") as file:
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerow(("Konto", "Tag", "Betrag", "Name", "Zweck", "Zweck 2"))
            writer.writerows((account, day.strftime("%d.%m.%Y"), with_groups(minor), *texts) for account, day, minor, *texts in rows_of[path])
    for rows, read in zip(rows_of.values(), run("--csv", mapping, *rows_of)):
        assert "error" not in read, read
        expected = {}
        for account, day, minor, name, purpose, more in rows:
            expected.setdefault(account, []).append((str(day), minor >= 0, [abs(minor), "EUR"], clean(name), clean(purpose, more)))
        found = {statement["account"]: [(entry["booking_date"], entry["is_credit"], entry["money"], entry["details"][0]["counterparty_name"], entry["details"][0]["text"]) for entry in statement["entries"]] for statement in read["statements"]}
        assert found == expected and list(found) == list(expected)
