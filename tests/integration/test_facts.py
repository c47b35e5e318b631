"""Facts with evidence decide permits, and the log alone gives the same decisions again (P1, P3).

Broken once: facts not folded when the log is read again ("unequal" counted each refusal that a fact caused).
"""
import json

import pytest

from dunlin_system import FAILED, USAGE

HASH = "9b" * 32


@pytest.fixture(scope="module")
def story(dunlin_system):
    """A debtor whose hours, consents, attorney and messages become known. -> (system, account)"""
    system = dunlin_system
    account, = system.place_accounts({})
    dialer = system.dialer("facts")
    contact = dialer.contact

    def ask():
        return dialer.request_permits([account.target])[0]

    def answer(verdict, **fields):
        assert verdict.WhichOneof("verdict") == "permit", verdict
        report = contact.AttemptReport(permit_id=verdict.permit.permit_id, **{"telephony": contact.TELEPHONY_NO_ANSWER, **fields})
        assert dialer.report_results([report])[0].code == 0

    answer(ask())
    record(system, account, "inconvenient-time", "--from", "00:00", "--to", "24:00", "--until", "2030-01-01", "--document", "call-7", "--document-hash", HASH)
    assert [hit.rule for hit in ask().refusal.hits] == ["REGF-6B1I-DESIG"]
    record(system, account, "designation-rescinded")
    answer(ask(), telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, is_conversation=True)
    system.next_day()
    assert [hit.rule for hit in ask().refusal.hits] == ["REGF-14B2B-CONVO7"]
    record(system, account, "consent", "--scope", "calls", "--channel", "call")
    answer(ask())
    record(system, account, "attorney-notice", "--channel", "letter")
    assert [hit.rule for hit in ask().refusal.hits] == ["REGF-6B2-ATTY"]
    told = record(system, account, "consent", "--scope", "time")
    assert told["contradicts"] == ["attorney"]
    record(system, account, "attorney-ended", "--note", "letter of today")
    system.next_day()
    answer(ask())
    system.wait()
    return system, account


def record(system, account, kind, *arguments, code=0):
    return json.loads(system.run("fact", "record", account.account_id, "--kind", kind, *arguments, "--json", code=code).out)


def test_each_fact_is_an_event_with_who_when_and_evidence(story):
    system, account = story
    told = system.events("FactRecorded", account=account.account_id)
    listed = json.loads(system.run("fact", "list", account.account_id, "--json").out)["facts"]
    assert len(told) == len(listed) == 6
    assert listed[0]["fact"]["evidence"] == {"document": "call-7", "document_hash": HASH}
    assert all(fact["recorded_by"] for fact in listed)
    people = system.run("fact", "list", account.account_id).out
    assert "inconvenient_time" in people and "attorney_ended" in people


def test_a_fact_is_released_with_a_reason(story):
    system, account = story
    fact = record(system, account, "minor")["fact_id"]
    system.run("fact", "release", account.account_id, fact, code=USAGE)
    assert "needs one" in system.run("fact", "release", account.account_id, fact, "--reason", " ", code=FAILED).err
    system.run("fact", "release", account.account_id, fact, "--reason", "of another debtor")
    listed = json.loads(system.run("fact", "list", account.account_id, "--json").out)["facts"]
    assert [entry["released_at"] is not None for entry in listed if entry["fact_id"] == fact] == [True]


def test_nonsense_is_refused_with_the_field(story):
    system, account = story
    assert "consent-revoked" in system.run("fact", "record", account.account_id, "--kind", "?", code=USAGE).err
    assert "scope" in system.run("fact", "record", account.account_id, "--kind", "consent", code=FAILED).err
    assert "--weekdays" in system.run("fact", "record", account.account_id, "--kind", "inconvenient-time", "--weekdays", "someday", code=USAGE).err


def test_the_log_gives_the_same_decisions_again(story):
    system, _ = story
    replayed = json.loads(system.run("policy", "backtest", "--json").out)
    assert replayed["events_not_understood"] == 0 and replayed["same_rules"]["unequal"] == 0
    assert replayed["same_rules"]["decisions"] >= 7
