"""Programs that work against one another on the same accounts: dialers that ask for permits in batches and report what came of them, and people who stop contact and let it go on again.

Each is a process of its own (`start`), so that they are really at it at once, and keeps a diary: what it asked, when, and what it was answered. Times are the machine's monotonic nanoseconds, the
same for all processes. Nobody waits between two requests.
"""
import collections
import dataclasses
import functools
import multiprocessing
import pathlib
import random
import time
import traceback

from bus_caller import FAILED_PRECONDITION, BusCaller, CallError, contract, partition_of
from dunlin_system import OK, REPOSITORY, DunlinSystem, native_dialer

FLAGS = ("CEASE", "ATTORNEY", "BANKRUPTCY", "DECEASED", "OPT_OUT_CALLS", "OPT_OUT_CONTACT_POINT")
SCOPES = {"attorney": "debtor", "bankruptcy": "debtor", "deceased": "debtor", "opt_out_calls": "debtor", "opt_out_contact_point": "point", "wrong_number": "point"}  # others: account
DEADLINE_EXCEEDED = 4
TRIES = 5    # each waits ten seconds for an answer
BATCH = 40         # requests of one call
IN_FRESH = 8       # of them, of accounts that nothing has happened to yet
STOPS_AT_ONCE = 3  # of one person who stops and lifts: other accounts are to be granted meanwhile

Target = collections.namedtuple("Target", "account debtor points")  # ids as bytes
# One request of a permit; `permit` is its id, or None with the rules that refused it.
Asked = collections.namedtuple("Asked", "account point asked answered permit rules")
# A stop that was acknowledged, with the key of its scope; by a report, where `permit` is set. `lift_asked` None: never lifted.
Stopped = collections.namedtuple("Stopped", "kind scope key debtor asked answered lift_asked permit")


@dataclasses.dataclass
class Place:
    """What a process needs to know; small enough to be sent to it."""
    var: pathlib.Path
    dialer_endpoint: str
    hot: list
    fresh: list
    silent: list  # their permits are never reported
    seed: int
    turns: object  # shared counter: how many batches all dialers have asked
    today: object  # shared: business time in days
    is_over: object


class Attached(DunlinSystem):
    """A running system as another process sees it, which starts and stops nothing."""

    def __init__(self, var):
        self.var = var

    def add_key(self, name, role="dialer"):
        """The test has made it."""


def in_turn(chance, kinds):
    """Each as often as the others, in no order."""
    while True:
        yield from chance.sample(kinds, len(kinds))


# --- dialers ---


