"""P2 and P4: a service without memory is a process that was killed: nothing is half-done, nothing is lost, and whoever asked is answered.

GLib, which holds nearly all that a service holds, ends the process where there is no memory; `fault.<service>.nth` proves for one unit of work at a time that nothing is left of what was under way. Here real services are
at work, two of the one that suffers: the first process gets no page more than it has, and work comes until it needs one. It ends; clients go on with the second one by the retries that they make anyhow; `dunlin up`
brings it back; in the end every file is placed once and the invariants hold. Its last words are not asked for, as saying them takes memory too; a crash that is none of GLib's the sanitizer would find.

Broken once: with `dunlin up` left out, the status never says again that all is well; with a limit that leaves room, the process does not end, and the test says so.
"""
import csv
import json
import resource

import pytest

from dunlin_system import FAILED, MAPPINGS, OK, SAMPLE, SANITIZER_ENVIRONMENT, default_account, is_running, poll, running_system
from invariants import check_invariants, keyed

SQUEEZED = ("intake", "contact", "payment", "reporting")
ROWS_A_FILE = 300
FILES_MAX = 40
SMALL_FILES = 10  # what a process has free from earlier peaks may be enough for many small batches; those of larger files are larger than any it has seen
ROWS_A_LARGE_FILE = 3000
PATIENCE_S = 120
TRY_AGAIN = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED"}
# The sanitizer's allocator says NULL, as libc's does, and does not end the process in its own way.
LIKE_LIBC = {"ASAN_OPTIONS": SANITIZER_ENVIRONMENT["ASAN_OPTIONS"] + ":allocator_may_return_null=1"}


def squeeze(pid):
    """No private page more than it has; its stack is left alone."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        data = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    resource.prlimit(pid, resource.RLIMIT_DATA, (data, data))


@pytest.fixture(scope="module")
def system():
    instances = ",".join(f"{service}=2" for service in SQUEEZED)
    with running_system("--instances", instances, environment=LIKE_LIBC) as running:
        yield running


@pytest.fixture(scope="module")
def placed():
    """File -> its placement and how many accounts were acknowledged, of all tests here."""
    return {}


def place_file(system, placed, rows=ROWS_A_FILE):
    """Until it has been acknowledged whole."""
    with (SAMPLE / "portfolio.csv").open(newline="") as file:
        columns = next(csv.reader(file))
    path = system.write_rows(columns, [default_account() for _ in range(rows)])

    def place():
        done = system.run("place", path, "--mapping", MAPPINGS / "placement.yaml", "--timeout", "30", "--json", code=(OK, FAILED))
        if done.code == OK:
            return json.loads(done.out)["summary"]
        assert done.error["code"] in TRY_AGAIN, done.err
        return None
    summary = poll(f"{path.name} is placed", place, PATIENCE_S)
    assert summary["accepted"] == rows
    placed[summary["placement_id"]] = rows


@pytest.mark.parametrize("service", SQUEEZED)
def test_a_service_out_of_memory_ends_and_the_others_go_on(system, placed, service):
    pid = system.pid(service)
    squeeze(pid)
    for number in range(FILES_MAX):
        place_file(system, placed, ROWS_A_FILE if number < SMALL_FILES else ROWS_A_LARGE_FILE)
        if not is_running(pid):
            break
    assert not is_running(pid), f"{service} needed no more memory than it had"
    place_file(system, placed)  # with the other one
    system.up()
    system.check_well()


def test_every_account_is_there_once(system, placed):
    assert keyed(system, "SELECT placement_id, count(*) FROM intake.account GROUP BY 1") == placed
    check_invariants(system)
