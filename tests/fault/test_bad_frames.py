"""P1, P2 and P4 hold whatever comes over the wire: every socket of every service refuses what is no well-formed message of an admitted peer, counts it, and answers the next well-formed call.

Request sockets, event sockets on both ends, the dialers' public edge and the admin ports get truncated, garbled, oversized, nested and multiplied frames, values that no field may have, peers
with wrong keys, wrong roles or none, handshakes that stop half-way, plain garbage and connections that only stay open; and floods, during which memory must not grow without bound.
"""
import collections
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import random
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

import pytest
import zmq
import zmq.auth

from bus_caller import contract
from dunlin_system import is_running, poll, seconds_of_load

OK, INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED = 0, 3, 7, 8, 12
BROKEN = {2: "UNKNOWN", 4: "DEADLINE_EXCEEDED", 13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS"}  # a request that is wrong is none of these
CODE_NAMES = {INVALID_ARGUMENT: "INVALID_ARGUMENT", PERMISSION_DENIED: "PERMISSION_DENIED", UNIMPLEMENTED: "UNIMPLEMENTED"}
SERVICES = ("intake", "classification", "contact", "dispute", "payment", "reporting", "dialer", "correspondence")
CONSUMERS = ("classification", "contact", "correspondence", "dispute", "payment", "reporting", "dialer")
EDGE = "the dialers' edge"
REQUEST_SOCKETS = (*SERVICES, EDGE)
FRAME_MAX = 4 << 20
PATIENCE_S = 30  # for what must happen; sanitizers and a busy machine are slow
MIB = 1 << 20
ID = bytes(13) + b"\x01\x00\x07"  # well-formed, of partition 7, and nobody's


@pytest.fixture(scope="module")
def system(dunlin_system):
    """Every socket is addressed by what the instances say in the registry."""
    dunlin_system.add_key("third-party", "dialer")
    dunlin_system.add_key("mallory", "service")
    return dunlin_system


def instance(system, service):
    return next(i for i in system.registry() if i["service"] == service)


def keys_of(system, name):
    return zmq.auth.load_certificate(system.var / "keys" / "private" / f"{name}.key_secret")


def public_key(system, name):
    return zmq.auth.load_certificate(system.var / "keys" / "public" / f"{name}.key")[0]


def service_of(target):
    return "dialer" if target == EDGE else target


def address(endpoint):
    url = urllib.parse.urlsplit(endpoint)
    return url.hostname, url.port


class Peer:
    """A connection to one socket, with any key. What it sends and gets are frames."""

    def __init__(self, endpoint, server_key=None, own=None, kind=zmq.DEALER, password=None):
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger = 0
        self.socket.sndtimeo = PATIENCE_S * 1000
        if kind == zmq.DEALER:
            self.socket.sndhwm = 16  # a flood waits at the server, not here
        if password is not None:
            self.socket.plain_username, self.socket.plain_password = b"dunlin", password
        if own is not None:
            self.socket.curve_publickey, self.socket.curve_secretkey = own
            self.socket.curve_serverkey = server_key
        self.socket.connect(endpoint)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *frames):
        self.socket.send_multipart(list(frames))

    def try_send(self, frame):
        """As one whom the server may have ended already: libzmq would then wait for a connection that never comes."""
        with contextlib.suppress(zmq.Again):
            self.socket.send(frame, zmq.NOBLOCK)

    def reply(self, timeout_s=PATIENCE_S):
        """The next reply; None where none comes in time."""
        if not self.socket.poll(timeout_s * 1000):
            return None
        return contract("bus").Reply.FromString(self.socket.recv())


def connect(system, target, own=None):
    """To a request socket, as somebody whom it serves."""
    found = instance(system, service_of(target))
    if target == EDGE:
        return Peer(found["public_endpoint"], public_key(system, "dialer"), own or keys_of(system, "third-party"))
    return Peer(found["rpc_endpoint"], public_key(system, target), own or keys_of(system, "dunlin"))


def greeting_method(target):
    return "dunlin.dialer.v1.DialerService/Hello" if target == EDGE else "dunlin.platform.v1.ControlService/Ping"


def request(target="intake", body=b"", **fields):
    """A well-formed request, but for what `fields` say."""
    whole = dict(request_id=1, method=greeting_method(target), timeout_ms=20000, body=body, partition=7)
    whole.update(fields)
    return contract("bus").Request(**whole).SerializeToString()


def check_answers(system, target):
    """A well-formed call of a well-behaved peer is answered."""
    with connect(system, target) as peer:
        peer.send(request(target))
        reply = peer.reply()
        assert reply is not None and reply.code == OK, f"{target} does not answer any more: {reply}"


