"""Files of made-up accounts: the sample portfolio's people, as many as are asked for, the same at every run."""
import csv
import hashlib
import struct
import sys

from dunlin_system import MAPPINGS, SAMPLE

sys.path.insert(0, str(SAMPLE))
import make_portfolio  # noqa: E402  (a program beside the sample, not a package)

MAPPING = MAPPINGS / "placement.yaml"
PARTITIONS = 64
PG_EPOCH_ORDINAL = 730120  # 2000-01-01, where PostgreSQL counts days from


class EndlessPortfolio(make_portfolio.Portfolio):
    """The sample has a hundred numbers an area code, those reserved for fiction. Here nearly every number occurs once, as in a real file; nobody is called."""

    def phone(self, area):
        n = self.next_phone[area]
        self.next_phone[area] = n + 1
        number = f"{200 + (n * 7919 + n // 10000) % 400}-{n * 6151 % 10000:04}"
        return ("(%s) %s", "%s-%s", "+1 %s %s", "1-%s-%s")[n % 4] % (area, number)

    def take(self, n):
        """The next n accounts; seven debtors in ten have one, the others two or three."""
        made = []
        while len(made) < n:
            debtor = self.debtor()
            made += [self.account(debtor) for _ in range(self.dice.pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3]))]
        return made[:n]


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, make_portfolio.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


GROUND_TABLE = """
    CREATE TABLE {name} (
        partition smallint NOT NULL, account_id uuid NOT NULL, debtor_id uuid NOT NULL, agency_id integer NOT NULL, client text NOT NULL, client_reference text NOT NULL,
        debtor_reference text NOT NULL, debtor_name text NOT NULL, balance_minor bigint NOT NULL, currency text NOT NULL, due_on date NOT NULL, phone text NOT NULL,
        PRIMARY KEY (partition, account_id));
    CREATE INDEX ON {name} (debtor_id);
    CREATE INDEX ON {name} (client, client_reference);
    CREATE INDEX ON {name} (due_on)"""


def ground_fields(number, row):
    """A row's cells as PostgreSQL's binary format has them. Ids are like the system's: in order of time, ending in the partition."""
    debtor = hashlib.blake2b((row["Client"] + row["CustomerNo"] + row["Name"]).encode(), digest_size=16).digest()
    partition = debtor[0] % PARTITIONS
    account = struct.pack(">QQ", number << 20, partition)
    month, day, year = map(int, row["DueDate"].split("/"))
    due_on = make_portfolio.datetime.date(year, month, day).toordinal() - PG_EPOCH_ORDINAL
    texts = (row["Client"], row["AccountNo"], row["CustomerNo"], row["Name"])
    cents = int(row["Balance"].replace(",", "").replace(".", ""))
    return (struct.pack(">h", partition), account, debtor, struct.pack(">i", 1), *(text.encode() for text in texts), struct.pack(">q", cents), row["Currency"].encode(),
            struct.pack(">i", due_on), row["Phone"].encode())


def write_ground(path, rows):
    """The same rows for a binary COPY into GROUND_TABLE."""
    with path.open("wb") as file:
        file.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
        for number, row in enumerate(rows):
            fields = ground_fields(number, row)
            file.write(struct.pack(">h", len(fields)) + b"".join(struct.pack(">i", len(field)) + field for field in fields))
        file.write(struct.pack(">h", -1))
    return path
