"""What it takes to pay every client out of trust: `dunlin remit run` over a ledger of a million payments of 200 clients in all partitions, and the statement of one of them.

The ledger is written by SQL into the service's own tables, as payments would have left it: postings, trust entries with their numbers, trust accounts with their sums. Constraints and triggers hold, and the run
itself adds every line up against trust and refuses what contradicts it.
"""
import json
import subprocess
import time

from bench_system import CpuMeter, Measure, bench_system

ENTRIES = 1_000_000
CLIENTS = 200
STATEMENT_CLIENT = "client-007"
PARTITIONS = 64
GOAL_S = 30
AGENCY = "demo"
OURS = "client LIKE 'client-%'"  # a system that is shared has others

# An account has four payments of 10.00, of which the agency earns a quarter, and the last one is taken back: five trust entries. Accounts go round the clients, then round the partitions. An id ends in its partition.
ACCOUNTS = """
    CREATE TEMPORARY TABLE bench AS
    SELECT a AS account, (a % {clients})::int AS client, (a / {clients} % {partitions})::int AS partition,
           (substr(md5('account ' || a), 1, 28) || lpad(to_hex(a / {clients} % {partitions}), 4, '0'))::uuid AS account_id,
           (substr(md5('debtor ' || a), 1, 28) || lpad(to_hex(a / {clients} % {partitions}), 4, '0'))::uuid AS debtor_id
    FROM generate_series(0, {accounts} - 1) AS a"""
LEDGER_ACCOUNTS = """
    INSERT INTO payment.account (partition, account_id, agency_id, debtor_id, currency, balance_minor, n_postings, is_recalled, version, client, placed_minor)
    SELECT partition, account_id, {agency_id}, debtor_id, 'USD', 7000, 6, false, 6, 'client-' || lpad(client::text, 3, '0'), 10000 FROM bench"""
POSTINGS = """
    INSERT INTO payment.posting (partition, account_id, number, posting_id, agency_id, kind, against, currency, change_minor, balance_minor, effective_on, reference, reverses, cause_seq, posted_at_us, paid_to, fee_minor)
    SELECT b.partition, b.account_id, n.number, (substr(md5(b.account || '/' || n.number), 1, 28) || lpad(to_hex(b.partition), 4, '0'))::uuid, {agency_id}, n.kind, n.against, 'USD', n.change_minor,
           n.balance_minor, date '2026-01-01' + (b.account % 28)::int, 'bench ' || b.account,
           CASE WHEN n.kind = 3 THEN (substr(md5(b.account || '/5'), 1, 28) || lpad(to_hex(b.partition), 4, '0'))::uuid END, 0, 1767225600000000, n.paid_to, n.fee_minor
    FROM bench AS b
    CROSS JOIN (VALUES (1, 1::smallint, 2::smallint, 10000, 10000, NULL::smallint, 0), (2, 2, 3, -1000, 9000, 1, 250), (3, 2, 3, -1000, 8000, 1, 250), (4, 2, 3, -1000, 7000, 1, 250),
                       (5, 2, 3, -1000, 6000, 1, 250), (6, 3, 3, 1000, 7000, 1, -250)) AS n (number, kind, against, change_minor, balance_minor, paid_to, fee_minor)
    ORDER BY b.account_id, n.number"""
TRUST_ENTRIES = """
    INSERT INTO payment.trust_entry (partition, agency_id, client, currency, number, kind, account_id, posting_number, effective_on, posted_at_us, cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor)
    SELECT p.partition, p.agency_id, a.client, p.currency, row_number() OVER (PARTITION BY a.client, p.partition ORDER BY p.account_id, p.number), p.kind - 1, p.account_id, p.number, p.effective_on, p.posted_at_us,
           -p.change_minor, -p.change_minor - p.fee_minor, p.fee_minor, 0, 0
    FROM payment.posting AS p JOIN payment.account AS a USING (partition, account_id) WHERE p.kind IN (2, 3) AND a.client LIKE 'client-%'"""
TRUST_ACCOUNTS = """
    INSERT INTO payment.trust_account (partition, agency_id, client, currency, n_entries, cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor)
    SELECT partition, agency_id, client, currency, count(*), sum(cash_minor), sum(payable_minor), sum(earned_minor), 0, 0 FROM payment.trust_entry WHERE client LIKE 'client-%' GROUP BY 1, 2, 3, 4"""
