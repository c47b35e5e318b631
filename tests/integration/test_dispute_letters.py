"""P1, P2 for what a dispute asks to be written: each letter says what is so when it is written, has a permit, and is sent once.

One system for all. Broken once: the hold of a dispute that was won without its exception; "not within 60 s: a letter us-dispute-closed". A refusal for good taken for one until now; "not within 60 s: a closed
notice dispute_received". The report of a letter without its notice; "not within 60 s: the dispute answered".
"""
import hashlib
import json
import signal

import pytest

from dunlin_system import REPOSITORY, USAGE, poll, running_system
from test_letters import pdf_of, text_of

STANDARD_SOP = REPOSITORY / "deploy/policies/standard.yaml"


@pytest.fixture(scope="module")
def agencies(tmp_path_factory):
    path = tmp_path_factory.mktemp("agencies") / "agencies.yaml"
    path.write_text((REPOSITORY / "deploy" / "agencies.yaml").read_text())
    return path


@pytest.fixture(scope="module")
def system(agencies):
    environment = {"DUNLIN_AGENCIES": str(agencies), "DUNLIN_LETTER_BATCH_SECONDS": "1", "DUNLIN_POLL_INTERVAL": "100"}
    with running_system("--sop", str(STANDARD_SOP), environment=environment) as system:
        yield system


def shown(system, account):
    return json.loads(system.run("letters", "show", account.account_id, "--json").out)


def letters(system, account, template):
    return [message for message in shown(system, account)["messages"] if message["template"] == template]


def letter(system, account, template):
    """The text of the account's letter after this template, once it is sent."""
    def found():
        return next((m for m in letters(system, account, template) if m["state"] == "sent"), None)
    message = poll(f"a letter {template} (there is {shown(system, account)})", found, timeout_s=60)
    assert message["purpose"] == "dispute_response"
    return text_of(pdf_of(system, message))


def notice(system, account, kind):
    return next((row for row in shown(system, account)["notices"] if row["kind"] == kind), None)


def closed(system, account, kind):
    """Why a notice is not sent."""
    def found():
        row = notice(system, account, kind)
        return row if row and row["is_closed"] else None
    return poll(f"a closed notice {kind} (there is {shown(system, account)})", found, timeout_s=60)["reason"]


def test_a_debtor_hears_that_his_dispute_was_received(system):
    account = system.place_account()
    dispute = system.json("dispute", "open", account.account_id, "--written", "--medium", "mail", "--reason", "not mine")
    text = letter(system, account, "us-dispute-received")
    assert "We received your dispute" in text and "you dispute the whole debt" in text and account.reference in text
    assert f"dispute {dispute['dispute_id'][-12:].upper()}" in text and "This communication is from a debt collector." in text
    assert "not mine" not in text and "pay" not in text.lower()
    system.run("dispute", "open", account.account_id, "--written")  # disputed once more while it is open: the same dispute
    system.wait()
    assert len(letters(system, account, "us-dispute-received")) == 1
    assert system.explain(account) == ["REGF-38D2-DISPUTE"], "the letter lifts nothing"


def test_a_credit_is_told_with_the_balance_after_it(system):
    account = system.place_account(Balance="250.00")
    system.run("dispute", "open", account.account_id, "--written", "--amount", "40")
    assert "you dispute $40.00 of the debt" in letter(system, account, "us-dispute-received")
    system.run("dispute", "resolve", account.reference, "--outcome", "conceded", "--credit", "40", "--root-cause", "amount", "--as", "user:anna")
    system.wait()
    assert not letters(system, account, "us-dispute-credited"), "it is only proposed"
    system.run("dispute", "approve", account.reference, "--as", "user:ben")
    text = letter(system, account, "us-dispute-credited")
    assert "Taken off: $40.00" in text and "Owed according to our records after that: $210.00" in text
    assert len(letters(system, account, "us-dispute-received")) == 1


def test_who_has_won_hears_of_it_although_contact_has_ended(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id)
    letter(system, account, "us-dispute-received")
    system.run("dispute", "resolve", account.reference, "--outcome", "upheld", "--root-cause", "documents")
    system.wait()
    assert "DUNLIN-DISPUTE-UPHELD" in system.explain(account)
    assert "You do not have to pay what you disputed" in letter(system, account, "us-dispute-closed")


def test_the_debt_stands_by_the_documents_that_were_sent(system):
    account = system.place_account(Balance="250.00")
    system.run("dispute", "open", account.account_id, "--written")
    letter(system, account, "us-dispute-received")
    statement = system.write("statement-7.pdf", "an itemised statement")
    system.run("dispute", "verify", account.reference, "--medium", "mail", "--file", statement)
    system.run("dispute", "resolve", account.reference, "--outcome", "rejected")
    text = letter(system, account, "us-dispute-rejected")
    assert "This rests on: statement-7.pdf." in text and "today: $250.00" in text


