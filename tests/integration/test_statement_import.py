"""Money that came in by bank, end to end: camt.053 and CSV are read, matched to accounts, posted or held, once for ever; and one payment over several debts of a debtor.

The statements are made here by xml.etree, which also counts what is on them; what lies in the ledger and in suspense afterwards must be the same to the cent.

Broken once to see it fail: the first decision not kept (the second import held what the first had posted); returns looked for before the payments of their own statement.
"""
import collections
import csv
import datetime
import decimal
import itertools
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from dunlin_system import FAILED, OK, PARTLY, poll, running_system, shared_data

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
IBAN = "GB29NWBK60161331926819"
NUMBERS = itertools.count(1)
DAY = "2026-03-02"

Payment = collections.namedtuple("Payment", "amount text payer structured end_to_end is_credit is_return reference status", defaults=("", "JO MILLER", "", "", True, False, None, "BOOK"))


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        yield system


# --- statements


def add(parent, path, text=None, **attributes):
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def add_balance(statement, code, amount, currency):
    balance = add(statement, "Bal")
    add(balance, "Tp/CdOrPrtry/Cd", code)
    add(balance, "Amt", f"{abs(amount):.2f}", Ccy=currency)
    add(balance, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    add(balance, "Dt/Dt", DAY)


def add_entry(statement, payment, currency):
    entry = add(statement, "Ntry")
    add(entry, "Amt", payment.amount, Ccy=currency)
    add(entry, "CdtDbtInd", "CRDT" if payment.is_credit else "DBIT")
    add(entry, "Sts", payment.status)
    add(entry, "BookgDt/Dt", DAY)
    add(entry, "ValDt/Dt", DAY)
    add(entry, "AcctSvcrRef", payment.reference or f"BANK-{next(NUMBERS)}")
    add(entry, "BkTxCd/Prtry/Cd", "NTRF")
    details = add(entry, "NtryDtls/TxDtls")
    add(details, "Refs/EndToEndId", payment.end_to_end or "NOTPROVIDED")
    if payment.payer:
        # Who came back with his money is still who had paid first.
        add(details, "RltdPties/Dbtr/Nm", payment.payer)
    if payment.text or payment.structured:
        information = add(details, "RmtInf")
        if payment.text:
            add(information, "Ustrd", payment.text)
        if payment.structured:
            add(information, "Strd/CdtrRefInf/Ref", payment.structured)
    if payment.is_return:
        add(details, "RtrInf/Rsn/Cd", "AC04")


def statement(payments, number=None, currency="USD", iban=IBAN, name=None):
    """A message of one statement that adds up. Each payment's bank reference is made here unless it has one."""
    root = ElementTree.Element("Document", xmlns=NAMESPACE)
    message = add(root, "BkToCstmrStmt")
    add(message, "GrpHdr/MsgId", "M1")
    add(message.find("GrpHdr"), "CreDtTm", DAY + "T20:00:00")
    made = add(message, "Stmt")
    add(made, "Id", name or f"S-{next(NUMBERS)}")
    if number is not None:
        add(made, "ElctrncSeqNb", str(number))
    add(made, "CreDtTm", DAY + "T20:00:00")
    add(made, "Acct/Id/IBAN", iban)
    add(made.find("Acct"), "Ccy", currency)
    change = sum(decimal.Decimal(payment.amount) * (1 if payment.is_credit else -1) for payment in payments if payment.status == "BOOK")
    add_balance(made, "OPBD", decimal.Decimal(1000), currency)
    add_balance(made, "CLBD", 1000 + change, currency)
    for payment in payments:
        add_entry(made, payment, currency)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def write(system, content, name="xml"):
    return system.write(f"statement-{next(NUMBERS)}.{name}", content)


def run_import(system, content, *options, code=(OK, PARTLY)):
    return system.json("statement", "import", write(system, content), *options, code=code)


def minor(amount):
    return int(decimal.Decimal(amount).scaleb(2))


# --- what there is


def money_in_hand(system, currency="USD"):
    """Cash in trust, what of it is in suspense, and what was posted as paid to the agency, less what was taken back."""
    trust = [row for row in system.json("trust")["trust"] if row["currency"] == currency]
    posted = 0
    for event in system.events("PaymentPosted", "PaymentReversed"):
        if event["payload"]["currency"] == currency:
            posted += event["payload"]["amount_minor"] * (-1 if "reverses" in event["payload"] else 1)
    return sum(row["cash_minor"] for row in trust), sum(row["suspense_minor"] for row in trust), posted


def balance(system, account):
    return system.account(account)["payment"]["balance_minor"]


def accounts(system, n, **row):
    return system.place_accounts(*[dict(row) for _ in range(n)])


def by_outcome(result):
    return {name: [item for item in result["items"] if item["outcome"] == name] for name in ("posted", "held", "reversed", "ignored", "failed")}


def the_items(result, *outcomes):
    """What became of each payment, in the file's order."""
    assert [item["outcome"] for item in result["items"]] == list(outcomes), result["items"]
    return result["items"]


# --- tests


def test_statements_of_these_tests_are_valid(system, tmp_path):
    schema = shared_data("camt053/camt.053.001.02.xsd")
    path = tmp_path / "s.xml"
    path.write_bytes(statement([Payment("1.00", "A-1 thanks", structured="RF18539007547034", end_to_end="E-1"), Payment("2.00", is_credit=False, is_return=True)], number=4))
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_payment_goes_to_the_account_that_it_names_where_nothing_speaks_against_it(system):
    whole, part, more, other_name, recalled, first, second = accounts(system, 7)
    system.recall(recalled)
    system.wait()
    before = money_in_hand(system)
    payments = [
        Payment("250.00", structured=whole.reference),
        Payment("50.00", f"instalment {part.reference}, thank you", payer="MILLER JO"),
        Payment("300.00", structured=more.reference),
        Payment("50.00", other_name.reference, payer="A STRANGER"),
        Payment("50.00", recalled.reference),
        Payment("50.00", f"{first.reference} {second.reference}"),
        Payment("77.00", "nobody knows"),
        Payment("12.00", "bank charges", is_credit=False),
        Payment("8.00", "came back", is_return=True),
        Payment("5.00", whole.reference, status="PDNG"),
    ]
    result = run_import(system, statement(payments), code=PARTLY)
    items = the_items(result, "posted", "posted", "posted", "held", "held", "held", "held", "ignored", "held")
    assert result["statements"][0]["unbooked"] == 1
    assert [item["confidence"] for item in items[:4]] == [100, 85, 75, 50]
    assert "the amount is what is owed" in items[0]["reason"] and "another name" in items[3]["reason"] and "took the account back" in items[4]["reason"]
    assert "several accounts" in items[5]["reason"] and len(items[5]["candidates"]) == 2 and items[6]["reason"] == "no reference of an account"
    assert [balance(system, account) for account in (whole, part, more, other_name, recalled)] == [0, 20000, 0, 25000, 25000]
    assert items[2]["suspense_minor"] == 5000
    after = money_in_hand(system)
    received = sum(minor(payment.amount) for payment in payments if payment.is_credit and payment.status == "BOOK")
    assert after[0] - before[0] == received
    assert (after[2] - before[2], after[1] - before[1]) == (25000 + 5000 + 25000, received - 55000)
    listed = {item["item_id"]: item for item in system.json("suspense", "list", "--limit", "1000")["items"]}
    assert "another name" in listed[items[3]["item_id"]]["reason"]  # the queue says why
    system.json("suspense", "assign", items[3]["item_id"], other_name.reference, "--reason", "his mother")
    assert balance(system, other_name) == 20000


def test_importing_again_posts_nothing_twice(system):
    account, other = accounts(system, 2)
    payments = [Payment("100.00", account.reference, reference="R-AGAIN-1"), Payment("100.00", account.reference, reference="R-AGAIN-2"), Payment("40.00", "nobody", reference="R-AGAIN-3")]
    content = statement(payments)
    first = run_import(system, content, code=PARTLY)
    assert first["statements"][0]["is_new"]
    held = by_outcome(first)["held"][0]["item_id"]
    before, length = money_in_hand(system), len(system.events("PaymentPosted", "SuspenseHeld", "StatementImported"))
    again = run_import(system, content, code=PARTLY)
    assert not again["statements"][0]["is_new"] and again["statements"][0]["imported_at"] == first["statements"][0]["imported_at"]
    assert all(item["is_known"] for item in again["items"])
    assert [item["outcome"] for item in again["items"]] == [item["outcome"] for item in first["items"]]
    assert "was imported before" in system.run("statement", "import", write(system, content), code=PARTLY).out
    # The same payments on another statement of the account: what was decided of them stays.
    third = run_import(system, statement([Payment("9.00", other.reference, reference="R-AGAIN-4"), *payments]), code=PARTLY)
    assert [item["is_known"] for item in third["items"]] == [False, True, True, True]
    assert money_in_hand(system)[0] - before[0] == 900
    assert len(system.events("PaymentPosted", "SuspenseHeld", "StatementImported")) == length + 2
    system.run("suspense", "refund", held, "--reason", "transfer 9")
    last = run_import(system, content)
    assert last["items"][2]["outcome"] == "ignored" and "went back" in last["items"][2]["reason"]
    assert money_in_hand(system)[0] - before[0] == 900 - 4000


def test_what_is_decided_stays_decided_when_the_account_changes(system):
    (account,) = accounts(system, 1)
    content = statement([Payment("250.00", account.reference)])
    run_import(system, content, code=OK)
    # Nothing is owed now: read for the first time, it would be held.
    again = run_import(system, content, code=OK)
    assert [item["outcome"] for item in again["items"]] == ["posted"]
    assert balance(system, account) == 0
    (held,) = accounts(system, 1)
    content = statement([Payment("250.00", held.reference, payer="SOMEBODY ELSE")])
    run_import(system, content, "--sure", "80", code=PARTLY)
    assert by_outcome(run_import(system, content, "--sure", "1", code=PARTLY))["held"]
    assert balance(system, held) == 25000


def test_a_dry_run_does_nothing(system):
    (account,) = accounts(system, 1)
    before, length = money_in_hand(system), system.log_length()
    content = statement([Payment("250.00", account.reference), Payment("1.00", "nobody")])
    result = run_import(system, content, "--dry-run", code=PARTLY)
    assert result["is_trial"] and [item["outcome"] for item in result["items"]] == ["posted", "held"]
    assert (money_in_hand(system), system.log_length()) == (before, length)
    assert run_import(system, content, code=PARTLY)["statements"][0]["is_new"]


def test_a_payment_that_came_back_is_taken_back_where_its_reference_tells_which(system):
    account, same_day, twice = accounts(system, 3)
    run_import(system, statement([Payment("100.00", account.reference, end_to_end="E2E-RET-1"), Payment("60.00", "nobody", end_to_end="E2E-RET-2"), Payment("10.00", twice.reference, end_to_end="E2E-RET-3"),
                                  Payment("10.00", twice.reference, end_to_end="E2E-RET-3")]), code=PARTLY)
    before = money_in_hand(system)
    back = [Payment("100.00", end_to_end="E2E-RET-1", is_credit=False, is_return=True), Payment("60.00", end_to_end="E2E-RET-2", is_credit=False, is_return=True),
            Payment("10.00", end_to_end="E2E-RET-3", is_credit=False, is_return=True), Payment("70.00", end_to_end="E2E-RET-4", is_credit=False, is_return=True),
            Payment("70.00", same_day.reference, end_to_end="E2E-RET-4")]
    content = statement(back)
    items = the_items(run_import(system, content), "reversed", "ignored", "ignored", "reversed", "posted")
    assert "in suspense" in items[1]["reason"] and "cannot be told" in items[2]["reason"]
    assert [balance(system, each) for each in (account, same_day, twice)] == [25000, 25000, 23000]
    assert money_in_hand(system)[0] - before[0] == -10000
    the_items(run_import(system, content), "reversed", "ignored", "ignored", "reversed", "posted")
    assert money_in_hand(system)[0] - before[0] == -10000


def test_a_gap_in_the_numbers_is_said(system):
    (account,) = accounts(system, 1)
    iban = "GB33BUKB20201555555555"
    first = run_import(system, statement([Payment("1.00", account.reference)], number=11, iban=iban))
    assert "missing_before" not in first["statements"][0]
    path = write(system, statement([Payment("1.00", account.reference)], number=14, iban=iban))
    done = system.run("statement", "import", path)
    assert "2 before it are missing" in done.err
    assert system.json("statement", "import", path)["statements"][0]["missing_before"] == 2
    assert "missing_before" not in run_import(system, statement([], number=12, iban=iban), code=OK)["statements"][0]
    listed = system.json("statement", "list")["statements"]
    assert [one["sequence_number"] for one in listed if one["bank_account"] == "...5555"] == [12, 14, 11]
    assert iban not in system.run("statement", "list").out


@pytest.mark.parametrize("content, why", (
    (b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document xmlns="%s">&b;</Document>' % NAMESPACE.encode(), "DTD"),
    (b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document xmlns="%s">&a;</Document>' % NAMESPACE.encode(), "DTD"),
    (b"<Document/>", "Document"),
    (b"no xml at all", ""),
))
def test_a_file_that_is_none_is_refused_whole(system, content, why):
    length = system.log_length()
    error = system.error("statement", "import", write(system, content))
    assert why in str(error), error
    assert "root:" not in str(error)
    assert system.log_length() == length


def test_a_statement_that_does_not_add_up_is_refused_with_the_figures(system):
    (account,) = accounts(system, 1)
    content = statement([Payment("100.00", account.reference)]).replace(b">1100.00<", b">1100.01<")
    before = money_in_hand(system)
    error = str(system.error("statement", "import", write(system, content)))
    assert "closing balance" in error and "1100.01" in error, error
    assert money_in_hand(system) == before
    assert balance(system, account) == 25000


def credits_of(path):
    """What came in, by currency, as xml.etree reads it; nothing of this program's."""
    found = collections.Counter()
    for entry in ElementTree.parse(path).getroot().iter():
        if not entry.tag.endswith("}Ntry"):
            continue
        space = entry.tag[: entry.tag.index("}") + 1]
        status = entry.find(space + "Sts")
        code = status.find(space + "Cd")
        amount = entry.find(space + "Amt")
        if (code if code is not None else status).text.strip() == "BOOK" and entry.find(space + "CdtDbtInd").text.strip() == "CRDT":
            found[amount.get("Ccy")] += minor(amount.text)
    return found


@pytest.mark.parametrize("name, code", (("five.decimals", FAILED), ("minimal", FAILED), ("multi.statement", PARTLY), ("wrong", FAILED), ("v8", FAILED)))
def test_other_peoples_files_are_imported_to_the_cent_or_refused_with_the_reason(system, name, code):
    path = shared_data(f"camt053/camt053.{'v8' if name == 'v8' else 'v2.' + name}.xml")
    before = {currency: money_in_hand(system, currency) for currency in ("EUR", "SEK")}
    done = system.run("statement", "import", path, "--json", code=code)
    after = {currency: money_in_hand(system, currency) for currency in ("EUR", "SEK")}
    if code == FAILED:
        assert after == before
        assert path.name in str(done.error)  # the file, and where in it
        return
    received = credits_of(path)
    assert received["EUR"] > 0
    assert after["EUR"][0] - before["EUR"][0] == received["EUR"] == after["EUR"][1] - before["EUR"][1] + after["EUR"][2] - before["EUR"][2]


def test_a_banks_csv_is_imported_by_its_mapping(system):
    account, other = accounts(system, 2)
    mapping = system.write("bank.yaml", 'account: DE89370400440532013000\ncurrency: USD\ndelimiter: ";"\ndates: DD.MM.YYYY\nmoney: { decimal: ",", group: "." }\n'
                           "columns: { booking_date: Tag, amount: Betrag, counterparty_name: Name, remittance: [Zweck] }\n")
    path = system.files / "umsaetze.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("Tag", "Betrag", "Name", "Zweck"))
        writer.writerows((("02.03.2026", "250,00", "MILLER, JO", f"RE {account.reference}"), ("02.03.2026", "1.000,50", "X", "?"), ("02.03.2026", "-3,00", "Bank", "Gebühr")))
    before = money_in_hand(system)
    result = system.json("statement", "import", path, "--mapping", mapping, code=PARTLY)
    the_items(result, "posted", "held", "ignored")
    assert balance(system, account) == 0
    system.json("statement", "import", path, "--mapping", mapping, code=PARTLY)
    assert money_in_hand(system)[0] - before[0] == 25000 + 100050
    assert "Betrog" in str(system.error("statement", "import", path, "--mapping", system.write("wrong.yaml", mapping.read_text().replace("Betrag", "Betrog"))))


def test_an_import_that_was_killed_is_finished_by_the_same_command(system):
    placed = accounts(system, 40)
    payments = [Payment("1.00", placed[i % 40].reference, payer="") for i in range(800)]
    path = write(system, statement(payments))
    before = money_in_hand(system)
    process = system.start_command("statement", "import", path)
    poll("the first payments", lambda: money_in_hand(system)[0] > before[0])
    process.send_signal(signal.SIGKILL)
    process.communicate()
    result = system.json("statement", "import", path, code=OK)
    assert {item["outcome"] for item in result["items"]} == {"posted"}
    assert money_in_hand(system)[0] - before[0] == 80000
    assert all(balance(system, account) == 25000 - 2000 for account in placed)


# --- one payment for several debts


def test_a_debtor_pays_for_several_debts_at_once_and_never_for_one_that_he_disputes(system):
    today = system.now().date()
    rows = [{"CustomerNo": "C-several", "DueDate": (today - datetime.timedelta(days=days)).strftime("%m/%d/%Y")} for days in (30, 90, 60)]
    young, old, middle = system.place_accounts(*rows)
    system.json("dispute", "open", old.account_id, "--written")
    system.wait()
    paid = system.json("pay", "--debtor-of", young.reference, "300", "--reference", "SEVERAL-1")
    got = {posting["account_id"]: posting for posting in paid["postings"]}
    assert {account: posting["amount_minor"] for account, posting in got.items()} == {young.account_id: 5000, old.account_id: 0, middle.account_id: 25000}
    assert got[old.account_id]["left_out"] == "disputed"
    assert system.json("pay", "--debtor-of", young.reference, "300", "--reference", "SEVERAL-1")["payment_id"] == paid["payment_id"]
    assert [balance(system, account) for account in (young, old, middle)] == [20000, 25000, 0]
    # By his word it may, and what nobody takes is held.
    directed = system.json("pay", "--debtor-of", young.reference, "500", f"{old.reference}=100")
    assert directed["suspense_minor"] == 20000
    assert [balance(system, account) for account in (young, old, middle)] == [0, 15000, 0]
    back = system.json("pay", "--reverse-payment", directed["payment_id"], "--reason", "cheque returned")
    assert all(posting["reversal_id"] for posting in back["postings"] if posting["amount_minor"])
    assert [balance(system, account) for account in (young, old, middle)] == [20000, 25000, 0]
    two = system.json("pay", f"{young.reference}=10", f"{old.reference}=20")
    assert two["amount_minor"] == 3000 and len(two["postings"]) == 2
    assert [balance(system, account) for account in (young, old, middle)] == [19000, 23000, 0]
    stranger = system.place_account()
    assert "another debtor's" in str(system.error("pay", f"{young.reference}=10", f"{stranger.reference}=20"))
