"""The operator's command against a whole system of its own, as an operator uses it: started, used, broken, mended and stopped."""

import csv
import io
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

SOURCES = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("DUNLIN_BIN_DIR", SOURCES / "build/dev/bin"))
SERVICES = ["intake", "classification", "contact", "dispute", "payment", "reporting", "dialer", "correspondence"]
START = "2026-06-01T16:00:00Z"  # a Monday, noon in New York

MAPPING = """\
kind: placement
client: { value: clinic }
format: csv
region: US
currency: { value: USD }
dates: "YYYY-MM-DD"
money: { decimal: ".", group: "," }
fields:
  client_reference: Ref
  debtor_reference: Customer
  debtor_name: Name
  balance: Balance
  due_date: Due
  phone: Phone
  street: Street
  city: City
  state: State
  postcode: Zip
  country: Country
"""

ROWS = [
    "C-1,K-1,Ann Doe,100.00,2026-03-01,(212) 555-0101,1 Main St,New York,NY,10001,US",
    "C-2,K-2,Bob Roe,250.50,2026-03-01,(212) 555-0102,2 Main St,New York,NY,10001,US",
    "C-3,K-3,Cyd Poe,75.25,2026-03-01,(212) 555-0103,3 Main St,New York,NY,10001,US",
    "C-4,K-4,Dee Noe,75.25,not-a-date,(212) 555-0104,4 Main St,New York,NY,10001,US",
    "C-5,K-5,Eve Loe,900.00,2026-03-01,(212) 555-0105,5 Main St,New York,NY,10001,US",
    "C-6,K-6,Flo Moe,60.00,2026-03-01,(212) 555-0106,6 Main St,New York,NY,10001,US",
]
HEADER = "Ref,Customer,Name,Balance,Due,Phone,Street,City,State,Zip,Country"


