"""P2 for money: random months of an agency's business, with the services that keep it killed in between, and not a cent is lost, made up or somebody else's.

A seed draws what happens: payments to the agency and to clients, for several debts, sent twice, too much, of nobody; reversals; money that is assigned or paid back; promises; payment plans and
settlements, held and resumed; debits of bank accounts, single ones and those of plans, that settle and come back (`support/debit_load.py`); fees that are charged and waived; loans that bear interest; disputes with credits that two persons decide; clients are paid out of trust. `payment` and
`dispute` are killed while commands are on their way and a file of debits is made. A second, small bookkeeping here (`Books`) follows what was acknowledged and knows nothing of Dunlin's tables: cash of each client, what the agency has earned by `deploy/agreements.yaml` (with fractions), what lies
in suspense, what fees came on top, each line of a client's statement. Trust is compared with it after each day, the rest after each month, when every invariant is asked.

Broken once: a payment applied in full to what was overpaid (the ledger went below zero), the fee of a reversal left out, money of a reversed payment left in suspense. Of debits: one drawn though less was owed by then, one scheduled beyond what others are to bring, an instrument drawn by after R10, a
second presentment again too many, the debits of a plan on hold left as they were, what came back of it presented again, a plan that is not held by a return, a return that leaves the payment posted, debits of paid instalments not loaded (no return is taken any more). A waiver that is a cent short.
`pay_debts`: paid undirected to what is disputed; a cent of a share in suspense too. `remit`: what was earned left in trust; a line that shows another amount than was paid. Of disputes: the debits that were scheduled left as they were.
"""
import collections
import csv
import datetime
import fractions
import math
import os
import random
import threading
import uuid

import pytest
import yaml
from bus_caller import FAILED_PRECONDITION, BusCaller, CallError, contract, partition_of
from debit_load import Debits

from dunlin_system import REPOSITORY, poll, running_system, seconds_of_load
from invariants import check_invariants

CLIENTS = ("acme-medical", "northwind-utilities", "bluepeak-telecom", "harbor-credit-union", "tests")
DEBTORS, DEBTS = 24, 2  # of each
MONTHS = 1              # of the short form
BEGINS = datetime.datetime(2026, 6, 22, 17, tzinfo=datetime.timezone.utc)  # in this month an agreement ends and the next begins
STEP = 3                # days from one to the next on which something happens
OPERATIONS_A_DAY = 20
IN_FLIGHT = 25          # commands on their way while a service is killed
EPOCH = datetime.date(1970, 1, 1)
AGENCY, CLIENT = 1, 2   # dunlin.payment.v1.PaidTo
INVALID_ARGUMENT = 3
FEE = "returned-payment"


def days(day):
    return (day - EPOCH).days


class Agreements:
    """What a payment earns, by the file that the services read; a second reading of it."""

    def __init__(self):
        self.all = yaml.safe_load((REPOSITORY / "deploy/agreements.yaml").read_text())["agreements"]

    def terms(self, client, day):
        def holds(terms):
            return (terms["client"] == client and datetime.date.fromisoformat(str(terms.get("valid_from", "1900-01-01"))) <= day
                    <= datetime.date.fromisoformat(str(terms.get("valid_until", "2199-12-31"))))
        return next((terms for terms in self.all if holds(terms)), None) or next(terms for terms in self.all if terms["client"] == "*")

    def fee_minor(self, debt, paid_to, day, amount_minor):
        for row in self.terms(debt.client, day)["fees"]:
            if row.get("paid") not in (None, "client" if paid_to == CLIENT else "us") or row.get("stage") == "legal":  # "agency" is another one
                continue
            if not row.get("from_day", -math.inf) <= debt.age_days <= row.get("to_day", math.inf):
                continue
            if not row.get("at_least_minor", -math.inf) <= debt.placed_minor <= row.get("at_most_minor", math.inf):
                continue
            percent = fractions.Fraction(str(row["percent"]))
            return min(amount_minor, max(math.floor(amount_minor * percent / 100 + fractions.Fraction(1, 2)), row.get("minimum_minor", 0)))
        raise AssertionError(f"no row for {debt.client}")

    def debtor_fee(self, debt, day):
        """(amount, cap), or nothing: what the debtor is charged for a payment that came back."""
        return next(((fee["amount_minor"], fee["cap_minor"]) for fee in self.terms(debt.client, day).get("debtor_fees", ()) if fee["code"] == FEE), None)


