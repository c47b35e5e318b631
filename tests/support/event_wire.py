"""A bad wire for events: stands between every publisher and its subscribers, and drops, doubles, delays and repeats what goes over it, or all of it.

Services announce where they publish, and others listen there. `--advertise-host` announces another address than the one that is bound (as behind NAT): services publish on 127.0.0.1 and
announce an address of this wire, on which it takes the subscribers' connections, by CURVE like any publisher. Everything but events is bound on the announced address itself.

    wire = EventWire()
    with running_system(environment=wire.environment) as system:
        wire.start(system)
"""
import collections
import heapq
import random
import threading
import time

import zmq
import zmq.auth

from dunlin_system import is_running

BOUND = "127.0.0.1"
LOOK_AROUND_S = 0.25  # how often the registry is asked for new publishers
REMEMBERED = 400      # messages of a publisher that may be repeated later


class Link:
    """One publisher: its subscribers at `front`, itself at `back`."""

    def __init__(self, context, keys, host, instance):
        self.pid, self.service = instance["pid"], instance["service"]
        port = int(instance["event_endpoint"].rsplit(":", 1)[1])
        public, secret = zmq.auth.load_certificate(keys / "private" / f"{self.service}.key_secret")
        own_public, own_secret = zmq.auth.load_certificate(keys / "private" / "wire.key_secret")
        self.sockets = []
        try:
            self.front = self.open(context, zmq.XPUB, public, secret)
            self.front.curve_server = True
            self.front.bind(f"tcp://{host}:{port}")
            self.back = self.open(context, zmq.XSUB, own_public, own_secret)
            self.back.curve_serverkey = public
            self.back.connect(f"tcp://{BOUND}:{port}")
        except zmq.ZMQError:
            self.close()
            raise
        self.past = collections.deque(maxlen=REMEMBERED)
        self.n_taken = 0
        self.passed = {}  # topic -> number of the newest message that went on

    def open(self, context, kind, public, secret):
        socket = context.socket(kind)
        self.sockets.append(socket)
        socket.linger = 0
        socket.sndhwm = socket.rcvhwm = 0
        socket.curve_publickey, socket.curve_secretkey = public, secret
        return socket

    def close(self):
        for socket in self.sockets:
            socket.close()


class EventWire(threading.Thread):
    """shares: of all messages, which part is dropped, doubled, delayed (so that others overtake it), and followed by an old one again. `counts` says what was done."""

    SHARES = {"dropped": 0.15, "doubled": 0.15, "delayed": 0.15, "repeated": 0.05}
    DELAY_S = (0.001, 0.05)

    def __init__(self, shares=None, seed=None):
        super().__init__(daemon=True)
        self.seed = random.randrange(2**32) if seed is None else seed
        self.random = random.Random(self.seed)
        self.host = f"127.{self.random.randint(1, 254)}.{self.random.randint(0, 254)}.{self.random.randint(1, 254)}"
        self.environment = {"DUNLIN_ADVERTISE_HOST": self.host, "DUNLIN_LISTEN": f"tcp://{self.host}:*", "DUNLIN_EVENTS_LISTEN": f"tcp://{BOUND}:*",
                            "DUNLIN_PUBLIC_LISTEN": f"tcp://{self.host}:*", "DUNLIN_ADMIN_ADDRESS": self.host}
        self.shares = dict(self.SHARES if shares is None else shares)
        self.is_cut = False
        self.counts = collections.Counter()
        self.links = {}
        self.delayed = []
        self.is_over = threading.Event()
        self.failure = None

    def start(self, system):
        self.system = system
        system.add_key("wire", "service")
        super().start()
        return self

    def close(self):
        """Ends it; fails where it had failed."""
        self.is_over.set()
        self.join(timeout=30)
        if self.failure is not None:
            raise self.failure

    def run(self):
        with zmq.Context() as context:
            try:
                while not self.is_over.is_set():
                    self.look_around(context)
                    self.carry(time.monotonic() + LOOK_AROUND_S)
            except Exception as failure:  # shown by close()
                self.failure = failure
            finally:
                for link in self.links.values():
                    link.close()

    def look_around(self, context):
        """The registry may be empty or gone for a while: a publisher's link stays as long as its process."""
        for key in [key for key, link in self.links.items() if not is_running(link.pid)]:
            self.links.pop(key).close()
        for instance in self.system.registry():
            key = instance["id"]
            if key in self.links or not instance["event_endpoint"] or not is_running(instance["pid"]):
                continue
            try:
                self.links[key] = Link(context, self.system.var / "keys", self.host, instance)
            except zmq.ZMQError as error:
                if error.errno != zmq.EADDRINUSE:
                    raise  # somebody has the port at this address: the publisher cannot be heard for now, and the log has it all

    def carry(self, until):
        poller = zmq.Poller()
        owners = {}
        for link in self.links.values():
            for socket in link.sockets:
                poller.register(socket, zmq.POLLIN)
                owners[socket] = link
        while not self.is_over.is_set() and time.monotonic() < until:
            next_at = min(until, self.delayed[0][0] if self.delayed else until)
            for socket, _ in poller.poll(max(0, (next_at - time.monotonic()) * 1000)):
                link = owners[socket]
                while socket.poll(0):
                    if socket is link.front:
                        link.back.send(link.front.recv())  # a subscription, or the end of one
                    else:
                        self.take(link, link.back.recv_multipart())
            self.release()

    def take(self, link, message):
        link.n_taken += 1
        number = link.n_taken
        self.counts["taken"] += 1
        link.past.append((number, message))
        fate = "dropped" if self.is_cut else self.draw()
        if fate == "dropped":
            self.counts["dropped"] += 1
        elif fate == "delayed":
            self.counts["delayed"] += 1
            heapq.heappush(self.delayed, (time.monotonic() + self.random.uniform(*self.DELAY_S), self.counts["taken"], link, number, message))
        else:
            self.pass_on(link, number, message)
            if fate == "doubled":
                self.counts["doubled"] += 1
                self.pass_on(link, number, message)
            elif fate == "repeated":
                self.counts["repeated"] += 1
                self.pass_on(link, *self.random.choice(link.past))

    def draw(self):
        luck = self.random.random()
        for fate, share in self.shares.items():
            luck -= share
            if luck < 0:
                return fate
        return "passed"

    def pass_on(self, link, number, message):
        self.counts["passed"] += 1
        newest = link.passed.get(message[0], 0)
        self.counts["overtaken"] += number < newest
        link.passed[message[0]] = max(newest, number)
        link.front.send_multipart(message)

    def release(self):
        while self.delayed and self.delayed[0][0] <= time.monotonic():
            _, _, link, number, message = heapq.heappop(self.delayed)
            if self.is_cut or link not in self.links.values():
                self.counts["dropped"] += 1
            else:
                self.pass_on(link, number, message)
