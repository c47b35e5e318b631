"""What CURVE costs end to end: the pipeline as it is, and with the cipher replaced by a copy (plain_bus.c), in turns."""
import os
import pathlib
import statistics

from bench_system import Measure, bench_system, run_load

ACCOUNTS = 100_000
ROUNDS = 2


def one_load(accounts, environment):
    with bench_system(environment=environment) as system, system.session() as session:
        return run_load(system, session, system.accounts_file(accounts), accounts)


def run(options):
    accounts = options.accounts or ACCOUNTS
    library = pathlib.Path(os.environ["DUNLIN_BIN_DIR"]).resolve().parent / "tests/bench_plain_bus.so"
    loads = {"on": [], "off": []}
    for _ in range(1 if options.quick else ROUNDS):
        loads["on"].append(one_load(accounts, {}))
        loads["off"].append(one_load(accounts, {"LD_PRELOAD": str(library)}))
    rate = {name: statistics.mean(load.rate for load in found) for name, found in loads.items()}
    cpu_us = {name: statistics.mean(load.cpu_us_per_account for load in found) for name, found in loads.items()}
    share = rate["on"] / rate["off"]
    return [
        Measure("CURVE: pipeline with it", rate["on"], "accounts/s", f"without {rate['off']:,.0f}", f"{share:.0%}", "≥ 95 %", share >= 0.95),
        Measure("CURVE: CPU with it", cpu_us["on"], "µs/account", f"without {cpu_us['off']:,.0f}", f"{cpu_us['on'] / cpu_us['off']:.2f}"),
    ], {"accounts": accounts, "rates": {name: [load.rate for load in found] for name, found in loads.items()},
        "cpu_us_per_account": {name: [load.cpu_us_per_account for load in found] for name, found in loads.items()}}
