"""From the commit of a payment to its visibility in the report, while the pipeline is busy with a file."""
import threading
import time

import bench_contracts
from bench_system import Measure, Session, bench_system, run_load, wait_for_rest

ACCOUNTS = 100_000
PAYING_ACCOUNTS = 5000
PAYMENTS_PER_SECOND = 20
LOOK_IVL_S = 0.01
POST_PAYMENT = "dunlin.payment.v1.PaymentService/PostPayment"


class Payer(threading.Thread):
    """Posts payments at a steady beat until told to stop."""

    def __init__(self, system, accounts):
        super().__init__(daemon=True)
        self.client, self.accounts = bench_contracts.Client(system, "payment"), accounts
        self.is_over, self.n_paid, self.error = threading.Event(), 0, None

    def run(self):
        request = bench_contracts.message("dunlin.payment.v1.PostPaymentRequest")
        due = time.monotonic()
        try:
            while not self.is_over.wait(max(0, due - time.monotonic())):
                account_id = self.accounts[self.n_paid % len(self.accounts)]
                self.client.call(POST_PAYMENT, request(account_id=account_id, amount_minor=1, currency="USD", reference=f"bench {self.n_paid}"), account_id)
                self.n_paid += 1
                due += 1 / PAYMENTS_PER_SECOND
        except RuntimeError as error:
            self.error = error

    def stop(self):
        self.is_over.set()
        self.join()
        self.client.close()
        if self.error:
            raise self.error


class Watcher(threading.Thread):
    """Notes when reporting's cursors, which move in the transaction that adds to the report's sums, passed what."""

    def __init__(self, system):
        super().__init__(daemon=True)
        self.session, self.is_over, self.looks = Session(system.database_url), threading.Event(), []

    def run(self):
        while not self.is_over.wait(LOOK_IVL_S):
            cursors = self.session.rows("SELECT partition, seq FROM log.cursor WHERE consumer = 'reporting'")
            self.looks.append((time.time(), {int(partition): int(seq) for partition, seq in cursors}))

    def stop(self):
        self.is_over.set()
        self.join()
        self.session.close()

    def seen_at(self, partition, seq, begin):
        """The first look at or after index `begin` that saw it, and its time."""
        for index in range(begin, len(self.looks)):
            if self.looks[index][1].get(partition, 0) >= seq:
                return index, self.looks[index][0]
        raise RuntimeError(f"partition {partition}, event {seq}: never seen by reporting")


def delays(session, watcher, since):
    """Seconds from the writing of each payment's event, right before its commit, until it was seen: too long by a look at most."""
    found, last_seen = [], {}
    events = session.rows(f"SELECT partition, seq, recorded_at_us FROM log.event WHERE type = 'dunlin.payment.v1.PaymentPosted' AND recorded_at_us >= {int(since * 1e6)} ORDER BY seq")
    for partition, seq, recorded_at_us in ((int(field) for field in row) for row in events):
        last_seen[partition], seen_at = watcher.seen_at(partition, seq, last_seen.get(partition, 0))
        found.append(seen_at - recorded_at_us / 1e6)
    return sorted(found)


def paying_accounts(session):
    """In no order, so that all partitions are paid into alike."""
    rows = session.rows("SELECT encode(uuid_send(account_id), 'hex') FROM log.event WHERE type = 'dunlin.intake.v1.AccountPlaced' ORDER BY hash")
    return [bytes.fromhex(account_id) for (account_id,) in rows]


def run(options):
    accounts = options.accounts or ACCOUNTS
    with bench_system() as system, system.session() as session:
        run_load(system, session, system.accounts_file(min(accounts, PAYING_ACCOUNTS)), min(accounts, PAYING_ACCOUNTS))
        path = system.accounts_file(accounts)
        payer, watcher, since = Payer(system, paying_accounts(session)), Watcher(system), time.time()
        watcher.start()
        payer.start()
        try:
            load = run_load(system, session, path, accounts)
        finally:
            payer.stop()
        wait_for_rest(session)
        time.sleep(10 * LOOK_IVL_S)  # for the watcher's last look
        watcher.stop()
        found = delays(session, watcher, since)
    p50, p99 = found[len(found) // 2], found[min(len(found) - 1, len(found) * 99 // 100)]
    name = "payment to report under the pipeline's load"
    return [
        Measure(f"{name}: p50", p50 * 1000, "ms"),
        Measure(f"{name}: p99", p99 * 1000, "ms", f"{load.rate:,.0f} accounts/s beside it", goal="≤ 250", is_met=p99 <= 0.25),
    ], {"accounts": accounts, "payments": len(found), "p50_s": p50, "p99_s": p99, "max_s": found[-1], "pipeline_rate": load.rate, "worst_lag_s": load.lag.worst()}
