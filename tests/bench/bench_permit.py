"""Permits: how long one takes at 500 a second, and how many a second four clients with 64 requests in flight each get decided, durably."""
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile

import bench_contracts
from bench_system import Measure, bench_system, run_load

ACCOUNTS = 160_000
PER_SECOND = 500
PHONE = 1
PGBENCH = "INSERT INTO ground.decision VALUES (decode(repeat('ab', 200), 'hex'));\n"


def program(name):
    return pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve().parent / "tests" / f"bench-{name}"


# --- whom to ask for ---


def write_targets(system, session):
    """Every account with a telephone, in no order: 32 bytes each, account id and contact point id. How many there are."""
    placed_message, targets = bench_contracts.message("dunlin.intake.v1.AccountPlaced"), []
    for (payload,) in session.rows("SELECT encode(payload, 'hex') FROM log.event WHERE type = 'dunlin.intake.v1.AccountPlaced'"):
        placed = placed_message.FromString(bytes.fromhex(payload))
        point = next((point for point in placed.contact_points if point.kind == PHONE), None)
        if point is not None:
            targets.append(placed.account_id + point.contact_point_id)
    random.Random(1).shuffle(targets)
    path = system.files / "targets.bin"
    path.write_bytes(b"".join(targets))
    return path, len(targets)


# --- the ground: one round trip, one commit, at the same beat ---


class Ground:
    """At the beat of the permits, because waking up a core that sleeps takes longer than what is measured."""

    def __init__(self, system, session, seconds):
        self.system, self.seconds = system, seconds
        self.round_trips_us, self.commits_us, self.busy_round_trips_us = [], [], []
        session.do("DROP SCHEMA IF EXISTS ground CASCADE")
        session.do("CREATE SCHEMA ground")
        session.do("CREATE TABLE ground.decision (payload bytea NOT NULL)")
        self.script = system.write("commit.sql", PGBENCH)

    def measure(self):
        self.round_trips_us.append(self.ping(PER_SECOND))
        self.busy_round_trips_us.append(self.ping(0))
        self.commits_us.append(self.commit())

    def ping(self, per_second):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.system.folder))
        server = subprocess.Popen([program("ping"), "--serve", folder], stdout=subprocess.PIPE, text=True)
        try:
            endpoint = server.stdout.readline().strip()
            return run_program("ping", "--endpoint", endpoint, "--keys", folder, "--per-second", per_second, "--count", PER_SECOND * self.seconds)["p50_us"]
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def commit(self):
        log = tempfile.mkdtemp(dir=self.system.folder)
        subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", "1", "-R", str(PER_SECOND), "-T", str(self.seconds), "-f", self.script, "-l", f"--log-prefix={log}/log",
                        self.system.database_url], check=True, capture_output=True)
        lines = [line.split() for path in pathlib.Path(log).iterdir() for line in path.read_text().splitlines()]
        return statistics.median(int(fields[2]) - int(fields[6]) for fields in lines)  # without what the beat itself was late

    @property
    def us(self):
        return statistics.mean(self.round_trips_us) + statistics.mean(self.commits_us)


# --- the load ---


