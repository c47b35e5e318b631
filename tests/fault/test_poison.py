"""P1 and P2: an event that a service cannot apply stops nobody but its own debtor, and him for certain.

The cause is a real one, which an operator can mend: somebody's constraint in the database refuses the row of one account. The event is parked with its reason and shown in `dunlin status`; other
debtors' events flow on, the debtor's own wait behind it, over restarts and hand-overs, and are applied after it, in order, exactly once, when the cause is gone and `dunlin log retry` has
been asked for. Meanwhile no permit is granted for him, whoever it is that cannot apply what is known of him; nor for a debt on which a payment is reported that the ledger has not taken in, because
payment cannot apply it or is not there at all.

Broken once: payments that clients report not heard by contact (a permit was granted while payment was down), their cause left out of the balances (none was granted ever after); later events of a debtor with a parked one applied (the dispute does not wait); those that come while others are being released waiting for a release of their own (still
parked at the end).
"""
import threading
import uuid

import pytest

from bus_caller import partition_of
from dunlin_system import OK, poll, running_system, us_date
from invariants import check_invariants, rows

# Somebody's own check, on tables that each service writes when the event comes.
REFUSAL = """
    CREATE TABLE public.refused (service text, account_id uuid);
    CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF EXISTS (SELECT FROM public.refused AS r WHERE r.service = TG_TABLE_SCHEMA AND r.account_id = NEW.account_id) THEN
            RAISE EXCEPTION 'the auditor refuses account %', NEW.account_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;""" + "".join(f"CREATE TRIGGER auditor BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION public.refuse();"
                         for table in ("contact.account", "payment.posting", "dispute.dispute"))
UPDATE_COLUMNS = ["Client", "AccountNo", "Balance", "DueDate", "Phone", "Email"]
WHY = "the auditor refuses account"


@pytest.fixture(scope="module")
def system():
    with running_system() as system:
        system.sql(REFUSAL)
        yield system


@pytest.fixture(scope="module")
def patients(system):
    """Pairs of debtors who share a partition; each debtor is a pair of accounts."""
    customers = [f"C-{uuid.uuid4().hex[:12]}" for _ in range(80)]
    placed = system.place_accounts(*[{"CustomerNo": customer, "Name": f"Jo {customer}"} for customer in customers for _ in range(2)])
    debtors = [placed[i:i + 2] for i in range(0, len(placed), 2)]
    assert all(one.debtor_id == two.debtor_id for one, two in debtors)
    waiting, pairs = {}, []
    for debtor in debtors:
        partition = partition_of(debtor[0].id_bytes)
        if partition in waiting:
            pairs.append((waiting.pop(partition), debtor))
        else:
            waiting[partition] = debtor
    return pairs  # 80 debtors in 64 partitions: at least 8


def refuse(system, service, account):
    system.sql(f"INSERT INTO public.refused VALUES ('{service}', '{account.account_id}')")


def mend(system):
    system.sql("TRUNCATE public.refused")


def status(system):
    return system.json("status", code=None)


def parked(system, service):
    """(seq, type, reason, attempts) of what the service has parked, as `dunlin status` shows it."""
    return [(row["seq"], row["type"].rsplit(".", 1)[-1], row["error"], row["attempts"]) for row in status(system)["parked"] if row["consumer"] == service]


def names(found):
    return [name for _, name, _, _ in found]


def seqs_of(system, account, name):
    return [event["seq"] for event in system.events(name, account=account.account_id)]


def planned_step(system, account):
    return system.events("ContactPlanned", account=account.account_id)[-1]["payload"]["step"]


def refusal_rules(system, dialer, account):
    verdict = dialer.request_permits([account.target])[0]
    assert not verdict.permit.permit_id
    return [hit.rule for hit in verdict.refusal.hits]


def is_alone(system, number):
    """One instance of contact owns everything."""
    owners = rows(system, "SELECT owner, count(*) FROM log.cursor WHERE consumer = 'contact' GROUP BY 1")
    mine = [instance["id"] for instance in system.registry() if instance["service"] == "contact" and instance["pid"] == system.pid("contact", number)]
    return mine and owners == [f"{mine[0]}|64"]


