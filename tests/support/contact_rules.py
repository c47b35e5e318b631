"""A second reading of the rules on contact: goes through the events of one partition in the order of the log and says which permits should not have been granted.

Written from DESIGN.md §6, 12 CFR 1006 and the comments of `proto/`, not from the contact service's code, and sharing none with it: what both get wrong would have to be wrong twice. It believes
facts (what was reported, opened, paid, asked for) and no conclusion of the service: neither `DecisionInputs` nor `ContactStopped` nor `counts`.
"""
import collections
import datetime
import zoneinfo

DAY_S = 86400
WINDOW = (datetime.time(8), datetime.time(21))
ATTEMPTS, ATTEMPT_DAYS, CONVERSATION_DAYS = 7, 7, 7
ZONES = {"+1212": "America/New_York", "+1213": "America/Los_Angeles"}  # of the numbers that tests use, by their area codes
UNCONNECTED = {"NOT_PLACED", "BUSY", "NOT_IN_SERVICE", "FAILED"}      # 12 CFR 1006.14(b)(3)(ii)
OF_PERSON = {"ATTORNEY", "BANKRUPTCY", "DECEASED", "OPT_OUT_CALLS"}

# payload: the unpacked message; id: of the account or debtor, as bytes
Event = collections.namedtuple("Event", "partition seq name at_us account debtor payload")
# What stops contact from `seq` on: `kind` ("dispute", "cease", "paid", ...) of the `scope` ("account", "debtor", "point") with the id `key`.
Stop = collections.namedtuple("Stop", "kind scope key seq")


def word(message, field):
    """An enum's value as the word behind its type's name."""
    descriptor = message.DESCRIPTOR.fields_by_name[field].enum_type
    return enum_word(descriptor, getattr(message, field))


def enum_word(descriptor, number):
    return descriptor.values_by_number[number].name.removeprefix("".join("_" + c if c.isupper() else c for c in descriptor.name).lstrip("_").upper() + "_")


class Attempt:
    """A permit and what is known of it: the stricter of all that was reported."""

    def __init__(self, event):
        self.permit_id, self.account, self.point, self.seq = event.payload.permit_id, event.account, event.payload.contact_point_id, event.seq
        self.granted_us = self.at_us = event.at_us
        self.counts, self.is_open, self.is_reported = True, True, False
        self.conversations = {}  # account -> when
        self.discussed = set()


