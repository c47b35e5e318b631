"""P1, P3 for what leaves the machine: e-mails and texts go to the server whose certificate our authority signed, or they do not go; nothing of them is ever on the wire in clear.

Real peers on loopback, with certificates made here: Debian's aiosmtpd with STARTTLS and an HTTPS server, each behind a tap that keeps what the service says to them. One system for all; the taps lead to one server
after the other.

Broken once: VERIFYPEER off; what the foreign servers got was "sent". CURLUSESSL_TRY instead of ALL; the mail server without TLS got the e-mail. A CA file that cannot be read not told from an answer that does not come;
the text was "sent", with nothing on the wire. The file not looked at when the service starts; `dunlin up` did not fail.
"""
import contextlib
import http.server
import socket
import socketserver
import ssl
import subprocess
import threading

import pytest
from aiosmtpd.controller import Controller

from dunlin_system import FAILED, poll, running_system
from test_letters import SECRET, SOP, TOKEN, Gateway, Mailbox, callback, free_port, message, messages, opted_out, temporary_file

STEPS = SOP.replace("      - { code: notice, from: placed, day: 0, channel: letter, template: us-validation-notice, purpose: validation_notice }\n", "").replace("day: 1,", "day: 0,").replace("day: 2,", "day: 1,")
SERVERS = ("own", "foreign", "clear")  # signed by the authority of the options, by another one, without TLS


