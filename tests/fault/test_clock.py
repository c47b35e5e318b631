"""P1 and P2 whatever the clock does: timers fire once and in order, ids stay unique, and no step of the clock opens an hour or a limit that is closed.

Business time is driven over both changes of daylight saving in New York, in steps and in a leap over days; it is set back where that is allowed. Then the machine's own clock is stepped under
running services, back and forth, by hours and days, while accounts are placed, called and paid (support/stepclock).

Broken once: a conversation that lies in the future not counted (a permit was granted after the clock had been set back); timers taken and not deleted (the promise broke again and again:
tests/integration/timer/test_timer.c); ids made of the time alone (tests/unit/id/test_id_step.c).
"""
import collections
import datetime
import mmap
import os
import pathlib
import struct
import threading
import time
import uuid

import pytest

from dunlin_system import OK, SANITIZER_ENVIRONMENT, START, default_account, poll, running_system, seconds_of_load
from invariants import check_invariants, rows

OWNERS = ("classification", "contact", "dispute", "payment", "reporting")
SPRING = datetime.datetime(2026, 3, 7, 17, tzinfo=datetime.timezone.utc)  # the day before; at 2:00 it is 3:00
AUTUMN = datetime.datetime(2026, 10, 31, 17, tzinfo=datetime.timezone.utc)  # the day before; at 2:00 it is 1:00
DAY = datetime.timedelta(days=1)


