"""P1, nobody is contacted against the rules: no contact after a stop.

Dialers in several processes ask for permits of the same few accounts in batches, as fast as they can, while others stop contact on them and let it go on again by every way there is: disputes
(opened by command, and repeated after verification), payments in full, payments that a client's file reports, promises, payment plans, requests to cease, attorneys, bankruptcies, deaths, opt-outs of a person and of a number, recalls, and what debtors
say on the calls themselves. Business time moves on meanwhile, over the edges of the calling hours; contact, dispute and payment go from one instance to three, and the partitions with them. In
the long form instances are killed, stopped and started all the time. For a while the dispute service stands still, and for another the payment service.

Then the log is read by a second reading of the rules (support/contact_rules.py), and the diaries of all who took part are held against it: what was acknowledged to one before another asked
stands before the answer.

Broken once, each in contact or in the skeleton's worker_requests.c; each time the test failed, with:
- decide at the head without catching up: "permit at seq 124 ...: stopped by promise of the account at seq 123", and nine more
- catch up, but decide without the lock of the head: "permit at seq 359 ...: stopped by the dispute of seq 358", and twelve more
- count only reported attempts: "attempt 8 within 7 days"
- leave a permit that is not reported out of account: "1 permits of the debt are not reported yet"; out of account within its own batch only: the same
- ignore one kind of stop (the opt-out of a number; payment in full): "stopped by opt_out_contact_point of the point at seq 931", and from a dialer "was acknowledged, and then, asked 0.17 ms after, ..."
- hold nothing for a dispute on a call until the dispute service opens it: "permit at seq 68 ...: stopped by the dispute of seq 66"
- do not hear of payments that clients report: "stopped by reported of the account at seq 425", and 29 more; and 368 times "reported of the account ... was acknowledged, and then, asked 73.48 ms after, ... a refusal said only ..."
- take the first report of a permit alone: "0 days after a conversation", and disputes that were acknowledged and are not in the log
- let permits last beyond the hours of the day: "valid beyond 21:00"
- as it was: an instance that came while the clock was driven went by the time before, for up to half a second: 1 in 6 long forms, "told 22:45, granted 21:40"
"""
import bisect
import collections
import contextlib
import datetime
import os
import random
import signal
import subprocess
import threading
import time
import uuid
import zoneinfo

import pytest

from bus_caller import contract
from contact_rules import Event, read_log
from dunlin_system import OK, poll, running_system, seconds_of_load, us_date
from invariants import check_invariants
from race_load import Dialer, Place, Process, Stopped, Stopper, Target

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
MONDAY = datetime.datetime(2026, 1, 5, tzinfo=NEW_YORK)
EARLY = MONDAY.replace(hour=5)
DIALERS, STOPPERS = 4, 2
HOT_DEBTORS, FRESH, SILENT = 10, 100, 3
TURNS_OPEN, TURNS_CLOSED = 8, 3  # batches that the dialers ask between two movements of the clock, in hours of calling and outside of them
TURNS_STILL = 30  # and while the dispute service stands still
IN_FILE = 12  # accounts of one file: recalled, paid, nothing owed any more; so many that the dialers are still at some of them when the file is done on a busy machine
SERVICES = ("contact", "dispute", "payment")
PATIENCE_S = 120
RULES = {"dispute": "REGF-38D2-DISPUTE", "cease": "REGF-6C-CEASE", "attorney": "REGF-6B2-ATTY", "bankruptcy": "BK-362-STAY", "deceased": "DUNLIN-DECEASED", "opt_out_calls": "REGF-14H-MEDIA",
         "opt_out_contact_point": "REGF-14H-MEDIA-POINT", "wrong_number": "REGF-6D1-3P", "paid": "DUNLIN-PAID", "promise": "DUNLIN-PROMISE", "plan": "DUNLIN-PLAN", "recalled": "DUNLIN-RECALLED", "reported": "DUNLIN-INCOMPLETE"}
