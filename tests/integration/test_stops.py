"""What stops a call, and what time brings: from a fact's commit on no permit is granted, and deadlines, promises and classes move with the driven clock."""
import datetime
import signal
import threading

import pytest
from native_dialer import DialerError

from dunlin_system import REPOSITORY, START, USAGE, default_account, parse_instant, poll, running_system, us_date

MINUTE = datetime.timedelta(minutes=1)
UTC = datetime.timezone.utc
STANDARD_SOP = REPOSITORY / "deploy/policies/standard.yaml"


@pytest.fixture(scope="module")
def sop(tmp_path_factory):
    """A copy of the standard procedure that tests may change."""
    path = tmp_path_factory.mktemp("sop") / "sop.yaml"
    path.write_text(STANDARD_SOP.read_text())
    return path


@pytest.fixture(scope="module")
def system(sop):
    with running_system("--sop", str(sop)) as system:
        yield system


@pytest.fixture(autouse=True)
def fresh_day(system):
    if system.now() > START:
        system.next_day()


def midnight(system, days):
    """The beginning of a later day in UTC."""
    return datetime.datetime.combine(system.now().date() + datetime.timedelta(days=days), datetime.time(), UTC)


def seqs(system, account, *names):
    return [event["seq"] for event in system.events(*names, account=account.account_id)]


# --- from the commit on ---


