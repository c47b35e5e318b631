"""`dunlin policy check`: what is shipped is well, and each way of going wrong is told by file, line and field.

Broken once: earlier classes left out of common/policy/sop_reach.c, the template's opt-out notice not told to the rules, the exit's days passed over in policy_check.c, the half-year of today not looked for in policy_check_agreements.c: each failed with the finding that was missing.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCES = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("DUNLIN_BIN_DIR", SOURCES / "build/dev/bin"))
POLICIES, RULES, TEMPLATES = (SOURCES / "deploy" / name for name in ("policies", "rules", "templates"))
AGREEMENTS = SOURCES / "deploy" / "agreements.yaml"
TODAY = "2026-11-23"


def check(*words, today=TODAY, as_json=True):
    words = ["policy", "check", *words, "--today", today, *(["--json"] if as_json else [])]
    done = subprocess.run([BIN / "dunlin", *map(str, words)], capture_output=True, text=True, timeout=120)
    return done, json.loads(done.stdout) if as_json and done.stdout else None


def line_of(path, text):
    return path.read_text()[: path.read_text().index(text)].count("\n") + 1


def changed(tmp_path, source, *changes):
    path = tmp_path / source.name
    text = source.read_text()
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path.write_text(text)
    return path


def test_what_is_shipped_is_well():
    done, result = check(POLICIES, RULES, TEMPLATES)
    assert done.returncode == 0 and result["errors"] == [], result["errors"]
    assert {"sop", "rules", "template"} == {file["kind"] for file in result["files"]}
    assert len(result["files"]) == sum(len(list(folder.glob("*.yaml"))) for folder in (POLICIES, RULES, TEMPLATES))
    assert all(re.fullmatch(r"[0-9a-f]{32}", file["version"]) and file["rules"] > 0 for file in result["files"])
    # What Dunlin starts with calls only: the notice is left to whoever sends letters.
    assert [(pathlib.Path(warning["file"]).name, warning["field"]) for warning in result["warnings"]] == [("standard.yaml", "strategies")]


def test_the_shipped_sops_but_the_first_have_no_warning_either():
    done, result = check(*(POLICIES / f"{name}.yaml" for name in ("us-consumer", "us-medical", "b2b-commercial")), "--strict")
    assert (done.returncode, result["errors"], result["warnings"]) == (0, [], [])


CONSUMER, B2B = POLICIES / "us-consumer.yaml", POLICIES / "b2b-commercial.yaml"

# The file, what becomes what in it, and the field and words of the one finding that comes of it; its line is that of the last new text.
WRONG = {
    "a step past the exit": (CONSUMER, [("days_in_strategy, days: 180", "days_in_strategy, days: 40")],
                             ["strategies[5].steps[1].day", "strategies[5].steps[2].day"], "leave 'aged' after 40 days"),
    "a repeat past the exit": (CONSUMER, [("repeat: { every_days: 30, times: 5 }", "repeat: { every_days: 30, times: 6 }")], ["strategies[5].steps[1].repeat"],
                               "step 'call-1.6' can never happen: day 195; accounts leave 'aged' after 180 days"),
    "a repeat past the days of its class": (B2B, [("code: call-2, from: classified, day: 6, channel: call, script: b2b-call-script",
                                                   "code: call-2, from: classified, day: 6, channel: call, script: b2b-call-script, repeat: { every_days: 4, times: 3 }")],
                                            ["strategies[1].steps[2].repeat"], "step 'call-2.3' can never happen: day 14; its classes keep accounts in 'reminders' for 13 days at the longest"),
    "a step past due in a strategy before due": (B2B, [("from: due, day: -2, channel: email", "from: due, day: 2, channel: email")], ["strategies[0].steps[1].day"],
                                                 "day 2 past due; accounts leave 'goodwill' after day 0"),
    "no promise was ever broken": (B2B, [("code: due-soon, from: due, day: -2", "code: due-soon, from: promise_broken, day: 2"),
                                         ("- { fact: days_past_due, at_most: 0 }", "- { fact: days_past_due, at_most: 0 }\n      - { fact: broken_promises, at_most: 0 }")],
                                   ["strategies[0].steps[1].day"], "no account of strategy 'goodwill' has a broken promise"),
    "shadowed by one": (CONSUMER, [("- { fact: balance_minor, at_most: 9999 }", "- { fact: balance_minor, at_least: 600000 }")], ["classes[5].when"],
                        "class 'small_balance' can never match: 'high_balance' before it takes all"),
    "shadowed by several": (CONSUMER, [("- { fact: balance_minor, at_most: 9999 }", "- { fact: days_past_due, at_most: 180 }"),
                                       ("- { fact: days_past_due, at_most: 180 }\n    segment: early",
                                        "- { fact: days_past_due, at_most: 180 }\n      - { fact: balance_minor, at_most: 499999 }\n    segment: early")],
                            ["classes[6].when"], "class 'early' can never match"),
    "conditions that exclude each other": (CONSUMER, [("- { fact: balance_minor, at_least: 500000 }\n      - { fact: days_past_due, at_least: 180 }\n      - { fact: payments, at_most: 0 }",
                                                       "- { fact: payments, at_most: 0 }\n      - { fact: days_since_payment, at_most: 9 }")],
                                           ["escalations[8].when"], "escalation 'large-and-silent' can never happen"),
    "a review that is overdue": (CONSUMER, [("2027-06-30", "2026-11-22")], ["review_by"], "overdue: it was for 2026-11-22, today is 2026-11-23"),
    "a pack that is not there": (CONSUMER, [("[us-federal, house]", "[us-federa, house]")], ["rule_packs[0]"], "no pack 'us-federa'; is 'us-federal' meant?"),
    "packs without limits": (CONSUMER, [("[us-federal, house]", "[eu]")], ["rule_packs"], ""),
    "a template that is not there": (CONSUMER, [("template: us-reminder }", "template: us-remindr }")], ["strategies[0].steps[1].template"],
                                     "no template 'us-remindr'; is 'us-reminder' meant?"),
    "a script that is not there": (CONSUMER, [("day: 45, channel: call, script: us-call-script", "day: 45, channel: call, script: us-call-skript")], ["strategies[1].steps[5].script"],
                                   "is 'us-call-script' meant?"),
    "a template for another channel": (CONSUMER, [("channel: email, template: us-email-reminder", "channel: email, template: us-settlement-offer")], ["strategies[1].steps[2].template"],
                                       "template 'us-settlement-offer' is not for channel 'email'"),
    "a language that nobody wrote": (B2B, [("languages: [en, de]", "languages: [en, fr]"), ("script: b2b-goodwill-call", "script: b2b-call-script")], None, "is not there in 'fr'"),
    "no exit for who pays": (B2B, [("  - { on: paid, to: close }\n", "")], ["strategies[0].exits", "strategies[1].exits", "strategies[2].exits", "strategies[3].exits"],
                             "has no exit for who pays"),
    "no exit in time": (B2B, [("      - { on: steps_done, days: 10, to: legal }\n", "      - { on: recalled, to: close }\n")], ["strategies[3].exits"],
                        "strategy 'escalation' has no exit once its steps are done"),
    "agreements whose review is overdue": (AGREEMENTS, [("2027-06-30", "2026-11-22")], ["review_by"], "overdue: it was for 2026-11-22, today is 2026-11-23"),
    "a bucket that is not there": (AGREEMENTS, [("apply: [principal, interest, costs, fees]", "apply: [principal, intrest, costs, fees]")], ["agreements[0].apply[1]"],
                                   "'intrest' is not known; is 'interest' meant?"),
    "two terms for one day": (AGREEMENTS, [("valid_from: 2026-07-01", "valid_from: 2026-06-30")], ["agreements[2].client"], "'northwind-utilities' has terms for the same days on line "),
    "interest without a reason": (AGREEMENTS, [('      evidence: "Promissory note, section 3: 9.75 percent a year on unpaid principal until paid, after default too"\n', "")],
                                  ["agreements[4].interest.evidence"], "12 CFR 1006.22(b)"),
    "an unknown key": (B2B, [("owner:", "onwer:")], ["onwer"], "no such field; is 'owner' meant?"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told(tmp_path, case):
    source, changes, fields, words = WRONG[case]
    path = changed(tmp_path, source, *changes)
    done, result = check(path)
    assert done.returncode == 1, done.stdout
    if fields is not None:
        assert [error["field"] for error in result["errors"]] == fields, result["errors"]
    assert result["errors"] and all(words in error["message"] for error in result["errors"]), result["errors"]
    assert all(error["file"] == str(path) for error in result["errors"])
    notes = [json.loads(line)["note"] for line in done.stderr.splitlines()]
    for error in result["errors"]:
        assert f"{path}:{error['line']}: {error['field']}: {error['message']}" in notes


def test_lines_are_those_of_the_fields(tmp_path):
    path = changed(tmp_path, CONSUMER, ("2027-06-30", "2020-01-01"), ("template: us-reminder }", "template: us-remindr }"))
    _, result = check(path)
    assert [(error["line"], error["field"]) for error in result["errors"]] == [
        (line_of(path, "review_by:"), "review_by"), (line_of(path, "us-remindr"), "strategies[0].steps[1].template")]


WARNINGS = {
    "no owner": (CONSUMER, [("owner: Chief compliance officer\n", "")], "owner", "who answers for it"),
    "always late": (B2B, [("from: due, day: 1, channel: call", "from: due, day: -3, channel: call")], "strategies[1].steps[0].day",
                    "step 'due-1' is always late: day -3 past due; accounts come into 'reminders' on day 1"),
    "nothing leads there": (CONSUMER, [("    strategy: letters_only\n", "    strategy: early\n")], "strategies[4].code", "no class and no exit leads to strategy 'letters_only'"),
    "round and round": (CONSUMER, [("days_in_strategy, days: 180, to: return", "days_in_strategy, days: 180, to: strategy, strategy: early")], "strategies[1].exits", "go round for ever"),
    "nobody carries it out": (CONSUMER, [("- { on: promise_made, to: hold }", "- { on: promise_made, to: review }")], "exits", "nobody carries out 'review' on 'promise_made': what happens is 'hold'"),
    "nobody hears of it": (CONSUMER, [("  - { code: deceased, title: The consumer died, on: deceased, to: supervisor, within_hours: 48, action: review }\n", "")], "exits",
                           "nobody hears of 'review' on 'deceased': there is no escalation on 'deceased'"),
    "no notice": (CONSUMER, [(", purpose: validation_notice", "")] * 6, "strategies", "no strategy sends a validation notice"),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_warnings_become_errors_where_that_is_wanted(tmp_path, case):
    source, changes, field, words = WARNINGS[case]
    path = changed(tmp_path, source, *changes)
    done, result = check(path)
    assert (done.returncode, result["errors"]) == (0, [])
    assert any(warning["field"] == field and words in warning["message"] for warning in result["warnings"]), result["warnings"]
    assert f"{path}:" in done.stderr and "warning: " in done.stderr
    assert check(path, "--strict")[0].returncode == 1


def test_every_problem_of_every_file_is_told(tmp_path):
    changed(tmp_path, CONSUMER, ("promise_grace_days: 3", "promise_grace_days: 999"), ("verification_days: 30", "verification_days: 0"), ("priority: 800", "priority: 8000"))
    changed(tmp_path, RULES / "us-ma.yaml", ("limit:", "limt:"), ("citation:", "citatoin:"))
    template = changed(tmp_path, TEMPLATES / "us-reminder.en.yaml", ("Dear {{debtor_name}}", "Dear {{debtor_nam}} {{weather}}"))
    (tmp_path / "else.yaml").write_text("colour: red\n")
    done, result = check(tmp_path)
    found = [(pathlib.Path(error["file"]).name, error["field"]) for error in result["errors"]]
    assert done.returncode == 1
    assert ("else.yaml", "") in found
    assert [field for file, field in found if file == "us-consumer.yaml"] == ["promise_grace_days", "verification_days", "classes[4].priority"]
    assert [field for file, field in found if file == "us-ma.yaml"] == ["rules[0].citatoin", "rules[0].limt", "rules[0].citation"]
    body = [error for error in result["errors"] if error["file"] == str(template)]
    assert [error["line"] for error in body] == [line_of(template, "Dear {{debtor_nam}}")] * 2
    assert "is {{debtor_name}} meant?" in body[0]["message"] and "{{weather}} is not among 'fields'" in body[1]["message"]


def house(tmp_path, rule):
    path = tmp_path / "house.yaml"
    path.write_text((RULES / "house.yaml").read_text() + rule)
    return path


NO_TEXTS = """
  - id: HOUSE-NO-TEXTS
    citation: policy of the board
    title: No texts
    kind: contact_cap
    scope: all
    limit: 0
    days: 1
    media: [text]
