#!/usr/bin/env python3
"""Makes the sample portfolio: accounts, payments, updates and recalls of four made-up clients, and what intake must say to the broken rows.

Usage: make_portfolio.py [FOLDER]     (default: the folder of this script)

The same bytes at every run: the generator is seeded, only random() of it is used, and amounts come from a table. Nobody in it exists: phone numbers are 555-0100 to 555-0199 of their
area code (reserved for fiction), e-mail addresses are at example.com, .org and .net (RFC 2606), tax ids begin with 000 (never issued).
"""
import datetime
import os
import random
import sys

REFERENCE_DATE = datetime.date(2026, 1, 5)  # the business day that the portfolio is made for
ACCOUNTS = 5200
SEED = 20260105

CLIENTS = [("acme-medical", "AM"), ("northwind-utilities", "NU"), ("bluepeak-telecom", "BT"), ("harbor-credit-union", "HC")]
COLUMNS = ["Client", "AccountNo", "CustomerNo", "Name", "Person", "TaxId", "BirthDate", "InvoiceDate", "DueDate", "Balance", "Currency", "Phone", "Phone2", "Email",
           "Street", "City", "State", "Zip", "Country", "TimeZone", "Disputed"]

# Area code, city, state, ZIP: every US time zone, and both sides of states that straddle two.
PLACES = [
    ("212", "New York", "NY", "10001"), ("718", "Brooklyn", "NY", "11201"), ("716", "Buffalo", "NY", "14202"), ("617", "Boston", "MA", "02108"),
    ("207", "Portland", "ME", "04101"), ("802", "Burlington", "VT", "05401"), ("603", "Manchester", "NH", "03101"), ("401", "Providence", "RI", "02903"),
    ("860", "Hartford", "CT", "06103"), ("201", "Jersey City", "NJ", "07302"), ("215", "Philadelphia", "PA", "19103"), ("412", "Pittsburgh", "PA", "15222"),
    ("302", "Wilmington", "DE", "19801"), ("410", "Baltimore", "MD", "21201"), ("202", "Washington", "DC", "20001"), ("804", "Richmond", "VA", "23219"),
    ("304", "Charleston", "WV", "25301"), ("919", "Raleigh", "NC", "27601"), ("803", "Columbia", "SC", "29201"), ("404", "Atlanta", "GA", "30303"),
    ("305", "Miami", "FL", "33130"), ("850", "Pensacola", "FL", "32502"), ("216", "Cleveland", "OH", "44113"), ("614", "Columbus", "OH", "43215"),
    ("313", "Detroit", "MI", "48226"), ("906", "Iron Mountain", "MI", "49801"), ("317", "Indianapolis", "IN", "46204"), ("219", "Gary", "IN", "46402"),
    ("502", "Louisville", "KY", "40202"), ("270", "Bowling Green", "KY", "42101"), ("865", "Knoxville", "TN", "37902"), ("901", "Memphis", "TN", "38103"),
    ("312", "Chicago", "IL", "60602"), ("414", "Milwaukee", "WI", "53202"), ("612", "Minneapolis", "MN", "55401"), ("515", "Des Moines", "IA", "50309"),
    ("314", "Saint Louis", "MO", "63101"), ("501", "Little Rock", "AR", "72201"), ("504", "New Orleans", "LA", "70112"), ("601", "Jackson", "MS", "39201"),
    ("205", "Birmingham", "AL", "35203"), ("405", "Oklahoma City", "OK", "73102"), ("316", "Wichita", "KS", "67202"), ("402", "Omaha", "NE", "68102"),
    ("701", "Bismarck", "ND", "58501"), ("605", "Rapid City", "SD", "57701"), ("214", "Dallas", "TX", "75201"), ("713", "Houston", "TX", "77002"),
    ("915", "El Paso", "TX", "79901"), ("303", "Denver", "CO", "80202"), ("505", "Albuquerque", "NM", "87102"), ("801", "Salt Lake City", "UT", "84101"),
    ("307", "Cheyenne", "WY", "82001"), ("406", "Helena", "MT", "59601"), ("208", "Boise", "ID", "83702"), ("602", "Phoenix", "AZ", "85003"),
    ("702", "Las Vegas", "NV", "89101"), ("213", "Los Angeles", "CA", "90012"), ("415", "San Francisco", "CA", "94103"), ("619", "San Diego", "CA", "92101"),
    ("503", "Portland", "OR", "97204"), ("206", "Seattle", "WA", "98101"), ("509", "Spokane", "WA", "99201"), ("907", "Anchorage", "AK", "99501"),
    ("808", "Honolulu", "HI", "96813"), ("787", "San Juan", "PR", "00901"),
]
GIVEN = """James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Zoë José Renée Björn Siobhán Nguyễn Aiko
Mateo Chloé Kwame Priya Omar Fatima Ivan Olga Wei Mei Ana Luis Carmen Diego Lucía Anna Peter Eva Marek Ingrid Lars""".split()
FAMILY = """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris
Sanchez Clark Ramirez Lewis Robinson O'Neil D'Angelo Müller Nuñez Kowalski Østergaard Okafor Nakamura Ivanov Van-Dyke MacLeod Saint-Pierre""".split()
FIRM = ["Harbor & Pine Dental, LLC", "Red Mesa Auto Parts, Inc.", "Blue Door Bakery", "Kestrel Plumbing & Heating", "Old Mill Print Shop", "Lakeside Veterinary, P.C.", "Three Rivers Roofing",
        'The "Corner" Cafe', "Summit Dry Cleaners", "Northgate Daycare"]
