"""P1, P2 for what the law has a debtor told before money is drawn from his account: each letter says what is drawn when, has a permit, is sent once, and not of what is not drawn any more; what cannot be sent is shown.

Broken once: the notice of a cancelled debit written all the same; "not within 60 s: a closed notice debit_postdated". The purpose of a payment's confirmation for that of the law; 'payment_confirmation' == 'required_by_law', and
while contact is stopped no letter at all.
"""
import datetime
import json
import signal

import pytest

from dunlin_system import REPOSITORY, poll, running_system
from test_debits import instrument, schedule
from test_letters import pdf_of, text_of


@pytest.fixture(scope="module")
def agencies(tmp_path_factory):
    path = tmp_path_factory.mktemp("agencies") / "agencies.yaml"
    path.write_text((REPOSITORY / "deploy" / "agencies.yaml").read_text())
    return path


@pytest.fixture(scope="module")
def system(agencies):
    environment = {"DUNLIN_AGENCIES": str(agencies), "DUNLIN_LETTER_BATCH_SECONDS": "1", "DUNLIN_POLL_INTERVAL": "100"}
    with running_system(environment=environment) as system:
        yield system


def shown(system, account):
    return json.loads(system.run("letters", "show", account.account_id, "--json").out)


def noticed(system, account, kind, what, holds):
    def found():
        return next((row for row in shown(system, account)["notices"] if row["kind"] == kind and holds(row)), None)
    return poll(f"a {what} notice {kind} (there is {shown(system, account)})", found, timeout_s=60)


def letter(system, account, template):
    def found():
        return next((row for row in shown(system, account)["messages"] if row["template"] == template and row["state"] == "sent"), None)
    return poll(f"a letter {template} (there is {shown(system, account)})", found, timeout_s=60)


def wednesday(system, weeks):
    today = system.now().date()
    return today + datetime.timedelta(days=weeks * 7 + (2 - today.weekday()) % 7)


def at(day, days):
    return datetime.datetime.combine(day + datetime.timedelta(days=days), datetime.time(17), datetime.timezone.utc)


def test_a_postdated_debit_is_announced_in_its_window(system):
    account = system.place_account(Balance="500.00")
    day = wednesday(system, 3)
    schedule(system, account, "120.50", instrument(system, account, "tok_announced"), day)
    system.wait()
    assert not shown(system, account)["notices"]
    system.advance(to=at(day, -12))
    message = letter(system, account, "us-debit-postdated")
    assert message["purpose"] == "required_by_law"
    text = text_of(pdf_of(system, message))
    assert "Amount: $120.50" in text and f"Date: {day:%B} {day.day}, {day.year}" in text and "checking account ending in 6789" in text
    assert "stop this payment or withdraw your authorization" in text and account.reference in text and "tok_announced" not in text
    (event,) = [event["payload"] for event in system.events("AttemptReported") if event["payload"]["permit_id"] == message["permit_id"]]
    assert event["report"]["notice_id"] == message["notice_id"] == shown(system, account)["notices"][0]["notice_id"]
    assert len(shown(system, account)["messages"]) == 1


def test_it_goes_out_while_a_complaint_stops_all_collection(system):
    account = system.place_account(Balance="500.00")
    day = wednesday(system, 2)
    system.run("complaint", "open", account.account_id, "--words", "told my neighbour", "--severity", "critical", "--regulator", "CFPB", "--regulator-reference", "26-78")
    schedule(system, account, "10", instrument(system, account, "tok_held"), day)
    system.advance(to=at(day, -8))
    assert letter(system, account, "us-debit-postdated")["purpose"] == "required_by_law"


def test_nothing_is_written_of_what_is_not_drawn_because_it_is_disputed(system):
    account = system.place_account(Balance="500.00")
    day = wednesday(system, 2)
    schedule(system, account, "10", instrument(system, account, "tok_disputed"), day)
    system.run("dispute", "open", account.account_id, "--written")
    poll("the debit to be cancelled", lambda: [event for event in system.events("DebitCancelled") if event["payload"]["reason"] == "the debt is disputed"])
    system.advance(to=at(day, -8))
    system.wait()
    assert [message for message in shown(system, account)["messages"] if message["template"] == "us-debit-postdated"] == []


def test_after_a_cease_nothing_is_written_and_it_is_said_why(system):
    account = system.place_account(Balance="500.00")
    day = wednesday(system, 2)
    system.run("fact", "record", account.account_id, "--kind", "cease-received", "--channel", "letter")
    schedule(system, account, "10", instrument(system, account, "tok_ceased"), day)
    system.advance(to=at(day, -8))
    assert noticed(system, account, "debit_postdated", "closed", lambda row: row["is_closed"])["reason"] == "REGF-6C-CEASE"


def test_a_notice_without_a_template_is_parked_and_ends_as_late(system, agencies):
    late, retried, cancelled = system.place_accounts(*[{"Balance": "500.00"}] * 3)
    shipped, log = agencies.read_text(), system.var / "log" / "correspondence-1.log"
    day = wednesday(system, 2)
    why = "debit_letters.postdated: the agency's entry in the file of agencies names no template"

    def read_again(text):
        before = log.read_text().count("policies read again")
        agencies.write_text(text)
        system.kill("correspondence", signal_number=signal.SIGHUP)
        poll("the policies to be read", lambda: log.read_text().count("policies read again") > before)

    read_again(shipped.replace("      postdated: us-debit-postdated", "#     postdated: us-debit-postdated"))
    assert "its line is missing" in log.read_text()
    try:
        debits = [schedule(system, account, "10", instrument(system, account, f"tok_parked_{number}"), day) for number, account in enumerate((late, retried, cancelled))]
        system.advance(to=at(day, -8))
        for account in (late, retried, cancelled):
            assert not noticed(system, account, "debit_postdated", "parked", lambda row: row["reason"] == why)["is_closed"]
        assert {row["account_id"] for row in system.json("letters", "status")["parked"] if row["step"] == "debit-postdated"} == {late.account_id, retried.account_id, cancelled.account_id}
    finally:
        read_again(shipped)
    system.run("letters", "retry", retried.account_id)
    letter(system, retried, "us-debit-postdated")
    system.run("debit", "cancel", debits[2]["debit_id"], "--reason", "the debtor called")
    system.run("letters", "retry", cancelled.account_id)
    assert noticed(system, cancelled, "debit_postdated", "closed", lambda row: row["is_closed"])["reason"] == "the debit is not drawn on that day any more"
    system.advance(to=at(day, 0))
    assert noticed(system, late, "debit_postdated", "closed", lambda row: row["is_closed"])["reason"] == f"not sent in time: {why}"
    assert not shown(system, late)["messages"] and not shown(system, cancelled)["messages"]
    assert system.metrics("correspondence")['dunlin_correspondence_notices_late_total{kind="postdated"}'] == 1
    system.check_well()
