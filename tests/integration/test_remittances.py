"""What clients are paid out of trust, and the statements that say so. Every figure is computed here from the events of the log, which the statement does not read.
"""
import collections
import csv
import decimal
import subprocess

import pytest
from bus_caller import BusCaller, contract

from dunlin_system import FAILED, poll, running_system, us_date

NET, GROSS, SMALL = "acme-medical", "bluepeak-telecom", "northwind-utilities"  # deploy/agreements.yaml: 25, 100 and 50 dollars at least
PAYEES = {NET: "Acme Medical Group", GROSS: "BluePeak Telecom, Inc.", SMALL: "Northwind Utilities"}


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        yield system


@pytest.fixture(autouse=True)
def fresh_day(system):
    system.next_day()


def minor(text):
    return int(decimal.Decimal(text.replace("–", "-").replace(",", "")).scaleb(2).to_integral_exact())


def shown(amount_minor):
    """As a statement shows it."""
    return f"{'–' if amount_minor < 0 else ''}{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"


def place(system, client, n):
    return system.place_accounts(*({"Client": client, "Balance": f"{1000 + 10 * i}.00"} for i in range(n)))


def report(system, client, *payments):
    """A file of payments that the client had himself: accounts and amounts."""
    day = us_date(system.now().date())
    rows = [{"Client": client, "AccountNo": account.reference, "PaidOn": day, "Amount": amount, "Currency": "USD", "Reference": f"own {i}"} for i, (account, amount) in enumerate(payments)]
    path = system.write_rows(list(rows[0]), rows)
    system.place(path, "payments.yaml")
    return path


def collect(system, client, n=6):
    """Accounts of a client with payments of every sort, one taken back, one that brought more than was owed; what was reported by file."""
    accounts = place(system, client, n)
    postings = [system.json("pay", account.reference, f"{100 + 7 * i}.25", "--client", client, "--reference", f"bank <{i}> & co") for i, account in enumerate(accounts[:-1])]
    system.run("pay", accounts[-1].reference, "2000", "--client", client, "--reference", "too much")
    system.run("pay", accounts[0].reference, "40", "--client", client, "--paid-to", "other-agency")
    system.run("pay", "--reverse", postings[1]["posting_id"], "--reason", "cheque returned")
    path = report(system, client, (accounts[2], "333.33"), (accounts[3], "20.01"))
    system.wait()
    return accounts, path


def movements(system, accounts):
    """Account, signed amount, whether the agency had it, fee: of every payment and reversal that the log knows of these accounts."""
    ids = {account.account_id: account.reference for account in accounts}
    found = []
    for event in system.events("PaymentPosted", "PaymentReversed"):
        if event["account_id"] in ids:
            payload, sign = event["payload"], -1 if event["name"] == "PaymentReversed" else 1
            is_ours = payload["paid_to"] in ("agency", "from_suspense")
            found.append((ids[event["account_id"]], sign * payload["amount_minor"], is_ours, sign * payload["contingency_fee_minor"]))
    return sorted(found)


def due(moves):
    return sum((amount if is_ours else 0) - fee for _, amount, is_ours, fee in moves)


def trust(system, client):
    (row,) = [row for row in system.json("trust", client)["trust"] if row["currency"] == "USD"]
    return row


def run_of(result, client):
    (run,) = [run for run in result["runs"] if run["client"] == client]
    return run


def statement(system, key, client, name="statement"):
    """Result, rows of the CSV, text of the PDF, bytes of both."""
    csv_path, pdf_path = system.files / f"{name}.csv", system.files / f"{name}.pdf"
    result = system.json("remit", "statement", "--key", key, "--client", client, "--csv-file", csv_path, "--pdf", pdf_path)
    with csv_path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    text = " ".join(subprocess.run(["pdftotext", "-layout", pdf_path, "-"], check=True, capture_output=True, text=True).stdout.split())
    return result, rows, text, csv_path.read_bytes() + pdf_path.read_bytes()


def of_rows(rows):
    return sorted((row["client_reference"], minor(row["amount"]), row["collected_by"] == "agency", minor(row["fee"])) for row in rows)


