"""Files of the clearing house (common/ach) against a second reading, which slices columns and knows nothing of Dunlin.

Real files are read the same by both, or refused for a reason that is stated here; what Dunlin writes has the sums that are counted here again, and reads back as it was drafted.

Broken once, in common/ach: the amount and the individual's id laid out a column further; the original trace taken from the end of the record; the addendum left out of the count; the offset left out of the debits and credits; blocks rounded down;
one record of filler too many; a long name refused; an account number in an error; a second addendum taken.
"""
import datetime
import json
import os
import pathlib
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ach_reading import NINES, cut, number, reading, records_of
from dunlin_system import shared_data

ACHFILE = pathlib.Path(os.environ.get("DUNLIN_BIN_DIR", "build/dev/bin")).resolve().parent / "tests" / "achfile"
DRAFTS = 5_000 if "DUNLIN_TEST_MINUTES" in os.environ else 100
READ = ("cor-read.ach", "dishonored-return.ach", "ppd-debit.ach", "ppd-mixedDebitCredit.ach", "return-WEB.ach", "web-credit.ach")
REFUSED = {
    # One entry with three addenda: its return, that dishonoured, and that contested. An entry of these classes has one; each answer goes out with an entry of its own.
    "contested-return.ach": "INVALID_ARGUMENT: contested-return.ach: record 5, record type (1): '7', while an entry has one addendum\n",
}