class Dialer:
    """Asks for permits of the same accounts as all others, and says of each, at once or later, what came of the call: mostly that there was none, so that the next may be granted."""

    def __init__(self, place, name):
        keys = place.var / "keys"
        self.place, self.name = place, name
        self.random = random.Random(f"{place.seed}/{name}")
        self.line = native_dialer.NativeDialer(REPOSITORY / "proto", place.dialer_endpoint, keys / "private" / f"{name}.key_secret", keys / "public" / "dialer.key")
        self.contact = self.line.contact
        self.asked, self.stopped = [], []
        self.later = collections.deque()  # reports for another turn
        self.n_calls = 0
        self.siblings = {target.account: [other.account for other in place.hot if other.debtor == target.debtor] for target in place.hot}
        self.silent = {target.account for target in place.silent}
        self.fresh = {target.account: target for target in place.fresh}
        self.wishes = in_turn(self.random, ("dispute", "dispute", "wrong_number", *map(str.lower, FLAGS)))

    def run(self):
        self.line.hello()
        while not self.place.is_over.is_set():
            with self.place.turns.get_lock():
                self.place.turns.value += 1
                turn = self.place.turns.value
            self.report(self.ask(self.choose(turn)))
        while self.later:
            self.report([])
        self.line.close()
        return self.asked, self.stopped

    def choose(self, turn):
        """Hot accounts again and again; a window that moves over the fresh ones, the same for all dialers."""
        first = turn // 6
        fresh = [self.place.fresh[(first + i) % len(self.place.fresh)] for i in range(IN_FRESH)]
        targets = self.random.choices(self.place.hot, k=BATCH - IN_FRESH - len(self.place.silent)) + fresh + self.place.silent
        self.random.shuffle(targets)
        return [(target.account, self.random.choice(target.points)) for target in targets]

    def ask(self, targets):
        self.n_calls += 1
        asked = time.monotonic_ns()
        verdicts = self.until_answered(self.line.request_permits, targets, f"{self.name}-{self.n_calls}")
        answered = time.monotonic_ns()
        granted = []
        for (account, point), verdict in zip(targets, verdicts, strict=True):
            permit = verdict.permit.permit_id or None
            self.asked.append(Asked(account, point, asked, answered, permit, tuple(hit.rule for hit in verdict.refusal.hits)))
            if permit is not None:
                granted.append((permit, account, point))
        return granted

    @staticmethod
    def until_answered(ask, *arguments):
        """An outcome that is not known is asked for again, with the same key; reports need none."""
        for _ in range(TRIES - 1):
            try:
                return ask(*arguments)
            except native_dialer.DialerError as error:
                if error.code != DEADLINE_EXCEEDED:
                    raise
        return ask(*arguments)

    def report(self, granted):
        reports = [self.later.popleft() for _ in range(min(len(self.later), 4 if granted else BATCH))]
        for permit, account, point in granted:
            first, *more = self.fate(permit, account, point)
            if first is not None:
                (self.later if self.random.random() < 0.1 else reports).append(first)
            self.later.extend(more)
        if not reports:
            return
        asked = time.monotonic_ns()
        results = self.until_answered(self.line.report_results, [report for report, _ in reports])
        answered = time.monotonic_ns()
        for (report, stops), result in zip(reports, results, strict=True):
            assert result.code == OK, result.message
            self.stopped += [Stopped(kind, SCOPES.get(kind, "account"), key, debtor, asked, answered, None, report.permit_id) for kind, key, debtor in stops]

    def fate(self, permit, account, point):
        """The reports of one call, each with the stops that it carries; None: nobody reports it."""
        if account in self.silent:
            return [None]
        if account in self.fresh:
            return self.fate_of_fresh(permit, account, point)
        chance = self.random.random()
        if chance < 0.91:
            return [self.plain(permit, self.random.choice(("NOT_PLACED", "BUSY", "NOT_IN_SERVICE", "FAILED")))]
        if chance < 0.94:
            return [self.plain(permit, self.random.choice(("NO_ANSWER", "MACHINE", "ABANDONED")))]
        if chance < 0.96:
            return [None]
        if chance < 0.98:  # first as if there had been no call, then what there was
            return [self.plain(permit, "BUSY"), self.plain(permit, "NO_ANSWER")]
        if chance < 0.985:
            return [self.plain(permit, "NOT_PLACED"), self.talk(permit, account)]
        return [self.talk(permit, account)]

    def plain(self, permit, telephony):
        contact = self.contact
        return contact.AttemptReport(permit_id=permit, telephony=f"TELEPHONY_{telephony}", party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE), ()

    def talk(self, permit, account):
        contact = self.contact
        about = self.random.choice(([], self.siblings[account], [account]))
        return contact.AttemptReport(permit_id=permit, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_NO_COMMITMENT, is_conversation=True,
                                     discussed_account_ids=about, duration_s=60), ()

    def fate_of_fresh(self, permit, account, point):
        """A few calls in vain, then one on which the debtor says that he wants no more; sometimes the agent says so only after the dialer has reported."""
        contact, chance = self.contact, self.random.random()
        if chance < 0.6:
            return [self.plain(permit, self.random.choice(("NOT_PLACED", "BUSY", "FAILED")))]
        report = contact.AttemptReport(permit_id=permit, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_NO_COMMITMENT, reason="said so")
        debtor = self.fresh[account].debtor
        kind = next(self.wishes)
        if kind == "dispute":
            report.outcome = contact.OUTCOME_DISPUTE
        elif kind == "wrong_number":
            report.party = contact.PARTY_WRONG
        else:
            report.flags.append(contact.StickyFlag.Value(f"STICKY_FLAG_{kind.upper()}"))
        key = {"account": account, "debtor": debtor, "point": point}[SCOPES.get(kind, "account")]
        stop = report, ((kind, key, debtor),)
        return [stop] if self.random.random() < 0.6 else [self.plain(permit, "BUSY"), stop]


# --- people who stop contact ---


