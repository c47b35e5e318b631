"""Interest, due dates, instalments and notices once more, day by day and by Python's own fractions and calendar: nothing here knows how Dunlin computes them. Slow and plain on purpose.

Dates are datetime.date, amounts whole minor units, rates millionths of a percent.
"""
import calendar
import datetime
import math
from fractions import Fraction

DAY = datetime.timedelta(days=1)
ACT_365, ACT_360, ACT_ACT, THIRTY = 1, 2, 3, 4
WEEKLY, TWO_WEEKLY, TWICE, MONTHLY, QUARTERLY, YEARLY = range(1, 7)
INSTALMENTS_MAX = 366


# --- interest ---


def thirty_360(start, end):
    """ISDA 2006 4.16(g), as it is written there."""
    first, second = (30 if date.day == 31 else date.day for date in (start, end))
    return Fraction(360 * (end.year - start.year) + 30 * (end.month - start.month) + second - first, 360)


def part_of_year(day, day_count):
    if day_count == THIRTY:
        return thirty_360(day, day + DAY)
    return Fraction(1, {ACT_365: 365, ACT_360: 360, ACT_ACT: 366 if calendar.isleap(day.year) else 365}[day_count])


def principal_on(day, changes):
    return sum(amount for value_on, amount in changes if value_on <= day)


def interest(day_count, first, through, rates, changes, cap_minor=None, cap_share=None):
    """Exact, and whether a cap holds it down."""
    owed, parts = {}, {}
    for value_on, amount in changes:
        owed[max(value_on, first)] = owed.get(max(value_on, first), 0) + amount
    principal, day = 0, first
    rate_from = dict(rates)
    rate = max((pair for pair in rates if pair[0] <= first), default=(None, None))[1]
    while day <= through:
        principal += owed.get(day, 0)
        rate = rate_from.get(day, rate)
        part = part_of_year(day, day_count)
        parts[part] = parts.get(part, 0) + max(principal, 0) * rate
        day += DAY
    total = sum((amount * part for part, amount in parts.items()), Fraction(0)) / 100_000_000
    caps = [] if cap_minor is None else [cap_minor]
    if cap_share is not None:
        caps.append(math.floor(max(principal_on(min(first, through), changes), 0) * Fraction(cap_share, 100_000_000)))
    return (Fraction(min(caps)), True) if caps and total > min(caps) else (total, False)


def rounded(exact):
    return math.floor(exact + Fraction(1, 2))


def statutory_rates(law, margin, starts, through, references):
    """{(year, is_second_half): rate} to [(from, rate)]: what holds on each day, and where it changes with a half-year."""
    found, day = [], starts
    while day <= through and not (law == "UK" and found):
        if day == starts or (day.day == 1 and day.month in (1, 7)):
            found.append((day, references[day.year, day.month > 6] + margin))
        day += DAY
    return found


# --- plans ---


def in_month(year, month, day):
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def due_dates(frequency, first, day, second):
    """All of them, one after the other."""
    if frequency in (WEEKLY, TWO_WEEKLY):
        for n in range(10_000):
            yield first + (7 if frequency == WEEKLY else 14) * n * DAY
    elif frequency == TWICE:
        for n in range(10_000):
            for wanted in (day, second):
                due = in_month(first.year, first.month + n, wanted)
                if due >= first:
                    yield due
    else:
        for n in range(10_000):
            yield in_month(first.year, first.month + {MONTHLY: 1, QUARTERLY: 3, YEARLY: 12}[frequency] * n, day or first.day)


def take(dates, n):
    return [due for due, _ in zip(dates, range(n))]


