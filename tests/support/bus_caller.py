"""A program on the bus: sends commands with idempotency keys straight to the services, as the gateway or a bank's connector would, and sends again what was not acknowledged."""
import functools
import time

import zmq
import zmq.auth

from dunlin_system import REPOSITORY, native_dialer

ANSWER_S = 2.0  # how long an answer is waited for before the request is sent again, maybe to another process
PAUSE_S = 0.05  # between two tries
NOT_FOUND, FAILED_PRECONDITION = 5, 9
# With a key (or an id) the same command may be sent again after these: 4 says that its outcome is not known.
AGAIN = native_dialer.TRANSIENT | {4}


class CallError(Exception):
    """A refusal: sending again would not help."""

    def __init__(self, code, message):
        super().__init__(f"{message} (code {code})")
        self.code = code


@functools.lru_cache(maxsize=None)
def contract(area):
    """What the files of proto/dunlin/<area>/v1 define."""
    areas = tuple(sorted(path.name for path in (REPOSITORY / "proto/dunlin").iterdir()))
    return native_dialer.load_contracts(REPOSITORY / "proto", areas)[areas.index(area)]


def partition_of(id_bytes):
    """Every id ends in its partition."""
    return int.from_bytes(id_bytes[-2:], "big")


class BusCaller:
    """One program; for one thread. `resent` counts what had to be sent again."""

    def __init__(self, system, name, principal=""):
        system.add_key(name, "operator")
        self.principal = principal  # on whose behalf, where that matters
        self.system = system
        self.keys = system.var / "keys"
        self.own = zmq.auth.load_certificate(self.keys / "private" / f"{name}.key_secret")
        self.bus = contract("bus")
        self.sockets = {}  # of instances, by their ids
        self.owners = {}   # (service, partition) -> id of the instance that was named as its owner; service -> the one that was asked last
        self.last_request_id = 0
        self.resent = 0

    def close(self):
        for socket in self.sockets.values():
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
                    return getattr(contract(reply_type.full_name.split(".")[1]), reply_type.name).FromString(reply.body)
                last = reply.code, reply.message
                if reply.code not in again:
                    break
            if time.monotonic() >= deadline:
                break
            time.sleep(PAUSE_S)
        raise CallError(last[0], f"{service} {method} {key}: {last[1]}")

    def call_once(self, service, method, request, key, partition):
        """One frame and its answer; None where there was none in time: the process may be gone, and the next call looks for another."""
        instance, socket = self.connected(service, partition)
        if socket is None:
            return None
        self.last_request_id += 1
        socket.send(self.bus.Request(request_id=self.last_request_id, method=f"dunlin.{service}.v1.{service.capitalize()}Service/{method}", timeout_ms=int(ANSWER_S * 1000),
                                     idempotency_key=key, body=request.SerializeToString(), partition=partition, principal=self.principal).SerializeToString())
        until = time.monotonic() + ANSWER_S
        while socket.poll(max(0, int((until - time.monotonic()) * 1000))):
            reply = self.bus.Reply.FromString(socket.recv())
            if reply.request_id == self.last_request_id:
                if reply.owner:
                    self.owners[service, partition] = reply.owner
                return reply
        self.disconnect(instance)
        return None

    def connected(self, service, partition):
        """The partition's owner as far as it is known; else the youngest instance that announces itself: after a kill, the dead one's entry lives on for some seconds."""
        instance = self.owners.get((service, partition)) or self.owners.get(service)
        if instance not in self.sockets:
            serving = {i["id"]: i for i in self.system.registry() if i["service"] == service and i["state"] == "serving"}
            found = serving.get(instance) or max(serving.values(), key=lambda i: i["started_at_us"], default=None)
            if found is None:
                return None, None
            if found["id"] != instance:
                self.owners.pop((service, partition), None)
            instance = found["id"]
            if instance not in self.sockets:
                self.sockets[instance] = self.connect(service, found["rpc_endpoint"])
        self.owners[service] = instance
        return instance, self.sockets[instance]

    def connect(self, service, endpoint):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_serverkey = zmq.auth.load_certificate(self.keys / "public" / f"{service}.key")[0]
        socket.connect(endpoint)
        return socket

    def disconnect(self, instance):
        self.sockets.pop(instance).close()
        self.owners = {what: owner for what, owner in self.owners.items() if owner != instance}
