"""A connection to PostgreSQL that stays, for what tests and benchmarks look up again and again."""
import contextlib
import subprocess


class ConnectionLost(RuntimeError):
    """PostgreSQL went away; the session connects anew with its next query."""


class Session:
    """One connection as a running psql: no process and no log-in a query. For one thread at a time."""

    END = "-- end --"
    GONE = ("FATAL:", "WARNING:  terminating", "server closed", "psql:")

    def __init__(self, url):
        self.url = url
        self.process = None

    @property
    def backend_pid(self):
        return int(self.value("SELECT pg_backend_pid()"))

    def rows(self, query):
        return [line.split("\t") for line in self.lines(query)]

    def value(self, query):
        return self.lines(query)[0]

    def do(self, command):
        self.lines(command)

    def lines(self, query):
        """A row a line, its columns with tabs between them."""
        if self.process is None:
            self.process = subprocess.Popen(["psql", "-XAtq", "-F", "\t", self.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        try:
            found = list(self.ask(query))
        except (ConnectionLost, BrokenPipeError) as error:
            self.close()
            raise ConnectionLost(query) from error
        if wrong := [line for line in found if line.startswith("ERROR:")]:
            raise RuntimeError(f"{wrong[0]}\n{query}")
        return found

    def ask(self, query):
        self.process.stdin.write(f"{query.strip()};\n\\echo {self.END}\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline().rstrip("\n")) != self.END:
            if line.startswith(self.GONE) or (not line and self.process.poll() is not None):
                raise ConnectionLost(line)
            yield line

    def close(self):
        if self.process is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None