# What the statement asks intake for: where each account was placed.
PLACED = """
    INSERT INTO intake.account (partition, account_id, debtor_id, agency_id, client, client_reference, balance_minor, currency, due_on_days, opened_on_days, is_disputed, is_recalled, placement_id, line, record_hash, placed_at_us)
    SELECT partition, account_id, debtor_id, {agency_id}, 'client-' || lpad(client::text, 3, '0'), 'B-' || lpad(account::text, 8, '0'), 10000, 'USD', 20000, 19000, false, false,
           (substr(md5('placement'), 1, 28) || '0000')::uuid, account + 2, decode(repeat('00', 32), 'hex'), 1767225600000000 FROM bench"""

DEBTORS = """
    INSERT INTO intake.debtor (partition, debtor_id, agency_id, name, is_natural_person, point_kinds, point_values, point_zones)
    SELECT partition, debtor_id, {agency_id}, 'Debtor ' || account, true, '{{}}', '{{}}', '{{}}' FROM bench"""
# ... and dispute whether it was disputed.
DISPUTABLE = """
    INSERT INTO dispute.account (partition, account_id, agency_id, debtor_id, currency, placed_minor) SELECT partition, account_id, {agency_id}, debtor_id, 'USD', 10000 FROM bench"""


def fill(session, entries):
    agency_id = session.value(f"SELECT agency_id FROM platform.agency WHERE slug = '{AGENCY}'")
    values = {"accounts": entries // 5, "clients": CLIENTS, "partitions": PARTITIONS, "agency_id": agency_id}
    for statement in (ACCOUNTS, LEDGER_ACCOUNTS, POSTINGS, TRUST_ENTRIES, TRUST_ACCOUNTS, PLACED, DEBTORS, DISPUTABLE):
        session.do(statement.format(**values))
    session.do("ANALYZE payment.account, payment.posting, payment.trust_entry, payment.trust_account, intake.account")
    session.do("CHECKPOINT")


def remit(system, *arguments):
    since = time.monotonic()
    done = subprocess.run([system.command, "remit", *arguments, "--json", "--var", system.var], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout), time.monotonic() - since


def check(session, found, entries):
    runs = [run for run in found["runs"] if run["client"].startswith("client-")]
    owed = entries // 5 * 3 * 750
    paid = sum(run["remitted_minor"] for run in runs)
    left = session.value(f"SELECT sum(abs(cash_minor) + abs(payable_minor) + abs(earned_minor)) FROM payment.trust_account WHERE {OURS}")
    lines = sum(run["lines"] for run in runs)
    if (paid, lines, int(left), len(runs)) != (owed, entries, 0, CLIENTS) or not all(run["is_finished"] for run in runs):
        raise RuntimeError(f"{paid} of {owed} paid to {len(runs)} clients over {lines} lines, {left} left")


def run(options):
    entries = (options.accounts or ENTRIES // 5) * 5
    with bench_system() as system, system.session() as session:
        fill(session, entries)
        memory_before, meter = system.memory_mb(), CpuMeter(system, session, [session.backend_pid])
        found, seconds = remit(system, "run", "--key", "bench", "--force")
        cpu, memory = sum(meter.seconds().values()), system.memory_mb()
        check(session, found, entries)
        again, seconds_again = remit(system, "run", "--key", "bench", "--force")
        if again["runs"] != found["runs"]:
            raise RuntimeError("the run again came out otherwise")
        statement, statement_seconds = remit(system, "statement", "--key", "bench", "--client", STATEMENT_CLIENT, "--csv-file", str(system.files / "bench.csv"), "--pdf", str(system.files / "bench.pdf"))
        peak = max((memory[name] - memory_before[name], memory[name], name) for name in memory if name.startswith("payment"))
    lines = len(statement["lines"])
    clients = f"{entries:,} entries of {CLIENTS} clients in {PARTITIONS} partitions"
    return [
        Measure("remittance run", seconds, "s", clients, None, f"≤ {GOAL_S} of 1,000,000", seconds <= GOAL_S),
        Measure("remittance run: CPU of all processes", cpu, "s"),
        Measure("remittance run: the same again", seconds_again, "s"),
        Measure(f"remittance run: peak memory of a service ({peak[2]})", peak[1], "MB", f"before {peak[1] - peak[0]:.0f}"),
        Measure("remittance statement, PDF and CSV", statement_seconds, "s", f"{lines:,} lines"),
    ], {"entries": entries, "seconds": seconds, "cpu_s": cpu, "seconds_again": seconds_again, "statement_lines": lines, "statement_s": statement_seconds, "memory_mb": memory}