FACTS = {"intake": ("AccountPlaced", "AccountUpdated", "AccountRecalled", "PaymentReported"), "payment": ("BalanceChanged", "PromiseMade", "PromiseKept", "PromiseBroken", "PromiseCancelled", "PlanAgreed", "PlanResumed", "PlanCompleted", "PlanBroken", "PlanCancelled"),
         "contact": ("PermitGranted", "PermitExpired", "AttemptReported", "StopRecorded", "StopReleased"), "dispute": ("DisputeOpened", "VerificationSent", "DisputeResolved")}
CLOSE_MS = 100  # what counts as near, where it is told how near requests and stops came
NEAR = 3         # stops before and after a request that are held against it


# --- the run ---


def at(day, hour, minute=0, second=0):
    return (MONDAY + datetime.timedelta(days=day)).replace(hour=hour, minute=minute, second=second)


def whole_day(day):
    """Permits that nobody reports expire after 61 minutes: twelve steps of 65 let seven of them be granted."""
    opening = at(day, 8)
    return [at(day, 7, 59, 59), *(opening + datetime.timedelta(minutes=65 * n) for n in range(12)), at(day, 20, 59, 59), at(day, 21)]


def short_day(day):
    return [at(day, 7, 59, 59), at(day, 8), at(day, 11), at(day, 16), at(day, 20, 59, 59), at(day, 21)]


def days_of(instant):
    return int(instant.timestamp()) // 86400