STREETS = ["Maple St", "Oak Ave", "Cedar Ln", "Washington Blvd", "Lake Rd", "Hill St", "2nd Ave", "Park Pl", "Mission St", "Elm Ct", "Sunset Dr", "River Rd"]

# Balance in cents at each tenth of the accounts: skewed, as debts are.
BALANCE_DECILES = [1500, 4200, 7800, 11800, 16900, 24000, 34500, 52000, 89000, 210000, 4800000]
# Days past due at each tenth: most are fresh, the oldest 400 days; the first are not due for up to 20 days.
PAST_DUE_DECILES = [-20, 3, 14, 27, 41, 58, 82, 119, 180, 266, 400]


class Dice:
    def __init__(self, seed):
        self.source = random.Random(seed)

    def unit(self):
        return self.source.random()

    def below(self, n):
        return int(self.unit() * n)

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self.below(100) < percent

    def from_deciles(self, deciles):
        at = self.unit() * (len(deciles) - 1)
        low = int(at)
        return deciles[low] + int((deciles[low + 1] - deciles[low]) * (at - low))


def us_date(day):
    return day.strftime("%m/%d/%Y")


def us_amount(cents):
    return "{:,}.{:02d}".format(cents // 100, cents % 100)


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def ascii_name(name):
    plain = "".join(c for c in name.lower() if "a" <= c <= "z")
    return plain or "someone"


class Portfolio:
    def __init__(self):
        self.dice = Dice(SEED)
        self.next_phone = {place[0]: 0 for place in PLACES}
        self.next_number = {client: 100001 for client, _ in CLIENTS}
        self.next_person = 1

    def phone(self, area):
        n = self.next_phone[area]
        self.next_phone[area] = n + 1
        number = "555-01%02d" % (n % 100)
        return ["(%s) %s", "%s-%s", "+1 %s %s", "1-%s-%s"][n % 4] % (area, number)

    def debtor(self):
        dice = self.dice
        number = self.next_person
        self.next_person += 1
        area, city, state, zip_code = dice.pick(PLACES)
        is_person = not dice.chance(7)
        given, family = dice.pick(GIVEN), dice.pick(FAMILY)
        if is_person:
            name = "%s, %s" % (family, given) if dice.chance(10) else "%s %s" % (given, family)
        else:
            name = dice.pick(FIRM)
        client, prefix = dice.pick(CLIENTS)
        debtor = dict.fromkeys(COLUMNS, "")
        debtor.update(Client=client, Name=name, Person="Y" if is_person else "N", City=city, State=state, Zip=zip_code, Country="US")
        # How clients tell their customers apart: a number, a tax id, or only who and where they are.
        way = dice.below(20)
        if way == 0:
            debtor["TaxId"] = "000-%02d-%04d" % (10 + number // 10000, number % 10000)
        elif way == 1 and is_person:
            born = datetime.date(1945, 1, 1) + datetime.timedelta(days=dice.below(60 * 365))
            debtor.update(BirthDate=us_date(born), Name="%s %s %s" % (given, family, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26]))
        else:
            debtor["CustomerNo"] = "%sC%05d" % (prefix, number)
        if not dice.chance(6):
            debtor["Phone"] = self.phone(area)
        if dice.chance(22):
            other = area if dice.chance(70) else dice.pick(PLACES)[0]  # moved, kept the number
            debtor["Phone2"] = self.phone(other)
        elif dice.chance(1):
            debtor["Phone2"] = "800-555-01%02d" % (number % 100)
        if dice.chance(58):
            debtor["Email"] = "%s.%s%d@example.%s" % (ascii_name(given), ascii_name(family), number, dice.pick(["com", "org", "net"]))
        if not dice.chance(8):
            debtor["Street"] = "%d %s" % (1 + dice.below(9900), dice.pick(STREETS))
            if dice.chance(12):
                debtor["Street"] += ", Apt %d" % (1 + dice.below(80))
        if dice.chance(1):
            debtor["TimeZone"] = {"HI": "Pacific/Honolulu", "AK": "America/Anchorage", "PR": "America/Puerto_Rico"}.get(state, "")
        return debtor

    def account(self, debtor):
        dice = self.dice
        account = dict(debtor)
        client = account["Client"]
        account["AccountNo"] = "%s-%d" % (dict(CLIENTS)[client], self.next_number[client])
        self.next_number[client] += 1
        due = REFERENCE_DATE - datetime.timedelta(days=dice.from_deciles(PAST_DUE_DECILES))
        opened = min(due - datetime.timedelta(days=dice.pick([14, 30, 30, 30, 45, 60])), REFERENCE_DATE)
        account.update(Balance=us_amount(dice.from_deciles(BALANCE_DECILES)), Currency="USD", InvoiceDate=us_date(opened), DueDate=us_date(due),
                       Disputed="Yes" if dice.chance(3) else "No")
        return account

    def accounts(self):
        made = []
        while len(made) < ACCOUNTS:
            debtor = self.debtor()
            n = self.dice.pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3])
            for i in range(n):
                # A person without a customer number may owe several clients and is one debtor all the same.
                if i > 0 and not debtor["CustomerNo"]:
                    debtor = dict(debtor, Client=self.dice.pick(CLIENTS)[0])
                made.append(self.account(debtor))
        return made[:ACCOUNTS]


