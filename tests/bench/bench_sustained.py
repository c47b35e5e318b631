"""Many accounts in one go beside a burst, and the same burst while somebody holds a snapshot open."""
import contextlib
import statistics

from bench_ground import Ground
from bench_system import Measure, bench_system, run_load

BURST = 200_000
TIMES = 5


@contextlib.contextmanager
def held_snapshot(system):
    """What a long report or a dump does: nothing that has gone since may be cleaned away."""
    with system.session() as session:
        session.do("SET idle_in_transaction_session_timeout = 0")
        session.do("BEGIN ISOLATION LEVEL REPEATABLE READ")
        session.do("SELECT count(*) FROM log.head")
        yield
        session.do("COMMIT")


def load_with_ground(system, session, accounts):
    ground = Ground(system, session, accounts)
    path = system.accounts_file(accounts)
    ground.measure()
    load = run_load(system, session, path, accounts)
    ground.measure()
    return load, ground


def run(options):
    burst_accounts = options.accounts or BURST
    accounts = TIMES * burst_accounts
    with bench_system() as system, system.session() as session:
        burst, burst_ground = load_with_ground(system, session, burst_accounts)
        with held_snapshot(system):
            held = run_load(system, session, system.accounts_file(burst_accounts), burst_accounts)
        after = run_load(system, session, system.accounts_file(burst_accounts), burst_accounts)
    with bench_system() as system, system.session() as session:
        sustained, ground = load_with_ground(system, session, accounts)
        memory = system.memory_mb()
    free_rate = statistics.mean([burst.rate, after.rate])
    share, snapshot_share = sustained.rate / burst.rate, held.rate / free_rate
    slowest, lag = max(sustained.lag.worst().items(), key=lambda item: item[1])
    return [
        Measure(f"sustained: {accounts:,} accounts in one go", sustained.rate, "accounts/s", f"{burst_accounts:,}: {burst.rate:,.0f}", f"{share:.0%}", "≥ 75 %", share >= 0.75),
        Measure(f"sustained: worst lag ({slowest})", lag, "s", goal="≤ 5", is_met=lag <= 5),
        Measure("sustained: with a held snapshot", held.rate, "accounts/s", f"without, before and after: {free_rate:,.0f}", f"{snapshot_share:.0%}", "≥ 85 %", snapshot_share >= 0.85),
    ], {"accounts": accounts, "burst_rates": [burst.rate, after.rate], "sustained_rate": sustained.rate, "held_rate": held.rate, "ground_rates": {"burst": burst_ground.rates, "sustained": ground.rates},
        "worst_lag_s": sustained.lag.worst(), "wal_per_account": {"burst": burst.wal_per_account, "sustained": sustained.wal_per_account, "held": held.wal_per_account},
        "cpu_us_per_account": {"burst": burst.cpu_us_per_account, "sustained": sustained.cpu_us_per_account, "held": held.cpu_us_per_account}, "peak_rss_mb": memory}
