"""P2 and P4 of DESIGN.md §1: whatever becomes of PostgreSQL and Redis under a running load - the disk of the tables or of the log full, read-only, a standby, no connections left,
statements that hang, sessions cut, Redis gone or full - the services say that they are not ready, refuse with UNAVAILABLE, keep running, and go on by themselves when it is over.
Nothing acknowledged is lost, nothing is half-done, and a call that is repeated with its key has one effect.

All on real servers. The disks are file systems of a fixed size in a mount namespace of the test's own, filled until writes fail; it takes root and the right to mount.

Broken once, each seen to fail:
- a full disk mapped to RESOURCE_EXHAUSTED: "code: 8 ... No space left on device" from an instance that said it was ready;
- no question whether transactions are read-only: "not within 30 s: intake is not ready: read-only", and the same for the hot standby;
- a connection lost after COMMIT answered as before, UNAVAILABLE: "14 == 4" in test_commit_that_was_done_and_not_answered;
- replies not stored: the same test with its key got a second verdict, a refusal, instead of the permit that stood;
- announcements not extended in a Redis without memory: "no instance of intake runs";
- `dunlin place` without its hint: "'run the same command again' in 'given up after 2000 ms ...'".
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid

import pytest
from native_dialer import OK as REPLY_OK

from dunlin_system import FAILED, MAPPINGS, OK, default_account, is_running, poll, running_system, seconds_of_load
from invariants import check_invariants

PATIENCE_S = 120  # for what PostgreSQL does when it comes to it

ABORTED, UNAVAILABLE, DEADLINE_EXCEEDED = 10, 14, 4
SERVICES = ("intake", "classification", "contact", "correspondence", "dispute", "payment", "reporting", "dialer")
STATEMENT_TIMEOUT_MS = 4000
SPACE_MB, WAL_MB = 160, 192
FILE_ROWS = 20
PACE_S = 0.1  # between two turns of the load: the whole log is read at the end
ANNOUNCEMENT_S = 5  # how long Redis keeps one (common/registry)
OUTAGE_S = seconds_of_load(12) / 12  # of each of the dozen outages below, counted from when it is noticed


def run(command, check=True):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if check and done.returncode != 0:
        pytest.fail(f"{command}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Ground:
    """Two small disks, for the tables and for the write-ahead log, in a mount namespace that lives as long as the process which holds it. Everything runs in there."""

    def __init__(self, folder):
        self.space, self.wal = folder / "space", folder / "wal"
        self.space.mkdir()
        self.wal.mkdir()
        mounts = " && ".join(f"mount -t tmpfs -o size={size}m,mode=0777 tmpfs '{path}'" for path, size in ((self.space, SPACE_MB), (self.wal, WAL_MB)))
        self.holder = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mounts} && echo mounted && exec cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.trouble = None
        if self.holder.stdout.readline() != "mounted\n":
            self.trouble = self.holder.communicate()[1].strip() or "unshare says nothing"
        self.wrapper = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", f"--wdns={folder}", "--"]

    def inside(self, path):
        """The same path for those outside."""
        return pathlib.Path(f"/proc/{self.holder.pid}/root{path}")

    @contextlib.contextmanager
    def full(self, disk):
        """Not a block is free for as long as the context lasts: what others give back is taken too."""
        path = self.inside(disk) / "filler"
        is_over = threading.Event()

        def fill():
            size = 0
            with path.open("wb") as file:
                while not is_over.is_set():
                    free = os.statvfs(path.parent)
                    room = min(free.f_bavail * free.f_frsize, 1 << 20)  # in small pieces: one that does not fit whole is not taken at all
                    try:
                        os.posix_fallocate(file.fileno(), size, room or free.f_frsize)
                        size += room or free.f_frsize
                    except OSError:
                        is_over.wait(0.005)

        filler = threading.Thread(target=fill, daemon=True)
        filler.start()
        try:
            yield
        finally:
            is_over.set()
            filler.join()
            path.unlink()

    def close(self):
        """The mounts end with their namespace, and it with whom it holds."""
        if self.trouble is None:
            self.holder.communicate()


class Postgres:
    """The system's own server, from the outside."""

    def __init__(self, system):
        self.system = system
        self.home = pathlib.Path((system.var / "servers.home").read_text().strip())
        self.data = self.home / "postgres"
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        user = self.home.owner()
        self.as_server = ["setpriv", f"--reuid={user}", f"--regid={self.home.group()}", "--init-groups"] if os.getuid() == 0 else []
        url = next(line.split("=", 1)[1] for line in (system.var / "servers.env").read_text().splitlines() if line.startswith("DUNLIN_DATABASE_URL="))
        self.url = url.replace("dunlin_owner@", "postgres@")

    def run(self, *command, check=True):
        return run([*self.system.wrapper, *self.as_server, *command], check)

    def control(self, command, *options, check=True):
        return self.run(self.programs / "pg_ctl", command, "-D", self.data, "-l", self.home / "log" / "postgresql.log", "-t", "60", *options, check=check)

    def psql(self, *statements, check=True, database="dunlin"):
        """As the superuser, each in a transaction of its own."""
        commands = [word for statement in statements for word in ("-c", statement)]
        return run(["psql", "-XAtq", *commands, self.url.rsplit("/", 1)[0] + "/" + database], check).stdout.strip()

    def answers(self):
        return self.psql("SELECT 1", check=False) == "1"

    def answers_or_is_started(self):
        """It gives up where it cannot recover, at any moment: starting it again is a supervisor's business."""
        if self.control("status", check=False).returncode != 0:
            self.control("start", "-w", check=False)
        return self.answers()

    def hang_up(self):
        """Ends every session of the services."""
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'dunlin%' AND datname = 'dunlin'")

    @contextlib.contextmanager
    def hold_log(self):
        """Nobody can append, for as long as the context lasts."""
        session = subprocess.Popen(["psql", "-XAtq", self.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        session.stdin.write("BEGIN; LOCK TABLE log.head IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
        session.stdin.flush()
        assert session.stdout.readline() == "held\n"
        try:
            yield
        finally:
            session.communicate()

    @contextlib.contextmanager
    def without_standby(self):
        """Every commit waits for a standby that is not there. PostgreSQL's checkpointer brings that about and ends it when it comes to it, which may take minutes on a busy machine: a checkpoint makes it come, and a commit shows
        that it has."""
        reload = ("SELECT pg_reload_conf()", "CHECKPOINT")
        self.psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", *reload)
        try:
            poll("commits wait", self.ends_waiting_commit, timeout_s=PATIENCE_S)
            yield
        finally:
            self.psql("ALTER SYSTEM RESET synchronous_standby_names", *reload, "SELECT pg_logical_emit_message(true, 'test', '')")

    def ends_waiting_commit(self):
        """Whether a commit of nobody's waits for the standby; it is ended then."""
        name = "waiting commit"
        commit = subprocess.Popen(["psql", "-XAtq", "-c", "SELECT pg_logical_emit_message(true, 'test', '')", self.url], env={**os.environ, "PGAPPNAME": name}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        waits = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{name}' AND wait_event = 'SyncRep'"
        poll("the end of a commit, or its waiting", lambda: commit.poll() is not None or self.psql(waits) != "0", timeout_s=PATIENCE_S)
        return commit.wait() != 0


class Worker(threading.Thread):
    """Turn after turn without a pause, until it is ended. A thread's failure is the test's, which looks at it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.is_over, self.may_run, self.rests = threading.Event(), threading.Event(), threading.Event()
        self.may_run.set()
        self.failure = None
        self.done = 0

    def run(self):
        try:
            while not self.is_over.is_set():
                if not self.may_run.is_set():
                    self.rests.set()
                    self.may_run.wait()
                    self.rests.clear()
                self.turn()
                self.done += 1
                time.sleep(PACE_S)
        except BaseException as failure:  # pytest's own is no Exception
            self.failure = failure

    def check(self):
        assert self.failure is None, self.failure

    def await_progress(self, n):
        before = self.done
        poll(f"{type(self).__name__} goes on", lambda: self.failure or self.done >= before + n, timeout_s=60)
        self.check()

    @contextlib.contextmanager
    def resting(self):
        self.may_run.clear()
        poll(f"the end of a turn of {type(self).__name__}", lambda: self.failure or self.rests.is_set(), timeout_s=60)
        self.check()
        yield
        self.may_run.set()

    def end(self):
        self.is_over.set()
        self.join(timeout=60)
        self.check()
        assert not self.is_alive()


class Caller(Worker):
    """A dialer: a permit, under a key of its own until it is answered OK, and its report. Every answer's code is kept."""

    def __init__(self, dialer, accounts):
        super().__init__()
        self.dialer, self.accounts = dialer, accounts
        self.codes, self.permits = [], []
        dialer.hello()

    def ask(self, method, request, key):
        while True:
            reply = self.dialer.call_once(method, request, key, time.monotonic() + 40)  # raises where nobody answers
            self.codes.append((reply.code, reply.message))
            if reply.code == REPLY_OK:
                return reply.body
            assert reply.code in (ABORTED, UNAVAILABLE, DEADLINE_EXCEEDED), reply
            time.sleep(0.05)

    def turn(self):
        dialer, contact = self.dialer, self.dialer.contact
        request = dialer.dialer.RequestPermitsRequest()
        account_id, contact_point_id = self.accounts[self.done % len(self.accounts)].target
        request.requests.add(account_id=account_id, contact_point_id=contact_point_id, purpose=contact.PURPOSE_COLLECTION)
        verdict = dialer.dialer.RequestPermitsReply.FromString(self.ask("RequestPermits", request, f"turn-{self.done}")).verdicts[0]
        assert verdict.permit.permit_id, f"nothing stands against these calls: {verdict}"
        self.permits.append(str(uuid.UUID(bytes=verdict.permit.permit_id)))
        report = contact.AttemptReport(permit_id=verdict.permit.permit_id, telephony=contact.TELEPHONY_NOT_PLACED, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
        self.ask("ReportResults", dialer.dialer.ReportResultsRequest(reports=[report]), "")

    def await_code(self, wanted):
        before = len(self.codes)
        poll(f"an answer with code {wanted}", lambda: self.failure or wanted in [code for code, _ in self.codes[before:]])
        self.check()


class Placer(Worker):
    """Files of accounts, each with the same command again until it is placed: whatever stopped it, it must say how to go on."""

    def __init__(self, system):
        super().__init__()
        self.system = system
        self.errors = []

    def turn(self):
        path = self.system.write_accounts([default_account() for _ in range(FILE_ROWS)])
        while not self.is_placed(path):
            pass

    def is_placed(self, path):
        done = self.system.run("place", path, "--mapping", MAPPINGS / "placement.yaml", "--timeout", "2", "--json", code=(OK, FAILED))
        if done.code == OK:
            assert json.loads(done.out)["summary"]["accepted"] == FILE_ROWS
            return True
        error = done.error
        assert error["code"] in ("UNAVAILABLE", "DEADLINE_EXCEEDED"), error
        assert "run the same command again" in error["message"], error
        self.errors.append(error["message"])
        return False


class Watch:
    """What the instances say of themselves: their readiness by HTTP, and `dunlin status`."""

    def __init__(self, system):
        self.system = system
        self.admin = {instance["service"]: instance["admin"] for instance in json.loads(system.run("status", "--json").out)["instances"]}
        self.pids = {service: system.pid(service) for service in SERVICES}

    def trouble(self, service):
        """Why it is not ready; empty: it is."""
        try:
            with urllib.request.urlopen(self.admin[service] + "/readyz", timeout=20):
                return ""
        except urllib.error.HTTPError as error:
            assert error.code == 503
            return error.read().decode()

    def await_trouble(self, services, words):
        for service in services:
            poll(f"{service} is not ready: {words}", lambda service=service: re.search(words, self.trouble(service)))

    def await_ready(self):
        for service in SERVICES:
            poll(f"{service} is ready", lambda service=service: self.trouble(service) == "", timeout_s=60)

    def check_processes(self):
        for service, pid in self.pids.items():
            assert is_running(pid) and self.system.pid(service) == pid, f"{service} has ended"


@pytest.fixture(scope="module")
def ground():
    """Filled in by `system`, which runs on it."""
    return {}


@pytest.fixture(scope="module")
def system(ground):
    def prepare(system):
        """The database's tables and the write-ahead log go to the small disks before any service runs."""
        disks = ground["disks"] = Ground(system.folder)
        if disks.trouble is not None:
            return
        system.wrapper = disks.wrapper
        system.run("up", "--only", "servers")
        postgres = Postgres(system)
        for path in (disks.space, disks.wal):
            shutil.chown(disks.inside(path), postgres.home.owner(), postgres.home.group())
        postgres.psql("ALTER SYSTEM SET max_wal_size = '64MB'", "ALTER SYSTEM SET min_wal_size = '32MB'", "ALTER SYSTEM SET wal_recycle = off")
        postgres.psql(f"CREATE TABLESPACE small LOCATION '{disks.space}'", database="postgres")
        postgres.psql("ALTER DATABASE dunlin SET TABLESPACE small", database="postgres")
        postgres.control("stop", "-m", "fast")
        postgres.run("cp", "-aT", postgres.data / "pg_wal", disks.wal)
        postgres.run("mv", postgres.data / "pg_wal", postgres.data / "pg_wal.before")
        postgres.run("ln", "-s", disks.wal, postgres.data / "pg_wal")

    try:
        with running_system(environment={"DUNLIN_STATEMENT_TIMEOUT": str(STATEMENT_TIMEOUT_MS)}, prepare=prepare) as system:
            yield system
    finally:
        if "disks" in ground:
            ground["disks"].close()


@pytest.fixture(scope="module")
def disks(system, ground):
    if ground["disks"].trouble is not None:
        pytest.skip(f"a full disk needs root and the right to mount a file system in a namespace of its own: {ground['disks'].trouble}")
    return ground["disks"]


@pytest.fixture(scope="module")
def postgres(system):
    return Postgres(system)


@pytest.fixture(scope="module")
def watch(system):
    return Watch(system)


@pytest.fixture(scope="module")
def accounts(system):
    accounts = system.place_accounts(*[{}] * 32)
    system.tail.close()  # it would not outlive its connection
    system.tail = None
    return accounts


class Load:
    """A dialer and files under way, from the first outage to the last."""

    def __init__(self, system, accounts):
        self.caller = Caller(system.dialer("busy"), accounts)
        self.placer = Placer(system)
        self.workers = (self.caller, self.placer)
        for worker in self.workers:
            worker.start()

    def go_on(self, seconds=OUTAGE_S):
        """For so long; whatever breaks it meanwhile fails the test."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for worker in self.workers:
                worker.check()
            time.sleep(0.1)

    def await_progress(self):
        self.caller.await_progress(10)
        self.placer.await_progress(1)

    def end(self):
        for worker in self.workers:
            worker.end()


@pytest.fixture(scope="module")
def running_load(system, accounts):
    load = Load(system, accounts[2:])
    yield load
    for worker in load.workers:
        worker.is_over.set()
        worker.may_run.set()
        worker.join(timeout=60)


@pytest.fixture
def load(running_load, watch):
    """Before and after an outage: the same processes, ready, and the load goes on."""
    watch.await_ready()
    watch.check_processes()
    running_load.await_progress()
    return running_load


def check_outage(system, watch, load, services, words):
    """While it lasts: not ready, said so, refused so, and everybody runs. `dunlin place` says what is wrong."""
    n_errors = len(load.placer.errors)
    watch.await_trouble(services, words)
    status = json.loads(system.run("status", "--json", code=FAILED).out)
    in_trouble = {instance["service"] for instance in status["instances"] if instance["state"] == "NOT READY"}
    assert set(services) <= in_trouble, status["problems"]
    load.caller.await_code(UNAVAILABLE)
    cause = re.compile("PostgreSQL|No space left on device")  # or, on a busy machine, that intake did not answer in time; then the next one
    poll("dunlin place to say why it gave up", lambda: load.placer.failure or any(map(cause.search, load.placer.errors[n_errors:])))
    load.placer.check()
    load.go_on()
    watch.check_processes()


def test_full_disk_of_the_tables(system, watch, load, disks):
    with disks.full(disks.space):  # a server that cannot write its start-up file lets nobody in
        check_outage(system, watch, load, ["intake", "contact"], "takes no writes|cannot be reached")
    watch.await_ready()
    assert "No space left on device" in system.log_errors(lines=10000)


def test_full_disk_of_the_log_under_which_postgresql_breaks_down(system, watch, load, disks, postgres):
    with disks.full(disks.wal):
        poll("PostgreSQL breaks down", lambda: "PANIC" in (postgres.home / "log" / "postgresql.log").read_text(errors="replace"), timeout_s=60)
        load.go_on()
        watch.check_processes()
    poll("PostgreSQL is back", postgres.answers_or_is_started, timeout_s=60)


def test_read_only(system, watch, load, postgres):
    postgres.psql("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        check_outage(system, watch, load, SERVICES, "read-only")
    finally:
        postgres.psql("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")


@pytest.mark.parametrize("is_hot, words", [(True, "read-only, in recovery"), (False, "cannot be reached")])
def test_standby_that_is_promoted(system, watch, load, postgres, is_hot, words):
    """A hot one answers queries; the other one, like a primary that is starting up, nobody."""
    postgres.run("touch", postgres.data / "standby.signal")
    postgres.control("restart", "-m", "fast", "-w", "-o", f"-c hot_standby={'on' if is_hot else 'off'}")
    try:
        check_outage(system, watch, load, SERVICES, words)
    finally:
        postgres.control("promote", "-w")


def test_stopped_and_started(system, watch, load, postgres):
    postgres.control("stop", "-m", "immediate", "-w")
    check_outage(system, watch, load, SERVICES, "cannot be reached")
    postgres.control("start", "-w")


def test_no_connections_left(system, watch, load, postgres):
    postgres.psql("ALTER DATABASE dunlin CONNECTION LIMIT 0")
    try:
        postgres.hang_up()
        check_outage(system, watch, load, SERVICES, "cannot be reached")
    finally:
        postgres.psql("ALTER DATABASE dunlin CONNECTION LIMIT -1")


def test_sessions_that_are_cut_again_and_again(load, postgres):
    deadline = time.monotonic() + 3 * OUTAGE_S
    while time.monotonic() < deadline:
        postgres.hang_up()
        load.caller.await_progress(1)


def test_statements_that_hang_until_their_timeout(load, postgres):
    with postgres.hold_log():
        load.caller.await_code(DEADLINE_EXCEEDED)


def test_locks_that_are_not_given_in_time(system, load, postgres):
    postgres.psql("ALTER DATABASE dunlin SET lock_timeout = '100ms'")
    try:
        postgres.hang_up()
        load.caller.await_progress(10)
        with postgres.hold_log():
            poll("a lock is not given", lambda: "55P03" in system.log_errors(lines=10000))
            load.go_on()
    finally:
        postgres.psql("ALTER DATABASE dunlin RESET lock_timeout")
        postgres.hang_up()


def ask_permit(dialer, account, key):
    request = dialer.dialer.RequestPermitsRequest()
    request.requests.add(account_id=account.target[0], contact_point_id=account.target[1], purpose=dialer.contact.PURPOSE_COLLECTION)
    return dialer.call_once("RequestPermits", request, key, time.monotonic() + 30)


def permits_of(system, *accounts):
    ids = ", ".join(f"'{account.account_id}'" for account in accounts)
    return set(system.sql(f"SELECT permit_id FROM contact.permit WHERE account_id IN ({ids})").split())


@pytest.mark.parametrize("key", ["", "again"])
def test_commit_that_was_done_and_not_answered(system, load, postgres, accounts, key):
    """The server has committed, waits for a standby that is not there, and is cut off: who asked is not told that nothing happened. With a key he gets what was done."""
    account = accounts[1 if key else 0]
    dialer = system.dialer("patient")
    dialer.hello()
    waiting = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'dunlin_contact' AND wait_event = 'SyncRep'"
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask_permit(dialer, account, key)), daemon=True)
    with load.caller.resting(), load.placer.resting():
        system.wait()
        with postgres.without_standby():
            asking.start()
            poll("a commit waits", lambda: postgres.psql(waiting) != "0", timeout_s=PATIENCE_S)
            if key == "":
                asking.join(timeout=30)
        asking.join(timeout=30)
    assert answers[0].code == (REPLY_OK if key else DEADLINE_EXCEEDED), answers[0]
    granted = permits_of(system, account)
    assert len(granted) == 1, "it was done, once"
    if key:
        permit = dialer.dialer.RequestPermitsReply.FromString(answers[0].body).verdicts[0].permit
        assert {str(uuid.UUID(bytes=permit.permit_id))} == granted


class Redis:
    """The system's own Redis, from the outside."""

    def __init__(self, system, postgres):
        self.pid_file = postgres.home / "redis.pid"
        self.socket = re.search("DUNLIN_REDIS_URL=unix://(.*)", (system.var / "servers.env").read_text())[1]

    def command(self, *words):
        return run(["redis-cli", "-s", self.socket, *words]).stdout.strip()

    def kill(self):
        pid = int(self.pid_file.read_text())
        os.kill(pid, signal.SIGKILL)
        poll("the end of Redis", lambda: not is_running(pid))


@pytest.fixture
def redis(system, postgres):
    return Redis(system, postgres)


def check_who_is_there(system):
    status = json.loads(system.run("status", "--json", code=None).out)
    assert {instance["service"] for instance in status["instances"]} == set(SERVICES), status["problems"]


def test_redis_killed_and_started(system, load, redis):
    n_codes = len(load.caller.codes)
    redis.kill()
    load.caller.await_progress(20)
    load.go_on()
    load.caller.await_progress(20)
    assert UNAVAILABLE not in [code for code, _ in load.caller.codes[n_codes:]], "who has a roster goes on with it"
    system.run("up", "--only", "servers")
    load.placer.await_progress(1)


def test_redis_without_memory(system, load, redis):
    """For longer than an announcement lives: it is kept alive, and files and calls go on."""
    n_codes, n_errors = len(load.caller.codes), len(load.placer.errors)
    redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.command("CONFIG", "SET", "maxmemory", "1")
    try:
        load.go_on(ANNOUNCEMENT_S + OUTAGE_S)
        check_who_is_there(system)
        load.placer.await_progress(1)
        assert {code for code, _ in load.caller.codes[n_codes:]} == {REPLY_OK} and not load.placer.errors[n_errors:]
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "256mb")
        redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")


def test_redis_read_only(system, load, redis):
    redis.command("REPLICAOF", "127.0.0.1", "1")
    try:
        load.caller.await_progress(20)
        load.go_on()
    finally:
        redis.command("REPLICAOF", "NO", "ONE")
    load.placer.await_progress(1)


def test_afterwards_all_that_was_acknowledged_is_there_once(system, load, accounts):
    """Each turn of the dialer was one permit, each permit was answered, and the invariants of the whole hold."""
    load.end()
    answered = load.caller.permits
    assert len(answered) == len(set(answered))
    assert permits_of(system, *accounts[2:]) == set(answered)
    check_invariants(system)