class Debt:
    def __init__(self, account, client, placed_minor, age_days):
        self.account, self.client, self.placed_minor, self.age_days = account, client, placed_minor, age_days
        self.id = account.id_bytes
        self.partition = partition_of(self.id)
        self.payments = []    # that can still be reversed
        self.fees = {}        # fee id -> amount, of those charged and not waived
        self.dispute = None   # the open one's id
        self.is_conceded = False

    @property
    def is_held(self):
        """Nothing is collected: it is disputed, or he was right."""
        return self.dispute is not None or self.is_conceded

    def new_id(self):
        return uuid.uuid4().bytes[:14] + self.partition.to_bytes(2, "big")


Payment = collections.namedtuple("Payment", "debt posting_id paid_to applied_minor fee_minor item_id held_minor")


class Books:
    """What must be, by what was acknowledged."""

    def __init__(self):
        self.cash = collections.Counter()      # client -> minor units that the agency holds
        self.earned = collections.Counter()    # client -> by the agency, and not taken
        self.held = {}                         # item id -> (client, amount): in suspense
        self.paid = collections.Counter()      # account id -> paid and not taken back
        self.credited = collections.Counter()  # account id -> taken off by disputes
        self.lines = collections.defaultdict(list)  # client -> (reference, paid to, amount, fee, payable) of his next statement

    def line(self, payment, sign):
        if payment.applied_minor:
            payable_minor = (payment.applied_minor if payment.paid_to == AGENCY else 0) - payment.fee_minor
            self.lines[payment.debt.client].append((payment.debt.account.reference, "agency" if payment.paid_to == AGENCY else "client", sign * payment.applied_minor, sign * payment.fee_minor, sign * payable_minor))

    def paid_in(self, payment):
        self.line(payment, 1)
        self.paid[payment.debt.id] += payment.applied_minor
        self.earned[payment.debt.client] += payment.fee_minor
        if payment.paid_to == AGENCY:
            self.cash[payment.debt.client] += payment.applied_minor + payment.held_minor
        if payment.held_minor:
            self.held[payment.item_id] = (payment.debt.client, payment.held_minor)

    def reversed(self, payment):
        self.line(payment, -1)
        self.paid[payment.debt.id] -= payment.applied_minor
        self.earned[payment.debt.client] -= payment.fee_minor
        if payment.paid_to == AGENCY:
            self.cash[payment.debt.client] -= payment.applied_minor
        if payment.item_id in self.held:
            client, amount_minor = self.held.pop(payment.item_id)
            self.cash[client] -= amount_minor

    def assigned(self, item_id, payment):
        """What was held is a payment now; the cash is there already."""
        client, amount_minor = self.held.pop(item_id)
        self.cash[client] -= amount_minor
        self.paid_in(payment)

    def suspense(self):
        total = collections.Counter()
        for client, amount_minor in self.held.values():
            total[client] += amount_minor
        return total


