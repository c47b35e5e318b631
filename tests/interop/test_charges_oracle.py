"""Interest as the services post it, through payments of any value date, reversals, fees, restated balances, judgments, recalls, leap days, rates that change and rates that nobody knows yet, against a second calculation in Python (`money_oracle.py`) that
knows the postings alone. After each of some thirty steps over a year and a half, every account must have been charged exactly the rounded total: however it was split, and in whatever order things were heard of.
"""
import datetime
import json
import os
import random
import signal
import uuid

from bus_caller import BusCaller, contract, partition_of

import money_oracle as oracle
from dunlin_system import running_system, us_date

START = datetime.datetime(2027, 9, 20, 16, tzinfo=datetime.timezone.utc)  # the leap day of 2028 is in the middle
EPOCH = datetime.date(1970, 1, 1)
DAY = datetime.timedelta(days=1)
STEPS = 30 if "DUNLIN_TEST_MINUTES" not in os.environ else 120
ACCOUNTS = 8  # of each client
DAY_COUNTS = {"actual/365": oracle.ACT_365, "actual/360": oracle.ACT_360, "actual/actual": oracle.ACT_ACT, "30/360": oracle.THIRTY}
TERMS = {
    "lender": {"basis": "agreement", "rate_percent": "9.75", "day_count": "actual/365", "from": "placed"},
    "bank": {"basis": "agreement", "rate_percent": "17.375", "day_count": "actual/360", "from": "due", "cap_percent": "8"},
    "shop": {"basis": "law", "rate_percent": "6", "day_count": "30/360", "from": "placed", "cap_minor": "1234"},
    "mill": {"basis": "statute_eu", "reference": "ecb", "points": "9", "day_count": "actual/actual", "from": "due"},
    "yard": {"basis": "statute_uk", "reference": "boe", "day_count": "actual/365", "from": "due"},
}
RATES = {"ecb": {"2027-H1": "2.15", "2027-H2": "2.4", "2028-H1": "-0.5", "2028-H2": "3.125", "2029-H1": "1"}, "boe": {"2027-H1": "3.75", "2027-H2": "4", "2028-H1": "4.25", "2028-H2": "4.5", "2029-H1": "4"}}
LATE = "2028-H2"  # known two months late


def half(day):
    return f"{day.year}-H{1 if day.month < 7 else 2}"


def agreements(known):
    remittance = {"method": "net", "every": "month", "payee": "Somebody", "reference": "test"}
    common = {"order": "oldest", "fees": [{"percent": "20"}], "remittance": remittance}
    orders = (["costs", "fees", "interest", "principal"], ["principal", "interest", "fees", "costs"], ["interest", "principal", "costs", "fees"])
    return json.dumps({  # which is YAML
        "name": "oracle", "reference_rates": [{"authority": authority, "half": name, "percent": percent} for authority, halves in RATES.items() for name, percent in halves.items() if known(name)],
        "agreements": [{"client": client, "apply": orders[i % len(orders)], **common, "interest": {**terms, "on": "principal", "evidence": "made up"},
                        "debtor_fees": [{"code": "returned", "amount_minor": "700", "bucket": "fees", "basis": "agreement", "evidence": "made up"}]}
                       for i, (client, terms) in enumerate(TERMS.items())] + [{"client": "*", "apply": orders[0], **common}]}, indent=1)


def millionths(percent):
    return int(oracle.Fraction(percent) * 1_000_000)


class Debt:
    def __init__(self, account, client, due_on, placed_on):
        self.account, self.client, self.terms = account, client, TERMS[client]
        self.id, self.partition = account.id_bytes, partition_of(account.id_bytes)
        self.starts = due_on + DAY if self.terms["from"] == "due" else placed_on
        self.judgment = None  # (entered, principal, rate, day count, number of its posting)
        self.recalled = None

    def rates(self, through):
        """Of each day of the claim, from what this test knows of halves."""
        terms = self.terms
        if "reference" not in terms:
            return [(self.starts, millionths(terms["rate_percent"]))]
        rates, day = [], self.starts
        points = millionths(terms.get("points", "8"))
        while day <= through:
            rates.append((day, max(millionths(RATES[terms["reference"]][half(day)]) + points, 0)))
            if terms["basis"] == "statute_uk":
                break
            day = datetime.date(day.year + (day.month > 6), 7 if day.month < 7 else 1, 1)
        return rates

    def cap(self, placed_minor):
        if "cap_percent" in self.terms:
            return oracle.rounded(oracle.Fraction(self.terms["cap_percent"]) * placed_minor / 100)
        return int(self.terms["cap_minor"]) if "cap_minor" in self.terms else None