class Stopper:
    """Stops contact on one of its accounts, and lifts the stop some stops later: by every way there is."""

    def __init__(self, place, name, targets):
        self.place, self.targets = place, targets
        self.random = random.Random(f"{place.seed}/{name}")
        self.name, self.caller = name, BusCaller(Attached(place.var), name)
        self.contact, self.dispute, self.payment = map(contract, ("contact", "dispute", "payment"))
        self.kinds = in_turn(self.random, ("dispute", "paid", "promise", "plan", *map(str.lower, FLAGS)))
        self.active = {}  # (kind, key) -> what lifts it and its record, oldest first
        self.stopped = []
        self.n = 0

    def run(self):
        while not self.place.is_over.is_set():
            if len(self.active) >= STOPS_AT_ONCE:
                self.lift(next(iter(self.active)))
            else:
                self.stop()
        while self.active:
            self.lift(next(iter(self.active)))
        self.caller.close()
        return self.stopped

    def stop(self):
        kind = next(self.kinds)
        scope = SCOPES.get(kind, "account")
        held = {record.debtor for _, record in self.active.values()}
        target = self.random.choice([target for target in self.targets if target.debtor not in held])
        key = {"account": target.account, "debtor": target.debtor, "point": self.random.choice(target.points)}[scope]
        asked = time.monotonic_ns()
        undo = getattr(self, f"stop_{kind}", functools.partial(self.stop_by_flag, kind))(target, key)
        self.active[kind, key] = undo, Stopped(kind, scope, key, target.debtor, asked, time.monotonic_ns(), None, None)

    def call(self, service, method, request, id_bytes):
        self.n += 1
        return self.caller.call(service, method, request, f"{self.name}-{self.n}", partition_of(id_bytes))

    def agree(self, method, request, account):
        """Payment hears a moment later that what stopped the debtor is over."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.call("payment", method, request, account)
            except CallError as refusal:
                if refusal.code != FAILED_PRECONDITION or time.monotonic() > deadline:
                    raise

    def lift(self, which):
        undo, record = self.active.pop(which)
        asked = time.monotonic_ns()
        undo()
        self.stopped.append(record._replace(lift_asked=asked))

    def stop_by_flag(self, kind, target, key):
        request = self.contact.RecordRequestRequest(account_id=target.account, flag=f"STICKY_FLAG_{kind.upper()}", reason="asked to")
        if SCOPES.get(kind) == "point":
            request.contact_point_id = key
        self.call("contact", "RecordRequest", request, target.account)
        request.is_release = True
        return lambda: self.call("contact", "RecordRequest", request, target.account)

    def stop_dispute(self, target, key):
        dispute = self.call("dispute", "OpenDispute", self.dispute.OpenDisputeRequest(account_id=key, source="DISPUTE_SOURCE_DEBTOR", reason="not mine", is_written=True), key)
        if self.random.random() < 0.6:  # the next one repeats it
            return lambda: self.call("dispute", "RecordVerification", self.dispute.RecordVerificationRequest(dispute_id=dispute.dispute_id, note="statement"), key)
        return lambda: self.call("dispute", "ResolveDispute", self.dispute.ResolveDisputeRequest(dispute_id=dispute.dispute_id, outcome="DISPUTE_OUTCOME_WITHDRAWN"), key)

    def stop_paid(self, target, key):
        posting = self.call("payment", "PostPayment", self.payment.PostPaymentRequest(account_id=key, amount_minor=25000, currency="USD", reference=f"{self.name}-{self.n}"), key)
        return lambda: self.call("payment", "ReversePayment", self.payment.ReversePaymentRequest(posting_id=posting.posting_id, reason="returned"), key)

    def stop_promise(self, target, key):
        promise = self.agree("MakePromise", self.payment.MakePromiseRequest(account_id=key, amount_minor=1000, currency="USD", due_on_days=self.place.today.value + 30), key)
        return lambda: self.call("payment", "CancelPromise", self.payment.CancelPromiseRequest(promise_id=promise.promise_id, reason="by mistake"), key)

    def stop_plan(self, target, key):
        rhythm = self.payment.PlanRhythm(frequency="PLAN_FREQUENCY_WEEKLY", first_due_on_days=self.place.today.value + 7)
        plan_id = self.random.randbytes(14) + key[-2:]
        self.agree("AgreePlan", self.payment.AgreePlanRequest(plan_id=plan_id, account_id=key, role="PLAN_ROLE_COLLECTOR", currency="USD", rhythm=rhythm, number=4), key)
        return lambda: self.call("payment", "CancelPlan", self.payment.CancelPlanRequest(plan_id=plan_id, reason="by mistake"), key)


# --- processes ---


def work(pipe, kind, *arguments):
    try:
        pipe.send(kind(*arguments).run())
    except BaseException:  # the parent's to raise; not every exception can be sent
        pipe.send(RuntimeError(traceback.format_exc()))


class Process:
    """One of the above at work; `result()` when all is over."""

    context = multiprocessing.get_context("spawn")

    def __init__(self, kind, *arguments):
        self.pipe, other = self.context.Pipe()
        self.process = self.context.Process(target=work, args=(other, kind, *arguments), daemon=True)
        self.process.start()
        other.close()

    def check(self):
        """Fails where it has ended already: nobody ends before all do."""
        if self.pipe.poll():
            raise self.pipe.recv()

    def result(self, timeout_s=60):
        assert self.pipe.poll(timeout_s), f"{self.process.name} does not come to an end"
        found = self.pipe.recv()
        self.process.join(timeout_s)
        if isinstance(found, BaseException):
            raise found
        return found

    def kill(self):
        self.process.kill()
        self.process.join()