"""


def test_a_channel_that_the_house_forbids_is_never_permitted(tmp_path):
    done, result = check(CONSUMER, house(tmp_path, NO_TEXTS))
    (error,) = result["errors"]
    assert (done.returncode, error["field"], error["line"]) == (1, "strategies[1].steps[4].channel", line_of(CONSUMER, "code: text-1"))
    assert error["message"].startswith("step 'text-1' is never permitted: HOUSE-NO-TEXTS (policy of the board): ")


def test_a_cap_that_makes_a_plan_wait_is_no_error(tmp_path):
    done, result = check(CONSUMER, house(tmp_path, NO_TEXTS.replace("limit: 0", "limit: 1").replace("days: 1", "days: 90").replace("[text]", "[call, text, email, letter]")))
    assert (done.returncode, result["errors"]) == (0, [])


def test_a_text_without_an_opt_out_notice_is_never_permitted(tmp_path):
    for language in ("en", "es"):
        changed(tmp_path, TEMPLATES / f"us-text-reminder.{language}.yaml", ("opt_out_notice: true\n", ""))
    done, result = check(tmp_path, CONSUMER)
    (error,) = result["errors"]
    assert done.returncode == 1 and error["field"] == "strategies[1].steps[4].channel" and error["file"] == str(CONSUMER)
    assert "does not say how to opt out" in error["message"] and "1006.6(e)" in error["message"]


def test_a_message_without_disclosures_is_never_permitted(tmp_path):
    for language in ("en", "es"):
        changed(tmp_path, TEMPLATES / f"us-settlement-offer.{language}.yaml", ("disclosures: [debt_collector]\n", ""))
    _, result = check(tmp_path, CONSUMER)
    assert {error["field"] for error in result["errors"]} == {f"strategies[{s}].steps[{i}].channel" for s, i in ((1, 6), (2, 5), (5, 2))}
    assert all("does not say that it comes from a debt collector" in error["message"] for error in result["errors"])


def test_nobody_offers_more_than_somebody_may_agree_to(tmp_path):
    for language in ("en", "es"):
        changed(tmp_path, TEMPLATES / f"us-settlement-offer.{language}.yaml", ("discount_percent: 20", "discount_percent: 45"))
    _, result = check(tmp_path, CONSUMER)
    assert {error["field"] for error in result["errors"]} == {f"strategies[{s}].steps[{i}].template" for s, i in ((1, 6), (2, 5), (5, 2))}
    assert all("offers 45 % off; nobody may agree to more than 40 %" in error["message"] for error in result["errors"])


def test_what_one_state_never_permits_is_a_warning(tmp_path):
    state = tmp_path / "us-zz.yaml"
    state.write_text("name: us-zz\ntitle: Zetland\nrules:\n" + NO_TEXTS.replace("HOUSE", "ZZ"))
    done, result = check(CONSUMER, state)
    (warning,) = result["warnings"]
    assert (done.returncode, result["errors"]) == (0, [])
    assert "step 'text-1' is never permitted in Zetland: ZZ-NO-TEXTS" in warning["message"]


def test_templates_of_one_message_agree(tmp_path):
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    changed(folder, TEMPLATES / "us-reminder.es.yaml", ("channels: [letter, portal]", "channels: [letter]"), ("fields: [", "fields: [promise_date, "))
    (folder / "us-call-script.en.yaml").unlink()
    (folder / "us-text-reminder.en.yaml").rename(folder / "text.en.yaml")
    done, result = check(folder)
    found = {(pathlib.Path(error["file"]).name, error["field"]) for error in result["errors"]}
    assert done.returncode == 1
    assert ("us-reminder.es.yaml", "channels") in found and ("text.en.yaml", "name") in found
    assert [(warning["field"], warning["message"]) for warning in result["warnings"]] == [("fields", "'promise_date' is declared and not used")]


def test_two_files_of_one_name_are_one_too_many(tmp_path):
    other = tmp_path / "other.yaml"
    shutil.copy(CONSUMER, other)
    _, result = check(CONSUMER, other)
    assert [(error["file"], error["field"]) for error in result["errors"]] == [(str(other), "name")]


def test_the_shipped_agreements_lack_only_rates_that_nobody_knew():
    done, result = check(AGREEMENTS, "--strict", today="2026-06-30")
    assert (done.returncode, result["errors"], result["warnings"]) == (0, [], [])
    (file,) = result["files"]
    assert (file["kind"], file["name"], file["rules"]) == ("agreements", "agreements", 9)
    done, result = check(AGREEMENTS)
    assert (done.returncode, result["errors"]) == (0, [])
    assert [(warning["line"], warning["field"], warning["message"]) for warning in result["warnings"]] == [
        (line_of(AGREEMENTS, "reference: ecb\n"), "agreements[6].interest.reference", "no rate of 'ecb' for 2026-H2 among reference_rates"),
        (line_of(AGREEMENTS, "reference: boe\n"), "agreements[7].interest.reference", "no rate of 'boe' for 2026-H2 among reference_rates")]


def test_terms_that_have_ended_and_nobody_to_answer_for_them_are_warnings(tmp_path):
    path = changed(tmp_path, AGREEMENTS, ("owner: Client services manager\n", ""), ("valid_from: 2026-07-01", "valid_from: 2026-07-01\n    valid_until: 2026-11-22"),
                   ("  - { authority: ecb, half: 2026-H1", "  - { authority: boj, half: 2026-H1, percent: 1 }\n  - { authority: ecb, half: 2026-H1"))
    done, result = check(path)
    assert (done.returncode, result["errors"]) == (0, [])
    assert [(warning["field"], warning["message"]) for warning in result["warnings"] if "interest" not in warning["field"]] == [
        ("owner", "missing: who answers for it?"), ("agreements[2].valid_until", "the terms of 'northwind-utilities' ended on 2026-11-22: those of '*' hold")]
    done, result = check(path, today="2026-11-22")
    assert [warning["field"] for warning in result["warnings"] if "interest" not in warning["field"]] == ["owner"]


def test_agreements_are_told_by_what_they_say_not_by_their_name(tmp_path):
    path = tmp_path / "contracts.yaml"
    shutil.copy(AGREEMENTS, path)
    _, result = check(path, AGREEMENTS)
    assert [(error["file"], error["field"]) for error in result["errors"]] == [(str(AGREEMENTS), "name")]
    path.write_text("terms: []\n")
    _, result = check(path)
    assert [error["message"] for error in result["errors"]] == ["neither an SOP (with classes) nor a rule pack (with rules) nor a template (with a body) nor agreements"]


@pytest.mark.parametrize("words", [("nowhere.yaml",), ()])
def test_what_cannot_be_read_is_told(words):
    done, _ = check(*words, as_json=False)
    assert done.returncode in (1, 2) and done.stderr


def test_a_day_must_be_one():
    done, _ = check(CONSUMER, today="soon", as_json=False)
    assert done.returncode == 2 and "soon" in done.stderr