def run_program(name, *arguments):
    done = subprocess.run([program(name), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} {' '.join(map(str, arguments))}: {done.stderr}")
    return json.loads(done.stdout)


class Asker:
    """Runs the load generator on ever new targets. `contact` is asked with the key of the operator's command, the edge with a dialer's."""

    def __init__(self, system, targets, n_targets):
        self.system, self.targets, self.n, self.next, self.is_whole = system, targets, n_targets, 0, True
        key = system.add_key("bench")
        keys = system.var / "keys"
        self.paths = {
            "contact": (system.instances("contact")[0]["endpoint"], keys / "private/dunlin.key_secret", keys / "public/contact.key"),
            "dialer": (system.dialer_endpoint(), key["secret_file"], key["server_public_file"]),
        }

    def ask(self, path, share, *options):
        """With `share` of all targets at most."""
        endpoint, secret, server = self.paths[path]
        end = min(self.n, self.next + int(self.n * share))
        part = self.system.files / "part.bin"
        part.write_bytes(self.targets.read_bytes()[self.next * 32:end * 32])
        answer = run_program("permit-load", "--path", path, "--endpoint", endpoint, "--secret", secret, "--server", server, "--targets", part, *options)
        self.next += answer["targets_used"]
        decided = answer["granted"] + answer["refused"]
        if not answer["granted"]:
            raise RuntimeError(f"permits by {path}: {answer}")
        is_whole = answer["failed"] == answer["lost"] == 0
        self.is_whole = self.is_whole and is_whole
        return {**answer, "rate": decided / answer["seconds"], "granted_share": answer["granted"] / decided, "is_whole": is_whole}

    def check_durable(self, session):
        """Each answer has its event in the log: `next` targets were asked for."""
        n_events = int(session.value("SELECT count(*) FROM log.event WHERE type IN ('dunlin.contact.v1.PermitGranted', 'dunlin.contact.v1.PermitRefused')"))
        if self.is_whole and n_events != self.next:
            raise RuntimeError(f"{self.next} permits were answered and {n_events} decisions are in the log")


def latency(path, found, ground):
    """A request that failed misses every goal."""
    ratio, whole = found["p50_us"] / ground.us, found["is_whole"]
    return [
        Measure(f"permit at {PER_SECOND}/s by {path}: p50", found["p50_us"] / 1000, "ms", f"round trip + commit {ground.us / 1000:.2f} ms", f"{ratio:.1f}", "≤ 3", whole and ratio <= 3),
        Measure(f"permit at {PER_SECOND}/s by {path}: p99", found["p99_us"] / 1000, "ms", goal="≤ 10", is_met=whole and found["p99_us"] <= 10_000),
    ]


def throughput(path, found):
    name, whole = f"permits, 4 clients x 64 in flight, by {path}", found["is_whole"]
    return [
        Measure(name, found["rate"], "decisions/s", goal="≥ 10,000", is_met=whole and found["rate"] >= 10_000),
        Measure(f"{name}: p99", found["p99_us"] / 1000, "ms", goal="≤ 50", is_met=whole and found["p99_us"] <= 50_000),
    ]


def run(options):
    accounts = options.accounts or ACCOUNTS
    seconds = 1 if options.quick else 5
    beat = ["--per-second", PER_SECOND, "--clients", 4, "--seconds", seconds]
    window = ["--window", 64, "--clients", 4, "--seconds", seconds]
    found = {}
    with bench_system() as system, system.session() as session:
        run_load(system, session, system.accounts_file(accounts), accounts)
        asker = Asker(system, *write_targets(system, session))
        ground = Ground(system, session, seconds)
        session.do("CHECKPOINT")
        asker.ask("contact", 0.01, *window)  # the owner reads its debtors once
        ground.measure()
        found["latency, contact"] = asker.ask("contact", 0.05, *beat)
        found["latency, dialer"] = asker.ask("dialer", 0.05, *beat, "--keys")
        ground.measure()
        found["throughput, contact"] = asker.ask("contact", 0.35, *window)
        found["throughput, dialer"] = asker.ask("dialer", 0.3, *window, "--keys")
        found["batches of 20, dialer"] = asker.ask("dialer", 0.2, *window, "--keys", "--batch", 20)
        ground.measure()
        asker.check_durable(session)
    measures = [*latency("contact", found["latency, contact"], ground), *latency("dialer edge", found["latency, dialer"], ground),
                *throughput("contact", found["throughput, contact"]), *throughput("dialer edge", found["throughput, dialer"]),
                *[measure._replace(goal=None, is_met=None) for measure in throughput("dialer edge, 20 a request", found["batches of 20, dialer"])]]
    grounds = {"round_trip_p50_us": ground.round_trips_us, "round_trip_unpaced_p50_us": ground.busy_round_trips_us, "commit_p50_us": ground.commits_us}
    return measures, {"accounts": accounts, "grounds": grounds, **found}
