"""A program on the bus: sends commands with idempotency keys straight to the services, as the gateway or a bank's connector would, and sends again what was not acknowledged."""
import functools
import importlib
import pathlib
import subprocess
import sys
import tempfile
import time

import zmq
import zmq.auth

from dunlin_system import REPOSITORY, native_dialer

ANSWER_S = 2.0  # how long an answer is waited for before the request is sent again, maybe to another process
PAUSE_S = 0.05  # between two tries
NOT_FOUND = 5
# With a key (or an id) the same command may be sent again after these: 4 says that its outcome is not known.
AGAIN = native_dialer.TRANSIENT | {4}


class CallError(Exception):
    """A refusal: sending again would not help."""

    def __init__(self, code, message):
        super().__init__(f"{message} (code {code})")
        self.code = code


@functools.lru_cache(maxsize=None)
def contract(area):
    """The Python module of proto/dunlin/<area>/v1."""
    compile_contracts()
    return importlib.import_module(f"dunlin.{area}.v1.{area}_pb2")


@functools.lru_cache(maxsize=None)
def compile_contracts():
    native_dialer.load_contracts(REPOSITORY / "proto")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-proto-"))
    subprocess.run(["protoc", f"--proto_path={REPOSITORY / 'proto'}", f"--python_out={folder}", *map(str, sorted((REPOSITORY / "proto").rglob("*.proto")))], check=True)
    sys.path.insert(0, str(folder))


def partition_of(id_bytes):
    """Every id ends in its partition."""
    return int.from_bytes(id_bytes[-2:], "big")


class BusCaller:
    """One program; for one thread. `resent` counts what had to be sent again."""

    def __init__(self, system, name):
        system.add_key(name, "operator")
        self.system = system
        self.keys = system.var / "keys"
        self.own = zmq.auth.load_certificate(self.keys / "private" / f"{name}.key_secret")
        self.bus = contract("bus")
        self.sockets = {}
        self.last_request_id = 0
        self.resent = 0

    def close(self):
        for socket, _ in self.sockets.values():
            socket.close()
        self.sockets.clear()

    def call(self, service, method, request, key, partition=0, again=AGAIN, timeout_s=60.0):
        """The reply, whatever happens to the services meanwhile; CallError where it was refused with a code not in `again`, or where nobody answers for timeout_s."""
        deadline = time.monotonic() + timeout_s
        last = (4, "no answer")
        for turn in range(1 << 30):
            self.resent += turn > 0
            reply = self.call_once(service, method, request, key, partition)
            if reply is not None:
                if reply.code == native_dialer.OK:
                    reply_type = contract(service).DESCRIPTOR.services_by_name[f"{service.capitalize()}Service"].methods_by_name[method].output_type
                    return getattr(contract(service), reply_type.name).FromString(reply.body)
                last = reply.code, reply.message
                if reply.code not in again:
                    break
            if time.monotonic() >= deadline:
                break
            time.sleep(PAUSE_S)
        raise CallError(last[0], f"{service} {method} {key}: {last[1]}")

    def call_once(self, service, method, request, key, partition):
        """One frame and its answer; None where there was none in time: the process may be gone, and the next call looks for another."""
        socket = self.connected(service)
        if socket is None:
            return None
        self.last_request_id += 1
        socket.send(self.bus.Request(request_id=self.last_request_id, method=f"dunlin.{service}.v1.{service.capitalize()}Service/{method}", timeout_ms=int(ANSWER_S * 1000),
                                     idempotency_key=key, body=request.SerializeToString(), partition=partition).SerializeToString())
        until = time.monotonic() + ANSWER_S
        while socket.poll(max(0, int((until - time.monotonic()) * 1000))):
            reply = self.bus.Reply.FromString(socket.recv())
            if reply.request_id == self.last_request_id:
                return reply
        self.disconnect(service)
        return None

    def connected(self, service):
        """The youngest instance that announces itself: after a kill, the dead one's entry lives on for some seconds."""
        if service in self.sockets:
            return self.sockets[service][0]
        found = max((i for i in self.system.registry() if i["service"] == service and i["state"] == "serving"), key=lambda i: i["started_at_us"], default=None)
        if found is None:
            return None
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_serverkey = zmq.auth.load_certificate(self.keys / "public" / f"{service}.key")[0]
        socket.connect(found["rpc_endpoint"])
        self.sockets[service] = socket, found["id"]
        return socket

    def disconnect(self, service):
        self.sockets.pop(service)[0].close()
