"""Clients' files through the whole system: every row once and only once, every bad row with its reason, and nothing half-placed whatever happens."""
import collections
import csv
import decimal
import json
import re
import signal

import pytest

from dunlin_system import FAILED, MAPPINGS, OK, PARTLY, SAMPLE, default_account, is_running, poll, shared_data

MAPPING = """\
kind: placement
client: {client}
format: {format}
encoding: {encoding}
region: US
currency: USD
dates: "YYYY-MM-DD"
money: {{ decimal: ".", group: "," }}
fields:
  client_reference: {reference}
  debtor_reference: {reference}
  debtor_name: {name}
  balance: {balance}
  due_date: {due}
"""


@pytest.fixture(scope="module")
def system(dunlin_system):
    return dunlin_system


def write_mapping(system, client, **parts):
    defaults = dict(format="csv", encoding="UTF-8", reference="Ref", name="Name", balance="Balance", due="Due")
    return system.write(f"{client}.yaml", MAPPING.format(client=client, **{**defaults, **parts}))


def read_rejects(path):
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return [(int(row["line"]), row["field"], row["column"], row["code"]) for row in csv.DictReader(file)]


def placed_by(system, client):
    """Events AccountPlaced of a client, by reference; each must be there once."""
    events = [event["payload"] for event in system.events("AccountPlaced") if event["payload"]["client"] == client]
    counts = collections.Counter(event["client_reference"] for event in events)
    assert not [reference for reference, n in counts.items() if n > 1], "placed twice"
    return {event["client_reference"]: event for event in events}


# --- the sample ---


def test_the_sample_is_accepted_and_rejected_as_it_says_itself(system):
    rejects = system.files / "rejects.csv"
    summary = system.place(SAMPLE / "portfolio.csv", "placement.yaml", "--rejects", rejects, code=PARTLY)["summary"]
    expected = read_rejects(SAMPLE / "portfolio.rejects.csv")
    assert read_rejects(rejects) == expected
    assert summary["rejected"] == len({line for line, *_ in expected})
    system.wait()
    placed = system.events("AccountPlaced")
    assert summary["accepted"] == len(placed) == len({(e["payload"]["client"], e["payload"]["client_reference"]) for e in placed}) > 5000
    assert summary["amount_minor"] == sum(event["payload"]["balance_minor"] for event in placed)
    system.check_well()


def test_the_sample_sent_again_places_nothing(system):
    before = len(system.events())
    again = system.run("place", SAMPLE / "portfolio.csv", "--mapping", MAPPINGS / "placement.yaml", code=PARTLY)
    assert "placed before" in again.err
    system.wait()
    assert len(system.events()) == before


@pytest.mark.parametrize("kind, event", [("updates", "AccountUpdated"), ("payments", "PaymentReported"), ("recalls", "AccountRecalled")])
def test_the_sample_goes_on_with(system, kind, event):
    rejects = system.files / f"{kind}-rejects.csv"
    summary = system.place(SAMPLE / f"{kind}.csv", f"{kind}.yaml", "--rejects", rejects, code=PARTLY)["summary"]
    assert read_rejects(rejects) == read_rejects(SAMPLE / f"{kind}.rejects.csv")
    system.wait()
    assert len(system.events(event)) == summary["accepted"]
    if kind == "payments":
        posted = [posting["payload"] for posting in system.events("PaymentPosted")]
        assert (len(posted), sum(posting["amount_minor"] for posting in posted)) == (summary["accepted"], summary["amount_minor"])
    before = len(system.events())
    again = system.place(SAMPLE / f"{kind}.csv", f"{kind}.yaml")["summary"]
    assert again == summary
    system.wait()
    assert len(system.events()) == before, "sent again it changes nothing"
    system.check_well()


def test_no_log_of_a_service_names_a_debtor(system):
    account = system.place_account(Name="Zebulon Quixotebury", Phone="(212) 555-0166", Email="zebulon@example.org")
    system.run("pay", account.account_id, "1.00")
    bad = system.write_rows(list(default_account()) + ["Email"], [{**default_account(), "Name": "Zebulon Quixotebury", "Email": "zebulon@", "Phone": "12"}])
    system.place(bad, write_mapping_like_sample(system), code=PARTLY)
    system.wait()
    for log in (system.var / "log").glob("*.log"):
        text = log.read_text(errors="replace")
        assert not [word for word in ("Quixotebury", "5550166", "zebulon") if word in text], log.name


