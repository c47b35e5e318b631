"""What an agency does about disputes, end to end: in time or late by the notices on record, answers that come back, credits that two persons decide, two agents at once.

Broken once to see it fail: a held part that is classified as a dispute, contact without DisputeReopened, a proposer who may approve, the purpose missing in AttemptReported, keys that are not sent.
"""
import contextlib
import csv
import datetime
import hashlib
import signal
import uuid

import pytest
from bus_caller import BusCaller, contract

from dunlin_system import FAILED, PARTLY, REPOSITORY, USAGE, parse_instant, poll, running_system

STANDARD_SOP = REPOSITORY / "deploy/policies/standard.yaml"
HELD = ["REGF-38D2-DISPUTE"]


@pytest.fixture(scope="module")
def sop(tmp_path_factory):
    path = tmp_path_factory.mktemp("sop") / "sop.yaml"
    path.write_text(STANDARD_SOP.read_text())
    return path


@pytest.fixture(scope="module")
def system(sop):
    with running_system("--sop", str(sop)) as system:
        yield system


@pytest.fixture(scope="module")
def desk(system):
    caller = BusCaller(system, "desk")
    yield caller
    caller.close()


@pytest.fixture(autouse=True)
def fresh_day(system):
    system.next_day()


def seqs(system, account, *names):
    return [event["seq"] for event in system.events(*names, account=account.account_id)]


def letter_permit(system, account, purpose, campaign=""):
    """A permit for a letter, and its id in bytes."""
    (verdict,) = system.json("permit", account.account_id, "--channel", "letter", "--purpose", purpose, "--request", "--campaign", campaign)
    assert verdict["is_permitted"], verdict
    return verdict["permit"]["permit_id"], uuid.UUID(verdict["permit"]["permit_id"]).bytes


def report(desk, permit, delivery, **more):
    contact = contract("contact")
    request = contact.ReportAttemptsRequest(reports=[contact.AttemptReport(permit_id=permit, delivery=f"DELIVERY_{delivery}", **more)])
    (result,) = desk.call("contact", "ReportAttempts", request, f"{permit.hex()}-{delivery}", int.from_bytes(permit[-2:], "big")).results
    assert result.code == 0, result


def show(system, dispute):
    return system.json("dispute", "show", dispute["dispute_id"])["dispute"]


# --- answers that come back ---


def test_no_permit_is_granted_after_the_answer_came_back(system, desk):
    account = system.place_account()
    dispute = system.json("dispute", "open", account.account_id, "--written", "--medium", "mail")
    assert system.explain(account) == HELD
    shown, permit = letter_permit(system, account, "dispute-response")
    report(desk, permit, "SENT")
    system.run("dispute", "verify", account.reference, "--medium", "mail", "--permit", shown)
    assert system.explain(account) == []
    report(desk, permit, "UNDELIVERABLE")
    poll("the dispute to be open again", lambda: seqs(system, account, "DisputeReopened"))
    system.wait()
    assert system.explain(account) == HELD
    system.run("permit", account.account_id, "--request")
    (reopened,) = seqs(system, account, "DisputeReopened")
    assert max(seqs(system, account, "PermitGranted")) < reopened < max(seqs(system, account, "PermitRefused"))
    assert (show(system, dispute)["state"], show(system, dispute)["detail"]["returns"]) == ("open", 1)
    system.run("dispute", "verify", account.reference, "--medium", "courier")
    assert system.explain(account) == []


def test_a_return_recorded_by_hand_holds_from_its_reply_on(system):
    account = system.place_account()
    dispute = system.json("dispute", "open", account.account_id, "--written")
    system.run("dispute", "verify", account.reference)
    system.run("dispute", "resolve", account.reference, "--outcome", "rejected")
    assert system.explain(account) == []
    system.run("dispute", "return", dispute["dispute_id"], "--note", "moved, left no address")
    assert system.explain(account) == HELD
    system.run("permit", account.account_id, "--request")
    assert seqs(system, account, "PermitGranted") == []


def test_the_debt_does_not_stand_before_the_answer_that_the_law_demands(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id, "--written")
    why = system.error("dispute", "resolve", account.reference, "--outcome", "rejected")["message"]
    assert "1006.38(d)(2)(i)" in why and "record it first" in why
    assert system.explain(account) == HELD


# --- in time, or late ---


