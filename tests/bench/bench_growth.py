"""The same load beside few accounts and beside many: rate, memory, and tables that are read whole."""
from bench_ground import Ground
from bench_system import Measure, bench_system, run_load

FEW, MANY, LOAD = 10_000, 1_000_000, 60_000
SCANS = """
    SELECT schemaname || '.' || relname, seq_scan, seq_tup_read, n_live_tup FROM pg_stat_user_tables WHERE schemaname <> 'ground'"""
BIG_ROWS = 5000  # the fixed tables (heads, cursors, ownership) have a few hundred at most


def scans(session):
    session.do("SELECT pg_stat_force_next_flush()")
    return {name: (int(n), int(rows), int(live)) for name, n, rows, live in session.rows(SCANS)}


def measured_load(system, session, ground, accounts):
    path = system.accounts_file(accounts)
    ground.measure(is_checkpointed=False)
    before = scans(session)
    load = run_load(system, session, path, accounts)
    after = scans(session)
    ground.measure(is_checkpointed=False)
    scanned = {name: {"scans": after[name][0] - before.get(name, (0, 0, 0))[0], "rows": after[name][1] - before.get(name, (0, 0, 0))[1], "live": after[name][2]} for name in after}
    return load, {name: found for name, found in scanned.items() if found["scans"] > 0 and found["live"] >= BIG_ROWS}


def run(options):
    many = options.accounts or MANY
    few, accounts = many * FEW // MANY, many * LOAD // MANY
    with bench_system() as system, system.session() as session:
        ground = Ground(system, session, accounts)
        run_load(system, session, system.accounts_file(few), few)
        small, _ = measured_load(system, session, ground, accounts)
        memory = {"few": system.memory_mb()}
        rest = many - few - accounts
        run_load(system, session, system.accounts_file(rest), rest)
        large, scanned = measured_load(system, session, ground, accounts)
        memory["many"] = system.memory_mb()
        size_gb = int(session.value("SELECT pg_database_size(current_database())")) / 1e9
    share = large.rate / small.rate
    peak = max(memory["many"].items(), key=lambda item: item[1])
    return [
        Measure(f"growth: rate at {many:,} accounts", large.rate, "accounts/s", f"at {few:,}: {small.rate:,.0f}", f"{share:.0%}", "≥ 70 %", share >= 0.7),
        Measure(f"growth: peak memory of a service ({peak[0]})", peak[1], "MB", f"at {few:,}: {memory['few'][peak[0]]:,.0f}", f"{peak[1] / memory['few'][peak[0]]:.2f}"),
        Measure("growth: big tables read whole", len(scanned), "tables", goal="0", is_met=not scanned),
    ], {"accounts": many, "load": accounts, "rates": [small.rate, large.rate], "cpu_us_per_account": [small.cpu_us_per_account, large.cpu_us_per_account],
        "wal_per_account": [small.wal_per_account, large.wal_per_account], "ground_rates": ground.rates, "peak_rss_mb": memory, "database_gb": size_gb, "scanned": scanned}
