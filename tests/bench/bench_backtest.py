"""What it takes to try a policy on the past: the whole log read again, and every decision asked again. Nothing else runs; the processor time of the command counts, PostgreSQL's beside it."""
import json
import resource
import subprocess

from bench_permit import Asker, write_targets
from bench_system import Measure, bench_system, run_load, wait_for_rest

ACCOUNTS = 200_000
GOAL_S = 20  # for a million events, on one core


def run(options):
    accounts = options.accounts or ACCOUNTS
    with bench_system() as system, system.session() as session:
        run_load(system, session, system.accounts_file(accounts), accounts)
        Asker(system, *write_targets(system, session)).ask("contact", 0.5, "--window", 64, "--clients", 4, "--seconds", 1 if options.quick else 8)
        wait_for_rest(session)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([system.command, "policy", "backtest", "--json", "--var", system.var], check=True, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(done.stdout)
    same = found["same_rules"]
    if same["unequal"] or found["events_not_understood"] or not same["decisions"]:
        raise RuntimeError(f"{same}, {found['failures']}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    per_million = seconds / found["events"] * 1e6
    decisions = f"{found['events']:,} events, {same['decisions']:,} of them decisions"
    return [Measure("backtest: 1,000,000 events, processor time", per_million, "s", decisions, None, f"≤ {GOAL_S}", per_million <= GOAL_S)], {
        "seconds": seconds, "events": found["events"], "decisions": same["decisions"]}
