"""P6: it scales by adding instances, and taking some away. P2 in the meantime: nothing fails, nothing is done twice.

While files come in, dialers ask permits and payments are made, every service grows from one instance to three and shrinks to two: no client sees an error of any kind. Then owners are killed,
and others are paused until their partitions have been taken over, with requests, events and timers before them, and wake up: clients get nothing but the codes after which proto/README.md
tells them to send again, what the paused ones had before them is done by their heirs, once, and they go on as honest members.

A paused one is stopped for certain in the middle of a unit of work, between its decision and its commit, by a gate in front of a table of the service. The log itself tells: a column added
here says which instance wrote each event, and a trigger where in the log every partition changed hands. No event may stand there that was written by anybody but the owner of that moment.

Broken once: the check of the epoch in unit_commit left out (a zombie had nothing thrown away, and the read model had counted events twice; tests/integration/service/test_ownership.c shows
it for each kind of work by itself); a request for a partition that has moved answered with FAILED_PRECONDITION instead of ABORTED (a dialer's report failed).
"""
import collections
import contextlib
import itertools
import json
import os
import signal
import subprocess
import threading
import time
import uuid

import pytest
import zmq
import zmq.auth

from bus_caller import AGAIN, contract, partition_of
from dunlin_system import FAILED, MAPPINGS, OK, default_account, native_dialer, poll, running_system, seconds_of_load
from invariants import check_invariants, keyed, rows

