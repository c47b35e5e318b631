"""Debits in random months of business (fault/test_money.py): what a debtor's bank account is drawn for, what the bank sends back, and a second bookkeeping of both that knows nothing of Dunlin's tables.

What goes to the bank is read in the file that goes there (`ach_reading`), and held against what is owed, against the plans that somebody has put on hold and the instruments by which nobody may draw any more.
"""
import collections
import dataclasses
import datetime
import hashlib

from ach_reading import reading
from bank import return_file  # deploy/simulation: what a bank sends

ROUTING = "091400606"
DEBITS = (27, 37)      # transaction codes; beside them stands the agency's own account
SOON_DAYS = 5          # later than that is postdated and needs a notice in time
RETRY_DAYS = 2
PRESENTED_MAX = 3      # the first time, and twice again
CODES = {"R01": 6, "R02": 1, "R08": 1, "R10": 2}
STOPPING = ("R02", "R10")  # no such account, not authorised
RETURNS_A_DAY = 3
RETURNED_WITHIN = datetime.timedelta(days=60)

Instrument = collections.namedtuple("Instrument", "id token debt")


@dataclasses.dataclass
class Drawn:
    """A debit as it stands in a file."""
    debt: object
    debit_id: bytes
    plan_id: bytes
    presented: int
    entry: dict
    effective_on: datetime.date
    payment: object = None  # as which it settled

    @property
    def amount_minor(self):
        return self.entry["amount_minor"]


