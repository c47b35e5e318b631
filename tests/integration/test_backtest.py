"""A policy is tried on the log: the same one answers bit for bit as it did, another one says what it would have changed (P3, P7)."""
import csv
import datetime
import json
import shutil

import pytest

from dunlin_system import REPOSITORY, USAGE, instant

RULES = REPOSITORY / "deploy/rules"
SOP = REPOSITORY / "deploy/policies/standard.yaml"
DAYS = 3


def call(system, dialer, account, telephony, **more):
    """One call, where it is permitted."""
    contact = dialer.contact
    verdict = dialer.request_permits([account.target])[0]
    if verdict.WhichOneof("verdict") == "refusal":
        return False
    fields = {"party": contact.PARTY_NONE, "outcome": contact.OUTCOME_NONE, **more}
    report = contact.AttemptReport(permit_id=verdict.permit.permit_id, telephony=telephony, **fields)
    assert dialer.report_results([report])[0].code == 0
    return True


@pytest.fixture(scope="module")
def history(dunlin_system):
    """Days of calls, answers, stops, facts and refusals. -> (system, accounts)"""
    system = dunlin_system
    accounts = system.place_accounts(*[{} for _ in range(5)], {"CustomerNo": "C-two-debts"})
    accounts += system.place_accounts({"CustomerNo": "C-two-debts"}, kind="commercial")
    dialer = system.dialer("backtest")
    contact = dialer.contact
    for _ in range(DAYS):
        for _ in range(2):
            for account in accounts:
                call(system, dialer, account, contact.TELEPHONY_NO_ANSWER)
        call(system, dialer, accounts[0], contact.TELEPHONY_BUSY)
        system.next_day()
    call(system, dialer, accounts[1], contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, is_conversation=True)
    call(system, dialer, accounts[2], contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_DISPUTE, is_conversation=True, reason="not mine")
    call(system, dialer, accounts[3], contact.TELEPHONY_ANSWERED, party=contact.PARTY_WRONG)
    system.run("stop", accounts[4].account_id, "--flag", "cease")
    system.run("fact", "record", accounts[0].account_id, "--kind", "inconvenient-time", "--from", "11:00", "--to", "13:00")
    assert not call(system, dialer, accounts[0], contact.TELEPHONY_NO_ANSWER)
    system.advance(hours=10)  # at night
    for account in accounts:
        call(system, dialer, account, contact.TELEPHONY_NO_ANSWER)
    system.next_day()
    system.recall(accounts[5])
    system.wait()
    return system, accounts


@pytest.fixture
def candidate(tmp_path):
    """A policy folder that begins as the shipped one. -> function(file, old, new) that changes it"""
    shutil.copytree(RULES, tmp_path / "rules")
    shutil.copy(SOP, tmp_path / "sop.yaml")

    def change(file, old, new):
        path = tmp_path / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    change.folder = tmp_path
    return change


def backtest(system, *arguments, code=0):
    return json.loads(system.run("policy", "backtest", *arguments, "--json", code=code).out)


def test_the_policy_as_it_is_changes_nothing(history):
    system, _ = history
    result = backtest(system)
    permits, same, steps = result["permits"], result["same_rules"], result["steps"]
    decided = {name: len(system.events(name)) for name in ("PermitGranted", "PermitRefused")}
    assert (permits["granted"], permits["refused"]) == (decided["PermitGranted"], decided["PermitRefused"])
    assert permits["granted"] > 30 and permits["refused"] >= 6
    assert (permits["gained"], permits["lost"], permits["other_reasons"]) == (0, 0, 0)
    assert (same["decisions"], same["unequal"]) == (sum(decided.values()), 0)
    assert steps["compared"] == steps["same_day"] > 0
    assert all(day["recorded"] == day["candidate"] for day in result["workload"])
    assert (result["accounts_that_differ"], result["events_not_understood"]) == (0, 0)
    assert result["events"] == system.log_length()