def record(row):
    return ",".join(cell(row[column]) for column in COLUMNS).encode("utf-8")


# A broken row: what is wrong with a sound one, and what intake says: [(field, column, code), ...].
def changed(expected, **changes):
    return lambda row: (record(dict(row, **changes)), expected)


def one(field, column, code, value):
    return changed([(field, column, code)], **{column: value})


def whole(code, make):
    return lambda row: (make(record(row)), [("", "", code)])


BROKEN = [
    one("client_reference", "AccountNo", "MISSING", ""),
    one("client", "Client", "MISSING", ""),
    one("balance", "Balance", "MISSING", ""),
    one("due_date", "DueDate", "MISSING", "  "),
    one("currency", "Currency", "MISSING", ""),
    one("client_reference", "AccountNo", "BAD_REFERENCE", "N/A"),
    one("debtor_reference", "CustomerNo", "BAD_REFERENCE", "UNKNOWN"),
    one("client_reference", "AccountNo", "TOO_LONG", "AM-" + "9" * 80),
    one("debtor_name", "Name", "TOO_LONG", "Longlegs " * 30),
    one("tax_id", "TaxId", "BAD_TAX_ID", "000-00-0000"),
    one("due_date", "DueDate", "BAD_DATE", "02/30/2025"),
    one("due_date", "DueDate", "BAD_DATE", "2025-11-03"),
    one("opened_date", "InvoiceDate", "BAD_DATE", "13/01/2025"),
    one("birth_date", "BirthDate", "FUTURE_DATE", "05/17/2031"),
    one("opened_date", "InvoiceDate", "FUTURE_DATE", "01/05/2027"),
    one("due_date", "DueDate", "FUTURE_DATE", "11/30/2125"),
    one("balance", "Balance", "BAD_MONEY", "12,34"),
    one("balance", "Balance", "BAD_MONEY", "ninety"),
    one("balance", "Balance", "BAD_MONEY", "19.999"),
    one("balance", "Balance", "NEGATIVE", "-45.10"),
    one("balance", "Balance", "NEGATIVE", "(120.00)"),
    one("balance", "Balance", "ZERO", "0.00"),
    one("balance", "Balance", "OVERFLOW", "99999999999999999999.00"),
    one("balance", "Balance", "OVERFLOW", "100,000,000,000.01"),
    one("currency", "Currency", "UNKNOWN_CURRENCY", "ZZZ"),
    one("disputed", "Disputed", "BAD_BOOLEAN", "Maybe"),
    one("is_natural_person", "Person", "BAD_BOOLEAN", "X"),
    one("phone", "Phone", "BAD_PHONE", "555-0142"),
    one("phone", "Phone", "BAD_PHONE", "call my sister"),
    one("phone_2", "Phone2", "BAD_PHONE", "+999 555 0100"),
    one("email", "Email", "BAD_EMAIL", "nobody at example.com"),
    one("email", "Email", "BAD_EMAIL", "two@@example.com"),
    one("postcode", "Zip", "BAD_ADDRESS", "2108"),
    one("state", "State", "BAD_ADDRESS", "ZZ"),
    changed([("city", "City", "BAD_ADDRESS")], Street="1 Nowhere Rd", City="", Zip=""),
    one("country", "Country", "BAD_COUNTRY", "Atlantis"),
    one("time_zone", "TimeZone", "BAD_TIME_ZONE", "America/Springfield"),
    one("debtor_name", "Name", "BAD_CHARACTER", "Bell\x07Ringer"),
    one("debtor_name", "Name", "BAD_CHARACTER", "evil\u202elive"),
    changed([("", "", "NO_IDENTITY")], CustomerNo="", TaxId="", BirthDate=""),
    changed([("balance", "Balance", "BAD_MONEY"), ("due_date", "DueDate", "BAD_DATE"), ("email", "Email", "BAD_EMAIL")], Balance="x", DueDate="y", Email="z"),
    lambda row: (record(dict(row, Name="@@")).replace(b"@@", b"J\xf6rg Br\xfcckner"), [("debtor_name", "Name", "BAD_ENCODING")]),
    whole("NUL_BYTE", lambda r: r + b"\0"),
    whole("TOO_MANY_CELLS", lambda r: r + b",surplus"),
    whole("TOO_FEW_CELLS", lambda r: r.rsplit(b",", 3)[0]),
    whole("BAD_QUOTE", lambda r: r.replace(b"USD", b'"US"D')),
    whole("OVERSIZE", lambda r: r + b"x" * (64 * 1024)),
]