def check_all_live(system, pids):
    for target in REQUEST_SOCKETS:
        check_answers(system, target)
    for service, pid in pids.items():
        assert is_running(pid) and system.pid(service) == pid, f"{service} has ended"


@pytest.fixture(autouse=True)
def everybody_lives(system):
    pids = {service: system.pid(service) for service in SERVICES}
    yield
    check_all_live(system, pids)


class Counters:
    """Metrics of a service since this was made."""

    def __init__(self, system, service):
        self.system, self.service = system, service
        self.before = system.metrics(service)

    def rise(self, name):
        return self.system.metrics(self.service)[name] - self.before[name]

    def wait(self, name, at_least):
        poll(f"{at_least} more of {name} at {self.service}", lambda: self.rise(name) >= at_least, PATIENCE_S)


def refused(code):
    return f'dunlin_bus_requests_refused_total{{code="{CODE_NAMES[code]}"}}'


def connections(event):
    return f'dunlin_bus_connections_total{{event="{event}"}}'


# --- request sockets: frames ---


def bad_frames(target):
    """What it is, the frames, the code."""
    good = request(target)
    dice = random.Random(7)
    return [
        ("no bytes", [b""], INVALID_ARGUMENT),
        ("one byte", [b"\xff"], INVALID_ARGUMENT),
        ("garbage", [dice.randbytes(1000)], INVALID_ARGUMENT),
        ("four megabytes of garbage", [b"\xff" * (FRAME_MAX - 1000)], INVALID_ARGUMENT),
        ("four megabytes of zeros", [bytes(FRAME_MAX - 1000)], INVALID_ARGUMENT),
        ("a request without its end", [good[:-1]], INVALID_ARGUMENT),
        ("a length that points beyond the end", [good + b"\x3a\xff\x7f"], INVALID_ARGUMENT),
        ("a number without an end", [b"\x08" + b"\xff" * 11], INVALID_ARGUMENT),
        ("groups in groups", [b"\x0b" * 100000], INVALID_ARGUMENT),
        ("requests in requests", [nested(good, 50)[:-1]], INVALID_ARGUMENT),
        ("a reply", [contract("bus").Reply(request_id=1, code=3, message="no", body=b"x").SerializeToString()], INVALID_ARGUMENT),
        ("a notification", [contract("bus").Reply(notification="dunlin.dialer.v1.StopCalling").SerializeToString()], INVALID_ARGUMENT),
        ("events", [event_batch(1)], INVALID_ARGUMENT),
        ("two frames", [good, good], INVALID_ARGUMENT),
        ("an empty frame before it, as a REQ socket sends", [b"", good], INVALID_ARGUMENT),
        ("a thousand frames", [good] * 1000, INVALID_ARGUMENT),
        ("the request's id missing", [request(target, request_id=0)], INVALID_ARGUMENT),
        ("no time", [request(target, timeout_ms=0)], INVALID_ARGUMENT),
        ("negative time", [request(target, timeout_ms=-1)], INVALID_ARGUMENT),
        ("time without end", [request(target, timeout_ms=2**63 - 1)], INVALID_ARGUMENT),
        ("no such partition", [request(target, partition=64)], INVALID_ARGUMENT),
        ("a partition that wraps around", [request(target, partition=2**32 - 1)], INVALID_ARGUMENT),
        ("a principal of 257 bytes", [request(target, principal="x" * 257)], INVALID_ARGUMENT),
        ("a key of a megabyte", [request(target, idempotency_key="x" * MIB)], INVALID_ARGUMENT),
        ("a principal that is no UTF-8", [request(target, principal="QQQQ").replace(b"QQQQ", b"\xff\xfe\xc0\xaf")], INVALID_ARGUMENT),
        ("a body that is garbage", [request(target, body=b"\xff" * 50)], INVALID_ARGUMENT),
        ("a body without its end", [request(target, body=b"\x0a\x7fx")], INVALID_ARGUMENT),
        ("no method", [request(target, method="")], UNIMPLEMENTED),
        ("a method without a service", [request(target, method="Ping")], UNIMPLEMENTED),
        ("a method that is none", [request(target, method=greeting_method(target) + "s")], UNIMPLEMENTED),
        ("a method of another service", [request(target, method="dunlin.nowhere.v1.NowhereService/Ping")], UNIMPLEMENTED),
        ("a method that is a path", [request(target, method="../../etc/passwd")], UNIMPLEMENTED),
        ("a method of 257 bytes", [request(target, method="x" * 257)], INVALID_ARGUMENT),
        ("a method that is no UTF-8", [request(target, method="QQQQ").replace(b"QQQQ", b"\xff\xfe\xc0\xaf")], INVALID_ARGUMENT),
    ]


