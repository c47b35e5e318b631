"""Debits of bank accounts, end to end: a file for the bank that a second reader reads, what the bank sends back, and numbers that must not be anywhere.

Broken once to see it fail: the file of the second export made of what is due then; the effective day taken from the due day; the token printed by an error; rejects of a return file counted and not shown; the exchange of trace and original trace; payment without contact's word of a bankruptcy.
"""
import csv
import datetime
import json
import subprocess

import pytest

from ach_reading import cut, number, reading, records_of
from bank import return_file  # deploy/simulation: what a bank sends
from dunlin_system import FAILED, OK, PARTLY, REPOSITORY, poll, running_system, shared_data

ROUTING = "091400606"
CARD, BARE = "4111111111111111", "004422119977"
READ = {"cor-read.ach": 1, "dishonored-return.ach": 2, "ppd-debit.ach": 1, "ppd-mixedDebitCredit.ach": 3, "return-WEB.ach": 2, "web-credit.ach": 1}


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        yield system


def add_instrument(system, account, token, *options, code=OK):
    evidence = system.write("signed.txt", "I authorize the debit of my account.")
    today = system.now().date().isoformat()
    return system.run("instrument", "add", account.account_id, "--routing", ROUTING, "--token", token, "--last4", "6789", "--holder", "Ada Müller-Example", "--authorization", evidence, "--authorized-on", today,
                      *options, "--json", code=code)


def instrument(system, account, token, *options):
    return json.loads(add_instrument(system, account, token, *options).out)["instrument_id"]


def schedule(system, account, amount, of, day):
    return system.json("debit", "schedule", account.account_id, amount, "--instrument", of, "--on", day.isoformat())


def export(system, day, name, *options):
    path = system.files / name
    return path, system.json("debit", "export", "--due", day.isoformat(), "--out", path, *options)


def balance(system, account):
    return system.account(account)["payment"]["balance_minor"]


def debits_of(system, account):
    return system.json("debit", "list", account.account_id)["debits"]


# --- the tests ---


