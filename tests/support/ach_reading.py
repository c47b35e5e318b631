"""A reading of files of the clearing house that slices columns and knows nothing of Dunlin: what they say, without any check."""
import datetime

KINDS = {"05": "payment", "98": "change", "99": "return"}
NINES = b"9" * 94


def cut(record, first, last):
    """Columns as the format counts them: from 1, inclusive."""
    return record[first - 1:last].decode("ascii")


def text(record, first, last):
    return cut(record, first, last).rstrip(" ")


def number(record, first, last):
    return int(cut(record, first, last))


def date(record, first, last):
    digits = cut(record, first, last)
    return None if not digits.strip(" 0") else datetime.datetime.strptime("20" + digits, "%Y%m%d").date().isoformat()


def day(record, first, last):
    return int(text(record, first, last) or 0)


def addendum(record):
    kind = KINDS[cut(record, 2, 3)]
    if kind == "payment":
        return {"kind": kind, "information": text(record, 4, 83)}
    found = {"code": cut(record, 4, 6), "original_trace": cut(record, 7, 21), "original_rdfi": cut(record, 28, 35), "trace": cut(record, 80, 94)}
    ordinal = int(found["code"][1:])
    if kind == "change":
        return found | {"kind": kind, "corrected": text(record, 36, 64)}
    if 61 <= ordinal <= 70:
        return found | {"kind": "dishonored", "return_trace": cut(record, 39, 53), "return_settled": day(record, 54, 56), "return_code": "R" + cut(record, 57, 58), "information": text(record, 59, 79)}
    if 71 <= ordinal <= 79:
        return found | {"kind": "contested", "returned_on": date(record, 22, 27), "original_settled": day(record, 36, 38), "return_trace": cut(record, 39, 53), "return_settled": day(record, 54, 56), "return_code": "R" + cut(record, 57, 58),
                        "dishonored_trace": cut(record, 59, 73), "dishonored_settled": day(record, 74, 76), "dishonored_code": "R" + cut(record, 77, 78)}
    return found | {"kind": kind, "died_on": date(record, 22, 27), "information": text(record, 36, 79)}


def entry(record, following):
    return {"transaction_code": number(record, 2, 3), "routing": cut(record, 4, 12), "account": text(record, 13, 29), "amount_minor": number(record, 30, 39), "individual_id": text(record, 40, 54), "individual_name": text(record, 55, 76),
            "discretionary": text(record, 77, 78), "trace": cut(record, 80, 94), "addendum": addendum(following) if cut(record, 79, 79) == "1" else None}


def batch(record):
    return {"service_class": number(record, 2, 4), "company_name": text(record, 5, 20), "company_discretionary": text(record, 21, 40), "company_id": text(record, 41, 50), "class": cut(record, 51, 53), "description": text(record, 54, 63),
            "descriptive_date": text(record, 64, 69), "effective_on": date(record, 70, 75), "settled": day(record, 76, 78), "odfi": cut(record, 80, 87), "number": number(record, 88, 94), "entries": []}


def records_of(data):
    data = data.replace(b"\r", b"").replace(b"\n", b"")
    assert len(data) % 94 == 0
    return [data[at:at + 94] for at in range(0, len(data), 94)]


def reading(data):
    """What a file says, without any check."""
    file = {"batches": []}
    records = records_of(data)
    for i, record in enumerate(records):
        kind = chr(record[0])
        if kind == "1":
            file |= {"destination": cut(record, 4, 13).strip(), "origin": cut(record, 14, 23).strip(), "created_on": date(record, 24, 29), "created_minute": number(record, 30, 31) * 60 + number(record, 32, 33), "id_modifier": cut(record, 34, 34),
                     "destination_name": text(record, 41, 63), "origin_name": text(record, 64, 86), "reference": text(record, 87, 94)}
        elif kind == "5":
            file["batches"].append(batch(record))
        elif kind == "6":
            file["batches"][-1]["entries"].append(entry(record, records[i + 1]))
        elif kind == "8":
            file["batches"][-1] |= {"debit_minor": number(record, 21, 32), "credit_minor": number(record, 33, 44)}
        elif kind == "9" and record != NINES:
            file |= {"debit_minor": number(record, 32, 43), "credit_minor": number(record, 44, 55)}
    return file