def test_what_is_late_is_said_by_the_notice_that_was_sent(system, desk):
    account, other = system.place_accounts({}, {})
    _, permit = letter_permit(system, account, "validation-notice")
    ends = system.now().date() + datetime.timedelta(days=37)
    report(desk, permit, "SENT", notice_ends_on_days=(ends - datetime.date(1970, 1, 1)).days)
    system.next_day(40)
    late = system.json("dispute", "open", account.account_id, "--written")["detail"]
    assert (late["kind"], late["law_hold"], late["is_timely"], late["validation_ends_on"]) == ("late", "nothing", False, ends.isoformat())
    assert system.explain(account) == HELD, "the strict policy holds all the same"
    assert system.json("dispute", "open", other.account_id, "--written")["detail"]["kind"] == "written", "nobody sent him a notice"
    system.run("dispute", "resolve", account.reference, "--outcome", "withdrawn")
    posted = system.json("dispute", "open", account.account_id, "--written", "--submitted", ends.isoformat())["detail"]
    assert (posted["kind"], posted["law_hold"]) == ("written", "whole"), "the postmark counts"


@contextlib.contextmanager
def held_by_law_alone(system, sop):
    """The SOP says `dispute_holds: law` meanwhile."""
    sop.write_text(STANDARD_SOP.read_text() + "\ndispute_holds: law\n")
    system.kill("dispute", signal_number=signal.SIGHUP)
    try:
        poll("the policy to be read", lambda: system.json("dispute", "open", system.place_account().account_id)["detail"]["is_without_hold"])
        yield
    finally:
        sop.write_text(STANDARD_SOP.read_text())
        system.kill("dispute", signal_number=signal.SIGHUP)
        poll("the policy to be back", lambda: not system.json("dispute", "open", system.place_account().account_id)["detail"]["is_without_hold"])


def test_policy_may_hold_only_what_the_law_demands(system, sop):
    said, wrote = system.place_accounts({}, {})
    with held_by_law_alone(system, sop):
        assert system.json("dispute", "open", said.account_id, "--reason", "on the phone")["detail"]["law_hold"] == "nothing"
        system.wait()
        assert system.explain(said) == []
        assert system.account(said)["classification"]["class"] != "disputed"
        assert not system.json("dispute", "open", wrote.account_id, "--written")["detail"]["is_without_hold"]
        assert system.explain(wrote) == HELD
        again = system.json("dispute", "open", said.account_id, "--written")
        assert (again["detail"]["kind"], again["is_written"]) == ("written", True)
        assert system.explain(said) == HELD, "what he wrote after it is held by law"


# --- parts, credits, two persons ---


def permit(system, account, *more):
    return system.json("permit", account.account_id, "--contact-point", account.points[0][0], *more)[0]["permit"]


def test_a_part_holds_no_more_than_itself_where_policy_follows_the_law(system, sop):
    held = {"amount_minor": 4000, "currency": "USD"}
    account, strict = system.place_accounts({}, {})
    with held_by_law_alone(system, sop):
        dispute = system.json("dispute", "open", account.account_id, "--written", "--amount", "40")
    system.json("dispute", "open", strict.account_id, "--written", "--amount", "40")
    assert dispute["detail"]["is_part_held"] and not dispute["detail"]["is_without_hold"]
    assert (system.explain(account), system.explain(strict)) == ([], HELD)
    assert permit(system, account)["held_part"] == held
    assert "do not ask for 40.00 USD" in system.run("permit", account.account_id).out
    system.wait()
    assert system.account(account)["classification"]["class"] != "disputed"
    assert system.json("explain", account.account_id)["held_part"] == held
    assert "40.00 USD, disputed: not to be asked for" in system.run("explain", account.account_id).out

    paid = system.json("pay", account.reference, "210")  # of 250: what is left is what he disputes
    system.wait()
    assert system.explain(account) == HELD
    system.run("permit", account.account_id, "--contact-point", account.points[0][0], "--request")
    system.run("pay", "--reverse", paid["posting_id"], "--reason", "cheque returned")
    system.wait()
    assert permit(system, account, "--request")["held_part"] == held
    (granted,) = system.events("PermitGranted", account=account.account_id)
    assert granted["payload"]["held_part"] == held
    system.run("dispute", "verify", account.reference)
    system.next_day()
    assert "held_part" not in permit(system, account, "--request")
    same = system.json("policy", "backtest")["same_rules"]
    assert same["decisions"] > 0 and same["unequal"] == 0, "read again from the log every decision is the same"