class RestlessDialer(threading.Thread):
    """Asks for the same call again and again, and says each time that it was not placed, until it is refused."""

    def __init__(self, dialer, account):
        super().__init__(daemon=True)
        self.dialer, self.account = dialer, account
        self.permits = 0
        self.refusal = self.error = None

    def run(self):
        contact = self.dialer.contact
        try:
            self.dialer.hello()
            while self.refusal is None:
                verdict = self.dialer.request_permits([self.account.target])[0]
                if verdict.WhichOneof("verdict") == "refusal":
                    self.refusal = [hit.rule for hit in verdict.refusal.hits]
                    return
                self.permits += 1
                report = contact.AttemptReport(permit_id=verdict.permit.permit_id, telephony=contact.TELEPHONY_NOT_PLACED, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
                self.dialer.report_results([report])
        except (DialerError, OSError) as error:
            self.error = error


STOPS = {
    "dispute": (lambda system, account: system.run("dispute", "open", account.account_id, "--written"), "DisputeOpened", "REGF-38D2-DISPUTE"),
    "cease": (lambda system, account: system.run("stop", account.account_id, "--flag", "cease"), "StopRecorded", "REGF-6C-CEASE"),
    "attorney": (lambda system, account: system.run("stop", account.account_id, "--flag", "attorney"), "StopRecorded", "REGF-6B2-ATTY"),
    "bankruptcy": (lambda system, account: system.run("stop", account.account_id, "--flag", "bankruptcy"), "StopRecorded", "BK-362-STAY"),
    "deceased": (lambda system, account: system.run("stop", account.account_id, "--flag", "deceased"), "StopRecorded", "DUNLIN-DECEASED"),
    "opt-out": (lambda system, account: system.run("stop", account.account_id, "--flag", "opt-out-calls"), "StopRecorded", "REGF-14H-MEDIA"),
    "opt-out-number": (lambda system, account: system.run("stop", account.account_id, "--flag", "opt-out-contact-point", "--contact-point", account.points[0][0]), "StopRecorded",
                       "REGF-14H-MEDIA-POINT"),
    "paid": (lambda system, account: system.run("pay", account.account_id, "250.00"), "PaymentPosted", "DUNLIN-PAID"),
    "recalled": (lambda system, account: system.recall(account), "AccountRecalled", "DUNLIN-RECALLED"),
    "promise": (lambda system, account: system.run("promise", account.account_id, "50", "--by", (system.now().date() + datetime.timedelta(days=5)).isoformat()), "PromiseMade",
                "DUNLIN-PROMISE"),
}


@pytest.mark.parametrize("stop, fact, rule", STOPS.values(), ids=STOPS.keys())
def test_no_permit_is_granted_after_the_commit_of(system, stop, fact, rule):
    account = system.place_account()
    restless = RestlessDialer(system.dialer("restless"), account)
    restless.start()
    poll("some permits before it", lambda: restless.permits >= 3 or restless.error)
    stop(system, account)
    restless.join(timeout=30)
    assert restless.error is None and restless.refusal is not None, restless.error
    assert rule in restless.refusal
    assert system.explain(account) == [rule]
    (stopped_at, *_), granted = seqs(system, account, fact), seqs(system, account, "PermitGranted")
    assert len(granted) == restless.permits and max(granted) < stopped_at, "no permit stands behind the fact in the log"
    assert min(seqs(system, account, "PermitRefused")) > stopped_at


def test_the_timeline_tells_the_story_in_the_order_of_the_log(system):
    account = system.place_account()
    system.run("permit", account.account_id, "--request")
    system.run("dispute", "open", account.account_id, "--written", "--reason", "paid it in May", "--as", "user:anna")
    system.run("permit", account.account_id, "--request")
    system.run("dispute", "verify", account.reference, "--note", "statement")
    system.run("dispute", "resolve", account.reference, "--outcome", "rejected", "--note", "contract on file")
    system.wait()
    entries = system.json("account", "timeline", account.account_id)["entries"]
    names = [entry["type"].rsplit(".", 1)[-1] for entry in entries]
    order = ["AccountPlaced", "PermitGranted", "DisputeOpened", "PermitRefused", "VerificationSent", "DisputeResolved"]
    assert [name for name in names if name in order] == order
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
    opened = entries[names.index("DisputeOpened")]
    assert opened["actor"] == "user:anna"
    assert "REGF-38D2-DISPUTE" in entries[names.index("PermitRefused")]["text"]
    assert system.explain(account) == ["REGF-14B2B-CONVO7"], "only the first permit, of which nobody said what became"


def test_a_part_payment_stops_nothing_and_a_returned_one_starts_calls_again(system):
    account = system.place_account()
    system.run("pay", account.account_id, "249.99", "--reference", "PART")
    assert system.explain(account) == []
    posting = system.json("pay", account.account_id, "0.01", "--reference", "REST")
    assert posting["balance_minor"] == 0
    assert system.explain(account) == ["DUNLIN-PAID"]
    again = system.json("pay", account.account_id, "0.01", "--reference", "REST")
    assert again["posting_id"] == posting["posting_id"], "one reference is one payment"
    system.run("pay", "--reverse", posting["posting_id"], "--reason", "returned")
    assert system.explain(account) == []
    system.wait()
    assert system.account(account)["payment"]["balance_minor"] == 1


def test_a_flag_is_lifted_by_nothing_but_a_release_with_a_reason(system):
    account = system.place_account()
    system.run("stop", account.account_id, "--flag", "cease")
    system.run("stop", account.account_id, "--flag", "cease", "--release", code=USAGE)
    assert system.explain(account) == ["REGF-6C-CEASE"]
    system.run("pay", account.account_id, "1.00")
    rows = system.write_rows(["Client", "AccountNo", "Phone"], [{"Client": "tests", "AccountNo": account.reference, "Phone": "(212) 555-0143"}])
    mapping = system.write("phones.yaml", "kind: update\nclient: { column: Client }\nregion: US\nfields:\n  client_reference: AccountNo\n  phone: Phone\n")
    system.place(rows, mapping, code=0)
    system.wait()
    assert system.explain(account) == ["REGF-6C-CEASE"], "neither money nor a new number lifts it"
    assert {hit["rule"] for verdict in system.json("permit", account.account_id) for hit in verdict["refusal"]["hits"]} == {"REGF-6C-CEASE"}, "for every number"
    system.run("stop", account.account_id, "--flag", "cease", "--release", "--reason", "asked in writing to be called again")
    assert system.explain(account) == []


def test_an_opt_out_is_of_the_person_and_a_cease_of_the_debt(system):
    customer = f"P-{default_account()['CustomerNo']}"
    first, second = system.place_accounts({"CustomerNo": customer}, {"CustomerNo": customer})
    assert first.debtor_id == second.debtor_id
    system.run("stop", first.account_id, "--flag", "cease")
    assert (system.explain(first), system.explain(second)) == (["REGF-6C-CEASE"], [])
    system.run("stop", first.account_id, "--flag", "opt-out-calls")
    assert (set(system.explain(first)), system.explain(second)) == ({"REGF-6C-CEASE", "REGF-14H-MEDIA"}, ["REGF-14H-MEDIA"])


def test_an_upheld_dispute_ends_contact_for_good(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id)
    system.run("dispute", "resolve", account.reference, "--outcome", "upheld", "--note", "was paid")
    assert system.explain(account) == ["DUNLIN-DISPUTE-UPHELD"]
    system.next_day(60)
    assert system.explain(account) == ["DUNLIN-DISPUTE-UPHELD"]


# --- what time brings ---


def promise_of(system, account):
    (promise,) = system.account(account)["payment"]["promises"]
    return promise["state"]


def test_a_promise_that_is_paid_is_kept(system):
    account = system.place_account()
    system.run("promise", account.account_id, "50", "--by", (system.now().date() + datetime.timedelta(days=3)).isoformat())
    assert system.explain(account) == ["DUNLIN-PROMISE"]
    system.next_day()
    system.run("pay", account.account_id, "49.99")
    assert promise_of(system, account) == "open"
    system.run("pay", account.account_id, "0.01")
    system.wait()
    assert (promise_of(system, account), system.explain(account)) == ("kept", [])
    system.next_day(7)
    assert promise_of(system, account) == "kept"
    assert seqs(system, account, "PromiseBroken") == []


def test_a_promise_is_broken_at_the_end_of_its_day_and_grace_and_not_a_minute_earlier(system):
    account = system.place_account()
    due = system.now().date() + datetime.timedelta(days=3)
    system.run("promise", account.account_id, "50", "--by", due.isoformat())
    system.run("pay", account.account_id, "49.99")
    end = datetime.datetime.combine(due + datetime.timedelta(days=3), datetime.time(), UTC)  # two days of grace
    system.advance(to=end - MINUTE)
    assert (promise_of(system, account), system.account(account)["classification"]["class"]) == ("open", "mid_delinquent")
    system.advance(to=end)
    assert promise_of(system, account) == "broken"
    (broken,) = system.events("PromiseBroken", account=account.account_id)
    assert parse_instant(broken["occurred_at"]) == end
    shown = system.account(account)
    assert (shown["classification"]["class"], shown["classification"]["strategy"]) == ("promise_breaker", "firm")
    system.advance(to=end.replace(hour=17))
    assert system.explain(account) == []


def test_a_dispute_that_nobody_verifies_is_escalated_at_its_deadline_once_and_holds_on(system):
    account = system.place_account()
    opened = system.json("dispute", "open", account.account_id)
    deadline = parse_instant(opened["deadline_at"])
    assert deadline == system.now() + datetime.timedelta(days=30)
    system.advance(to=deadline - MINUTE)
    assert seqs(system, account, "EscalationRaised") == []
    system.advance(to=deadline)
    (escalated,) = system.events("EscalationRaised", account=account.account_id)
    assert parse_instant(escalated["occurred_at"]) == deadline
    system.next_day(5)
    assert len(seqs(system, account, "EscalationRaised")) == 1
    assert system.explain(account) == ["REGF-38D2-DISPUTE"]
    (dispute,) = system.account(account)["disputes"]["disputes"]
    assert (dispute["state"], dispute["is_escalated"]) == ("open", True)


def test_a_dispute_verified_in_time_is_not_escalated(system):
    account = system.place_account()
    system.run("dispute", "open", account.account_id)
    system.next_day(10)
    system.run("dispute", "verify", account.reference)
    system.next_day(30)
    assert seqs(system, account, "EscalationRaised") == []


@pytest.mark.parametrize("days_past_due, before, after", [(-1, "pre_due", "standard"), (0, "standard", "newly_delinquent"), (30, "newly_delinquent", "mid_delinquent"),
                                                          (90, "mid_delinquent", "late_delinquent")])
def test_a_class_changes_with_the_day_and_not_before_it_begins(system, days_past_due, before, after):
    due = system.now().date() - datetime.timedelta(days=days_past_due)
    account = system.place_account(DueDate=us_date(due), InvoiceDate=us_date(due - datetime.timedelta(days=30)))
    end = midnight(system, 1)
    system.advance(to=end - MINUTE)
    shown = system.account(account)["classification"]
    assert (shown["class"], shown["days_past_due"]) == (before, days_past_due)
    system.advance(to=end)
    shown = system.account(account)["classification"]
    assert (shown["class"], shown["days_past_due"]) == (after, days_past_due + 1)
    last = system.events("AccountClassified", account=account.account_id)[-1]
    assert parse_instant(last["occurred_at"]) == end


def test_a_leap_over_many_days_does_everything_that_was_due_in_between(system):
    """One jump of the clock: every boundary and deadline in between is found, each at its own time."""
    due = system.now().date()
    account = system.place_account(DueDate=us_date(due), InvoiceDate=us_date(due - datetime.timedelta(days=30)))
    disputed = system.place_account()
    system.run("dispute", "open", disputed.account_id)
    system.next_day(200)
    assert system.account(account)["classification"]["class"] == "late_delinquent"
    assert system.account(account)["classification"]["aging_bucket"] == "181+"
    assert len(seqs(system, disputed, "EscalationRaised")) == 1
    system.check_well()


# --- policy ---


def log_lines(system, service):
    return [line for path in (system.var / "log").glob(f"{service}-*.log") for line in path.read_text(errors="replace").splitlines()]


def reload_sop(system, sop, text, word):
    """SIGHUP to those that read the procedure; until each has said `word` once more."""
    services = ["classification", "contact", "dispute", "payment"]
    before = {service: sum(word in line for line in log_lines(system, service)) for service in services}
    sop.write_text(text)
    for service in services:
        system.kill(service, signal_number=signal.SIGHUP)
    for service in services:
        poll(f"'{word}' of {service}", lambda service=service: sum(word in line for line in log_lines(system, service)) > before[service])


def test_a_changed_procedure_is_taken_over_on_sighup_and_a_bad_one_is_not(system, sop):
    standard = STANDARD_SOP.read_text()
    before = system.account(system.place_account(Balance="600.00"))["classification"]
    assert before["class"] == "mid_delinquent"
    changed = standard.replace("at_least: 1000000", "at_least: 50000").replace("verification_days: 30 ", "verification_days: 10 ")
    assert changed != standard
    reload_sop(system, sop, changed, "policies read again")
    account = system.place_account(Balance="600.00")
    after = system.account(account)["classification"]
    assert (after["class"], after["strategy"]) == ("high_balance", "intensive")
    assert after["sop_version"] != before["sop_version"]
    opened = system.json("dispute", "open", account.account_id)
    assert parse_instant(opened["deadline_at"]) == system.now() + datetime.timedelta(days=10)

    reload_sop(system, sop, changed.replace("fact: balance_minor", "fact: ballance_minor"), "ballance_minor")
    still = system.account(system.place_account(Balance="600.00"))["classification"]
    assert (still["class"], still["sop_version"]) == ("high_balance", after["sop_version"]), "the old one rules on"
    reload_sop(system, sop, standard, "policies read again")
    assert system.account(system.place_account(Balance="600.00"))["classification"]["sop_version"] == before["sop_version"], "the version is the content's"


def test_the_system_is_well_and_its_log_unbroken_after_all_this(system):
    system.check_well()
    system.run("log", "verify")
