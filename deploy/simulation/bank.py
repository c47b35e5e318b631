"""The agency's bank: what debtors paid in comes as camt.053 statements, and of a file of debits (Nacha) it sends back what could not be drawn."""
import datetime
import xml.etree.ElementTree as ElementTree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
IBAN = "GB29NWBK60161331926819"
OF_RETURN = {22: 21, 27: 26, 32: 31, 37: 36}  # transaction codes of returns


class Bank:
    def __init__(self, currency="USD"):
        self.currency, self.balance_minor, self.number = currency, 0, 0

    def statement(self, path, day, payments):
        """One statement of a day: payments are (amount_minor, what the payer wrote)."""
        self.number += 1
        root = ElementTree.Element("Document", xmlns=NAMESPACE)
        message = add(root, "BkToCstmrStmt")
        header = add(message, "GrpHdr")
        add(header, "MsgId", f"MSG-{self.number}")
        add(header, "CreDtTm", f"{day}T22:00:00Z")
        statement = add(message, "Stmt")
        add(statement, "Id", f"STMT-{self.number}")
        add(statement, "ElctrncSeqNb", str(self.number))
        add(statement, "CreDtTm", f"{day}T22:00:00Z")
        account = add(statement, "Acct")
        add(add(account, "Id"), "IBAN", IBAN)
        add(account, "Ccy", self.currency)
        self.add_balance(statement, "OPBD", day)
        self.balance_minor += sum(amount_minor for amount_minor, _ in payments)
        self.add_balance(statement, "CLBD", day)
        for i, (amount_minor, text) in enumerate(payments):
            entry = add(statement, "Ntry")
            self.add_amount(entry, amount_minor)
            add(entry, "CdtDbtInd", "CRDT")
            add(entry, "Sts", "BOOK")
            add(add(entry, "BookgDt"), "Dt", str(day))
            add(add(entry, "ValDt"), "Dt", str(day))
            add(entry, "AcctSvcrRef", f"B{self.number:04}-{i:04}")
            add(add(add(entry, "BkTxCd"), "Prtry"), "Cd", "NTRF")
            add(add(add(add(entry, "NtryDtls"), "TxDtls"), "RmtInf"), "Ustrd", text)
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)

    def add_amount(self, parent, amount_minor):
        add(parent, "Amt", f"{amount_minor // 100}.{amount_minor % 100:02}").set("Ccy", self.currency)

    def add_balance(self, statement, code, day):
        balance = add(statement, "Bal")
        add(add(add(balance, "Tp"), "CdOrPrtry"), "Cd", code)
        self.add_amount(balance, self.balance_minor)
        add(balance, "CdtDbtInd", "CRDT")
        add(add(balance, "Dt"), "Dt", str(day))


def add(parent, tag, text=None):
    element = ElementTree.SubElement(parent, tag)
    element.text = text
    return element


def entries_of(path):
    """The debits of a Nacha file, by the token that stands for the account number."""
    entries = {}
    for line in path.read_text().splitlines():
        if line[0] == "6" and int(line[1:3]) in OF_RETURN:
            entries[line[12:29].strip()] = {"transaction_code": int(line[1:3]), "routing": line[3:12], "account": line[12:29].strip(), "amount_minor": int(line[29:39]), "individual_id": line[39:54].strip(),
                                            "individual_name": line[54:76].strip(), "trace": line[79:94]}
    return entries


def right(value, width):
    return str(value).rjust(width, "0")[-width:]


def return_file(path, returns, day=datetime.date(2026, 1, 8)):
    """The bank's answer to entries of a file: (entry, code), in one batch, as the format has it. The sums are counted here."""
    hash_sum = sum(int(entry["routing"][:8]) for entry, _ in returns) % 10 ** 10
    total = sum(entry["amount_minor"] for entry, _ in returns)
    date, julian = day.strftime("%y%m%d"), day.strftime("%j")
    records = ["1011912345678 121042882" + f"{date}0930A094101" + "DEMO RECEIVABLES LLC".ljust(23) + "EXAMPLE BANK".ljust(23) + " " * 8,
               "5200" + "DEMO RECEIVABLES".ljust(16) + " " * 20 + "1912345678" + "PPD" + "PAYMENT".ljust(10) + " " * 6 + date + julian + "1" + "09140060" + "0000001"]
    for i, (entry, code) in enumerate(returns):
        trace = "09140060" + right(i + 1, 7)
        records.append("6" + right(OF_RETURN[entry["transaction_code"]], 2) + entry["routing"] + entry["account"].ljust(17) + right(entry["amount_minor"], 10) + entry["individual_id"].ljust(15)
                       + entry["individual_name"].ljust(22) + "  " + "1" + trace)
        records.append("799" + code + entry["trace"] + " " * 6 + entry["routing"][:8] + " " * 44 + trace)
    count = 2 * len(returns)
    records.append("8200" + right(count, 6) + right(hash_sum, 10) + right(total, 12) + right(0, 12) + "1912345678" + " " * 25 + "09140060" + "0000001")
    records.append("9" + right(1, 6) + right(-(-(len(records) + 1) // 10), 6) + right(count, 8) + right(hash_sum, 10) + right(total, 12) + right(0, 12) + " " * 39)
    records += ["9" * 94] * (-len(records) % 10)
    if any(len(record) != 94 for record in records):
        raise ValueError(f"a record is not 94 characters long: {records}")
    path.write_text("\n".join(records) + "\n")
    return path