def test_a_stricter_rule_says_which_permits_it_would_have_cost(history, candidate, tmp_path):
    system, accounts = history
    candidate("rules/house.yaml", "rules:\n", "rules:\n  - {id: HOUSE-2IN7, citation: policy, title: Two calls a week, kind: contact_cap, scope: all, limit: 2, days: 7, media: [call]}\n")
    file = tmp_path / "differences.csv"
    result = backtest(system, "--policy", str(candidate.folder), "--differences", str(file))
    granted = {account.account_id: 0 for account in accounts}
    for event in system.events("PermitGranted"):
        granted[event["payload"]["account_id"]] += 1
    lost = [row for row in csv.DictReader(file.open(newline="")) if row["difference"] == "permit lost"]
    assert len(lost) == result["permits"]["lost"] > 0
    assert {row["rule"]: row["lost"] for row in result["rules"]} == {"HOUSE-2IN7": len(lost)}
    assert all(row["recorded"] == "granted" and row["candidate"] == "refused: HOUSE-2IN7" and row["channel"] == "call" for row in lost)
    busy = 1  # a busy call a day does not count in the end, but stands between two that do
    for account in accounts[1:]:
        assert granted[account.account_id] - 2 - busy <= sum(row["account_id"] == account.account_id for row in lost) <= granted[account.account_id] - 2
    assert result["permits"]["candidate_granted"] == result["permits"]["granted"] - len(lost)
    assert result["same_rules"]["decisions"] == 0  # other rules: nothing must be equal
    said = system.run("policy", "backtest", "--policy", str(candidate.folder)).out
    assert "HOUSE-2IN7" in said and "Two calls a week" in said and "-" + str(len(lost)) in said


def test_a_looser_rule_says_which_permits_it_would_have_gained(history, candidate):
    system, _ = history
    candidate("rules/us-federal.yaml", "to: \"21:00\"", "to: \"23:59\"")
    result = backtest(system, "--policy", str(candidate.folder))
    assert result["permits"]["lost"] == 0
    refused_by_night = [event for event in system.events("PermitRefused") if [hit["rule"] for hit in event["payload"]["hits"]] == ["REGF-6B1I-TIME"]]
    assert result["permits"]["gained"] == len(refused_by_night) > 0


def test_a_step_that_is_moved_is_moved_in_the_plan(history, candidate):
    system, _ = history
    before = backtest(system)
    candidate("sop.yaml", "{ code: call-1, from: classified, day: 0,", "{ code: call-1, from: classified, day: 1,")
    result = backtest(system, "--policy", str(candidate.folder))
    assert result["permits"]["lost"] == result["permits"]["gained"] == 0
    assert result["steps"]["later"] > 0 and result["steps"]["days_later"] >= result["steps"]["later"]
    assert result["accounts_that_differ"] > 0
    assert result["workload"] != before["workload"]


def test_another_procedure_that_says_the_same_changes_nothing(history, candidate):
    """Classes are made anew then, out of the same facts and on the same days."""
    system, _ = history
    candidate("sop.yaml", "title: Standard operating procedure", "title: The same in other words")
    result = backtest(system, "--policy", str(candidate.folder))
    assert result["sop_version"] != backtest(system)["sop_version"]
    assert result["classes"] == []
    assert result["steps"]["compared"] == result["steps"]["same_day"] > 0
    assert result["accounts_that_differ"] == 0


def test_a_class_that_is_changed_moves_its_accounts(history, candidate):
    system, accounts = history
    recorded = {event["payload"]["account_id"]: event["payload"]["class"] for event in system.events("AccountClassified")}
    ours = {recorded[account.account_id] for account in accounts[:2]}
    assert ours == {"mid_delinquent"} or ours == {"newly_delinquent"}, ours
    code = ours.pop()
    candidate("sop.yaml", f"  - code: {code}\n", f"  - code: {code}\n    title: Moved\n    when:\n      - {{ fact: balance_minor, at_least: 100000000 }}\n    segment: none\n    risk: low\n    priority: 1\n    strategy: late\n\n  - code: successor\n")
    result = backtest(system, "--policy", str(candidate.folder))
    moved = {(row["recorded"], row["candidate"]): row["accounts"] for row in result["classes"]}
    assert moved.get((code, "successor"), 0) >= 2, moved
    assert result["accounts_that_differ"] >= 2
    assert "Classes at the end" in system.run("policy", "backtest", "--policy", str(candidate.folder)).out