def test_a_part_is_credited_once_another_person_has_approved_it(system):
    account = system.place_account()
    part = system.json("dispute", "open", account.account_id, "--written", "--amount", "40")
    assert (part["detail"]["kind"], part["detail"]["amount_minor"], part["detail"]["law_hold"]) == ("part", 4000, "part")
    system.run("dispute", "resolve", account.reference, "--outcome", "upheld", "--credit", "40", "--root-cause", "amount", "--as", "user:anna")
    assert system.explain(account) == HELD
    assert "another person" in system.error("dispute", "approve", account.reference, "--as", "user:anna")["message"]
    assert system.json("dispute", "approve", account.reference, "--as", "user:ben")["outcome"] == "upheld"
    (resolved,) = system.events("DisputeResolved", account=account.account_id)
    payload = resolved["payload"]
    assert (payload["credit_minor"], payload["currency"], payload["resolved_by"], payload["approved_by"], payload["is_rest_owed"]) == (4000, "USD", "user:anna", "user:ben", True)
    system.wait()
    assert system.explain(account) == [], "the rest is still owed"


def test_a_creditor_who_concedes_ends_contact(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id)
    system.run("dispute", "resolve", account.reference, "--outcome", "conceded", "--root-cause", "documents")
    system.wait()
    assert system.explain(account) == ["DUNLIN-DISPUTE-UPHELD"]


def test_of_two_agents_at_once_one_is_told_what_the_other_did(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id)
    both = [system.start_command("dispute", "resolve", account.reference, "--outcome", "partly", "--credit", credit, "--as", f"user:{who}", "--json") for who, credit in (("anna", "40"), ("ben", "50"))]
    ended = [(process.communicate(timeout=60), process.returncode) for process in both]
    assert sorted(code for _, code in ended) == [0, FAILED], ended
    ((_, why),) = [texts for texts, code in ended if code == FAILED]
    assert "proposed already" in why
    assert len(seqs(system, account, "ResolutionProposed")) == 1


def test_the_same_key_has_one_effect(system):
    account = system.place_account()
    first = system.json("dispute", "open", account.account_id, "--key", f"open-{account.reference}")
    system.run("dispute", "resolve", account.reference, "--outcome", "withdrawn")
    assert system.json("dispute", "open", account.account_id, "--key", f"open-{account.reference}")["dispute_id"] == first["dispute_id"]
    assert len(seqs(system, account, "DisputeOpened")) == 1


# --- what the command line takes ---


def test_documents_come_with_their_hash(system):
    account = system.place_account()
    cheque = system.write("cheque.pdf", "paid in May")
    dispute = system.json("dispute", "open", account.account_id, "--written", "--medium", "mail", "--file", cheque, "--reason", "paid by 4111 1111 1111 1111", "--as", "user:anna")
    assert dispute["reason"] == "paid by **** **** **** 1111"
    shown = system.json("dispute", "show", account.reference)
    (document,) = shown["evidence"]
    digest = hashlib.sha256(b"paid in May").hexdigest()
    assert document["evidence"] == {"document": "cheque.pdf", "document_hash": digest, "hash_algorithm": "sha_256"}
    assert (document["step"], document["medium"], document["recorded_by"]) == ("opening", "mail", "user:anna")
    assert "cheque.pdf" in system.run("dispute", "show", account.reference).out


def test_a_bureau_s_dispute_is_escalated_after_the_day_that_it_names(system):
    account = system.place_account()
    due = system.now().date() + datetime.timedelta(days=20)
    opened = system.json("dispute", "open", account.account_id, "--written", "--kind", "bureau", "--source", "bureau", "--bureau", "Experian", "--bureau-reference", "4711",
                         "--answer-by", due.isoformat())
    deadline = datetime.datetime.combine(due + datetime.timedelta(days=1), datetime.time(), datetime.timezone.utc)
    assert (parse_instant(opened["deadline_at"]), opened["detail"]["law_hold"]) == (deadline, "nothing")
    system.advance(to=deadline - datetime.timedelta(minutes=1))
    assert seqs(system, account, "EscalationRaised") == []
    system.advance(to=deadline)
    assert len(seqs(system, account, "EscalationRaised")) == 1