def nested(frame, depth):
    for _ in range(depth):
        frame = request(body=frame)
    return frame


@pytest.mark.parametrize("target", REQUEST_SOCKETS)
def test_a_bad_frame_is_refused_and_counted_and_the_next_request_answered(system, target):
    counters = Counters(system, service_of(target))
    expected = collections.Counter()
    with connect(system, target) as peer:
        for what, frames, code in bad_frames(target):
            peer.send(*frames)
            reply = peer.reply()
            assert reply is not None and reply.code == code and reply.message, f"{what}: {reply}"
            expected[code] += 1
            peer.send(request(target))
            reply = peer.reply()
            assert reply is not None and reply.code == OK, f"after {what}: {reply}"
    assert {code: counters.rise(refused(code)) for code in expected} == dict(expected)


@pytest.mark.parametrize("target", REQUEST_SOCKETS)
def test_a_frame_over_the_limit_ends_its_connection_and_no_other(system, target):
    counters = Counters(system, service_of(target))
    with connect(system, target) as other, connect(system, target) as peer:
        other.send(request(target))
        assert other.reply().code == OK
        peer.send(request(target, body=bytes(FRAME_MAX)))
        counters.wait(connections("closed"), 1)
        other.send(request(target))
        assert other.reply().code == OK
        peer.send(request(target))  # the same peer, connected again
        assert peer.reply().code == OK


# --- request sockets: values ---


def methods(service):
    descriptor = contract(service).DESCRIPTOR.services_by_name[f"{service.capitalize()}Service"]
    return [(f"{descriptor.full_name}/{method.name}", method.input_type) for method in descriptor.methods]


def message_of(descriptor):
    return getattr(contract(descriptor.file.name.split("/")[1]), descriptor.name)()


UNSIGNED = {4, 6, 7, 13}


def filled(descriptor, value_of, many=1):
    """A message with every field set to what value_of says; of a oneof the last one wins."""
    message = message_of(descriptor)
    for field in descriptor.fields:
        is_repeated = field.label == field.LABEL_REPEATED
        if field.type == field.TYPE_MESSAGE:
            value = filled(field.message_type, value_of)
        else:
            value = value_of(field)
        if is_repeated:
            getattr(message, field.name).extend([value] * many)
        elif field.type == field.TYPE_MESSAGE:
            getattr(message, field.name).CopyFrom(value)
        else:
            setattr(message, field.name, value)
    return message


def by_type(field, **values):
    if field.type == field.TYPE_STRING:
        return values.get("text", "x")
    if field.type == field.TYPE_BYTES:
        return values.get("data", ID)
    if field.type == field.TYPE_BOOL:
        return True
    if field.type == field.TYPE_ENUM:
        return values.get("enum", 1)
    number = values.get("number", 1)
    if number == "least":
        return 0 if field.type in UNSIGNED else -(2 ** (63 if field.cpp_type == field.CPPTYPE_INT64 else 31))
    if number == "greatest":
        return 2 ** ((63 if field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64) else 31)) - 1
    return number


BAD_VALUES = {
    "nothing": lambda descriptor: message_of(descriptor).SerializeToString(),
    "an unknown field alone": lambda descriptor: b"\xfa\x7f\x04\xff\xff\xff\xff",
    "ids of three bytes": lambda descriptor: filled(descriptor, lambda f: by_type(f, data=b"\1\2\3")).SerializeToString(),
    "ids of 100,000 bytes": lambda descriptor: filled(descriptor, lambda f: by_type(f, data=b"\1" * 100000)).SerializeToString(),
    "ids of a partition that is none": lambda descriptor: filled(descriptor, lambda f: by_type(f, data=b"\xff" * 16)).SerializeToString(),
    "unknown enum values": lambda descriptor: filled(descriptor, lambda f: by_type(f, enum=999)).SerializeToString(),
    "unspecified enum values": lambda descriptor: filled(descriptor, lambda f: by_type(f, enum=0)).SerializeToString(),
    "negative enum values": lambda descriptor: filled(descriptor, lambda f: by_type(f, enum=-(2**31))).SerializeToString(),
    "the least numbers": lambda descriptor: filled(descriptor, lambda f: by_type(f, number="least")).SerializeToString(),
    "the greatest numbers": lambda descriptor: filled(descriptor, lambda f: by_type(f, number="greatest")).SerializeToString(),
    "texts of 100,000 bytes": lambda descriptor: filled(descriptor, lambda f: by_type(f, text="y" * 100000)).SerializeToString(),
    "texts that are no UTF-8": lambda descriptor: filled(descriptor, lambda f: by_type(f, text="QQQQ")).SerializeToString().replace(b"QQQQ", b"\xff\xfe\xc0\xaf"),
    "texts with control characters": lambda descriptor: filled(descriptor, lambda f: by_type(f, text="a\0b\x1b[2J\n")).SerializeToString(),
    "lists of 1,500": lambda descriptor: filled(descriptor, by_type, many=1500).SerializeToString(),
    "lists of two million empty messages": lambda descriptor: b"".join(bytes([f.number << 3 | 2, 0]) * 2000000 for f in descriptor.fields if f.type == f.TYPE_MESSAGE and f.label == f.LABEL_REPEATED)[:FRAME_MAX - 1000],
    "nobody's ids": lambda descriptor: filled(descriptor, by_type).SerializeToString(),
}
# Without a field that can be wrong they do what they are there for.
DONE_ANYWAY = {"dunlin.reporting.v1.ReportingService/Rebuild", "dunlin.dialer.v1.DialerService/Hello"}


