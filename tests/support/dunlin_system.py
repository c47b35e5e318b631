"""A private system of Dunlin's for tests: PostgreSQL, Redis and every service, used through the command `dunlin` alone.

`DUNLIN_BIN_DIR` says which build. Everything lives in one temporary folder and is gone afterwards; `stop()` always ends all processes. A sanitizer's finding in any log, or on the
command's own standard error, fails the test.
"""
import collections
import contextlib
import csv
import datetime
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import pytest
from psql_session import ConnectionLost, Session

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
MAPPINGS = REPOSITORY / "deploy" / "mappings"
SAMPLE = REPOSITORY / "deploy" / "sample"
OK, FAILED, USAGE, PARTLY = 0, 1, 2, 3  # the command's exit codes
NEW_YORK_NOON = datetime.timedelta(hours=17)  # in winter, after midnight UTC; every zone of the continental US may be called
START = datetime.datetime(2026, 1, 5, 17, tzinfo=datetime.timezone.utc)
SANITIZER = re.compile(r"ERROR: AddressSanitizer(?! failed to allocate)|LeakSanitizer|runtime error")  # one that has no memory for itself has found nothing
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={REPOSITORY / 'tests/support/lsan.supp'}:print_suppressions=0",
}

sys.path.insert(0, str(REPOSITORY / "deploy" / "simulation"))
import native_dialer  # noqa: E402  (the third party's dialer is a program, not a package)


class Done(collections.namedtuple("Done", "code out err")):
    """A command that has ended."""

    @property
    def told(self):
        """With --json: what it said beside its result, an object a line."""
        return [json.loads(line) for line in self.err.splitlines()]

    @property
    def error(self):
        return self.told[-1]["error"]


class Account(collections.namedtuple("Account", "reference account_id debtor_id points")):
    """An account as placed; `points` are its phones' (id, number)."""

    @property
    def id_bytes(self):
        return uuid.UUID(self.account_id).bytes

    @property
    def target(self):
        """What a dialer asks a permit for."""
        return self.id_bytes, uuid.UUID(self.points[0][0]).bytes


def instant(value):
    """The text of an instant as the command takes it."""
    return value if isinstance(value, str) else value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def poll(what, condition, timeout_s=30.0):
    """Waits until condition() is true and gives its value back; `what` says in the failure what never came. A look that starts a command costs more than what it waits for: the pause is as
    long as the look was."""
    deadline = time.monotonic() + timeout_s
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        if now >= deadline:
            pytest.fail(f"not within {timeout_s:g} s: {what}")
        time.sleep(min(max(0.02, now - began), 0.5))


def seconds_of_load(short):
    """How long a test keeps its load up: `short` seconds, or the long form's minutes (`tests/run --minutes N`)."""
    minutes = float(os.environ.get("DUNLIN_TEST_MINUTES", 0))
    return minutes * 60 if minutes else short


def shared_data(name):
    """A file or folder of the public test data; skips the test where they are not on this machine."""
    folder = pathlib.Path(os.environ.get("DUNLIN_SHARED_DIR", REPOSITORY.parent / "shared")) / "data"
    path = folder / name
    if not path.exists():
        pytest.skip(f"no {path}: DUNLIN_SHARED_DIR names the folder that has data/")
    return path


class LogTail:
    """`dunlin log tail --follow` in the background: the whole log is read once, however often tests look at it."""

    def __init__(self, system):
        self.events = []
        self.has_more = threading.Condition()
        self.process = system.start_command("log", "tail", "--follow", "--last", "0", "--json")
        self.reader = threading.Thread(target=self.follow, daemon=True)
        self.reader.start()

    def follow(self):
        for line in self.process.stdout:
            if not line.endswith("\n"):  # closed in the middle of it
                break
            event = json.loads(line)
            event["name"] = event["type"].rsplit(".", 1)[-1]
            with self.has_more:
                self.events.append(event)
                self.has_more.notify_all()

    def read(self, length):
        """The first `length` events at least, by time, and those of a partition by number, also where the clock was set back between them."""
        with self.has_more:
            while len(self.events) < length:
                seen = len(self.events)
                if not self.has_more.wait_for(lambda seen=seen: len(self.events) > seen, timeout=60):
                    pytest.fail(f"dunlin log tail --follow showed {seen} of {length} events")
            latest = collections.defaultdict(str)
            for event in sorted(self.events, key=lambda event: (event["partition"], event["seq"])):
                latest[event["partition"]] = event["after"] = max(latest[event["partition"]], event["recorded_at"])
            return sorted(self.events, key=lambda event: (event["after"], event["partition"], event["seq"]))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


