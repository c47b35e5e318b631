"""P1, P2, P3 for what is written: each letter, e-mail and text has a permit, is sent once, and is in the log with the hash of what was sent.

Against real peers on loopback: Debian's aiosmtpd for e-mail, an HTTP server for texts. One system for all: a procedure that sends the validation notice on the day of placement, an e-mail a day later, a text
two days later.

Broken once: an opt-out by text answered without being recorded; the test of STOP failed with [] == ['+12125550177']. Another link in e-mails than the one that stops them; the test of e-mails failed. The age of a
batch not looked at; the test of the manifest failed with "not within 30 s: the manifest". What a killed process had written taken for not written; the test of the killed service
failed with "not within 60 s: a letter that is sent", the letter being "not_sent". A message's fact of the time of each callback instead of the first; the same callback later was a second fact (200 instead of 409).
What contact does not take answered with 200; the test without contact failed. Messages recorded of the first who has the number only; the test of everybody failed. Opt-outs confirmed without a look at who else has
the number; two confirmations instead of one. Fifty minutes instead of five, and what never left not tried again: the test of the five minutes failed. A refused confirmation asked for again and again; the test of the night failed.
Connections to the gateway kept; a text on which it hung up came twice.
Only who writes taken over where the messages could not be read; the test of SIGHUP failed. The debtor's language not looked at; his e-mail began with "Your account". Texts of the time when contact
was back; the fact was of 17:06 instead of 17:00. Whoever cannot be described given up for good; "not within 60 s: the confirmation". Steps reserved while intake is away; its test failed. Only the first who has a number
opted out; ['+12125550195'] == [].
"""
import contextlib
import datetime
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from aiosmtpd.controller import Controller

from dunlin_system import FAILED, PARTLY, REPOSITORY, parse_instant, poll, running_system

SECRET = "a secret of the tests, long enough"
TOKEN = "token-of-the-tests"
SOP = """
name: letters-test
title: Everything that is written
owner: tests
review_by: 2030-12-31
debts: consumer
rule_packs: [us-federal, house]
promise_grace_days: 2
verification_days: 30
dispute_holds: law
buckets:
  - { code: all }
classes:
  - { code: settled, title: Nothing is owed, when: [{ fact: balance_minor, at_most: 0 }], segment: settled, risk: low, priority: 0 }
  - { code: disputed, title: A dispute is open, when: [{ fact: open_disputes, at_least: 1 }], segment: disputed, risk: low, priority: 0 }
  - { code: rest, title: All others, segment: rest, risk: low, priority: 100, strategy: written }
strategies:
  - code: written
    title: A notice, an e-mail, a text
    steps:
      - { code: notice, from: placed, day: 0, channel: letter, template: us-validation-notice, purpose: validation_notice }
      - { code: email-1, from: placed, day: 1, channel: email, template: us-email-reminder }
      - { code: text-1, from: placed, day: 2, channel: text, template: us-text-reminder }
    exits:
      - { on: steps_done, days: 10, to: review }
"""


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Mailbox:
    """What a mail server does with what it gets; `says` decides by the recipient."""

    def __init__(self):
        self.messages = []
        self.says = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 taken"