@pytest.mark.parametrize("service", SERVICES)
def test_values_that_no_field_may_have_are_refused_in_words_by_every_method(system, service):
    target = EDGE if service == "dialer" else service
    length = system.log_length()
    with connect(system, target) as peer:
        for (method, descriptor), (what, make) in itertools.product(methods(service), BAD_VALUES.items()):
            if method in DONE_ANYWAY:
                continue
            peer.send(request(target, method=method, body=make(descriptor)))
            reply = peer.reply()
            assert reply is not None, f"{method}, {what}: no answer"
            assert reply.code not in BROKEN, f"{method}, {what}: {BROKEN[reply.code]}: {reply.message}"
            assert reply.code == OK or reply.message, f"{method}, {what}: refused without a word"
    assert system.log_length() == length, "bad requests have left events"


# --- who may speak ---


def test_a_role_that_may_not_call_is_refused_and_counted(system):
    counters = {service: Counters(system, service) for service in SERVICES}
    for service in SERVICES:
        commands = [("dunlin.platform.v1.ControlService/SetClock", contract("platform").SetClockRequest(business_us=1).SerializeToString())]
        if service not in ("contact", "dialer"):
            commands += [(method, b"") for method, _ in methods(service)]
        with connect(system, service, keys_of(system, "third-party")) as peer:
            for method, body in commands:
                peer.send(request(service, method=method, body=body))
                reply = peer.reply()
                assert reply.code == PERMISSION_DENIED and reply.message, f"{service} {method}: {reply}"
        assert counters[service].rise('dunlin_requests_total{code="PERMISSION_DENIED"}') == len(commands)
    for name in ("dunlin", "mallory"):
        with connect(system, EDGE, keys_of(system, name)) as peer:
            for method, _ in methods("dialer"):
                peer.send(request(EDGE, method=method))
                reply = peer.reply()
                assert reply.code == PERMISSION_DENIED and reply.message, f"{name} at {EDGE}: {reply}"
    assert counters["dialer"].rise('dunlin_dialer_requests_total{code="PERMISSION_DENIED"}') == 2 * len(methods("dialer"))


@pytest.mark.parametrize("target", REQUEST_SOCKETS)
def test_a_peer_without_an_admitted_key_gets_nowhere_and_is_counted(system, target):
    service = service_of(target)
    endpoint = instance(system, service)["public_endpoint" if target == EDGE else "rpc_endpoint"]
    counters = Counters(system, service)
    unknown = zmq.curve_keypair()
    with Peer(endpoint, public_key(system, service), unknown) as stranger:
        stranger.try_send(request(target))
        counters.wait("dunlin_bus_peers_refused_total", 1)
        assert stranger.reply(0) is None
    with Peer(endpoint) as null:  # no CURVE at all
        null.try_send(request(target))
        counters.wait(connections("handshake_failed"), 2)
        assert null.reply(0) is None
    with Peer(endpoint, password=b"dunlin") as plain:
        plain.try_send(request(target))
        counters.wait(connections("handshake_failed"), 3)
        assert plain.reply(0) is None
    with Peer(endpoint, unknown[0], keys_of(system, "dunlin")) as misled:  # looks for a server with another key
        misled.try_send(request(target))
        counters.wait(connections("handshake_failed"), 4)
        assert misled.reply(0) is None


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_but_services_and_operators_listens_to_events(system, service):
    counters = Counters(system, service)
    found = instance(system, service)
    if not found["event_endpoint"]:
        pytest.fail(f"{service} announces no event socket")
    for own in (keys_of(system, "third-party"), zmq.curve_keypair()):
        refusals = counters.rise("dunlin_bus_peers_refused_total")
        with Peer(found["event_endpoint"], public_key(system, service), own, zmq.SUB) as listener:
            listener.socket.subscribe(b"")
            counters.wait("dunlin_bus_peers_refused_total", refusals + 1)
            assert not listener.socket.poll(0)


