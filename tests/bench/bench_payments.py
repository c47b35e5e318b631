"""Payments from a file until each is posted, allocated and in the balance of its account; what they cost in WAL and CPU."""
import csv
import time

from bench_ground import Ground
from bench_pipeline import STATEMENTS, STATEMENTS_BY_ROLE
from bench_system import LOOK_IVL_S, CpuMeter, LagMeter, Measure, bench_system, run_load, wait_for_command, wait_for_rest, wal_position
from dunlin_system import MAPPINGS

PAYMENTS = 100_000
TIMEOUT_S = 600
HEADS = "SELECT array_agg(next_seq - 1 ORDER BY partition) FROM log.head"
CURSORS = "SELECT array_agg(seq ORDER BY partition) FROM log.cursor WHERE consumer = 'payment'"
# Of every account that was paid: its balance is what it was less what its payments applied, and each payment is one posting whose buckets are named.
POSTED = """
    SELECT count(*), coalesce(-sum(p.change_minor), 0), count(*) FILTER (WHERE a.balance_minor <> l.balance_minor)
    FROM payment.posting AS p JOIN payment.account AS a USING (partition, account_id)
    CROSS JOIN LATERAL (SELECT balance_minor FROM payment.posting AS o WHERE o.partition = a.partition AND o.account_id = a.account_id ORDER BY o.number DESC LIMIT 1) AS l
    WHERE p.kind = 2"""
# Updates that stayed on their page wrote no index entry.
UPDATES = """
    SELECT concat_ws(' | ', schemaname || '.' || relname, n_tup_ins || ' inserted', n_tup_upd || ' updated', n_tup_hot_upd || ' of them HOT', autovacuum_count || ' vacuums')
    FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 1000 ORDER BY n_tup_ins + n_tup_upd DESC"""


def write_payments(path, accounts_path, n):
    """A tenth of each account's balance, paid once; the file's sum in minor units."""
    total = 0
    with accounts_path.open(newline="", encoding="utf-8") as accounts, path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("Client", "AccountNo", "Amount", "Currency", "PaidOn", "Reference"))
        for number, row in zip(range(n), csv.DictReader(accounts)):
            cents = max(1, int(row["Balance"].replace(",", "").replace(".", "")) // 10)
            writer.writerow((row["Client"], row["AccountNo"], f"{cents // 100}.{cents % 100:02}", row["Currency"], "01/05/2026", f"BENCH-{number}"))
            total += cents
    return total


def numbers(session, query):
    return [int(number) for number in session.value(query).strip("{}").split(",")]


def wait_for_payment(session, heads):
    """Until the ledger has applied whatever stood in the log; the moment when it was seen."""
    deadline = time.monotonic() + TIMEOUT_S
    while any(cursor < head for cursor, head in zip(numbers(session, CURSORS), heads)):
        if time.monotonic() > deadline:
            raise RuntimeError("payment lags still")
        time.sleep(LOOK_IVL_S)
    return time.monotonic()


def posted(session):
    return [int(number) for number in session.rows(POSTED)[0]]


def run_payments(system, session, path, n, total):
    before = posted(session)
    with LagMeter(system) as lag:
        meter = CpuMeter(system, session, {session.backend_pid, lag.session.backend_pid})
        wal = wal_position(session)
        began = time.monotonic()
        summary, place_cpu_s = wait_for_command(system.start_command("place", path, "--mapping", MAPPINGS / "payments.yaml", "--json"))
        placed = time.monotonic()
        visible = wait_for_payment(session, numbers(session, HEADS))
        at_rest = wait_for_rest(session)
        wal = wal_position(session) - wal
        cpu_s = meter.seconds()
    cpu_s["dunlin place"] = place_cpu_s
    count, amount, wrong = posted(session)
    if summary["summary"]["accepted"] != n or count - before[0] != n or amount - before[1] != total or wrong:
        raise RuntimeError(f"{summary['summary']}; posted {count - before[0]} of {n}, {amount - before[1]} of {total} minor units, {wrong} balances are wrong")
    return {"payments": n, "seconds_placed": placed - began, "seconds_visible": visible - began, "seconds_at_rest": at_rest - began, "wal_bytes": wal, "cpu_s": cpu_s, "lag": lag}


def measures(load, ground):
    n, rate = load["payments"], load["payments"] / load["seconds_visible"]
    ratio = rate / ground.rate
    return [
        Measure("payments: from file to balances", rate, "payments/s", f"COPY {ground.rate:,.0f} rows/s", f"1/{1 / ratio:.1f}", "≥ 1/8", ratio >= 1 / 8),
        Measure("payments: until everybody knows them", n / load["seconds_at_rest"], "payments/s"),
        Measure("payments: WAL", load["wal_bytes"] / n, "B/payment"),
        Measure("payments: CPU of all processes", sum(load["cpu_s"].values()) / n * 1e6, "µs/payment"),
    ]


def run(options):
    n = min(options.accounts or PAYMENTS, PAYMENTS)
    with bench_system(has_statements=options.statements) as system, system.session() as session:
        ground = Ground(system, session, n)
        accounts_path = system.accounts_file(n)
        run_load(system, session, accounts_path, n)
        path = system.files / f"payments-{next(system.file_numbers)}.csv"
        total = write_payments(path, accounts_path, n)
        ground.measure()
        ground.measure()
        session.do("CHECKPOINT")
        if options.statements:
            session.do("SELECT pg_stat_statements_reset()")
            session.do("SELECT pg_stat_reset()")
        load = run_payments(system, session, path, n, total)
        statements = [row[0] for query in (STATEMENTS_BY_ROLE, STATEMENTS, UPDATES) for row in session.rows(query)] if options.statements else []
        ground.measure()
        ground.measure()
        details = {
            **{name: load[name] for name in ("payments", "seconds_placed", "seconds_visible", "seconds_at_rest", "wal_bytes")}, "ground_rates": ground.rates, "worst_lag_s": load["lag"].worst(),
            "cpu_us_per_payment": {name: round(seconds / n * 1e6, 2) for name, seconds in load["cpu_s"].most_common() if seconds}, "statements": statements,
        }
        return measures(load, ground), details