class Debits:
    def __init__(self, agency):
        self.agency, self.system, self.random, self.payment = agency, agency.system, agency.random, agency.payment
        self.instruments = {}  # debtor's id -> Instrument
        self.stopped = {}      # token -> Instrument, for good
        self.under_way = {}    # trace -> Drawn: in a file, and the money has not come
        self.settled = {}      # trace -> Drawn
        self.amounts = {}      # debit id -> amount
        self.presented = collections.Counter()  # debit id -> how many times
        self.files = 0
        self.done = collections.Counter()

    # --- what debtors agree to ---

    def instrument(self, debt):
        """The one of his debtor, who gives another one where there is none, or nothing may be drawn by it any more."""
        found = self.instruments.get(debt.account.debtor_id)
        if found is None:
            found = Instrument(debt.new_id(), f"tok_{len(self.stopped) + len(self.instruments)}", debt)
            payment = self.payment
            request = payment.RegisterInstrumentRequest(
                account_id=debt.id, instrument_id=found.id, kind=self.random.choice((payment.INSTRUMENT_KIND_CHECKING, payment.INSTRUMENT_KIND_SAVINGS)), routing=ROUTING, token=found.token, last4="6789",
                holder="Jo Debtor", authorization_class=self.random.choice((payment.DEBIT_CLASS_PPD, payment.DEBIT_CLASS_WEB, payment.DEBIT_CLASS_TEL)),
                authorization_hash=hashlib.sha256(found.token.encode()).digest(), authorized_on_days=self.agency.today_days())
            self.agency.command("payment", "RegisterInstrument", request, debt.partition)
            self.instruments[debt.account.debtor_id] = found
        return found

    def schedule_request(self, debt, instrument, amount_minor):
        return self.payment.ScheduleDebitRequest(account_id=debt.id, debit_id=debt.new_id(), instrument_id=instrument.id, amount_minor=amount_minor, currency="USD",
                                                 due_on_days=self.agency.today_days() + self.random.randint(0, SOON_DAYS))

    def of(self, debt):
        """All of the account, as payment says."""
        reply = self.agency.clerk.call("payment", "ListDebits", self.payment.ListDebitsRequest(agency="demo", account_id=debt.id, limit=1000), "")
        assert not reply.is_truncated
        return reply.debits

    def pending_minor(self, debt):
        states = (self.payment.DEBIT_STATE_SCHEDULED, self.payment.DEBIT_STATE_RESERVED, self.payment.DEBIT_STATE_SENT)
        return sum(debit.amount_minor for debit in self.of(debt) if debit.state in states)

    def schedule(self):
        """A single one, of all that no other debit is to bring, or of less."""
        debt = self.agency.debt()
        free_minor = self.agency.account(debt).balance_minor - self.pending_minor(debt)
        if free_minor <= 0:
            return False
        if debt.is_held:
            self.agency.may_not("ScheduleDebit", self.schedule_request(debt, self.instrument(debt), 1), debt)
            return False
        request = self.schedule_request(debt, self.instrument(debt), self.random.choice((free_minor, self.random.randint(1, free_minor))))
        view = self.agency.command("payment", "ScheduleDebit", request, debt.partition)
        assert (view.state, view.amount_minor) == (self.payment.DEBIT_STATE_SCHEDULED, request.amount_minor)
        return True

    def awaiting(self):
        """A debt of which a debit is scheduled; None: there is none yet, but now."""
        reply = self.agency.clerk.call("payment", "ListDebits", self.payment.ListDebitsRequest(agency="demo", state=self.payment.DEBIT_STATE_SCHEDULED, limit=1000), "")
        if reply.debits:
            return self.agency.debts_by_id[self.random.choice(reply.debits).account_id]
        self.schedule()
        return None

    def schedule_what_may_not_be(self):
        """A cent more than is owed beyond what is on its way; any sum by an instrument that is stopped."""
        debt = self.awaiting()
        if debt is None:
            return False
        free_minor = self.agency.account(debt).balance_minor - self.pending_minor(debt)
        requests = [(debt, self.schedule_request(debt, self.instrument(debt), max(0, free_minor) + 1))]
        requests += [(instrument.debt, self.schedule_request(instrument.debt, instrument, 1)) for instrument in self.stopped.values()]
        for debt, request in requests:
            self.agency.may_not("ScheduleDebit", request, debt)
        return True

    def pay_instead(self):
        """He pays by other ways what a debit was to bring, or nearly: it is not drawn then."""
        debt = self.awaiting()
        if debt is None:
            return False
        owed_minor = self.agency.account(debt).balance_minor
        return self.agency.pay_on(debt, max(1, owed_minor - self.random.randint(0, 200)))

    # --- to the bank ---

    def export_words(self):
        return "debit", "export", "--due", self.agency.soon().isoformat(), "--out", self.system.files / f"debits-{self.files + 1}.ach"

    def draw(self, owed_minor=None):
        """What is due soon goes to the bank. `owed_minor`: account id -> owed, where payments have come in since the file was begun."""
        words = self.export_words()
        told = self.system.json(*words)
        if self.random.random() < 0.1:  # given again: the same file
            before = words[-1].read_bytes() if told["debits"] else b""
            assert self.system.json(*words) == told
            assert not before or words[-1].read_bytes() == before
        self.files += 1
        if told["debits"] == 0:
            return
        before = set(self.under_way)
        entries = [(entry, batch) for batch in reading(words[-1].read_bytes())["batches"] for entry in batch["entries"] if entry["transaction_code"] in DEBITS]
        assert len(entries) == told["debits"]
        request = self.payment.FindDebitsRequest(agency="demo", traces=[entry["trace"] for entry, _ in entries])
        views = {view.trace: view for view in self.agency.clerk.call("payment", "FindDebits", request, "").debits}
        held = self.agency.held_plans()
        for entry, batch in entries:
            self.take_drawn(entry, batch, views[entry["trace"]], held, is_begun_before=owed_minor is not None)
        for debt in {drawn.debt for trace, drawn in self.under_way.items() if trace not in before}:
            minor = self.agency.account(debt).balance_minor if owed_minor is None else owed_minor[debt.id]
            drawn_minor = sum(drawn.amount_minor for drawn in self.under_way.values() if drawn.debt is debt)
            assert drawn_minor <= minor, f"{debt.account}: {drawn_minor} are drawn of {minor}"

    def take_drawn(self, entry, batch, view, held, is_begun_before):
        debt = self.agency.debts_by_id[view.account_id]
        instrument = self.instruments.get(debt.account.debtor_id)
        assert instrument and entry["account"] == instrument.token, "drawn by another instrument, or by one that is stopped"
        assert entry["amount_minor"] == view.amount_minor == self.amounts.setdefault(view.debit_id, view.amount_minor), "presented again with another amount"
        self.presented[view.debit_id] += 1
        presented = self.presented[view.debit_id]
        assert not debt.is_held, "drawn though it is disputed"
        assert presented == view.presentment <= PRESENTED_MAX
        assert (batch["description"] == "RETRY PYMT") == (presented > 1)
        if view.plan_id:
            assert view.plan_id not in held, "drawn for a plan that is on hold"
            state = self.plan(debt, view.plan_id).state
            assert state == self.payment.PLAN_STATE_ACTIVE or (is_begun_before and state == self.payment.PLAN_STATE_COMPLETED), "drawn for a plan that is over"
            self.done["collected"] += 1
        self.under_way[entry["trace"]] = Drawn(debt, view.debit_id, view.plan_id, presented, entry, datetime.date.fromisoformat(batch["effective_on"]))
        self.done["drawn again"] += presented > 1

    def plan(self, debt, plan_id):
        plans = self.agency.clerk.call("payment", "GetPlans", self.payment.GetPlansRequest(account_id=debt.id), "", debt.partition).plans
        return next(plan for plan in plans if plan.plan_id == plan_id)

    # --- and from it ---

    def settle(self):
        """A night has passed: what its banking day has come for is a payment now, whatever is owed by then."""
        for trace in [trace for trace, drawn in self.under_way.items() if drawn.effective_on <= self.agency.today]:
            drawn = self.settled[trace] = self.under_way.pop(trace)
            account = self.agency.account(drawn.debt)
            posting = next((posting for posting in account.postings if posting.reference == trace and posting.kind == self.payment.POSTING_KIND_PAYMENT), None)
            applied_minor = -posting.amount_minor if posting else 0
            held_minor = drawn.amount_minor - applied_minor
            assert held_minor == 0 or (held_minor > 0 and (posting.balance_minor if posting else account.balance_minor) == 0), "held only where nothing more is owed"
            fee_minor = self.agency.agreements.fee_minor(drawn.debt, self.payment.PAID_TO_AGENCY, drawn.effective_on, applied_minor) if applied_minor else 0
            assert (posting.contingency_fee_minor if posting else 0) == fee_minor
            drawn.payment = self.agency.took(drawn.debt, posting.posting_id if posting else b"", applied_minor, fee_minor, self.held_item(trace, held_minor), held_minor)
            self.done["settled"] += 1
        self.settled = {trace: drawn for trace, drawn in self.settled.items() if self.agency.today - drawn.effective_on <= RETURNED_WITHIN}

    def held_item(self, trace, held_minor):
        if held_minor == 0:
            return b""
        items = self.agency.clerk.call("payment", "ListSuspense", self.payment.ListSuspenseRequest(agency="demo", limit=1000), "").items
        (item,) = [item for item in items if item.reference == trace]
        assert item.amount_minor == held_minor
        return item.item_id

    def come_back(self):
        """The bank sends some back: what has settled is owed again. One of a debtor's a file, since the first may stop what the second is drawn by."""
        candidates = {**self.settled, **self.under_way}
        drawn_before = self.random.random() < 0.5  # those that have come back first
        order = sorted(self.random.sample(sorted(candidates), len(candidates)), key=lambda trace: candidates[trace].presented if drawn_before else 0)
        of_debtors = {candidates[trace].debt.account.debtor_id: trace for trace in order}
        traces = list(of_debtors.values())[-self.random.randint(1, RETURNS_A_DAY):]
        returns = [(trace, self.draw_code()) for trace in traces]
        if not returns:
            return
        path = return_file(self.system.files / f"returns-{self.files}.ach", [(candidates[trace].entry, code) for trace, code in returns], self.agency.today)
        for _ in range(self.random.choice((1, 1, 2))):  # the same file again changes nothing
            told = self.system.json("debit", "returns", path, "--retry-after", RETRY_DAYS)
            assert (told["recorded"], told["rejects"]) == (len(returns), [])
        for trace, code in returns:
            drawn = self.under_way.pop(trace, None) or self.settled.pop(trace)
            if drawn.payment:
                self.agency.took_back(drawn.payment)
            self.done["returned after settlement" if drawn.payment else "returned before it"] += 1
            self.returned(drawn, code)

    def draw_code(self):
        """Each once, then by chance."""
        code = next((code for code in CODES if not self.done[code]), None) or self.random.choices(list(CODES), CODES.values())[0]
        self.done[code] += 1
        return code

    def returned(self, drawn, code):
        if code in STOPPING:
            self.stop(drawn)
        (debit,) = [debit for debit in self.of(drawn.debt) if debit.debit_id == drawn.debit_id]
        may_again = code == "R01" and drawn.presented < PRESENTED_MAX and drawn.entry["account"] not in self.stopped and not drawn.debt.is_held
        plan = self.plan(drawn.debt, drawn.plan_id) if drawn.plan_id else None
        if plan:
            may_again = may_again and plan.state == self.payment.PLAN_STATE_ACTIVE
            assert may_again or plan.state != self.payment.PLAN_STATE_ACTIVE, "nothing is held, though nothing comes again"
        assert debit.state == (self.payment.DEBIT_STATE_SCHEDULED if may_again else self.payment.DEBIT_STATE_RETURNED), (code, drawn, debit, plan)
        self.done["returned again"] += drawn.presented > 1

    def stop(self, drawn):
        instrument = self.instruments.get(drawn.debt.account.debtor_id)
        if instrument and instrument.token == drawn.entry["account"]:
            self.stopped[instrument.token] = self.instruments.pop(drawn.debt.account.debtor_id)

    def check_stopped(self):
        """For good, and nothing waits for them."""
        for instrument in self.stopped.values():
            views = self.agency.clerk.call("payment", "ListInstruments", self.payment.ListInstrumentsRequest(account_id=instrument.debt.id), "", instrument.debt.partition).instruments
            (view,) = [view for view in views if view.instrument_id == instrument.id]
            assert view.state == self.payment.INSTRUMENT_STATE_STOPPED
        scheduled = self.agency.clerk.call("payment", "ListDebits", self.payment.ListDebitsRequest(agency="demo", state=self.payment.DEBIT_STATE_SCHEDULED, limit=1000), "")
        stopped = {instrument.id for instrument in self.stopped.values()}
        assert not scheduled.is_truncated and not [debit for debit in scheduled.debits if debit.instrument_id in stopped or self.agency.debts_by_id[debit.account_id].is_held]