class Agency:
    """The people who work there, and what comes in; one operation a call, drawn by the seed."""

    def __init__(self, system, seed):
        self.system, self.random = system, random.Random(seed)
        self.clerk, self.chief = BusCaller(system, "clerk", "anna"), BusCaller(system, "chief", "berta")
        self.payment, self.dispute = contract("payment"), contract("dispute")
        self.agreements, self.books = Agreements(), Books()
        self.debts, self.debts_by_id, self.done = [], {}, collections.Counter()
        self.several = []  # payments for several debts that can still be reversed, each a list of Payment
        self.number = 0
        self.today = None
        self.debits = Debits(self)
        self.operations = {
            self.pay: 26, self.pay_debts: 5, self.reverse_debts: 2, self.pay_client: 8, self.pay_too_much: 4, self.send_again: 4, self.reverse: 7, self.hold: 4, self.assign: 4, self.refund: 2,
            self.promise: 4, self.plan: 8, self.hold_plan: 2, self.resume_plan: 2, self.cancel_plan: 2, self.debits.schedule: 14, self.debits.schedule_what_may_not_be: 2, self.debits.pay_instead: 3, self.charge_fee: 4,
            self.waive_fee: 2, self.open_dispute: 5, self.answer_dispute: 4, self.credit_dispute: 3, self.pay_nonsense: 2,
        }

    def close(self):
        self.clerk.close()
        self.chief.close()

    def place(self):
        rows, clients = [], []
        today = self.system.now().date()
        for debtor in range(DEBTORS):
            client = CLIENTS[debtor % len(CLIENTS)]
            for _ in range(DEBTS):
                due = today - datetime.timedelta(days=self.random.choice((20, 100, 170, 200, 300, 400, 800)))
                rows.append({"Client": client, "CustomerNo": f"M-{debtor}", "Name": f"Jo Debtor{debtor}", "Balance": f"{self.random.randint(500, 400000) / 100:.2f}", "DueDate": due.strftime("%m/%d/%Y"),
                             "InvoiceDate": (due - datetime.timedelta(days=30)).strftime("%m/%d/%Y"), "Phone": f"(212) 555-01{debtor:02}"})
                clients.append((client, (today - due).days))
        for row, account, (client, age_days) in zip(rows, self.system.place_accounts(*rows), clients):
            self.debts.append(Debt(account, client, round(fractions.Fraction(row["Balance"]) * 100), age_days))
        self.debts_by_id = {debt.id: debt for debt in self.debts}

    def today_days(self):
        return days(self.today)

    def soon(self):
        return self.today + datetime.timedelta(days=2 * STEP)

    # --- the bus ---

    def key(self):
        self.number += 1
        return f"money-{self.number}"

    def command(self, service, method, request, partition, caller=None, key=None):
        return (caller or self.clerk).call(service, method, request, key or self.key(), partition)

    def account(self, debt):
        return self.clerk.call("payment", "GetAccount", self.payment.GetAccountRequest(account_id=debt.id), "", debt.partition)

    def debt(self):
        return self.random.choice(self.debts)

    # --- payments ---

    def amount(self, debt):
        return self.random.randint(1, max(2, debt.placed_minor // self.random.choice((2, 3, 10))))

    def post(self, debt, amount_minor, paid_to, caller=None, key=None):
        """A payment, and what must come of it."""
        request = self.payment.PostPaymentRequest(account_id=debt.id, payment_id=debt.new_id(), amount_minor=amount_minor, currency="USD", reference=uuid.uuid4().hex[:12], paid_to=paid_to,
                                                  paid_on_days=days(self.today))
        return self.post_request(debt, request, caller, key)

    def post_request(self, debt, request, caller=None, key=None):
        view = self.command("payment", "PostPayment", request, debt.partition, caller, key or request.payment_id.hex())
        applied_minor = -view.amount_minor
        assert applied_minor + view.suspense_minor == request.amount_minor, "all of it is somewhere"
        assert view.suspense_minor == 0 or (request.paid_to == AGENCY and (applied_minor == 0 or view.balance_minor == 0)), "held only where nothing more is owed"
        fee_minor = self.agreements.fee_minor(debt, request.paid_to, self.today, applied_minor) if applied_minor else 0
        assert view.contingency_fee_minor == fee_minor, (debt.client, debt.age_days, debt.placed_minor, applied_minor)
        return Payment(debt, request.payment_id, request.paid_to, applied_minor, fee_minor, view.suspense_item_id, view.suspense_minor), request

    def keep(self, payment):
        self.books.paid_in(payment)
        if payment.applied_minor:
            payment.debt.payments.append(payment)

    def took(self, debt, posting_id, applied_minor, fee_minor, item_id, held_minor):
        """A debit that settled; nothing is posted, and all is held, where nothing was owed."""
        payment = Payment(debt, posting_id, AGENCY, applied_minor, fee_minor, item_id, held_minor)
        self.keep(payment)
        return payment

    def took_back(self, payment):
        """Came back by itself. What somebody has reversed by hand stays so."""
        if payment.applied_minor:
            if payment not in payment.debt.payments:
                return
            payment.debt.payments.remove(payment)
        self.books.reversed(payment)

    def pay(self, paid_to=AGENCY, amount_minor=None):
        return self.pay_on(self.debt(), amount_minor, paid_to)

    def pay_on(self, debt, amount_minor=None, paid_to=AGENCY):
        amount_minor = amount_minor or self.amount(debt)
        if paid_to == CLIENT:  # which is posted whatever is owed
            amount_minor = min(amount_minor, self.account(debt).balance_minor)
        if amount_minor <= 0:
            return False
        payment, self.last = self.post(debt, amount_minor, paid_to)
        self.last_debt = debt
        self.keep(payment)
        return True

    def pay_debts(self):
        """One payment for all debts of a debtor, who says nothing of which: none of it pays what he disputes."""
        at = self.random.randrange(DEBTORS) * DEBTS
        debts = self.debts[at:at + DEBTS]
        self.system.wait()  # until payment knows of the disputes
        request = self.payment.PostDebtorPaymentRequest(payment_id=debts[0].new_id(), amount_minor=self.amount(debts[0]), currency="USD", paid_on_days=days(self.today),
                                                        debts=[self.payment.DebtorDebt(account_id=debt.id) for debt in debts])
        view = self.command("payment", "PostDebtorPayment", request, debts[0].partition, key=request.payment_id.hex())
        assert sum(posting.amount_minor for posting in view.postings) + view.suspense_minor == request.amount_minor
        parts = []
        for debt, posting in zip(debts, view.postings):
            assert posting.amount_minor == 0 or not debt.dispute, "disputed, and paid undirected"
            fee_minor = self.agreements.fee_minor(debt, AGENCY, self.today, posting.amount_minor) if posting.amount_minor else 0
            assert posting.contingency_fee_minor == fee_minor
            is_first = debt is debts[0]
            parts.append(Payment(debt, request.payment_id, AGENCY, posting.amount_minor, fee_minor, view.suspense_item_id if is_first else b"", view.suspense_minor if is_first else 0))
        for part in parts:
            self.books.paid_in(part)
        self.several.append(parts)
        return True

    def reverse_debts(self):
        if not self.several:
            return False
        parts = self.several.pop(self.random.randrange(len(self.several)))
        self.command("payment", "ReverseDebtorPayment", self.payment.ReverseDebtorPaymentRequest(payment_id=parts[0].posting_id, reason="returned"), parts[0].debt.partition)
        for part in parts:
            self.books.reversed(part)
        return True

    def pay_client(self):
        return self.pay(CLIENT, self.random.randint(1, 500))

    def pay_too_much(self):
        return self.pay(AGENCY, self.random.randint(400000, 800000))

    def send_again(self):
        """The same payment once more, by another program that does not know that it was sent: the same answer, and no effect."""
        if not self.done[self.pay]:
            return False
        before = self.account(self.last_debt).balance_minor
        self.post_request_again()
        assert self.account(self.last_debt).balance_minor == before
        return True

    def post_request_again(self):
        view = self.command("payment", "PostPayment", self.last, self.last_debt.partition, self.chief)
        assert -view.amount_minor + view.suspense_minor == self.last.amount_minor

    def pay_nonsense(self):
        debt = self.debt()
        for wrong in ({"amount_minor": 0}, {"amount_minor": -5}, {"currency": "EUR"}, {"currency": "dollars"}):
            request = self.payment.PostPaymentRequest(**{"account_id": debt.id, "payment_id": debt.new_id(), "amount_minor": 100, "currency": "USD", **wrong})
            with pytest.raises(CallError) as refused:
                self.command("payment", "PostPayment", request, debt.partition)
            assert refused.value.code == INVALID_ARGUMENT
        return True

    def reverse(self):
        debt = self.debt()
        if not debt.payments:
            return False
        payment = debt.payments.pop(self.random.randrange(len(debt.payments)))
        view = self.command("payment", "ReversePayment", self.payment.ReversePaymentRequest(posting_id=payment.posting_id, reason="returned"), debt.partition)
        assert (view.amount_minor, view.contingency_fee_minor) == (payment.applied_minor, -payment.fee_minor)
        self.books.reversed(payment)
        return True

    # --- money that is nobody's yet ---

    def hold(self):
        item_id = self.debt().new_id()
        client = self.random.choice(CLIENTS)
        amount_minor = self.random.randint(1, 90000)
        self.command("payment", "HoldMoney", self.payment.HoldMoneyRequest(item_id=item_id, amount_minor=amount_minor, currency="USD", client=client, payer="J. MILLER", reference="no reference",
                                                                           received_on_days=days(self.today), agency="demo"), partition_of(item_id))
        self.books.cash[client] += amount_minor
        self.books.held[item_id] = (client, amount_minor)
        return True

    def draw_item(self):
        if self.books.held:
            return self.random.choice(sorted(self.books.held))
        self.hold()
        return None

    def assign(self):
        """To a debt of the same client; where that does not take all of it, it is held again."""
        item_id = self.draw_item()
        if item_id is None:
            return False
        client, amount_minor = self.books.held[item_id]
        debt = self.random.choice([debt for debt in self.debts if debt.client == client])
        self.command("payment", "AssignSuspense", self.payment.AssignSuspenseRequest(item_id=item_id, account_id=debt.id, reason="his name"), partition_of(item_id))
        request = self.payment.PostPaymentRequest(account_id=debt.id, amount_minor=amount_minor, currency="USD", paid_on_days=days(self.today), item_id=item_id)
        try:
            view = self.command("payment", "PostPayment", request, debt.partition)
        except CallError as refused:
            assert refused.code == FAILED_PRECONDITION and self.account(debt).balance_minor < amount_minor, refused
            self.command("payment", "UnassignSuspense", self.payment.UnassignSuspenseRequest(item_id=item_id, reason="too much"), partition_of(item_id))
            return True
        fee_minor = self.agreements.fee_minor(debt, AGENCY, self.today, amount_minor)
        assert (-view.amount_minor, view.contingency_fee_minor) == (amount_minor, fee_minor)
        payment = Payment(debt, view.posting_id, AGENCY, amount_minor, fee_minor, b"", 0)
        self.books.assigned(item_id, payment)
        debt.payments.append(payment)
        return True

    def refund(self):
        item_id = self.draw_item()
        if item_id is None:
            return False
        client, amount_minor = self.books.held.pop(item_id)
        self.command("payment", "RefundSuspense", self.payment.RefundSuspenseRequest(item_id=item_id, reason="by cheque"), partition_of(item_id))
        self.books.cash[client] -= amount_minor
        return True

    # --- what comes on top ---

    def charge_fee(self):
        """As the agreement of the day says, or not at all."""
        debt = self.random.choice([debt for debt in self.debts if debt.client == "northwind-utilities"] if self.random.random() < 0.7 else self.debts)
        agreed = self.agreements.debtor_fee(debt, self.today)
        left_minor = agreed[1] - sum(debt.fees.values()) if agreed else 0
        request = self.payment.ChargeFeeRequest(account_id=debt.id, fee_id=debt.new_id(), code=FEE, reason="BANK-1")
        if left_minor <= 0:
            with pytest.raises(CallError) as refused:
                self.command("payment", "ChargeFee", request, debt.partition)
            assert refused.value.code == FAILED_PRECONDITION
            return False
        debt.fees[request.fee_id] = self.command("payment", "ChargeFee", request, debt.partition).amount_minor
        assert debt.fees[request.fee_id] == min(agreed[0], left_minor)
        return True

    def waive_fee(self):
        """All of it; where less than that is owed by now some was paid, and is to be paid back."""
        charged = [debt for debt in self.debts if debt.fees]
        if not charged:
            return self.charge_fee() and False
        debt = self.random.choice(charged)
        fee_id = self.random.choice(sorted(debt.fees))
        request = self.payment.WaiveFeeRequest(account_id=debt.id, fee_id=fee_id, reason="the bank's mistake")
        if self.account(debt).balance_minor < debt.fees[fee_id]:
            with pytest.raises(CallError) as refused:
                self.command("payment", "WaiveFee", request, debt.partition)
            assert refused.value.code == FAILED_PRECONDITION
            return self.charge_fee() and False  # where more is owed, maybe
        assert self.command("payment", "WaiveFee", request, debt.partition).is_waived
        del debt.fees[fee_id]
        return True

    # --- promises, plans, disputes ---

    def promise(self):
        debt = self.debt()
        account = self.account(debt)
        if account.balance_minor <= 0 or self.running_plan(account) or any(promise.state == self.payment.PROMISE_STATE_OPEN for promise in account.promises):
            return False
        request = self.payment.MakePromiseRequest(account_id=debt.id, amount_minor=self.random.randint(1, account.balance_minor), currency="USD", due_on_days=days(self.today) + self.random.randint(0, 20))
        if debt.is_held:
            self.may_not("MakePromise", request, debt)
            return False
        self.command("payment", "MakePromise", request, debt.partition)
        return True

    def running_plan(self, account):
        return next((plan for plan in account.plans if plan.state in (self.payment.PLAN_STATE_ACTIVE, self.payment.PLAN_STATE_ON_HOLD)), None)

    def plan(self):
        """Weekly, within a supervisor's authority; now and then a settlement; most are collected by debits."""
        debt = self.debt()
        owed_minor = self.account(debt).balance_minor
        if owed_minor < 10000 or self.running_plan(self.account(debt)):
            return False
        if debt.is_held:
            self.may_not("ProposePlans", self.payment.ProposePlansRequest(account_id=debt.id, role=self.payment.PLAN_ROLE_CLIENT, budget_minor=owed_minor, currency="USD"), debt)
            return False
        payment = self.payment
        rhythm = payment.PlanRhythm(frequency=payment.PLAN_FREQUENCY_WEEKLY, first_due_on_days=days(self.today) + self.random.randint(0, 9))
        request = payment.AgreePlanRequest(plan_id=debt.new_id(), account_id=debt.id, role=payment.PLAN_ROLE_SUPERVISOR, currency="USD", rhythm=rhythm, number=self.random.randint(1, 4),
                                           discount_minor=self.random.choice((0, owed_minor // 10)), instrument_id=self.random.choice((b"", self.debits.instrument(debt).id, self.debits.instrument(debt).id)))
        plan = self.command("payment", "AgreePlan", request, debt.partition)
        assert sum(instalment.amount_minor for instalment in plan.instalments) == owed_minor - request.discount_minor
        return True

    def change_plan(self, states, change):
        for debt in self.random.sample(self.debts, len(self.debts)):
            plan = self.running_plan(self.account(debt))
            if plan and plan.state in states:
                change(debt, plan)
                return True
        return False

    def cancel_plan(self):
        return self.change_plan((self.payment.PLAN_STATE_ACTIVE, self.payment.PLAN_STATE_ON_HOLD), lambda debt, plan: self.command(
            "payment", "CancelPlan", self.payment.CancelPlanRequest(plan_id=plan.plan_id, reason="he asked for it"), debt.partition)) or (self.plan() and False)

    def hold_plan(self):
        return self.change_plan((self.payment.PLAN_STATE_ACTIVE,), lambda debt, plan: self.command(
            "payment", "HoldPlan", self.payment.HoldPlanRequest(plan_id=plan.plan_id, reason="he is ill"), debt.partition)) or (self.plan() and False)

    def resume_plan(self):
        """What is disputed waits for the answer."""
        def resume(debt, plan):
            request = self.payment.ResumePlanRequest(plan_id=plan.plan_id, reason="he is well again")
            if debt.is_held:
                self.may_not("ResumePlan", request, debt)
            else:
                self.command("payment", "ResumePlan", request, debt.partition)
                self.done["resumed"] += 1
        resumed = self.done["resumed"]
        return self.change_plan((self.payment.PLAN_STATE_ON_HOLD,), resume) and self.done["resumed"] > resumed or (self.hold_plan() and False)

    def may_not(self, method, request, debt):
        with pytest.raises(CallError) as refused:
            self.command("payment", method, request, debt.partition)
        assert refused.value.code == FAILED_PRECONDITION

    def held_plans(self):
        """Of plans the last that the log has: held, and not resumed or completed since."""
        last = {event["payload"]["plan_id"]: event["name"] for event in self.system.events("PlanHeld", "PlanResumed", "PlanCompleted")}
        return {uuid.UUID(plan_id).bytes for plan_id, name in last.items() if name == "PlanHeld"}

    def forgiven_minor(self, debt):
        """What settlements that were kept have taken off."""
        plans = self.clerk.call("payment", "GetPlans", self.payment.GetPlansRequest(account_id=debt.id), "", debt.partition).plans
        for plan in plans:
            assert 0 <= plan.discount_granted_minor <= plan.discount_minor and (plan.discount_granted_minor == 0 or plan.state == self.payment.PLAN_STATE_COMPLETED)
        self.done["forgiven"] += sum(plan.discount_granted_minor > 0 for plan in plans)
        return sum(plan.discount_granted_minor for plan in plans)

    def open_dispute(self):
        debt = self.debt()
        if debt.dispute:
            return False
        dispute = self.dispute
        view = self.command("dispute", "OpenDispute", dispute.OpenDisputeRequest(account_id=debt.id, source=dispute.DISPUTE_SOURCE_DEBTOR, reason="not mine", is_written=True, medium=dispute.MEDIUM_MAIL),
                            debt.partition)
        debt.dispute = view.dispute_id
        self.system.wait()  # until payment knows
        return True

    def disputed(self):
        found = [debt for debt in self.debts if debt.dispute]
        if found:
            return self.random.choice(found)
        self.open_dispute()
        return None

    def answer_dispute(self):
        debt = self.disputed()
        if debt is None:
            return False
        dispute = self.dispute
        self.verify(debt)
        self.command("dispute", "ResolveDispute", dispute.ResolveDisputeRequest(dispute_id=debt.dispute, outcome=dispute.DISPUTE_OUTCOME_REJECTED, note="the papers are right"), debt.partition)
        debt.dispute, debt.is_conceded = None, False
        self.system.wait()
        return True

    def verify(self, debt):
        request = self.dispute.RecordVerificationRequest(dispute_id=debt.dispute, note="statement", medium=self.dispute.MEDIUM_MAIL)
        self.command("dispute", "RecordVerification", request, debt.partition)

    def credit_dispute(self):
        debt = self.disputed()
        if debt is None:
            return False
        dispute = self.dispute
        account = self.account(debt)
        owed_minor = account.balance_minor
        plan = self.running_plan(account)
        if owed_minor < 2 or (plan and plan.discount_minor):  # which the credit may complete
            return False
        outcome = self.random.choice((dispute.DISPUTE_OUTCOME_PARTLY, dispute.DISPUTE_OUTCOME_CONCEDED))
        credit_minor = owed_minor
        if outcome == dispute.DISPUTE_OUTCOME_PARTLY:  # the rest stands, and that needs an answer
            credit_minor = self.random.randint(1, owed_minor - 1)
            self.verify(debt)
        self.system.wait()  # until dispute knows what is owed
        self.command("dispute", "ResolveDispute", dispute.ResolveDisputeRequest(dispute_id=debt.dispute, outcome=outcome, note="not all of it is owed", credit_minor=credit_minor, currency="USD"),
                     debt.partition)
        self.command("dispute", "DecideResolution", dispute.DecideResolutionRequest(dispute_id=debt.dispute, is_approved=True), debt.partition, self.chief)
        debt.dispute, debt.is_conceded = None, outcome == dispute.DISPUTE_OUTCOME_CONCEDED
        before_minor = owed_minor - self.interest(account)
        poll("the credit", lambda: (now := self.account(debt)).balance_minor - self.interest(now) == before_minor - credit_minor)
        self.books.credited[debt.id] += credit_minor
        self.system.wait()
        return True

    # --- a day ---

    def operate(self):
        for _ in range(OPERATIONS_A_DAY):
            operation = self.random.choices(list(self.operations), self.operations.values())[0]
            if operation():
                self.done[operation] += 1

    def operate_rare(self):
        """What the dice have left out so far; what needs something else first does that instead, and is tried again."""
        for operation in self.operations:
            for _ in range(50):
                if self.done[operation] or operation():
                    self.done[operation] += 1
                    break

    def kill_under_load(self):
        """A service is killed while payments are on their way and a file of debits is made; all are acknowledged in the end, each once, and the file is finished by being made again."""
        owed_minor = {debt.id: self.account(debt).balance_minor for debt in self.debts}
        service = self.random.choice(("payment", "payment", "dispute"))
        after = self.random.randint(0, IN_FLIGHT)
        amounts = [(debt, self.amount(debt), self.key()) for debt in self.random.choices(self.debts, k=IN_FLIGHT)]
        made, reached, failed = [], threading.Event(), []

        def pay_all():
            caller = BusCaller(self.system, "counter")
            try:
                for debt, amount_minor, key in amounts:
                    made.append(self.post(debt, amount_minor, AGENCY, caller, key)[0])
                    if len(made) >= after:
                        reached.set()
            except BaseException as problem:  # told in the test's own thread
                failed.append(problem)
            finally:
                reached.set()
                caller.close()

        payers = threading.Thread(target=pay_all)
        payers.start()
        export = self.system.start_command(*self.debits.export_words())
        reached.wait()
        self.system.kill(service)
        self.system.up()
        payers.join()
        export.communicate()
        if failed:
            raise failed[0]
        for payment in made:
            self.keep(payment)
        self.debits.draw(owed_minor)
        self.done["kill"] += 1

    def check_holds(self, dialer):
        """Nobody whose dispute is open is called."""
        targets = [debt.account.target for debt in self.debts if debt.dispute]
        if targets:
            verdicts = dialer.request_permits(targets, key=self.key())
            assert all(verdict.WhichOneof("verdict") == "refusal" for verdict in verdicts)
            self.done["held"] += len(verdicts)

    def check_plan_holds(self, debt, account):
        """A plan waits for the answer to a dispute, and for nothing else that has been answered; a promise does not."""
        plan = self.running_plan(account)
        assert not debt.is_held or all(promise.state != self.payment.PROMISE_STATE_OPEN for promise in account.promises), debt.account
        if plan and debt.is_held:
            assert plan.state == self.payment.PLAN_STATE_ON_HOLD, debt.account
            self.done["plan held"] += 1
        elif plan:
            assert plan.state == self.payment.PLAN_STATE_ACTIVE or plan.reason != "the debt is disputed", debt.account

    def interest(self, account):
        """What came on top; that it is the right sum is for interop/test_charges_oracle.py to see."""
        return sum(posting.amount_minor for posting in account.postings if posting.kind == self.payment.POSTING_KIND_INTEREST)

    def check_trust(self):
        """Both bookkeepings say the same of the clients' money."""
        trust = {line.client: line for line in self.clerk.call("payment", "GetTrust", self.payment.GetTrustRequest(agency="demo"), "").trust}
        suspense = self.books.suspense()
        for client in set(trust) | set(self.books.cash):
            line = trust[client]
            assert (line.cash_minor, line.earned_minor, line.suspense_minor, line.transit_minor) == (self.books.cash[client], self.books.earned[client], suspense[client], 0), client
            assert line.cash_minor == line.payable_minor + line.earned_minor + line.suspense_minor + line.transit_minor

    def check_month(self):
        """And of what is owed."""
        self.system.wait()
        self.check_trust()
        self.debits.check_stopped()
        for debt in self.debts:
            account = self.account(debt)
            self.check_plan_holds(debt, account)
            assert account.balance_minor == debt.placed_minor + self.interest(account) + sum(debt.fees.values()) - self.books.paid[debt.id] - self.books.credited[debt.id] - self.forgiven_minor(debt), debt.account
            assert account.balance_minor >= 0

    def remit(self, month):
        """Every client is paid, or owes; what the statement says is what lay in trust, and each of its lines is one of the second bookkeeping's. Doing it again pays nothing."""
        key = f"month-{month}"
        before = {line["client"]: line["payable_minor"] for line in self.system.json("trust")["trust"]}
        for _ in range(2):
            self.system.run("remit", "run", "--key", key, "--force")
        runs = self.system.json("remit", "list", "--key", key)["runs"]
        assert {run["client"]: run["payable_minor"] for run in runs} == {client: minor for client, minor in before.items() if client and client in {run["client"] for run in runs}}
        for run in runs:
            path = self.system.files / f"{key}-{run['client']}.csv"
            self.system.run("remit", "statement", "--key", key, "--client", run["client"], "--pdf", path.with_suffix(".pdf"), "--csv-file", path)
            with path.open(newline="") as file:
                lines = [(line["client_reference"], line["collected_by"], minor_of(line["amount"]), minor_of(line["fee"]), minor_of(line["payable"])) for line in csv.DictReader(file)]
            expected = self.books.lines.pop(run["client"])
            assert sorted(lines) == sorted(expected), run["client"]
            assert {name: run[name] for name in figures_of(expected)} == figures_of(expected), run["client"]
            assert run["remitted_minor"] - run["invoiced_minor"] == run["payable_minor"]
        assert not self.books.lines
        suspense = self.books.suspense()
        for client in self.books.cash:
            self.books.cash[client], self.books.earned[client] = suspense[client], 0
        self.done["remitted"] += len(runs)


def minor_of(text):
    return round(fractions.Fraction(text) * 100)


def figures_of(lines):
    """What a run says of its lines in sum."""
    def collected(sign, by_agency):
        return sum(sign * amount_minor for _, paid_to, amount_minor, _, _ in lines if sign * amount_minor > 0 and (paid_to == "agency") == by_agency)
    return {"lines": len(lines), "collected_minor": collected(1, True), "reversed_minor": collected(-1, True), "collected_elsewhere_minor": collected(1, False), "reversed_elsewhere_minor": collected(-1, False),
            "fees_minor": sum(line[3] for line in lines), "payable_minor": sum(line[4] for line in lines)}


def test_random_months_of_business_lose_and_make_up_nothing():
    seed = int(os.environ.get("DUNLIN_TEST_SEED", 0)) or random.SystemRandom().randint(1, 2**31)
    print(f"DUNLIN_TEST_SEED={seed}")
    with running_system(at=BEGINS) as system:
        agency = Agency(system, seed)
        agency.place()
        dialer = system.dialer("calls")
        ends = datetime.datetime.now() + datetime.timedelta(seconds=seconds_of_load(0))
        month = 0
        while month < MONTHS or datetime.datetime.now() < ends:
            month += 1
            for day in range(0, 30, STEP):
                agency.today = system.next_day(STEP).date()
                agency.debits.settle()
                agency.operate()
                agency.check_holds(dialer)
                agency.debits.come_back()
                if day % 9 == 6:
                    agency.kill_under_load()
                elif day % 9 == 0:
                    agency.debits.draw()
                agency.check_trust()
            agency.operate_rare()
            agency.check_month()
            agency.remit(month)
            agency.check_month()
        agency.close()
        rare = [operation.__name__ for operation in agency.operations if not agency.done[operation]]
        assert not rare, f"never happened: {rare}"
        assert agency.done["held"] and agency.done["kill"] and agency.done["remitted"]
        assert agency.debits.done["settled"] and agency.debits.done["returned after settlement"], agency.debits.done
        check_invariants(system)
