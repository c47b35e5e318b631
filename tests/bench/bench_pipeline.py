"""A file of accounts until each is placed, classified, planned and in the report; what it costs in WAL, CPU and memory."""
from bench_ground import Ground
from bench_system import Measure, bench_system, run_load

ACCOUNTS = 200_000
STATEMENTS = r"""
    SELECT concat_ws(' | ', r.rolname, s.calls || ' calls', round(s.total_exec_time) || ' ms', s.rows || ' rows', s.wal_bytes || ' B of WAL', left(regexp_replace(s.query, '\s+', ' ', 'g'), 100))
    FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
    WHERE r.rolname LIKE 'dunlin%' ORDER BY s.total_exec_time DESC LIMIT 60"""
STATEMENTS_BY_ROLE = """
    SELECT concat_ws(' | ', r.rolname, sum(s.calls) || ' calls', sum(s.calls) FILTER (WHERE s.query ~* '^commit') || ' commits', round(sum(s.total_exec_time)) || ' ms', sum(s.wal_bytes) || ' B of WAL')
    FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
    WHERE r.rolname LIKE 'dunlin%' GROUP BY r.rolname ORDER BY sum(s.total_exec_time) DESC"""


def measures(system, load, ground):
    if load.funnel["placed"] != load.accounts or load.funnel["classified"] != load.accounts or load.funnel["planned"] < load.accounts * 0.9:
        raise RuntimeError(f"the report does not show the load: {load.funnel}")
    ratio = load.rate / ground.rate
    worst = max(load.lag.worst().items(), key=lambda item: item[1])
    return [
        Measure("pipeline: accounts from file to report", load.rate, "accounts/s", f"COPY {ground.rate:,.0f} rows/s", f"1/{1 / ratio:.1f}", "≥ 1/8", ratio >= 1 / 8),
        Measure("pipeline: WAL", load.wal_per_account, "B/account", goal="≤ 5,600", is_met=load.wal_per_account <= 5600),
        Measure("pipeline: CPU of all processes", load.cpu_us_per_account, "µs/account", goal="≤ 150", is_met=load.cpu_us_per_account <= 150),
        Measure(f"pipeline: worst lag ({worst[0]})", worst[1], "s"),
    ]


def details(system, load, ground, statements):
    return {
        "accounts": load.accounts, "seconds": load.seconds, "ground_rates": ground.rates, "events": sum(load.lag.samples[-1][1]["head"]) - sum(load.lag.samples[0][1]["head"]),
        "cpu_us_per_account": {name: round(seconds / load.accounts * 1e6, 2) for name, seconds in load.cpu_s.most_common() if seconds},
        "peak_rss_mb": system.memory_mb(), "worst_lag_s": load.lag.worst(), "lag_s_over_time": lag_over_time(load.lag), "statements": statements,
    }


def lag_over_time(lag, points=12):
    """A dozen instants of the load, and each consumer's lag then, as lines to read: which stage is the slow one."""
    lags = lag.lags()
    step = max(1, len(lag.samples) // points)
    lines = {"at": [at - lag.samples[0][0] for at, _ in lag.samples], **{consumer: [seconds for _, seconds in found] for consumer, found in lags.items()}}
    return {name: " ".join(f"{value:.1f}" for value in values[::step]) for name, values in lines.items()}


def run(options):
    accounts = options.accounts or ACCOUNTS
    with bench_system(has_statements=options.statements) as system, system.session() as session:
        ground = Ground(system, session, accounts)
        path = system.accounts_file(accounts)
        ground.measure()
        ground.measure()
        session.do("CHECKPOINT")
        if options.statements:
            session.do("SELECT pg_stat_statements_reset()")
        load = run_load(system, session, path, accounts)
        statements = [row[0] for query in (STATEMENTS_BY_ROLE, STATEMENTS) for row in session.rows(query)] if options.statements else []
        ground.measure()
        ground.measure()
        return measures(system, load, ground), details(system, load, ground, statements)