def equal_amounts(total, each):
    """As many of `each` as fit, and the rest."""
    return [each] * (total // each) + ([total % each] if total % each else [])


def by_number(total, n):
    """None where the rounding leaves nothing for the last."""
    amounts = equal_amounts(total, math.ceil(Fraction(total, n)))
    return amounts if len(amounts) == n else None


def is_within_months(agreed_on, due, months):
    return due <= in_month(agreed_on.year, agreed_on.month + months, agreed_on.day)


def may_last(dates, agreed_on, longest_months):
    return is_within_months(agreed_on, dates[-1], longest_months) or (len(dates) == 1 and is_within_months(agreed_on, dates[0], 1))


def smallest_instalment(owed, rhythm, agreed_on, minimum, longest_months):
    """The smallest equal instalment that the limits allow, by looking for it; None where no amount would do."""

    def may_be(each):
        amounts = equal_amounts(owed, each)
        if len(amounts) > INSTALMENTS_MAX or any(amount < minimum for amount in amounts[:-1]):
            return False
        return may_last(take(due_dates(*rhythm), len(amounts)), agreed_on, longest_months)

    low, high = 1, owed
    if not may_be(owed):
        return None
    while low < high:
        middle = (low + high) // 2
        if owed // middle <= 2 * INSTALMENTS_MAX and may_be(middle):
            high = middle
        else:
            low = middle + 1
    return high


class Plan:
    """What was received in all decides what each instalment has: nothing is carried from payment to payment but that sum and the day on which an instalment had enough."""

    def __init__(self, dues, amounts, tolerance, grace, in_a_row, in_total):
        self.dues, self.amounts, self.tolerance, self.grace, self.limits = list(dues), list(amounts), tolerance, grace, (in_a_row, in_total)
        self.received, self.state = 0, "active"
        self.enough_on, self.grace_from, self.was_missed = [None] * len(amounts), list(dues), [False] * len(amounts)
        self.held_on = None

    def paid(self):
        left, paid = self.received, []
        for amount in self.amounts:
            paid.append(max(0, min(amount, left)))
            left -= amount
        return paid

    def is_enough(self, i):
        kind, value = self.tolerance
        forgiven = {0: 0, 1: value, 2: math.floor(Fraction(self.amounts[i] * value, 100))}[kind]
        return self.paid()[i] > 0 and self.amounts[i] - self.paid()[i] <= forgiven

    def is_missed(self, i, day):
        return (self.enough_on[i] or day) > self.grace_from[i] + self.grace * DAY

    def look(self, day):
        for i in range(len(self.amounts)):
            if self.is_enough(i):
                self.enough_on[i] = self.enough_on[i] or day
            elif self.enough_on[i]:
                self.was_missed[i] |= self.is_missed(i, day)
                self.enough_on[i] = None
                self.grace_from[i] = max(self.grace_from[i], day)
        if all(self.enough_on):
            self.state = "completed"

    def give_grace(self, day):
        for i in range(len(self.amounts)):
            if not self.enough_on[i] and not (self.held_on and self.is_missed(i, self.held_on)):
                self.grace_from[i] = max(self.grace_from[i], day)

    def happen(self, event, minor, day):
        """False where the state forbids it."""
        running = self.state in ("active", "held")
        if event == "pay" and running:
            self.received += minor
            self.look(day)
        elif event == "return" and (running or self.state == "completed"):
            was_completed = self.state == "completed"
            self.state = "active" if was_completed else self.state
            self.received = max(0, self.received - minor)
            self.look(day)
            if was_completed:
                self.give_grace(day)
        elif event == "hold" and self.state == "active":
            self.state, self.held_on = "held", day
        elif event == "resume" and self.state == "held":
            self.state = "active"
            self.give_grace(day)
        elif event == "fit":
            if running:
                self.fit(minor, day)
        elif event == "review":
            if self.breaks(day):
                self.state = "broken"
        else:
            return False
        return True

    def fit(self, owed, day):
        if owed <= 0:
            self.state, self.held_on = "completed", day
            return
        while sum(self.amounts) - sum(self.paid()) > owed:
            excess = sum(self.amounts) - sum(self.paid()) - owed
            last = max(i for i, (amount, paid) in enumerate(zip(self.amounts, self.paid())) if amount > paid)
            beyond = self.received - sum(self.paid())
            self.amounts[last] -= min(excess, self.amounts[last] - self.paid()[last])
            assert beyond == 0
            if self.amounts[last] == 0:
                for of_instalments in (self.dues, self.amounts, self.enough_on, self.grace_from, self.was_missed):
                    of_instalments.pop()
        self.look(day)

    def missed(self, day):
        return [i for i in range(len(self.amounts)) if self.was_missed[i] or self.is_missed(i, day)]

    def missed_still(self, day):
        return [i for i in range(len(self.amounts)) if not self.enough_on[i] and self.is_missed(i, day)]

    def breaks(self, day):
        in_a_row, in_total = self.limits
        return self.state == "active" and bool(in_a_row and len(self.missed_still(day)) >= in_a_row or in_total and len(self.missed(day)) >= in_total)

    def how(self, i):
        if self.paid()[i] == 0:
            return 0
        if not self.enough_on[i]:
            return 1
        if self.enough_on[i] <= self.dues[i]:
            return 2 if self.enough_on[i] < self.dues[i] else 3
        return 5 if self.is_missed(i, self.enough_on[i]) else 4

    def standing(self, day):
        paid = self.paid()
        wanting = [i for i in range(len(self.amounts)) if not self.enough_on[i]]
        overdue = [i for i in wanting if self.dues[i] < day]
        ahead = [i for i in wanting if self.dues[i] >= day]
        reviews = [missed_on for missed_on in (self.grace_from[i] + (self.grace + 1) * DAY for i in wanting) if missed_on > day]
        return {"open": sum(self.amounts) - sum(paid), "overdue": sum(self.amounts[i] - paid[i] for i in overdue), "n_overdue": len(overdue), "in_row": len(self.missed_still(day)), "missed": len(self.missed(day)),
                "kept": not wanting, "breaks": self.breaks(day), "next": self.dues[ahead[0]] if ahead else None, "next_minor": self.amounts[ahead[0]] - paid[ahead[0]] if ahead else 0, "review": min(reviews, default=None)}


def promise(promised, paid, kind, value):
    forgiven = {0: Fraction(0), 1: Fraction(value), 2: Fraction(math.floor(Fraction(promised * value, 100)))}[kind]
    if paid <= 0:
        return "broken"
    return "kept" if promised - paid <= forgiven else "partial"


# --- notices ---


def federal_holidays(year):
    """5 USC 6103(a), the dates themselves, since 2021."""

    def nth(month, weekday, n):
        days = [day for day in calendar.Calendar().itermonthdates(year, month) if day.month == month and day.weekday() == weekday]
        return days[n]

    fixed = [datetime.date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
    return set(fixed + [nth(1, 0, 2), nth(2, 0, 2), nth(5, 0, -1), nth(9, 0, 0), nth(10, 0, 1), nth(11, 3, 3)])


def is_business_day(day):
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def business_days_between(sent, deposit):
    """Before the deposit, counted back from it."""
    return sum(is_business_day(sent + n * DAY) for n in range((deposit - sent).days))


def varying_notice_day(transfer, lead):
    day = transfer - 10 * DAY
    while not is_business_day(day) or lead > 0:
        lead -= is_business_day(day)
        day -= DAY
    return day


def postdated_notice(accepted, deposit, today):
    """The first day from today on which a notice keeps to the window; None where there is none, False where it needs none."""
    if deposit <= accepted + 5 * DAY:
        return False
    days = (today + n * DAY for n in range(max(0, (deposit - today).days)))
    return next((day for day in days if is_business_day(day) and 3 <= business_days_between(day, deposit) <= 10), None)
