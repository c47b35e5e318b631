#!/usr/bin/python3
"""Runs a system of Dunlin's through N days in time-lapse: a third-party dialer calls, debtors answer and pay, the clock is driven.

The dialer (native_dialer.py) has nothing but the .proto files and its key. The rest of the world acts as an agency would: payment files by
`dunlin place`, bank statements by `dunlin statement import`, verifications by `dunlin dispute verify`, time by `dunlin clock advance --stdin`, and
what people in the office do (office.py). In the end clients are paid out of trust.
"""
import argparse
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys

from bank import Bank
from native_dialer import NativeDialer
from office import Office
from world import Account, World

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
CALL_TIMES_UTC = (14, 17, 20, 23)  # 9:00, 12:00, 15:00 and 18:00 in New York in winter
TOO_LATE_UTC = datetime.timedelta(days=1, hours=3, minutes=30)  # 22:30 in New York: the careless dialer tries all the same
CALLS_A_SLOT = 80
CARELESS_CALLS_A_DAY = 12
REDIAL = 0.5  # how often the dialer tries an unanswered number again at once


class Dunlin:
    """The operator's command."""

    def __init__(self, command, var):
        self.command, self.var = str(command), str(var)
        self.clock = None

    def run(self, *arguments, may_be_partial=False):
        done = subprocess.run([self.command, *arguments, "--var", self.var, "--json"], capture_output=True, text=True)
        if done.returncode != 0 and not (may_be_partial and done.returncode == 3):
            sys.exit(f"dunlin {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def lines(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments).splitlines() if line.strip()]

    def advance(self, instant):
        """Drives business time and comes back when everything that was due has happened."""
        if self.clock is None:
            self.clock = subprocess.Popen([self.command, "clock", "advance", "--stdin", "--var", self.var], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True, bufsize=1)
        self.clock.stdin.write(instant.strftime("%Y-%m-%dT%H:%M:%SZ\n"))
        answer = self.clock.stdout.readline()
        if not answer.startswith("ok"):
            sys.exit(f"dunlin clock advance: {answer.strip() or 'ended'}")

    def close(self):
        if self.clock:
            self.clock.stdin.close()
            self.clock.wait()


class Progress:
    def __init__(self, total, out=sys.stderr):
        self.total, self.out = total, out
        self.is_terminal = out.isatty()

    def show(self, done, text):
        if self.is_terminal:
            filled = 30 * done // self.total
            self.out.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] day {done}/{self.total}  {text}\x1b[K")
            if done == self.total:
                self.out.write("\n")
        elif done % 10 == 0 or done == self.total:
            self.out.write(f"day {done}/{self.total}  {text}\n")
        self.out.flush()


class CallCentre:
    """Works dial lists with a native dialer. Careless on purpose: it redials at once and calls too late; the permits keep it lawful."""

    def __init__(self, dialer, world):
        self.dialer, self.world = dialer, world
        self.contact = dialer.contact
        self.stopped = set()
        self.known = []  # (account id, contact point id) seen in dial lists
        self.key = 0
        self.calls = self.permits = self.refusals = 0

    def take_notifications(self):
        for notification in self.dialer.notifications():
            if notification.DESCRIPTOR.name == "StopCalling":
                self.stopped.add(notification.account_id)
            else:
                self.stopped.discard(notification.account_id)

    def slot(self, today):
        self.dialer.hello()
        self.take_notifications()
        entries = self.dialer.fetch_dial_list(limit=CALLS_A_SLOT, hold_s=1800)
        targets = [(entry.account_id, entry.contact_point_id) for entry in entries]
        self.known = (self.known + targets)[-2000:]
        for _ in range(3):
            unanswered = self.call(targets, today)
            targets = [target for target in unanswered if self.world.random.random() < REDIAL]
            if not targets:
                break

    def careless_slot(self, today):
        if self.known:
            self.call([self.world.random.choice(self.known) for _ in range(CARELESS_CALLS_A_DAY)], today)

    def call(self, targets, today):
        """Asks for permits, dials what is permitted, reports; gives back the targets that nobody answered."""
        self.take_notifications()
        targets = [target for target in targets if target[0] not in self.stopped]
        if not targets:
            return []
        self.key += 1
        verdicts = self.dialer.request_permits(targets, key=f"run-{self.key}")
        reports, unanswered = [], []
        for target, verdict in zip(targets, verdicts):
            if verdict.WhichOneof("verdict") == "refusal":
                self.refusals += 1
                continue
            self.permits += 1
            answer = self.world.answers(target[0], today)
            reports.append(self.report(verdict.permit, answer))
            if answer.telephony in ("NO_ANSWER", "BUSY"):
                unanswered.append(target)
        self.calls += len(reports)
        if reports:
            results = self.dialer.report_results(reports)
            failed = [result.message for result in results if result.code != 0]
            if failed:
                sys.exit(f"a report was refused: {failed[0]}")
        return unanswered

    def report(self, permit, answer):
        contact = self.contact
        report = contact.AttemptReport(
            permit_id=permit.permit_id, telephony=contact.Telephony.Value(f"TELEPHONY_{answer.telephony}"),
            party=contact.Party.Value(f"PARTY_{answer.party}"), outcome=contact.Outcome.Value(f"OUTCOME_{answer.outcome}"),
            is_conversation=answer.is_conversation)
        if answer.flag:
            report.flags.append(contact.StickyFlag.Value(f"STICKY_FLAG_{answer.flag}"))
        if answer.promise:
            amount_minor, currency, due = answer.promise
            report.promise.amount_minor, report.promise.currency = amount_minor, currency
            report.promise.due_on_days = (due - datetime.date(1970, 1, 1)).days
        if answer.outcome == "DISPUTE":
            report.reason = "says that the amount is wrong"
        return report


def bring_payments(dunlin, world, today, folder):
    """The bank's file of the day."""
    payments = world.take_payments(today)
    if not payments:
        return
    path = folder / f"payments-{today.isoformat()}.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Client", "AccountNo", "PaidOn", "Amount", "Currency", "Reference"])
        for day, account, amount_minor, reference in payments:
            rows.writerow([account.client, account.reference, day.strftime("%m/%d/%Y"), f"{amount_minor / 100:.2f}", account.currency, reference])
    dunlin.run("place", str(path), "--mapping", str(REPOSITORY / "deploy/mappings/payments.yaml"), may_be_partial=True)