def test_what_is_due_goes_out_comes_back_and_is_presented_again(system):
    short, wrong, paid = system.place_accounts({"Balance": "500.00"}, {"Balance": "400.00"}, {"Balance": "300.00"})
    tuesday = system.now().date() + datetime.timedelta(days=1)
    by_web, by_paper, by_phone = instrument(system, short, "tok_short", "--class", "web"), instrument(system, wrong, "tok_wrong", "--kind", "savings"), instrument(system, paid, "tok_paid", "--class", "tel")
    schedule(system, short, "120.50", by_web, tuesday)
    schedule(system, wrong, "80", by_paper, tuesday)
    schedule(system, paid, "30.01", by_phone, tuesday)
    assert schedule(system, paid, "30.01", by_phone, tuesday)["debit_id"] == debits_of(system, paid)[0]["debit_id"]

    table = system.files / "debits.csv"
    path, told = export(system, tuesday, "debits.ach", "--csv-out", table)
    assert (told["debits"], told["batches"], told["amount_minor"], told["has_more"]) == (3, 3, 23051, False)
    file = reading(path.read_bytes())
    assert [batch["class"] for batch in file["batches"]] == ["PPD", "TEL", "WEB"]
    assert all(batch["debit_minor"] == batch["credit_minor"] and batch["effective_on"] == tuesday.isoformat() and batch["description"] == "PAYMENT" for batch in file["batches"])
    assert file["debit_minor"] == file["credit_minor"] == 23051
    entries = {entry["account"]: entry for batch in file["batches"] for entry in batch["entries"]}
    assert {account: (entry["transaction_code"], entry["amount_minor"], entry["discretionary"]) for account, entry in entries.items() if account != "TRUST-001"} == {
        "tok_short": (27, 12050, "S"), "tok_wrong": (37, 8000, ""), "tok_paid": (27, 3001, "S")}
    traces = [entry["trace"] for batch in file["batches"] for entry in batch["entries"]]
    assert traces == sorted(set(traces)) and entries["tok_short"]["individual_name"].startswith("Ada M")
    control = next(record for record in records_of(path.read_bytes()) if record[0:1] == b"9")
    assert number(control, 22, 31) == sum(int(entry["routing"][:8]) for batch in file["batches"] for entry in batch["entries"])
    with table.open(newline="") as rows:
        assert {(row["trace"], row["token"], row["amount"]) for row in csv.DictReader(rows)} == {(entries[token]["trace"], token, amount) for token, amount in (("tok_short", "120.50"), ("tok_wrong", "80.00"), ("tok_paid", "30.01"))}

    again, told = export(system, tuesday, "again.ach")
    assert again.read_bytes() == path.read_bytes() and told["debits"] == 3
    assert len(system.events("DebitSent")) == 3
    assert system.error("debit", "cancel", debits_of(system, paid)[0]["debit_id"], "--reason", "too late")["code"] == "FAILED_PRECONDITION"

    system.next_day()
    system.wait()
    assert (balance(system, short), balance(system, wrong), balance(system, paid)) == (37950, 32000, 26999)

    unknown = entries["tok_paid"] | {"trace": "121042889999999"}
    back = return_file(system.files / "returns.ach", [(entries["tok_short"], "R01"), (entries["tok_wrong"], "R10"), (unknown, "R01")])
    rejects = system.files / "rejects.csv"
    for _ in range(2):  # the same file again changes nothing
        told = system.json("debit", "returns", back, "--retry-after", 2, "--rejects", rejects, code=PARTLY)
        assert told["recorded"] == 2
        assert [(reject["record"], reject["trace"], reject["code"]) for reject in told["rejects"]] == [(7, "121042889999999", "R01")]
    assert rejects.read_text().count("121042889999999") == 1
    system.wait()
    assert (balance(system, short), balance(system, wrong), balance(system, paid)) == (50000, 40000, 26999)
    assert sorted(event["payload"]["code"] for event in system.events("DebitReturned")) == ["R01", "R10"]
    assert system.json("instrument", "list", wrong.account_id)["instruments"][0]["state"] == "stopped"
    (debit,) = debits_of(system, short)
    assert (debit["state"], debit["presentment"], debit["amount_minor"]) == ("scheduled", 1, 12050)

    system.next_day(2)
    path, told = export(system, system.now().date(), "retry.ach")
    assert told["debits"] == 1
    (batch,) = reading(path.read_bytes())["batches"]
    assert batch["description"] == "RETRY PYMT" and batch["entries"][0]["amount_minor"] == 12050 and batch["company_id"] == file["batches"][0]["company_id"]
    assert batch["entries"][0]["trace"] > traces[-1]

    rates = system.json("debit", "rates", code=FAILED)
    assert rates["sent"] == 4
    assert {rate["name"]: (rate["returned"], rate["is_over"]) for rate in rates["rates"]} == {"unauthorized": (1, True), "administrative": (0, False), "overall": (2, True)}
    system.run("log", "verify")
    system.check_well()


def test_nothing_is_drawn_from_a_bankrupt_until_his_case_is_dismissed(system):
    bankrupt, solvent = system.place_accounts({"Balance": "400.00"}, {"Balance": "400.00"})
    first = system.now().date() + datetime.timedelta(days=7)
    plan = system.json("plan", "agree", bankrupt.account_id, "--from", first.isoformat(), "--every", "weekly", "--number", "4", "--instrument", instrument(system, bankrupt, "tok_bankrupt"))
    other = instrument(system, solvent, "tok_solvent")

    def told(kind, *options):
        system.run("fact", "record", bankrupt.account_id, "--kind", kind, "--channel", "letter", *options)

    def states():
        return sorted(debit["state"] for debit in debits_of(system, bankrupt))

    def tokens(day, amount, name, *options):
        schedule(system, solvent, amount, other, day)
        path, _ = export(system, day, name, *options)
        return {entry["account"] for batch in reading(path.read_bytes())["batches"] for entry in batch["entries"]} - {"TRUST-001"}

    told("bankruptcy-filed", "--document", "notice of the court")
    poll("the debits to be cancelled", lambda: states() == ["cancelled"] * 3)
    (held,) = system.json("plan", "show", bankrupt.account_id)["plans"]
    assert (held["plan_id"], held["state"], held["reason"]) == (plan["plan_id"], "on_hold", "the debtor is bankrupt")
    error = system.error("plan", "resume", bankrupt.account_id, "--reason", "he called")
    assert error["code"] == "FAILED_PRECONDITION" and "11 USC 362(a)(6)" in error["message"]
    assert tokens(first, "10", "stayed.ach") == {"tok_solvent"}
    told("bankruptcy-dismissed", "--note", "dismissed on June 8")
    poll("the debits to be scheduled", lambda: states() == ["cancelled"] * 3 + ["scheduled"] * 3)
    assert tokens(first, "20", "dismissed.ach", "--number", 2) == {"tok_bankrupt", "tok_solvent"}