def test_it_is_written_in_the_debtors_language(system):
    account = system.place_account()
    system.run("fact", "record", account.account_id, "--kind", "language", "--language", "es")
    system.run("dispute", "open", account.account_id, "--reason", "no es mía")
    assert "usted disputa la totalidad de la deuda" in letter(system, account, "us-dispute-received")


def test_a_frivolous_direct_dispute_has_its_reasons_and_what_is_missing(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id, "--written", "--kind", "direct")
    system.run("dispute", "inform", account.reference, "--frivolous", "--note", "no account is named, and none can be found")
    text = letter(system, account, "us-dispute-frivolous")
    assert "no account is named, and none can be found" in text and "the specific information that you dispute" in text


def test_a_duplicate_refers_to_the_earlier_answer(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id, "--written")
    system.run("dispute", "verify", account.reference, "--medium", "mail")
    sent = system.now().date()
    system.next_day()
    system.run("dispute", "open", account.account_id, "--written", "--kind", "duplicate")
    text = letter(system, account, "us-dispute-duplicate")
    assert f"was sent on {sent:%B} {sent.day}, {sent.year}" in text


def test_after_a_cease_nothing_is_written_and_it_is_said_why(system):
    account = system.place_account()
    system.run("fact", "record", account.account_id, "--kind", "cease-received", "--channel", "letter")
    system.wait()
    system.run("dispute", "open", account.account_id, "--written")
    assert closed(system, account, "dispute_received") == "REGF-6C-CEASE"
    assert not letters(system, account, "us-dispute-received")


def test_what_is_overtaken_is_not_written(system):
    account = system.place_account()
    system.kill("correspondence")
    try:
        system.run("dispute", "open", account.account_id, "--written")
        system.run("dispute", "resolve", account.reference, "--outcome", "withdrawn")
    finally:
        system.up()
    assert "you take back your dispute" in letter(system, account, "us-dispute-withdrawn")
    assert closed(system, account, "dispute_received") == "the dispute stands otherwise by now"


def test_the_client_is_told_how_it_ended_and_what_he_has_to_do(system):
    account = system.place_account(Balance="250.00", Name="Jo Told")
    dispute = system.json("dispute", "open", account.account_id, "--written", "--amount", "40", "--reason", "charged twice")
    file = system.var / "client.pdf"
    arguments = ("dispute", "letter", dispute["dispute_id"], "--out", str(file))
    assert "resolve it first" in system.error(*arguments)["message"]
    system.run("dispute", "letter", account.reference, "--to", "debtor", "--language", "es", "--out", str(file))
    assert "Recibimos su disputa" in text_of(file) and "Jo Told" in text_of(file)
    system.run("dispute", "resolve", account.reference, "--outcome", "upheld", "--credit", "40", "--root-cause", "amount", "--as", "user:anna")
    system.run("dispute", "approve", account.reference, "--as", "user:ben")
    system.wait()
    told = system.json(*arguments, "--address", "10 Main St; Springfield, IL 62701")
    text = text_of(file)
    assert told["document_hash"] == hashlib.blake2b(file.read_bytes(), digest_size=32).hexdigest()
    assert "The debtor's words: charged twice" in text and "Disputed: $40.00 of the debt" in text and "10 Main St Springfield, IL 62701" in text
    assert "Root cause: the amount was wrong" in text and "decided in the debtor's favor" in text
    assert "take $40.00 off the account in your own books" in text and "is now $210.00" in text
    assert system.json(*arguments, "--address", "10 Main St; Springfield, IL 62701") == told, "the same gives the same bytes"
    assert "neither client nor debtor" in system.error(*arguments, "--to", "nobody", code=USAGE)["message"]


def dispute_of(system, dispute):
    return system.json("dispute", "show", dispute["dispute_id"])


def answered(system, dispute):
    return poll(f"the dispute answered (there is {dispute_of(system, dispute)})", lambda: dispute_of(system, dispute)["dispute"]["state"] == "verified", timeout_s=60)