def utc(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def system():
    with running_system(at=SPRING) as system:
        yield system


def window(system, account):
    """Whether the account may be called, and if not, from when on: nothing but the hours stands against it."""
    verdict = system.json("permit", account.account_id, "--contact-point", account.points[0][0])[0]
    if verdict["is_permitted"]:
        return None
    assert [hit["rule"] for hit in verdict["refusal"]["hits"]] == ["REGF-6B1I-TIME"], verdict
    return verdict["refusal"]["hits"][0]["next_permitted_at"]


# UTC instants of the days around the changes, and when the next call may be made: 8:00 to 21:00 in New York.
SPRING_HOURS = [
    ("2026-03-08T01:59:59", None),                    # 20:59:59 in winter
    ("2026-03-08T02:00:00", "2026-03-08T12:00:00Z"),  # 21:00; 8:00 will be in summer
    ("2026-03-08T06:59:59", "2026-03-08T12:00:00Z"),  # 1:59:59, the last second of winter
    ("2026-03-08T07:00:00", "2026-03-08T12:00:00Z"),  # 3:00: there is no hour from 2:00 to 3:00
    ("2026-03-08T11:59:59", "2026-03-08T12:00:00Z"),
    ("2026-03-08T12:00:00", None),                    # 8:00; by the winter's clock it would be 7:00
    ("2026-03-09T00:59:59", None),                    # 20:59:59; by the winter's clock 19:59:59
    ("2026-03-09T01:00:00", "2026-03-09T12:00:00Z"),
]
AUTUMN_HOURS = [
    ("2026-11-01T00:59:59", None),                    # 20:59:59 in summer
    ("2026-11-01T01:00:00", "2026-11-01T13:00:00Z"),  # 21:00; 8:00 will be in winter
    ("2026-11-01T05:30:00", "2026-11-01T13:00:00Z"),  # 1:30, for the first time
    ("2026-11-01T06:30:00", "2026-11-01T13:00:00Z"),  # 1:30, for the second time
    ("2026-11-01T12:30:00", "2026-11-01T13:00:00Z"),  # 7:30; by the summer's clock 8:30
    ("2026-11-01T13:00:00", None),
    ("2026-11-02T01:59:59", None),                    # 20:59:59; by the summer's clock 21:59:59
    ("2026-11-02T02:00:00", "2026-11-02T13:00:00Z"),
]


def check_hours(system, account, hours):
    for at, opens_at in hours:
        system.advance(to=utc(at))
        assert window(system, account) == opens_at, at


def promise_for_days(system, accounts, order):
    """A promise of each for another day from today on, made in no order of days. -> {account id: day}"""
    due = {account.account_id: system.now() + days * DAY for account, days in zip(accounts, order)}
    for account in accounts:
        system.run("promise", account.account_id, "10.00", "--by", due[account.account_id].date().isoformat())
    return due


def check_broken(system, due, n_before):
    """Each once, and those of one partition in the order in which they were due. What was broken before these is passed over."""
    found = sorted(system.events("PromiseBroken"), key=lambda event: (event["partition"], event["seq"]))
    assert collections.Counter(event["account_id"] for event in found) == dict.fromkeys(due, n_before + 1)
    met, by_partition = collections.Counter(), collections.defaultdict(list)
    for event in found:
        met[event["account_id"]] += 1
        if met[event["account_id"]] > n_before:
            by_partition[event["partition"]].append(due[event["account_id"]])
    assert max(map(len, by_partition.values())) >= 6 and all(line == sorted(line) for line in by_partition.values()), by_partition


def test_hours_are_local_through_both_changes_and_timers_fire_once_in_order(system):
    account, *others = system.place_accounts(*[{}] * 4)
    family = system.place_accounts(*[{"CustomerNo": "C-family", "Name": "Jo Family"} for _ in range(6)])  # one debtor, one partition
    for n_before, (day, hours) in enumerate([(SPRING, SPRING_HOURS), (AUTUMN, AUTUMN_HOURS)]):
        system.advance(to=day)
        assert window(system, account) is None
        due = promise_for_days(system, others + family, (3, 0, 2, 5, 3, 4, 0, 2, 1))
        check_hours(system, account, hours)
        system.advance(to=day + 12 * DAY)  # a leap over all that is due still
        check_broken(system, due, n_before)
    assert system.error("clock", "set", "2026-11-01")["code"] == "FAILED_PRECONDITION", "business time that is driven never goes back"
    check_invariants(system, rebuild=False)


class Machine:
    """The clock of the machine on which a whole system runs: its services, its command, PostgreSQL and Redis."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(8))
        self.path.chmod(0o644)
        with self.path.open("r+b") as file:
            self.ahead_us = mmap.mmap(file.fileno(), 8)

    def environment(self):
        library = pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve().parent / "tests" / "libstepclock.so"
        assert library.exists(), "tests/support/stepclock is built with the tests"
        options = f"{SANITIZER_ENVIRONMENT['ASAN_OPTIONS']}:verify_asan_link_order=0"  # the clock stands before the sanitizer
        return {"LD_PRELOAD": str(library), "DUNLIN_TEST_CLOCK": str(self.path), "ASAN_OPTIONS": options}

    def now(self):
        return datetime.datetime.fromtimestamp(time.time() + struct.unpack("q", self.ahead_us[:8])[0] / 1e6, datetime.timezone.utc)

    def step(self, by):
        ahead, = struct.unpack("q", self.ahead_us[:8])
        self.ahead_us[:8] = struct.pack("q", ahead + by // datetime.timedelta(microseconds=1))


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine")
    for path in [folder, *folder.parents][:3]:
        path.chmod(0o755)  # PostgreSQL runs as another user
    machine = Machine(folder)
    machine.step(START - machine.now())  # noon in New York
    return machine


@pytest.fixture(scope="module")
def stepped(machine):
    with running_system(at=None, environment=machine.environment()) as system:
        yield system


class Placer(threading.Thread):
    """Places files without a pause."""

    def __init__(self, system):
        super().__init__(daemon=True)
        self.system, self.is_over, self.placed, self.failure = system, threading.Event(), 0, None

    def run(self):
        try:
            while not self.is_over.is_set():
                path = self.system.write_accounts([default_account() for _ in range(5)])
                self.placed += self.system.place(path, code=OK)["summary"]["accepted"]
        except BaseException as failure:  # a thread's failure is the test's
            self.failure = failure

    def await_progress(self):
        before = self.placed
        poll("files to be placed", lambda: self.failure or self.placed >= before + 10, 60)
        assert self.failure is None, self.failure


def hours(n):
    return datetime.timedelta(hours=n)


# Always between 8:00 and 21:00, and none so far that a conversation before it is forgotten.
LEAP = 6 * DAY
STEPS = [-hours(1), hours(3), -2 * DAY, -hours(2), LEAP, DAY, -DAY, -hours(1), hours(1), datetime.timedelta(seconds=-1), -4 * DAY, 5 * DAY]


def ask(dialer, account):
    return dialer.request_permits([account.target], f"{account.reference}-{uuid.uuid4()}")[0]


def talk(dialer, account):
    """A call that is a conversation."""
    contact = dialer.contact
    permit = ask(dialer, account).permit
    assert permit.permit_id
    dialer.report_results([contact.AttemptReport(permit_id=permit.permit_id, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_NONE, is_conversation=True)])


def refusal(dialer, account):
    return [hit.rule for hit in ask(dialer, account).refusal.hits]


def times(system, name, account):
    return len(system.events(name, account=account.account_id))


def test_no_step_of_the_machines_clock_fires_a_timer_twice_or_opens_a_limit(stepped, machine):
    system = stepped
    pids = {service: system.pid(service) for service in OWNERS}
    dialer = system.dialer("stepped")
    dialer.hello()
    promised, silent, *accounts = system.place_accounts(*[{}] * 14)
    system.run("promise", promised.account_id, "10.00", "--by", machine.now().date().isoformat())
    assert ask(dialer, silent).permit.permit_id  # nobody reports it: it expires
    placer = Placer(system)
    placer.start()
    deadline = time.monotonic() + seconds_of_load(1)
    try:
        fired = False
        while True:
            for step in STEPS:
                talked = accounts.pop()
                talk(dialer, talked)
                machine.step(step)
                assert abs(system.now() - machine.now()) < hours(0.1), "business time is the machine's"
                placer.await_progress()
                assert "REGF-14B2B-CONVO7" in refusal(dialer, talked), "a conversation that lies in the future is one, too"
                fired = fired or step == LEAP
                if fired:
                    poll("the promise to break and the permit to expire", lambda: times(system, "PromiseBroken", promised) and times(system, "PermitExpired", silent), 60)
            if time.monotonic() >= deadline:
                break
            accounts = system.place_accounts(*[{}] * 12, waits=False)
    finally:
        placer.is_over.set()
        placer.join(timeout=120)
    assert placer.failure is None, placer.failure
    system.check_well()
    assert times(system, "PromiseBroken", promised) == 1 and times(system, "PermitExpired", silent) == 1
    assert {service: system.pid(service) for service in OWNERS} == pids
    ids = rows(system, "SELECT permit_id FROM contact.permit UNION ALL SELECT posting_id FROM payment.posting UNION ALL SELECT dispute_id FROM dispute.dispute")
    assert len(ids) == len(set(ids))
    check_invariants(system)


def test_business_time_that_was_driven_ahead_comes_back_with_the_machines_and_opens_nothing(stepped, machine):
    system = stepped
    dialer = system.dialer("released")
    dialer.hello()
    promised, talked, fresh = system.place_accounts(*[{}] * 3)
    system.run("promise", promised.account_id, "10.00", "--by", machine.now().date().isoformat())
    ahead = machine.now() + 30 * DAY
    system.run("clock", "set", ahead.strftime("%Y-%m-%dT17:00:00Z"))
    talk(dialer, talked)
    system.run("clock", "release")
    assert abs(system.now() - machine.now()) < hours(0.1)
    assert "REGF-14B2B-CONVO7" in refusal(dialer, talked)
    assert ask(dialer, fresh).permit.permit_id
    system.run("clock", "set", (machine.now() - DAY).strftime("%Y-%m-%dT17:00:00Z"))
    assert "REGF-14B2B-CONVO7" in refusal(dialer, talked)
    assert system.error("clock", "set", (machine.now() - 2 * DAY).strftime("%Y-%m-%dT17:00:00Z"))["code"] == "FAILED_PRECONDITION"
    system.run("clock", "set", (ahead + DAY).strftime("%Y-%m-%dT17:00:00Z"))
    assert times(system, "PromiseBroken", promised) == 1
    check_invariants(system, rebuild=False)