def bring_transfers(dunlin, world, bank, today, folder):
    """The bank's statement of the day; what names no account waits in suspense."""
    transfers = world.take_transfers(today)
    if transfers:
        path = folder / f"statement-{today.isoformat()}.xml"
        bank.statement(path, today, transfers)
        dunlin.run("statement", "import", str(path), may_be_partial=True)


def read_env(path):
    pairs = (line.strip().split("=", 1) for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name: value.strip("\"'") for name, value in pairs}


def admit_dialer(dunlin, name):
    """As an operator does for a new third party: a key, and where to connect."""
    dunlin.run("keys", "add", name, "--role", "dialer")
    status = json.loads(dunlin.run("status", may_be_partial=True))
    endpoints = [instance["public"] for instance in status["instances"] if instance["service"] == "dialer"]
    keys = pathlib.Path(read_env(pathlib.Path(dunlin.var) / "dunlin.env")["DUNLIN_KEYS"])
    return endpoints[0], keys / "private" / f"{name}.key_secret", keys / "public" / "dialer.key"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=pathlib.Path, default=pathlib.Path(os.environ.get("DUNLIN_VAR", "var")), help="folder of the running system")
    parser.add_argument("--dunlin", type=pathlib.Path, default=REPOSITORY / "build/release/bin/dunlin", help="the dunlin command")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20260105)
    options = parser.parse_args()

    dunlin = Dunlin(options.dunlin, options.var)
    now = json.loads(dunlin.run("clock", "show"))["business_now"]
    first_day = datetime.datetime.fromisoformat(now.replace("Z", "+00:00")).date()
    placed = [event["payload"] for event in dunlin.lines("log", "tail", "--type", "AccountPlaced", "--last", "1000000")]
    world = World([Account(message) for message in placed], options.seed)
    endpoint, secret_key, server_key = admit_dialer(dunlin, "simulated-dialer")
    centre = CallCentre(NativeDialer(REPOSITORY / "proto", endpoint, str(secret_key), str(server_key)), world)

    bank, office = Bank(), Office(dunlin, world, options.var / "office", first_day)
    progress = Progress(options.days)
    for number in range(options.days):
        today = first_day + datetime.timedelta(days=number)
        midnight = datetime.datetime.combine(today, datetime.time(), datetime.timezone.utc)
        for hour in CALL_TIMES_UTC:
            instant = midnight + datetime.timedelta(hours=hour)
            dunlin.advance(instant)
            centre.slot(today)
        world.pays_unasked(today)
        bring_payments(dunlin, world, today, options.var)
        bring_transfers(dunlin, world, bank, today, options.var)
        office.day(today)
        for account in world.disputes_to_verify(today):
            dunlin.run("dispute", "verify", account.reference, "--note", "itemised statement by post")
        for account, outcome in world.disputes_to_resolve(today):
            dunlin.run("dispute", "resolve", account.reference, "--outcome", outcome, "--note", "checked against the client's papers")
        dunlin.advance(midnight + TOO_LATE_UTC)
        centre.careless_slot(today)
        progress.show(number + 1, f"{centre.calls} calls, {centre.refusals} refused")
    dunlin.run("wait")
    statements = office.remit(f"{today:%Y-%m}")
    centre.dialer.close()
    dunlin.close()
    print(f"{options.days} days: {centre.permits} permits granted, {centre.refusals} refused, {centre.calls} calls placed and reported.")
    print("\nWhat the office did:")
    for line in office.told:
        print(f"  {line}")
    print("\nWhat clients are paid; below zero it is due from them, for they were paid themselves:")
    for client, currency, payable_minor, path in statements:
        print(f"  {client:24}{payable_minor / 100:14,.2f} {currency}  {path}")


if __name__ == "__main__":
    main()
