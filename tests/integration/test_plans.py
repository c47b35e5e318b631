"""Payment plans end to end: offered, agreed on, kept, missed and broken, approved by a second person, held, renegotiated; two agents at once.

Broken once to see it fail: contact without PlanBroken, a proposer who may approve, the account's plan not asked for before a second one.
"""
import datetime

import pytest

from dunlin_system import FAILED, OK, running_system


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        yield system


@pytest.fixture(autouse=True)
def fresh_day(system):
    system.next_day()


def day(system, days):
    return (system.now().date() + datetime.timedelta(days=days)).isoformat()


def agree(system, account, *options, first=7, **more):
    return system.json("plan", "agree", account.account_id, "--from", day(system, first), *options, **more)


def plans_of(system, account):
    return system.json("plan", "show", account.account_id)["plans"]


def names(system, account):
    return [event["type"].rsplit(".", 1)[-1] for event in system.events(account=account.account_id) if ".payment." in event["type"]]


def test_a_plan_that_was_offered_is_agreed_on_and_kept(system):
    account = system.place_account()
    offers = system.json("plan", "propose", account.account_id, "70", "--from", day(system, 7), "--every", "weekly")
    assert [offer["kind"] for offer in offers["proposals"]] == ["at_once", "shortest", "longest"]
    assert [row["amount_minor"] for row in offers["proposals"][1]["instalments"]] == [7000, 7000, 7000, 4000]
    plan = agree(system, account, "--every", "weekly", "--amount", "70", "--key", "offer-2")
    assert agree(system, account, "--every", "weekly", "--amount", "70", "--key", "offer-2")["plan_id"] == plan["plan_id"], "the same agreement again is the same plan"
    assert (plan["state"], plan["open_minor"], plan["next_due_on"]) == ("active", 25000, day(system, 7))
    assert system.explain(account) == ["DUNLIN-PLAN"]
    for _ in range(3):
        system.run("pay", account.account_id, "70")
        system.next_day(7)
        assert system.explain(account) == ["DUNLIN-PLAN"]
    system.run("pay", account.account_id, "40")
    (kept,) = plans_of(system, account)
    assert (kept["state"], kept["n_missed"]) == ("completed", 0)
    assert system.explain(account) == ["DUNLIN-PAID"]


def test_a_plan_of_which_two_are_missed_is_broken_and_calls_go_on(system):
    account = system.place_account()
    agree(system, account, "--every", "weekly", "--number", "4")
    system.run("pay", account.account_id, "62.50")
    system.next_day(7 + 7 + 5)  # the second, its grace of five days included
    assert (plans_of(system, account)[0]["n_missed"], plans_of(system, account)[0]["state"]) == (0, "active")
    system.next_day()
    assert (plans_of(system, account)[0]["n_missed"], plans_of(system, account)[0]["state"]) == (1, "active")
    assert system.explain(account) == ["DUNLIN-PLAN"]
    system.next_day(7)
    assert plans_of(system, account)[0]["state"] == "broken"
    assert names(system, account) == ["PlanAgreed", "PaymentPosted", "BalanceChanged", "InstalmentMissed", "InstalmentMissed", "PlanBroken"]
    assert system.account(account)["classification"]["class"] == "promise_breaker"
    assert system.explain(account) == []
    texts = [entry["text"] for entry in system.json("account", "timeline", account.account_id)["entries"]]
    assert any(text.startswith("A payment plan was agreed on: 4 instalments, the first of 62.50 USD due on ") for text in texts)
    assert "The payment plan was broken: 2 instalments are missed, 187.50 USD are open on it." in texts


def test_what_a_collector_may_not_agree_to_a_second_person_approves(system):
    account = system.place_account()
    beyond = [account.account_id, "--from", day(system, 7), "--number", "10"]
    assert "at most 6 months; a supervisor may approve it" in str(system.error("plan", "agree", *beyond))
    waiting = system.json("plan", "agree", *beyond, "--wait", "--as", "user:anna")
    assert (waiting["state"], waiting["approval_by"]) == ("proposed", "supervisor")
    assert system.explain(account) == []
    assert "another person" in str(system.error("plan", "approve", account.account_id, "--role", "supervisor", "--as", "user:anna"))
    approved = system.json("plan", "approve", account.account_id, "--role", "supervisor", "--as", "user:berta")
    assert (approved["state"], approved["agreed_by"], approved["approved_by"]) == ("active", "user:anna", "user:berta")
    assert system.explain(account) == ["DUNLIN-PLAN"]
    assert "has no plan that is proposed" in str(system.error("plan", "decline", account.account_id, "--reason", "late"))


def test_a_settlement_that_is_kept_is_forgiven_its_rest_until_a_payment_comes_back(system):
    account = system.place_account()
    agree(system, account, "--number", "2", "--discount", "50", "--role", "supervisor")
    system.run("pay", account.account_id, "100")
    last = system.json("pay", account.account_id, "100")
    assert system.account(account)["payment"]["balance_minor"] == 0
    assert plans_of(system, account)[0]["discount_granted_minor"] == 5000
    system.run("pay", "--reverse", last["posting_id"], "--reason", "returned")
    assert system.account(account)["payment"]["balance_minor"] == 15000
    assert (plans_of(system, account)[0]["state"], system.explain(account)) == ("active", ["DUNLIN-PLAN"])


def test_a_plan_is_held_resumed_renegotiated_and_taken_back(system):
    account = system.place_account()
    first = agree(system, account, "--steps", "2x50,2x75")
    assert system.json("plan", "hold", account.account_id, "--reason", "in hospital")["state"] == "on_hold"
    system.next_day(60)
    assert system.json("plan", "resume", account.account_id, "--reason", "works again")["n_missed"] == 0
    assert "is active" in str(system.error("plan", "agree", account.account_id, "--from", day(system, 7), "--number", "5"))
    second = agree(system, account, "--number", "5", "--replaces", first["plan_id"])
    assert [(plan["state"], plan["replaces"], plan["replaced_by"]) for plan in plans_of(system, account)] == [
        ("cancelled", None, second["plan_id"]), ("active", first["plan_id"], None)]
    assert system.explain(account) == ["DUNLIN-PLAN"]
    assert system.json("plan", "cancel", account.account_id, "--reason", "he asked for it")["state"] == "cancelled"
    assert system.explain(account) == []


def test_two_agents_who_agree_at_once_get_one_plan_and_one_clear_conflict(system):
    account = system.place_account()
    both = [system.start_command("plan", "agree", account.reference, "--from", day(system, 7), "--every", "weekly", "--number", number, "--as", f"user:{who}", "--json")
            for who, number in (("anna", 2), ("ben", 4))]
    ended = [(process.communicate(timeout=60), process.returncode) for process in both]
    assert sorted(code for _, code in ended) == [OK, FAILED], ended
    ((_, why),) = [texts for texts, code in ended if code == FAILED]
    (plan,) = plans_of(system, account)
    assert f"plan {plan['plan_id']} of the account is active" in why
    assert names(system, account) == ["PlanAgreed"]
