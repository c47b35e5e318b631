"""P1, P3: Dunlin's decisions against the same rules written a second time, in another language, by the text of the law (`rules_oracle.py`).

Random histories - zones with their changes of clock, several numbers and debts, calls, consents, requests, letters - are judged by both; where they differ, hypothesis looks for the smallest history in which they still do.

Broken once, in common/rules: 21:00:00 still open; a call too few allowed; the cool-down a day short; a number excluded taken for all of them; cease looked for where there is none. Each time the test named the rule, within seconds.
The first runs found that consent to calls about one debt excluded a call about two.
"""
import datetime
import json
import os
import pathlib
import subprocess
import zoneinfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rules_oracle

IS_LONG = "DUNLIN_TEST_MINUTES" in os.environ
HISTORIES = 100_000 if IS_LONG else 2_000  # the same ones at every run, others at every run of the long form
UTC = datetime.timezone.utc
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam")
# Days around which clocks change, a year ends or February does, and some like all others.
DAYS = [datetime.date(2026, 3, 8), datetime.date(2026, 11, 1), datetime.date(2027, 1, 1), datetime.date(2028, 2, 29), datetime.date(2026, 6, 10), datetime.date(2027, 3, 14)]
# Where the rules change their minds: the hours, midnight, and the second before each.
TIMES = [datetime.time(*time) for time in ((8, 0), (7, 59, 59), (20, 59, 59), (21, 0), (0, 0), (23, 59, 59), (1, 30), (12, 0), (15, 17, 3), (16, 0), (17, 59, 59))]
DEBTS = [{"id": "D1", "type": "credit_card", "consumer_debt": True}, {"id": "D2", "type": "medical", "consumer_debt": True}, {"id": "L1", "type": "student_loan", "student_loan_account": "SA-1", "consumer_debt": True},
         {"id": "L2", "type": "student_loan", "student_loan_account": "SA-1", "consumer_debt": True}]
OUTCOMES = ("no_answer", "voicemail", "voicemail_lcm", "voicemail_full", "recorded_message", "dropped", "ringless_voicemail", "conversation", "busy", "not_in_service")