@pytest.mark.parametrize("arguments, code, why", [
    (("--kind", "stale"), USAGE, "one of"),
    (("--kind", "late", "--written"), FAILED, "say written"),
    (("--amount", "0"), USAGE, "positive"),
    (("--amount", "-5"), USAGE, "-5"),
    (("--amount", "250"), FAILED, "less than the 25000"),
    (("--amount", "40", "--currency", "EUR"), FAILED, "the account's is USD"),
    (("--received", "2031-01-01"), FAILED, "to come"),
    (("--submitted", "2031-01-01"), FAILED, "to come"),
    (("--submitted", "1/2/2026"), USAGE, "no date like"),
    (("--document-hash", "abc", "--document", "letter"), USAGE, "64 hexadecimal digits"),
    (("--document-hash", "sha256:" + 64 * "a"), USAGE, "needs the document's name"),
    (("--file", "/nowhere/letter.pdf"), USAGE, "letter.pdf"),
    (("--kind", "duplicate", "--written"), FAILED, "duplicate of nothing"),
    (("--kind", "bureau",), FAILED, "needs the day"),
])
def test_refuses(system, arguments, code, why):
    account = system.place_account()
    assert why in system.error("dispute", "open", account.account_id, *arguments, code=code)["message"]
    assert seqs(system, account, "DisputeOpened") == []


# --- complaints ---


def test_a_grave_complaint_stops_contact_until_it_is_answered(system):
    account = system.place_account()
    mild = system.json("complaint", "open", account.account_id, "--words", "spoke too fast", "--severity", "low")
    assert (mild["state"], mild["holds_contact"]) == ("received", False)
    system.wait()
    assert system.explain(account) == []
    grave = system.json("complaint", "open", account.account_id, "--words", "told my neighbour", "--severity", "critical", "--regulator", "CFPB", "--regulator-reference", "26-77", "--as", "user:anna")
    assert (grave["opened_by"], grave["holds_contact"]) == ("user:anna", True)
    assert system.explain(account) == ["DUNLIN-COMPLAINT"]
    system.run("permit", account.account_id, "--request")
    assert seqs(system, account, "PermitGranted") == []
    assert system.json("complaint", "assign", grave["complaint_id"], "--to", "user:ben")["owner"] == "user:ben"
    assert system.json("complaint", "move", grave["complaint_id"], "--to", "acknowledged")["state"] == "acknowledged"
    done = system.json("complaint", "resolve", grave["complaint_id"], "--outcome", "justified", "--root-cause", "disclosure")
    assert (done["state"], done["cause"], done["due_at"]) == ("resolved", "disclosure", None)
    assert system.explain(account) == []
    assert [row["state"] for row in system.json("complaint", "list", account.reference)["complaints"]] == ["received", "resolved"]
    texts = [entry["text"] for entry in system.json("account", "timeline", account.account_id)["entries"]]
    assert any("contact is stopped" in text for text in texts)


def test_a_complaint_about_nobody_known_is_escalated_by_its_clock(system):
    filed = system.json("complaint", "open", "--words", "not the person you look for", "--severity", "high")
    assert not filed["account_id"]
    assert filed["complaint_id"] in [row["complaint_id"] for row in system.json("complaint", "list")["complaints"]]
    system.advance(to=parse_instant(filed["due_at"]))
    shown = system.json("complaint", "show", filed["complaint_id"])
    assert (shown["is_escalated"], shown["state"]) == (True, "received")
    system.run("complaint", "resolve", filed["complaint_id"], "--outcome", "withdrawn")
    assert filed["complaint_id"] not in [row["complaint_id"] for row in system.json("complaint", "list")["complaints"]]
    system.check_well()


# --- files ---


def import_file(system, kind, name, rows, *options, code):
    path = system.write(name, "".join(",".join(row) + "\n" for row in rows))
    rejects = system.files / f"{name}.rejects"
    summary = system.json(kind, "import", path, "--rejects", rejects, *options, code=code)
    return summary, list(csv.DictReader(rejects.open(newline="")))


