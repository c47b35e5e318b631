"""The ground of the pipeline: a bare binary COPY of the same rows into a table with a key and three indexes, on the same server with the same settings."""
import time

import bench_accounts

ROWS_MOST = 200_000


class Ground:
    def __init__(self, system, session, accounts):
        self.session = session
        portfolio = bench_accounts.EndlessPortfolio()
        self.n = min(accounts, ROWS_MOST)
        self.path = bench_accounts.write_ground(system.files / "ground.bin", portfolio.take(self.n))
        self.rates = []
        session.do("DROP SCHEMA IF EXISTS ground CASCADE")
        session.do("CREATE SCHEMA ground")
        session.do(bench_accounts.GROUND_TABLE.format(name="ground.account"))

    def measure(self, is_checkpointed=True):
        """One COPY into the empty table. A checkpoint before keeps one out of it; beside much data it makes the next load write whole pages."""
        self.session.do("TRUNCATE ground.account")
        if is_checkpointed:
            self.session.do("CHECKPOINT")
        began = time.monotonic()
        self.session.do(f"\\copy ground.account FROM '{self.path}' (FORMAT binary)")
        self.rates.append(self.n / (time.monotonic() - began))
        copied = int(self.session.value("SELECT count(*) FROM ground.account"))
        if copied != self.n:
            raise RuntimeError(f"{copied} of {self.n} rows were copied")

    @property
    def rate(self):
        """Rows a second over all measurements."""
        return len(self.rates) / sum(1 / rate for rate in self.rates)
