"""The public sample of 2,466 invoices, played in the order of its dates on the driven clock. What must come out is computed here, from the CSV file alone."""
import calendar
import collections
import csv
import datetime
import decimal
import statistics

import pytest

from dunlin_system import MAPPINGS, OK, running_system, shared_data

FIRST_MONTH, LAST_MONTH = (2012, 1), (2014, 1)  # the last invoices are settled in January 2014
BUCKETS = [("current", None, 0), ("1-30", 1, 30), ("31-60", 31, 60), ("61-90", 61, 90), ("91-180", 91, 180), ("181+", 181, None)]
WHILE_RUNNING = [datetime.date(2012, 3, 31), datetime.date(2012, 8, 31), datetime.date(2013, 2, 28), datetime.date(2013, 7, 31)]
AFTERWARDS = WHILE_RUNNING + [datetime.date(2012, 1, 3), datetime.date(2012, 1, 31), datetime.date(2012, 2, 29), datetime.date(2012, 5, 15), datetime.date(2012, 10, 1),
                              datetime.date(2012, 12, 31), datetime.date(2013, 4, 10), datetime.date(2013, 9, 17), datetime.date(2013, 11, 30), datetime.date(2013, 12, 31), datetime.date(2014, 1, 2), datetime.date(2014, 1, 31)]


def us_date(text):
    month, day, year = map(int, text.split("/"))
    return datetime.date(year, month, day)


class Invoices:
    """The file, read by Python's csv and decimal."""

    def __init__(self, path):
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            self.rows = list(reader)
            self.columns = reader.fieldnames
        for row in self.rows:
            row["invoiced"], row["due"], row["settled"] = (us_date(row[column]) for column in ("InvoiceDate", "DueDate", "SettledDate"))
            row["minor"] = int(decimal.Decimal(row["InvoiceAmount"]).scaleb(2).to_integral_exact())

    def of_month(self, column, month):
        return [row for row in self.rows if (row[column].year, row[column].month) == month]

    def aging(self, day):
        """Bucket -> (accounts, balance) of what was invoiced and not settled by the end of the day."""
        found = collections.Counter()
        for row in self.rows:
            if row["invoiced"] <= day < row["settled"]:
                late = (day - row["due"]).days
                bucket = next(code for code, low, high in BUCKETS if (low is None or late >= low) and (high is None or late <= high))
                found[bucket, "count"] += 1
                found[bucket, "minor"] += row["minor"]
        return {code: (found[code, "count"], found[code, "minor"]) for code, _, _ in BUCKETS}


def months():
    year, month = FIRST_MONTH
    while (year, month) <= LAST_MONTH:
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def last_day(month):
    return datetime.date(*month, calendar.monthrange(*month)[1])


def at(day, hour=0):
    return datetime.datetime.combine(day, datetime.time(hour), datetime.timezone.utc)


def reported_aging(system, day):
    report = system.json("report", "--as-of", day.isoformat())
    assert report["aging_as_of"] == day.isoformat()
    if not report["currencies"]:
        return {}
    (currency,) = report["currencies"]
    assert currency["currency"] == "USD"
    return {row["key"]: (row["count"], row["amount_minor"]) for row in currency["aging"]}


def kpis(report):
    return {kpi["name"]: kpi for kpi in report["kpis"]}


@pytest.fixture(scope="module")
def invoices():
    return Invoices(shared_data("receivables/WA_Fn-UseC_-Accounts-Receivable.csv"))