def test_a_period_leaves_out_what_lies_outside(history):
    system, _ = history
    whole = backtest(system)["permits"]
    first = backtest(system, "--to", "2026-01-06")["permits"]
    rest = backtest(system, "--from", "2026-01-06")["permits"]
    assert 0 < first["granted"] < whole["granted"]
    assert {key: first[key] + rest[key] for key in whole} == whole
    assert "--from must lie before --to" in system.run("policy", "backtest", "--from", "2026-02-01", "--to", "2026-01-01", code=USAGE).err


def test_a_candidate_that_is_wrong_is_refused_with_its_place(history, candidate):
    system, _ = history
    candidate("rules/house.yaml", "kind: unknown_zone", "kind: unknown_zones")
    wrong = system.run("policy", "backtest", "--policy", str(candidate.folder), code=USAGE).err
    assert "house.yaml:" in wrong and "unknown_zones" in wrong
    assert "neither" in system.run("policy", "backtest", "--policy", str(candidate.folder / "nothing"), code=USAGE).err


def test_nothing_is_written(history, candidate):
    system, _ = history
    before = system.log_length(), system.sql("SELECT sum(next_seq) FROM log.head")
    backtest(system, "--policy", str(candidate.folder))
    assert (system.log_length(), system.sql("SELECT sum(next_seq) FROM log.head")) == before


def test_an_override_stands_beside_the_verdict(history):
    """The rules say no, and who overrode them says yes: both come out of the log as they were. By night nothing is overridden, as hours are no presumption. (It and what follows change the history.)
    Broken once: the override not read back from the record (one permit lost, exit code 1)."""
    system, accounts = history
    account = accounts[1].account_id
    rules = ["REGF-14B2B-CONVO7", "REGF-14B2A-7IN7"]
    assert [hit["rule"] for hit in system.json("permit", account)[0]["refusal"]["hits"]] == rules
    assert "needs a --reason" in system.run("permit", account, "--request", "--override", "litigation", code=USAGE).err
    given = system.json("permit", account, "--request", "--override", "consumer-request", "--reason", "wants to hear of the offer today")[0]
    assert given["is_permitted"] and [hit["rule"] for hit in given["permit"]["overridden"]] == rules
    system.advance(hours=10)
    refused = system.json("permit", account, "--request", "--override", "litigation", "--reason", "the hearing is tomorrow")[0]
    assert "REGF-6B1I-TIME" in [hit["rule"] for hit in refused["refusal"]["hits"]]
    system.wait()
    told = system.events("RuleOverridden")
    assert [(event["account_id"], event["payload"]["reason_code"], event["payload"]["reason"]) for event in told] == [(account, "consumer_request", "wants to hear of the offer today")]
    by = told[0]["payload"]["overridden_by"]
    assert [event["payload"]["inputs"]["override"]["reason"] for event in system.events("PermitRefused") if event["payload"]["inputs"].get("override")] == ["the hearing is tomorrow"]
    explained = system.run("explain", account).out
    assert f"permitted by override of {', '.join(rules)}: consumer request, wants to hear of the offer today; by {by}" in explained
    assert f"(12 CFR 1006.14(b)(2)(i)(A)): consumer request, by {by}." in system.run("account", "timeline", account).out
    result = backtest(system)
    assert (result["permits"]["gained"], result["permits"]["lost"], result["same_rules"]["unequal"]) == (0, 0, 0)


def test_a_step_that_came_due_before_contact_heard_what_takes_it_back(history):
    """It was due when it was taken back, but not at the event that took it back. Broken once, as it was found by race.stops: both looked at their own event's time."""
    system, _ = history
    account = system.place_account()
    call(system, dialer := system.dialer("late"), account, dialer.contact.TELEPHONY_NO_ANSWER)
    system.wait()
    due = datetime.datetime.fromtimestamp(int(system.sql(f"SELECT step_due_at_us FROM contact.account WHERE account_id = '{account.account_id}'")) / 1e6, datetime.timezone.utc)
    minute = datetime.timedelta(minutes=1)
    system.advance(to=due - minute)
    system.kill("contact")
    system.run("dispute", "open", account.account_id, "--reason", "not mine")
    system.run("clock", "advance", "--to", instant(due + minute), "--no-wait", "--timeout", "10")
    system.run("up")
    system.wait()
    assert system.events("ContactPlanned")[-1]["payload"]["account_id"] == account.account_id, "nothing is planned any more"
    assert backtest(system)["accounts_that_differ"] == 0