def sound(row):
    """A row that nothing but the intended fault is wrong with."""
    return dict(row, CustomerNo=row["CustomerNo"] or "XC00001", TaxId="", BirthDate="", Name="Sound Person", Street="7 Sound St", Phone="", Phone2="", Email="", TimeZone="", Person="Y")


def write_portfolio(folder, accounts, portfolio):
    dice = Dice(SEED + 1)
    lines = [(record(row), []) for row in accounts]
    # Odd, and right: a cell with a line end, another with quotes and a comma, the same reference at another client.
    lines[10] = (record(dict(accounts[10], Street="12 Long Way\nSuite 4")), [])
    lines[11] = (record(dict(accounts[11], Name='Ann "Annie" O\'Neil, Jr.')), [])
    twin = dict(accounts[12], AccountNo=accounts[13]["AccountNo"], Client=next(c for c, _ in CLIENTS if c != accounts[13]["Client"]))
    lines.append((record(twin), []))
    for i, broken in enumerate(BROKEN):
        row = sound(portfolio.account(portfolio.debtor()))
        lines.insert(100 + i * 105 + dice.below(20), broken(row))
    duplicate = [("client_reference", "AccountNo", "DUPLICATE_REFERENCE")]
    # Near the first ones, so that they travel in the same batch: between batches that are sent at once, whichever is placed first has the reference.
    lines[60:60] = [(record(sound(accounts[20])), duplicate), (record(accounts[21]), duplicate)]
    # A file that was cut off: its last record ends inside a quote.
    last = sound(portfolio.account(portfolio.debtor()))
    lines.append((record(last).replace(b"Sound Person", b'"Sound Pers').split(b" Pers")[0], [("", "", "BAD_QUOTE")]))
    write(folder, "portfolio", ",".join(COLUMNS).encode(), lines)


