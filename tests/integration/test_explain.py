"""Why an account stands where it stands: each fact with its event, each refusal with its rule, now and as it was known then (P3)."""
import json

import pytest

from dunlin_system import FAILED, USAGE


@pytest.fixture(scope="module")
def story(dunlin_system):
    """An account that is called in vain, asks to cease, and is paid. -> (system, account, instants of note)"""
    system = dunlin_system
    account, other = system.place_accounts({}, {})
    dialer = system.dialer("explain")
    contact = dialer.contact
    times = {"placed": system.now()}
    for _ in range(2):
        verdict = dialer.request_permits([account.target])[0]
        report = contact.AttemptReport(permit_id=verdict.permit.permit_id, telephony=contact.TELEPHONY_NO_ANSWER, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
        assert dialer.report_results([report])[0].code == 0
        system.next_day()
    times["called"] = system.now()
    system.advance(hours=10)
    assert dialer.request_permits([account.target])[0].WhichOneof("verdict") == "refusal"
    times["night"] = system.now()
    system.next_day()
    system.run("stop", account.account_id, "--flag", "cease", "--reason", "letter of the 8th")
    times["ceased"] = system.now()
    system.next_day()
    system.wait()
    return system, account, other, times


def explain(system, account, *arguments, code=0):
    return json.loads(system.run("explain", account.account_id, *arguments, "--json", code=code).out)


def text_of(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def positions(system, account, name):
    return [f"{event['partition']}:{event['seq']} {name}" for event in system.events(name, account=account.account_id)]


def test_each_fact_has_its_event(story):
    system, account, _, times = story
    told = explain(system, account)
    assert told["placed"]["event"] == positions(system, account, "AccountPlaced")[0]
    assert told["class"]["event"] == positions(system, account, "AccountClassified")[-1]
    assert [(hold["hold"], hold["event"]) for hold in told["holds"]] == [("cease", positions(system, account, "StopRecorded")[0])]
    assert told["holds"][0]["at"] == text_of(times["ceased"])
    assert told["next"]["step"] == "" and told["next"]["event"] == positions(system, account, "ContactPlanned")[-1]
    made = [entry["event"] for entry in told["contacts"]]
    assert made == sorted(positions(system, account, "PermitGranted") + positions(system, account, "AttemptReported") + positions(system, account, "PermitRefused"),
                          key=lambda text: int(text.split(":")[1].split(" ")[0]))


def test_a_refusal_has_its_rule_citation_and_end(story):
    system, account, other, times = story
    held = next(channel for channel in explain(system, account)["channels"] if channel["channel"] == "call")
    assert not held["is_permitted"] and not held["has_end"]
    assert ("REGF-6C-CEASE", "12 CFR 1006.6(c)(1)") in [(hit["rule"], hit["citation"]) for hit in held["rules"]]
    at_night = next(channel for channel in explain(system, other, "--at", text_of(times["night"]))["channels"] if channel["channel"] == "call")
    assert not at_night["is_permitted"] and at_night["permitted_from"].endswith("T13:00:00Z")
    assert [hit["rule"] for hit in at_night["rules"] if hit["severity"] == "block"] == ["REGF-6B1I-TIME"]
    by_day = next(channel for channel in explain(system, other, "--at", text_of(times["called"]))["channels"] if channel["channel"] == "call")
    assert by_day["is_permitted"]


def test_what_came_later_plays_no_part(story):
    system, account, _, times = story
    then = explain(system, account, "--at", text_of(times["called"]))
    assert then["holds"] == [] and then["next"]["step"] != ""
    assert [entry["event"].split(" ")[1] for entry in then["contacts"]] == ["PermitGranted", "AttemptReported"] * 2
    first = explain(system, account, "--at", text_of(times["placed"]))
    assert "PermitRefused" not in json.dumps(first["contacts"])
    assert "was not placed by then" in system.run("explain", account.account_id, "--at", "2020-01-01T00:00:00Z", code=FAILED).err


def test_people_can_read_it(story):
    system, account, _, times = story
    told = system.run("explain", account.account_id).out
    for expected in ("Where it stands", "What happens next", "Contact at this moment", "Made and not made", "cease, since", "REGF-6C-CEASE", "12 CFR 1006.6(c)(1)", "while it is held", account.reference):
        assert expected in told, expected
    facts = [line for line in told.split("What happens next")[0].splitlines() if line.startswith("  ")]
    assert facts and all(line.rstrip().endswith("]") for line in facts)
    night = system.run("explain", account.account_id, "--at", text_of(times["night"])).out
    assert "refused by REGF-6B1I-TIME" in night and "cease" not in night


def test_the_same_as_contact_answers(story):
    """One decision code: what explain says of a call is what contact would answer."""
    system, account, other, _ = story
    for each in (account, other):
        call = next(channel for channel in explain(system, each)["channels"] if channel["channel"] == "call" and channel["contact_point_id"] == each.points[0][0])
        assert [hit["rule"] for hit in call["rules"] if hit["severity"] != "warn"] == system.explain(each)


def test_what_is_on_record_is_told_and_counts(story):
    system, _, other, _ = story
    system.run("fact", "record", other.account_id, "--kind", "inconvenient-time", "--from", "00:00", "--to", "23:59", "--channel", "letter", "--document", "scan-12")
    system.wait()
    told = explain(system, other)
    assert [(fact["kind"], fact["event"]) for fact in told["facts"]] == [("inconvenient_time", positions(system, other, "FactRecorded")[0])]
    call = next(channel for channel in told["channels"] if channel["channel"] == "call")
    assert "REGF-6B1I-DESIG" in [hit["rule"] for hit in call["rules"]]
    assert "inconvenient time" in system.run("explain", other.account_id).out
    system.run("fact", "release", other.account_id, system.json("fact", "list", other.account_id)["facts"][0]["fact_id"], "--reason", "another debtor's letter")
    system.wait()
    assert explain(system, other)["facts"] == []
    assert "REGF-6B1I-DESIG" not in json.dumps(explain(system, other)["channels"])


def test_what_does_not_exist_is_said(story):
    system, account, _, _ = story
    assert "no account" in system.run("explain", "00000000-0000-0000-0000-000000000001", code=FAILED).err
    assert "--at 'yesterday'" in system.run("explain", account.account_id, "--at", "yesterday", code=USAGE).err
