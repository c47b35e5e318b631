"""What all benchmarks stand on: a private system as `dunlin up` starts it, and meters that cost next to nothing beside it."""
import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import bench_accounts
from dunlin_system import OK, REPOSITORY, DunlinSystem
from psql_session import ConnectionLost, Session

SERVICES = ("intake", "classification", "contact", "dispute", "payment", "reporting", "dialer")
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_IVL_S = 0.2
LOOK_IVL_S = 0.02

HEADS_AND_CURSORS = """
    SELECT 'head', array_agg(next_seq - 1 ORDER BY partition) FROM log.head
    UNION ALL SELECT consumer, array_agg(seq ORDER BY partition) FROM log.cursor GROUP BY consumer"""
IS_AT_REST = """
    SELECT NOT EXISTS (SELECT FROM log.head AS h JOIN log.cursor AS c ON c.partition = h.partition WHERE h.next_seq - 1 > c.seq)"""


class Measure(collections.namedtuple("Measure", "name value unit ground ratio goal is_met note", defaults=(None, None, None, None, ""))):
    """One row of the table. `ground`: what the same machine allowed in the same run, as text; `goal`: the text of the issue; `is_met`: None where there is no goal."""


class BenchSystem(DunlinSystem):
    """A system with accounts in thousands."""

    def __init__(self, has_statements=False, environment=None):
        super().__init__(environment=environment)
        self.portfolio = bench_accounts.EndlessPortfolio()
        self.has_statements = has_statements

    def start(self):
        if self.has_statements:
            self.preload_statements()
        super().start()
        if self.has_statements:
            with self.session() as session:
                session.do("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        return self

    def preload_statements(self):
        servers = str(REPOSITORY / "deploy/servers")
        subprocess.run([servers, "start", str(self.var)], check=True, capture_output=True)
        with self.session() as session:
            session.do("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        subprocess.run([servers, "stop", str(self.var)], check=True, capture_output=True)
        subprocess.run([servers, "start", str(self.var)], check=True, capture_output=True)

    @property
    def database_url(self):
        """As PostgreSQL's superuser: checkpoints and statistics are his."""
        lines = (self.var / "servers.env").read_text().splitlines()
        owner = next(line.split("=", 1)[1] for line in lines if line.startswith("DUNLIN_DATABASE_URL="))
        return owner.replace("dunlin_owner", "postgres", 1)

    @contextlib.contextmanager
    def session(self):
        session = Session(self.database_url)
        try:
            yield session
        finally:
            session.close()

    def accounts_file(self, n):
        """A file of n accounts that are not placed yet."""
        return bench_accounts.write_csv(self.files / f"accounts-{next(self.file_numbers)}.csv", self.portfolio.take(n))

    def start_place(self, path):
        return self.start_command("place", path, "--mapping", bench_accounts.MAPPING, "--json")

    # --- processes ---

    def server_folder(self):
        return pathlib.Path((self.var / "servers.home").read_text().strip())

    def postmaster_pid(self):
        return int((self.server_folder() / "postgres" / "postmaster.pid").read_text().split()[0])

    def redis_pid(self):
        return int((self.server_folder() / "redis.pid").read_text())

    def service_pids(self):
        return {path.stem: int(path.read_text()) for path in (self.var / "run").glob("*.pid")}

    def memory_mb(self):
        """Peak resident memory of each service's instances since their start."""
        peaks = {}
        for name, pid in self.service_pids().items():
            with contextlib.suppress(OSError):
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                peaks[name] = int(status.split("VmHWM:")[1].split()[0]) / 1024
        return peaks


shared_system = None  # with --quick: one for all
server = {}  # PostgreSQL's version and whatever deploy/servers sets, of the last system
SETTINGS = """
    SELECT 'version', current_setting('server_version')
    UNION ALL (SELECT name, current_setting(name) FROM pg_settings WHERE source = 'configuration file' AND name !~ '^(log_|lc_|unix_|cluster_|default_text|listen|port|tcp_|DateStyle|.*timezone)' ORDER BY name)"""


@contextlib.contextmanager
def sharing():
    """All benchmarks in this context use one system: for a look whether they work, not for figures."""
    global shared_system
    with bench_system() as shared_system:
        yield
    shared_system = None


@contextlib.contextmanager
def bench_system(**options):
    """A system of its own, with nothing in it."""
    if shared_system is not None and not any(options.values()):
        yield shared_system
        return
    system = BenchSystem(**options)
    try:
        with system.start().session() as session:
            server.update(session.rows(SETTINGS))
        yield system
    except BaseException:
        sys.stderr.write(system.log_errors(lines=2) + "\n")
        raise
    finally:
        system.stop()


def cpu_times(pid):
    """CPU seconds of a process itself, and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, (int(fields[13]) + int(fields[14])) / TICKS


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class CpuMeter:
    """CPU seconds of the whole system by process between begin and end: services, Redis, every PostgreSQL process by whom it serves."""

    def __init__(self, system, session, ignored_backends):
        self.system, self.session, self.ignored = system, session, set(ignored_backends)
        self.begin = self.look()

    def look(self):
        times = {}
        for name, pid in [*self.system.service_pids().items(), ("redis", self.system.redis_pid())]:
            times[name, pid] = cpu_times(pid)[0]
        postmaster = self.system.postmaster_pid()
        own, ended = cpu_times(postmaster)
        times["postgres postmaster", postmaster] = own
        names = {int(pid): name for pid, name in self.session.rows("SELECT pid, CASE backend_type WHEN 'client backend' THEN usename ELSE backend_type END FROM pg_stat_activity")}
        for pid in children(postmaster):
            with contextlib.suppress(OSError):
                times[f"postgres {names.get(pid, 'other')}", pid] = cpu_times(pid)[0]
        return times, ended

    def seconds(self):
        """By name. What backends that ended since used is in 'postgres ended'."""
        (before, ended_before), (after, ended_after) = self.begin, self.look()
        used = collections.Counter()
        for (name, pid), seconds in after.items():
            if pid not in self.ignored:
                used[name] += seconds - next((s for (_, p), s in before.items() if p == pid), 0)
        gone = {p for _, p in before} - {p for _, p in after}
        used["postgres ended"] = max(0, ended_after - ended_before - sum(s for (_, p), s in before.items() if p in gone))
        return used


class LagMeter:
    """Samples heads and cursors in the background; afterwards says how old the oldest unapplied event of each consumer was."""

    def __init__(self, system):
        self.samples = []  # (time, {consumer or "head": [seq by partition]})
        self.is_over = threading.Event()
        self.session = Session(system.database_url)
        self.thread = threading.Thread(target=self.follow, daemon=True)

    def __enter__(self):
        self.sample()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        self.session.close()

    def sample(self):
        at = time.monotonic()
        found = {name: [int(seq) for seq in array.strip("{}").split(",")] for name, array in self.session.rows(HEADS_AND_CURSORS)}
        self.samples.append((at, found))

    def follow(self):
        while not self.is_over.wait(SAMPLE_IVL_S):
            with contextlib.suppress(ConnectionLost):
                self.sample()

    def lags(self):
        """{consumer: [(time, seconds)]}: an event's age counts from the last sample in which it was not there, so it is too high by one interval at most."""
        times = [at for at, _ in self.samples]
        lags = {}
        for consumer in sorted(set(self.samples[-1][1]) - {"head"}):
            first_over = [0] * bench_accounts.PARTITIONS  # the first sample whose head is over the cursor
            lags[consumer] = []
            for now, sample in self.samples:
                if consumer not in sample:
                    continue
                oldest = now
                for partition, seq in enumerate(sample[consumer]):
                    if seq >= sample["head"][partition]:
                        continue
                    while self.samples[first_over[partition]][1]["head"][partition] <= seq:
                        first_over[partition] += 1
                    oldest = min(oldest, times[max(0, first_over[partition] - 1)])
                lags[consumer].append((now, now - oldest))
        return lags

    def events_behind(self, consumer):
        """[(time, events)] by sample."""
        return [(at, sum(head - seq for head, seq in zip(sample["head"], sample[consumer]))) for at, sample in self.samples]

    def rate(self, consumer, begin, end):
        """Events applied a second between two times."""
        inside = [(at, sum(sample[consumer])) for at, sample in self.samples if begin <= at <= end]
        if len(inside) < 2:
            raise RuntimeError(f"{consumer}: no two samples in {end - begin:.1f} s; take more accounts")
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])

    def worst(self):
        return {consumer: max(seconds for _, seconds in points) for consumer, points in self.lags().items()}