def test_what_contact_cannot_apply_holds_up_its_debtor_and_nobody_else(system, patients):
    (one, two), (neighbour, _) = patients[0]
    dialer = system.dialer("patient")
    dialer.hello()
    refuse(system, "contact", one)
    system.recall(one)
    (first_seq, *_), = poll("the event to be parked", lambda: [row for row in parked(system, "contact") if row[1] == "AccountRecalled"])

    # Its debtor's events wait; another debtor's of the same partition flow on.
    system.run("dispute", "open", two.account_id, "--written", "--reason", "never bought it")
    system.run("pay", neighbour.account_id, "250.00")
    poll("the dispute to wait", lambda: "DisputeOpened" in names(parked(system, "contact")))
    system.wait()
    assert system.explain(neighbour) == ["DUNLIN-PAID"]
    found = parked(system, "contact")
    assert found[0][:2] == (first_seq, "AccountRecalled") and WHY in found[0][2] and found[0][3] == 3
    assert {reason for _, _, reason, _ in found[1:]} == {f"waits behind {first_seq}"} and {row[0] for row in rows(system, "SELECT DISTINCT consumer FROM log.parked")} == {"c"}
    is_shown(system, found)

    # No permit, for any account of the debtor, and the reason is told.
    for account in (one, two):
        assert refusal_rules(system, dialer, account) == ["DUNLIN-INCOMPLETE"]
        refused = system.events("PermitRefused", account=account.account_id)[-1]
        assert [hit["rule"] for hit in refused["payload"]["hits"]] == ["DUNLIN-INCOMPLETE"]

    # It stays so over a restart and a hand-over.
    system.kill("contact", 1)
    system.up()
    poll("the new contact to own all", lambda: is_alone(system, 1), 60)
    assert parked(system, "contact") == found and refusal_rules(system, dialer, two) == ["DUNLIN-INCOMPLETE"]
    system.run("up", "--instances", "contact=2", timeout_s=180)
    system.run("down", "contact-1")
    poll("the other contact to own all", lambda: is_alone(system, 2), 60)
    system.run("dispute", "verify", two.reference)
    poll("the verification to wait", lambda: "VerificationSent" in names(parked(system, "contact")))
    system.wait()
    assert parked(system, "contact")[:len(found)] == found and refusal_rules(system, dialer, two) == ["DUNLIN-INCOMPLETE"]

    # Tried again too early it fails again, and what waits behind it is not tried at all.
    waiting = names(parked(system, "contact"))
    released = system.json("log", "retry", "--service", "contact", "--partition", str(partition_of(one.id_bytes)), "--seq", str(first_seq))
    assert [row["seq"] for row in released] == [row[0] for row in parked(system, "contact")], "with all that wait behind it"
    poll("it to fail again", lambda: parked(system, "contact")[0][3] == 4)
    assert names(parked(system, "contact")) == waiting and [row[3] for row in parked(system, "contact")[1:]] == [0] * (len(waiting) - 1)

    # Mended and tried again, all is applied in order, with what comes meanwhile.
    mend(system)
    payer = threading.Thread(target=lambda: [system.run("pay", two.account_id, "0.01") for _ in range(4)])
    payer.start()
    system.run("log", "retry", "--service", "contact", "--all")
    payer.join(timeout=120)
    poll("nothing to be parked any more", lambda: parked(system, "contact") == [])
    system.wait()
    (recalled,), (disputed,), (verified,) = (seqs_of(system, account, name) for account, name in ((one, "ContactStopped"), (two, "ContactStopped"), (two, "ContactResumed")))
    assert recalled < disputed < verified, "each once, in the order of the log"
    assert system.explain(one) == ["DUNLIN-RECALLED"] and system.explain(two) == []
    system.run("pay", two.account_id, "249.96")
    assert system.explain(two) == ["DUNLIN-PAID"]
    system.check_well()


def is_shown(system, found):
    """To people, too: what is parked, why, and what to do."""
    shown = status(system)
    assert not shown["is_well"] and any("contact has parked" in problem and "dunlin log retry --service contact" in problem for problem in shown["problems"])
    text = system.run("status", code=1).out
    assert "Parked events" in text and WHY in text and f"waits behind {found[0][0]}" in text and f"contact has parked {len(found)} events" in text


def test_what_dispute_cannot_apply_holds_its_debt_all_the_same(system, patients):
    """Contact takes the debtor's word from its own report, and keeps it until a dispute is opened and answered."""
    (one, _), (neighbour, _) = patients[1]
    dialer = system.dialer("disputed")
    dialer.hello()
    refuse(system, "dispute", one)
    contact = dialer.contact
    for account in (one, neighbour):
        permit = dialer.request_permits([account.target])[0].permit
        dialer.report_results([contact.AttemptReport(permit_id=permit.permit_id, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_DISPUTE)])
    poll("the event to be parked", lambda: names(parked(system, "dispute")) == ["AttemptReported"])
    poll("the neighbour's dispute", lambda: seqs_of(system, neighbour, "DisputeOpened"))
    assert WHY in parked(system, "dispute")[0][2]
    assert system.explain(one) == ["REGF-38D2-DISPUTE"] and seqs_of(system, one, "DisputeOpened") == []
    system.kill("dispute")
    system.up()
    assert system.explain(one) == ["REGF-38D2-DISPUTE"]
    mend(system)
    system.run("log", "retry", "--service", "dispute", "--all")
    poll("the dispute", lambda: seqs_of(system, one, "DisputeOpened"))
    system.wait()
    assert system.explain(one) == ["REGF-38D2-DISPUTE"] and len(seqs_of(system, one, "DisputeOpened")) == 1
    system.run("dispute", "verify", one.reference)
    system.wait()
    assert system.explain(one) == []
    system.check_well()


