"""Escalations end to end: raised by a rule when a day comes, out to an agency and a lawyer by two persons, no permit while others have the debt, and back.
"""
import csv
import datetime
import hashlib
import json

import pytest

from dunlin_system import FAILED, PARTLY, REPOSITORY, USAGE, running_system

STANDARD_SOP = REPOSITORY / "deploy/policies/standard.yaml"
RULES = """
escalations:
  - { code: old, title: Half a year past due, on: condition, to: manager, within_hours: 48, agency: northern, action: hand_over, client: tests,
      when: [ { fact: days_past_due, at_least: 180 }, { fact: balance_minor, at_least: 20000 } ] }
  - { code: complaint, title: Any complaint, on: complaint, to: compliance, within_hours: 24, action: answer, priority: 500 }
"""
WITH_OTHERS = ["DUNLIN-HANDED-OVER"]


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    sop = tmp_path_factory.mktemp("sop") / "sop.yaml"
    sop.write_text(STANDARD_SOP.read_text() + RULES)
    with running_system("--sop", str(sop)) as system:
        yield system


@pytest.fixture(autouse=True)
def fresh_day(system):
    system.next_day()


def of(system, account):
    return system.json("escalate", "list", account.account_id)["escalations"]


def propose(system, account, *arguments, who="user:anna"):
    return system.json("escalate", "raise", account.account_id, "--why", "no contact in a year", *arguments, "--as", who)["escalation_id"]


def permits_since(system, account):
    return [event["seq"] for event in system.events("PermitGranted", account=account.account_id)]


