"""What the pure decision takes (judge.c): no process, no database, no clock. Its ground is none: it is compared with the goal alone."""
import json
import os
import pathlib
import subprocess

from bench_system import Measure

GOAL_US = 2.0
GOAL_BYTES = 1024


def run(options):
    program = pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve().parent / "tests/bench-judge"
    rules = pathlib.Path(__file__).resolve().parents[2] / "deploy/rules"
    found = json.loads(subprocess.run([program, rules], check=True, capture_output=True, text=True).stdout)
    assert found["refused"] == 0, "a refusal is written out: it takes longer"
    median_us = found["p50_us"] / 1000  # the generator counts nanoseconds
    return [
        Measure("decision: all US packs, 3 debts, 4 phones, 50 contacts, median", median_us, "µs", f"{found['rules']} rules", None, "≤ 2", median_us <= GOAL_US),
        Measure("decision: what such a person takes in memory", found["debtor_bytes"], "B", None, None, "≤ 1,024", found["debtor_bytes"] <= GOAL_BYTES),
    ], found
