"""The rules on hours, number of calls, conversations, opt-outs and cease letters once more, from the text of Regulation F (12 CFR 1006.6, 1006.14) and by Python's own calendar: nothing here knows how Dunlin decides.

It reads scenarios as `dunlin policy test` does and says which of its five rules forbid the contact. Slow and plain on purpose.
"""
import datetime
import zoneinfo

TIME, CALLS, CONVERSATION, MEDIA, CEASE = "REGF-6B1I-TIME", "REGF-14B2A-7IN7", "REGF-14B2B-CONVO7", "REGF-14H-MEDIA", "REGF-6C-CEASE"
OPENS, CLOSES = datetime.time(8), datetime.time(21)
LIMIT, WINDOW_DAYS = 7, 7
UNCONNECTED = ("busy", "not_in_service")
PLACED_CALLS = ("call", "ringless_voicemail")
DAY = datetime.timedelta(days=1)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Case:
    """One scenario at the instant of its question: what came later is not known."""

    def __init__(self, scenario):
        self.facts, self.question = scenario["facts"], scenario["question"]
        self.at = instant(self.question["at"])
        self.history = [event for event in self.facts["history"] if instant(event["at"]) <= self.at]
        self.wrong = {event["phone"] for event in self.history if event["type"] == "wrong_number_learned"}
        self.zones = [zoneinfo.ZoneInfo(name) for name in sorted(self.zone_names())]

    def zone_names(self):
        if "known_location" in self.facts:
            return {self.facts["known_location"]["tz"]}
        phones = {phone["tz"] for phone in self.facts["phones"] if phone["owner"] == "C1" and phone["id"] not in self.wrong}
        return phones | {address["tz"] for address in self.facts["addresses"]}

    def of_type(self, *types):
        return [event for event in self.history if event["type"] in types]


def local_date(text_or_instant, zone):
    moment = instant(text_or_instant) if isinstance(text_or_instant, str) else text_or_instant
    return moment.astimezone(zone).date()


# --- 1006.6(b)(1)(i) ---


def is_at_an_inconvenient_hour(case):
    if case.question["channel"] == "letter":
        return False
    return any(not OPENS <= case.at.astimezone(zone).time() < CLOSES for zone in case.zones)


# --- 1006.14(b) ---


def particular_debts(case, ids):
    """Loans that are serviced under one account number are one debt."""
    of_debt = {debt["id"]: debt.get("student_loan_account", debt["id"]) for debt in case.facts["debts"]}
    return {of_debt[debt] for debt in ids}


def conversations(case, debt):
    """With this collector; either side may have begun them."""
    return [event for event in case.of_type("call_out", "call_in") if event["outcome"] == "conversation" and event.get("to", "C1") == "C1" and event.get("phone") not in case.wrong and event.get("by", "COL1") == "COL1"
            and debt in particular_debts(case, event.get("discussed", event["debts"]))]


def has_consent(case, debt, moment, zone):
    """1006.14(b)(3)(i): direct, for seven days of which the first is that of its receipt, or for the days named; until revoked, or until they talk."""
    for consent in case.of_type("consent"):
        given = instant(consent["at"])
        if given > moment or consent["scope"] != "calls" or consent["given_to"] != "collector" or not consent["during_compliant_communication"]:
            continue
        if debt not in particular_debts(case, consent["debts"]):
            continue
        today = local_date(moment, zone)
        if not local_date(given, zone) <= today < local_date(given, zone) + WINDOW_DAYS * DAY:
            continue
        if "on_dates" in consent and today.isoformat() not in consent["on_dates"]:
            continue
        ends = case.of_type("consent_revoked") + conversations(case, debt)
        if any(given < instant(end["at"]) <= moment and (end["type"] != "consent_revoked" or end["scope"] == "calls") and instant(end["at"]) != moment for end in ends):
            continue
        return True
    return False


def counted_calls(case, debt, zone):
    today = local_date(case.at, zone)
    return [call for call in case.of_type("call_out") if call["to"] == "C1" and call["outcome"] not in UNCONNECTED and call["phone"] not in case.wrong and call.get("by", "COL1") == "COL1"
            and debt in particular_debts(case, call["debts"]) and today - (WINDOW_DAYS - 1) * DAY <= local_date(call["at"], zone) <= today and not has_consent(case, debt, instant(call["at"]), zone)]


def frequency_rules(case):
    found = set()
    if case.question["channel"] not in PLACED_CALLS:
        return found
    for zone in case.zones:
        for debt in particular_debts(case, case.question["debts"]):
            if has_consent(case, debt, case.at, zone):
                continue
            if len(counted_calls(case, debt, zone)) + 1 > LIMIT:
                found.add(CALLS)
            today = local_date(case.at, zone)
            if any(local_date(talk["at"], zone) <= today < local_date(talk["at"], zone) + WINDOW_DAYS * DAY for talk in conversations(case, debt)):
                found.add(CONVERSATION)
    return found


# --- 1006.14(h)(1), 1006.6(c) ---


def is_refused_medium(case):
    question = case.question
    medium = "call" if question["channel"] in PLACED_CALLS else question["channel"]
    address = question.get("phone") or question.get("email") or question.get("address")
    return any(event["medium"] == medium and event.get("address", address) == address for event in case.of_type("media_request", "opt_out"))


def is_ceased(case):
    notices = [event for event in case.of_type("cease_received", "refuse_to_pay_received") if event["written"] and event["medium"] != "call"]
    return any(particular_debts(case, event["debts"]) & particular_debts(case, case.question["debts"]) for event in notices)


def forbidding_rules(scenario):
    """Those of the five that forbid the contact."""
    case = Case(scenario)
    found = frequency_rules(case)
    if is_at_an_inconvenient_hour(case):
        found.add(TIME)
    if is_refused_medium(case):
        found.add(MEDIA)
    if is_ceased(case):
        found.add(CEASE)
    return found


RULES = {TIME, CALLS, CONVERSATION, MEDIA, CEASE}