class System:
    """A folder of its own with everything in it."""

    def __init__(self, var):
        self.var = var
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("DUNLIN_DATABASE", "DUNLIN_REDIS"))}
        self.environment.update(DUNLIN_VAR=str(var), DUNLIN_PUBLIC_LISTEN="tcp://127.0.0.1:*")

    def run(self, *arguments, stdin=None, environment=None):
        return subprocess.run([BIN / "dunlin", *map(str, arguments)], capture_output=True, text=True, timeout=180, input=stdin,
                              env={**self.environment, **(environment or {})}, cwd="/")

    def ok(self, *arguments, code=0, **named):
        done = self.run(*arguments, **named)
        assert done.returncode == code, f"dunlin {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments, **named):
        return json.loads(self.ok(*arguments, "--json", **named))

    def fails(self, *arguments, code=1, **named):
        done = self.run(*arguments, **named)
        assert done.returncode == code, f"dunlin {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stderr

    def pids(self):
        return {path.stem: int(path.read_text()) for path in (self.var / "run").glob("*.pid")}

    def sql(self, text):
        url = next(line.split("=", 1)[1] for line in (self.var / "servers.env").read_text().splitlines() if line.startswith("DUNLIN_DATABASE_URL="))
        psql = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
        done = subprocess.run([psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name, text):
        path = self.var / name
        path.write_text(text)
        return path


def wait_until(is_true, what, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        select.select([], [], [], 0.05)


@pytest.fixture(scope="module")
def system():
    missing = [name for name in ["dunlin"] + [f"dunlin-{service}" for service in SERVICES] if not (BIN / name).exists()]
    assert not missing, f"not built in {BIN}: {missing}"
    var = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-cli-"))
    var.chmod(0o755)  # the servers' user must pass
    system = System(var)
    try:
        system.ok("up")
        system.ok("clock", "set", START)
        yield system
    finally:
        try:
            print(system.ok("down"))
        finally:
            subprocess.run([SOURCES / "deploy/servers", "remove", var], capture_output=True, timeout=120)
            shutil.rmtree(var, ignore_errors=True)


@pytest.fixture(scope="module")
def portfolio(system):
    """Six rows, one of them wrong, placed and come to rest."""
    mapping = system.write("clinic.yaml", MAPPING)
    file = system.write("accounts.csv", "\r\n".join([HEADER, *ROWS]) + "\r\n")
    rejects = system.var / "rejects.csv"
    result = system.json("place", file, "--mapping", mapping, "--rejects", rejects, "--batch", "2", code=3)
    system.ok("wait")
    return {"mapping": mapping, "file": file, "rejects": rejects, "result": result}


# --- the system ---------------------------------------------------------------------------------------------------------------


def test_up_starts_every_service_and_status_finds_all_well(system):
    status = system.json("status")
    assert status["is_well"] and status["problems"] == []
    assert sorted(instance["service"] for instance in status["instances"]) == sorted(SERVICES)
    assert {consumer["owned"] for consumer in status["consumers"]} == {64}
    assert all(instance["state"] == "SERVING" for instance in status["instances"])
    assert [instance["public"] for instance in status["instances"] if instance["service"] == "dialer"][0].startswith("tcp://127.0.0.1:")
    assert "All is well." in system.ok("status")


def test_up_again_leaves_alone_what_runs(system):
    before = system.pids()
    assert {row["state"] for row in system.json("up")["instances"]} == {"ran already"}
    assert system.pids() == before


def test_up_starts_again_what_has_died(system):
    before = system.pids()
    os.kill(before["payment-1"], signal.SIGKILL)
    wait_until(lambda: not pathlib.Path(f"/proc/{before['payment-1']}").exists(), "the killed process is gone")
    status = json.loads(system.run("status", "--json").stdout)
    assert not status["is_well"]
    assert any("payment-1 has died" in problem for problem in status["problems"])
    states = {row["service"]: row["state"] for row in system.json("up")["instances"]}
    assert states.pop("payment") == "started"
    assert set(states.values()) == {"ran already"}
    wait_until(lambda: system.run("status").returncode == 0, "all is well again")


def test_up_shows_the_log_of_a_service_that_ends_at_its_start(system):
    wrong = system.write("wrong.yaml", "classes: [\n")
    var = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-cli-"))
    var.chmod(0o755)
    other = System(var)
    try:
        complaint = other.fails("up", "--sop", wrong)
        assert re.search(r"[a-z]+-1 ended at its start: see .*\.log", complaint)
        assert "wrong.yaml" in complaint
    finally:
        other.run("down")
        subprocess.run([SOURCES / "deploy/servers", "remove", var], capture_output=True, timeout=120)
        shutil.rmtree(var, ignore_errors=True)


def test_up_refuses_half_of_the_urls_and_unknown_services(system):
    assert "--database-url and --redis-url go together" in system.fails("up", "--redis-url", "redis://127.0.0.1:1", code=2)
    assert "there is no service 'contract'" in system.fails("up", "--instances", "contract=2", code=2)
    assert "service=0 to 64" in system.fails("up", "--instances", "contact", code=2)


def test_several_instances_share_the_partitions_and_one_may_leave(system):
    before = system.pids()
    system.ok("up", "--instances", "contact=2")
    # The first one hands its share over; until then the second one owns nothing.
    def is_shared():
        owned = [instance["owned"] for instance in json.loads(system.run("status", "--json").stdout)["instances"] if instance["service"] == "contact"]
        return len(owned) == 2 and sum(owned) == 64 and min(owned) > 0
    wait_until(is_shared, "two instances of contact share 64 partitions")
    assert "no 'contact-9'" in system.fails("down", "contact-9")
    assert [row["number"] for row in system.json("down", "contact-2")["stopped"]] == [2]
    wait_until(lambda: system.run("status").returncode == 0, "the first one has them all again")
    assert system.pids() == before


# --- the command line -----------------------------------------------------------------------------------------------------------


def test_help_teaches_every_command(system):
    listed = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", system.ok("--help").split("A first walk")[0], re.M)
    assert {"up", "place", "clock advance", "log verify", "keys add"} <= set(listed)
    for name in listed:
        taught = system.ok(*name.split(), "--help")
        assert f"usage: dunlin {name}" in taught and "\033" not in taught
    for name in ("up", "log verify"):
        assert system.ok("help", *name.split()) == system.ok(*name.split(), "--help")


def test_a_wrong_command_line_is_explained(system):
    assert "did you mean 'status'?" in system.fails("stauts", code=2)
    assert "did you mean 'clock advance'?" in system.fails("clock", "advnace", code=2)
    assert "keys add" in system.fails("keys", code=2)
    assert "usage: dunlin COMMAND" in system.fails(code=2)
    assert "did you mean '--mapping'?" in system.fails("place", "x", "--maping", "y", code=2)
    assert "--mapping (DUNLIN_MAPPING)" in system.fails("place", "x", code=2)
    assert "an operand is missing" in system.fails("account", "show", code=2)
    assert "'B' is too much" in system.fails("account", "show", "A", "B", code=2)


def test_errors_are_json_where_json_is_asked_for(system):
    error = json.loads(system.fails("account", "show", "NOBODY", "--json"))["error"]
    assert error["code"] == "NOT_FOUND" and "NOBODY" in error["message"]
    assert json.loads(system.fails("--json", "stauts", code=2))["error"]["code"] == "INVALID_ARGUMENT"


def test_a_folder_without_a_system_is_told_how_to_get_one(system):
    complaint = system.fails("clock", "show", "--var", "/nonexistent")
    assert "/nonexistent/dunlin.env" in complaint and "dunlin up" in complaint


def test_no_colours_where_nobody_looks(system):
    assert "\033" not in system.ok("status")


# --- placing --------------------------------------------------------------------------------------------------------------------


def test_place_accepts_and_rejects_row_by_row(portfolio):
    summary = portfolio["result"]["summary"]
    assert (summary["accepted"], summary["rejected"]) == (5, 1)
    assert summary["amount_minor"] == 138575 and summary["currency"] == "USD"
    assert portfolio["result"]["rejects"] == [{"code": "BAD_DATE", "field": "due_date", "rows": 1, "first_line": 5,
                                               "example": portfolio["result"]["rejects"][0]["example"]}]
    rows = list(csv.DictReader(io.StringIO(portfolio["rejects"].read_text())))
    assert [(row["line"], row["field"], row["column"], row["code"], row["record"]) for row in rows] == [("5", "due_date", "Due", "BAD_DATE", ROWS[3])]


def test_the_same_file_again_places_nothing(system, portfolio):
    done = system.run("place", portfolio["file"], "--mapping", portfolio["mapping"])
    assert done.returncode == 3 and "placed before" in done.stderr
    funnel = system.json("report")["funnel"]
    assert funnel[0]["stage"] == "placed" and funnel[0]["accounts"] == 5


def test_control_totals_that_are_not_met_refuse_the_file(system, portfolio):
    file = system.write("more.csv", f"{HEADER}\nM-1,M-1,Guy Foe,10.00,2026-03-01,(212) 555-0107,7 Main St,New York,NY,10001,US\n")
    complaint = system.fails("place", file, "--mapping", portfolio["mapping"], "--control-count", "2", "--control-sum", "10.00")
    assert "1" in complaint and "2" in complaint
    assert "M-1" in system.fails("account", "show", "M-1")
    assert "no number of records" in system.fails("place", file, "--mapping", portfolio["mapping"], "--control-count", "two", code=2)
    right = system.write("right.csv", file.read_text().replace("M-1", "M-2"))
    summary = system.json("place", right, "--mapping", portfolio["mapping"], "--control-count", "1", "--control-sum", "10.00")["summary"]
    assert (summary["accepted"], summary["stage"]) == (1, "completed")


def test_a_wrong_mapping_is_named_by_line_and_field(system, portfolio):
    mapping = system.write("wrong-mapping.yaml", MAPPING.replace("balance: Balance", "balance: Amount"))
    complaint = system.fails("place", portfolio["file"], "--mapping", mapping)
    assert re.search(r"wrong-mapping\.yaml:12: .*balance", complaint) and "Balance" in complaint


def test_files_and_agencies_that_are_not_there(system, portfolio):
    assert "/nonexistent.csv" in system.fails("place", "/nonexistent.csv", "--mapping", portfolio["mapping"])
    assert "/nonexistent.yaml" in system.fails("place", portfolio["file"], "--mapping", "/nonexistent.yaml")
    assert "no agency 'nobody'; there is: demo" in system.fails("place", portfolio["file"], "--mapping", portfolio["mapping"], "--agency", "nobody")


# --- accounts -------------------------------------------------------------------------------------------------------------------


def test_account_show_asks_everybody(system, portfolio):
    account = system.json("account", "show", "C-1")
    assert account["errors"] == {}
    assert account["placement"]["placed"]["client_reference"] == "C-1"
    assert account["payment"]["balance_minor"] == 10000
    assert account["contact"]["contact_points"] and account["classification"]["class"]
    by_id = system.json("account", "show", account["placement"]["placed"]["account_id"])
    assert by_id == account
    assert "100.00 USD" in system.ok("account", "show", "C-1")


def test_account_show_says_who_did_not_answer(system, portfolio):
    dispute = system.pids()["dispute-1"]
    os.kill(dispute, signal.SIGSTOP)
    try:
        done = system.run("account", "show", "C-1", "--json", "--timeout", "2")
    finally:
        os.kill(dispute, signal.SIGCONT)
    assert done.returncode == 3
    account = json.loads(done.stdout)
    assert list(account["errors"]) == ["disputes"] and "dispute-" in account["errors"]["disputes"]
    assert "payment" in account
    wait_until(lambda: system.run("status").returncode == 0, "dispute is back")


def test_a_permit_is_explained_refused_after_a_stop_and_granted_after_its_release(system, portfolio):
    def ask(*more):
        return system.json("permit", "C-2", *more)[0]
    assert ask()["is_permitted"]
    assert "would be permitted" in system.ok("permit", "C-2")
    system.ok("stop", "C-2", "--flag", "cease", "--reason", "by letter")
    refusal = ask("--request")
    assert not refusal["is_permitted"] and refusal["refusal"]["hits"][0]["rule"] and refusal["refusal"]["hits"][0]["citation"]
    assert "refused" in system.ok("permit", "C-2")
    assert "needs a --reason" in system.fails("stop", "C-2", "--flag", "cease", "--release", code=2)
    assert "one of cease, attorney" in system.fails("stop", "C-2", "--flag", "ceaze", code=2)
    system.ok("stop", "C-2", "--flag", "cease", "--release", "--reason", "debtor wrote again")
    permit = ask("--request")
    assert permit["is_permitted"] and permit["permit"]["address"] == "+12125550102"
    letter = ask("--channel", "letter", "--purpose", "validation-notice")
    assert letter["is_permitted"] and "\n" in letter["value"]
    assert ask("--channel", "portal")["is_permitted"]
    assert "TCPA-A1III-CELL" in [hit["rule"] for hit in ask("--channel", "prerecorded-call")["refusal"]["hits"]]
    assert "no e-mail address to ask about" in system.fails("permit", "C-2", "--channel", "email")
    assert "one of call, prerecorded-call" in system.fails("permit", "C-2", "--channel", "fax", code=2)


def test_a_dispute_stops_contact_until_it_is_answered(system, portfolio):
    dispute = system.json("dispute", "open", "C-3", "--written", "--reason", "not mine")
    assert dispute["state"] == "open" and dispute["source"] == "debtor"
    assert system.json("dispute", "open", "C-3")["dispute_id"] == dispute["dispute_id"]
    system.ok("wait")
    assert any("DISPUTE" in hit["rule"] for hit in system.json("permit", "C-3")[0]["refusal"]["hits"])
    assert system.json("dispute", "verify", "C-3", "--note", "statement sent")["state"] == "verified"
    assert system.json("dispute", "resolve", dispute["dispute_id"], "--outcome", "rejected")["outcome"] == "rejected"
    assert [row["state"] for row in system.json("dispute", "list", "C-3")["disputes"]] == ["resolved"]
    assert "no dispute that is not resolved" in system.fails("dispute", "verify", "C-3")
    assert "one of upheld" in system.fails("dispute", "resolve", "C-3", "--outcome", "won", code=2)


def test_the_same_payment_counts_once_and_can_be_taken_back(system, portfolio):
    first = system.json("pay", "C-5", "100.50", "--reference", "BANK-1", "--on", "2026-05-30")
    assert first["amount_minor"] == -10050 and first["effective_on"] == "2026-05-30" and first["balance_minor"] == 79950
    assert system.json("pay", "C-5", "100.50", "--reference", "BANK-1", "--on", "2026-05-30")["posting_id"] == first["posting_id"]
    assert system.json("account", "show", "C-5")["payment"]["balance_minor"] == 79950
    back = system.json("pay", "--reverse", first["posting_id"], "--reason", "cheque returned")
    assert back["kind"] == "reversal" and back["balance_minor"] == 90000
    assert "reversed" in system.fails("pay", "--reverse", first["posting_id"], "--reason", "again")
    for amount, why in [("12.345", "12.345"), ("-5", "-5"), ("0", "positive"), ("ten", "ten")]:
        assert why in system.fails("pay", "C-5", amount, code=2)
    assert "YYYY-MM-DD" in system.fails("pay", "C-5", "5", "--on", "05/30/2026", code=2)
    assert "an account and an amount" in system.fails("pay", "C-5", code=2)


def test_a_promise_that_is_not_kept_is_broken_in_time(system, portfolio):
    promise = system.json("promise", "C-6", "60", "--by", "2026-06-05")
    assert promise["state"] == "open" and promise["due_on"] == "2026-06-05"
    assert "promise" in system.fails("promise", "C-6", "60", "--by", "2026-06-05")
    system.ok("clock", "advance", "--to", "2026-06-20T16:00:00Z")
    assert [row["state"] for row in system.json("account", "show", "C-6")["payment"]["promises"]] == ["broken"]
    again = system.json("promise", "C-6", "30", "--by", "2026-07-05")
    assert system.json("promise", "--cancel", again["promise_id"], "--reason", "asked to")["state"] == "cancelled"


def test_the_timeline_tells_what_happened_and_who_did_it(system, portfolio):
    system.ok("pay", "C-1", "10", "--as", "user:anna")
    system.ok("wait")
    entries = system.json("account", "timeline", "C-1")["entries"]
    assert entries[0]["type"].endswith("AccountPlaced")
    assert [entry["actor"] for entry in entries if entry["type"].endswith("PaymentPosted")] == ["user:anna"]


def test_the_report_has_figures_with_definitions(system, portfolio):
    report = system.json("report", "--as-of", "2026-06-30")
    assert report["aging_as_of"] == "2026-06-30" and report["currencies"][0]["currency"] == "USD"
    assert all(kpi["definition"] for kpi in report["kpis"])
    text = system.ok("report")
    assert "Funnel" in text and "Key figures" in text and "Aging USD" in text
    rows = list(csv.DictReader(io.StringIO(system.ok("report", "--csv"))))
    assert {"funnel", "kpi", "aging"} <= {row["section"] for row in rows}
    assert [row["value"] for row in rows if (row["section"], row["key"]) == ("funnel", "placed")] == [str(report["funnel"][0]["accounts"])]
    assert "exclude each other" in system.fails("report", "--csv", "--json", code=2)


def test_read_models_are_the_same_after_a_rebuild(system, portfolio):
    system.ok("wait")
    before = system.json("report")
    assert system.json("report", "rebuild")["partitions"] == 64
    wait_until(lambda: system.json("report") == before, "the report is what it was")


# --- time -----------------------------------------------------------------------------------------------------------------------


def test_time_is_driven_forward_only(system):
    now = system.json("clock", "show")
    assert now["is_driven"]
    assert "before" in system.fails("clock", "set", "2026-01-01")
    later = system.json("clock", "advance", "--by", "90m")["business_now"]
    assert later > now["business_now"]
    answers = system.ok("clock", "advance", "--stdin", stdin="2026-07-01T08:00:00Z\n\n2026-07-02\n")
    assert answers == "ok 2026-07-01T08:00:00Z\nok 2026-07-02T00:00:00Z\n"
    assert system.json("clock", "show")["business_now"] == "2026-07-02T00:00:00Z"
    for wrong in (["--by", "1"], ["--to", "soon"], [], ["--by", "1h", "--to", "2027-01-01"]):
        system.fails("clock", "advance", *wrong, code=2)


def test_waiting_says_who_is_behind(system, portfolio):
    payment = system.pids()["payment-1"]
    os.kill(payment, signal.SIGSTOP)
    try:
        system.ok("dispute", "open", "C-2")  # reporting and others go on, payment does not
        complaint = system.fails("wait", "--timeout", "1")
    finally:
        os.kill(payment, signal.SIGCONT)
    assert re.search(r"not at rest within 1 s; payment is \d+ events behind in 1 partitions", complaint)
    system.ok("wait")


# --- the log --------------------------------------------------------------------------------------------------------------------


def test_the_log_is_shown_by_type_and_account(system, portfolio):
    lines = [json.loads(line) for line in system.ok("log", "tail", "--type", "AccountPlaced", "--last", "0", "--json").splitlines()]
    assert sorted(line["payload"]["client_reference"] for line in lines) == ["C-1", "C-2", "C-3", "C-5", "C-6", "M-2"]
    mine = [json.loads(line) for line in system.ok("log", "tail", "--account", "C-1", "--last", "2", "--json").splitlines()]
    assert len(mine) == 2 and {line["account_id"] for line in mine} == {system.json("account", "show", "C-1")["placement"]["placed"]["account_id"]}
    assert "AccountPlaced" in system.ok("log", "tail", "--type", "dunlin.intake.v1.AccountPlaced")


def test_the_log_keeps_its_order_where_a_clock_was_set_back(system, portfolio):
    """Broken once: lines were sorted by their time alone."""
    partition, middle, last = map(int, system.sql("SELECT partition, max(seq) / 2, max(seq) FROM log.event GROUP BY 1 ORDER BY 3 DESC LIMIT 1;").split("|"))
    shift = f"UPDATE log.event SET recorded_at_us = recorded_at_us %s 3600000000 WHERE partition = {partition} AND seq > {middle};"

    def tail(*options):
        return [(event["partition"], event["seq"]) for event in map(json.loads, system.ok("log", "tail", "--json", *options).splitlines())]

    whole = tail("--last", "0")
    system.sql(shift % "-")
    try:
        shown = tail("--last", "0")
        assert sorted(shown) == sorted(whole)
        assert [seq for p, seq in shown if p == partition] == list(range(1, last + 1))
        assert tail("--last", "7") == shown[-7:]
    finally:
        system.sql(shift % "+")


def test_the_log_is_followed(system, portfolio):
    with subprocess.Popen([BIN / "dunlin", "log", "tail", "--follow", "--last", "0", "--type", "StopRecorded", "--account", "C-5", "--json"],
                          stdout=subprocess.PIPE, text=True, env=system.environment) as tail:
        system.ok("stop", "C-5", "--flag", "attorney")
        assert select.select([tail.stdout], [], [], 20)[0]
        assert json.loads(tail.stdout.readline())["payload"]["flag"] == "attorney"
        tail.kill()


def test_tampering_is_found(system, portfolio):
    whole = system.json("log", "verify")
    assert whole["is_whole"] and whole["events"] > 20
    partition, seq = system.sql("SELECT partition, seq FROM log.event WHERE type LIKE '%PaymentPosted' LIMIT 1;").split("|")
    flip = f"UPDATE log.event SET payload = set_byte(payload, 0, get_byte(payload, 0) # 1) WHERE partition = {partition} AND seq = {seq};"
    system.sql(flip)
    done = system.run("log", "verify", "--json")
    system.sql(flip)
    assert done.returncode == 1
    broken = json.loads(done.stdout)["broken"]
    assert [row["partition"] for row in broken] == [int(partition)] and seq in broken[0]["what"]
    assert system.json("log", "verify", "--partition", partition)["is_whole"]
    assert "0 to 63" in system.fails("log", "verify", "--partition", "64", code=2)


def test_parked_events_are_shown_and_tried_again(system, portfolio):
    # An event that payment does not care for: trying it again must simply work.
    partition, seq = system.sql("SELECT partition, seq FROM log.event WHERE type LIKE '%AccountClassified' LIMIT 1;").split("|")
    system.sql("INSERT INTO log.parked (consumer, partition, seq, debtor_id, type, error, attempts, parked_at_us) "
               f"SELECT 'payment', partition, seq, debtor_id, type, 'made up by a test', 3, 0 FROM log.event WHERE partition = {partition} AND seq = {seq};")
    status = json.loads(system.run("status", "--json").stdout)
    assert not status["is_well"] and status["parked"][0]["error"] == "made up by a test"
    assert "which events?" in system.fails("log", "retry", code=2)
    assert system.json("log", "retry", "--service", "contact", "--all") == []
    released = system.json("log", "retry", "--service", "payment", "--partition", partition, "--seq", seq)
    assert [(row["consumer"], row["seq"]) for row in released] == [("payment", int(seq))]
    wait_until(lambda: system.run("status").returncode == 0, "payment has taken it back")


# --- keys, database, agencies -----------------------------------------------------------------------------------------------------


def test_a_dialer_is_admitted(system):
    added = system.json("keys", "add", "acme")
    assert added["is_new"] and pathlib.Path(added["secret_file"]).stat().st_mode & 0o077 == 0
    assert len(added["server_public_key"]) == 40 and added["endpoint"].startswith("tcp://")
    assert not system.json("keys", "add", "acme")["is_new"]
    listed = {row["name"]: row["role"] for row in system.json("keys", "list")}
    assert listed["acme"] == "dialer" and listed["dunlin"] == "operator" and listed["contact"] == "service"
    assert "dialer, operator or service" in system.fails("keys", "add", "x", "--role", "boss", code=2)
    assert "Acme Inc" in system.fails("keys", "add", "Acme Inc")


def test_the_database_may_be_initialised_again_and_gets_passwords(system):
    passwords = system.var / "passwords"
    system.ok("db", "init")
    system.ok("db", "init", "--passwords", passwords)
    assert {path.name for path in passwords.iterdir()} == {*SERVICES, "operator"}
    kept = (passwords / "intake").read_text()
    system.ok("db", "init", "--passwords", passwords)
    assert (passwords / "intake").read_text() == kept and len(kept) >= 32
    assert all(path.stat().st_mode & 0o077 == 0 for path in passwords.iterdir())


def test_agencies_are_added_and_listed(system):
    system.ok("agency", "add", "northwind", "--name", "Northwind Ltd")
    assert {row["slug"]: row["name"] for row in system.json("agency", "list")} == {"demo": "demo", "northwind": "Northwind Ltd"}
    assert "lower-case" in system.fails("agency", "add", "North Wind")


def test_placing_goes_on_after_it_was_killed(system, portfolio):
    rows = [f"R-{n},RK-{n},Ida Voe,10.00,2026-03-01,(212) 555-0108,8 Main St,New York,NY,10001,US" for n in range(6000)]
    file = system.write("many.csv", "\n".join([HEADER, *rows]) + "\n")
    command = ["place", str(file), "--mapping", str(portfolio["mapping"]), "--batch", "10"]
    with subprocess.Popen([BIN / "dunlin", *command], env=system.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: int(system.sql("SELECT count(*) FROM intake.account WHERE client_reference LIKE 'R-%';")) > 0, "some rows are placed")
        first.kill()
    done = system.run(*command, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)["summary"]
    assert (summary["accepted"], summary["rejected"], summary["stage"]) == (6000, 0, "completed")
    assert system.sql("SELECT count(*) FROM log.event WHERE type LIKE '%AccountPlaced' AND account_id IN"
                      " (SELECT account_id FROM intake.account WHERE client_reference LIKE 'R-%');") == "6000"
    system.ok("wait")


# --- the end --------------------------------------------------------------------------------------------------------------------


def test_down_and_up_again_keeps_everything(system, portfolio):
    before = system.json("account", "show", "C-1")
    pids = system.pids()
    down = system.json("down")
    assert {row["service"] for row in down["stopped"]} == set(SERVICES) and down["forced"] == 0 and down["servers_stopped"]
    wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids.values()), "init has reaped them")
    assert system.json("down")["stopped"] == []
    assert [*json.loads(system.run("status", "--json").stdout)["problems"]] == [f"this installation is stopped ({system.var}): start it with `dunlin up`"]
    assert "start it with `dunlin up`" in system.fails("account", "show", "C-1")
    system.ok("up")
    assert system.json("account", "show", "C-1") == before
    assert system.json("log", "verify")["is_whole"]


def test_time_is_the_machines_again(system):
    assert not system.json("clock", "release")["is_driven"]
    assert abs(time.time() - time.mktime(time.strptime(system.json("clock", "show")["business_now"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 60