def test_a_client_is_paid_what_trust_holds_for_him_and_told_line_by_line(system):
    accounts, reported = collect(system, NET)
    moves, before = movements(system, accounts), trust(system, NET)
    assert len(moves) == 10 and before["payable_minor"] == due(moves) != 0

    plan = system.json("remit", "run", "--key", "net", "--client", NET, "--dry-run")
    assert [client["remitted_minor"] for client in plan["due"]] == [due(moves)] and trust(system, NET) == before
    run = run_of(system.json("remit", "run", "--key", "net", "--client", NET), NET)
    assert (run["remitted_minor"], run["invoiced_minor"], run["lines"], run["is_finished"]) == (due(moves), 0, len(moves), True)
    after = trust(system, NET)
    assert (after["payable_minor"], after["earned_minor"], after["suspense_minor"]) == (0, 0, before["suspense_minor"])
    assert after["cash_minor"] == before["suspense_minor"] > 0
    assert sum(event["payload"]["figures"]["remitted_minor"] for event in system.events("RemittancePosted") if event["payload"]["run_key"] == "net") == due(moves)

    result, rows, text, first = statement(system, "net", NET)
    assert of_rows(rows) == moves
    assert sum(minor(row["payable"]) for row in rows) == due(moves) == sum(line["payable_minor"] for line in result["lines"])
    for figure in (due(moves), sum(amount for _, amount, ours, _ in moves if ours), sum(fee for *_, fee in moves)):
        assert shown(figure) in text, figure
    assert f"Paid to you {shown(due(moves))}" in text and PAYEES[NET] in text and "Demo Receivables LLC" in text
    placed = {event["payload"]["client_reference"]: event["payload"]["provenance"] for event in system.events("AccountPlaced")}
    for row in rows:
        origin = placed[row["client_reference"]]
        assert (row["placement_file"], int(row["placement_line"])) == (origin["file_name"], origin["line"])
        assert f"{origin['file_name']}, line {origin['line']}" in text
    assert sorted((row["reported_line"], minor(row["amount"])) for row in rows if row["reported_file"] == reported.name) == [("2", 33333), ("3", 2001)]
    assert "bank <2> & co" in text and "DISPUTED" not in text
    assert statement(system, "net", NET, "again")[3] == first


def test_a_key_is_used_once_and_the_next_run_takes_what_came_after(system):
    accounts, _ = collect(system, NET)
    first = run_of(system.json("remit", "run", "--key", "once", "--client", NET), NET)
    printed = statement(system, "once", NET)[3]
    later = place(system, NET, 3)
    for account in later:
        system.run("pay", account.reference, "90", "--client", NET)
    again = system.json("remit", "run", "--key", "once", "--client", NET)
    assert run_of(again, NET) == first and [row["why"] for row in again["carried"]] == ["came after this run"]
    assert statement(system, "once", NET)[3] == printed
    assert trust(system, NET)["payable_minor"] == due(movements(system, later))
    system.run("remit", "run", "--key", "twice", "--client", NET)
    assert of_rows(statement(system, "twice", NET)[1]) == movements(system, later)
    assert {run["run_key"] for run in system.json("remit", "list", "--client", NET)["runs"]} >= {"once", "twice"}


def test_gross_pays_all_and_invoices_the_fees(system):
    accounts, _ = collect(system, GROSS)
    moves = movements(system, accounts)
    fees = sum(fee for *_, fee in moves)
    run = run_of(system.json("remit", "run", "--key", "gross", "--client", GROSS), GROSS)
    assert (run["remitted_minor"], run["invoiced_minor"]) == (sum(amount for _, amount, ours, _ in moves if ours), fees)
    _, _, text, _ = statement(system, "gross", GROSS)
    assert f"Paid to you {shown(run['remitted_minor'])}" in text and f"Our fees, invoiced {shown(fees)}" in text
    assert trust(system, GROSS)["payable_minor"] == trust(system, GROSS)["earned_minor"] == 0