def test_what_is_scheduled_after_a_file_was_made_goes_into_the_next(system):
    account = system.place_account(Balance="500.00")
    of, day = instrument(system, account, "tok_next"), system.now().date() + datetime.timedelta(days=1)
    schedule(system, account, "10", of, day)
    first, _ = export(system, day, "first.ach")
    schedule(system, account, "20", of, day)
    again, told = export(system, day, "first-again.ach")
    assert again.read_bytes() == first.read_bytes() and told["has_more"]
    second, told = export(system, day, "second.ach", "--number", 2)
    assert (told["debits"], told["amount_minor"], told["has_more"]) == (1, 2000, False)
    assert cut(records_of(second.read_bytes())[0], 34, 34) != cut(records_of(first.read_bytes())[0], 34, 34)


def test_an_export_that_could_not_be_written_is_finished_by_being_repeated(system):
    account = system.place_account(Balance="500.00")
    of, day = instrument(system, account, "tok_repeat"), system.now().date() + datetime.timedelta(days=2)
    schedule(system, account, "10", of, day)
    system.run("debit", "export", "--due", day.isoformat(), "--out", system.files / "no" / "such" / "folder.ach", code=FAILED)
    assert debits_of(system, account)[0]["state"] == "reserved"
    other = system.write("originators.yaml", shipped_originators().replace("DEMO RECEIVABLES\n", "ANOTHER NAME\n"))
    error = system.error("debit", "export", "--due", day.isoformat(), "--out", system.files / "other.ach", "--originators", other)
    assert error["code"] == "FAILED_PRECONDITION" and "originator" in error["message"]
    path, told = export(system, day, "repeated.ach")
    assert told["debits"] == 1 and len(reading(path.read_bytes())["batches"]) == 1
    assert debits_of(system, account)[0]["state"] == "sent"


def shipped_originators():
    return (REPOSITORY / "deploy" / "originators.yaml").read_text().replace("company: DEMO RECEIVABLES             # as debtors read it on their statements, up to 16", "company: DEMO RECEIVABLES")


@pytest.mark.parametrize("name", READ)
def test_a_real_file_is_read_and_matches_nothing_line_by_line(system, name):
    told = system.json("debit", "returns", shared_data("ach") / name, code=PARTLY)
    assert (told["recorded"], len(told["rejects"])) == (0, READ[name])
    assert all(reject["reason"] and len(reject["trace"]) == 15 for reject in told["rejects"])


def test_a_file_that_does_not_fit_is_refused_whole(system):
    error = system.error("debit", "returns", shared_data("ach") / "contested-return.ach")
    assert "record 5" in error["message"]
    records = (shared_data("ach") / "return-WEB.ach").read_text()
    at = records.rindex("\n9000") + 1
    broken = system.files / "broken.ach"
    broken.write_text(records[:at + 31] + "000000000001" + records[at + 43:])
    error = system.error("debit", "returns", broken)
    assert error["code"] == "INVALID_ARGUMENT" and "broken.ach: record" in error["message"] and "total debits (32-43)" in error["message"]


def test_card_and_account_numbers_are_nowhere(system):
    account = system.place_account(Balance="500.00")
    for number_ in (CARD, BARE):
        done = add_instrument(system, account, number_, code=FAILED)
        assert "token: " in done.error["message"] and number_ not in done.out + done.err
    of = instrument(system, account, "tok_clean")
    system.run("instrument", "stop", of, "--reason", f"it was {CARD} all along")
    assert system.json("instrument", "list", account.account_id)["instruments"][0]["reason"] == "it was ************1111 all along"
    dump = subprocess.run(["pg_dump", "--inserts", system.server_setting("DUNLIN_DATABASE_URL")], check=True, capture_output=True).stdout
    logs = b"".join(path.read_bytes() for path in (system.var / "log").glob("*.log"))
    for number_ in (CARD, BARE):
        for what in (dump, logs):
            assert number_.encode() not in what and number_.encode().hex().encode() not in what