class Partition:
    """State after the events read so far. `violations`: sentences."""

    def __init__(self):
        self.stops = collections.defaultdict(dict)  # (scope, key) -> {kind: seq of the stop}
        self.disputes = collections.defaultdict(dict)  # account -> {dispute id: seq}
        self.parts = {}  # account -> how much its open dispute holds, where that is a part
        self.owed = {}  # account -> the ledger's last word
        self.claims = {}  # account -> seq of the report that claims a dispute which is not opened yet
        self.unposted = collections.defaultdict(set)  # account -> seqs of payments that the client reported and of credits that disputes ended with, which the ledger has not answered
        self.settled = collections.defaultdict(set)   # account -> seqs at which the client said that nothing is owed, not answered either
        self.points = collections.defaultdict(dict)  # debtor -> {contact point: zone}, phones
        self.home = {}  # debtor -> zones of addresses
        self.attempts = {}  # permit -> Attempt
        self.of_account = collections.defaultdict(list)  # account -> attempts on its own permits or where it was discussed
        self.history = []  # every Stop that began
        self.violations = []

    def read(self, event):
        handler = getattr(self, "on_" + event.name, None)
        if handler is not None:
            handler(event)

    # --- stops and what lifts them ---

    def stop(self, kind, scope, key, seq):
        if kind not in self.stops[scope, key]:
            self.stops[scope, key][kind] = seq
            self.history.append(Stop(kind, scope, key, seq))

    def lift(self, kind, scope, key):
        self.stops[scope, key].pop(kind, None)

    def on_AccountPlaced(self, event):
        placed = event.payload
        self.owed[event.account] = placed.balance_minor
        for point in placed.contact_points:
            if word(point, "kind") == "PHONE":
                self.points[event.debtor][point.contact_point_id] = zoneinfo.ZoneInfo(ZONES[point.value[:5]])
        self.home[event.debtor] = {zoneinfo.ZoneInfo("America/New_York")}  # tests' debtors live there
        if placed.balance_minor <= 0:
            self.stop("paid", "account", event.account, event.seq)
        if placed.is_disputed:
            self.claim(event.account, event.seq)

    def on_AccountRecalled(self, event):
        self.stop("recalled", "account", event.account, event.seq)

    # What a client says of money holds from there on: a payment may be all that is owed. Each time the ledger answers it by its position; no balance from before that, and none that
    # somebody's command made meanwhile, says more than the client.

    def on_PaymentReported(self, event):
        self.stop("reported", "account", event.account, event.seq)
        self.unposted[event.account].add(event.seq)

    def on_AccountUpdated(self, event):
        if event.payload.WhichOneof("balance_presence") is not None and event.payload.balance_minor <= 0:
            self.stop("paid", "account", event.account, event.seq)
            self.settled[event.account].add(event.seq)

    def on_BalanceChanged(self, event):
        self.owed[event.account] = event.payload.balance_minor
        for unanswered in (self.unposted[event.account], self.settled[event.account]):
            unanswered.discard(event.payload.cause_seq)
        if not self.unposted[event.account]:
            self.lift("reported", "account", event.account)
        if event.payload.balance_minor <= 0:
            self.stop("paid", "account", event.account, event.seq)
        elif not self.settled[event.account]:
            self.lift("paid", "account", event.account)

    def on_PromiseMade(self, event):
        self.stop("promise", "account", event.account, event.seq)

    def end_promise(self, event):
        self.lift("promise", "account", event.account)

    on_PromiseKept = on_PromiseBroken = on_PromiseCancelled = end_promise

    def on_PlanAgreed(self, event):
        self.stop("plan", "account", event.account, event.seq)

    on_PlanResumed = on_PlanAgreed

    def end_plan(self, event):
        self.lift("plan", "account", event.account)

    on_PlanCompleted = on_PlanBroken = end_plan

    def on_PlanCancelled(self, event):
        if not event.payload.was_proposed:
            self.end_plan(event)

    def on_StopRecorded(self, event):
        self.stop(*self.flag(event), event.seq)

    def on_StopReleased(self, event):
        self.lift(*self.flag(event))

    @staticmethod
    def flag(event):
        flag = word(event.payload, "flag")
        if flag == "OPT_OUT_CONTACT_POINT":
            return flag.lower(), "point", event.payload.contact_point_id
        return (flag.lower(), "debtor", event.debtor) if flag in OF_PERSON else (flag.lower(), "account", event.account)

    # A dispute holds from what was said on. What is said while one is open is that one.

    def claim(self, account, seq):
        if not self.disputes[account] and account not in self.claims:
            self.claims[account] = seq
            self.history.append(Stop("dispute", "account", account, seq))

    def open_dispute(self, event, is_without_hold):
        if is_without_hold:
            self.claims.pop(event.account, None)
            return
        if self.claims.pop(event.account, None) is None and not self.disputes[event.account]:
            self.history.append(Stop("dispute", "account", event.account, event.seq))
        self.disputes[event.account][event.payload.dispute_id] = event.seq
        self.parts.pop(event.account, None)
        if event.payload.HasField("held_part"):
            self.parts[event.account] = event.payload.held_part.amount_minor

    def on_DisputeOpened(self, event):
        self.open_dispute(event, event.payload.detail.is_without_hold)

    def on_DisputeAmended(self, event):
        if event.payload.detail.answered_at_us == 0:
            self.open_dispute(event, event.payload.detail.is_without_hold)

    def on_DisputeReopened(self, event):
        self.open_dispute(event, event.payload.is_without_hold)

    def end_dispute(self, event):
        if self.disputes[event.account].pop(event.payload.dispute_id, None) is not None:
            self.parts.pop(event.account, None)

    def on_VerificationSent(self, event):
        self.end_dispute(event)

    def on_DisputeResolved(self, event):
        self.end_dispute(event)
        if event.payload.credit_minor:
            self.on_PaymentReported(event)
        if word(event.payload, "outcome") in ("UPHELD", "CONCEDED") and not event.payload.is_rest_owed:
            self.stop("dispute_upheld", "account", event.account, event.seq)

    def on_ComplaintOpened(self, event):
        if event.payload.is_account_held:
            self.stop("complaint", "account", event.account, event.seq)
        else:
            self.lift("complaint", "account", event.account)

    on_ComplaintChanged = on_ComplaintOpened

    def on_EscalationMoved(self, event):
        if event.payload.is_account_held:
            self.stop("handed_over", "account", event.account, event.seq)
        else:
            self.lift("handed_over", "account", event.account)

    # --- attempts ---

    def on_PermitGranted(self, event):
        self.judge(event)
        attempt = Attempt(event)
        self.attempts[attempt.permit_id] = attempt
        self.of_account[event.account].append(attempt)

    def on_PermitExpired(self, event):
        self.attempts[event.payload.permit_id].is_open = False

    def on_AttemptReported(self, event):
        report = event.payload.report
        attempt = self.attempts[event.payload.permit_id]
        attempt.is_open = False
        started_us = min(report.started_at_us or event.at_us, event.at_us)
        at_us = max(started_us, attempt.granted_us)
        connected = word(report, "telephony") not in UNCONNECTED
        about = set(report.discussed_account_ids) or {attempt.account}
        if not attempt.is_reported:
            attempt.counts, attempt.at_us, attempt.is_reported = connected, at_us, True
        elif connected and not attempt.counts:
            attempt.counts, attempt.at_us = True, max(attempt.at_us, at_us)
        for account in about - {attempt.account} - attempt.discussed:
            self.of_account[account].append(attempt)
            attempt.discussed.add(account)
        if report.is_conversation:
            for account in about:
                attempt.conversations[account] = max(attempt.conversations.get(account, 0), at_us)
        if word(report, "outcome") == "DISPUTE":
            for account in about | {attempt.account}:
                self.claim(account, event.seq)
        if word(report, "party") == "WRONG":
            self.stop("wrong_number", "point", attempt.point, event.seq)

    # --- the verdict on a grant ---

    def judge(self, event):
        where = f"partition {event.partition}, permit at seq {event.seq} of account {event.account.hex()}"
        self.violations += [f"{where}: {why}" for why in (*self.stopped(event), *self.capped(event), *self.untimely(event))]

    def stopped(self, event):
        for scope, key in (("account", event.account), ("debtor", event.debtor), ("point", event.payload.contact_point_id)):
            for kind, seq in self.stops[scope, key].items():
                yield f"stopped by {kind} of the {scope} at seq {seq}"
        part = self.parts.get(event.account, 0)
        if part and self.disputes[event.account] and self.owed[event.account] > part:  # the rest may be asked for, and whoever asks is told of the part
            if event.payload.held_part.amount_minor != part:
                yield f"a permit that names {event.payload.held_part.amount_minor} as not to be asked for, not {part}"
        else:
            for seq in [*self.disputes[event.account].values(), *filter(None, [self.claims.get(event.account)])]:
                yield f"stopped by the dispute of seq {seq}"
            if event.payload.HasField("held_part"):
                yield "a permit that names a part as held where none is"

    def zones(self, debtor):
        """Where the debtor may be: at any of his phones that is not known to be somebody else's, and at home."""
        return {zone for point, zone in self.points[debtor].items() if "wrong_number" not in self.stops["point", point]} | self.home[debtor]

    def capped(self, event):
        own = [attempt for attempt in self.of_account[event.account] if "wrong_number" not in self.stops["point", attempt.point]]
        waiting = [attempt for attempt in own if attempt.is_open and attempt.account == event.account]
        if waiting:
            yield f"{len(waiting)} permits of the debt are not reported yet"
        for zone in self.zones(event.debtor):
            today = local(event.at_us, zone).date()
            days = [(today - local(attempt.at_us, zone).date()).days for attempt in own if attempt.counts]
            if sum(day < ATTEMPT_DAYS for day in days) + 1 > ATTEMPTS:
                yield f"attempt {sum(day < ATTEMPT_DAYS for day in days) + 1} within {ATTEMPT_DAYS} days ({zone})"
            talks = [(today - local(attempt.conversations[event.account], zone).date()).days for attempt in own if event.account in attempt.conversations]
            if talks and min(talks) < CONVERSATION_DAYS:
                yield f"{min(talks)} days after a conversation ({zone})"

    def untimely(self, event):
        for zone in self.zones(event.debtor):
            now = local(event.at_us, zone)
            if not WINDOW[0] <= now.time() < WINDOW[1]:
                yield f"granted at {now:%H:%M:%S} ({zone})"
            if event.payload.valid_until_us > now.replace(hour=21, minute=0, second=0, microsecond=0).timestamp() * 1_000_000:
                yield f"valid beyond 21:00 ({zone})"


def local(at_us, zone):
    return datetime.datetime.fromtimestamp(at_us / 1_000_000, zone)


def read_log(events):
    """events in any order of partitions, each in its own. {partition: state at the end}."""
    partitions = collections.defaultdict(Partition)
    for event in events:
        partitions[event.partition].read(event)
    return partitions