class Gateway(http.server.BaseHTTPRequestHandler):
    """A gateway of texts: keeps what it is sent and whether it was signed."""
    protocol_version = "HTTP/1.1"  # connections may be kept
    texts = []
    is_down = False
    hangs_up = set()  # on texts to these numbers, once they are taken

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if Gateway.is_down:
            self.send_error(503)
            return
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        assert self.headers["X-Dunlin-Signature"] == sign(self.headers["X-Dunlin-Timestamp"], body)
        self.texts.append({**json.loads(body), "key": self.headers["Idempotency-Key"]})
        if self.texts[-1]["to"] in self.hangs_up:
            self.close_connection = True
            return
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def sign(timestamp, body):
    return hmac.new(SECRET.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def mailbox():
    return Mailbox()


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """Who writes, and the messages: as shipped, to be changed by tests."""
    folder = tmp_path_factory.mktemp("policy")
    shutil.copytree(REPOSITORY / "deploy" / "templates", folder / "templates")
    shutil.copy(REPOSITORY / "deploy" / "agencies.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def system(mailbox, policy):
    mail_port, text_server = free_port(), http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=text_server.serve_forever, daemon=True).start()
    mail = Controller(mailbox, hostname="127.0.0.1", port=mail_port)
    mail.start()
    environment = {"DUNLIN_LETTER_BATCH_SECONDS": "1", "DUNLIN_POLL_INTERVAL": "100",
                   "DUNLIN_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "DUNLIN_EMAIL_TLS": "none", "DUNLIN_EMAIL_FROM": "Demo Receivables <service@demo.example>",
                   "DUNLIN_PUBLIC_URL": "https://mail.demo.example", "DUNLIN_CALLBACK_SECRET": SECRET,
                   "DUNLIN_TEXT_URL": f"http://127.0.0.1:{text_server.server_port}/send", "DUNLIN_TEXT_TOKEN": TOKEN}
    with contextlib.ExitStack() as stack:
        stack.callback(mail.stop)
        stack.callback(text_server.shutdown)
        sop = stack.enter_context(temporary_file(SOP))
        yield stack.enter_context(running_system("--sop", sop, "--templates", policy / "templates", "--agencies", policy / "agencies.yaml", environment=environment))


@contextlib.contextmanager
def temporary_file(text):
    import tempfile
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        yield file.name


def messages(system, account):
    return json.loads(system.run("letters", "show", account.account_id, "--json").out)["messages"]


def message(system, account, channel, state):
    """The account's message by a channel, once it is in this state."""
    def found():
        return next((m for m in messages(system, account) if m["channel"] == channel and m["state"] == state), None)
    return poll(f"a {channel} that is {state} (there are {messages(system, account)})", found, timeout_s=60)


def spool(system):
    return system.var / "letters"


def pdf_of(system, letter):
    return spool(system) / letter["batch"] / letter["document"]


def text_of(path):
    return " ".join(subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True).stdout.split())


def reports(system, letter):
    return [event["payload"] for event in system.events("AttemptReported") if event["payload"]["permit_id"] == letter["permit_id"]]


def test_the_notice_is_written_with_the_ledgers_amounts(system):
    account = system.place_account(Balance="250.00")
    letter = message(system, account, "letter", "sent")
    text = text_of(pdf_of(system, letter))
    assert f"Account number: {account.reference}" in text and "Total amount of the debt now: $250.00" in text and "Jo Miller 1 Main St New York, NY 10001" in text
    report = poll("the report in the log", lambda: reports(system, letter))[0]
    bytes_hash = hashlib.blake2b(pdf_of(system, letter).read_bytes(), digest_size=32).hexdigest()
    assert report["report"]["delivery"] == "sent" and report["report"]["evidence"] == {"document": f"{letter['batch']}/{letter['document']}", "document_hash": bytes_hash}
    ends = datetime.date.fromisoformat(report["report"]["notice_ends_on"])
    assert f"by {ends:%B} {ends.day}, {ends.year}, to dispute" in text, "as the notice itself says it"
    assert letter["document_hash"] == bytes_hash and letter["document"].endswith(f"{letter['permit_id']}.pdf")
    granted = [event for event in system.events("PermitGranted") if event["payload"]["permit_id"] == letter["permit_id"]]
    assert len(granted) == 1 and granted[0]["payload"]["purpose"] == "validation_notice"


def test_a_batch_has_its_manifest_when_it_is_closed(system):
    account = system.place_account()
    letter = message(system, account, "letter", "sent")
    folder = spool(system) / letter["batch"]
    poll("the manifest", (folder / "manifest.json").exists)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = sorted(path.name for path in folder.glob("*.pdf"))
    assert [row["file"] for row in manifest["letters"]] == files and manifest["totals"]["letters"] == len(files)
    row = next(row for row in manifest["letters"] if row["permit_id"] == letter["permit_id"])
    assert (row["postcode"], row["country"], row["pages"], row["blake2b_256"]) == ("10001", "US", 1, letter["document_hash"])
    assert "Miller" not in (folder / "manifest.json").read_text() + (folder / "manifest.csv").read_text()