def write_mapping_like_sample(system):
    """The sample's mapping without the columns that default_account has not."""
    text = (MAPPINGS / "placement.yaml").read_text()
    return system.write("like-sample.yaml", re.sub(r"  (tax_id|birth_date|phone_2|time_zone): .*\n", "", text))


# --- half-way ---


def long_file(system, client, rows):
    lines = ["Ref,Name,Balance,Due"] + [f"{client}-{number},Debtor {number},{number % 900 + 1}.{number % 100:02},2025-11-01" for number in range(rows)]
    return system.write(f"{client}.csv", "\n".join(lines) + "\n")


def check_placed_once(system, client, rows):
    system.check_well()
    placed = placed_by(system, client)
    assert set(placed) == {f"{client}-{number}" for number in range(rows)}
    assert all(placed[f"{client}-{number}"]["balance_minor"] == (number % 900 + 1) * 100 + number % 100 for number in range(rows))
    for number in (0, rows // 2, rows - 1):
        account = system.json("account", "show", f"{client}-{number}", "--client", client)
        assert [posting["kind"] for posting in account["payment"]["postings"]] == ["placement"]
    ids = {payload["account_id"] for payload in placed.values()}
    for name in ("AccountPlaced", "AccountClassified", "ContactPlanned"):
        assert sum(event["account_id"] in ids for event in system.events(name)) == rows, f"{name} once each"


def wait_for_some(system, client, process):
    """Until some of the client's rows are placed, while the command still sends."""
    before = system.log_length()
    poll(f"the first rows of {client}", lambda: system.log_length() > before + 20)
    assert process.poll() is None, "it was done before it could be disturbed"


def test_a_command_killed_half_way_goes_on_where_it_stopped(system):
    rows = 1500
    path, mapping = long_file(system, "killed-sender", rows), write_mapping(system, "killed-sender")
    process = system.start_command("place", path, "--mapping", mapping, "--batch", "2")
    wait_for_some(system, "killed-sender", process)
    process.kill()
    process.communicate()
    assert 0 < len(placed_by(system, "killed-sender")) < rows
    again = system.run("place", path, "--mapping", mapping, "--batch", "500", "--json")
    assert any("had been sent earlier" in line.get("note", "") for line in again.told)
    assert json.loads(again.out)["summary"]["accepted"] == rows
    check_placed_once(system, "killed-sender", rows)


def test_an_intake_killed_half_way_loses_and_doubles_nothing(system):
    rows = 1500
    path, mapping = long_file(system, "killed-intake", rows), write_mapping(system, "killed-intake")
    process = system.start_command("place", path, "--mapping", mapping, "--batch", "2")
    wait_for_some(system, "killed-intake", process)
    system.kill("intake", signal_number=signal.SIGKILL)
    system.up()
    out, err = process.communicate(timeout=120)
    if process.returncode != OK:
        assert "run the same command again" in err, (out, err)
    summary = system.place(path, mapping, code=OK)["summary"]
    assert (summary["accepted"], summary["rejected"]) == (rows, 0)
    check_placed_once(system, "killed-intake", rows)


def test_classification_and_payment_killed_while_a_file_comes_in_count_each_row_once(system):
    rows = 1500
    path, mapping = long_file(system, "killed-consumers", rows), write_mapping(system, "killed-consumers")
    process = system.start_command("place", path, "--mapping", mapping, "--batch", "2")
    wait_for_some(system, "killed-consumers", process)
    for service in ("classification", "payment"):
        system.kill(service)
    system.up()
    out, err = process.communicate(timeout=120)
    assert process.returncode == OK, (out, err)
    check_placed_once(system, "killed-consumers", rows)
    placed = {payload["account_id"] for payload in placed_by(system, "killed-consumers").values()}
    assert collections.Counter(event["account_id"] for event in system.events("AccountClassified") if event["account_id"] in placed) == collections.Counter(placed)


# --- control totals ---


def totals_file(system, client):
    """Four records, one of them to be rejected: totals are of all that the client sent."""
    path = system.write(f"{client}.csv", "Ref,Name,Balance,Due\nA,Ann,10.10,2025-11-01\nB,Bob,20.20,2025-11-01\nC,Cyd,30.30,no day\nD,Dee,\"1,040.40\",2025-11-01\n")
    with path.open(newline="") as file:
        amounts = [decimal.Decimal(row["Balance"].replace(",", "")) for row in csv.DictReader(file)]
    return path, write_mapping(system, client), len(amounts), sum(amounts)


def test_a_file_that_meets_its_control_totals_is_placed(system):
    path, mapping, count, total = totals_file(system, "totals-met")
    summary = system.place(path, mapping, "--control-count", count, "--control-sum", total, code=PARTLY)["summary"]
    assert (summary["accepted"], summary["rejected"], summary["counted_rows"], summary["counted_minor"]) == (3, 1, 4, 110100)


@pytest.mark.parametrize("client, wrong", [("count-low", {"count": -1}), ("count-high", {"count": 1}), ("sum-off", {"sum": decimal.Decimal("0.01")})])
def test_a_file_that_misses_its_control_totals_is_refused_whole(system, client, wrong):
    path, mapping, count, total = totals_file(system, client)
    error = system.error("place", path, "--mapping", mapping, "--control-count", count + wrong.get("count", 0), "--control-sum", total + wrong.get("sum", 0))
    assert error["code"] == "FAILED_PRECONDITION"
    expected = ["4", str(4 + wrong["count"])] if "count" in wrong else ["1101.00", "1101.01"]
    assert not [figure for figure in expected if figure not in error["message"]], error["message"]
    assert placed_by(system, client) == {}
    assert "refused" in system.error("place", path, "--mapping", mapping)["message"], "also without totals: the client must say what it sent"
    assert placed_by(system, client) == {}
    summary = system.place(path, mapping, "--control-count", count, "--control-sum", total, code=PARTLY)["summary"]
    assert summary["accepted"] == len(placed_by(system, client)) == 3, "with the right totals it goes"


@pytest.mark.parametrize("option, value", [("--control-count", "four"), ("--control-sum", "1e3")])
def test_control_totals_must_be_numbers(system, option, value):
    path, mapping, _, _ = totals_file(system, "totals-typed")
    error = system.error("place", path, "--mapping", mapping, option, value, code={FAILED, 2})
    assert error["code"] == "INVALID_ARGUMENT" and value in error["message"]
    assert placed_by(system, "totals-typed") == {}


# --- forms of files ---


def test_json_lines(system):
    lines = [
        '{"Ref": "J-1", "Name": "Ann", "Balance": "10.50", "Due": "2025-11-01"}',
        '{"Ref": "J-2", "Name": "B\\u00f8b \\"x\\", y", "Balance": 20.25, "Due": "2025-11-01", "Unknown": null}',
        '{"Ref": "J-3", "Name": "Cyd", "Balance": "30", "Due": "2025-11-01"',
        '["J-4"]',
        '{"Ref": {"deep": 1}, "Name": "Eve", "Balance": "1", "Due": "2025-11-01"}',
        '{"Name": "Flo", "Balance": "1", "Due": "2025-11-01"}',
        '{"Ref": "J-7", "Name": "Guy", "Balance": "70", "Due": "2025-02-30"}',
    ]
    path, mapping = system.write("lines.jsonl", "\n".join(lines) + "\n"), write_mapping(system, "json-lines", format="jsonl")
    rejects = system.files / "lines-rejects.csv"
    summary = system.place(path, mapping, "--rejects", rejects, code=PARTLY)["summary"]
    assert summary["accepted"] == 2
    assert {(line, field, code) for line, field, _, code in read_rejects(rejects)} == {
        (3, "", "BAD_JSON"), (4, "", "BAD_JSON"), (5, "", "BAD_JSON"), (6, "client_reference", "MISSING"), (7, "due_date", "BAD_DATE")}
    placed = placed_by(system, "json-lines")
    assert {(p["debtor_name"], p["balance_minor"]) for p in placed.values()} == {("Ann", 1050), ('Bøb "x", y', 2025)}


@pytest.mark.parametrize("encoding, name", [("ISO-8859-1", "Zoë Ünal"), ("ISO-8859-15", "Œuvre €"), ("WINDOWS-1252", "Łukasz".replace("Ł", "‰") + " “Q”"), ("UTF-8", "Nguyễn 𝔘")])
def test_encodings(system, encoding, name):
    client = f"encoding-{encoding.lower()}"
    path = system.write(f"{client}.csv", f"Ref,Name,Balance,Due\nE-1,{name},1.00,2025-11-01\n".encode(encoding))
    system.place(path, write_mapping(system, client, encoding=encoding), code=OK)
    assert placed_by(system, client)["E-1"]["debtor_name"] == name


def test_a_byte_order_mark_is_no_part_of_the_first_column(system):
    path = system.write("bom.csv", b"\xef\xbb\xbfRef,Name,Balance,Due\nE-1,Ann,1.00,2025-11-01\n")
    system.place(path, write_mapping(system, "bom"), code=OK)


# --- bad rows: each alone, with line, field and code ---


def row(reference="R-1", name="Ann", balance="10.00", due="2025-11-01"):
    return f"{reference},{name},{balance},{due}".encode()


BAD_ROWS = [
    (row(due="2024-02-30"), "due_date", "BAD_DATE"),
    (row(due="2023-02-29"), "due_date", "BAD_DATE"),
    (row(due="2024-13-01"), "due_date", "BAD_DATE"),
    (row(due="01/02/2024"), "due_date", "BAD_DATE"),
    (row(due="2024-2-3x"), "due_date", "BAD_DATE"),
    (row(due=""), "due_date", "MISSING"),
    (row(due="2125-12-31"), "due_date", "FUTURE_DATE"),
    (row(balance="-5.00"), "balance", "NEGATIVE"),
    (row(balance="0.00"), "balance", "ZERO"),
    (row(balance=""), "balance", "MISSING"),
    (row(balance="99999999999999999999.00"), "balance", "OVERFLOW"),
    (row(balance="92233720368547758.08"), "balance", "OVERFLOW"),
    (row(balance="100000000000.01"), "balance", "OVERFLOW"),
    (row(balance="1.001"), "balance", "BAD_MONEY"),
    (row(balance="1e6"), "balance", "BAD_MONEY"),
    (row(balance="NaN"), "balance", "BAD_MONEY"),
    (row(balance="0x10"), "balance", "BAD_MONEY"),
    (row(balance="€5.00"), "balance", "BAD_MONEY"),
    (row(reference=""), "client_reference", "MISSING"),
    (row(reference="N/A"), "client_reference", "BAD_REFERENCE"),
    (row(reference="r" * 65), "client_reference", "TOO_LONG"),
    (row(name="n" * 201), "debtor_name", "TOO_LONG"),
    (row(name="a\x07b"), "debtor_name", "BAD_CHARACTER"),
    (row(name="\u202eevil"), "debtor_name", "BAD_CHARACTER"),
    (b"R-1,\xff\xfe,10.00,2025-11-01", "debtor_name", "BAD_ENCODING"),
    (b"R-1,\xc0\xaf,10.00,2025-11-01", "debtor_name", "BAD_ENCODING"),
    (b"R-1,\xed\xa0\x80,10.00,2025-11-01", "debtor_name", "BAD_ENCODING"),
    (b"R-1,a\x00b,10.00,2025-11-01", "", "NUL_BYTE"),
    (b"R-1,Ann,10.00", "", "TOO_FEW_CELLS"),
    (b"R-1,Ann,10.00,2025-11-01,more", "", "TOO_MANY_CELLS"),
    (b'R-1,A"n"n,10.00,2025-11-01', "", "BAD_QUOTE"),
    (b"," * 300, "", "TOO_MANY_CELLS"),
    (row(name="x" * 70_000), "", "OVERSIZE"),
    (row(name="y" * 10_000_000), "", "OVERSIZE"),
]


def test_every_bad_row_is_rejected_with_its_line_field_and_code_and_its_neighbours_are_placed(system):
    lines, expected = [b"Ref,Name,Balance,Due"], []
    for number, (bad, field, code) in enumerate(BAD_ROWS):
        expected.append((len(lines) + 1, field, code))
        lines.append(bad)
        lines.append(row(reference=f"good-{number}"))
    path, mapping = system.write("bad.csv", b"\n".join(lines) + b"\n"), write_mapping(system, "bad-rows")
    rejects = system.files / "bad-rejects.csv"
    summary = system.place(path, mapping, "--rejects", rejects, code=PARTLY)["summary"]
    found = {line: (field, code) for line, field, _, code in reversed(read_rejects(rejects))}
    assert found == {line: (field, code) for line, field, code in expected}
    assert (summary["accepted"], summary["rejected"]) == (len(BAD_ROWS), len(BAD_ROWS))
    assert set(placed_by(system, "bad-rows")) == {f"good-{number}" for number in range(len(BAD_ROWS))}
    assert rejects.stat().st_size < 400_000, "of a huge record only the beginning is kept"
    system.check_well()


def test_an_unknown_currency_is_rejected(system):
    mapping = system.write("currency.yaml", MAPPING.format(client="currency", format="csv", encoding="UTF-8", reference="Ref", name="Name", balance="Balance", due="Due")
                           .replace("currency: USD", "currency: { column: Currency }"))
    path = system.write("currency.csv", "Ref,Name,Balance,Due,Currency\nC-1,Ann,1.00,2025-11-01,XXY\nC-2,Bob,1.00,2025-11-01,\nC-3,Cyd,1.00,2025-11-01,EUR\nC-4,Dee,100,2025-11-01,JPY\n"
                                        "C-5,Eve,1.5,2025-11-01,JPY\n")
    rejects = system.files / "currency-rejects.csv"
    system.place(path, mapping, "--rejects", rejects, code=PARTLY)
    assert [(line, code) for line, _, _, code in read_rejects(rejects)] == [(2, "UNKNOWN_CURRENCY"), (3, "MISSING"), (6, "BAD_MONEY")]
    assert {p["currency"]: p["balance_minor"] for p in placed_by(system, "currency").values()} == {"EUR": 100, "JPY": 100}


# --- bad files and mappings: refused whole, in words that help ---


@pytest.mark.parametrize("change, words", [
    (("name: Name", "name: Nome"), ["Nome", "debtor_name"]),
    (("  balance: Balance\n", ""), ["balance"]),
    (("kind: placement", "kind: placment"), ["kind", "placment"]),
    (("currency: USD", "currency: US$"), ["currency"]),
    (("region: US", "regoin: US"), ["regoin"]),
    (("encoding: UTF-8", "encoding: EBCDIC"), ["encoding", "EBCDIC"]),
    (("fields:", "fields: ["), ["half.yaml:11", "YAML"]),
    (("client: half", "client: ''"), ["client"]),
    (('dates: "YYYY-MM-DD"', 'dates: "whenever"'), ["dates"]),
])
def test_a_mapping_that_is_wrong_is_refused_before_anything_is_placed(system, change, words):
    good = MAPPING.format(client="half", format="csv", encoding="UTF-8", reference="Ref", name="Name", balance="Balance", due="Due")
    bad = good.replace(f"debtor_{change[0]}", f"debtor_{change[1]}") if change[0].startswith("name") else good.replace(*change)
    assert bad != good
    path = system.write("half.csv", b"Ref,Name,Balance,Due\n" + row() + b"\n")
    error = system.error("place", path, "--mapping", system.write("half.yaml", bad))
    assert error["code"] in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
    assert not [word for word in words if word not in error["message"]], error["message"]
    assert placed_by(system, "half") == {}


@pytest.mark.parametrize("what, content", [
    ("empty", b""), ("nothing but line ends", b"\n\r\n\n"), ("UTF-16", "Ref,Name,Balance,Due\nR-1,Ann,1.00,2025-11-01\n".encode("utf-16")), ("a header of NULs", b"\x00" * 100),
    ("no text at all", bytes(range(256)) * 1000), ("a header of 10 MB", b"a" * 10_000_000 + b"\n"), ("another header", b"Amount;Who\n1;2\n"),
    ("a column twice", b"Ref,Name,Balance,Due,Ref\nR-1,Ann,1.00,2025-11-01,R-2\n"), ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(200))),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_that_is_no_such_file_is_refused_in_words(system, what, content):
    path = system.write("no-file.csv", content)
    error = system.error("place", path, "--mapping", write_mapping(system, "no-file"))
    assert error["code"] in ("INVALID_ARGUMENT", "FAILED_PRECONDITION") and len(error["message"]) > 10, what
    assert placed_by(system, "no-file") == {}


def test_a_file_or_mapping_that_is_not_there_is_named(system):
    mapping = write_mapping(system, "not-there")
    assert "no-such.csv" in system.error("place", system.files / "no-such.csv", "--mapping", mapping)["message"]
    path = system.write("there.csv", b"Ref,Name,Balance,Due\n")
    assert "no-such.yaml" in system.error("place", path, "--mapping", system.files / "no-such.yaml")["message"]
    assert system.error("place", system.files, "--mapping", mapping)["message"]


def test_a_file_with_a_header_alone_places_nothing(system):
    summary = system.place(system.write("header.csv", b"Ref,Name,Balance,Due\n"), write_mapping(system, "header"), code=OK)["summary"]
    assert (summary["accepted"], summary["rejected"]) == (0, 0)


# --- public files made to break readers ---


def as_kept(text):
    """What intake keeps of a text for people: blanks around it go, runs of line ends and tabs become a space, together with the blanks beside them."""
    return re.sub(r" *[\r\n\t][\r\n\t ]*", " ", text.strip(" \r\n\t"))


@pytest.mark.parametrize("name, reference, text", [
    ("comma_in_quotes", "zip", "city"), ("comma_in_quotes", "zip", "address"), ("empty", "a", "b"), ("empty_crlf", "a", "c"), ("escaped_quotes", "a", "b"), ("json", "key", "val"),
    ("newlines", "b", "a"), ("newlines_crlf", "b", "a"), ("quotes_and_newlines", "a", "b"), ("simple", "a", "c"), ("simple_crlf", "a", "c"), ("utf8", "b", "c")])
def test_csv_spectrum_is_read_as_its_json_says(system, name, reference, text):
    folder = shared_data("csv-spectrum")
    client = f"spectrum-{name.replace('_', '-')}-{text}"
    mapping = write_mapping(system, client, reference=reference, name=text, balance="{ value: '1.00' }", due="{ value: '2025-11-01' }")
    rows = json.loads((folder / "json" / f"{name}.json").read_text())
    rows = rows if isinstance(rows, list) else [rows]
    good = [row for row in rows if row[reference]]
    system.place(folder / "csvs" / f"{name}.csv", mapping, code=OK)
    placed = placed_by(system, client)
    assert {r: p["debtor_name"] for r, p in placed.items()} == {row[reference]: as_kept(row[text]) for row in good}


def test_csv_with_stray_quotes_is_rejected_by_line(system):
    folder = shared_data("csv-spectrum")
    mapping = write_mapping(system, "spectrum-coordinates", reference="Contact Phone Number", name="Cities", balance="{ value: '1.00' }", due="{ value: '2025-11-01' }")
    rejects = system.files / "coordinates.csv"
    system.place(folder / "csvs/location_coordinates.csv", mapping, "--rejects", rejects, code=PARTLY)
    assert [(line, code) for line, _, _, code in read_rejects(rejects)] == [(2, "BAD_QUOTE")]


def is_acceptable(text):
    """Independent of intake: no controls, no overrides or isolates of direction, no noncharacters, at most 200 bytes."""
    kept = as_kept(text)
    return len(kept.encode()) <= 200 and not any(
        ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or ord(c) in (0x2028, 0x2029) or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 or
        ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF for c in kept)


def test_naughty_names_are_kept_as_they_are_or_rejected_with_a_reason(system):
    names = json.loads(shared_data("naughty/blns.json").read_text(encoding="utf-8"))
    rows = [{"Ref": f"N-{number}", "Name": name, "Balance": "1.00", "Due": "2025-11-01"} for number, name in enumerate(names)]
    path = system.write_rows(["Ref", "Name", "Balance", "Due"], rows)
    rejects = system.files / "naughty-rejects.csv"
    system.place(path, write_mapping(system, "naughty"), "--rejects", rejects, code=PARTLY)
    placed = placed_by(system, "naughty")
    assert {r: p["debtor_name"] for r, p in placed.items()} == {row["Ref"]: as_kept(row["Name"]) for row in rows if is_acceptable(row["Name"])}
    assert {code for _, field, _, code in read_rejects(rejects) if field == "debtor_name"} <= {"BAD_CHARACTER", "TOO_LONG", "BAD_ENCODING"}
    assert len(read_rejects(rejects)) == len(names) - len(placed)
    system.check_well()
    for number in (0, len(names) // 2):
        assert f"N-{number}" in placed
        system.run("account", "show", f"N-{number}", "--client", "naughty")


def test_naughty_references_find_their_account_again(system):
    names = sorted({as_kept(name) for name in json.loads(shared_data("naughty/blns.json").read_text(encoding="utf-8"))})
    rows = [{"Ref": name, "Name": "Ann", "Balance": "1.00", "Due": "2025-11-01"} for name in names]
    system.place(system.write_rows(["Ref", "Name", "Balance", "Due"], rows), write_mapping(system, "naughty-references"), code=PARTLY)
    placed = placed_by(system, "naughty-references")
    assert set(placed) <= set(names) and len(placed) > 300
    dangerous = [name for name in placed if "'" in name or ";" in name or "\\" in name or "%" in name][:5]
    for name in dangerous:
        if not name.startswith("-"):
            assert system.json("account", "show", name, "--client", "naughty-references")["placement"]["placed"]["client_reference"] == name


def test_the_system_is_well_and_its_log_unbroken_after_all_this(system):
    system.check_well()
    system.run("log", "verify")
    for service in ("intake", "classification", "contact", "dispute", "payment"):
        assert is_running(system.pid(service))
