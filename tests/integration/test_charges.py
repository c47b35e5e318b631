"""Interest, fees and judgments as an operator sees them, on the shipped agreements.
"""
import datetime

from dunlin_system import FAILED, USAGE, dunlin_system  # noqa: F401

DAY = datetime.timedelta(days=1)


def place(system, client):
    today = system.now().date()
    return system.place_accounts({"Client": client, "Balance": "3650.00", "DueDate": (today - 40 * DAY).strftime("%m/%d/%Y")})[0].account_id


def test_interest_of_a_loan_is_posted_and_explained(dunlin_system):  # noqa: F811
    system = dunlin_system
    account = place(system, "harbor-credit-union")
    placed_on = system.now().date()
    system.advance(days=40)
    today = system.now().date()
    view = system.json("interest", account)
    days = (today - placed_on).days
    assert view["basis"] == "agreement" and view["starts_on"] == placed_on.isoformat() and view["cap_minor"] == 91250
    assert view["accrued_minor"] == (days * 9750 + 50) // 100
    (span,) = view["spans"]
    assert (span["days"], span["rate_millionths"], span["interest_millionths"]) == (days, 9_750_000, days * 97_500_000)
    first = today.replace(day=1)
    posted = ((first - placed_on).days * 9750 + 50) // 100
    assert (view["posted_minor"], view["posted_through_on"]) == (posted, (first - DAY).isoformat())
    assert system.json("account", "balance", account)["interest_minor"] == posted
    assert system.json("account", "balance", account, "--as-of", placed_on.isoformat())["balance_minor"] == 365000
    assert "9.75" in system.run("interest", account).out
    assert "bears no interest" in system.run("interest", place(system, "acme-medical")).out


def test_a_fee_needs_the_agreement(dunlin_system):  # noqa: F811
    system = dunlin_system
    account = place(system, "northwind-utilities")
    assert "12 CFR 1006.22(b)" in system.error("fee", "charge", account, "returned-payment")["message"]  # agreed from July 2026 on
    system.advance(to=datetime.datetime(2026, 7, 2, 16, tzinfo=datetime.timezone.utc))
    fee = system.json("fee", "charge", account, "returned-payment", "--for", "BANK-1")
    assert fee["amount_minor"] == 2500 and "section 9.4" in fee["evidence"]
    assert system.json("fee", "charge", account, "returned-payment", "--for", "BANK-1")["fee_id"] == fee["fee_id"]
    listed = system.json("fee", "list", account)
    assert len(listed["fees"]) == 1 and listed["permitted"][0]["amount_minor"] == 2500
    assert "--reason" in system.error("fee", "waive", account, fee["fee_id"], code=USAGE)["message"]
    assert system.json("fee", "waive", account, fee["fee_id"], "--reason", "the bank's mistake")["is_waived"]
    assert system.json("account", "balance", account)["balance_minor"] == 365000


def test_a_judgment_is_recorded_once(dunlin_system):  # noqa: F811
    system = dunlin_system
    account = place(system, "acme-medical")
    document = system.write("judgment.txt", "so ordered")
    entered = system.now().date()
    words = ("judgment", "record", account, "--on", entered.isoformat(), "--principal", "3600", "--costs", "225.50", "--rate", "5", "--court", "Superior Court", "--case", "26-CV-1", "--document", document)
    judgment = system.json(*words)
    assert judgment["balance_minor"] == 382550 and judgment["rate_millionths"] == 5_000_000
    assert system.json(*words)["judgment_id"] == judgment["judgment_id"]
    assert "--court is needed" in system.error("judgment", "record", account, "--on", entered.isoformat(), "--principal", "1", "--rate", "5", code=USAGE)["message"]
    assert "entered_on_days" in system.error(*words[:4], (entered + DAY).isoformat(), *words[5:-4], "--case", "26-CV-2", "--document", document, code=FAILED)["message"]
    system.advance(days=73)
    assert system.json("interest", account)["accrued_minor"] == 3600
    assert [event["payload"]["case_number"] for event in system.events("JudgmentRecorded", account=account)] == ["26-CV-1"]
    told = [entry["text"] for entry in system.json("account", "timeline", account)["entries"]]
    assert any(text.startswith("Judgment 26-CV-1 of Superior Court recorded, entered ") for text in told)
