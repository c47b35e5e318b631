"""`dunlin policy diff`: what changes between real files, in words, and how it exits. The wording of each change is tested in tests/unit/dunlin/test_policy_diff.c.

Broken once: effects of caps turned around, common exits compared for each strategy, entries matched by file name: each failed.
"""
import json
import os
import pathlib
import shutil
import subprocess

SOURCES = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("DUNLIN_BIN_DIR", SOURCES / "build/dev/bin"))
DEPLOY = SOURCES / "deploy"


def diff(old, new, *words):
    return subprocess.run([BIN / "dunlin", "policy", "diff", str(old), str(new), *words], capture_output=True, text=True, timeout=120)


def changes_of(old, new):
    done = diff(old, new, "--json")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def two_copies(tmp_path):
    """What is shipped, twice: of deploy/ the folders that hold policies."""
    for side in ("shipped", "ours"):
        for name in ("policies", "rules", "templates"):
            shutil.copytree(DEPLOY / name, tmp_path / side / name)
    return tmp_path / "shipped", tmp_path / "ours"


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_same_is_the_same(tmp_path):
    shipped, ours = two_copies(tmp_path)
    replace(ours / "policies/us-consumer.yaml", "name: us-consumer\n", "# ours\nname:   us-consumer\n")
    (ours / "rules/us-ma.yaml").rename(ours / "rules/massachusetts.yaml")
    done = diff(shipped, ours)
    assert (done.returncode, done.stdout) == (0, "no difference in what they say\n")
    assert changes_of(shipped, ours) == (0, {"changes": [], "looser": 0, "stricter": 0})


def test_what_a_manager_reads(tmp_path):
    shipped, ours = two_copies(tmp_path)
    replace(ours / "policies/standard.yaml", "{ code: call-2, from: classified, day: 3, channel: call }", "{ code: call-2, from: classified, day: 5, channel: call }")
    replace(ours / "policies/us-consumer.yaml", "{ on: promise_made, to: hold }", "{ on: promise_made, to: review }")
    replace(ours / "rules/us-dc.yaml", "limit: 4", "limit: 3")
    replace(ours / "templates/us-reminder.en.yaml", "tell us.", "please tell us.")
    (ours / "rules/us-fl.yaml").unlink()
    done = diff(shipped, ours)
    assert done.returncode == 1
    assert done.stdout == """Rule pack us-fl
  the rule pack is gone, with 2 rules (looser)
SOP standard
  Strategy early: step call-2 moves from day 3 to day 5 (stricter)
SOP us-consumer
  All strategies: on promise_made accounts go to review instead of hold
Rule pack us-dc
  Rule DC-3814-4CALLS: limit 4 → 3 in 7 days (stricter)
Template us-reminder.en
  the text changes
    - If you have paid already, or think that this is not right, tell us.
    + If you have paid already, or think that this is not right, please tell us.
5 changes: 1 looser, 2 stricter
"""
    code, result = changes_of(shipped, ours)
    assert (code, result["looser"], result["stricter"]) == (1, 1, 2)
    assert result["changes"][1] == {"kind": "sop", "name": "standard", "text": "Strategy early: step call-2 moves from day 3 to day 5", "effect": "stricter"}
    assert result["changes"][4]["lines"] == ["- If you have paid already, or think that this is not right, tell us.",
                                             "+ If you have paid already, or think that this is not right, please tell us."]


def test_two_files_are_compared_whatever_their_names():
    code, result = changes_of(DEPLOY / "policies/standard.yaml", DEPLOY / "policies/b2b-commercial.yaml")
    texts = [change["text"] for change in result["changes"]]
    assert code == 1 and "the name 'standard' becomes 'b2b-commercial'" in texts
    assert any(text.startswith("Strategy goodwill: step goodwill is new: call (b2b-goodwill-call) on day -5 from due") for text in texts)


def test_what_comes_and_goes_is_said_the_other_way_round(tmp_path):
    forth = changes_of(DEPLOY / "rules/us-ma.yaml", DEPLOY / "rules/us-wa.yaml")[1]
    back = changes_of(DEPLOY / "rules/us-wa.yaml", DEPLOY / "rules/us-ma.yaml")[1]
    assert (forth["looser"], forth["stricter"]) == (back["stricter"], back["looser"]) == (2, 2)


def test_what_cannot_be_read_is_trouble(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text((DEPLOY / "policies/standard.yaml").read_text().replace("strategy: firm", "strategy: frim", 1))
    for old, new in ((DEPLOY / "policies", tmp_path / "nowhere.yaml"), (bad, DEPLOY / "policies"), (DEPLOY / "rules", bad)):
        done = diff(old, new)
        assert done.returncode == 2 and done.stdout == ""
    assert f"{bad}:" in done.stderr and "is 'firm' meant?" in done.stderr
    (tmp_path / "empty").mkdir()
    done = diff(DEPLOY / "rules", tmp_path / "empty")
    assert done.returncode == 2 and "has no policy" in done.stderr