def test_little_is_carried_on_unless_it_is_forced(system):
    (account,) = place(system, SMALL, 1)
    system.run("pay", account.reference, "60", "--client", SMALL)
    result = system.json("remit", "run", "--key", "little", "--client", SMALL)
    assert result["runs"] == [] and [row["why"] for row in result["carried"]] == ["below the client's minimum"]
    assert trust(system, SMALL)["payable_minor"] == 4500
    run = run_of(system.json("remit", "run", "--key", "little", "--client", SMALL, "--force"), SMALL)
    assert run["remitted_minor"] == 4500 and trust(system, SMALL)["payable_minor"] == 0


def test_what_is_taken_back_after_it_was_remitted_is_due_from_the_client(system):
    (account,) = place(system, SMALL, 1)
    posting = system.json("pay", account.reference, "800", "--client", SMALL)
    system.run("remit", "run", "--key", "paid", "--client", SMALL)
    system.run("pay", "--reverse", posting["posting_id"], "--reason", "chargeback")
    run = run_of(system.json("remit", "run", "--key", "back", "--client", SMALL), SMALL)
    assert (run["remitted_minor"], run["fees_minor"]) == (-60000, -20000)
    assert f"Due from you {shown(60000)}" in statement(system, "back", SMALL)[2]
    assert trust(system, SMALL)["cash_minor"] == 0


def test_a_disputed_debt_is_marked_as_it_stood_when_the_run_was_made(system):
    disputed, other, later, answered = place(system, NET, 4)
    for account in (disputed, other, later, answered):
        system.run("pay", account.reference, "500", "--client", NET)
    system.run("dispute", "open", disputed.reference, "--client", NET, "--written", "--reason", "not mine")
    system.run("dispute", "open", answered.reference, "--client", NET, "--written")
    system.run("dispute", "resolve", answered.reference, "--client", NET, "--outcome", "withdrawn")
    system.run("remit", "run", "--key", "marked", "--client", NET)
    system.next_day()
    first = statement(system, "marked", NET)
    assert [row["client_reference"] for row in first[1] if row["disputed"] == "disputed"] == [disputed.reference]
    assert "DISPUTED" in first[2]
    system.run("dispute", "open", later.reference, "--client", NET, "--written")
    system.run("dispute", "resolve", disputed.reference, "--client", NET, "--outcome", "withdrawn")
    assert statement(system, "marked", NET)[3] == first[3]


def test_an_interrupted_run_is_finished_by_doing_it_again(system):
    accounts, _ = collect(system, NET, 20)
    moves = movements(system, accounts)
    desk = BusCaller(system, "remitter")
    request = contract("payment").RemitPartRequest(agency="demo", client=NET, currency="USD", run_key="halfway")
    for partition in range(20):
        desk.call("payment", "RemitPart", request, f"halfway-{partition}", partition)
    desk.close()
    assert not system.json("remit", "list", "--key", "halfway")["runs"][0]["is_finished"]
    why = system.error("remit", "statement", "--key", "halfway", "--client", NET)["message"]
    assert "20 of 64 parts" in why and "remit run --key halfway" in why
    system.kill("payment")
    system.up()
    poll("payment to answer again", lambda: system.run("trust", code=None).code == 0)
    run = run_of(system.json("remit", "run", "--key", "halfway", "--client", NET), NET)
    assert run["is_finished"] and run["remitted_minor"] == due(moves)
    assert of_rows(statement(system, "halfway", NET)[1]) == moves


def test_all_clients_are_paid_at_once_and_what_is_asked_wrongly_is_refused(system):
    clients = [NET, GROSS]
    owed = collections.Counter()
    for client in clients:
        accounts, _ = collect(system, client)
        owed[client] = due(movements(system, accounts))
    result = system.json("remit", "run", "--key", "all")
    assert {run["client"]: run["payable_minor"] for run in result["runs"]} == owed
    assert all(row["payable_minor"] == row["earned_minor"] == 0 for row in system.json("trust")["trust"])
    assert "no run 'never'" in system.error("remit", "statement", "--key", "never", "--client", NET)["message"]
    assert "run_key" in system.error("remit", "run", "--key", "k" * 65, code=FAILED)["message"]