OWNERS = ("classification", "contact", "dispute", "payment", "reporting")  # each partition has one of these
EDGES = ("intake", "dialer")
# Rendezvous hashing: a share is binomial. These are more than four standard deviations below what is expected.
FEWEST = {1: 64, 2: 14, 3: 5}
AGAIN_NAMES = {"UNAVAILABLE", "ABORTED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}
UNKNOWN, ABORTED, UNAVAILABLE = 4, 10, 14
ASLEEP = 12  # requests of each kind that wait for a sleeper to wake up
N_PROMISED = 4  # promises that are due meanwhile

# What a service writes in the middle of a unit of work when an account is placed. Contact would hold the heads of partitions there, which the others' heirs need before they can take over.
GATES = {"classification": "classification.account", "dispute": "dispute.account", "reporting": "reporting.account", "payment": "payment.posting"}
WITNESS = """
    ALTER TABLE log.event ADD COLUMN written_by text DEFAULT current_setting('application_name');
    CREATE TABLE public.ownership (place bigserial, consumer text, partition smallint, owner text, next_seq bigint);
    INSERT INTO public.ownership (consumer, partition, owner, next_seq) SELECT consumer, partition, owner, 0 FROM log.cursor;
    CREATE FUNCTION public.note_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        INSERT INTO public.ownership (consumer, partition, owner, next_seq)
        SELECT NEW.consumer, NEW.partition, NEW.owner, h.next_seq FROM log.head AS h WHERE h.partition = NEW.partition;
        RETURN NULL;
    END $$;
    CREATE TRIGGER witness AFTER INSERT OR UPDATE OF owner, epoch ON log.cursor FOR EACH ROW EXECUTE FUNCTION public.note_owner();
    CREATE TABLE public.sleeper (instance text);
    CREATE FUNCTION public.pass_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF EXISTS (SELECT FROM public.sleeper WHERE instance = current_setting('application_name')) THEN
            PERFORM pg_advisory_xact_lock_shared(1);
        END IF;
        RETURN NULL;
    END $$;""" + "".join(f"CREATE TRIGGER gate BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.pass_gate();" for table in GATES.values())

# Reserving a dial list says nothing: what an instance of an owning service writes, it writes as the owner.
WRITTEN_BY_OTHERS = """
    WITH held AS (SELECT consumer, partition, owner, next_seq AS since, lead(next_seq) OVER (PARTITION BY consumer, partition ORDER BY place) AS until FROM public.ownership),
         instance AS (SELECT DISTINCT consumer, owner FROM held WHERE owner IS NOT NULL)
    SELECT e.partition, e.seq, e.type, e.written_by, h.owner FROM log.event AS e JOIN instance AS i ON i.owner = e.written_by
    JOIN held AS h ON h.consumer = i.consumer AND h.partition = e.partition AND e.seq >= h.since AND (h.until IS NULL OR e.seq < h.until)
    WHERE h.owner IS DISTINCT FROM e.written_by"""


def each(services, n):
    return ",".join(f"{service}={n}" for service in services)


def shares(system):
    """Service -> {instance: number of partitions}."""
    found = collections.defaultdict(dict)
    for key, n in keyed(system, "SELECT consumer, owner, count(*) FROM log.cursor WHERE owner IS NOT NULL GROUP BY 1, 2").items():
        service, owner = key.split("|")
        found[service][owner] = n
    return found


def is_spread(system, n):
    found = shares(system)
    return all(len(found[service]) == n and sum(found[service].values()) == 64 and min(found[service].values()) >= FEWEST[n] for service in OWNERS)


def grow(system, n):
    system.up_options = ("--instances", each(OWNERS + EDGES, n))
    system.up()


def two_of_each(system):
    grow(system, 2)
    third = [f"{service}-3" for service in OWNERS + EDGES if (system.var / "run" / f"{service}-3.pid").exists()]
    if third:
        system.run("down", *third, timeout_s=180)
    spread(system, 2)


def spread(system, n):
    poll("the partitions of every service spread evenly", lambda: is_spread(system, n), 60)


class Client(threading.Thread):
    """Works without a pause. `codes` is how each of its calls ended; a call that is to be sent again is, as it was."""

    def __init__(self, system):
        super().__init__(daemon=True)
        self.system = system
        self.is_over = threading.Event()
        self.failure = None
        self.codes = collections.Counter()
        self.turns = 0

    def run(self):
        try:
            while not self.is_over.is_set():
                self.turn()
                self.turns += 1
        except BaseException as failure:  # a thread's failure is the test's, which looks at it
            self.failure = failure

    def command(self, *arguments):
        """A command that is repeated until it is acknowledged."""
        while True:
            process = self.system.start_command(*arguments, "--json")
            out, err = process.communicate(timeout=120)
            if process.returncode == OK:
                self.codes[OK] += 1
                return json.loads(out)
            code = json.loads(err)["error"]["code"] if process.returncode == FAILED else err
            self.codes[code] += 1
            assert code in AGAIN_NAMES and not self.is_over.is_set(), f"dunlin {' '.join(map(str, arguments))}: {err}"


class Placer(Client):
    def turn(self):
        path = self.system.write_accounts([default_account() for _ in range(15)])
        assert self.command("place", path, "--mapping", MAPPINGS / "placement.yaml")["summary"]["accepted"] == 15


class Payer(Client):
    def __init__(self, system, accounts):
        super().__init__(system)
        self.accounts = itertools.cycle(accounts)
        self.paid = []

    def turn(self):
        reference = f"PAY-{uuid.uuid4().hex[:12]}"
        self.command("pay", next(self.accounts).account_id, "0.01", "--reference", reference)
        self.paid.append(reference)


class Caller(Client):
    """A dialer: a permit and its report, account after account."""

    def __init__(self, system, name, accounts):
        super().__init__(system)
        self.dialer, self.name = system.dialer(name), uuid.uuid4().hex  # a key belongs to one request for ever
        self.accounts = itertools.cycle(accounts)
        self.permits = []
        self.is_lost = False

    def call(self, method, request, key):
        dialer = self.dialer
        while True:
            reply = dialer.call_once(method, request, key, time.monotonic() + 30)
            self.codes[reply.code] += 1
            if reply.code == OK:
                return reply.body
            assert reply.code in AGAIN and not self.is_over.is_set(), f"{method}: {reply.message} (code {reply.code})"
            self.is_lost = True
            dialer.socket.poll(50)

    def turn(self):
        dialer, contact = self.dialer.dialer, self.dialer.contact
        account = next(self.accounts)
        request = dialer.RequestPermitsRequest()
        request.requests.add(account_id=account.target[0], contact_point_id=account.target[1], purpose=contact.PURPOSE_COLLECTION)
        verdict = dialer.RequestPermitsReply.FromString(self.call("RequestPermits", request, f"{self.name}-{self.turns}")).verdicts[0]
        if not verdict.permit.permit_id:
            assert self.is_lost, f"nothing stands against these calls: {verdict}"
            return
        self.permits.append(verdict.permit.permit_id)
        report = contact.AttemptReport(permit_id=verdict.permit.permit_id, telephony=contact.TELEPHONY_NOT_PLACED, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
        self.call("ReportResults", dialer.ReportResultsRequest(reports=[report]), "")


class Load:
    """All clients at once."""

    def __init__(self, system):
        accounts = system.place_accounts(*[{}] * 40)
        self.callers = [Caller(system, f"busy-{i}", accounts[20 * i:20 * i + 20]) for i in range(2)]
        self.payer = Payer(system, accounts)
        self.clients = [Placer(system), self.payer, *self.callers]
        for client in self.clients:
            client.start()

    def await_progress(self, n=3):
        before = [client.turns for client in self.clients]
        for client, turns in zip(self.clients, before):
            poll(f"{type(client).__name__} goes on", lambda client=client, turns=turns: client.failure or client.turns >= turns + n, 90)
            assert client.failure is None, client.failure

    def stop(self):
        for client in self.clients:
            client.is_over.set()
        for client in self.clients:
            client.join(timeout=120)

    def end(self):
        self.stop()
        for client in self.clients:
            assert client.failure is None and not client.is_alive(), client.failure
        permits = [permit for caller in self.callers for permit in caller.permits]
        assert len(permits) == len(set(permits))
        return sum((client.codes for client in self.clients), collections.Counter())


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        system.sql(WITNESS)
        yield system


@pytest.fixture
def load(system):
    load = Load(system)
    try:
        load.await_progress()
        yield load
    finally:
        load.stop()


def check_history(system, load):
    """What this load did is there once, and was written by those who owned the partitions at the time."""
    assert rows(system, WRITTEN_BY_OTHERS) == []
    posted = keyed(system, "SELECT reference, count(*) FROM payment.posting WHERE reference LIKE 'PAY-%' GROUP BY 1")
    assert {reference: posted.get(reference) for reference in load.payer.paid} == dict.fromkeys(load.payer.paid, 1)


def test_from_one_to_three_to_two_instances_without_a_failed_call(system, load):
    spread(system, 1)
    deadline = time.monotonic() + seconds_of_load(8)
    while True:
        grow(system, 3)
        spread(system, 3)
        load.await_progress()
        # The oldest owners leave, and the edge that nobody is connected to.
        system.run("down", *[f"{service}-1" for service in OWNERS], "intake-1", "dialer-3", timeout_s=180)
        spread(system, 2)
        load.await_progress()
        if time.monotonic() >= deadline:
            break
    codes = load.end()
    assert set(codes) == {OK}, "instances that come and go cost no client anything"
    check_history(system, load)


def test_killed_owners_are_replaced(system, load):
    two_of_each(system)
    for service in OWNERS:
        system.kill(service, 2)
    spread(system, 1)
    load.await_progress()
    system.up()
    spread(system, 2)
    codes = load.end()
    assert set(codes) <= {OK} | AGAIN | AGAIN_NAMES
    check_history(system, load)


class Line:
    """Requests straight to one instance, over a connection that stays when the other side stands still."""

    def __init__(self, system, service, instance, key):
        self.bus, self.api, self.service = contract("bus"), contract(service), service
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_publickey, self.socket.curve_secretkey = zmq.auth.load_certificate(key["secret_file"])
        self.socket.curve_serverkey = zmq.auth.load_certificate(system.var / "keys" / "public" / f"{service}.key")[0]
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.socket.connect(instance["rpc_endpoint"])

    def send(self, number, method, request, key, partition, timeout_ms=300000):
        self.socket.send(self.bus.Request(request_id=number + 1, method=f"dunlin.{self.service}.v1.{self.service.capitalize()}Service/{method}", timeout_ms=timeout_ms,
                                          idempotency_key=key, body=request.SerializeToString(), partition=partition).SerializeToString())

    def receive(self, n):
        """Number -> code; UNKNOWN where the connection was cut, as a server may do that has not heard of its peer for so long."""
        codes = {}
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        poller.register(self.monitor, zmq.POLLIN)
        while len(codes) < n:
            ready = dict(poller.poll(60000))
            assert ready, f"{len(codes)} of {n} replies of {self.service}"
            if self.socket not in ready:
                return {number: codes.get(number, UNKNOWN) for number in range(n)}
            reply = self.bus.Reply.FromString(self.socket.recv())
            codes[reply.request_id - 1] = reply.code
        return codes

    def connect(self, account):
        """Until an answer, whatever it is, shows that the connection stands."""
        self.send(0, "NoSuchMethod", self.bus.Request(), "", partition_of(account.id_bytes), timeout_ms=30000)
        self.receive(1)

    def close(self):
        self.socket.disable_monitor()
        self.socket.close()


def request_of(service, account):
    api = contract(service)
    if service == "payment":
        return "PostPayment", api.PostPaymentRequest(account_id=account.id_bytes, amount_minor=100, currency="USD", reference=f"ASLEEP-{account.reference}")
    if service == "dispute":
        return "OpenDispute", api.OpenDisputeRequest(account_id=account.id_bytes, source=api.DISPUTE_SOURCE_DEBTOR, reason=f"ASLEEP-{account.reference}")
    request = api.RequestPermitsRequest()
    request.requests.add(account_id=account.target[0], contact_point_id=account.target[1], channel=api.CHANNEL_CALL, purpose=api.PURPOSE_COLLECTION)
    return "RequestPermits", request


EFFECTS = {
    "payment": "SELECT account_id, count(*) FROM payment.posting WHERE reference LIKE 'ASLEEP-%' GROUP BY 1",
    "dispute": "SELECT account_id, count(*) FROM log.event WHERE type = 'dunlin.dispute.v1.DisputeOpened' GROUP BY 1",
    "contact": "SELECT account_id, count(*) FROM log.event WHERE type LIKE 'dunlin.contact.v1.Permit%ed' GROUP BY 1",
}


class Asleep:
    """Requests that wait for paused instances: a permit each at the head, payments and disputes in the partition."""

    def __init__(self, system, sleepers, accounts):
        self.system = system
        self.key = system.add_key(f"asleep-{uuid.uuid4().hex[:6]}", "operator")
        self.accounts, self.lines = {}, {}
        for service in EFFECTS:
            chosen = [account for account in accounts if partition_of(account.id_bytes) in sleepers[service]["partitions"]][:ASLEEP]
            assert len(chosen) == ASLEEP
            accounts = [account for account in accounts if account not in chosen]
            self.accounts[service] = chosen
            self.lines[service] = Line(system, service, sleepers[service], self.key)
            self.lines[service].connect(chosen[0])

    def send(self):
        for service, line in self.lines.items():
            for number, account in enumerate(self.accounts[service]):
                line.send(number, *request_of(service, account), f"asleep-{account.reference}", partition_of(account.id_bytes))

    def receive(self):
        """Refused with a code that asks to send again: nothing happened. Answered: it happened once."""
        for service, line in self.lines.items():
            codes = line.receive(ASLEEP)
            assert set(codes.values()) <= {OK, ABORTED, UNAVAILABLE, UNKNOWN}, (service, codes)
            effects = keyed(self.system, EFFECTS[service])
            for number, code in codes.items():
                n = effects.get(self.accounts[service][number].account_id, 0)
                assert n == (code == OK) or code == UNKNOWN, f"{service}: answered with code {code}, and {n} effects"
            line.close()

    def send_again(self):
        """The same requests with the same keys to whoever owns the partitions now."""
        for service in EFFECTS:
            owners = instances(self.system, service).values()
            lines = [(Line(self.system, service, owner, self.key), owner["partitions"]) for owner in owners]
            for number, account in enumerate(self.accounts[service]):
                line = next(line for line, partitions in lines if partition_of(account.id_bytes) in partitions)
                line.send(number, *request_of(service, account), f"asleep-{account.reference}", partition_of(account.id_bytes))
                assert line.receive(1) == {number: OK}
            for line, _ in lines:
                line.close()
            effects = keyed(self.system, EFFECTS[service])
            assert [effects.get(account.account_id) for account in self.accounts[service]] == [1] * ASLEEP, service


def place_meanwhile(system, n):
    """The load goes on: nothing ever is at rest."""
    accounts = system.place_accounts(*[{}] * n, waits=False)
    ids = "', '".join(account.account_id for account in accounts)
    for service in ("payment", "dispute", "contact"):
        poll(f"{service} to know the accounts", lambda service=service: system.sql(f"SELECT count(*) FROM {service}.account WHERE account_id IN ('{ids}')") == str(n), 60)
    return accounts


def instances(system, service):
    """Id -> what the instance says of itself, and the partitions that it owns."""
    found = {instance["id"]: {**instance, "partitions": set()} for instance in system.registry() if instance["service"] == service}
    for row in rows(system, f"SELECT owner, partition FROM log.cursor WHERE consumer = '{service}' AND owner IS NOT NULL"):
        owner, partition = row.split("|")
        found[owner]["partitions"].add(int(partition))
    return found


def first_instance(system, service):
    return next(instance for instance in instances(system, service).values() if instance["pid"] == system.pid(service, 1))


@contextlib.contextmanager
def closed_gates(system):
    """An advisory lock, which the sleepers wait for, and nobody else."""
    keeper = subprocess.Popen(["psql", "-XAtq", system.server_setting("DUNLIN_DATABASE_URL")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    keeper.stdin.write("SELECT 'closed' FROM pg_advisory_lock(1);\n")
    keeper.stdin.flush()
    assert keeper.stdout.readline().strip() == "closed"
    try:
        yield
    finally:
        keeper.communicate()


def stop_in_the_middle(system, sleepers):
    """Contact may stand anywhere, also with a head in its hands, which PostgreSQL takes away after a while."""
    ids = [sleepers[service]["id"] for service in GATES]
    system.sql(f"INSERT INTO public.sleeper SELECT unnest('{{{','.join(ids)}}}'::text[])")
    wanted = "', '".join(ids)
    waiting = f"SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE wait_event = 'advisory' AND application_name IN ('{wanted}')"
    poll("the sleepers to stand before the gates", lambda: system.sql(waiting) == str(len(ids)), 60)
    for sleeper in sleepers.values():
        os.kill(sleeper["pid"], signal.SIGSTOP)


def test_paused_owners_commit_nothing_when_they_wake_up(system, load):
    two_of_each(system)
    deadline = time.monotonic() + seconds_of_load(1)
    while True:
        sleepers = {service: first_instance(system, service) for service in OWNERS}
        gone = "', '".join(sleeper["id"] for sleeper in sleepers.values())
        accounts = place_meanwhile(system, 8 * ASLEEP)
        for account in accounts[:N_PROMISED]:
            system.run("promise", account.account_id, "10.00", "--by", system.now().date().isoformat())
        asleep = Asleep(system, sleepers, accounts[N_PROMISED:])
        try:
            with closed_gates(system):
                stop_in_the_middle(system, sleepers)
                asleep.send()
                poll("heirs have taken over", lambda: system.sql(f"SELECT count(*) FROM log.cursor WHERE owner IN ('{gone}')") == "0", 60)
                system.run("clock", "advance", "--by", "4d", "--no-wait")
        finally:
            for sleeper in sleepers.values():
                os.kill(sleeper["pid"], signal.SIGCONT)
        asleep.receive()
        system.sql("TRUNCATE public.sleeper")
        spread(system, 2)
        asleep.send_again()
        load.await_progress()
        if time.monotonic() >= deadline:
            break
    codes = load.end()
    assert set(codes) <= {OK} | AGAIN | AGAIN_NAMES
    system.wait()
    check_history(system, load)
    check_thrown_away(system)
    broken = [event["account_id"] for event in system.events("PromiseBroken")]
    assert {account.account_id for account in accounts[:N_PROMISED]} <= set(broken) and len(broken) == len(set(broken)), "each promise broke, once"


def check_thrown_away(system):
    """Who applies events says so in its log (whose command it was is told by the answer): by the epoch, or where the heir has written the same row already."""
    for service in set(GATES) - {"payment"}:
        log = (system.var / "log" / f"{service}-1.log").read_text()
        assert "another instance has" in log, f"{service} had nothing to commit when it woke up:\n{log}"


def test_every_effect_is_there_once_after_all_this(system):
    system.check_well()
    check_invariants(system)