def test_returned_mail_is_undeliverable_once_and_for_all(system):
    account = system.place_account()
    letter = message(system, account, "letter", "sent")
    poll("the report in the log", lambda: reports(system, letter))
    returned = system.write("returned.csv", f"permit,note\n{letter['document']},moved\nno permit,?\n")
    done = json.loads(system.run("letters", "returned", returned, "--json", code=PARTLY).out)["returned"]
    assert [row["is_recorded"] for row in done] == [True, False]
    message(system, account, "letter", "undeliverable")
    assert reports(system, letter)[-1]["report"]["delivery"] == "undeliverable"
    assert system.run("letters", "returned", letter["permit_id"]).code == 0
    assert system.error("letters", "returned", "no such file.csv", code=FAILED)


def test_a_letter_that_cannot_be_written_is_parked_with_its_reason(system):
    account = system.place_account(Name="\U000F0000\U000F0001")
    status = poll("a parked step", lambda: [row for row in system.json("letters", "status")["parked"] if row["account_id"] == account.account_id])
    assert "no installed font has U+F0000" in status[0]["reason"] and status[0]["step"] == "notice"
    assert not messages(system, account)
    assert json.loads(system.run("letters", "retry", account.account_id, "--json").out)["released"] == 1


def test_an_e_mail_says_how_to_stop_and_the_link_stops_it(system, mailbox):
    account = system.place_account(Email="jo.one@example.org")
    message(system, account, "letter", "sent")
    system.next_day()
    email = message(system, account, "email", "sent")
    sent = [content for to, content in mailbox.messages if to == "jo.one@example.org"]
    assert len(sent) == 1 and f"Message-ID: <{email['permit_id']}@demo.example>" in sent[0]
    link = next(line for line in sent[0].splitlines() if line.startswith("List-Unsubscribe: ")).split("<")[1].rstrip(">")
    path = link.removeprefix("https://mail.demo.example")
    assert request(system, path)[0] == 200 and not opted_out(system, account)
    assert request(system, path[:-1] + ("0" if path[-1] != "0" else "1"), b"")[0] == 404
    assert request(system, path, b"List-Unsubscribe=One-Click")[0] == 200
    poll("the opt-out", lambda: opted_out(system, account) == ["jo.one@example.org"])


def test_an_e_mail_asks_for_what_is_not_disputed_and_says_so(system, mailbox):
    account = system.place_account(Balance="250.00", Email="jo.part@example.org", Phone="+13125550195", City="Chicago", State="IL", Zip="60601")  # no city's limit of two messages a week
    message(system, account, "letter", "sent")
    system.run("dispute", "open", account.account_id, "--written", "--amount", "40")
    system.next_day()
    sent = message(system, account, "email", "sent")
    (content,) = [content for to, content in mailbox.messages if to == "jo.part@example.org"]
    parsed = email.message_from_string(content, policy=email.policy.default)
    text = " ".join(parsed.get_body(("plain",)).get_content().split())
    assert "$210.00" in text and "$250.00" not in text
    assert "You dispute $40.00 of this debt. We do not ask you for that part until we have answered your dispute." in text
    (granted,) = [event["payload"] for event in system.events("PermitGranted", account=account.account_id) if event["payload"]["permit_id"] == sent["permit_id"]]
    assert granted["held_part"] == {"amount_minor": 4000, "currency": "USD"}


def opted_out(system, account):
    return [point["value"] for point in system.account(account)["contact"]["contact_points"] if point["is_opted_out"]]