# --- below the frames ---

CURVE_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)
NULL_GREETING = CURVE_GREETING.replace(b"CURVE", b"NULL\0")
GARBAGE = {
    "nothing": b"",
    "one byte": b"\x00",
    "zeros": bytes(4096),
    "0xff": b"\xff" * 4096,
    "noise": random.Random(11).randbytes(100000),
    "HTTP": b"GET / HTTP/1.1\r\nHost: dunlin\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "PostgreSQL": bytes.fromhex("0000000804d2162f"),
    "an old ZMTP": b"\x01\x00",
    "half a greeting": CURVE_GREETING[:11],
    "a greeting": CURVE_GREETING,
    "a greeting without security": NULL_GREETING + b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER",
    "a greeting and garbage": CURVE_GREETING + b"\xff" * 1000,
    "a greeting and an endless command": CURVE_GREETING + b"\x06" + struct.pack(">Q", 2**62),
    "a greeting and a HELLO that is none": CURVE_GREETING + b"\x04\xc8\x05HELLO" + bytes(194),
}


def tcp_sockets(system, service):
    found = instance(system, service)
    names = ("rpc_endpoint", "event_endpoint", "public_endpoint")
    return {name: address(found[name]) for name in names if found[name]}


def send_raw(where, content):
    """A connection that has sent what it could of it."""
    connection = socket.create_connection(where, timeout=PATIENCE_S)
    try:
        connection.sendall(content)
    except OSError:
        pass  # ended already
    return connection


def is_closed(connection):
    """The server has ended it; what it said before does not matter."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def at_once(check, system, names):
    """Every server takes its seconds to end what says nothing more: they are waited for together."""
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        for done in [pool.submit(check, system, name) for name in names]:
            done.result()


def test_garbage_and_half_handshakes_are_ended_and_counted_and_hold_nobody_up(system):
    at_once(check_garbage_and_half_handshakes, system, SERVICES)


def check_garbage_and_half_handshakes(system, service):
    counters = Counters(system, service)
    held = []
    for where in tcp_sockets(system, service).values():
        held += [send_raw(where, content) for content in GARBAGE.values()]
        held += [send_raw(where, CURVE_GREETING) for _ in range(50)]  # they say nothing more
    for target in (service, EDGE) if service == "dialer" else (service,):
        check_answers(system, target)  # while they are held
    waiting = set(held)

    def all_are_closed():
        waiting.difference_update([connection for connection in waiting if is_closed(connection)])
        return not waiting
    poll(f"the end of {len(held)} connections to {service} that never finish", all_are_closed, PATIENCE_S)
    for connection in held:
        connection.close()
    counters.wait(connections("accepted"), len(held))
    counters.wait(connections("closed"), len(held) - 1)
    assert counters.rise(connections("handshake_failed")) > 50


class CutRelay(threading.Thread):
    """Between a real client and a server: so many bytes of the client's go through, then nothing more, and nobody is told."""

    def __init__(self, where, n_bytes):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.left, self.where = n_bytes, where
        self.server = None
        self.is_over = threading.Event()
        self.start()

    def run(self):
        client, _ = self.listener.accept()
        self.server = socket.create_connection(self.where)
        back = threading.Thread(target=self.pass_back, args=(client,), daemon=True)
        back.start()
        while self.left > 0:
            chunk = client.recv(self.left)
            if not chunk:
                break
            self.server.sendall(chunk)
            self.left -= len(chunk)
        self.is_over.wait(PATIENCE_S)
        client.close()

    def pass_back(self, client):
        try:
            while chunk := self.server.recv(65536):
                client.sendall(chunk)
        except OSError:
            pass
        self.is_over.set()  # the server has ended it

    def close(self):
        self.is_over.set()
        self.listener.close()
        if self.server is not None:
            self.server.close()


# The greeting has 64 bytes, HELLO 202, INITIATE some 260.
CUTS = (1, 10, 63, 64, 65, 200, 265, 266, 267, 300, 400, 500)


def test_a_curve_handshake_that_stops_in_the_middle_is_ended(system):
    at_once(check_half_curve_handshakes, system, REQUEST_SOCKETS)


