"""P2 and P4: nothing is lost, nothing happens twice, whatever is killed, restarted, wiped, dropped or doubled while the work goes on.

Clients place files, ask permits and report what came of them, pay, promise and dispute without a pause, over a wire that loses, doubles and re-orders events; what was not acknowledged is
sent again with the same key, and so is a part of what was. Meanwhile every service is killed in turn, PostgreSQL crashes and restarts, Redis is wiped and killed, the power fails, and for
a while no event comes over the wire at all. Afterwards every command has exactly one effect, and the invariants of support/invariants.py hold.

Broken once:
- the cursor committed in a transaction of its own, after the effects: the rebuilt read model was not the live one (7 events of 10,315 applied twice; two minutes of load);
- stored replies not looked for: the payer's second try was refused; replies sent before the commit: an acknowledged payment was not there;
- a payment's own id not looked for: acknowledged twice with two postings;
- inbox.c not noticing gaps: accounts stayed unknown to payment and dispute; going over them: a permit for an account placed was refused as unknown;
- inbox.c taking an event twice: the rebuilt read model was not the live one; the heads never checked: nobody went on while the wire was silent.
"""
import collections
import csv
import json
import os
import queue
import random
import signal
import threading
import time
import uuid

import pytest

from bus_caller import AGAIN, FAILED_PRECONDITION, NOT_FOUND, BusCaller, CallError, contract, partition_of
from dunlin_system import FAILED, MAPPINGS, OK, PARTLY, REPOSITORY, SAMPLE, START, default_account, is_running, native_dialer, poll, running_system, seconds_of_load, us_date
from event_wire import EventWire
from invariants import CONSUMERS, check_invariants, differences, keyed, rows

SERVICES = ("intake", "classification", "contact", "correspondence", "dispute", "payment", "reporting", "dialer")
ROWS_A_FILE, ROWS_AT_FIRST = 15, 150  # the first file gives everybody something to do
SHORT_S = 15  # one round of everything takes longer
PATIENCE_S = 90
TODAY = us_date(START.date())
DUE_ON_DAYS = int(START.timestamp()) // 86400 + 10
TRY_AGAIN = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED"}
GOOD_FOR_NOTHING = {"Balance": "a lot"}  # a row that every file has: it is rejected


class Client(threading.Thread):
    """Works until the load is over, then finishes what it has begun. `done` are its acknowledged commands."""

    def __init__(self, load, name):
        super().__init__(daemon=True, name=name)
        self.load, self.system = load, load.system
        self.random = random.Random(f"{load.seed}/{name}")
        self.accounts = queue.Queue()
        self.done = collections.defaultdict(dict)  # what kind of command -> {key: what was acknowledged}
        self.failure = None
        self.n_done = self.n_again = 0

    def run(self):
        try:
            while not self.load.is_over.is_set():
                self.turn()
        except BaseException as failure:  # a thread's failure is the test's, which looks at it
            self.failure = failure
        finally:
            self.close()

    def turn(self):
        try:
            account = self.accounts.get(timeout=0.1)
        except queue.Empty:
            return
        self.work(account)

    def acknowledged(self, kind, key, value):
        """Sent twice and answered differently would be two effects, or a wrong answer."""
        before = self.done[kind].setdefault(key, value)
        assert before == value, f"{kind} {key}: acknowledged as {before}, and sent again as {value}"
        self.n_done += 1

    def close(self):
        pass