def request(system, path, body=None, headers=()):
    endpoint = system.instances("correspondence")[0]["public"]
    try:
        with urllib.request.urlopen(urllib.request.Request(endpoint + path, data=body, headers=dict(headers)), timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def callback(system, fields, at=None, signature=None):
    body, timestamp = json.dumps(fields).encode(), str(int(time.time()) if at is None else at)
    headers = {"X-Dunlin-Timestamp": timestamp, "X-Dunlin-Signature": signature or sign(timestamp, body), "Content-Type": "application/json"}
    return request(system, "/callbacks/text", body, headers.items())[0]


def refusals(system, result):
    return system.metrics("correspondence")[f'dunlin_correspondence_callbacks_total{{result="{result}"}}']


def test_a_refused_address_is_undeliverable(system, mailbox):
    mailbox.says["gone@example.org"] = "550 no such user"
    account = system.place_account(Email="gone@example.org")
    message(system, account, "letter", "sent")
    system.next_day()
    assert "550" in message(system, account, "email", "undeliverable")["detail"]


def test_stop_by_text_is_recorded_at_once_and_receipts_and_forgeries_are_told_apart(system):
    number = "+12125550177"
    account = system.place_account(Phone="(212) 555-0177")
    message(system, account, "letter", "sent")
    system.next_day(2)
    text = message(system, account, "text", "sent")
    sent = [row for row in Gateway.texts if row["message_id"] == text["permit_id"]]
    assert len(sent) == 1 and sent[0]["to"] == number and sent[0]["key"] == text["permit_id"] and "STOP" in sent[0]["text"]
    assert callback(system, {"event_id": "e-1", "type": "delivered", "message_id": text["permit_id"]}) == 200
    message(system, account, "text", "delivered")
    stop = {"event_id": "e-2", "type": "message", "from": number, "text": "Stop"}
    before = {result: refusals(system, result) for result in ("bad_signature", "stale", "replay", "malformed")}
    assert callback(system, stop, signature="0" * 64) == 401 and callback(system, stop, at=int(time.time()) - 301) == 401 and callback(system, {"event_id": "e-3"}) == 400
    assert not opted_out(system, account)
    assert callback(system, stop) == 200 and opted_out(system, account) == [number]
    assert callback(system, stop) == 409
    assert {result: refusals(system, result) - count for result, count in before.items()} == {"bad_signature": 1, "stale": 1, "replay": 1, "malformed": 1}
    stops = [event for event in system.events("StopRecorded") if event["account_id"] == account.account_id]
    assert len(stops) == 1 and stops[0]["payload"]["flag"] == "opt_out_contact_point"


def facts(system, account):
    return [fact for fact in system.json("fact", "list", account.account_id)["facts"] if fact["fact"]["kind"] == "message_received"]


def test_a_text_that_is_no_stop_is_a_fact_of_everybody_who_has_the_number(system):
    number, words = "+12125550178", "When can I come by? \u00bfMa\u00f1ana?"
    accounts = system.place_accounts({"Phone": "(212) 555-0178"}, {"Phone": "(212) 555-0178", "Name": "Sam Miller"}, {"Phone": "(212) 555-0179"})
    sent = {"event_id": "e-10", "type": "message", "from": number, "text": words}
    assert callback(system, sent) == 200 and callback(system, sent) == 409
    for account in accounts[:2]:
        fact = one(facts(system, account))["fact"]
        assert fact["channel"] == "text" and fact["contact_point_id"] == account.points[0][0]
        assert fact["evidence"] == {"document": "callback e-10", "document_hash": hashlib.blake2b(words.encode(), digest_size=32).hexdigest()}
        shown = one(json.loads(system.run("letters", "show", account.account_id, "--json").out)["inbound"])
        assert (shown["text"], shown["is_opt_out"], shown["is_fact"], shown["channel"]) == (words, False, True, "text")
        assert shown["received_at"] == fact["occurred_at"] and words in system.run("letters", "show", account.account_id).out
    assert not facts(system, accounts[2]) and not opted_out(system, accounts[0])
    assert callback(system, {**sent, "event_id": "e-11"}) == 200 and len(facts(system, accounts[0])) == 2  # he wrote the same once more
    assert callback(system, {**sent, "event_id": "e" * 129}) == 400
    long = {**sent, "event_id": "e-12", "text": "x" * 1999 + "\u00e9" + " and stop"}
    assert callback(system, long) == 200 and opted_out(system, accounts[0]) == [number] == opted_out(system, accounts[1])
    kept = json.loads(system.run("letters", "show", accounts[0].account_id, "--json").out)["inbound"]
    assert len(kept) == 3 and [row["text"] for row in kept if row["is_opt_out"]] == ["x" * 1999]


def one(rows):
    assert len(rows) == 1, rows
    return rows[0]


def test_while_contact_is_away_the_gateway_keeps_a_text_and_nothing_is_lost_or_doubled(system):
    account, stopped = system.place_accounts({"Phone": "(212) 555-0180"}, {"Phone": "(212) 555-0181"})
    message_, stop = ({"event_id": f"e-2{i}", "type": "message", "from": f"+1212555018{i}", "text": text} for i, text in enumerate(("Hello?", "STOP")))
    system.kill("contact")
    came = system.now()
    assert callback(system, message_) == 503 and callback(system, stop) == 503
    system.up()
    system.advance(minutes=6)
    assert callback(system, message_) == 200 and callback(system, stop) == 409  # 409: it had come before; what was left of it is done
    assert callback(system, message_) == 409
    fact = one(facts(system, account))["fact"]
    assert parse_instant(fact["occurred_at"]) == came and opted_out(system, stopped) == ["+12125550181"] and not opted_out(system, account)
    assert len([event for event in system.events("FactRecorded") if event["account_id"] == account.account_id]) == 1
    assert len(json.loads(system.run("letters", "show", account.account_id, "--json").out)["inbound"]) == 1
    confirm_another(system, "+12125550197")
    assert not confirmations("+12125550181")  # five minutes after it came were over


def kept(system, accounts):
    """Rows about these accounts' debtors, in whatever table."""
    tables = system.sql("SELECT string_agg(table_name, ' ') FROM information_schema.columns WHERE table_schema = 'correspondence' AND column_name = 'debtor_id'").split()
    debtors = ", ".join(f"'{account.debtor_id}'" for account in accounts)
    return {table: int(system.sql(f"SELECT count(*) FROM correspondence.{table} WHERE debtor_id IN ({debtors})")) for table in tables}


def test_a_stop_from_a_number_that_was_never_written_to_holds_for_everybody_who_has_it(system):
    number = "+12125550195"
    first, second, other = system.place_accounts({"Phone": number, "Disputed": "Yes"}, {"Phone": number, "Name": "Sam Miller", "Disputed": "Yes"}, {"Phone": "+12125550196", "Disputed": "Yes"})
    tables = kept(system, [first, second, other])
    assert len(tables) == 5 and set(tables.values()) == {0}  # nothing is kept here of an account that nothing is written about
    stop(system, number, "e-80")
    assert opted_out(system, first) == opted_out(system, second) == [number] and not opted_out(system, other)
    assert kept(system, [first, second])["inbound"] == 2 and set(kept(system, [other]).values()) == {0}


def told(system, word):
    return [line for line in (system.var / "log" / "correspondence-1.log").read_text().splitlines() if word in line]


@contextlib.contextmanager
def without(system, service):
    system.kill(service)
    try:
        yield
    finally:
        system.up()


@pytest.mark.parametrize("service", ["intake", "payment"])
def test_while_nobody_says_what_to_write_it_waits(system, service):
    number = {"intake": "+12125550198", "payment": "+12125550199"}[service]
    account = system.place_account(Phone=number)
    before = len(told(system, "cannot be asked"))
    with without(system, service):
        stop(system, number, f"e-9 {service}")
        poll("the channel to pause", lambda: len(told(system, "cannot be asked")) > before, timeout_s=60)
        assert not confirmations(number)
    poll("the confirmation", lambda: confirmations(number), timeout_s=60)
    assert opted_out(system, account) == [number] and len(confirmations(number)) == 1
    assert not [row for row in system.json("letters", "status")["parked"] if row["account_id"] == account.account_id]


def test_what_is_due_while_intake_is_away_is_written_when_it_is_back_as_it_stands_then(system, mailbox):
    account = system.place_account(Email="jo.later@example.org", Balance="250.00")
    message(system, account, "letter", "sent")
    with without(system, "intake"):
        poll("intake to be forgotten", lambda: not system.instances("intake"), timeout_s=60)
        reserved = system.sql(f"SELECT reserved_until_us FROM contact.account WHERE account_id = '{account.account_id}'")
        system.next_day()
        system.run("pay", account.account_id, "100.00")
        assert [m["channel"] for m in messages(system, account)] == ["letter"]
        assert system.sql(f"SELECT reserved_until_us FROM contact.account WHERE account_id = '{account.account_id}'") == reserved
    message(system, account, "email", "sent")
    sent = email.message_from_string(one([content for to, content in mailbox.messages if to == "jo.later@example.org"]), policy=email.policy.default)
    assert "a balance of $150.00" in sent.get_body().get_content()


def confirmations(number):
    return [row["text"] for row in Gateway.texts if row["to"] == number and "opted out" in row["text"]]


def stop(system, number, event_id):
    assert callback(system, {"event_id": event_id, "type": "message", "from": number, "text": "STOP"}) == 200


def confirm_another(system, number):
    """The turn of the pump in which something was confirmed before is over when this is confirmed."""
    system.place_account(Phone=number)
    stop(system, number, f"another {number}")
    poll("another confirmation", lambda: confirmations(number), timeout_s=60)


def test_a_stop_is_confirmed_by_one_text_until_it_is_released(system):
    number = "+12125550183"
    accounts = system.place_accounts({"Phone": number}, {"Phone": number, "Name": "Sam Miller"})
    stop(system, number, "e-40")
    poll("the confirmation", lambda: confirmations(number))
    accounts += system.place_accounts(*[{"Phone": number, "Name": f"Jo Miller {i}"} for i in range(4)])  # who has the number now may come first in any order
    stop(system, number, "e-41")
    for last in (184, 189):
        confirm_another(system, f"+12125550{last}")
    assert confirmations(number) == ["Demo Receivables LLC: you have opted out. We will send no more texts to this number."]
    account = one([account for account in accounts if any(m["purpose"] == "opt_out_confirmation" for m in messages(system, account))])
    sent = message(system, account, "text", "sent")
    assert (sent["purpose"], sent["template"]) == ("opt_out_confirmation", "opt-out-confirmation")
    report = poll("the report in the log", lambda: reports(system, sent))[0]
    assert report["report"]["evidence"]["document_hash"] == hashlib.blake2b(confirmations(number)[0].encode(), digest_size=32).hexdigest()
    granted = one([event["payload"] for event in system.events("PermitGranted") if event["payload"]["permit_id"] == sent["permit_id"]])
    assert granted["purpose"] == "opt_out_confirmation"
    system.next_day(10)  # New York City's limit is two communications in seven days, and a confirmation is one
    system.run("stop", account.account_id, "--flag", "opt-out-contact-point", "--contact-point", account.points[0][0], "--release", "--reason", "asked for texts again")
    system.wait()
    stop(system, number, "e-42")
    poll("the second confirmation", lambda: len(confirmations(number)) == 2)


def test_a_text_that_may_have_been_taken_is_not_sent_again(system):
    """Not by libcurl either, which says a request once more where a kept connection ends without an answer."""
    first, second = system.place_accounts({"Phone": "+13125550192"}, {"Phone": "+13125550193"})
    Gateway.hangs_up.add("+13125550193")
    stop(system, "+13125550192", "e-70")
    message(system, first, "text", "sent")
    stop(system, "+13125550193", "e-71")
    assert message(system, second, "text", "sent")["is_uncertain"]
    assert len(confirmations("+13125550192")) == len(confirmations("+13125550193")) == 1


def test_a_debtor_is_written_to_in_his_language(system, mailbox):
    account = system.place_account(Email="jo.es@example.org", Phone="+13125550190", City="Chicago", State="IL", Zip="60601")  # no city's limit of two messages a week
    fact = system.json("fact", "record", account.account_id, "--kind", "language", "--language", "es-MX")
    message(system, account, "letter", "sent")
    system.next_day()
    message(system, account, "email", "sent")
    text = one([content for to, content in mailbox.messages if to == "jo.es@example.org"])
    mail = email.message_from_string(text, policy=email.policy.default)
    assert mail["Subject"].startswith("Su cuenta") and "saldo pendiente de $250.00" in mail.get_body().get_content()
    system.run("fact", "release", account.account_id, fact["fact_id"], "--reason", "another debtor's letter")
    system.wait()
    system.next_day()
    message(system, account, "text", "sent")
    assert "a debt collector" in one([row["text"] for row in Gateway.texts if row["to"] == "+13125550190"])


def test_a_stop_is_confirmed_within_five_minutes_or_not_at_all(system):
    late, soon = system.place_accounts({"Phone": "+12125550185"}, {"Phone": "+12125550186"})
    Gateway.is_down = True
    try:
        stop(system, "+12125550185", "e-50")
        message(system, late, "text", "not_sent")
        system.advance(minutes=4)
        stop(system, "+12125550186", "e-51")
        system.advance(minutes=2)
        message(system, soon, "text", "not_sent")
    finally:
        Gateway.is_down = False
    poll("the confirmation", lambda: confirmations("+12125550186"), timeout_s=120)
    confirm_another(system, "+12125550188")
    assert len(confirmations("+12125550186")) == 1 and not confirmations("+12125550185")
    assert opted_out(system, late) and opted_out(system, soon)


def test_who_writes_at_night_may_be_answered_once(system):
    account = system.place_account(Phone="(212) 555-0182")
    system.next_day()
    system.advance(hours=10)  # ten in the evening in New York

    def by_text():
        return next(channel["is_permitted"] for channel in system.json("explain", account.account_id)["channels"] if channel["channel"] == "text")
    assert not by_text()
    assert callback(system, {"event_id": "e-30", "type": "message", "from": "+12125550182", "text": "What do I owe?"}) == 200
    poll("the right to answer", by_text)
    other = system.place_account(Phone="(212) 555-0187")
    stop(system, "+12125550187", "e-31")  # recorded, and not confirmed now: contact's rules know the hour
    refused = poll("the refusal", lambda: [event["payload"] for event in system.events("PermitRefused", account=other.account_id) if event["payload"]["channel"] == "text"])
    assert one(refused)["purpose"] == "opt_out_confirmation" and "REGF-6B1I-TIME" in {hit["rule"] for hit in refused[0]["hits"]}
    poll("the end of it", lambda: system.sql(f"SELECT reason FROM correspondence.notice WHERE account_id = '{other.account_id}'") != "")
    assert opted_out(system, other) == ["+12125550187"]


def read_again(system, word):
    """SIGHUP; the log's line with `word` that answers it."""
    def told():
        return [line for line in (system.var / "log" / "correspondence-1.log").read_text().splitlines() if word in line]
    before = len(told())
    system.kill("correspondence", signal_number=signal.SIGHUP)
    return poll(f"'{word}' in the log", lambda: told()[before:])[0]


def test_who_writes_and_what_is_read_again_on_sighup_both_or_neither(system, mailbox, policy):
    agencies, template = policy / "agencies.yaml", policy / "templates" / "us-email-reminder.en.yaml"
    shipped = {path: path.read_text() for path in (agencies, template)}

    def change(path, old, new):
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def sent(name):
        """The e-mail to somebody new."""
        account = system.place_account(Email=name, City="Chicago", State="IL", Zip="60601", Phone="")
        message(system, account, "letter", "sent")
        system.next_day()
        message(system, account, "email", "sent")
        mail = email.message_from_string(one([content for to, content in mailbox.messages if to == name]), policy=email.policy.default)
        return mail["Subject"] + mail.get_body().get_content()

    try:
        change(agencies, "Demo Receivables LLC", "New Name LLC")
        change(template, "subject: Your account", "subject: As to your account")
        change(agencies, "[stopp,", "[basta ya, stopp,")
        account = system.place_account(Phone="+13125550191")
        assert callback(system, {"event_id": "e-60", "type": "message", "from": "+13125550191", "text": "\u00a1Basta, ya!"}) == 200 and not opted_out(system, account)
        read_again(system, "policies read again")
        assert callback(system, {"event_id": "e-61", "type": "message", "from": "+13125550191", "text": "\u00a1Basta, ya!"}) == 200 and opted_out(system, account)
        first = sent("jo.new@example.org")
        assert "New Name LLC" in first and "As to your account" in first
        change(agencies, "New Name LLC", "Newer Name LLC")
        change(template, "{{balance}}", "{{balanse}}")
        why = read_again(system, "the old ones stay")
        assert f"{template}:{[i for i, line in enumerate(template.read_text().splitlines(), 1) if 'balanse' in line][0]}: body" in why and "balanse" in why
        second = sent("jo.newer@example.org")
        assert "New Name LLC" in second and "As to your account" in second
    finally:
        for path, text in shipped.items():
            path.write_text(text)
    read_again(system, "policies read again")


def test_a_killed_service_loses_and_doubles_no_letter(system):
    accounts = []
    for number in range(4):
        before = len(letters_there(system))
        accounts += system.place_accounts(*[{"Name": f"Jo Killed{number}-{i}"} for i in range(8)], waits=False)
        poll("letters on their way", lambda before=before: len(letters_there(system)) > before)
        system.kill("correspondence", 1, signal.SIGKILL)
        system.up()
    system.wait()
    system.advance(minutes=6)  # what a killed process was offered is offered again after five minutes,
    for account in accounts:
        poll("a letter that is begun", lambda account=account: [m for m in messages(system, account) if m["channel"] == "letter"], timeout_s=60)
    poll("every message's end", lambda: system.json("letters", "status")["unreported_count"] == 0, timeout_s=60)
    system.advance(hours=2)    # and what it had begun and did not send after an hour
    for account in accounts:
        message(system, account, "letter", "sent")
    poll("every message's end", lambda: system.json("letters", "status")["unreported_count"] == 0, timeout_s=60)
    files = letters_there(system)
    for account in accounts:
        letters = [m for m in messages(system, account) if m["channel"] == "letter"]
        assert [m["state"] for m in letters].count("sent") == 1, letters
        for letter in letters:
            assert (letter["permit_id"] in files) == (letter["state"] == "sent"), f"{letter['state']}, and the file is {'' if letter['permit_id'] in files else 'not '}there"
    poll(f"the batches that were left open to be closed: {[(str(f), [p.name for p in f.iterdir()]) for f in open_batches(system)]}", lambda: not open_batches(system), timeout_s=90)
    in_manifests = [row["permit_id"] for path in spool(system).glob("*/*/manifest.json") for row in json.loads(path.read_text())["letters"]]
    assert sorted(in_manifests) == sorted(files)


def letters_there(system):
    """Permits of the files in the spool."""
    return [path.stem.split("-", 1)[1] for path in spool(system).glob("*/*/*.pdf")]


def open_batches(system):
    return [folder for folder in spool(system).glob("*/*") if not (folder / "manifest.json").exists()]


def test_a_notice_that_came_back_stops_contact_after_five_days(system):
    """The last one here: business time goes on by days."""
    account = system.place_account(Email="returned@example.com")
    letter = message(system, account, "letter", "sent")
    poll("the report in the log", lambda: reports(system, letter))
    sent = system.json("explain", account.account_id)["notice"]
    assert sent["sent_at"] is not None and sent["due_at"] is None
    system.run("letters", "returned", letter["permit_id"])
    due = system.json("explain", account.account_id)["notice"]
    assert due["sent_at"] is None and parse_instant(due["due_at"]) - system.now() == datetime.timedelta(days=5)
    system.advance(days=5)
    overdue = poll("the alarm", lambda: system.events("NoticeOverdue", account=account.account_id))
    assert len(overdue) == 1
    said = system.run("explain", account.account_id).out
    assert "owed by" in said and "notice overdue, since" in said
    refused = {row["channel"]: [hit["rule"] for hit in row["rules"]] for row in system.json("explain", account.account_id)["channels"]}
    assert all("REGF-34A-OVERDUE" in rules for rules in refused.values()), refused
    report = next(row for row in system.json("report")["kpis"] if row["name"] == "notices_overdue")
    assert report["value"] >= 1
    system.run("fact", "record", account.account_id, "--kind", "validation_notice_sent", "--document", "vendor batch 12")
    assert system.json("explain", account.account_id)["notice"]["due_at"] is None
    assert system.json("explain", account.account_id)["holds"] == []
