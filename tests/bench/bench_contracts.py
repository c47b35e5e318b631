"""Messages of the contracts, made from the .proto files at hand, and one client that speaks the envelope."""
import functools
import pathlib
import subprocess
import tempfile

import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
import google.protobuf.message_factory
import zmq
import zmq.auth

from dunlin_system import REPOSITORY


@functools.lru_cache(maxsize=None)
def contracts():
    proto = REPOSITORY / "proto"
    with tempfile.NamedTemporaryFile() as image:
        subprocess.run(["protoc", f"--proto_path={proto}", "--include_imports", f"--descriptor_set_out={image.name}", *map(str, proto.glob("dunlin/*/v1/*.proto"))], check=True)
        files = google.protobuf.descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(image.name).read_bytes())
    pool = google.protobuf.descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool, google.protobuf.message_factory.MessageFactory(pool)


@functools.lru_cache(maxsize=None)
def message(name):
    """The class of "dunlin.intake.v1.AccountPlaced"."""
    pool, factory = contracts()
    return factory.GetPrototype(pool.FindMessageTypeByName(name))


class Client:
    """Calls one instance with the operator's key; one call after the other."""

    def __init__(self, system, service):
        keys = system.var / "keys"
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_publickey, self.socket.curve_secretkey = zmq.auth.load_certificate(keys / "private/dunlin.key_secret")
        self.socket.curve_serverkey, _ = zmq.auth.load_certificate(keys / f"public/{service}.key")
        self.socket.connect(system.instances(service)[0]["endpoint"])
        self.n_calls = 0

    def call(self, method, request, account_id, timeout_ms=60_000):
        """The reply's body; `method` is "dunlin.payment.v1.PaymentService/PostPayment"."""
        self.n_calls += 1
        envelope = message("dunlin.bus.v1.Request")(request_id=self.n_calls, method=method, timeout_ms=timeout_ms, body=request.SerializeToString(),
                                                    partition=int.from_bytes(account_id[-2:], "big"))
        self.socket.send(envelope.SerializeToString())
        if not self.socket.poll(timeout_ms):
            raise RuntimeError(f"{method}: no answer in {timeout_ms} ms")
        reply = message("dunlin.bus.v1.Reply").FromString(self.socket.recv())
        if reply.code != 0:
            raise RuntimeError(f"{method}: {reply.message} (code {reply.code})")
        return reply.body

    def close(self):
        self.socket.close()