class World:
    def __init__(self, system, seed):
        self.system, self.random = system, random.Random(seed)
        self.payment = contract("payment")
        self.clerk = BusCaller(system, "clerk", "anna")
        self.debts, self.checked, self.done = [], 0, {}

    def place(self):
        today = self.system.now().date()
        rows = [(client, today - self.random.randint(1, 200) * DAY) for client in TERMS for _ in range(ACCOUNTS)]
        placed = self.system.place_accounts(*({"Client": client, "CustomerNo": f"C-{i}", "DueDate": us_date(due), "InvoiceDate": us_date(due), "Balance": f"{self.random.randint(2000, 900000) / 100:.2f}"}
                                              for i, (client, due) in enumerate(rows)), kind="commercial")
        self.debts = [Debt(account, client, due, today) for account, (client, due) in zip(placed, rows)]

    def call(self, method, request, debt):
        return self.clerk.call("payment", method, request, uuid.uuid4().hex, debt.partition)

    def ledger(self, debt):
        return self.call("GetAccount", self.payment.GetAccountRequest(account_id=debt.id), debt)

    def number(self, date):
        return (date - EPOCH).days

    # --- what happens ---

    def pay(self, debt, today):
        account = self.ledger(debt)
        earlier = self.random.choice((0, 0, 1, 5, 30, 70)) * DAY
        amount = self.random.choice((self.random.randint(1, 500), max(1, account.balance_minor // 3), max(1, account.balance_minor)))
        self.call("PostPayment", self.payment.PostPaymentRequest(account_id=debt.id, amount_minor=amount, currency="USD", paid_on_days=self.number(today - earlier), paid_to=self.random.choice((1, 2))), debt)

    def reverse(self, debt, today):
        postings = self.ledger(debt).postings
        back = {posting.reverses for posting in postings}
        paid = [posting for posting in postings if posting.kind == self.payment.POSTING_KIND_PAYMENT and posting.posting_id not in back]
        if paid:
            self.call("ReversePayment", self.payment.ReversePaymentRequest(posting_id=self.random.choice(paid).posting_id, reason="returned"), debt)

    def charge(self, debt, today):
        if debt.recalled is None:
            self.call("ChargeFee", self.payment.ChargeFeeRequest(account_id=debt.id, code="returned", reason="returned"), debt)

    def judge(self, debt, today):
        account = self.ledger(debt)
        if debt.recalled or debt.judgment or account.balance_minor < 1000:
            return
        entered, principal, rate, day_count = today - self.random.choice((0, 3, 40)) * DAY, self.random.randint(500, account.balance_minor), self.random.choice((0, 5_000_000, 10_125_000)), self.random.randint(1, 4)
        request = self.payment.RecordJudgmentRequest(account_id=debt.id, judgment_id=uuid.uuid4().bytes[:14] + debt.partition.to_bytes(2, "big"), entered_on_days=self.number(entered),
                                                     principal_minor=principal, interest_minor=self.random.randint(0, 900), costs_minor=self.random.randint(0, 5000), currency="USD",
                                                     rate_millionths=rate, day_count=day_count, court="a court", case_number="1", document_hash=b"x" * 32)
        self.call("RecordJudgment", request, debt)
        numbers = [i for i, posting in enumerate(self.ledger(debt).postings, 1) if posting.posting_id == request.judgment_id]
        debt.judgment = (entered, principal, rate, day_count, numbers[0])

    def step(self, today):
        for debt in self.debts:
            if self.random.random() < 0.5:
                operation = self.random.choices((self.pay, self.reverse, self.charge, self.judge), (12, 3, 2, 1))[0]
                operation(debt, today)
                self.done[operation.__name__] = self.done.get(operation.__name__, 0) + 1

    # --- what must be ---

    def expected(self, debt, postings, through):
        """The whole interest of what runs now."""
        moves = [(number, posting, EPOCH + posting.effective_on_days * DAY, posting.amount_minor - posting.interest_minor - posting.fees_minor - posting.costs_minor) for number, posting in enumerate(postings, 1)]
        if debt.judgment is None:
            changes = [(debt.starts if number == 1 else on, change) for number, _, on, change in moves]
            exact, _ = oracle.interest(DAY_COUNTS[debt.terms["day_count"]], debt.starts, through, debt.rates(through), changes, debt.cap(postings[0].amount_minor))
            return oracle.rounded(exact)
        entered, principal, rate, day_count, merged = debt.judgment
        claim = (self.payment.POSTING_KIND_PLACEMENT, self.payment.POSTING_KIND_INTEREST)
        changes = [(entered, principal)] + [(max(on, entered), change) for number, posting, on, change in moves if number > merged or (number < merged and posting.kind not in claim and on >= entered)]
        return oracle.rounded(oracle.interest(day_count, entered, through, [(entered, rate)], changes)[0])

    def check(self, debt, today, known_until):
        account = self.ledger(debt)
        postings = list(account.postings)
        charges = [account.interest_minor, account.fees_minor, account.costs_minor]
        buckets = charges + [account.balance_minor - sum(charges)]
        assert min(buckets) >= 0 or max(buckets) <= 0, (debt.account, buckets)
        view = self.call("GetInterest", self.payment.GetInterestRequest(account_id=debt.id), debt)
        through = EPOCH + view.posted_through_on_days * DAY
        merged = debt.judgment[4] if debt.judgment else 0
        posted = sum(posting.amount_minor for number, posting in enumerate(postings, 1) if posting.kind == self.payment.POSTING_KIND_INTEREST and number > merged)
        assert posted == view.posted_minor == self.expected(debt, postings, through), (debt.client, debt.account, through)
        last = min(today, debt.recalled or today) - DAY
        if debt.judgment is None and debt.terms["basis"] == "statute_eu":
            last = min(last, known_until)
        reached = EPOCH + view.accrued_through_on_days * DAY
        assert reached == max(last, (debt.judgment[0] if debt.judgment else debt.starts) - DAY)
        assert bool(view.waits_for) == (last == known_until and debt.judgment is None and debt.terms["basis"] == "statute_eu" and last < today - DAY)
        assert view.accrued_minor == self.expected(debt, postings, reached)
        assert sum(posting.amount_minor for posting in postings) == postings[-1].balance_minor
        self.checked += 1


def test_interest_is_what_the_postings_make_it_whatever_happened(tmp_path):
    seed = int(os.environ.get("DUNLIN_TEST_SEED", 0)) or random.SystemRandom().randint(1, 2**31)
    print(f"DUNLIN_TEST_SEED={seed}")
    file = tmp_path / "agreements.yaml"
    file.write_text(agreements(lambda name: name < LATE))
    tmp_path.chmod(0o755)
    with running_system(at=START, environment={"DUNLIN_AGREEMENTS": str(file)}) as system:
        world = World(system, seed)
        world.place()
        known_until, today = datetime.date(2028, 6, 30), START.date()
        for step in range(STEPS):
            today = system.next_day(world.random.randint(3, 25)).date()
            if today > datetime.date(2028, 9, 1) and known_until.year == 2028:
                file.write_text(agreements(lambda name: True))
                system.kill("payment", signal_number=signal.SIGHUP)
                known_until = datetime.date(2029, 6, 30)
                system.next_day(8)  # who waits asks once a week
                today = system.now().date()
            world.step(today)
            for debt in world.debts:
                world.check(debt, today, known_until)
        assert set(world.done) == {"pay", "reverse", "charge", "judge"}
        assert world.checked == STEPS * len(TERMS) * ACCOUNTS
        world.clerk.close()