def assert_says(found, expected, where="file"):
    """All that the second reading found is in the first."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), where
        for name, value in expected.items():
            assert_says(found[name], value, f"{where}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for i, value in enumerate(expected):
            assert_says(found[i], value, f"{where}[{i}]")
    else:
        assert found == expected, where


def read(path):
    return subprocess.run([ACHFILE, "read", path], capture_output=True, text=True)


# --- real files -----------------------------------------------------------------------------------------------------


def test_every_real_file_is_read_or_refused_on_purpose():
    files = {path.name for path in shared_data("ach").glob("*.ach")}
    assert files == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", READ)
def test_a_real_file_says_the_same_to_both(name):
    path = shared_data("ach") / name
    answer = read(path)
    assert answer.returncode == 0, answer.stderr
    assert_says(json.loads(answer.stdout), reading(path.read_bytes()))


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_file_is_refused_for_its_reason(name):
    answer = read(shared_data("ach") / name)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", REFUSED[name])


def test_the_amounts_traces_and_codes_of_real_files_are_these():
    """As the files show them to an eye."""
    found = {}
    for name in READ:
        for part in json.loads(read(shared_data("ach") / name).stdout)["batches"]:
            for one in part["entries"]:
                found.setdefault(name, []).append((one["transaction_code"], one["amount_minor"], one["trace"], (one["addendum"] or {}).get("code"), (one["addendum"] or {}).get("original_trace")))
    assert found == {
        "cor-read.ach": [(21, 0, "121042880000001", "C01", "121042880000001")],
        "dishonored-return.ach": [(27, 25000, "231380100000001", "R68", "059999990000301"), (27, 23000, "231380100000002", "R68", "059999990000301")],
        "ppd-debit.ach": [(27, 200000000, "121042880000001", None, None)],
        "ppd-mixedDebitCredit.ach": [(27, 200000000, "121042880000001", None, None), (22, 100000000, "121042880000002", None, None), (22, 100000000, "121042880000003", None, None)],
        "return-WEB.ach": [(26, 12354, "091000017611242", "R01", "091400600000001"), (21, 4565, "021000029461242", "R03", "091400600000003")],
        "web-credit.ach": [(22, 10000, "121042880000001", "", "")],
    }


def alone(name, index):
    """The entry of a real file with one of its addenda, in a file of its own whose sums are counted here."""
    records = [bytearray(record) for record in records_of((shared_data("ach") / name).read_bytes())]
    header, opening, item = records[:3]
    closing, control = (next(record for record in records if record.startswith(start)) for start in (b"8", b"90"))
    for record, first, last in ((closing, 5, 10), (control, 14, 21)):
        record[first - 1:last] = b"2".rjust(last - first + 1, b"0")
    return [header, opening, item, records[index], closing, control] + [bytearray(NINES)] * 4


def test_a_real_contested_return_is_read_by_itself_but_for_a_date_that_does_not_exist(tmp_path):
    """The third addendum of contested-return.ach. Where it should say when the entry was returned, YYMMDD, it says 000167."""
    path = tmp_path / "alone.ach"
    records = alone("contested-return.ach", 5)
    path.write_bytes(b"".join(records))
    answer = read(path)
    assert (answer.returncode, answer.stderr) == (1, "INVALID_ARGUMENT: alone.ach: record 4, date original entry returned (22-27): '000167' is no date\n")
    records[3][21:27] = b"230416"
    path.write_bytes(b"".join(records))
    answer = read(path)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert_says(found, reading(path.read_bytes()))
    contested = found["batches"][0]["entries"][0]["addendum"]
    assert (contested["code"], contested["original_trace"], contested["return_code"], contested["dishonored_code"]) == ("R71", "059999990000301", "R01", "R67")


@pytest.mark.parametrize("index, code", ((3, "R07"), (4, "R68")))
def test_the_other_answers_of_that_file_are_read_by_themselves(tmp_path, index, code):
    path = tmp_path / "alone.ach"
    path.write_bytes(b"".join(alone("contested-return.ach", index)))
    answer = read(path)
    assert answer.returncode == 0, answer.stderr
    assert_says(json.loads(answer.stdout), reading(path.read_bytes()))
    assert json.loads(answer.stdout)["batches"][0]["entries"][0]["addendum"]["code"] == code


# --- what is written ------------------------------------------------------------------------------------------------

DEBITS, CREDITS, PRENOTES = (27, 37), (22, 32), (28, 38, 23, 33)
LETTERS = "".join(map(chr, range(0x20, 0x7F)))


def strings(letters, shortest, longest):
    """Not st.text, which keeps tables of Unicode in the folder where tests run."""
    return st.lists(st.sampled_from(letters), min_size=shortest, max_size=longest).map("".join)


def some_text(longest, shortest=0):
    return strings(LETTERS, shortest, longest).filter(lambda value: value == value.strip(" "))


@st.composite
def routings(draw):
    digits = draw(strings("0123456789", 8, 8))
    return digits + str(-sum(weight * int(digit) for weight, digit in zip((3, 7, 1) * 3, digits)) % 10)


@st.composite
def entries(draw, batch_class, codes):
    code = draw(st.sampled_from(codes))
    found = {"transaction_code": code, "routing": draw(routings()), "account": draw(some_text(17, 1)), "amount_minor": 0 if code in PRENOTES else draw(st.integers(1, 9_999_999_999) | st.integers(1, 99_999)),
             "individual_id": draw(some_text(15)), "individual_name": draw(some_text(40, 1)), "discretionary": draw(st.sampled_from(("R", "S"))) if batch_class == "WEB" else ""}
    if batch_class != "TEL" and draw(st.booleans()):
        found["payment_information"] = draw(some_text(80, 1))
    return found


@st.composite
def drafts(draw):
    file = {"destination": draw(routings()), "destination_name": draw(some_text(23)), "origin": draw(some_text(10, 1)), "origin_name": draw(some_text(23)), "reference": draw(some_text(8)),
            "created_on": draw(st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))).isoformat(), "created_minute": draw(st.integers(0, 1439)), "id_modifier": draw(st.sampled_from("AZ09")), "line_end": draw(st.integers(0, 2)), "batches": []}
    sequence = draw(st.integers(1, 9_999_000))
    for _ in range(draw(st.integers(1, 3))):
        batch_class = draw(st.sampled_from(("PPD", "WEB", "TEL", "CCD")))
        is_balanced = draw(st.booleans())
        codes = DEBITS + PRENOTES + (() if is_balanced else CREDITS)
        part = {"company_name": draw(some_text(16, 1)), "company_discretionary": draw(some_text(20)), "company_id": draw(some_text(10, 1)), "class": batch_class, "description": draw(st.sampled_from(("PAYMENT", "RETRY PYMT"))),
                "descriptive_date": draw(some_text(6)), "effective_on": draw(st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))).isoformat(), "odfi": draw(strings("0123456789", 8, 8)),
                "entries": draw(st.lists(entries(batch_class, codes), min_size=1, max_size=12))}
        for one in part["entries"]:
            one["sequence"] = sequence
            sequence += draw(st.integers(1, 3))
        if is_balanced:
            part["offset"] = draw(entries(batch_class, (22, 32))) | {"amount_minor": 0, "sequence": sequence}
            sequence += 1
        file["batches"].append(part)
    return file


def balance(part):
    return sum(one["amount_minor"] * (1 if one["transaction_code"] in DEBITS else -1) for one in part["entries"])


def written_entries(part):
    """The entries of a batch of the draft, with its offset where there is one to write."""
    return part["entries"] + ([part["offset"] | {"amount_minor": balance(part)}] if "offset" in part and balance(part) else [])


def expected_batch(part, ordinal):
    """As `reading` would see it."""
    items = []
    for one in written_entries(part):
        information = one.get("payment_information")
        items.append({name: one[name] for name in ("transaction_code", "routing", "account", "amount_minor", "individual_id", "discretionary")} | {
            "individual_name": one["individual_name"][:22].rstrip(" "), "trace": part["odfi"] + f"{one['sequence']:07}", "addendum": {"kind": "payment", "information": information} if information else None})
    return {name: part[name] for name in ("company_name", "company_discretionary", "company_id", "class", "description", "descriptive_date", "effective_on", "odfi")} | {"number": ordinal, "entries": items}


def sums(parts):
    """Count, hash, debits and credits, as the control record over these batches of the draft should say."""
    items = [one for part in parts for one in written_entries(part)]
    is_debit = {code: code % 10 >= 6 for code in range(20, 40)}
    return (len(items) + sum("payment_information" in one for one in items), sum(int(one["routing"][:8]) for one in items) % 10 ** 10, sum(one["amount_minor"] for one in items if is_debit[one["transaction_code"]]),
            sum(one["amount_minor"] for one in items if not is_debit[one["transaction_code"]]))


def assert_sums(data, draft):
    records = records_of(data)
    closings = [record for record in records if record[0:1] == b"8"]
    for record, part in zip(closings, draft["batches"], strict=True):
        assert (number(record, 5, 10), number(record, 11, 20), number(record, 21, 32), number(record, 33, 44)) == sums([part])
        assert "offset" not in part or number(record, 21, 32) == number(record, 33, 44)
        codes = {one["transaction_code"] % 10 >= 6 for one in written_entries(part)}
        assert cut(record, 2, 4) == ("200" if len(codes) == 2 else "225" if codes == {True} else "220")
    control = next(i for i, record in enumerate(records) if record[0:1] == b"9")
    record = records[control]
    assert (number(record, 14, 21), number(record, 22, 31), number(record, 32, 43), number(record, 44, 55)) == sums(draft["batches"])
    assert (number(record, 2, 7), number(record, 8, 13)) == (len(draft["batches"]), -(-(control + 1) // 10))
    assert len(records) % 10 == 0 and len(records) - control <= 10 and all(filler == NINES for filler in records[control + 1:])
    line_end = (b"\n", b"\r\n", b"")[draft["line_end"]]
    assert data == b"".join(one + line_end for one in records)


def write(draft):
    return subprocess.run([ACHFILE, "write"], input=json.dumps(draft).encode(), capture_output=True)


@settings(max_examples=DRAFTS, derandomize=DRAFTS == 100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(draft=drafts())
def test_what_is_written_has_the_sums_counted_here_and_reads_back(tmp_path_factory, draft):
    answer = write(draft)
    if any(balance(part) > 9_999_999_999 for part in draft["batches"] if "offset" in part):
        assert answer.returncode == 1 and answer.stdout == b"" and b"has more than ten digits" in answer.stderr
        return
    assert answer.returncode == 0, answer.stderr
    assert_sums(answer.stdout, draft)
    expected = {name: draft[name] for name in ("destination", "destination_name", "origin", "origin_name", "reference", "created_on", "created_minute", "id_modifier")}
    expected["batches"] = [expected_batch(part, i + 1) for i, part in enumerate(draft["batches"])]
    assert_says(reading(answer.stdout), expected)
    path = tmp_path_factory.mktemp("ach") / "written.ach"
    path.write_bytes(answer.stdout)
    again = read(path)
    assert again.returncode == 0, again.stderr
    assert_says(json.loads(again.stdout), expected)


def test_ten_thousand_entries_have_the_hash_counted_here():
    items = [{"transaction_code": 27, "routing": "091400606", "account": "744-5678-99", "amount_minor": 1 + i, "individual_id": f"A-{i}", "individual_name": "Ada Example", "sequence": 1 + i} for i in range(10_000)]
    draft = {"destination": "121042882", "origin": "1912345678", "created_on": "2026-11-23", "created_minute": 0, "id_modifier": "A", "line_end": 0, "batches": [
        {"company_name": "Harbor Recovery", "company_id": "1912345678", "class": "PPD", "description": "PAYMENT", "effective_on": "2026-11-25", "odfi": "12104288", "entries": items}]}
    answer = write(draft)
    assert answer.returncode == 0, answer.stderr
    assert_sums(answer.stdout, draft)
    assert sums(draft["batches"])[1] == 91_400_600_000 % 10 ** 10


def test_a_refused_draft_leaves_nothing_behind():
    draft = {"destination": "121042882", "origin": "1912345678", "created_on": "2026-11-23", "created_minute": 0, "id_modifier": "A", "line_end": 0, "batches": [
        {"company_name": "Harbor Recovery", "company_id": "1912345678", "class": "PPD", "description": "PAYMENT", "effective_on": "2026-11-25", "odfi": "12104288", "entries": [
            {"transaction_code": 27, "routing": "091400606", "account": "7711771177117711771", "amount_minor": 1, "individual_name": "Ada Example", "sequence": 1}]}]}
    answer = write(draft)
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert answer.stderr == b"INVALID_ARGUMENT: batch 1: entry 1: account number: 19 bytes long, at most 17 fit\n"