class Placer(Client):
    """Sends files, each of them twice: at once, or the same one again later. The accounts placed are for the others."""

    def __init__(self, load):
        super().__init__(load, "placer")
        self.caller = BusCaller(load.system, "placer")
        self.n_files = 0
        with (SAMPLE / "portfolio.csv").open(newline="") as file:
            self.columns = next(csv.reader(file))
        self.placed = collections.deque(maxlen=200)  # references of accounts that payments come for

    def turn(self):
        self.n_files += 1
        accounts = [{**default_account(), "Balance": "10000.00"} for _ in range(ROWS_A_FILE if self.n_files > 1 else ROWS_AT_FIRST)]
        self.send("file", accounts + [{**default_account(), **GOOD_FOR_NOTHING}], "placement.yaml", PARTLY, len(accounts))
        *placed, recalled = [row["AccountNo"] for row in accounts]
        self.hand_out(placed)
        self.placed.extend(placed)
        paid = self.random.sample(self.placed, 5)
        self.send("payments", [{"Client": "tests", "AccountNo": reference, "PaidOn": TODAY, "Amount": "1.00", "Currency": "USD", "Reference": f"F-{self.n_files}-{reference}"} for reference in paid],
                  "payments.yaml", OK, len(paid))
        if self.n_files % 3 == 0:
            self.send("recalls", [{"Client": "tests", "AccountNo": recalled, "Reason": "taken back"}], "recalls.yaml", OK, 1)

    def close(self):
        self.caller.close()

    def send(self, kind, records, mapping, code, n_accepted):
        path = self.system.write_rows(self.columns if kind == "file" else list(records[0]), records)
        twice = self.random.random() < 0.3
        processes = [self.start_placing(path, mapping) for _ in range(1 + twice)]
        for process in processes:
            self.finish(kind, path, mapping, process, code, n_accepted)
        if self.random.random() < 0.3:
            self.finish(kind, path, mapping, self.start_placing(path, mapping), code, n_accepted)

    def start_placing(self, path, mapping):
        return self.system.start_command("place", path, "--mapping", MAPPINGS / mapping, "--batch", "4", "--timeout", "30", "--json")

    def finish(self, kind, path, mapping, process, code, n_accepted):
        """Until it has been acknowledged whole."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            out, err = process.communicate(timeout=PATIENCE_S)
            if process.returncode == code:
                break
            assert process.returncode == FAILED and json.loads(err)["error"]["code"] in TRY_AGAIN and time.monotonic() < deadline, f"dunlin place {path}: {process.returncode}\n{out}\n{err}"
            self.n_again += 1
            process = self.start_placing(path, mapping)
        summary = json.loads(out)["summary"]
        assert summary["accepted"] == n_accepted, summary
        self.acknowledged(kind, path.name, (summary["placement_id"], n_accepted))

    def hand_out(self, references):
        """What is acknowledged is there."""
        intake = contract("intake")
        for reference in references:
            placed = self.caller.call("intake", "GetAccount", intake.GetAccountRequest(agency="demo", client="tests", client_reference=reference), "", timeout_s=PATIENCE_S).placed
            (phone,) = (point for point in placed.contact_points if point.kind == intake.CONTACT_POINT_KIND_PHONE)
            for client in self.load.clients:
                client.accounts.put((placed.account_id, phone.contact_point_id))


class Teller(Client):
    """Commands with idempotency keys on the bus."""

    def __init__(self, load, name):
        super().__init__(load, name)
        self.caller = BusCaller(load.system, name)

    def close(self):
        self.caller.close()

    def command(self, kind, service, method, request, key, value_of, about, named=None):
        """Sends until acknowledged; sometimes once more. `named`: what the effect goes by in the tables, where that is not the key."""
        partition = partition_of(about)
        for _ in range(1 + (self.random.random() < 0.2)):
            # A consumer learns of an account a moment after it was placed.
            reply = self.caller.call(service, method, request, key, partition, again=AGAIN | {NOT_FOUND}, timeout_s=PATIENCE_S)
            self.acknowledged(kind, named or key, value_of(reply))
        self.n_again = self.caller.resent
        return reply


class Payer(Teller):
    """Payments by key alone and by their own id, reversals, promises."""

    def __init__(self, load):
        super().__init__(load, "payer")
        self.payment = contract("payment")
        self.n = 0
        self.known = []

    def turn(self):
        """Where no new account comes, somebody pays a little more on an old one."""
        if self.accounts.empty() and self.known:
            self.work(self.known.pop(self.random.randrange(len(self.known))))
        else:
            super().turn()

    def work(self, account):
        self.n += 1
        self.known.append(account)
        account_id, posting = account[0], lambda reply: str(uuid.UUID(bytes=reply.posting_id))
        pay = self.payment.PostPaymentRequest(account_id=account_id, amount_minor=1000 + self.n % 100, currency="USD", reference=f"K-{self.n}")
        paid = self.command("payment", "payment", "PostPayment", pay, f"pay-{self.n}", posting, account_id, named=pay.reference)
        if self.n % 2 == 0:
            own_id = uuid.uuid4().bytes[:-2] + account_id[-2:]
            pay = self.payment.PostPaymentRequest(account_id=account_id, payment_id=own_id, amount_minor=500, currency="USD", reference=f"I-{self.n}")
            self.command("payment", "payment", "PostPayment", pay, "", posting, account_id, named=pay.reference)
        if self.n % 3 == 0:
            reverse = self.payment.ReversePaymentRequest(posting_id=paid.posting_id, reason="returned")
            self.command("reversal", "payment", "ReversePayment", reverse, f"reverse-{self.n}", posting, account_id, named=posting(paid))


class Objector(Teller):
    """Disputes, some of them withdrawn, and promises."""

    def __init__(self, load):
        super().__init__(load, "objector")
        self.dispute, self.payment = contract("dispute"), contract("payment")
        self.n = 0

    def work(self, account):
        self.n += 1
        account_id, opened = account[0], None
        if self.n % 3 == 0:
            promise = self.payment.MakePromiseRequest(account_id=account_id, amount_minor=700, currency="USD", due_on_days=DUE_ON_DAYS)
            try:
                self.command("promise", "payment", "MakePromise", promise, f"promise-{self.n}", lambda reply: str(uuid.UUID(bytes=reply.promise_id)), account_id)
            except CallError as refusal:  # what the debtor has said to the dialer meanwhile
                assert refusal.code == FAILED_PRECONDITION and ("the debt is disputed" in str(refusal) or "the debtor is" in str(refusal)), refusal
        if self.n % 4 == 0:
            request = self.dispute.OpenDisputeRequest(account_id=account_id, source=self.dispute.DISPUTE_SOURCE_DEBTOR, reason="not mine")
            opened = self.command("dispute", "dispute", "OpenDispute", request, f"dispute-{self.n}", lambda reply: str(uuid.UUID(bytes=reply.dispute_id)), account_id)
        if opened is not None and self.n % 8 == 0:
            request = self.dispute.ResolveDisputeRequest(dispute_id=opened.dispute_id, outcome=self.dispute.DISPUTE_OUTCOME_WITHDRAWN, note="paid")
            self.command("withdrawal", "dispute", "ResolveDispute", request, f"withdraw-{self.n}", lambda reply: reply.state, account_id, named=str(uuid.UUID(bytes=opened.dispute_id)))


class Dialer(Client):
    """A third party's dialer: asks for a few permits at a time, and reports what came of them, now and then twice."""

    def __init__(self, load):
        super().__init__(load, "dialer")
        self.keys = load.system.add_key("busy")
        self.connection = None
        self.n = self.n_stops = 0

    def close(self):
        if self.connection is not None:
            self.connection.close()

    def connect(self):
        found = max((i for i in self.system.registry() if i["service"] == "dialer"), key=lambda i: i["started_at_us"], default=None)
        if found is None:
            return False
        self.connection = native_dialer.NativeDialer(REPOSITORY / "proto", found["public_endpoint"], self.keys["secret_file"], self.keys["server_public_file"])
        self.connection.call_once("Hello", contract("dialer").HelloRequest(software="busy"), "", time.monotonic() + 3)
        return True

    def insist(self, method, request, reply_type, key=""):
        deadline = time.monotonic() + PATIENCE_S
        last = "no dialer service"
        while time.monotonic() < deadline:
            try:
                if self.connection is not None or self.connect():
                    reply = self.connection.call_once(method, request, key, time.monotonic() + 3)
                    last = f"{reply.message} (code {reply.code})"
                    if reply.code == native_dialer.OK:
                        return reply_type.FromString(reply.body)
                    assert reply.code in AGAIN, f"{method}: {last}"
            except native_dialer.DialerError as silence:
                last = str(silence)
                self.connection.close()
                self.connection = None
            self.n_again += 1
            time.sleep(0.05)
        raise AssertionError(f"{method}: not answered within {PATIENCE_S} s: {last}")

    def work(self, account):
        accounts = [account]
        while len(accounts) < 5 and not self.accounts.empty():
            accounts.append(self.accounts.get())
        self.n += 1
        messages, contact = contract("dialer"), contract("contact")
        request = messages.RequestPermitsRequest()
        for account_id, point_id in accounts:
            request.requests.add(account_id=account_id, contact_point_id=point_id, purpose=contact.PURPOSE_COLLECTION)
        for _ in range(1 + (self.random.random() < 0.2)):
            verdicts = self.insist("RequestPermits", request, messages.RequestPermitsReply, f"permits-{self.n}").verdicts
            for (account_id, _), verdict in zip(accounts, verdicts):
                self.acknowledged("decision", str(uuid.UUID(bytes=account_id)), str(uuid.UUID(bytes=verdict.permit.permit_id)) if verdict.permit.permit_id else "refused")
        reports = [self.report(contact, verdict.permit.permit_id) for verdict in verdicts if verdict.permit.permit_id]
        for _ in range(1 + (self.random.random() < 0.2)):
            if reports:
                results = self.insist("ReportResults", messages.ReportResultsRequest(reports=reports), messages.ReportResultsReply).results
                for report, result in zip(reports, results):
                    assert result.code == native_dialer.OK, result
                    self.acknowledged("report", str(uuid.UUID(bytes=report.permit_id)), report.telephony)
        if self.connection is not None:
            self.n_stops += len(self.connection.notifications())

    def report(self, contact, permit_id):
        luck = self.random.random()
        if luck < 0.3:
            return contact.AttemptReport(permit_id=permit_id, telephony=contact.TELEPHONY_NOT_PLACED, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
        if luck < 0.6:
            return contact.AttemptReport(permit_id=permit_id, telephony=contact.TELEPHONY_BUSY, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
        outcome = contact.OUTCOME_DISPUTE if luck < 0.7 else contact.OUTCOME_NO_COMMITMENT
        return contact.AttemptReport(permit_id=permit_id, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=outcome, is_conversation=True, reason="wrong sum")


class Load:
    """All clients at work on one system."""

    def __init__(self, system, seed):
        self.system, self.seed = system, seed
        self.is_over = threading.Event()
        self.dialer = Dialer(self)
        self.clients = [Placer(self), Payer(self), Objector(self), self.dialer]
        for client in self.clients:
            client.start()

    def check(self):
        for client in self.clients:
            assert client.failure is None, f"the {client.name} failed: {client.failure!r}"

    def n_done(self):
        self.check()
        return {client.name: client.n_done for client in self.clients}

    def await_progress(self, n=3):
        """Every client goes on: nobody waits for something that will never come."""
        before = self.n_done()

        def waiting():
            return [name for name, done in self.n_done().items() if done < before[name] + n]
        try:
            poll("every client goes on", lambda: not waiting(), PATIENCE_S)
        except pytest.fail.Exception:
            pytest.fail(f"not within {PATIENCE_S} s: {waiting()} go on; acknowledged {before}, now {self.n_done()}; {self.system.run('status', '--json', code=None).out}")

    def await_anybody(self):
        """Somebody's work goes on beside what was done."""
        before = sum(self.n_done().values())
        poll("anybody goes on", lambda: sum(self.n_done().values()) >= before + 3, PATIENCE_S)

    def end(self):
        self.is_over.set()
        for client in self.clients:
            client.join(timeout=2 * PATIENCE_S)
            assert not client.is_alive(), f"the {client.name} does not end"
        self.check()

    def done(self, kind):
        """{key: what was acknowledged} of all clients."""
        found = {}
        for client in self.clients:
            found.update(client.done[kind])
        return found


# --- what is done to the system ---


def kill_service(service):
    def harm(system, load, wire):
        system.kill(service)
        load.await_anybody()
        system.up()
    harm.__doc__ = f"kill -9 {service}"
    return harm


def crash_postgres(system, load, wire):
    """PostgreSQL stops at once"""
    system.stop_postgres(signal.SIGQUIT)
    system.up()
    load.await_progress()


def restart_postgres(system, load, wire):
    """PostgreSQL restarts fast"""
    system.stop_postgres(signal.SIGINT)
    system.up()
    load.await_progress()


def kill_backend(system, load, wire):
    """kill -9 one of PostgreSQL's connections: it throws all of them out and recovers by itself"""
    backend = int(system.sql("SELECT pid FROM pg_stat_activity WHERE usename IN ('dunlin_payment', 'dunlin_contact', 'dunlin_intake') ORDER BY random() LIMIT 1"))
    os.kill(backend, signal.SIGKILL)
    load.await_progress()


def wipe_redis(system, load, wire):
    """FLUSHALL"""
    system.redis("flushall")
    load.await_progress()


def kill_redis(system, load, wire):
    """kill -9 Redis"""
    system.kill_redis()
    load.await_anybody()
    system.up()
    load.await_progress()


def gaps(system):
    """How often each consumer read from the log what did not come over the wire; None where one does not announce itself at the moment."""
    found = {consumer: system.metrics(consumer).get("dunlin_gaps_read_total") for consumer in CONSUMERS}
    return None if None in found.values() else found


def lose_power(system, load, wire):
    """kill -9 everything at once"""
    pids = [system.postgres_pid(), system.redis_pid()] + [system.pid(service) for service in SERVICES]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    poll("the end of everything", lambda: not any(map(is_running, pids)))
    system.up()
    load.await_progress()


def cut_wire(system, load, wire):
    """no event comes over the wire"""
    wire.is_cut = True
    try:
        before, n_stops = poll("the consumers' counts", lambda: gaps(system)), load.dialer.n_stops
        passed = wire.counts["passed"]
        load.await_progress()
        poll("every consumer reads what it missed from the log", lambda: all(n > before[consumer] for consumer, n in (gaps(system) or before).items()), PATIENCE_S)
        poll("the dialer is told to stop all the same", lambda: load.n_done() and load.dialer.n_stops > n_stops, PATIENCE_S)
        assert wire.counts["passed"] == passed
    finally:
        wire.is_cut = False


HARMS = [kill_service(service) for service in SERVICES] + [crash_postgres, kill_backend, restart_postgres, wipe_redis, kill_redis, lose_power, cut_wire]


def go_round(system, load, wire):
    """Everything once, and again until the time is over; from the second round on in any order."""
    begin = time.monotonic()
    seconds = seconds_of_load(SHORT_S)
    order = list(HARMS)
    chance = random.Random(load.seed)
    is_first = True
    while is_first or time.monotonic() - begin < seconds:
        for harm in order:
            if not is_first and time.monotonic() - begin >= seconds:
                break
            harm(system, load, wire)
            load.check()
            print(f"{time.monotonic() - begin:6.1f} s: {harm.__doc__}; acknowledged: {load.n_done()}; stops: {load.dialer.n_stops}; the wire: {dict(wire.counts)}", flush=True)
        load.await_progress()
        is_first = False
        chance.shuffle(order)


@pytest.fixture(scope="module")
def aftermath():
    """A system at rest, after all this was done to it under load; with the load and the wire."""
    wire = EventWire()
    print(f"seed {wire.seed}")
    with running_system(environment=wire.environment) as system:
        wire.start(system)
        load = Load(system, wire.seed)
        try:
            load.await_progress()
            go_round(system, load, wire)
        finally:
            load.end()
            system.check_well()
            wire.close()
        yield system, load, wire


# --- what became of it ---


def test_every_row_of_every_file_was_placed_once(aftermath):
    system, load, _ = aftermath
    files = load.done("file")
    accounts = keyed(system, "SELECT placement_id, count(*) FROM intake.account GROUP BY 1")
    assert not differences({placement_id: n for placement_id, n in files.values()}, accounts)
    payments = keyed(system, "SELECT placement_id, count(*) FROM intake.payment GROUP BY 1")
    assert not differences({placement_id: n for placement_id, n in load.done("payments").values()}, payments)
    assert int(system.sql("SELECT count(*) FROM intake.account WHERE is_recalled")) == len(load.done("recalls")) > 0


def test_every_payment_was_posted_once(aftermath):
    system, load, _ = aftermath
    posted = [tuple(row.split("|")) for row in rows(system, "SELECT reference, posting_id FROM payment.posting WHERE kind = 2 AND reference ~ '^[KI]-'")]
    assert len(posted) == len(dict(posted)) > 0, [reference for reference, n in collections.Counter(reference for reference, _ in posted).items() if n > 1]
    assert not differences(load.done("payment"), dict(posted))
    reversed_by = dict(row.split("|") for row in rows(system, "SELECT reverses, posting_id FROM payment.posting WHERE kind = 3"))
    assert reversed_by and not differences(load.done("reversal"), reversed_by)


def test_every_promise_and_dispute_is_there_once(aftermath):
    system, load, _ = aftermath
    promises = rows(system, "SELECT promise_id FROM payment.promise")
    assert promises and sorted(promises) == sorted(load.done("promise").values())
    disputes = set(rows(system, "SELECT dispute_id FROM dispute.dispute"))
    assert disputes >= set(load.done("dispute").values())
    withdrawn = rows(system, "SELECT dispute_id FROM dispute.dispute WHERE state = 3")
    assert withdrawn and sorted(withdrawn) == sorted(load.done("withdrawal"))


def test_every_permit_was_decided_once_and_every_report_taken_once(aftermath):
    system, load, _ = aftermath
    decided = collections.defaultdict(list)
    for event in system.events("PermitGranted", "PermitRefused"):
        decided[event["account_id"]].append(event["payload"].get("permit_id", "refused"))
    assert decided and not differences({account_id: [decision] for account_id, decision in load.done("decision").items()}, dict(decided))
    reported = keyed(system, "SELECT permit_id, telephony FROM contact.permit WHERE telephony <> 0")
    assert reported and not differences(load.done("report"), reported)


def test_faults_were_felt(aftermath):
    """Otherwise nothing is proved by the rest."""
    _, load, wire = aftermath
    assert all(wire.counts[fate] > 0 for fate in ("passed", "dropped", "doubled", "overtaken", "repeated")), wire.counts
    assert all(client.n_again > 0 for client in load.clients if not isinstance(client, Placer)), {client.name: client.n_again for client in load.clients}


def test_the_invariants_hold(aftermath):
    check_invariants(aftermath[0])