def write(folder, name, header, lines):
    rejects = ["line,field,column,code"]
    line_number = 2
    with open(os.path.join(folder, name + ".csv"), "wb") as out:
        out.write(header + b"\n")
        for i, (text, expected) in enumerate(lines):
            out.write(text + (b"\n" if i + 1 < len(lines) else b""))
            rejects += ["%d,%s,%s,%s" % ((line_number,) + reason) for reason in expected]
            line_number += text.count(b"\n") + 1
    with open(os.path.join(folder, name + ".rejects.csv"), "w", newline="") as out:
        out.write("\n".join(rejects) + "\n")


def small(cells, *expected):
    return (",".join(cell(c) for c in cells).encode("utf-8"), list(expected))


def write_payments(folder, accounts):
    dice = Dice(SEED + 2)
    lines = []
    for i, row in enumerate(accounts[200:4200:11]):
        cents = int(row["Balance"].replace(",", "").replace(".", ""))
        paid = cents if dice.chance(35) else max(100, cents * (10 + dice.below(60)) // 100)
        day = REFERENCE_DATE - datetime.timedelta(days=dice.below(5))
        lines.append(small([row["Client"], row["AccountNo"], us_date(day), us_amount(paid), "USD", "CHK%06d" % i]))
    a, b = accounts[200], accounts[211]
    today = us_date(REFERENCE_DATE)
    reference, account, amount, paid = (("payment_reference", "Reference"), ("client_reference", "AccountNo"), ("amount", "Amount"), ("paid_date", "PaidOn"))
    lines[50:50] = [
        small([a["Client"], a["AccountNo"], today, "1.00", "USD", "CHK000000"], reference + ("DUPLICATE_PAYMENT",)),
        small([a["Client"], "AM-000000001", today, "5.00", "USD", "CHK900001"], account + ("UNKNOWN_REFERENCE",)),
        small([b["Client"], b["AccountNo"], today, "5.00", "EUR", "CHK900002"], amount + ("CURRENCY_MISMATCH",)),
        small([b["Client"], b["AccountNo"], today, "-5.00", "USD", "CHK900003"], amount + ("NEGATIVE",)),
        small([b["Client"], b["AccountNo"], today, "0.00", "USD", "CHK900004"], amount + ("ZERO",)),
        small([b["Client"], b["AccountNo"], "01/09/2026", "5.00", "USD", "CHK900005"], paid + ("FUTURE_DATE",)),
    ]
    write(folder, "payments", b"Client,AccountNo,PaidOn,Amount,Currency,Reference", lines)


def write_updates(folder, accounts):
    dice = Dice(SEED + 3)
    lines = []
    for i, row in enumerate(accounts[300:3000:45]):
        balance = us_amount(1000 + dice.below(50000)) if i % 3 == 0 else ""
        due = us_date(REFERENCE_DATE + datetime.timedelta(days=dice.below(30))) if i % 3 == 1 else ""
        email = "new%d@example.org" % i if i % 3 == 2 else ""
        lines.append(small([row["Client"], row["AccountNo"], balance, due, "", email]))
    a = accounts[300]
    lines[20:20] = [
        small([a["Client"], a["AccountNo"], "", "", "", ""], ("", "", "NOTHING_TO_UPDATE")),
        small([a["Client"], "NU-000000001", "5.00", "", "", ""], ("client_reference", "AccountNo", "UNKNOWN_REFERENCE")),
        small([a["Client"], a["AccountNo"], "", "", "12", ""], ("phone", "Phone", "BAD_PHONE")),
    ]
    write(folder, "updates", b"Client,AccountNo,Balance,DueDate,Phone,Email", lines)


def write_recalls(folder, accounts):
    dice = Dice(SEED + 4)
    lines = [small([row["Client"], row["AccountNo"], dice.pick(["Paid to client", "Sold", "Bankruptcy", "Placed in error, sorry"])]) for row in accounts[400:4400:100]]
    a = accounts[400]
    lines[30:30] = [
        small([a["Client"], a["AccountNo"], "again"], ("client_reference", "AccountNo", "ALREADY_RECALLED")),
        small([a["Client"], "BT-000000001", "never placed"], ("client_reference", "AccountNo", "UNKNOWN_REFERENCE")),
    ]
    write(folder, "recalls", b"Client,AccountNo,Reason", lines)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    portfolio = Portfolio()
    accounts = portfolio.accounts()
    write_portfolio(folder, accounts, portfolio)
    write_payments(folder, accounts)
    write_updates(folder, accounts)
    write_recalls(folder, accounts)


if __name__ == "__main__":
    main()