def test_a_rule_raises_it_on_its_day_and_nobody_calls_while_the_agency_has_it(system):
    today = system.now().date()
    account, small = system.place_accounts({"DueDate": (today - datetime.timedelta(days=170)).strftime("%m/%d/%Y")}, {"DueDate": (today - datetime.timedelta(days=170)).strftime("%m/%d/%Y"), "Balance": "150.00"})
    assert of(system, account) == []
    system.advance(days=11)
    (raised,) = of(system, account)
    assert (raised["state"], raised["route"], raised["target"], raised["rule"], raised["raised_by"]) == ("proposed", "agency", "northern", "old", "")
    assert of(system, small) == []
    assert system.explain(account) == []
    out = system.files / "northern-1.csv"
    assert "nothing is approved" in system.error("escalate", "export", "--to", "northern", "--out", out)["message"]
    system.run("escalate", "approve", raised["escalation_id"], "--as", "user:ben")
    system.json("escalate", "export", "--to", "northern", "--out", out, "--as", "user:ben", code=FAILED)  # he approved what a rule proposed
    out.unlink()
    summary = system.json("escalate", "export", "--to", "northern", "--out", out, "--as", "user:anna")
    assert (summary["count"], summary["totals"]) == (1, {"USD": {"count": 1, "balance_minor": 25000}})
    assert summary["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert json.loads((system.files / "northern-1.csv.totals.json").read_text()) == summary
    (row,) = csv.DictReader(out.open(newline=""))
    assert (row["client_reference"], row["balance_minor"], row["currency"], row["disputed"]) == (account.reference, "25000", "USD", "no")
    assert system.explain(account) == WITH_OTHERS
    system.run("permit", account.account_id, "--request")
    assert permits_since(system, account) == []
    assert system.account(account)["contact"]["holds"] == ["handed_over"]
    system.error("escalate", "export", "--to", "northern", "--out", out, code=USAGE)
    out.rename(system.files / "first.csv")  # a file that was lost comes again as it was
    system.run("escalate", "export", "--to", "northern", "--out", out)
    assert out.read_bytes() == (system.files / "first.csv").read_bytes()
    assert "missing" in system.error("escalate", "object", raised["escalation_id"])["message"]
    ended = system.json("escalate", "object", raised["escalation_id"], "--note", "no address")
    assert (ended["state"], ended["outcome"], ended["note"]) == ("closed", "objected", "no address")
    assert system.explain(account) == []
    texts = [entry["text"] for entry in system.json("account", "timeline", account.account_id)["entries"]]
    assert any("Escalated to agency northern" in text for text in texts) and any("others have the debt" in text for text in texts)


def test_what_is_disputed_goes_out_marked_and_the_bankrupt_do_not(system):
    disputed, bankrupt = system.place_accounts({}, {})
    ids = [propose(system, account, "--to", "agency", "--name", "southern") for account in (disputed, bankrupt)]
    for escalation in ids:
        system.run("escalate", "approve", escalation, "--as", "user:ben")
    system.run("dispute", "open", disputed.account_id, "--written")
    system.run("stop", bankrupt.account_id, "--flag", "bankruptcy", "--reason", "chapter 7")
    system.wait()
    out = system.files / "southern.csv"
    summary = system.json("escalate", "export", "--to", "southern", "--out", out, code=PARTLY)
    assert [(row["escalation_id"], "11 USC 362" in row["why"]) for row in summary["refused"]] == [(ids[1], True)]
    (row,) = csv.DictReader(out.open(newline=""))
    assert (row["account"], row["disputed"]) == (disputed.account_id, "yes")
    assert "DUNLIN-HANDED-OVER" in system.explain(disputed)
    assert "DUNLIN-HANDED-OVER" not in system.explain(bankrupt)


def test_a_lawyer_gets_a_package_by_two_persons(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id, "--written", "--file", system.write("letter.pdf", "not mine"))
    refused = system.error("escalate", "raise", account.account_id, "--to", "legal", "--why", "assets found")["message"]
    assert "1692g(b)" in refused
    system.run("dispute", "verify", account.reference, "--medium", "mail")
    case = propose(system, account, "--to", "legal", "--name", "smith-llp")
    folder = system.files / "case"
    assert "the escalation is proposed" in system.error("escalate", "package", case, "--out", folder)["message"]
    assert "another person" in system.error("escalate", "approve", case, "--as", "user:anna")["message"]
    assert system.json("escalate", "approve", case, "--as", "user:ben")["decided_by"] == "user:ben"
    assert system.explain(account) == []
    summary = system.json("escalate", "package", case, "--out", folder, "--as", "user:anna")
    names = {file["name"] for file in summary["files"]}
    assert names == {"escalation.json", "placement.json", "statement.csv", "account.json", "disputes.json", "timeline.json"}
    assert json.loads((folder / "manifest.json").read_text()) == summary
    for file in summary["files"]:
        assert file["sha256"] == hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest(), file
    assert json.loads((folder / "escalation.json").read_text())["is_disputed"] is True
    assert hashlib.sha256(b"not mine").hexdigest() in (folder / "disputes.json").read_text()
    assert json.loads((folder / "timeline.json").read_text())[-1]["type"].endswith("EscalationMoved")
    assert system.explain(account) == WITH_OTHERS
    system.advance(days=1)
    again = system.files / "again"
    system.run("escalate", "package", case, "--out", again)
    for name in names | {"manifest.json"}:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    system.run("escalate", "recall", case, "--note", "he pays")
    assert system.explain(account) == []


def test_queues_are_worked_by_who_is_named(system):
    account = system.place_account()
    system.run("complaint", "open", account.account_id, "--words", "too loud", "--severity", "low")
    (raised,) = of(system, account)
    assert (raised["route"], raised["target"], raised["priority"], raised["state"]) == ("queue", "compliance", 500, "raised")
    assert raised["escalation_id"] in [row["escalation_id"] for row in system.json("escalate", "list", "--to", "queue", "--name", "compliance")["escalations"]]
    assert system.json("escalate", "assign", raised["escalation_id"], "--owner", "user:cleo")["state"] == "assigned"
    assert [row["escalation_id"] for row in system.json("escalate", "list", "--owner", "user:cleo")["escalations"]] == [raised["escalation_id"]]
    first = system.json("escalate", "list", "--limit", "1")
    second = system.json("escalate", "list", "--limit", "1", "--after", first["next"])
    assert first["escalations"] != second["escalations"]
    assert system.json("escalate", "close", raised["escalation_id"], "--note", "called back")["outcome"] == "done"
    assert system.json("escalate", "list", "--owner", "user:cleo")["escalations"] == []
    assert system.explain(account) == []


def test_the_client_s_recall_ends_it(system):
    account = system.place_account()
    case = propose(system, account, "--to", "legal")
    system.run("escalate", "approve", case, "--as", "user:ben")
    system.run("escalate", "package", case, "--out", system.files / "recalled", "--as", "user:anna")
    system.recall(account)
    system.wait()
    (ended,) = of(system, account)
    assert (ended["state"], ended["outcome"]) == ("closed", "withdrawn")
    assert "took the account back" in system.error("escalate", "raise", account.account_id, "--to", "queue", "--name", "x", "--why", "y")["message"]
    system.check_well()


@pytest.mark.parametrize("arguments, code, why", [
    (("--to", "court", "--why", "x"), USAGE, "one of"),
    (("--to", "queue", "--why", "x"), FAILED, "target: missing"),
    (("--to", "queue", "--name", "a b", "--why", "x"), FAILED, "letters, digits"),
    (("--to", "queue", "--name", "q", "--why", ""), USAGE, "must not be empty"),
    (("--to", "queue", "--name", "q", "--why", "x", "--due", "soon"), USAGE, "no time like"),
])
def test_refuses(system, arguments, code, why):
    account = system.place_account()
    assert why in system.error("escalate", "raise", account.account_id, *arguments, code=code)["message"]
    assert of(system, account) == []
