"""A third party's dialer, with nothing but the .proto files and a key, against the whole system (deploy/simulation/native_dialer.py is that dialer)."""
import datetime
import itertools
import os
import pathlib
import uuid

import pytest
import zmq
import zmq.auth
from native_dialer import DialerError, NativeDialer
from zmq.utils.monitor import recv_monitor_message

from dunlin_system import REPOSITORY

INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED = 3, 5, 7, 12
FRAME_MAX_BYTES = 4 * 1024 * 1024
NOTICE_S = 10.0  # how long a stop message may take before the test fails; it takes milliseconds
UTC = datetime.timezone.utc


@pytest.fixture(scope="module")
def system(dunlin_system):
    return dunlin_system


@pytest.fixture(scope="module")
def acme(system):
    dialer = system.dialer("acme")
    dialer.hello()
    return dialer


@pytest.fixture(autouse=True)
def fresh_day(system, request):
    """Every test begins at noon of a day of its own, without notifications of the one before."""
    if request.node.get_closest_marker("same_day") is None:
        system.next_day()
    if "acme" in request.fixturenames:
        acme = request.getfixturevalue("acme")
        acme.hello()
        acme.notifications()


def permit_of(verdict):
    assert verdict.WhichOneof("verdict") == "permit", verdict
    return verdict.permit


def hits_of(verdict):
    assert verdict.WhichOneof("verdict") == "refusal", verdict
    return {hit.rule: hit for hit in verdict.refusal.hits}


def ask(dialer, account, key=""):
    return dialer.request_permits([account.target], key)[0]


def report(dialer, permit, telephony="NO_ANSWER", **facts):
    contact = dialer.contact
    message = contact.AttemptReport(permit_id=permit.permit_id, telephony=contact.Telephony.Value(f"TELEPHONY_{telephony}"), party=contact.PARTY_NONE,
                                    outcome=contact.OUTCOME_NONE)
    for name, value in facts.items():
        if name == "flags":
            message.flags.extend(value)
        else:
            setattr(message, name, value)
    return dialer.report_results([message])[0]


def next_permitted(hit):
    assert hit.WhichOneof("next_permitted_presence"), hit
    return datetime.datetime.fromtimestamp(hit.next_permitted_at_us / 1e6, UTC)


def await_notice(dialer, account, kind):
    """The next notification about the account; others are of other tests' accounts."""
    for _ in range(10):
        for notice in dialer.notifications(NOTICE_S):
            if notice.account_id == account.id_bytes:
                assert notice.DESCRIPTOR.name == kind, notice
                return notice
    raise AssertionError(f"no {kind} for {account.reference}")


# --- the way of a call ---


def test_hello_says_who_the_key_belongs_to_and_what_time_it_is(system, acme):
    reply = acme.hello()
    assert reply.dialer == "acme"
    assert reply.is_clock_driven
    assert datetime.datetime.fromtimestamp(reply.business_now_us / 1e6, UTC) == system.now()


def test_a_dial_list_names_whom_to_call_once_and_best_first(system, acme):
    small, large = system.place_accounts({"Balance": "20.00"}, {"Balance": "20,000.00"})
    entries = acme.fetch_dial_list(limit=1000, hold_s=600)
    ids = [entry.account_id for entry in entries]
    assert ids.index(large.id_bytes) < ids.index(small.id_bytes)
    assert [entry.priority for entry in entries] == sorted((entry.priority for entry in entries), reverse=True)
    assert {entry.contact_point_id for entry in entries if entry.account_id == small.id_bytes} == {small.target[1]}
    again = {entry.account_id for entry in system.dialer("second").fetch_dial_list(limit=1000)}
    assert not again & set(ids), "what one dialer holds is kept from others"
    system.advance(minutes=11)
    later = {entry.account_id for entry in acme.fetch_dial_list(limit=1000)}
    assert {small.id_bytes, large.id_bytes} <= later, "what was held and not called comes again"