def test_disputes_of_a_file_are_opened_once_and_what_is_wrong_is_told(system):
    one, two = system.place_accounts({}, {})
    rows = [("account", "key", "written", "kind", "amount", "currency", "reason", "received"),
            (one.reference, "d-1", "yes", "", "40", "USD", "counted twice", ""),
            (two.account_id, "d-2", "no", "", "", "", "not mine", ""),
            ("nobody-knows", "d-3", "no", "", "", "", "", ""),
            (two.reference, "", "no", "", "", "", "", ""),
            (two.reference, "d-4", "maybe", "", "", "", "", ""),
            (two.reference, "d-5", "no", "stale", "", "", "", ""),
            (two.reference, "d-6", "no", "", "", "", "", "2035-01-01"),
            (one.reference, "d-7")]
    summary, rejects = import_file(system, "dispute", "disputes.csv", rows, code=PARTLY)
    assert (summary["rows"], summary["accepted"], summary["rejected"]) == (8, 2, 6)
    assert [(row["line"], row["field"]) for row in rejects] == [("4", "account"), ("5", "key"), ("6", "written"), ("7", "kind"), ("8", "received_at_us"), ("9", "")], rejects
    assert {row["code"] for row in rejects} == {"NOT_FOUND", "INVALID_ARGUMENT"}, rejects
    (opened,) = system.json("dispute", "list", one.reference)["disputes"]
    assert (opened["detail"]["kind"], opened["detail"]["amount_minor"]) == ("part", 4000)
    system.run("dispute", "resolve", two.reference, "--outcome", "withdrawn")
    again, _ = import_file(system, "dispute", "disputes.csv", rows, code=PARTLY)
    assert again["accepted"] == 2
    assert [len(seqs(system, account, "DisputeOpened")) for account in (one, two)] == [1, 1]


def test_complaints_of_a_file_may_be_about_nobody(system):
    account = system.place_account()
    before = len(system.json("complaint", "list")["complaints"])
    rows = [("key", "severity", "words", "account", "regulator", "regulator_reference", "collector"),
            ("c-1", "critical", "told my neighbour", account.reference, "CFPB", "26-1", "user:joe"),
            ("c-2", "low", "wrong person", "", "", "", ""),
            ("c-3", "grave", "x", "", "", "", "")]
    for _ in range(2):
        summary, rejects = import_file(system, "complaint", "complaints.csv", rows, code=PARTLY)
        assert (summary["accepted"], [row["field"] for row in rejects]) == (2, ["severity"])
    assert len(system.json("complaint", "list")["complaints"]) == before + 2
    (complaint,) = system.json("complaint", "list", account.reference)["complaints"]
    assert (complaint["regulator"], complaint["collector"], complaint["holds_contact"]) == ("CFPB", "user:joe", True)
    assert "is 'severity' meant?" in system.error("complaint", "import", system.write("odd.csv", "key,words,severty\n"))["message"]
    assert "'words' is missing" in system.error("complaint", "import", system.write("short.csv", "key,severity\n"))["message"]


def test_rates_are_of_accounts_and_contacts(system, desk):
    month = system.now().strftime("%Y-%m")
    account = system.place_account(Client="rated")
    for severity in ("low", "high"):
        system.run("complaint", "open", account.account_id, "--words", "too loud", "--severity", severity, "--collector", "user:rated", "--campaign", "spring")
    system.run("dispute", "open", account.account_id)
    system.wait()

    def of(*arguments, name):
        (rate,) = [rate for rate in system.json(*arguments)["rates"] if rate["name"] == name]
        return rate
    assert of("complaint", "rates", "--from", month, name="rated") == {"name": "rated", "disputes": 1, "complaints": 2, "out_of": 1, "disputes_per_1000": 1000.0, "complaints_per_1000": 2000.0}
    assert of("dispute", "rates", name="rated")["disputes"] == 1
    assert (of("complaint", "rates", "--by", "collector", name="user:rated")["complaints"], of("complaint", "rates", "--by", "campaign", name="spring")["out_of"]) == (2, 0)
    assert "n/a" in system.run("complaint", "rates", "--by", "campaign").out
    told, silent = system.place_account(), system.place_account()
    report(desk, letter_permit(system, told, "validation-notice", "spring")[1], "SENT", outcome="OUTCOME_DISPUTE", reason="not mine")
    report(desk, letter_permit(system, silent, "validation-notice", "spring")[1], "SENT")
    system.wait()
    rate = of("complaint", "rates", "--by", "campaign", name="spring")
    assert (rate["out_of"], rate["complaints_per_1000"], rate["disputes_per_1000"]) == (2, 1000.0, 500.0)
    assert of("dispute", "rates", "--by", "campaign", name="spring") == rate
    assert "no month like" in system.error("dispute", "rates", "--from", "June")["message"]