@pytest.fixture(scope="module")
def played(invoices):
    """The system at the end, and the agings that it reported on the way."""
    on_the_way = {}
    with running_system(at=at(datetime.date(2012, 1, 3))) as system:
        for month in months():
            placed = invoices.of_month("invoiced", month)
            settled = invoices.of_month("settled", month)
            for rows, mapping in ((placed, "receivables-accounts.yaml"), (settled, "receivables-payments.yaml")):
                if rows:
                    path = system.write_rows(invoices.columns, [{column: row[column] for column in invoices.columns} for row in rows])
                    summary = place_at(system, path, mapping, last_day(month))
                    assert (summary["accepted"], summary["rejected"], summary["skipped"]) == (len(rows), 0, 0)
                    assert summary["amount_minor"] == sum(row["minor"] for row in rows)
            system.advance(to=at(last_day(month), 23))
            if last_day(month) in WHILE_RUNNING:
                on_the_way[last_day(month)] = reported_aging(system, last_day(month))
        yield system, on_the_way


def place_at(system, path, mapping, day):
    """Files of a month arrive on its last day, in the morning: intake refuses rows dated in the future."""
    if system.now() < at(day, 6):
        system.advance(to=at(day, 6))
    return system.place(path, MAPPINGS / mapping, code=OK)["summary"]


def check_report(system, invoices):
    report = system.json("report")
    figures = {name: kpi["numerator"] for name, kpi in kpis(report).items()}
    total = sum(row["minor"] for row in invoices.rows)
    late = sum(row["settled"] > row["due"] for row in invoices.rows)
    assert (len(invoices.rows), total, late) == (2466, 14770318, 877), "what is known of the file"
    assert (figures["placed"], figures["placed_amount"]) == (2466, 14770318)
    assert (figures["settled"], figures["settled_late"], figures["open"], figures["open_amount"]) == (2466, late, 0, 0)
    assert figures["collected_amount"] == total
    assert {stage["stage"]: stage["accounts"] for stage in report["funnel"]}["disputed"] == sum(row["Disputed"] == "Yes" for row in invoices.rows) == 561
    days = [(row["settled"] - row["invoiced"]).days for row in invoices.rows]
    assert kpis(report)["days_to_pay_mean"]["value"] == pytest.approx(statistics.mean(days))
    assert kpis(report)["days_to_pay_median"]["value"] == pytest.approx(statistics.median(days))
    (currency,) = report["currencies"]
    assert (currency["placed_minor"], currency["collected_minor"], currency["open_minor"]) == (total, total, 0)
    return report


def test_the_aging_reported_on_the_way_is_that_of_the_file(played, invoices):
    _, on_the_way = played
    assert on_the_way == {day: invoices.aging(day) for day in WHILE_RUNNING}


def test_all_invoices_end_as_the_file_says(played, invoices):
    system, _ = played
    system.check_well()
    check_report(system, invoices)


@pytest.mark.parametrize("day", AFTERWARDS, ids=str)
def test_the_aging_of_any_day_can_be_told_afterwards(played, invoices, day):
    assert reported_aging(played[0], day) == invoices.aging(day)


def test_disputed_invoices_were_never_up_for_a_call_and_all_are_at_rest(played, invoices):
    system, _ = played
    assert system.events("PermitGranted") == []
    disputed = {row["invoiceNumber"] for row in invoices.rows if row["Disputed"] == "Yes"}
    placed = {event["account_id"]: event["payload"]["client_reference"] for event in system.events("AccountPlaced")}
    assert {placed[event["account_id"]] for event in system.events("DisputeOpened")} == disputed


def test_a_rebuilt_report_says_the_same(played, invoices):
    system, _ = played
    before = check_report(system, invoices)
    system.run("report", "rebuild")
    system.wait()
    after = check_report(system, invoices)
    machine_time = {step["step"] for step in before["steps"] if step["is_machine_time"]}
    for report in (before, after):
        report["steps"] = [step for step in report["steps"] if step["step"] not in machine_time]
    assert after == before
    assert {day: reported_aging(system, day) for day in AFTERWARDS} == {day: invoices.aging(day) for day in AFTERWARDS}


def test_the_log_is_unbroken_and_no_event_is_parked(played):
    system, _ = played
    system.run("log", "verify")
    system.check_well()