class Tap(socketserver.ThreadingTCPServer):
    """Passes connections on to the port in `backend`, and keeps what clients said."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TapHandler)
        self.backend, self.said, self.connected = None, bytearray(), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def lead_to(self, backend):
        """From now on; connections that are kept for later end."""
        self.backend = backend
        while self.connected:
            with contextlib.suppress(OSError):
                self.connected.pop().shutdown(socket.SHUT_RDWR)

    @property
    def port(self):
        return self.server_address[1]


class TapHandler(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.server.backend))) as server, contextlib.suppress(OSError):
            self.server.connected += [self.request, server]
            threading.Thread(target=self.pass_on, args=(server, self.request), daemon=True).start()
            self.pass_on(self.request, server, self.server.said)

    @staticmethod
    def pass_on(source, target, said=None):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if said is not None:
                    said += data
                target.sendall(data)
        with contextlib.suppress(OSError):  # however it ended: closing alone says nothing while the other thread reads
            target.shutdown(socket.SHUT_WR)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_certificate(folder, name):
    """An authority of that name, and a server's certificate by it; the context of the server."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    authority, signed = folder / f"{name}-ca.pem", folder / f"{name}.pem"
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl("req", "-x509", *key, "-keyout", folder / "ca.key", "-out", authority, "-subj", f"/CN={name}", "-days", "2", "-addext", "keyUsage=keyCertSign")
    openssl("req", *key, "-keyout", folder / f"{name}.key", "-out", folder / "request", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", folder / "request", "-CA", authority, "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", folder / "names", "-out", signed)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed, folder / f"{name}.key")
    return context


class World:
    """The system, what stands before it and behind the taps."""

    def __init__(self, stack, folder):
        contexts = {"own": make_certificate(folder, "own"), "foreign": make_certificate(folder, "foreign"), "clear": None}
        self.authority = folder / "own-ca.pem"
        self.mail, self.gateway = Tap(), Tap()
        self.mailboxes, self.mail_ports, self.text_ports = {name: Mailbox() for name in SERVERS}, {}, {}
        for name, context in contexts.items():
            self.mail_ports[name] = start_mail(stack, self.mailboxes[name], context)
            self.text_ports[name] = start_gateway(stack, context)
        self.lead_to("own")
        environment = {"DUNLIN_POLL_INTERVAL": "100", "DUNLIN_PUBLIC_URL": "https://mail.demo.example", "DUNLIN_CALLBACK_SECRET": SECRET, "DUNLIN_OPT_OUT_CONFIRMATION": "",
                       "DUNLIN_EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}", "DUNLIN_EMAIL_FROM": "Demo Receivables <service@demo.example>", "DUNLIN_EMAIL_CA_FILE": str(self.authority),
                       "DUNLIN_TEXT_URL": f"https://127.0.0.1:{self.gateway.port}/send", "DUNLIN_TEXT_TOKEN": TOKEN, "DUNLIN_TEXT_CA_FILE": str(self.authority)}
        sop = stack.enter_context(temporary_file(STEPS))
        self.system = stack.enter_context(running_system("--sop", sop, environment=environment))
        for tap in (self.mail, self.gateway):
            stack.callback(tap.server_close)
            stack.callback(tap.shutdown)
        self.n_accounts = 0

    def lead_to(self, name):
        self.mail.lead_to(self.mail_ports[name])
        self.gateway.lead_to(self.text_ports[name])

    def write(self, state):
        """An e-mail and a text to two new people, until both are in that state; who they are."""
        self.n_accounts += 1
        chicago = {"City": "Chicago", "State": "IL", "Zip": "60601"}  # no city's limit of two messages a week
        people = self.system.place_accounts({**chicago, "Email": f"jo.{self.n_accounts}@example.org", "Phone": ""}, {**chicago, "Phone": f"+131255502{self.n_accounts:02}"})
        self.system.next_day()
        self.reach(people, state)
        return people

    def reach(self, people, state):
        for account, channel in zip(people, ("email", "text")):
            message(self.system, account, channel, state)

    def all_messages(self, people):
        return [m for account in people for m in messages(self.system, account)]

    def said_in_clear(self):
        """What went over the wire that anybody can read."""
        return [part for part in (b"example.org", b"MAIL FROM", b"RCPT TO", b"account", b"POST", b"Bearer", TOKEN.encode()) if part in bytes(self.mail.said) + bytes(self.gateway.said)]


def start_mail(stack, mailbox, context):
    options = {"tls_context": context, "require_starttls": True} if context else {}
    mail = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    mail.start()
    stack.callback(mail.stop)
    return mail.port


def start_gateway(stack, context):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    if context:
        # The handshake in the connection's own thread: in the one that accepts, who says nothing would hold up everybody, and the end.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # a client that hangs up
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    return server.server_port


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield World(stack, tmp_path_factory.mktemp("tls"))


def n_taken(world):
    return sum(len(mailbox.messages) for mailbox in world.mailboxes.values()) + len(Gateway.texts)


def test_nothing_leaves_while_the_authority_cannot_be_read(world):
    """The first connection of all: later ones have what was read."""
    away = world.authority.with_suffix(".away")
    world.authority.rename(away)
    try:
        people = world.write("not_sent")
    finally:
        away.rename(world.authority)
    assert {m["state"] for m in world.all_messages(people)} == {"not_sent"}
    assert n_taken(world) == 0 and not world.said_in_clear()


def test_e_mails_and_texts_go_over_tls(world):
    people = world.write("sent")
    assert f"jo.{world.n_accounts}@example.org" in {to for to, _ in world.mailboxes["own"].messages}
    text = next(m for m in world.all_messages(people) if m["channel"] == "text")
    assert text["permit_id"] in {row["message_id"] for row in Gateway.texts}
    assert b"STARTTLS" in world.mail.said and not world.said_in_clear()


@pytest.mark.parametrize("server", ["foreign", "clear"])
def test_a_server_that_is_not_ours_gets_nothing(world, server):
    before = n_taken(world)
    world.lead_to(server)
    try:
        people = world.write("not_sent")
    finally:
        world.lead_to("own")
    assert {m["state"] for m in world.all_messages(people)} == {"not_sent"}
    details = " ".join(m["detail"] for m in world.all_messages(people))
    assert "certificate" in details if server == "foreign" else "STARTTLS" in details or "SSL" in details, details
    assert n_taken(world) == before and not world.said_in_clear()
    world.system.advance(hours=2)  # what did not leave is due again
    world.reach(people, "sent")


def test_opt_outs_are_not_confirmed_where_that_is_switched_off(world):
    account = world.system.place_account(Phone="+13125550299")
    assert callback(world.system, {"event_id": "e-1", "type": "message", "from": "+13125550299", "text": "STOP"}) == 200
    assert opted_out(world.system, account) == ["+13125550299"]
    world.write("sent")
    assert "+13125550299" not in {row["to"] for row in Gateway.texts} and world.system.sql("SELECT count(*) FROM correspondence.notice") == "0"


def test_a_service_does_not_start_without_its_authority(world):
    system = world.system
    for option in ("DUNLIN_EMAIL_CA_FILE", "DUNLIN_TEXT_CA_FILE"):
        system.kill("correspondence")
        right = system.environment[option]
        system.environment[option] = "/nowhere/ca.pem"
        system.run("up", *system.up_options, code=FAILED, timeout_s=180)
        system.environment[option] = right
        said = (system.var / "log" / "correspondence-1.log").read_text()
        poll("the reason", lambda: f"{option.removeprefix('DUNLIN_').replace('_', '-').lower()}: '/nowhere/ca.pem'" in said)
    system.up()