def text_of(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


some_debts = st.lists(st.sampled_from([debt["id"] for debt in DEBTS]), min_size=1, max_size=2, unique=True)
some_phone = st.sampled_from(("P1", "P2"))


@st.composite
def moments(draw, day, zone, days_before):
    """On one of the days before, at a time that matters in the zone."""
    date = day - datetime.timedelta(days=draw(st.integers(0, days_before)))
    return datetime.datetime.combine(date, draw(st.sampled_from(TIMES)), tzinfo=zoneinfo.ZoneInfo(zone))


@st.composite
def series_of_calls(draw, day, zone):
    """About as many as are allowed, about one debt: few single events would ever come near the limit."""
    debts = draw(some_debts)
    calls = draw(st.integers(6, 9))
    return [{"at": text_of(draw(moments(day, zone, 7)) + datetime.timedelta(minutes=n + 1)), "type": "call_out", "to": "C1", "phone": draw(some_phone), "debts": debts, "outcome": draw(st.sampled_from(("no_answer", "voicemail", "dropped")))}
            for n in range(calls)]


@st.composite
def events(draw, day, zone):
    event = {"at": text_of(draw(moments(day, zone, 9)))}
    kind = draw(st.sampled_from(("call_out",) * 8 + ("call_in", "consent", "consent_revoked", "media_request", "opt_out", "cease_received", "wrong_number_learned", "text_out", "letter_out")))
    event["type"] = kind
    if kind == "call_out":
        event |= {"to": "C1", "phone": draw(some_phone), "debts": draw(some_debts), "outcome": draw(st.sampled_from(OUTCOMES))}
        if event["outcome"] == "conversation":
            event["discussed"] = draw(some_debts)
        if draw(st.integers(0, 9)) == 0:
            event["by"] = "COL2"
    elif kind == "call_in":
        event |= {"phone": draw(some_phone), "debts": draw(some_debts), "outcome": "conversation"}
    elif kind == "consent":
        event |= {"scope": "calls", "debts": draw(some_debts), "given_to": draw(st.sampled_from(("collector", "collector", "creditor"))), "during_compliant_communication": draw(st.sampled_from((True, True, False)))}
        if draw(st.booleans()):
            event["on_dates"] = [(day - datetime.timedelta(days=draw(st.integers(0, 3)))).isoformat()]
    elif kind == "consent_revoked":
        event |= {"scope": draw(st.sampled_from(("calls", "time")))}
    elif kind == "media_request":
        event |= {"medium": draw(st.sampled_from(("call", "text", "email", "letter")))}
        if event["medium"] == "call" and draw(st.booleans()):
            event["address"] = draw(some_phone)
    elif kind == "opt_out":
        event |= draw(st.sampled_from(({"medium": "email", "address": "E1"}, {"medium": "text", "address": "P1"})))
    elif kind == "cease_received":
        event |= {"debts": draw(some_debts), "written": True, "medium": "letter"}
    elif kind == "wrong_number_learned":
        event |= {"phone": "P2"}
    elif kind == "text_out":
        event |= {"phone": "P1", "debts": draw(some_debts)}
    else:
        event |= {"to": "C1", "debts": draw(some_debts)}
    return event


QUESTIONS = ({"channel": "call", "phone": "P1"}, {"channel": "call", "phone": "P1"}, {"channel": "call", "phone": "P2"}, {"channel": "ringless_voicemail", "phone": "P1"},
             {"channel": "text", "phone": "P1", "opt_out_notice": True}, {"channel": "email", "email": "E1", "opt_out_notice": True}, {"channel": "letter", "address": "A1"})


@st.composite
def scenarios(draw):
    home, first, second = (draw(st.sampled_from(ZONES)) for _ in range(3))
    day = draw(st.sampled_from(DAYS)) + datetime.timedelta(days=draw(st.integers(0, 6)))
    zone = draw(st.sampled_from((home, first, second)))
    at = draw(moments(day, zone, 0))
    history = draw(st.lists(events(day, zone), max_size=10))
    if draw(st.booleans()):
        history += draw(series_of_calls(day, zone))
    history = list({event["at"]: event for event in history if event["at"] != text_of(at)}.values())  # which of two at one instant came first nobody can say
    facts = {
        "collector": {"id": "COL1", "type": "third_party", "covered_by_reg_f": True},
        "consumer": {"id": "C1", "kind": "natural_person"},
        "addresses": [{"id": "A1", "kind": "residence", "tz": home}],
        "phones": [{"id": "P1", "kind": "mobile", "tz": first, "owner": "C1"}, {"id": "P2", "kind": "mobile", "tz": second, "owner": "C1"}],
        "emails": [{"id": "E1", "address": "c1@mail.example", "employer_provided": False}],
        "debts": DEBTS,
        "history": sorted(history, key=lambda event: event["at"]),
    }
    if draw(st.integers(0, 9)) == 0:
        facts["known_location"] = {"tz": draw(st.sampled_from(ZONES))}
    question = {"action": "contact", "at": text_of(at), "debts": draw(some_debts), "to": "C1", **draw(st.sampled_from(QUESTIONS))}
    return {"id": "R", "section": "oracle", "source": "random", "source_kind": "derived", "kind": "decision", "confidence": "high", "jurisdiction": "US", "tags": [], "facts": facts, "question": question,
            "expected": {"allowed": False, "rule": rules_oracle.TIME}, "why": "both must say the same"}


class Judge:
    """`dunlin policy test`, which answers line by line."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["DUNLIN_BIN_DIR"] + "/dunlin", "policy", "test", "-", "--verdicts"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def reported(self, scenario):
        self.process.stdin.write(json.dumps(scenario) + "\n")
        self.process.stdin.flush()
        return {hit["rule"] for hit in json.loads(self.process.stdout.readline())["reported"]["hits"] if hit["severity"] != "warn"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


@pytest.fixture(scope="module")
def judge():
    judge = Judge()
    yield judge
    judge.close()


@settings(max_examples=HISTORIES, derandomize=not IS_LONG, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_both_forbid_by_the_same_rules(judge, scenario):
    assert judge.reported(scenario) & rules_oracle.RULES == rules_oracle.forbidding_rules(scenario)