def test_a_permit_gives_the_number_and_its_report_is_recorded(system, acme):
    account = system.place_account(Phone="(212) 555-0177")
    permit = permit_of(ask(acme, account))
    assert permit.address == "+12125550177"
    valid = datetime.datetime.fromtimestamp(permit.valid_until_us / 1e6, UTC) - system.now()
    assert datetime.timedelta(0) < valid <= datetime.timedelta(minutes=15)
    result = report(acme, permit, "ANSWERED", party=acme.contact.PARTY_RIGHT, outcome=acme.contact.OUTCOME_REFUSED_TO_PAY, is_conversation=True, duration_s=42)
    assert (result.code, result.message) == (0, "")
    system.wait()
    attempts = system.account(account)["contact"]["attempts"]
    assert [(a["telephony"], a["party"], a["outcome"], a["counts"], a["is_conversation"]) for a in attempts] == [("answered", "right", "refused_to_pay", True, True)]
    granted, reported = system.events("PermitGranted", "AttemptReported", account=account.account_id)
    assert granted["actor"] == reported["actor"] == "dialer:acme"
    assert granted["payload"]["dialer"] == "acme"


def test_of_two_reports_of_a_permit_the_stricter_stands_and_the_log_holds_both(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    assert report(acme, permit, "BUSY").code == 0
    for _ in range(2):  # the same again is nothing new
        assert report(acme, permit, "ANSWERED", party=acme.contact.PARTY_RIGHT, is_conversation=True).code == 0
    assert report(acme, permit, "NOT_PLACED").code == 0, "nor does this take anything back"
    attempts = system.account(account)["contact"]["attempts"]
    assert [(a["telephony"], a["counts"], a["is_conversation"]) for a in attempts] == [("answered", True, True)]
    assert system.explain(account) == ["REGF-14B2B-CONVO7"]
    first, correction = [event["payload"] for event in system.events("AttemptReported", account=account.account_id)]
    assert first["report"]["telephony"] == "busy" and "correction" not in first
    assert (correction["correction"]["before"]["telephony"], correction["correction"]["after"]["telephony"]) == ("busy", "answered")


def test_a_repeated_idempotency_key_gives_the_same_permit_and_one_attempt(system, acme):
    account = system.place_account()
    first = permit_of(ask(acme, account, "call-1"))
    again = permit_of(ask(acme, account, "call-1"))
    assert again.permit_id == first.permit_id
    assert len(system.account(account)["contact"]["attempts"]) == 1
    assert report(acme, first, "NO_ANSWER").code == 0
    other = permit_of(ask(acme, account, "call-2"))
    assert other.permit_id != first.permit_id
    assert report(acme, other, "NO_ANSWER").code == 0
    assert permit_of(ask(system.dialer("second"), account, "call-1")).permit_id not in (first.permit_id, other.permit_id), "keys of two dialers are not the same key"
    assert len(system.account(account)["contact"]["attempts"]) == 3


def test_a_debt_is_called_by_one_call_at_a_time(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    refusal = ask(system.dialer("second"), account).refusal
    assert [hit.rule for hit in refusal.hits] == ["REGF-14B2B-CONVO7"]
    assert "not reported yet" in refusal.hits[0].detail
    assert report(acme, permit, "NO_ANSWER").code == 0
    permit_of(ask(system.dialer("second"), account))


def test_one_request_is_answered_in_its_order_over_all_partitions(system, acme):
    accounts = system.place_accounts(*({"Phone": f"(212) 555-01{number:02}"} for number in range(40)))
    assert len({account.id_bytes[-1] for account in accounts}) > 5, "of several partitions"
    verdicts = acme.request_permits([account.target for account in accounts])
    assert [permit_of(verdict).address for verdict in verdicts] == [account.points[0][1] for account in accounts]


# --- refusals: rule, citation, when again ---


def test_out_of_hours_is_refused_until_eight_in_every_zone_of_the_debtor(system, acme):
    east, west = system.place_accounts({}, {"Phone": "(212) 555-0124", "State": "CA", "City": "Fresno", "Zip": "93650"})
    day = system.now().date() + datetime.timedelta(days=1)
    system.advance(to=datetime.datetime.combine(day, datetime.time(13), UTC))  # 8:00 in New York, 5:00 in California
    permit_of(ask(acme, east))
    hit = hits_of(ask(acme, west))["REGF-6B1I-TIME"]
    assert hit.citation == "12 CFR 1006.6(b)(1)(i)"
    assert "05:00:00 in America/Los_Angeles" in hit.detail
    assert next_permitted(hit) == datetime.datetime.combine(day, datetime.time(16), UTC)
    system.advance(to=next_permitted(hit))
    permit_of(ask(acme, west))
    system.advance(to=datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(2), UTC))  # 21:00 in New York: the end is outside
    assert next_permitted(hits_of(ask(acme, east))["REGF-6B1I-TIME"]) == datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(13), UTC)