def check_half_curve_handshakes(system, target):
    service = service_of(target)
    where = address(instance(system, service)["public_endpoint" if target == EDGE else "rpc_endpoint"])
    own = keys_of(system, "third-party" if target == EDGE else "dunlin")
    counters = Counters(system, service)
    relays = [CutRelay(where, cut) for cut in CUTS]
    peers = [Peer(relay.endpoint, public_key(system, service), own) for relay in relays]
    for peer in peers:
        peer.send(request(target))
    check_answers(system, target)
    for cut, relay in zip(CUTS, relays):
        assert relay.is_over.wait(PATIENCE_S), f"{target}: cut after {cut} bytes it is still open"
    counters.wait(connections("handshake_failed"), len(CUTS) - 1)
    for peer, relay in zip(peers, relays):
        assert peer.reply(0) is None
        peer.socket.close()
        relay.close()


@pytest.mark.parametrize("service", SERVICES)
def test_the_admin_port_answers_whatever_else_is_sent_to_it(system, service):
    where = address(instance(system, service)["admin_endpoint"])
    held = [send_raw(where, content) for content in GARBAGE.values()]
    held += [send_raw(where, b"GET /metrics HTTP/1.1\r\nX: ") for _ in range(100)]  # a byte now and then, and never the end
    for connection in held[::2]:
        try:
            connection.sendall(b"x")
        except OSError:
            pass
    for method, path, headers, body in (
            ("GET", "/" + "a" * 100000, {}, None), ("GET", "/..%2f..%2fetc/passwd", {}, None), ("GET", "/metrics%00", {}, None), ("GET", "/metrics", {"X": "y" * 100000}, None),
            ("POST", "/metrics", {}, b"x" * 1000000), ("DELETE", "/healthz", {}, None), ("GET", "/healthz", {"Content-Length": "-1"}, None),
            ("GET", "/healthz", {"Transfer-Encoding": "chunked"}, b"ffffffffffffffff\r\n")):
        try:
            answer = ask_admin(where, method, path, headers, body)
        except (OSError, http.client.HTTPException):
            continue  # hung up on
        assert answer.status in (200, 400, 404, 405, 413, 414, 431), f"{method} {path[:40]}: {answer.status}"
    assert ask_admin(where, "GET", "/healthz").status == 200
    assert ask_admin(where, "GET", "/readyz").status == 200
    for connection in held:
        connection.close()