def test_verification_is_written_sent_and_recorded_by_itself_and_opens_again_when_it_comes_back(system):
    account = system.place_account(Balance="250.00")
    dispute = system.json("dispute", "open", account.account_id, "--written")
    letter(system, account, "us-dispute-received")
    system.run("pay", account.account_id, "50")
    statement = system.write("statement-8.pdf", "an itemised statement")
    assert system.explain(account) == ["REGF-38D2-DISPUTE"]
    asked = system.json("dispute", "verify", account.reference, "--send", "--file", statement, "--note", "as the client says")
    assert asked["state"] == "open" and asked["deadline_at"]
    text = letter(system, account, "us-dispute-verification")
    assert "Creditor to whom the debt is owed: " in text and account.reference in text and "This rests on these records: statement-8.pdf." in text
    assert "you owed: $250.00" in text and "you paid this amount toward the debt: $50.00" in text and "Total amount of the debt now: $200.00" in text
    answered(system, dispute)
    (message,) = letters(system, account, "us-dispute-verification")
    (sent,) = [event["payload"] for event in system.events("VerificationSent") if event["payload"]["account_id"] == account.account_id]
    assert sent["permit_id"] == message["permit_id"] and sent["note"] == "as the client says"
    assert [evidence["document"] for evidence in sent["evidence"]] == ["statement-8.pdf", f"{message['batch']}/{message['document']}"]
    assert hashlib.blake2b(pdf_of(system, message).read_bytes(), digest_size=32).digest().hex() == message["document_hash"]
    system.wait()
    assert "REGF-38D2-DISPUTE" not in system.explain(account), "the hold ends with the letter"
    system.run("letters", "returned", message["permit_id"])
    poll("the dispute reopened", lambda: dispute_of(system, dispute)["dispute"]["state"] == "open", timeout_s=60)
    system.wait()
    assert "REGF-38D2-DISPUTE" in system.explain(account)


def test_a_verification_that_cannot_be_sent_is_shown_and_the_dispute_stays_due(system):
    account = system.place_account(Balance="250.00")
    dispute = system.json("dispute", "open", account.account_id, "--written")
    letter(system, account, "us-dispute-received")
    system.run("fact", "record", account.account_id, "--kind", "cease-received", "--channel", "letter")
    system.wait()
    system.run("dispute", "verify", account.reference, "--send")
    first = poll("the refusal", lambda: (found := dispute_of(system, dispute))["letter"]["state"] == "will_not_be_sent" and found, timeout_s=60)
    assert first["letter"]["reason"] == "REGF-6C-CEASE" and first["dispute"]["state"] == "open" and first["dispute"]["deadline_at"]
    assert "REGF-6C-CEASE" in system.run("dispute", "show", account.reference).out
    assert "--again goes with --send" in system.error("dispute", "verify", account.reference, "--again", code=USAGE)["message"]
    system.run("dispute", "verify", account.reference, "--send")  # the same
    assert dispute_of(system, dispute)["dispute"]["detail"]["verification_request"]["number"] == 1
    system.run("dispute", "verify", account.reference, "--send", "--again")
    assert dispute_of(system, dispute)["dispute"]["detail"]["verification_request"]["number"] == 2
    assert not letters(system, account, "us-dispute-verification")


def test_an_agency_writes_what_it_has_chosen(system, agencies):
    shipped = agencies.read_text()

    def read_again():
        log = system.var / "log" / "correspondence-1.log"
        before = log.read_text().count("policies read again")
        system.kill("correspondence", signal_number=signal.SIGHUP)
        poll("the policies to be read", lambda: log.read_text().count("policies read again") > before)

    agencies.write_text(shipped.replace("      received: us-dispute-received\n", ""))
    read_again()
    try:
        account = system.place_account()
        system.run("dispute", "open", account.account_id)
        assert closed(system, account, "dispute_received") == "the agency writes none of this kind"
    finally:
        agencies.write_text(shipped)
        read_again()


def test_a_killed_service_loses_and_doubles_no_letter(system):
    accounts = []
    for number in range(3):
        more = system.place_accounts(*[{"Name": f"Jo Disputed{number}-{i}"} for i in range(6)])
        for account in more:
            system.run("dispute", "open", account.account_id, "--written")
        accounts += more
        poll("a letter on its way", lambda more=more: any(letters(system, account, "us-dispute-received") for account in more), timeout_s=60)
        system.kill("correspondence", 1, signal.SIGKILL)
        system.up()
    for account in accounts:
        letter(system, account, "us-dispute-received")
    poll("every message's end", lambda: system.json("letters", "status")["unreported_count"] == 0, timeout_s=60)
    files = [path.stem.split("-", 1)[1] for path in (system.var / "letters").glob("*/*/*.pdf")]
    for account in accounts:
        sent = [message["permit_id"] for message in letters(system, account, "us-dispute-received") if message["state"] == "sent"]
        assert len(sent) == 1 and files.count(sent[0]) == 1
        unsent = [message["permit_id"] for message in letters(system, account, "us-dispute-received") if message["state"] != "sent"]
        assert not set(unsent) & set(files)
    system.check_well()