def test_the_eighth_call_in_seven_days_is_refused(system, acme):
    account = system.place_account()
    for _ in range(6):
        assert report(acme, permit_of(ask(acme, account))).code == 0
    assert report(acme, permit_of(ask(acme, account)), "NOT_PLACED").code == 0
    seventh = ask(acme, account)
    assert report(acme, permit_of(seventh)).code == 0, "what was not placed does not count"
    hit = hits_of(ask(acme, account))["REGF-14B2A-7IN7"]
    assert hit.citation == "12 CFR 1006.14(b)(2)(i)(A)"
    assert hit.detail.startswith("7 attempts since ") and hit.detail.endswith("; the limit is 7 in 7 days")
    in_seven_days = datetime.datetime.combine(system.now().date() + datetime.timedelta(days=7), datetime.time(13), UTC)
    assert next_permitted(hit) == in_seven_days
    system.advance(to=in_seven_days - datetime.timedelta(minutes=1))
    assert "REGF-14B2A-7IN7" not in hits_of(ask(acme, account)), "only the hours forbid it, a minute before eight"
    system.advance(to=in_seven_days)
    permit_of(ask(acme, account))


def test_after_a_conversation_the_next_call_is_refused_for_seven_days(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    assert report(acme, permit, "ANSWERED", party=acme.contact.PARTY_RIGHT, outcome=acme.contact.OUTCOME_NO_COMMITMENT, is_conversation=True).code == 0
    hit = hits_of(ask(acme, account))["REGF-14B2B-CONVO7"]
    assert hit.citation == "12 CFR 1006.14(b)(2)(i)(B)"
    assert next_permitted(hit) == datetime.datetime.combine(system.now().date() + datetime.timedelta(days=7), datetime.time(13), UTC)
    assert hit.detail.startswith(f"a conversation about this debt on {system.now().date()}")


def test_an_unknown_zone_is_refused(system, acme):
    account = system.place_account(Phone="(800) 555-0199", Street="", City="", State="", Zip="")
    hit = hits_of(ask(acme, account))["DUNLIN-UNKNOWN-ZONE"]
    assert "no zone is known" in hit.detail
    assert hit.WhichOneof("next_permitted_presence") is None
    assert system.account(account)["contact"]["attempts"] == [], "a refusal is no attempt"


# --- stop messages ---


def open_dispute(system, account):
    system.run("dispute", "open", account.account_id, "--written", "--reason", "not mine")


def record_cease(system, account):
    system.run("stop", account.account_id, "--flag", "cease", "--reason", "letter of today")


def record_attorney(system, account):
    system.run("stop", account.account_id, "--flag", "attorney")


def record_opt_out(system, account):
    system.run("stop", account.account_id, "--flag", "opt-out-calls")


def pay_in_full(system, account):
    system.run("pay", account.account_id, "250.00", "--reference", f"P-{account.reference}")


def recall(system, account):
    system.recall(account)


@pytest.mark.parametrize("stop, reason, rule, citation", [
    (open_dispute, "dispute", "REGF-38D2-DISPUTE", "12 CFR 1006.38(d)(2)"),
    (record_cease, "cease", "REGF-6C-CEASE", "12 CFR 1006.6(c)(1)"),
    (record_attorney, "attorney", "REGF-6B2-ATTY", "12 CFR 1006.6(b)(2)"),
    (record_opt_out, "opt_out_calls", "REGF-14H-MEDIA", "12 CFR 1006.14(h)(1)"),
    (pay_in_full, "paid", "DUNLIN-PAID", "policy; 15 USC 1692f(1)"),
    (recall, "recalled", "DUNLIN-RECALLED", "policy"),
], ids=["dispute", "cease", "attorney", "opt-out", "paid", "recalled"])
@pytest.mark.same_day
def test_what_stops_contact_reaches_the_dialer_at_once_and_refuses_the_next_permit(system, acme, stop, reason, rule, citation):
    account = system.place_account()
    permit_of(ask(acme, account))
    stop(system, account)
    notice = await_notice(acme, account, "StopCalling")
    assert list(notice.reasons) == [reason]
    assert datetime.datetime.fromtimestamp(notice.at_us / 1e6, UTC) == system.now()
    hit = hits_of(ask(acme, account))[rule]
    assert hit.citation == citation
    assert hit.WhichOneof("next_permitted_presence") is None, "not while it is as it is"


def test_a_verified_debt_may_be_called_again_and_the_dialer_is_told(system, acme):
    account = system.place_account()
    acme.fetch_dial_list(limit=1000)
    open_dispute(system, account)
    await_notice(acme, account, "StopCalling")
    system.run("dispute", "verify", account.reference, "--note", "statement by post")
    await_notice(acme, account, "MayCallAgain")
    permit_of(ask(acme, account))


def test_a_cease_told_on_a_call_stops_every_dialer_that_has_the_account(system, acme):
    account = system.place_account()
    second = system.dialer("second")
    second.hello()
    assert report(second, permit_of(ask(second, account)), "NO_ANSWER").code == 0
    permit = permit_of(ask(acme, account))
    assert report(acme, permit, "ANSWERED", party=acme.contact.PARTY_RIGHT, outcome=acme.contact.OUTCOME_REFUSED_TO_PAY, is_conversation=True,
                  flags=[acme.contact.STICKY_FLAG_CEASE]).code == 0
    assert list(await_notice(second, account, "StopCalling").reasons) == ["cease"]
    await_notice(acme, account, "StopCalling")
    assert "REGF-6C-CEASE" in hits_of(ask(second, account))


def test_a_promise_made_on_a_call_stops_calls_until_it_is_kept_or_broken(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    contact = acme.contact
    due = system.now().date() + datetime.timedelta(days=10)
    message = contact.AttemptReport(permit_id=permit.permit_id, telephony=contact.TELEPHONY_ANSWERED, party=contact.PARTY_RIGHT, outcome=contact.OUTCOME_PROMISE, is_conversation=True)
    message.promise.amount_minor, message.promise.currency, message.promise.due_on_days = 5000, "USD", (due - datetime.date(1970, 1, 1)).days
    assert acme.report_results([message])[0].code == 0
    await_notice(acme, account, "StopCalling")
    system.wait()
    assert [(p["amount_minor"], p["due_on"], p["state"]) for p in system.account(account)["payment"]["promises"]] == [(5000, due.isoformat(), "open")]
    assert "DUNLIN-PROMISE" in hits_of(ask(acme, account))


def test_a_dispute_told_on_a_call_opens_a_dispute(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    assert report(acme, permit, "ANSWERED", party=acme.contact.PARTY_RIGHT, outcome=acme.contact.OUTCOME_DISPUTE, is_conversation=True, reason="never ordered it").code == 0
    await_notice(acme, account, "StopCalling")
    assert "REGF-38D2-DISPUTE" in hits_of(ask(acme, account)), "from the report on, whether or not the dispute's service has seen it"
    system.wait()
    assert [(d["state"], d["source"], d["reason"]) for d in system.account(account)["disputes"]["disputes"]] == [("open", "call", "never ordered it")]


# --- who is served ---


def test_a_key_that_is_not_admitted_gets_no_service(system, acme):
    public, secret = zmq.curve_keypair()
    server, _ = zmq.auth.load_certificate(str(system.var / "keys/public/dialer.key"))
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
    socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = public, secret, server
    try:
        socket.connect(system.dialer_endpoint())
        socket.send(acme.bus.Request(request_id=1, method="dunlin.dialer.v1.DialerService/Hello", timeout_ms=1000).SerializeToString())
        assert monitor.poll(10000), "the connection is refused"
        assert recv_monitor_message(monitor)["event"] != zmq.EVENT_HANDSHAKE_SUCCEEDED
        assert socket.poll(200) == 0
    finally:
        socket.disable_monitor()
        socket.close()
    assert acme.hello().dialer == "acme"


@pytest.mark.parametrize("role", ["operator", "service"])
@pytest.mark.same_day
def test_a_key_of_another_role_is_refused_in_words(system, role):
    with pytest.raises(DialerError) as refused:
        system.dialer(f"some-{role}", role).hello()
    assert refused.value.code == PERMISSION_DENIED
    assert "only keys with the role 'dialer'" in str(refused.value)


# --- bad requests ---


def test_a_report_for_an_unknown_permit_fails_alone_and_says_so(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    contact = acme.contact
    unknown = uuid.uuid4().bytes[:15] + account.id_bytes[15:]
    unknown = unknown[:14] + account.id_bytes[14:]
    reports = [contact.AttemptReport(permit_id=id_bytes, telephony=contact.TELEPHONY_BUSY, party=contact.PARTY_NONE, outcome=contact.OUTCOME_NONE)
               for id_bytes in (unknown, permit.permit_id)]
    results = acme.report_results(reports)
    assert [result.code for result in results] == [NOT_FOUND, 0]
    assert "permit_id: no such permit" in results[0].message
    assert system.account(account)["contact"]["attempts"][0]["telephony"] == "busy"


def test_a_dialer_cannot_report_another_dialers_permit(system, acme):
    account = system.place_account()
    permit = permit_of(ask(acme, account))
    result = report(system.dialer("second"), permit, "NOT_PLACED")
    assert (result.code, result.message) == (NOT_FOUND, "permit_id: no such permit")
    system.wait()
    assert system.events("AttemptReported", account=account.account_id) == []
    assert report(acme, permit, "NO_ANSWER").code == 0


def test_for_a_dialer_of_another_agency_there_is_no_such_account(system, acme):
    account = system.place_account()
    system.run("agency", "add", "northwind")
    system.run("keys", "add", "of-demo", "--agency", "demo")
    system.run("keys", "add", "of-northwind", "--agency", "northwind")
    own, stranger = system.dialer("of-demo"), system.dialer("of-northwind")
    with pytest.raises(DialerError) as refused:
        ask(stranger, account)
    assert refused.value.code == NOT_FOUND and "no such account" in str(refused.value)
    assert not stranger.fetch_dial_list(limit=1000)
    assert account.id_bytes in {entry.account_id for entry in own.fetch_dial_list(limit=1000)}
    permit = permit_of(ask(own, account))
    assert report(stranger, permit).code == NOT_FOUND and report(own, permit).code == 0
    assert [(key["agency_id"] > 0, key["role"]) for key in system.json("keys", "list") if key["name"].startswith("of-")] == [(True, "dialer")] * 2
    system.run("keys", "add", "nobody", "--agency", "elsewhere", code=1)
    system.run("keys", "add", "people", "--role", "operator", "--agency", "demo", code=2)


def bad_requests(dialer, account):
    contact, proto = dialer.contact, dialer.dialer
    point = account.target[1]
    yield "FetchDialList", proto.FetchDialListRequest(limit=0), "limit"
    yield "FetchDialList", proto.FetchDialListRequest(limit=1001), "limit"
    yield "FetchDialList", proto.FetchDialListRequest(limit=1, hold_s=3601), "hold_s"
    yield "RequestPermits", proto.RequestPermitsRequest(), "requests"
    yield "RequestPermits", proto.RequestPermitsRequest(requests=[proto.PermitRequest()] * 1001), "requests"
    yield "RequestPermits", proto.RequestPermitsRequest(requests=[proto.PermitRequest(account_id=b"short", contact_point_id=point)]), "requests[0].account_id"
    yield "RequestPermits", proto.RequestPermitsRequest(requests=[proto.PermitRequest(account_id=account.id_bytes, contact_point_id=b"", purpose=1)]), "contact_point_id"
    yield "RequestPermits", proto.RequestPermitsRequest(requests=[proto.PermitRequest(account_id=account.id_bytes, contact_point_id=point)]), "purpose"
    yield "ReportResults", proto.ReportResultsRequest(), "reports"
    yield "ReportResults", proto.ReportResultsRequest(reports=[contact.AttemptReport(permit_id=b"12345")]), "reports[0].permit_id"


def test_bad_requests_are_refused_with_the_field_and_change_nothing(system, acme):
    account = system.place_account()
    for method, request, field in bad_requests(acme, account):
        with pytest.raises(DialerError) as refused:
            acme.call(method, request, None)
        assert (refused.value.code, field in str(refused.value)) == (INVALID_ARGUMENT, True), f"{method}: {refused.value}"
    assert system.account(account)["contact"]["attempts"] == []


def test_an_account_or_number_that_does_not_exist_is_refused_in_words(system, acme):
    account, other = system.place_accounts({}, {})
    nobody = uuid.uuid4().bytes[:14] + account.id_bytes[14:]
    for target in [(nobody, account.target[1]), (account.id_bytes, other.target[1]), (account.id_bytes, nobody)]:
        try:
            verdict = acme.request_permits([target])[0]
        except DialerError as refused:
            assert refused.code in (INVALID_ARGUMENT, NOT_FOUND) and str(refused)
        else:
            assert verdict.WhichOneof("verdict") == "refusal", "never a permit"


def garbage():
    yield "empty", [b""]
    yield "an empty frame before the message, as REQ sends", [b"", b"\x08\x01"]
    yield "many frames", [b"a"] * 100
    yield "a cut message", [b"\x12\xff\xff\xff\xff\x0f"]
    yield "bytes of no message", [bytes(range(256)) * 16]
    yield "random bytes", [os.urandom(5000)]
    yield "a text that is not UTF-8", [b"\x08\x01\x12\x04\xff\xfe\xff\xfe\x18\xe8\x07"]
    yield "nested a hundred thousand deep", [b"\x3a\x80\x80\x04" * 100_000]
    yield "just too large", [b"\x00" * (FRAME_MAX_BYTES + 1)]
    yield "much too large", [b"\x00" * (16 * 1024 * 1024)]


@pytest.mark.same_day
def test_garbage_on_the_wire_harms_nobody(system, acme):
    account = system.place_account()
    pid = system.pid("dialer")
    for what, frames in garbage():
        vandal = system.dialer("vandal")
        vandal.hello()
        vandal.socket.send_multipart(frames)
        assert acme.hello().dialer == "acme", what
        assert system.dialer("vandal").hello().dialer == "vandal", f"after '{what}' the key itself is served on"
    permit_of(ask(acme, account))
    assert system.pid("dialer") == pid
    system.check_well()


def raw_codes(dialer, **fields):
    """The code of the reply to one envelope."""
    request = dict(request_id=7, method="dunlin.dialer.v1.DialerService/Hello", timeout_ms=1000, body=b"")
    dialer.socket.send(dialer.bus.Request(**{**request, **fields}).SerializeToString())
    assert dialer.socket.poll(10000), fields
    reply = dialer.bus.Reply.FromString(dialer.socket.recv())
    assert reply.message, "says why"
    return reply.code


@pytest.mark.same_day
def test_bad_envelopes_are_answered_with_what_is_wrong(system):
    dialer = system.dialer("careless")
    dialer.hello()
    cases = [
        (UNIMPLEMENTED, dict(method="dunlin.dialer.v1.DialerService/Nothing")),
        (UNIMPLEMENTED, dict(method="dunlin.contact.v1.ContactService/RequestPermits")),
        (UNIMPLEMENTED, dict(method="dunlin.platform.v1.ControlService/SetClock")),
        (UNIMPLEMENTED, dict(method="")),
        (UNIMPLEMENTED, dict(method="/" * 100)),
        (INVALID_ARGUMENT, dict(request_id=0)),
        (INVALID_ARGUMENT, dict(timeout_ms=0)),
        (INVALID_ARGUMENT, dict(timeout_ms=-1)),
        (INVALID_ARGUMENT, dict(timeout_ms=600_001)),
        (INVALID_ARGUMENT, dict(idempotency_key="k" * 100_000)),
        (INVALID_ARGUMENT, dict(partition=64)),
        (INVALID_ARGUMENT, dict(body=b"\xff\xff\xff")),
        (INVALID_ARGUMENT, dict(method="dunlin.dialer.v1.DialerService/RequestPermits", body=b"\x0a\x7f")),
    ]
    for code, fields in cases:
        assert raw_codes(dialer, **fields) == code, fields


@pytest.mark.same_day
def test_a_permit_is_of_the_campaign_that_the_dialer_names(system, acme):
    """Broken once: the edge did not pass it on."""
    account = system.place_account()
    asked = acme.dialer.PermitRequest(account_id=account.id_bytes, contact_point_id=account.target[1], purpose=1, campaign="spring")
    permit = permit_of(acme.call("RequestPermits", acme.dialer.RequestPermitsRequest(requests=[asked]), acme.dialer.RequestPermitsReply).verdicts[0])
    assert report(acme, permit, "NO_ANSWER").code == 0
    system.wait()
    assert [event["payload"]["campaign"] for event in system.events("PermitGranted", "AttemptReported", account=account.account_id)] == ["spring"] * 2


@pytest.mark.same_day
def test_unknown_fields_are_skipped_as_the_contract_promises(system, acme):
    account = system.place_account()
    request = acme.dialer.RequestPermitsRequest(requests=[acme.dialer.PermitRequest(account_id=account.id_bytes, contact_point_id=account.target[1], purpose=1)])
    newer = request.SerializeToString() + b"\xf2\x7f\x05hello"  # field 2046, as a later version might send
    acme.last_request_id += 1
    acme.socket.send(acme.bus.Request(request_id=acme.last_request_id, method=f"{acme.SERVICE}/RequestPermits", timeout_ms=5000, body=newer).SerializeToString() + b"\xf2\x7f\x01x")
    for _ in range(100):
        assert acme.socket.poll(10000)
        reply = acme.take_reply(acme.last_request_id)
        if reply is not None:
            break
    assert reply.code == 0, reply.message
    permit_of(acme.dialer.RequestPermitsReply.FromString(reply.body).verdicts[0])


# --- the document alone ---


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """One protobuf field: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(packed):
    """(number, value) of a packed message."""
    at = 0

    def take_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = packed[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(packed):
        key = take_varint()
        if key & 7 == 0:
            yield key >> 3, take_varint()
        else:
            assert key & 7 == 2
            length = take_varint()
            yield key >> 3, packed[at:at + length]
            at += length


@pytest.mark.same_day
def test_a_dialer_written_from_the_document_alone_makes_a_call(system):
    """proto/README.md and the comments of the .proto files, a socket and bytes: no generated code, no client of ours."""
    account = system.place_account(Phone="(212) 555-0188")
    key = system.add_key("from-the-document")
    public, secret = zmq.auth.load_certificate(key["secret_file"])
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = public, secret, key["server_public_key"].encode()
    socket.connect(system.dialer_endpoint())
    numbers = itertools.count(1)

    def call(method, body, idempotency_key=b""):
        number = next(numbers)
        request = field(1, number) + field(2, b"dunlin.dialer.v1.DialerService/" + method) + field(3, 5000) + field(7, body)
        socket.send(request + (field(4, idempotency_key) if idempotency_key else b""))
        assert socket.poll(10000), method
        reply = dict(fields(socket.recv()))
        assert reply[1] == number and reply.get(2, 0) == 0, reply
        return reply.get(4, b"")

    try:
        assert dict(fields(call(b"Hello", field(1, b"by hand"))))[1] == b"from-the-document"
        entries = [dict(fields(entry)) for number, entry in fields(call(b"FetchDialList", field(1, 1000) + field(2, 60))) if number == 1]
        entry = next(entry for entry in entries if entry[1] == account.id_bytes)
        asked = field(1, entry[1]) + field(2, entry[2]) + field(3, entry[5])
        verdict = dict(fields(dict(fields(call(b"RequestPermits", field(1, asked), b"by-hand-1")))[1]))
        permit = dict(fields(verdict[1]))
        assert permit[3] == b"+12125550188" and permit[2] > 0
        answer = dict(fields(call(b"ReportResults", field(1, field(1, permit[1]) + field(2, 3) + field(3, 1) + field(4, 1)))))
        assert answer[1] == b"", "code 0, no message: nothing is packed"
        system.run("dispute", "open", account.account_id)
        assert socket.poll(10000), "a notification"
        notice = dict(fields(socket.recv()))
        assert (notice.get(1, 0), notice[5]) == (0, b"dunlin.dialer.v1.StopCalling")
        stop = dict(fields(notice[4]))
        assert (stop[1], stop[2]) == (account.id_bytes, b"dispute")
    finally:
        socket.close()


def test_a_dialer_asks_for_nothing_but_the_contracts_and_a_key():
    """The client in deploy/simulation may use no file of Dunlin's beside proto/."""
    source = pathlib.Path(REPOSITORY / "deploy/simulation/native_dialer.py").read_text()
    imports = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imports <= {"functools", "importlib", "pathlib", "subprocess", "sys", "tempfile", "time", "types", "zmq"}
    assert NativeDialer.SERVICE == "dunlin.dialer.v1.DialerService"