class DunlinSystem:
    """A running system and the commands on it. All methods fail the test with the command's own words."""

    def __init__(self, *up_options, environment=None):
        if "DUNLIN_BIN_DIR" not in os.environ:
            pytest.fail("DUNLIN_BIN_DIR must name the folder of the built programs, build/dev/bin for example", pytrace=False)
        self.command = str(pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve() / "dunlin")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-t-"))
        self.folder.chmod(0o755)  # started by root, PostgreSQL runs as another user
        self.var = self.folder / "var"
        self.files = self.folder / "files"
        self.files.mkdir()
        self.up_options = up_options
        self.environment = {**SANITIZER_ENVIRONMENT, **{k: v for k, v in os.environ.items() if not k.startswith("DUNLIN_") or k == "DUNLIN_CLUSTER_CACHE"}, "DUNLIN_AGENCIES": str(self.quiet_agencies()), **(environment or {})}
        self.findings = []
        self.dialers = []
        self.wrapper = []  # what every command runs in, such as nsenter: `up` starts servers and services there too
        self.file_numbers = itertools.count(1)
        self.tail = None
        self.leaks_looked_for = set()
        self.owner, self.owner_lock = None, threading.Lock()

    def quiet_agencies(self):
        """The shipped file of agencies, but that nothing is written about disputes and debits: such letters have permits and are contacts, which the tests of other things count. Who wants them names the file."""
        path = self.folder / "agencies.yaml"
        path.write_text(re.sub(r"(?m)^    (?:dispute|debit)_letters:.*\n(      .*\n)*", "", (REPOSITORY / "deploy/agencies.yaml").read_text()))
        return path

    # --- life ---

    def start(self, at=START):
        self.run("up", *self.up_options, timeout_s=180)
        if at is not None:
            self.run("clock", "set", instant(at))
        return self

    def stop(self):
        """Ends everything, whatever state it is in; what the sanitizers found is in `findings` afterwards."""
        for dialer in self.dialers:
            dialer.close()
        if self.tail is not None:
            self.tail.close()
        self.end_owner()
        try:
            self.run("down", code=None, timeout_s=120)
        finally:
            self.kill_rest()
            for path in sorted((self.var / "log").glob("*.log")):
                lines = path.read_text(errors="replace").splitlines()
                first = next((i for i, line in enumerate(lines) if SANITIZER.search(line)), None)
                if first is not None:
                    self.findings.append("\n".join([f"{path.name}:"] + lines[first:first + 40]))
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill_rest(self):
        """Where `down` did not get so far."""
        for path in (self.var / "run").glob("*.pid"):
            with contextlib.suppress(ValueError, OSError):
                pid = int(path.read_text())
                if os.readlink(f"/proc/{pid}/cwd") == str(self.var):
                    os.kill(pid, signal.SIGKILL)
        if (self.var / "servers.env").exists():
            subprocess.run([str(REPOSITORY / "deploy/servers"), "stop", str(self.var)], capture_output=True, timeout=120, check=False)

    def log_errors(self, lines=15):
        """The last warnings and errors of every service, and whatever is no log line at all."""
        found = []
        for path in sorted((self.var / "log").glob("*.log")):
            bad = [line for line in path.read_text(errors="replace").splitlines() if not line.startswith('{"ts"') or '"level":"error"' in line or '"level":"warn"' in line]
            if bad:
                found.append("\n".join([f"--- {path.name} ({len(bad)} lines)"] + bad[-lines:]))
        return "\n".join(found)

    # --- the command ---

    def start_command(self, *arguments, environment=None, **options):
        """The command in the background; the caller waits for it."""
        return subprocess.Popen([*self.wrapper, self.command, *map(str, arguments), "--var", str(self.var)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                env=environment or self.environment, cwd=self.folder, **options)

    def environment_of(self, arguments):
        """To look for leaks takes as long as many a command: once for each command with the same options. `up` hands its own environment to the services."""
        kind = tuple(str(word) for i, word in enumerate(arguments) if (i < 2 and str(word).isalpha()) or str(word).startswith("--"))
        if kind not in self.leaks_looked_for or arguments[0] == "up":
            self.leaks_looked_for.add(kind)
            return self.environment
        return self.environment | {"ASAN_OPTIONS": f"{self.environment.get('ASAN_OPTIONS', '')}:detect_leaks=0"}

    def run(self, *arguments, code=OK, timeout_s=120):
        """code: the exit code expected, several of them, or None for any."""
        process = self.start_command(*arguments, environment=self.environment_of(arguments))
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            pytest.fail(f"dunlin {' '.join(map(str, arguments))}: not done within {timeout_s} s\n{out}\n{err}")
        if SANITIZER.search(err):
            self.findings.append(f"dunlin {' '.join(map(str, arguments))}:\n{err}")
        codes = {code} if isinstance(code, int) else code
        if codes is not None and process.returncode not in codes:
            pytest.fail(f"dunlin {' '.join(map(str, arguments))}: exit code {process.returncode}, expected {code}\n{out}\n{err}")
        return Done(process.returncode, out, err)

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).out)

    def error(self, *arguments, code=FAILED):
        """The error of a command that must fail."""
        return self.run(*arguments, "--json", code=code).error

    def wait(self):
        self.run("wait", "--timeout", "120")

    def advance(self, *, to=None, days=0, hours=0, minutes=0):
        """Drives the clock, and comes back when all that was due has happened."""
        if to is None:
            to = self.now() + datetime.timedelta(days=days, hours=hours, minutes=minutes)
        self.run("clock", "advance", "--to", instant(to), "--timeout", "120")
        return to

    def next_day(self, days=1):
        """Noon in New York of a later day."""
        midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return self.advance(to=midnight + datetime.timedelta(days=days) + NEW_YORK_NOON)

    def now(self):
        business_us = self.sql("SELECT business_us FROM platform.clock")
        if not business_us:  # the machine's clock, and as the services see it
            return parse_instant(self.json("clock", "show")["business_now"])
        return datetime.datetime.fromtimestamp(int(business_us) / 1e6, datetime.timezone.utc)

    def events(self, *types, account=None):
        """Events of the log in their order: all, or those of these types, or of one account's id."""
        if self.tail is not None and self.tail.process.poll() is not None:  # PostgreSQL was restarted
            self.tail.close()
            self.tail = None
        if self.tail is None:
            self.tail = LogTail(self)
        return [event for event in self.tail.read(self.log_length()) if (not types or event["name"] in types) and account in (None, event["account_id"])]

    def log_length(self):
        """How many events there are: they are numbered without gaps."""
        return int(self.sql("SELECT sum(next_seq - 1) FROM log.head"))

    def sql(self, query):
        """One value, or a row a line with | between its columns, as the owner of the database; for what is waited for, never for what is tested. Over one connection, which is made anew where
        PostgreSQL has ended it."""
        with self.owner_lock:
            if self.owner is None:
                self.owner = Session(self.server_setting("DUNLIN_DATABASE_URL"))
            try:
                lines = self.owner.lines(query)
            except ConnectionLost:
                self.owner.url = self.server_setting("DUNLIN_DATABASE_URL")
                lines = self.owner.lines(query)
        return "\n".join(lines).replace("\t", "|")

    def end_owner(self):
        with self.owner_lock:
            if self.owner is not None:
                self.owner.close()
                self.owner = None

    def server_setting(self, name):
        """What `deploy/servers` says of the servers that run now."""
        return next(line.split("=", 1)[1] for line in (self.var / "servers.env").read_text().splitlines() if line.startswith(f"{name}="))

    def redis(self, *words):
        """A command to Redis; its answer as text."""
        socket = self.server_setting("DUNLIN_REDIS_URL").removeprefix("unix://")
        return subprocess.run(["redis-cli", "-s", socket, *words], check=True, capture_output=True, text=True).stdout.strip()

    def registry(self):
        """What instances say of themselves in Redis; nothing where it cannot be asked."""
        script = "local found = {} for _, key in ipairs(redis.call('keys', 'dunlin:instance:*')) do found[#found + 1] = redis.call('get', key) end return found"
        try:
            return [json.loads(line) for line in self.redis("--raw", "eval", script, "0").splitlines() if line]
        except (subprocess.CalledProcessError, OSError, StopIteration):
            return []

    def metrics(self, service):
        """Of all live instances of a service, added up: {name and labels: value}."""
        found = collections.Counter()
        for instance in self.registry():
            if instance["service"] != service or not is_running(instance["pid"]):
                continue
            with urllib.request.urlopen(instance["admin_endpoint"] + "/metrics", timeout=30) as page:
                for line in page.read().decode().splitlines():
                    if not line.startswith("#"):
                        name, value = line.rsplit(" ", 1)
                        found[name] += float(value)
        return found

    def check_well(self):
        """`dunlin status` says that all is well, soon."""
        self.wait()
        last = {}

        def is_well():
            last.update(json.loads(self.run("status", "--json", code=None).out))
            return last["is_well"]
        deadline = time.monotonic() + 20
        while not is_well():
            assert time.monotonic() < deadline, last["problems"]

    # --- processes ---

    def instances(self, service):
        return [instance for instance in json.loads(self.run("status", "--json", code=None).out)["instances"] if instance["service"] == service]

    def is_spread(self, service, n):
        """n instances of the service own all partitions between them, and none of them owns nothing."""
        shares = [instance["partitions"] for instance in self.instances(service) if instance.get("partitions") is not None]
        return len(shares) == n and sum(map(len, shares)) == 64 and min(map(len, shares)) > 0

    def pid(self, service, number=1):
        return int((self.var / "run" / f"{service}-{number}.pid").read_text())

    def kill(self, service, number=1, signal_number=signal.SIGKILL):
        """Signals a service's process and waits until it is gone."""
        pid = self.pid(service, number)
        os.kill(pid, signal_number)
        if signal_number in (signal.SIGKILL, signal.SIGTERM):
            poll(f"the end of {service}-{number}", lambda: not is_running(pid))

    def servers_home(self):
        return pathlib.Path((self.var / "servers.home").read_text().strip())

    def postgres_pid(self):
        return int((self.servers_home() / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def stop_postgres(self, signal_number):
        """SIGQUIT: at once, as in a crash. SIGINT: fast, with the changes flushed. `up()` starts it again."""
        pid = self.postgres_pid()
        os.kill(pid, signal_number)
        poll("the end of PostgreSQL", lambda: not is_running(pid))

    def redis_pid(self):
        return int((self.servers_home() / "redis.pid").read_text())

    def kill_redis(self):
        pid = self.redis_pid()
        os.kill(pid, signal.SIGKILL)
        poll("the end of Redis", lambda: not is_running(pid))

    def up(self):
        """Starts again what has ended."""
        self.run("up", *self.up_options, timeout_s=180)

    # --- accounts ---

    def write(self, name, content):
        path = self.files / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def place(self, path, mapping="placement.yaml", *options, code=(OK, PARTLY)):
        mapping = MAPPINGS / mapping if isinstance(mapping, str) else mapping
        return self.json("place", path, "--mapping", mapping, *options, code=code)

    def write_rows(self, columns, rows):
        path = self.files / f"rows-{next(self.file_numbers)}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def write_accounts(self, rows):
        """A file of accounts with the columns of the sample portfolio."""
        with (SAMPLE / "portfolio.csv").open(newline="", errors="replace") as file:
            columns = next(csv.reader(file))
        return self.write_rows(columns, rows)

    def place_accounts(self, *rows, waits=True, kind=None):
        """Places accounts of made-up debtors, and waits until everybody knows them; a row overrides columns of the sample portfolio. `kind`: of their debts, "commercial". Account objects in
        their order."""
        today = self.now().date()
        full = [{**default_account(today), **row} for row in rows]
        mapping = "placement.yaml"
        if kind is not None:
            mapping = self.write(f"{kind}.yaml", (MAPPINGS / mapping).read_text() + f"  debt_kind: {{ value: {kind} }}\n")
        summary = self.place(self.write_accounts(full), mapping, code=OK)["summary"]
        if waits:
            self.wait()
        wanted = {row["AccountNo"] for row in full}
        placed = {event["payload"]["client_reference"]: event["payload"] for event in self.events("AccountPlaced") if event["payload"]["client_reference"] in wanted}
        assert summary["accepted"] == len(placed) == len(full)
        return [account_of(placed[row["AccountNo"]]) for row in full]

    def place_account(self, **row):
        return self.place_accounts(row)[0]

    def recall(self, *accounts, reason="taken back"):
        rows = [{"Client": "tests", "AccountNo": account.reference, "Reason": reason} for account in accounts]
        return self.place(self.write_rows(["Client", "AccountNo", "Reason"], rows), "recalls.yaml", code=OK)

    def account(self, account):
        return self.json("account", "show", account.account_id)

    def explain(self, account):
        """What a permit for the account's first phone would be answered: the rules that forbid it."""
        verdict = self.json("permit", account.account_id, "--contact-point", account.points[0][0])[0]
        return [] if verdict["is_permitted"] else [hit["rule"] for hit in verdict["refusal"]["hits"]]

    # --- a third party's dialer ---

    def add_key(self, name, role="dialer"):
        return self.json("keys", "add", name, "--role", role)

    def dialer(self, name, role="dialer"):
        """A connected dialer with a key of its own; the key of a name is made once."""
        key = self.add_key(name, role)
        dialer = native_dialer.NativeDialer(REPOSITORY / "proto", self.dialer_endpoint(), key["secret_file"], key["server_public_file"])
        self.dialers.append(dialer)
        return dialer

    def dialer_endpoint(self):
        return self.instances("dialer")[0]["public"]


def is_running(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def us_date(day):
    """As the sample's mapping reads dates."""
    return day.strftime("%m/%d/%Y")


def default_account(today=START.date()):
    """One natural person in New York, 40 days late, with a telephone of the numbers reserved for fiction."""
    number = uuid.uuid4().hex[:12]
    due = today - datetime.timedelta(days=40)
    return {"Client": "tests", "AccountNo": f"T-{number}", "CustomerNo": f"C-{number}", "Name": "Jo Miller", "Person": "Y", "InvoiceDate": us_date(due - datetime.timedelta(days=30)),
            "DueDate": us_date(due), "Balance": "250.00", "Currency": "USD", "Phone": "(212) 555-0123", "Street": "1 Main St", "City": "New York", "State": "NY", "Zip": "10001", "Country": "US",
            "Disputed": "No"}


def account_of(placed):
    phones = [(point["contact_point_id"], point["value"]) for point in placed["contact_points"] if point["kind"] == "phone"]
    return Account(placed["client_reference"], placed["account_id"], placed["debtor_id"], phones)


@contextlib.contextmanager
def running_system(*up_options, at=START, environment=None, prepare=None):
    """A system for as long as the context lasts; fails where a sanitizer found anything. `prepare` gets it before anything is started."""
    system = DunlinSystem(*up_options, environment=environment)
    try:
        try:
            if prepare is not None:
                prepare(system)
            yield system.start(at)
        finally:
            errors = system.log_errors()
            system.stop()
    except BaseException:
        sys.stderr.write(errors + "\n")
        raise
    if system.findings:
        pytest.fail("a sanitizer found:\n" + "\n\n".join(system.findings), pytrace=False)


@pytest.fixture(scope="module")
def dunlin_system():
    """One system for all tests of a file, in time-lapse from 2026-01-05, noon in New York. Tests use accounts of their own."""
    with running_system() as system:
        yield system
