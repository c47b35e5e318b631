"""Several instances of a service: the work is spread, a dead one is replaced and a leaving one hands over, while calls and files go on."""
import os
import signal
import threading
import time

import pytest
from native_dialer import OK as REPLY_OK
from native_dialer import TRANSIENT

from dunlin_system import OK, is_running, poll, running_system

PARTITIONS = set(range(64))
DEADLINE_EXCEEDED = 4


@pytest.fixture(scope="module")
def system():
    with running_system("--instances", "contact=2,payment=2") as system:
        yield system


def owned(system, service):
    """Partitions by the pid of each live instance."""
    return {instance["pid"]: set(instance["partitions"]) for instance in system.instances(service) if instance.get("partitions") is not None}


def is_spread(system, service, n):
    shares = list(owned(system, service).values())
    return len(shares) == n and sum(map(len, shares)) == 64 and set().union(*shares) == PARTITIONS and min(map(len, shares)) > 0


@pytest.fixture(autouse=True)
def all_instances(system):
    """Every test begins with two of each, and the work spread over them."""
    system.up()
    for service in ("contact", "payment"):
        poll(f"two instances of {service} with all partitions between them", lambda service=service: is_spread(system, service, 2))


class Caller(threading.Thread):
    """A dialer that works without a pause: a permit and its report, account after account. Every answer's code is kept."""

    def __init__(self, dialer, accounts):
        super().__init__(daemon=True)
        self.dialer, self.accounts = dialer, accounts
        self.codes = []
        self.is_over = threading.Event()
        self.failure = None
        self.permits = []

    def run(self):
        dialer, contact = self.dialer, self.dialer.contact
        try:
            dialer.hello()
            turn = 0
            while not self.is_over.is_set():
                account = self.accounts[turn % len(self.accounts)]
                turn += 1
                request = dialer.dialer.RequestPermitsRequest()
                request.requests.add(account_id=account.target[0], contact_point_id=account.target[1], purpose=contact.PURPOSE_COLLECTION)
                reply = dialer.call_once("RequestPermits", request, f"turn-{turn}", time.monotonic() + 20)
                self.codes.append((reply.code, reply.message))
                if reply.code != REPLY_OK:
                    continue
                verdict = dialer.dialer.RequestPermitsReply.FromString(reply.body).verdicts[0]
                if self.is_lost_permit_in_the_way(verdict):
                    continue
                permit = verdict.permit
                assert permit.permit_id, f"nothing else stands against these calls: {verdict}"
                self.permits.append(permit.permit_id)
                report = contact.AttemptReport(permit_id=permit.permit_id, telephony=contact.TELEPHONY_NOT_PLACED, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
                reply = dialer.call_once("ReportResults", dialer.dialer.ReportResultsRequest(reports=[report]), "", time.monotonic() + 20)
                self.codes.append((reply.code, reply.message))
        except Exception as failure:  # a thread's failure is the test's, which looks at it
            self.failure = failure

    def is_lost_permit_in_the_way(self, verdict):
        """Where an answer was lost (its code says so), a permit may stand that nobody knows to report."""
        details = [hit.detail for hit in verdict.refusal.hits]
        return bool(self.failed()) and len(details) == 1 and "not reported yet" in details[0]

    def failed(self):
        return [code for code in self.codes if code[0] != REPLY_OK]

    def await_progress(self, n=20):
        before = len(self.codes) - len(self.failed())
        poll("the dialer goes on", lambda: self.failure or len(self.codes) - len(self.failed()) >= before + n)
        assert self.failure is None, self.failure

    def end(self):
        self.is_over.set()
        self.join(timeout=30)
        assert self.failure is None and not self.is_alive(), self.failure


@pytest.fixture
def caller(system):
    caller = Caller(system.dialer("busy"), system.place_accounts(*[{}] * 40))
    caller.start()
    caller.await_progress()
    yield caller
    caller.is_over.set()
    caller.join(timeout=30)


def test_partitions_are_spread_over_the_instances(system):
    for service in ("contact", "payment"):
        assert is_spread(system, service, 2)
        assert min(len(share) for share in owned(system, service).values()) >= 16, "no instance has nearly nothing"


@pytest.mark.parametrize("service", ["contact", "payment"])
def test_a_killed_instance_is_replaced_and_placing_and_calling_go_on(system, caller, service):
    system.kill(service, 1)
    account = system.place_account()
    poll("the other has taken over", lambda: is_spread(system, service, 1))
    caller.await_progress()
    system.run("pay", account.account_id, "250.00")
    system.wait()
    assert system.explain(account) == ["DUNLIN-PAID"]
    caller.end()
    assert {code for code, _ in caller.failed()} <= TRANSIENT | {DEADLINE_EXCEEDED}, "at worst a dialer is asked to send again"
    assert len(caller.permits) == len(set(caller.permits))
    system.up()
    system.check_well()


@pytest.mark.parametrize("service", ["contact", "payment"])
def test_a_stopped_instance_hands_over_without_a_failed_request(system, caller, service):
    pid = system.pid(service, 1)
    system.kill(service, 1, signal.SIGTERM)
    poll("the other has taken over", lambda: is_spread(system, service, 1))
    caller.await_progress()
    account = system.place_account()
    posting = system.json("pay", account.account_id, "1.00", code=OK)
    assert posting["balance_minor"] == 24900
    system.up()
    poll("the new one has its share", lambda: is_spread(system, service, 2))
    caller.await_progress()
    caller.end()
    assert caller.failed() == []
    assert not is_running(pid)


@pytest.mark.parametrize("service", ["contact", "payment"])
def test_an_instance_that_stood_still_does_not_believe_in_partitions_that_it_lost(system, caller, service):
    """A regression: others took over and gave back, the sleeper woke up to the roster it knew, and its share had no owner."""
    pid = system.pid(service, 1)
    os.kill(pid, signal.SIGSTOP)
    try:
        poll("the other has taken over", lambda: is_spread(system, service, 1))
        caller.await_progress()
        caller.end()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {code for code, _ in caller.failed()} <= TRANSIENT | {DEADLINE_EXCEEDED}
    system.up()
    poll("each has a share again", lambda: is_spread(system, service, 2))
    system.check_well()


def test_every_effect_is_there_once_after_all_this(system):
    system.check_well()
    system.run("log", "verify")
    placed = {event["account_id"] for event in system.events("AccountPlaced")}
    for name in ("AccountClassified", "ContactPlanned"):
        first = [event["account_id"] for event in system.events(name)]
        assert placed <= set(first), name
    ledgers = [event["account_id"] for event in system.events("BalanceChanged")]
    assert all(ledgers.count(account_id) <= 1 for account_id in placed), "at most one payment each"
    granted = [event["payload"]["permit_id"] for event in system.events("PermitGranted")]
    reported = [event["payload"]["permit_id"] for event in system.events("AttemptReported")]
    assert len(granted) == len(set(granted)) and len(reported) == len(set(reported)) and set(reported) <= set(granted)
