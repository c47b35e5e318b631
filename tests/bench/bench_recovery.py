"""A service killed, and PostgreSQL restarted, under load: how fast the consumer's backlog drains afterwards, beside its rate before."""
import os
import signal
import threading
import time

from bench_system import CommandFailed, LagMeter, Measure, Session, bench_system, wait_for_command, wait_for_rest

ACCOUNTS = 100_000
KILLED = ("reporting", "contact", "classification")
BEFORE = 0.4  # of the accounts: the load goes on undisturbed so long, and its rate is taken of the second half of that time
AWAY_S = 1.0


def kill_service(system, service):
    system.kill(service)
    time.sleep(AWAY_S)
    system.up()


def restart_postgres(system):
    """Its fast shutdown: every connection is cut."""
    pid = system.postmaster_pid()
    os.kill(pid, signal.SIGINT)
    while os.path.exists(f"/proc/{pid}"):
        time.sleep(0.01)
    time.sleep(AWAY_S)
    system.up()


class Disturbance(threading.Thread):
    """Waits until the consumer has applied so many events, then disturbs."""

    def __init__(self, system, consumer, events, disturb):
        super().__init__(daemon=True)
        self.session, self.consumer, self.disturb = Session(system.database_url), consumer, disturb
        self.goal = self.applied() + events
        self.at = self.over_at = self.error = None

    def applied(self):
        return int(self.session.value(f"SELECT sum(seq) FROM log.cursor WHERE consumer = '{self.consumer}'"))

    def run(self):
        while self.applied() < self.goal:
            time.sleep(0.05)
        self.session.close()
        self.at = time.monotonic()
        try:
            self.disturb()
        except BaseException as error:  # a test's failure is no Exception
            self.error = error
        self.over_at = time.monotonic()


def place_with_patience(system, path):
    """The command's advice: run it again, it goes on where it stopped."""
    for _ in range(5):
        try:
            return wait_for_command(system.start_place(path))
        except CommandFailed as error:
            last = error
            time.sleep(1)
    raise last


def drained_at(lag, consumer, disturbance):
    """When the consumer moved again, when it was as near the head as it had been, and how far behind it was at most."""
    behind = lag.events_behind(consumer)
    applied = [(at, sum(sample[consumer])) for at, sample in lag.samples]
    usual = max(events for at, events in behind if at < disturbance.at)
    stood_at = max(seq for at, seq in applied if at <= disturbance.at + AWAY_S)
    moved = next(at for at, seq in applied if seq > stood_at)
    most, most_at = max((events, at) for at, events in behind if at >= disturbance.at)
    drained = next((at for at, events in behind if at > max(most_at, moved) and events <= usual), behind[-1][0])
    return moved, drained, most


def disturbed_load(system, session, accounts, events_an_account, consumer, disturb, is_all_away=False):
    """The consumer's events a second before, and while its backlog drains. Where all were away the file itself is the backlog: the second half of what was left of it then, as before."""
    path = system.accounts_file(accounts)
    with LagMeter(system) as lag:
        began = time.monotonic()
        disturbance = Disturbance(system, consumer, accounts * events_an_account * BEFORE, disturb)
        disturbance.start()
        place_with_patience(system, path)
        disturbance.join()
        if disturbance.error:
            raise disturbance.error
        wait_for_rest(session)
    moved, drained, most = drained_at(lag, consumer, disturbance)
    if is_all_away:
        moved, drained = (moved + lag.samples[-1][0]) / 2, lag.samples[-1][0]
    normal = lag.rate(consumer, (began + disturbance.at) / 2, disturbance.at)
    return {"normal": normal, "drain": lag.rate(consumer, moved, drained), "away_s": moved - disturbance.at, "most_events_behind": most, "drained_s": drained - moved}


def run(options):
    accounts = options.accounts or ACCOUNTS
    found, measures = {}, []
    with bench_system() as system, system.session() as session:
        with LagMeter(system) as lag:
            wait_for_command(system.start_place(system.accounts_file(accounts // 4)))
            wait_for_rest(session)
        events_an_account = sum(lag.samples[-1][1]["head"]) / (accounts // 4)
        for service in KILLED:
            found[f"kill -9 {service}"] = disturbed_load(system, session, accounts, events_an_account, service, lambda s=service: kill_service(system, s))
        found["PostgreSQL restarted"] = disturbed_load(system, session, accounts, events_an_account, "reporting", lambda: restart_postgres(system), is_all_away=True)
    for name, figures in found.items():
        share = figures["drain"] / figures["normal"]
        measures.append(Measure(f"recovery: {name}", figures["drain"], "events/s", f"before {figures['normal']:,.0f}", f"{share:.0%}", "≥ 90 %", share >= 0.9))
    return measures, {"accounts": accounts, **found}
