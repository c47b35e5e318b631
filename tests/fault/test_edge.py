"""P4, at the edge to third parties: an instance of contact that stands still holds up its own partitions, and no dialer's request for others.

Broken once: answers sent only when everything asked for had come (the other account's permit came when the first request had been given up).
"""
import os
import signal

import pytest

from bus_caller import partition_of
from dunlin_system import poll, running_system

OK = 0
PATIENCE_MS = 60000


@pytest.fixture(scope="module")
def system():
    with running_system("--instances", "contact=2") as running:
        yield running


def account_in(accounts, partitions):
    return next(account for account in accounts if partition_of(account.id_bytes) in partitions)


def send(dialer, request_id, account):
    request = dialer.dialer.RequestPermitsRequest()
    request.requests.add(account_id=account.id_bytes, contact_point_id=account.target[1], purpose=dialer.contact.PURPOSE_COLLECTION)
    dialer.socket.send(dialer.bus.Request(request_id=request_id, method=f"{dialer.SERVICE}/RequestPermits", timeout_ms=PATIENCE_MS, idempotency_key=f"edge-{request_id}",
                                          body=request.SerializeToString()).SerializeToString())


def receive(dialer):
    assert dialer.socket.poll(PATIENCE_MS), "no reply"
    return dialer.bus.Reply.FromString(dialer.socket.recv())


def test_no_request_waits_for_an_instance_that_stands_still(system):
    accounts = system.place_accounts(*({"AccountNo": f"E{n}", "CustomerNo": f"EC{n}"} for n in range(40)))
    dialer = system.dialer("edge")
    dialer.hello()
    poll("two instances of contact with all partitions between them", lambda: system.is_spread("contact", 2))
    asleep = system.pid("contact", 2)
    shares = {instance["pid"]: instance["partitions"] for instance in system.instances("contact")}
    slow = account_in(accounts, shares.pop(asleep))
    quick = account_in(accounts, *shares.values())
    os.kill(asleep, signal.SIGSTOP)
    try:
        send(dialer, 1, slow)
        send(dialer, 2, quick)
        first = receive(dialer)
        assert (first.request_id, first.code) == (2, OK), first
    finally:
        os.kill(asleep, signal.SIGCONT)
    second = receive(dialer)
    assert (second.request_id, second.code) == (1, OK), f"given up before the other was answered: {second}"