def report_payments(system, *payments):
    """A client's file says that these accounts paid so much."""
    records = [{"Client": "tests", "AccountNo": account.reference, "PaidOn": us_date(system.now().date()), "Amount": amount, "Currency": "USD", "Reference": f"BANK-{account.reference}"}
            for account, amount in payments]
    system.place(system.write_rows(list(records[0]), records), "payments.yaml", code=OK)


def test_a_payment_that_a_client_reports_stops_calls_before_it_is_posted(system, patients):
    """Whether or not payment is there: what is owed after it is not known until the ledger has taken it in, maybe nothing."""
    (one, other), (neighbour, _) = patients[4]
    dialer = system.dialer("payer")
    dialer.hello()
    planned = planned_step(system, one)
    assert planned and system.explain(one) == system.explain(neighbour) == []
    system.run("down", "payment-1")
    try:
        report_payments(system, (one, "100.00"), (neighbour, "250.00"))
        for account in (one, neighbour):
            assert refusal_rules(system, dialer, account) == ["DUNLIN-INCOMPLETE"]
        assert system.explain(one) == ["DUNLIN-INCOMPLETE"] and system.explain(other) == [], "the other debt of the same person may be spoken of"
        refused = system.events("PermitRefused", account=one.account_id)[-1]["payload"]
        assert "not in the ledger yet" in refused["hits"][0]["detail"] and refused["inputs"]["holds"] == ["unposted"]
        assert [planned_step(system, account) for account in (one, other)] == [planned, planned], "the plan waits, it does not change"
    finally:
        system.up()
    system.wait()
    assert system.explain(one) == [] and dialer.request_permits([one.target])[0].permit.permit_id
    assert planned_step(system, one) == planned and system.account(one)["payment"]["balance_minor"] == 15000
    assert system.explain(neighbour) == ["DUNLIN-PAID"] and refusal_rules(system, dialer, neighbour) == ["DUNLIN-PAID"]
    system.check_well()


def test_what_payment_cannot_apply_breaks_no_promise_and_is_posted_once(system, patients):
    """The event may be the very payment that keeps the promise: it is not broken before that is known."""
    (one, _), (neighbour, _) = patients[2]
    refuse(system, "payment", one)
    system.run("promise", one.account_id, "250.00", "--by", system.now().date().isoformat())
    report_payments(system, (one, "250.00"), (neighbour, "250.00"))
    poll("the event to be parked", lambda: names(parked(system, "payment")) == ["PaymentReported"])
    system.wait()
    assert WHY in parked(system, "payment")[0][2]
    assert system.explain(neighbour) == ["DUNLIN-PAID"] and system.explain(one) == ["DUNLIN-INCOMPLETE", "DUNLIN-PROMISE"]
    system.kill("payment")
    system.up()
    system.next_day(4)
    assert seqs_of(system, one, "PromiseBroken") == [] and system.explain(one) == ["DUNLIN-INCOMPLETE", "DUNLIN-PROMISE"]
    mend(system)
    system.run("log", "retry", "--service", "payment", "--all")
    poll("the payment", lambda: seqs_of(system, one, "PaymentPosted"))
    system.wait()
    assert [len(seqs_of(system, one, name)) for name in ("PaymentPosted", "PromiseKept", "PromiseBroken")] == [1, 1, 0]
    assert system.explain(one) == ["DUNLIN-PAID"]


def test_what_a_client_says_to_contact_too_needs_no_payment(system, patients):
    """Nothing is owed any more: contact hears it from the client, whatever becomes of it in the ledger."""
    (one, _), _ = patients[3]
    refuse(system, "payment", one)
    system.place(system.write_rows(UPDATE_COLUMNS, [{"Client": "tests", "AccountNo": one.reference, "Balance": "0.00"}]), "updates.yaml", code=OK)
    poll("the event to be parked", lambda: names(parked(system, "payment")) == ["AccountUpdated"])
    system.wait()
    assert system.explain(one) == ["DUNLIN-PAID"]
    mend(system)
    system.run("log", "retry", "--service", "payment", "--all")
    poll("the client's word in the ledger", lambda: parked(system, "payment") == [])
    system.wait()
    assert system.explain(one) == ["DUNLIN-PAID"] and len(seqs_of(system, one, "BalanceChanged")) == 1
    system.check_well()


def test_the_invariants_hold_after_all_this(system):
    check_invariants(system, is_in_order=False)