class Clock:
    """Drives business time without waiting for rest: there is none."""

    def __init__(self, system):
        self.process = system.start_command("clock", "advance", "--stdin", "--no-wait", stdin=subprocess.PIPE)
        self.moves = []  # (when asked, when done, business time in us)

    def move(self, to):
        asked = time.monotonic_ns()
        self.process.stdin.write(to.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ\n"))
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer.startswith("ok "), f"dunlin clock advance: {answer}{self.process.stderr.read()}"
        self.moves.append((asked, time.monotonic_ns(), int(to.timestamp()) * 1_000_000))

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(PATIENCE_S) == 0, self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()


class Race:
    """The whole run and what its participants wrote down."""

    def __init__(self, system):
        self.system = system
        self.seed = int(os.environ.get("DUNLIN_TEST_SEED", 0)) or random.randrange(1 << 32)
        print(f"DUNLIN_TEST_SEED={self.seed}")
        self.asked, self.stopped = [], []
        self.n_reported = self.n_in_files = 0
        self.phases = []  # (instances, since)
        self.place_all()
        self.dialers = [Process(Dialer, self.place, f"dialer-{n}") for n in range(DIALERS)]
        self.stoppers = [Process(Stopper, self.place, f"stopper-{n}", [target for target in self.place.hot if self.stopper_of[target.debtor] == n]) for n in range(STOPPERS)]
        self.clock = Clock(system)

    def place_all(self):
        system = self.system
        rows = []
        for n in range(HOT_DEBTORS):  # two debts and two numbers each; half of them may be in California as well
            other = "(213) 555-0143" if n % 2 else "(212) 555-0143"
            rows += [{"CustomerNo": f"hot-{n}", "Phone": "(212) 555-0123", "Phone2": other}] * 2
        accounts = system.place_accounts(*rows, *[{}] * (FRESH + SILENT))
        targets = [Target(account.id_bytes, id_of(account.debtor_id), [id_of(point) for point, _ in account.points]) for account in accounts]
        hot, fresh = targets[:2 * HOT_DEBTORS], targets[2 * HOT_DEBTORS:-SILENT]
        self.by_id = {target.account: (target, account) for target, account in zip(targets, accounts)}
        self.stopper_of = {target.debtor: n // 2 % STOPPERS for n, target in enumerate(hot)}
        for n in range(DIALERS):
            system.add_key(f"dialer-{n}")
        for n in range(STOPPERS):
            system.add_key(f"stopper-{n}", "operator")
        context = Process.context
        self.place = Place(var=system.var, dialer_endpoint=system.dialer_endpoint(), hot=hot, fresh=fresh, silent=targets[-SILENT:], seed=self.seed, turns=context.Value("Q"),
                           today=context.Value("l", days_of(MONDAY)), is_over=context.Event())

    def instances(self, n):
        self.system.run("up", "--instances", ",".join(f"{service}={n}" for service in SERVICES), timeout_s=PATIENCE_S)
        for service in SERVICES:
            poll(f"{n} instances of {service} with all partitions between them", lambda service=service: self.system.is_spread(service, n), PATIENCE_S)
        self.phases.append((n, time.monotonic_ns()))

    def await_turns(self, n):
        """Goes on when the dialers have asked n batches more."""
        until = self.place.turns.value + n
        deadline = time.monotonic() + PATIENCE_S
        while self.place.turns.value < until:
            assert time.monotonic() < deadline, "the dialers do not come on"
            for process in self.dialers + self.stoppers:
                process.check()
            time.sleep(0.005)

    def live_through(self, instants):
        for instant in instants:
            self.clock.move(instant)
            self.place.today.value = days_of(instant)
            self.await_turns(TURNS_OPEN if 8 <= instant.hour < 21 else TURNS_CLOSED)

    @contextlib.contextmanager
    def standing_still(self, service):
        """Whatever it would say does not come: what contact must know it has to know by itself. Not in the middle of a transaction: it would hold heads, and nobody could be answered."""
        pid = self.system.pid(service)

        def is_caught_between_transactions():
            os.kill(pid, signal.SIGSTOP)
            if self.system.sql(f"SELECT count(*) FROM pg_stat_activity WHERE usename = 'dunlin_{service}' AND xact_start IS NOT NULL") == "0":
                return True
            os.kill(pid, signal.SIGCONT)
            return False
        poll(f"{service} between two transactions", is_caught_between_transactions)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def asked_for_now(self):
        """A few fresh accounts that the dialers are asking for now, or next where a file before had those."""
        first = max(self.place.turns.value // 6, self.n_in_files)
        self.n_in_files = first + IN_FILE
        return [self.place.fresh[(first + i) % len(self.place.fresh)] for i in range(1, 1 + IN_FILE)]

    def recall(self):
        self.stop_by_file("recalled", self.asked_for_now(), lambda accounts: self.system.recall(*accounts))

    def stop_by_file(self, kind, targets, send):
        asked = time.monotonic_ns()
        send([self.by_id[target.account][1] for target in targets])
        answered = time.monotonic_ns()
        stops = [Stopped(kind, "account", target.account, target.debtor, asked, answered, None, None) for target in targets]
        self.stopped += stops
        return stops

    def send_payments(self, accounts):
        """A file of a cent each: what is owed after it is not known until payment has posted it."""
        self.n_reported += 1
        payments = [{"Client": "tests", "AccountNo": account.reference, "PaidOn": us_date(MONDAY), "Amount": "0.01", "Currency": "USD", "Reference": f"file-{self.n_reported}"} for account in accounts]
        self.system.place(self.system.write_rows(list(payments[0]), payments), "payments.yaml", code=OK)

    def send_nothing_owed(self, accounts):
        updates = [{"Client": "tests", "AccountNo": account.reference, "Balance": "0.00"} for account in accounts]
        self.system.place(self.system.write_rows([*updates[0], "DueDate", "Phone", "Email"], updates), "updates.yaml", code=OK)

    def report_payments(self):
        """Of the accounts that everybody is at, while payment posts them: when, only the log can say."""
        self.send_payments([self.by_id[target.account][1] for target in self.place.hot])

    def report_what_payment_does_not_hear(self):
        """Payments on some of the same accounts; and payments on others, of which the client says then that nothing is owed."""
        with self.standing_still("payment"):
            reported = self.stop_by_file("reported", self.place.hot[::3], self.send_payments)
            settled = self.asked_for_now()
            self.send_payments([self.by_id[target.account][1] for target in settled])
            self.stop_by_file("paid", settled, self.send_nothing_owed)
            self.await_turns(TURNS_STILL)
            lift_asked = time.monotonic_ns()
        self.stopped = [stop._replace(lift_asked=lift_asked) if stop in reported else stop for stop in self.stopped]

    def end(self):
        self.place.is_over.set()
        for process in self.dialers:
            asked, stopped = process.result()
            self.asked += asked
            self.stopped += stopped
        for process in self.stoppers:
            self.stopped += process.result()
        self.clock.close()

    def kill(self):
        for process in self.dialers + self.stoppers:
            process.kill()
        self.clock.process.kill()


class Mover(threading.Thread):
    """Takes instances away and brings them back, as long as the load lasts."""

    def __init__(self, race):
        super().__init__(daemon=True)
        self.race, self.is_over, self.failure, self.n = race, threading.Event(), None, 0
        self.random = random.Random(race.seed)

    def run(self):
        try:
            while not self.is_over.is_set():
                service, number = self.random.choice(SERVICES), self.random.choice((2, 3))
                if self.random.random() < 0.5:
                    self.race.system.kill(service, number, signal.SIGKILL)
                else:
                    self.race.system.run("down", f"{service}-{number}", timeout_s=PATIENCE_S)
                self.race.instances(3)
                self.n += 1
        except BaseException as failure:  # a thread's failure is the test's, which looks at it
            self.failure = failure

    def end(self):
        self.is_over.set()
        self.join(PATIENCE_S)
        assert self.failure is None and not self.is_alive(), self.failure


def run_race(system):
    race = Race(system)
    try:
        race.phases.append((1, time.monotonic_ns()))
        race.live_through(whole_day(0)[:5])
        with race.standing_still("dispute"):  # what is disputed on a call is held before a dispute is opened
            race.await_turns(TURNS_STILL)
        race.live_through(whole_day(0)[5:7])
        race.report_what_payment_does_not_hear()
        race.live_through(whole_day(0)[7:8])
        race.recall()
        race.report_payments()
        race.live_through(whole_day(0)[8:] + short_day(6)[:3])
        race.instances(3)
        race.recall()
        race.report_payments()
        race.live_through(short_day(6)[3:] + short_day(7))  # after a conversation of Monday day 6 is too early, and day 7 is not
        more_until = time.monotonic() + seconds_of_load(0)
        day, mover = 8, None
        while time.monotonic() < more_until:
            if mover is None:
                mover = Mover(race)
                mover.start()
            race.live_through(whole_day(day) if day % 3 == 0 else short_day(day))
            race.report_payments()
            day += 1 if day % 7 else 5
        if mover is not None:
            mover.end()
            print(f"{mover.n} instances were taken away and came back")
        race.end()
    finally:
        race.kill()
    system.wait()
    return race


@pytest.fixture(scope="module")
def system():
    with running_system(at=EARLY) as system:
        yield system


@pytest.fixture(scope="module")
def race(system):
    race = run_race(system)
    race.log = read_log(read_events(system))
    race.evidence = Evidence(race)
    race.evidence.tell()
    return race


# --- what the log says ---


def id_of(text):
    return uuid.UUID(text).bytes


def read_events(system):
    """Facts alone, off the log itself, partition by partition."""
    types = {f"dunlin.{area}.v1.{name}": getattr(contract(area), name) for area, names in FACTS.items() for name in names}
    wanted = ", ".join(f"'{name}'" for name in types)
    for partition in range(64):
        rows = system.sql(f"SELECT seq, type, occurred_at_us, account_id, debtor_id, encode(payload, 'hex') FROM log.event WHERE partition = {partition} AND type IN ({wanted}) ORDER BY seq")
        for seq, name, at_us, account, debtor, payload in (row.split("|") for row in rows.splitlines()):
            yield Event(partition, int(seq), name.rsplit(".", 1)[1], int(at_us), id_of(account), id_of(debtor), types[name].FromString(bytes.fromhex(payload)))


# --- what those who took part have seen ---


class Evidence:
    """The diaries beside the log: which event is which stop, which permit which grant."""

    def __init__(self, race):
        self.race = race
        self.grants = {permit: attempt for partition in race.log.values() for permit, attempt in partition.attempts.items()}
        begun = collections.defaultdict(list)  # (kind, scope, key) -> seqs
        for partition in race.log.values():
            for stop in partition.history:
                begun[stop.kind, stop.scope, stop.key].append(stop.seq)
        # (scope, key) -> [(what was acknowledged, its seq)], in the order of the acknowledgements: those that are lifted, one after the other, and those for good
        self.lifted, self.for_good = collections.defaultdict(list), collections.defaultdict(list)
        self.unwritten = []
        nth = collections.Counter()
        for stop in sorted(race.stopped, key=lambda stop: stop.answered):
            what = stop.kind, stop.scope, stop.key
            # What nobody lifts is in force since it was said first; what is lifted was said by one person alone, one after the other.
            if nth[what] == len(begun[what]):
                self.unwritten.append(stop)
                continue
            (self.for_good if stop.lift_asked is None else self.lifted)[stop.scope, stop.key].append((stop, begun[what][nth[what]]))
            nth[what] += stop.lift_asked is not None
        self.debtors = {account: target.debtor for account, (target, _) in race.by_id.items()}

    def pairs(self):
        """Every request beside the stops that concern it: of those that are lifted, the last ones before and the first ones after it."""
        for asked in self.race.asked:
            for where in (("account", asked.account), ("debtor", self.debtors[asked.account]), ("point", asked.point)):
                near = bisect.bisect(self.lifted[where], asked.asked, key=lambda stop: stop[0].answered)
                for stop, seq in self.lifted[where][max(0, near - NEAR):near + NEAR] + self.for_good[where]:
                    yield asked, stop, seq

    def tell(self):
        """What was there to be proved, by phases; and how close requests and stops came to one another."""
        race = self.race
        self.overlapping, self.before, self.after, self.again = collections.Counter(), collections.defaultdict(set), collections.defaultdict(set), set()
        for asked, stop, _ in self.pairs():
            is_refused_by_it = is_refused_by(asked, stop)
            if asked.asked < stop.answered and asked.answered > stop.asked:
                self.overlapping["granted" if asked.permit else "refused" if is_refused_by_it else "refused otherwise"] += 1
            if asked.permit and asked.answered < stop.answered:
                self.before[stop].add(stop.asked - asked.answered)
            if is_refused_by_it and asked.asked > stop.answered and (stop.lift_asked is None or asked.answered < stop.lift_asked):
                self.after[stop].add(asked.asked - stop.answered)
            if asked.permit and stop.lift_asked is not None and asked.asked > stop.lift_asked:
                self.again.add(stop.kind)
        self.raced = self.before.keys() & self.after.keys()
        for (instances, since), (_, until) in zip(race.phases, [*race.phases[1:], (0, time.monotonic_ns())]):
            asked = [each for each in race.asked if since <= each.asked < until]
            print(f"{instances} of each: {len(asked)} permits asked, {sum(each.permit is not None for each in asked)} granted, {sum(since <= stop.asked < until for stop in race.stopped)} stops, "
                  f"{(max((each.answered for each in asked), default=since) - since) / 1e9:.1f} s")
        near = sum(any(ns < CLOSE_MS * 1e6 for ns in self.before[stop]) and any(ns < CLOSE_MS * 1e6 for ns in self.after[stop]) for stop in self.raced)
        print(f"{len(race.stopped)} stops: {len(self.raced)} with permits before and refusals after them, {near} of these within {CLOSE_MS} ms; requests under way together with a stop: {dict(self.overlapping)}")
        print("refused by:", dict(collections.Counter(rule for asked in race.asked for rule in asked.rules).most_common()))
        print("raced, by kind:", dict(collections.Counter(stop.kind for stop in self.raced)), "of them said on a call:", sum(stop.permit is not None for stop in self.raced))


def is_refused_by(asked, stop):
    """A recall ends what was disputed, and stops contact itself."""
    return RULES[stop.kind] in asked.rules or (stop.kind == "dispute" and RULES["recalled"] in asked.rules)


def shown(asked, stop):
    relation = f"asked {(asked.asked - stop.answered) / 1e6:.2f} ms after"
    return f"{stop.kind} of the {stop.scope} {stop.key.hex()} was acknowledged, and then, {relation}, of account {asked.account.hex()}"


def test_the_race_took_place(race):
    evidence = race.evidence
    assert {stop.kind for stop in evidence.raced} == set(RULES), "every kind of stop had permits before it and refusals after it"
    assert any(stop.permit is not None for stop in evidence.raced)
    assert evidence.again == {stop.kind for stop in race.stopped if stop.lift_asked is not None}, "after a stop was lifted there are permits again"
    assert evidence.overlapping["granted"] and evidence.overlapping["refused"], "stops met requests that were under way, and these went both ways"
    refused = collections.Counter(rule for asked in race.asked for rule in asked.rules)
    assert {"REGF-6B1I-TIME", "REGF-14B2A-7IN7", "REGF-14B2B-CONVO7"} <= refused.keys(), refused
    of_silent = {target.account: sum(asked.permit is not None and asked.account == target.account for asked in race.asked) for target in race.place.silent}
    assert min(of_silent.values()) >= 7, "permits that expired came up to the limit"


def test_the_log_holds_no_permit_after_a_stop_and_none_beyond_a_cap(race):
    violations = [violation for partition in race.log.values() for violation in partition.violations]
    assert violations == []


def test_every_stop_that_was_acknowledged_is_in_the_log(race):
    assert race.evidence.unwritten == []


def test_every_permit_that_was_answered_is_in_the_log_and_no_other(race):
    """What the dialers hold and what the log holds are the same permits: the proof by the log speaks of what was called."""
    assert sorted(asked.permit for asked in race.asked if asked.permit) == sorted(race.evidence.grants)


def test_what_was_acknowledged_before_a_permit_was_asked_for_stands_before_its_decision(race):
    """And what was answered before a stop was asked for, behind none of it: the log's order is that of the outside."""
    evidence, wrong = race.evidence, []
    for asked, stop, seq in evidence.pairs():
        if asked.permit is None:
            continue
        granted = evidence.grants[asked.permit].seq
        if stop.answered < asked.asked and granted < seq:
            wrong.append(f"{shown(asked, stop)} a permit was decided at seq {granted}, before the stop of seq {seq}")
        if asked.answered < stop.asked and granted > seq and stop.lift_asked is not None:
            wrong.append(f"a permit was answered, and only then {stop.kind} asked for, which is at seq {seq}, before the permit's {granted}")
    assert wrong == []


def test_between_the_acknowledgement_of_a_stop_and_its_release_every_permit_is_refused_for_it(race):
    """Whoever was told that contact has stopped is right about it, from that moment on; stops that were reported from a call included."""
    wrong = [f"{shown(asked, stop)} " + ("a permit was granted" if asked.permit else f"a refusal said only {asked.rules}")
             for asked, stop, _ in race.evidence.pairs()
             if stop.answered < asked.asked and (stop.lift_asked is None or asked.answered < stop.lift_asked) and not is_refused_by(asked, stop)]
    assert wrong == []


def test_no_permit_is_of_an_earlier_hour_than_was_told_before_it_was_asked_for(race):
    moves = race.clock.moves
    wrong = []
    for asked in race.asked:
        if asked.permit is None:
            continue
        told = max((to_us for _, done, to_us in moves if done < asked.asked), default=0)
        latest = max((to_us for began, _, to_us in moves if began < asked.answered), default=0)
        if not told <= race.evidence.grants[asked.permit].granted_us <= latest:
            wrong.append((asked.permit.hex(), told, race.evidence.grants[asked.permit].granted_us, latest))
    assert wrong == []


def test_the_system_is_well_and_its_log_unbroken_after_all_this(system, race):
    system.check_well()
    check_invariants(system)
