"""Interest, payment plans, promises and notices of debits against a second calculation in Python (`money_oracle.py`), exactly equal, over thousands of random cases with leap years, ends of months and what arrives late.

Broken once, in services/payment and common/rules: a leap year of 365 days, a principal changed the day after its value date, a half-year begun on its second day, half a cent rounded down, the wanted day of a short month lost, a payment
taken back from the first instalment, a notice nine days before.
Each time the test showed the smallest case in which the two differ.
"""
import datetime
import itertools
import math
import os
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import money_oracle as oracle

IS_LONG = "DUNLIN_TEST_MINUTES" in os.environ
EPOCH = datetime.date(1970, 1, 1)
DAY = datetime.timedelta(days=1)
OK, INVALID, PRECONDITION, OUT_OF_RANGE = 0, 3, 9, 11
STATES = {"active": 2, "held": 3, "completed": 4, "broken": 5}


def cases(n):
    """The same ones at every run, others at every run of the long form."""
    return settings(max_examples=n * 10 if IS_LONG else max(n // 6, 100), derandomize=not IS_LONG, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def number(date):
    return (date - EPOCH).days


def flat(*values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from flat(*value)
        elif isinstance(value, datetime.date):
            yield number(value)
        else:
            yield value if isinstance(value, str) else int(value)


class Models:
    """`dunlin-moneycases`, which answers line by line."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["DUNLIN_BIN_DIR"] + "/dunlin-moneycases"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *question):
        self.process.stdin.write(" ".join(str(value) for value in flat(*question)) + "\n")
        self.process.stdin.flush()
        return [int(value) for value in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


@pytest.fixture(scope="module")
def models():
    models = Models()
    yield models
    models.close()


def counted(pairs):
    return [len(pairs), pairs]


# Around leap days, the ends of centuries that are leap years and are not, of halves and of months.
some_date = st.one_of(st.dates(datetime.date(1903, 1, 1), datetime.date(2190, 12, 31)),
                      st.builds(lambda year, day: datetime.date(year, *day), st.sampled_from((1904, 2000, 2023, 2024, 2028, 2096, 2100)), st.sampled_from(((1, 1), (1, 31), (2, 28), (6, 30), (7, 1), (12, 31), (3, 1)))))
some_amount = st.one_of(st.integers(1, 1_000_000), st.integers(1, 10**12))
some_rate = st.one_of(st.integers(0, 40_000_000), st.sampled_from((0, 1, 8_000_000, 10_150_000, 1_000_000_000)))
some_count = st.sampled_from((oracle.ACT_365, oracle.ACT_360, oracle.ACT_ACT, oracle.THIRTY))


@st.composite
def changes_from(draw, first, days):
    """What is placed, and payments, charges and returns before and after; in order of arrival."""
    placed = [(first - draw(st.integers(0, 500)) * DAY, draw(some_amount))]
    later = draw(st.lists(st.tuples(st.integers(-30, days + 30), st.integers(-10**12, 10**6) | st.integers(-60_000, 20_000)), max_size=7))
    return draw(st.permutations(placed + [(first + offset * DAY, amount) for offset, amount in later]))


@st.composite
def accounts(draw):
    first, days = draw(some_date), draw(st.integers(0, 1200))
    rates = [(first - draw(st.integers(0, 400)) * DAY, draw(some_rate))]
    for offset in sorted(draw(st.sets(st.integers(1, days + 1), max_size=5))):
        rates.append((first + offset * DAY, draw(some_rate)))
    return {"day_count": draw(some_count), "first": first, "through": first + (days - draw(st.sampled_from((0, 0, 0, 0, days + 1)))) * DAY, "rates": rates, "changes": draw(changes_from(first, days)),
            "cap_minor": draw(st.none() | st.integers(0, 10**6)), "cap_share": draw(st.none() | st.integers(0, 50_000_000) | st.integers(0, 1_000_000_000))}


def ask_interest(models, case, through, changes, posted):
    caps = [case["cap_minor"] is not None, case["cap_minor"] or 0, case["cap_share"] is not None, case["cap_share"] or 0]
    status, numerator, denominator, is_capped, *rest = models.ask("interest", posted, case["day_count"], case["first"], through, caps, counted(case["rates"]), counted(list(changes)))
    assert status == OK
    return oracle.Fraction(numerator, denominator), bool(is_capped), rest


@cases(4000)
@given(case=accounts(), posted=st.integers(-10**6, 10**9))
def test_interest_is_the_sum_of_its_days(models, case, posted):
    exact, is_capped = oracle.interest(**case)
    total = oracle.rounded(exact)
    assert ask_interest(models, case, case["through"], case["changes"], posted) == (exact, is_capped, [OK, total, OK, total - posted])


@cases(600)
@given(case=accounts(), data=st.data())
def test_what_is_posted_in_all_is_the_same_however_often_and_in_which_order(models, case, data):
    """Changes arrive between postings, also those with value dates long past."""
    days = max(0, (case["through"] - case["first"]).days)
    posting_days = sorted(data.draw(st.sets(st.integers(0, days), max_size=12))) + [days]
    known = sorted(data.draw(st.lists(st.integers(0, len(case["changes"])), min_size=len(posting_days), max_size=len(posting_days))))
    known[-1] = len(case["changes"])
    posted = 0
    for offset, n_known in zip(posting_days, known):
        _, _, (_, total, _, to_post) = ask_interest(models, case, case["first"] + offset * DAY, case["changes"][:n_known], posted)
        posted += to_post
        assert posted == total
    assert posted == oracle.rounded(oracle.interest(**{**case, "through": case["first"] + days * DAY})[0])


@cases(600)
@given(case=accounts(), amount=some_amount, rate=some_rate)
def test_a_judgment_bears_interest_from_its_day(models, case, amount, rate):
    entered = case["first"]
    since = [(entered, amount)] + [change for change in case["changes"] if change[0] >= entered]
    exact, _ = oracle.interest(case["day_count"], entered, case["through"], [(entered, rate)], since)
    status, numerator, denominator, *_ = models.ask("judgment", entered, amount, rate, case["day_count"], case["through"], counted(list(case["changes"])))
    assert (status, oracle.Fraction(numerator, denominator)) == (OK, exact)


@cases(600)
@given(principal=st.integers(2**62, 2**63 - 1), rate=st.integers(1, 1_000_000_000), first=some_date, days=st.integers(0, 1500), day_count=some_count)
def test_what_does_not_fit_is_never_a_wrong_number(models, principal, rate, first, days, day_count):
    exact, _ = oracle.interest(day_count, first, first + days * DAY, [(first, rate)], [(first, principal)])
    status, numerator, denominator, _, rounding, total, *_ = models.ask("interest", 0, day_count, first, first + days * DAY, [0, 0, 0, 0], counted([(first, rate)]), counted([(first, principal)]))
    assert (status, oracle.Fraction(numerator, denominator)) == (OK, exact)
    fits = oracle.rounded(exact) < 2**63
    assert (rounding, total) == ((OK, oracle.rounded(exact)) if fits else (OUT_OF_RANGE, 0))


@cases(600)
@given(starts=some_date, days=st.integers(0, 1500), margin=st.sampled_from((8_000_000, 9_000_000)), base=st.integers(-8_000_000, 20_000_000), law=st.sampled_from(("EU", "UK")))
def test_statutory_rates_change_with_the_half_year_or_not_at_all(models, starts, days, margin, base, law):
    through = starts + days * DAY
    references = {(year, second): base + 10_000 * (2 * (year - starts.year) + second) for year in range(starts.year, through.year + 1) for second in (False, True)}
    margin = 8_000_000 if law == "UK" else margin
    status, n, *rates = models.ask("rates", 1 if law == "EU" else 2, margin, starts, through, counted([(year, second, rate) for (year, second), rate in references.items()]))
    expected = oracle.statutory_rates(law, margin, starts, through, references)
    assert (status, n, rates) == (OK, len(expected), list(flat(expected)))


@st.composite
def rhythms(draw):
    frequency = draw(st.integers(1, 6))
    first = draw(st.dates(datetime.date(2020, 1, 1), datetime.date(2105, 12, 31)))
    first = oracle.in_month(first.year, first.month, draw(st.sampled_from((first.day, 28, 29, 30, 31))))
    last = oracle.in_month(first.year, first.month, 31).day
    if frequency == oracle.TWICE:
        day = draw(st.integers(1, 27))
        second = draw(st.integers(day + 1, 31))
        return (frequency, oracle.in_month(first.year, first.month, draw(st.sampled_from((day, second)))), day, second)
    wanted = 0
    if frequency > oracle.TWICE:
        wanted = draw(st.sampled_from((0, first.day, *(range(last, 32) if first.day == last else ()))))
    return (frequency, first, wanted, 0)


@cases(2000)
@given(rhythm=rhythms(), n=st.integers(0, 60))
def test_due_dates_are_those_of_the_calendar(models, rhythm, n):
    assert models.ask("due", rhythm, n) == [OK, number(oracle.take(oracle.due_dates(*rhythm), n + 1)[n])]


@st.composite
def terms(draw, owed=st.integers(1, 10**6) | st.integers(1, 10**13), n_max=400):
    rhythm, owed = draw(rhythms()), draw(owed)
    discount = draw(st.just(0) | st.integers(0, owed - 1))
    down = draw(st.just(0) | st.integers(0, max(0, owed - discount - 1)))
    amounts = draw(st.sampled_from((1, 1, 2, 2, 3)))
    left = owed - discount - down
    steps = []
    if amounts == 3:
        for n in draw(st.lists(st.integers(1, 12), min_size=1, max_size=4)):
            steps.append((n, draw(st.integers(0, max(1, left // (3 * n))))))
        rest = left - sum(n * amount for n, amount in steps) + draw(st.sampled_from((0, 0, 0, 1, -1)))
        steps += [(1, rest)] if rest > 0 else []
    return {"owed": owed, "discount": discount, "down": (down, rhythm[1] - draw(st.integers(0, 40)) * DAY), "rhythm": rhythm, "amounts": amounts, "number": draw(st.integers(1, n_max)),
            "each": draw(st.integers(max(1, left // n_max), max(1, left))), "steps": steps}


def asked_terms(case):
    return [case["owed"], case["discount"], case["down"], case["rhythm"], case["amounts"], case["number"], case["each"], counted(case["steps"])]


def expected_schedule(case):
    """[(due, amount)], or None."""
    left = case["owed"] - case["discount"] - case["down"][0]
    first = [case["down"]] if case["down"][0] else []
    if left <= 0:
        return None
    steps = list(itertools.chain.from_iterable([amount] * n for n, amount in case["steps"]))
    amounts = {1: oracle.by_number(left, case["number"]), 2: oracle.equal_amounts(left, case["each"]) if left // case["each"] < 1000 else None, 3: steps if sum(steps) == left and 0 not in steps else None}[case["amounts"]]
    if amounts is None or len(first) + len(amounts) > oracle.INSTALMENTS_MAX:
        return None
    dues = oracle.take(oracle.due_dates(*case["rhythm"]), len(amounts))
    return [(day, amount) for amount, day in first] + list(zip(dues, amounts))


@cases(4000)
@given(case=terms())
def test_instalments_come_to_what_is_to_be_paid(models, case):
    expected = expected_schedule(case)
    status, n, *schedule = models.ask("schedule", asked_terms(case))
    if expected and expected[-1][0].year > 2199:
        assert (status, n) == (OUT_OF_RANGE, 0)
    elif expected is None:
        assert status in (INVALID, OUT_OF_RANGE) and n == 0
    else:
        assert (status, n, schedule) == (OK, len(expected), list(flat(expected)))
        assert sum(schedule[1::2]) == case["owed"] - case["discount"] and max(schedule[1::2]) >= schedule[-1]


@cases(1500)
@given(data=st.data(), owed=st.integers(1, 10**7), share=st.integers(1, 400), minimum=st.integers(0, 5000), months=st.integers(0, 60), percents=st.tuples(st.integers(0, 99), st.integers(0, 100)), wait=st.integers(0, 70))
def test_proposals_are_within_the_authority_and_what_he_can_pay(models, data, owed, share, minimum, months, percents, wait):
    rhythm = data.draw(rhythms())
    agreed_on = rhythm[1] - wait * DAY
    pay_by = agreed_on + data.draw(st.integers(0, 28)) * DAY
    budget = data.draw(st.integers(0, owed) | st.just(-(-owed // share)))
    status, misfit, needed, n, *rest = models.ask("proposals", owed, budget, rhythm, agreed_on, pay_by, percents[0], minimum, months, percents[1])
    smallest = oracle.smallest_instalment(owed, rhythm, agreed_on, minimum, months)
    discount = math.floor(oracle.Fraction(owed * min(percents), 100))
    plans = [(1, discount, [(pay_by, owed - discount)])]
    if smallest is not None and budget >= smallest:
        for kind, each in ((2, min(budget, owed)), (3, smallest)):
            amounts = oracle.equal_amounts(owed, each)
            plans.append((kind, 0, list(zip(oracle.take(oracle.due_dates(*rhythm), len(amounts)), amounts))))
        if len(plans[1][2]) == len(plans[2][2]):
            plans.pop()
    assert (status, n) == (OK, len(plans))
    assert rest == list(flat([(kind, forgiven, len(schedule), schedule) for kind, forgiven, schedule in plans]))
    assert (misfit == 0) == (len(plans) > 1)
    if smallest is None:
        assert (misfit, needed) == (2, 0)
    elif budget < smallest and months > 0:
        assert (misfit, needed) == (3 if budget < minimum else 4, smallest)


@st.composite
def lives(draw):
    """A plan, and what happens to it, day after day."""
    case = draw(terms(owed=st.integers(1, 200_000), n_max=12))
    schedule = expected_schedule(case)
    if schedule is None or len(schedule) > 24 or schedule[-1][0].year > 2190:
        case |= {"amounts": 1, "number": 1}
        schedule = expected_schedule(case)
    policy = (draw(st.sampled_from(((0, 0), (1, 50), (1, 3000), (2, 5), (2, 100)))), draw(st.integers(0, 40)), draw(st.integers(0, 3)), draw(st.integers(0, 4)))
    span = (schedule[-1][0] - schedule[0][0]).days + 60
    days = sorted(draw(st.lists(st.integers(-20, min(span, 700)), min_size=1, max_size=14)))
    events = []
    for day in days:
        event = draw(st.sampled_from(("pay",) * 5 + ("return", "return", "hold", "resume", "fit", "review", "review")))
        minor = draw(st.sampled_from(schedule))[1] + draw(st.sampled_from((0, 0, -1, 1, -40, 500))) if draw(st.booleans()) else draw(st.integers(1, case["owed"]))
        events.append((event, minor if event == "fit" else max(1, minor), schedule[0][0] + day * DAY))
    return case, schedule, policy, events


def seen(plan, day):
    standing = plan.standing(day)
    yield from (standing["open"], standing["overdue"], standing["n_overdue"], standing["in_row"], standing["missed"], standing["kept"], standing["breaks"])
    yield from (standing["next"] or 0, standing["next_minor"], standing["review"] or 0, len(plan.amounts))
    for i, (amount, paid) in enumerate(zip(plan.amounts, plan.paid())):
        yield from (amount, paid, plan.how(i))


@cases(4000)
@given(life=lives())
def test_a_plan_stands_alike_after_whatever_happened_to_it(models, life):
    case, schedule, (tolerance, grace, in_a_row, in_total), events = life
    answer = models.ask("plan", asked_terms(case), tolerance, grace, in_a_row, in_total, counted(events))
    plan = oracle.Plan([due for due, _ in schedule], [amount for _, amount in schedule], tolerance, grace, in_a_row, in_total)
    expected = [0]
    for event, minor, day in events:
        allowed = plan.happen(event, minor, day)
        expected += [OK if allowed else PRECONDITION, STATES[plan.state], plan.received - sum(plan.paid())] + list(flat(*seen(plan, day)))
    assert answer == expected


@cases(2000)
@given(promised=st.integers(1, 10**6) | st.integers(1, 2**62), paid=st.integers(-1000, 2 * 10**6), kind=st.integers(0, 2), value=st.integers(0, 100), near=st.booleans())
def test_a_promise_ends_alike(models, promised, paid, kind, value, near):
    if near:
        paid = promised - {0: 0, 1: value, 2: promised * value // 100}[kind] + paid % 3 - 1
    assert models.ask("promise", promised, paid, kind, value) == [OK, ("kept", "partial", "broken").index(oracle.promise(promised, paid, kind, value)) + 1]


@cases(2000)
@given(date=st.dates(datetime.date(2022, 1, 1), datetime.date(2060, 1, 1)), lead=st.integers(0, 6), before=st.integers(0, 60), ahead=st.integers(-3, 40))
def test_notices_leave_on_the_same_days(models, date, lead, before, ahead):
    assert models.ask("notice", date, lead) == [OK, number(oracle.varying_notice_day(date, lead))]
    today = date - ahead * DAY
    status, verdict, send, earliest = models.ask("postdated", date - before * DAY, date, today)
    expected = oracle.postdated_notice(date - before * DAY, date, today)
    assert (status, verdict, send) == (OK, {False: 1, None: 3}.get(expected, 2), number(expected) if expected else 0)
    deposits = (today + n * DAY for n in range(40))
    assert earliest == number(next(day for day in deposits if oracle.is_business_day(day) and oracle.postdated_notice(day - 60 * DAY, day, today)))