def ask_admin(where, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection(*where, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


# --- event sockets ---


def event_record(seq, **fields):
    whole = dict(seq=seq, recorded_at_us=1, occurred_at_us=1, agency_id=1, debtor_id=ID, account_id=ID, type="dunlin.intake.v1.AccountRecalled", actor="service:mallory",
                 payload=contract("intake").AccountRecalled().SerializeToString(), hash=bytes(32))
    whole.update(fields)
    return contract("log").EventRecord(**whole)


def event_batch(seq, n=1, partition=7, **fields):
    return contract("log").EventBatch(partition=partition, events=[event_record(seq + i, **fields) for i in range(n)]).SerializeToString()


class FalseProducer:
    """Announces itself in the registry with a service's key: every consumer connects and listens to it."""

    LAST_TOPIC = b"p063"  # of those that a consumer asks for, one after the other

    def __init__(self, system):
        self.system = system
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        self.socket.linger = 0
        self.socket.sndhwm = 0
        self.socket.setsockopt(zmq.XPUB_VERBOSER, 1)
        self.socket.curve_publickey, self.socket.curve_secretkey = keys_of(system, "mallory")
        self.socket.curve_server = True
        port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"
        self.subscribed = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.announce, daemon=True)
        self.thread.start()
        poll("every consumer's subscription", self.all_listen, PATIENCE_S)

    def announce(self):
        entry = '{"service":"mallory","id":"mallory-1","version":"0","rpc_endpoint":"tcp://127.0.0.1:1","event_endpoint":"%s","pid":1,"started_at_us":1,"state":"draining"}' % self.endpoint
        while not self.is_over.wait(1.0):
            self.system.redis("set", "dunlin:instance:mallory:mallory-1", entry, "PX", "5000")

    def all_listen(self):
        while self.socket.poll(0):
            command = self.socket.recv()
            if command[1:] == self.LAST_TOPIC:
                self.subscribed += 1 if command[0] == 1 else -1
        return self.subscribed >= len(CONSUMERS)

    def send(self, *frames):
        self.socket.send_multipart(list(frames))

    def close(self):
        self.is_over.set()
        self.thread.join()
        self.system.redis("del", "dunlin:instance:mallory:mallory-1")
        self.socket.close()


@pytest.fixture
def producer(system):
    producer = FalseProducer(system)
    yield producer
    producer.close()
    check_events_flow(system)


FRAMES_REFUSED = "dunlin_frames_refused_total"


def bad_events():
    whole = event_batch(10, 3)
    return [
        ("a topic alone", [b"p007"]),
        ("three frames", [b"p007", whole, whole]),
        ("a thousand frames", [b"p007"] + [whole] * 1000),
        ("a topic that goes on", [b"p0070", whole]),
        ("a topic with a zero", [b"p007\0", whole]),
        ("no payload", [b"p007", b""]),
        ("garbage", [b"p007", random.Random(3).randbytes(1000)]),
        ("a batch without its end", [b"p007", whole[:-1]]),
        ("a request", [b"p007", request()]),
        ("no events", [b"p007", contract("log").EventBatch(partition=7).SerializeToString()]),
        ("another partition's", [b"p007", event_batch(10, partition=8)]),
        ("a partition that is none", [b"p007", event_batch(10, partition=64)]),
        ("a partition that wraps around", [b"p007", event_batch(10, partition=65536 + 7)]),
        ("a gap", [b"p007", contract("log").EventBatch(partition=7, events=[event_record(1), event_record(3)]).SerializeToString()]),
        ("backwards", [b"p007", contract("log").EventBatch(partition=7, events=[event_record(2), event_record(1)]).SerializeToString()]),
        ("number 0", [b"p007", event_batch(0)]),
        ("numbers that overflow", [b"p007", contract("log").EventBatch(partition=7, events=[event_record(2**63 - 1), event_record(-(2**63))]).SerializeToString()]),
        ("a hash of three bytes", [b"p007", event_batch(10, hash=b"abc")]),
        ("an id of three bytes", [b"p007", event_batch(10, debtor_id=b"abc")]),
        ("no type", [b"p007", event_batch(10, type="")]),
        ("a payload over the limit", [b"p007", event_batch(10, payload=bytes(256 * 1024 + 1))]),
        ("eight million empty events", [b"p007", b"\x08\x07" + b"\x12\x00" * (8 * MIB - 100)]),
    ]


def test_bad_events_of_an_admitted_service_are_refused_and_counted_by_every_subscriber(system, producer):
    counters = {service: Counters(system, service) for service in CONSUMERS}
    bad = bad_events()
    for n, (what, frames) in enumerate(bad):
        producer.send(*frames)
        for service in CONSUMERS:
            poll(f"{service} refuses {what}", lambda: counters[service].rise(FRAMES_REFUSED) >= n + 1, PATIENCE_S)
    assert {service: counters[service].rise(FRAMES_REFUSED) for service in CONSUMERS} == {service: len(bad) for service in CONSUMERS}


def check_events_flow(system):
    """An account placed is classified and planned, and all consumers come to their heads."""
    account = system.place_account()
    assert {event["name"] for event in system.events(account=account.account_id)} >= {"AccountPlaced", "AccountClassified", "ContactPlanned"}
    system.check_well()


def cursors_ahead(system):
    """Consumers that have applied what the log does not have."""
    return system.sql("SELECT string_agg(format('%s %s: %s of %s', c.consumer, c.partition, c.seq, h.next_seq - 1), ', ') FROM log.cursor c JOIN log.head h USING (partition) WHERE c.seq >= h.next_seq")


def epochs(system, partition):
    """Of each consumer that owns partitions: how often this one has been taken."""
    return json.loads(system.sql(f"SELECT json_object_agg(consumer, epoch) FROM log.cursor WHERE partition = {partition}"))


def check_heard(system, producer, topic):
    """Every consumer listens to the topic and has taken what was sent before; who takes a partition again hears nothing of it meanwhile."""
    counters = {service: Counters(system, service) for service in CONSUMERS}

    def is_heard():
        producer.send(topic, b"no batch")
        return all(counters[service].rise(FRAMES_REFUSED) > 0 for service in CONSUMERS)

    poll("every consumer hears the producer", is_heard, PATIENCE_S)


def test_events_that_the_log_does_not_have_are_never_applied(system, producer):
    """Well-formed, of an admitted service, numbered on from the log's end: only the log can say that they are none of its own."""
    account = system.place_account()
    before = system.account(account)
    partition = account.id_bytes[15] & 63
    topic = b"p%03d" % partition
    paid = contract("payment").BalanceChanged(account_id=account.id_bytes, currency="USD").SerializeToString()
    fields = dict(partition=partition, debtor_id=account.id_bytes, account_id=account.id_bytes, type="dunlin.payment.v1.BalanceChanged", payload=paid)
    head = int(system.sql(f"SELECT next_seq - 1 FROM log.head WHERE partition = {partition}"))
    taken = epochs(system, partition)
    for first in (head + 1, head + 1000, 2**62):
        producer.send(topic, event_batch(first, 50, **fields))
        if first == head + 1:  # applied, but for the cursor at the commit: each owner believes that it is none any more
            poll("every owner takes the partition again", lambda: all(epoch > taken[consumer] for consumer, epoch in epochs(system, partition).items()), PATIENCE_S)
        check_heard(system, producer, topic)
        for _ in range(2):  # every worker has been round its loop
            assert system.account(account) == before
            system.run("report")
    system.run("pay", account.account_id, "1.00")
    system.wait()
    assert cursors_ahead(system) == ""
    assert system.sql("SELECT count(*) FROM log.parked") == "0"
    assert [posting["amount_minor"] for posting in system.account(account)["payment"]["postings"] if posting["kind"] == "payment"] == [-100]


@pytest.mark.parametrize("service", SERVICES)
def test_bad_subscriptions_reach_nobody(system, service):
    counters = Counters(system, service)
    found = instance(system, service)
    with Peer(found["event_endpoint"], public_key(system, service), keys_of(system, "mallory"), zmq.XSUB) as peer:
        for frame in (b"\x01", b"\x02garbage", b"\xff" * 100, b"\x01" + b"p" * 900, b"\x00never subscribed"):
            peer.send(frame)
        for number in range(500):  # below the peer's own high-water mark, or the last one would not go out
            peer.send(b"\x01" + b"q%d" % number)
        peer.send(b"\x01" + b"p" * 5000)  # over the limit: the connection ends
        counters.wait(connections("closed"), 1)
    with Peer(found["event_endpoint"], public_key(system, service), keys_of(system, "mallory"), zmq.DEALER) as peer:
        peer.send(request())  # a socket of another type
    check_answers(system, service)


# --- floods ---


@contextlib.contextmanager
def locked(system, table):
    psql = subprocess.Popen(["psql", "-XAtq", system.server_setting("DUNLIN_DATABASE_URL")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        psql.stdin.write(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n")
        psql.stdin.flush()
        assert psql.stdout.readline() == "locked\n"
        yield
    finally:
        psql.communicate()


def memory(system, service):
    """The most that the process has ever had in memory, in bytes."""
    for line in open(f"/proc/{system.pid(service)}/status", encoding="ascii"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return pytest.fail("no VmHWM")


def test_a_flood_of_large_requests_is_held_back_and_memory_stays_bounded(system):
    """The worker waits for a lock in the database, so that requests pile up; nobody reads the replies either."""
    body = contract("intake").RowsRequest(placement_id=ID, rows=[contract("intake").Row(line=i + 1, record=bytes(64000)) for i in range(60)]).SerializeToString()
    frame = request("intake", method="dunlin.intake.v1.IntakeService/PlaceRows", body=body, idempotency_key="flood", timeout_ms=5000)
    counters = Counters(system, "intake")
    before = memory(system, "intake")
    with locked(system, "intake.placement"), connect(system, "intake") as peer:
        until = time.monotonic() + seconds_of_load(0)
        for n in itertools.count(1):
            peer.socket.send(frame)
            if n >= 600 and time.monotonic() >= until:
                break
        counters.wait('dunlin_requests_total{code="RESOURCE_EXHAUSTED"}', 100)
        check_answers(system, "intake")
    assert memory(system, "intake") - before < 1000 * MIB, f"{n * len(frame) // MIB} MiB were sent"
    check_events_flow(system)


def test_a_flood_of_bad_events_is_dropped_and_memory_stays_bounded(system, producer):
    before = {service: memory(system, service) for service in CONSUMERS}
    counters = {service: Counters(system, service) for service in CONSUMERS}
    garbage = random.Random(5).randbytes(8 * MIB)
    until = time.monotonic() + seconds_of_load(0)
    for n in itertools.count(1):
        producer.send(b"p007", garbage)
        producer.send(b"p007", event_batch(1000000 + n, 3, payload=bytes(200000)))  # far ahead of the log
        if n % 10 == 0:
            for service in CONSUMERS:  # who is slow has what it cannot take dropped: all of it arrives, or the connection would be what is tested
                poll(f"{service} takes in {n} bad events", lambda: taken(counters[service]) >= n, PATIENCE_S)
            if n >= 60 and time.monotonic() >= until:
                break
    for service in CONSUMERS:
        assert memory(system, service) - before[service] < 600 * MIB, service


def taken(counters):
    return counters.rise(FRAMES_REFUSED) + counters.rise("dunlin_frames_dropped_total")


def test_the_log_is_whole_and_the_system_well_after_all_this(system):
    system.check_well()
    system.run("log", "verify")
