"""A third party's dialer: speaks Dunlin's native dialer protocol with nothing but the .proto files and a CURVE key.

It knows no file, table or library of Dunlin's. `protoc` turns the contracts into Python; pyzmq carries the frames. See proto/README.md.
"""
import functools
import importlib
import pathlib
import subprocess
import sys
import tempfile
import time
import types

import zmq
import zmq.auth

OK = 0
# gRPC's canonical codes that mean "the same request may be sent again"
TRANSIENT = {8, 10, 14}
# It may have been done or not: sent again only with a key, which has one effect
OUTCOME_UNKNOWN = {2, 4}


class DialerError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{message} (code {code})")
        self.code = code


@functools.lru_cache(maxsize=None)
def load_contracts(proto_dir, areas=("bus", "contact", "dialer")):
    """Compiles the contracts of some areas, those that a dialer needs for example: of each area all that its files define, and the DESCRIPTOR of the one that has its name."""
    files = {area: sorted(path.name for path in pathlib.Path(proto_dir, "dunlin", area, "v1").glob("*.proto")) for area in areas}
    with tempfile.TemporaryDirectory(prefix="dunlin-proto-") as folder:
        subprocess.run(["protoc", f"--proto_path={proto_dir}", f"--python_out={folder}", *(f"dunlin/{area}/v1/{name}" for area in areas for name in files[area])], check=True)
        sys.path.insert(0, folder)
        try:
            return tuple(import_area(area, files[area]) for area in areas)
        finally:
            sys.path.remove(folder)


def import_area(area, names):
    defined = {}
    for name in sorted(names, key=lambda name: name == f"{area}.proto"):  # its own file last: that is whose DESCRIPTOR stays
        defined.update(vars(importlib.import_module(f"dunlin.{area}.v1.{name.removesuffix('.proto')}_pb2")))
    return types.SimpleNamespace(**defined)


class NativeDialer:
    """One connection. Not for several threads. Notifications that arrive while a reply is awaited are kept for `notifications()`."""

    SERVICE = "dunlin.dialer.v1.DialerService"

    def __init__(self, proto_dir, endpoint, secret_key_file, server_key_file, software="native_dialer.py 1.0"):
        self.bus, self.contact, self.dialer = load_contracts(proto_dir)
        self.software = software
        self.last_request_id = 0
        self.pending_notifications = []
        own_public, own_secret = zmq.auth.load_certificate(secret_key_file)
        server_public, _ = zmq.auth.load_certificate(server_key_file)
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_publickey, self.socket.curve_secretkey = own_public, own_secret
        self.socket.curve_serverkey = server_public
        self.socket.connect(endpoint)

    def close(self):
        self.socket.close()

    # --- the four requests ---

    def hello(self):
        return self.call("Hello", self.dialer.HelloRequest(software=self.software), self.dialer.HelloReply)

    def fetch_dial_list(self, limit, hold_s=900):
        request = self.dialer.FetchDialListRequest(limit=limit, hold_s=hold_s)
        return self.call("FetchDialList", request, self.dialer.FetchDialListReply).entries

    def request_permits(self, targets, key=""):
        """targets: pairs of account id and contact point id. One verdict each, in order."""
        request = self.dialer.RequestPermitsRequest()
        for account_id, contact_point_id in targets:
            request.requests.add(account_id=account_id, contact_point_id=contact_point_id,
                                 purpose=self.contact.PURPOSE_COLLECTION)
        return self.call("RequestPermits", request, self.dialer.RequestPermitsReply, key).verdicts

    def report_results(self, reports):
        request = self.dialer.ReportResultsRequest(reports=reports)
        return self.call("ReportResults", request, self.dialer.ReportResultsReply).results

    def notifications(self, timeout_s=0.0):
        """What Dunlin said unasked, as messages; waits up to timeout_s for the first."""
        deadline = time.monotonic() + timeout_s
        while not self.pending_notifications and self.socket.poll(max(0, int((deadline - time.monotonic()) * 1000))):
            self.take_reply(None)
        while self.socket.poll(0):
            self.take_reply(None)
        found, self.pending_notifications = self.pending_notifications, []
        return found

    # --- the wire ---

    def call(self, method, request, reply_type, key="", timeout_s=10.0):
        deadline = time.monotonic() + timeout_s
        while True:
            reply = self.call_once(method, request, key, deadline)
            if reply.code == OK:
                return reply_type.FromString(reply.body)
            may_repeat = reply.code in TRANSIENT or (key and reply.code in OUTCOME_UNKNOWN)
            if not may_repeat or time.monotonic() >= deadline:
                raise DialerError(reply.code, f"{method}: {reply.message}")
            self.socket.poll(50)

    def call_once(self, method, request, key, deadline):
        self.last_request_id += 1
        remaining_ms = max(1, int((deadline - time.monotonic()) * 1000))
        self.socket.send(self.bus.Request(request_id=self.last_request_id, method=f"{self.SERVICE}/{method}", timeout_ms=remaining_ms,
                                          idempotency_key=key, body=request.SerializeToString()).SerializeToString())
        while True:
            remaining_ms = int((deadline - time.monotonic()) * 1000)
            if remaining_ms <= 0 or not self.socket.poll(remaining_ms):
                raise DialerError(4, f"{method}: no answer in time")
            reply = self.take_reply(self.last_request_id)
            if reply is not None:
                return reply

    def take_reply(self, request_id):
        """The reply to request_id, or None: a notification (kept) or an answer that came too late (dropped)."""
        reply = self.bus.Reply.FromString(self.socket.recv())
        if reply.request_id == 0:
            name = reply.notification.rsplit(".", 1)[-1]
            self.pending_notifications.append(getattr(self.dialer, name).FromString(reply.body))
            return None
        return reply if reply.request_id == request_id else None