def is_at_rest(session):
    try:
        return session.value(IS_AT_REST) == "t"
    except ConnectionLost:
        return False


def wait_for_rest(session, timeout_s=600):
    """Until every consumer has applied every event; the moment when it was seen."""
    deadline = time.monotonic() + timeout_s
    while not is_at_rest(session):
        if time.monotonic() > deadline:
            raise RuntimeError(f"consumers lag still after {timeout_s} s")
        time.sleep(LOOK_IVL_S)
    return time.monotonic()


@dataclasses.dataclass
class Load:
    """What placing a file, and all that followed from it, took."""
    accounts: int
    seconds: float
    wal_bytes: int
    cpu_s: collections.Counter  # by process
    lag: LagMeter
    funnel: dict  # accounts by stage, as the report counts them

    @property
    def rate(self):
        return self.accounts / self.seconds

    @property
    def wal_per_account(self):
        return self.wal_bytes / self.accounts

    @property
    def cpu_us_per_account(self):
        return sum(self.cpu_s.values()) / self.accounts * 1e6


class CommandFailed(RuntimeError):
    pass


def wait_for_command(process):
    """The command's summary and its CPU seconds."""
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != OK:
        raise CommandFailed(f"{process.args}: exit code {process.returncode}\n{out}\n{err}")
    return json.loads(out), usage.ru_utime + usage.ru_stime


def wal_position(session):
    return int(session.value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


def funnel(system):
    return {stage["stage"]: stage["accounts"] for stage in system.json("report")["funnel"]}


def run_load(system, session, path, accounts):
    """Places a file of so many accounts and waits until all that follows from it is applied, in the report's sums too."""
    before = funnel(system)
    with LagMeter(system) as lag:
        meter = CpuMeter(system, session, {session.backend_pid, lag.session.backend_pid})
        wal = wal_position(session)
        began = time.monotonic()
        placed, place_cpu_s = wait_for_command(system.start_place(path))
        ended = wait_for_rest(session)
        wal = wal_position(session) - wal
        cpu_s = meter.seconds()
    cpu_s["dunlin place"] = place_cpu_s
    if placed["summary"]["accepted"] != accounts:
        raise RuntimeError(f"{placed['summary']['accepted']} of {accounts} accounts were accepted")
    after = funnel(system)
    return Load(accounts, ended - began, wal, cpu_s, lag, {stage: after[stage] - before[stage] for stage in after})
