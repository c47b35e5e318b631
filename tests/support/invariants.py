"""What must hold of a system at rest, whatever was done to it under load: every fault, race and scale test ends with `check_invariants(system)`.

Each check is one question to the database (or one pass over the log) that answers with what differs; the failure names all of it.
"""
import collections
import json

CONSUMERS = ("classification", "contact", "correspondence", "dispute", "payment", "reporting")
# Tables of the read model; a sum of nothing is the same as no row, and which of the two it is depends on how events fell into batches.
READ_MODELS = {
    "account": "true",
    "movement": "change_minor <> 0",
    "timeline": "true",
    "counter": "n <> 0 OR amount_minor <> 0",
    "histogram": "n <> 0",
    "aging": "accounts <> 0 OR balance_minor <> 0",
    "progress": "true",
}
SHOWN = 8  # offending rows of one check that a failure shows

# What it says when it fails -> a query whose rows are what is wrong.
QUERIES = {
    # --- at rest ---
    "cursors that do not stand at their head (consumer, partition, cursor, head)":
        """SELECT k.consumer, h.partition, coalesce(c.seq, 0), h.next_seq - 1
           FROM (SELECT unnest('{classification,contact,correspondence,dispute,payment,reporting}'::text[]) AS consumer) AS k
           CROSS JOIN log.head AS h LEFT JOIN log.cursor AS c ON c.consumer = k.consumer AND c.partition = h.partition
           WHERE coalesce(c.seq, 0) <> h.next_seq - 1""",
    "parked events (consumer, partition, seq, type, error)":
        "SELECT consumer, partition, seq, type, error FROM log.parked",
    "heads that are not the number of their partition's last event (partition, next_seq, events, last)":
        """SELECT h.partition, h.next_seq, count(e.seq), max(e.seq)
           FROM log.head AS h LEFT JOIN log.event AS e ON e.partition = h.partition
           GROUP BY h.partition, h.next_seq HAVING count(e.seq) <> h.next_seq - 1 OR coalesce(max(e.seq), 0) <> h.next_seq - 1""",

    # --- every accepted row is exactly one account ---
    "files whose accepted rows are not as many accounts (file, accepted, accounts)":
        """SELECT p.file_name, b.accepted, coalesce(a.n, 0)
           FROM intake.placement AS p
           JOIN (SELECT placement_id, sum(accepted) AS accepted FROM intake.batch WHERE NOT is_check GROUP BY 1) AS b USING (placement_id)
           LEFT JOIN (SELECT placement_id, count(*) AS n FROM intake.account GROUP BY 1) AS a USING (placement_id)
           WHERE p.kind = 1 AND b.accepted <> coalesce(a.n, 0)""",
    "files whose accepted rows are not as many payments (file, accepted, payments)":
        """SELECT p.file_name, b.accepted, coalesce(a.n, 0)
           FROM intake.placement AS p
           JOIN (SELECT placement_id, sum(accepted) AS accepted FROM intake.batch WHERE NOT is_check GROUP BY 1) AS b USING (placement_id)
           LEFT JOIN (SELECT placement_id, count(*) AS n FROM intake.payment GROUP BY 1) AS a USING (placement_id)
           WHERE p.kind = 2 AND b.accepted <> coalesce(a.n, 0)""",
    "files whose rejected rows are not as many rejects (file, rejected, rejects)":
        """SELECT p.file_name, b.rejected, coalesce(r.n, 0)
           FROM intake.placement AS p
           JOIN (SELECT placement_id, sum(rejected) AS rejected FROM intake.batch WHERE NOT is_check GROUP BY 1) AS b USING (placement_id)
           LEFT JOIN (SELECT placement_id, count(*) AS n FROM intake.reject WHERE ordinal = 0 GROUP BY 1) AS r USING (placement_id)
           WHERE b.rejected <> coalesce(r.n, 0)""",
    "rows that are two accounts (file, line, accounts)":
        """SELECT p.file_name, a.line, count(*) FROM intake.account AS a JOIN intake.placement AS p USING (placement_id)
           GROUP BY p.placement_id, p.file_name, a.line HAVING count(*) > 1""",
    "client references with two accounts (agency, client, reference, accounts)":
        """SELECT agency_id, client, client_reference, count(*) FROM intake.account
           GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "accounts that are not the registered ones (registered, account)":
        """SELECT r.account_id, a.account_id FROM intake.reference AS r FULL JOIN intake.account AS a
               ON a.account_id = r.account_id AND a.agency_id = r.agency_id AND a.client = r.client AND a.client_reference = r.client_reference
           WHERE r.account_id IS NULL OR a.account_id IS NULL""",
    "accounts without exactly one AccountPlaced (account, events)":
        """SELECT coalesce(a.account_id, e.account_id), count(e.seq)
           FROM intake.account AS a
           FULL JOIN (SELECT account_id, seq FROM log.event WHERE type = 'dunlin.intake.v1.AccountPlaced') AS e USING (account_id)
           GROUP BY 1, a.account_id HAVING a.account_id IS NULL OR count(e.seq) <> 1""",
    "rows in the partition of somebody else's id (table, id)":
        """SELECT t.name, t.id FROM (
               SELECT 'intake.account' AS name, partition, account_id AS id FROM intake.account
               UNION ALL SELECT 'payment.posting', partition, posting_id FROM payment.posting
               UNION ALL SELECT 'contact.permit', partition, permit_id FROM contact.permit
               UNION ALL SELECT 'dispute.dispute', partition, dispute_id FROM dispute.dispute
               UNION ALL SELECT 'log.event', partition, account_id FROM log.event WHERE account_id IS NOT NULL) AS t
           WHERE ('x' || right(t.id::text, 4))::bit(16)::integer <> t.partition""",

    # --- every event has had its effect, once, at every consumer ---
    **{f"accounts that {consumer} does not know, or nobody placed (placed, known)":
       f"""SELECT a.account_id, k.account_id FROM intake.account AS a FULL JOIN {consumer}.account AS k
               ON k.account_id = a.account_id AND k.debtor_id = a.debtor_id AND k.agency_id = a.agency_id
           WHERE a.account_id IS NULL OR k.account_id IS NULL""" for consumer in CONSUMERS if consumer != "correspondence"},  # which keeps none
    "numbers by which contact does not find their debtors, or that nobody has (debtor, placed, known)":
        """SELECT coalesce(i.debtor_id, n.debtor_id), i.number, n.number
           FROM (SELECT d.debtor_id, substr(p.value, 2)::bigint AS number FROM intake.debtor AS d CROSS JOIN LATERAL unnest(d.point_kinds, d.point_values) AS p (kind, value) WHERE p.kind = 1) AS i
           FULL JOIN contact.number AS n ON n.debtor_id = i.debtor_id AND n.number = i.number
           WHERE i.debtor_id IS NULL OR n.debtor_id IS NULL""",
    "accounts that were never classified (account)":
        """SELECT account_id FROM intake.account EXCEPT SELECT account_id FROM log.event WHERE type = 'dunlin.classification.v1.AccountClassified'""",
    "recalled accounts that payment, reporting or classification do not know as such, or the other way round (account)":
        """SELECT a.account_id FROM intake.account AS a JOIN payment.account AS p USING (account_id)
           JOIN reporting.account AS r USING (account_id) JOIN classification.account AS c USING (account_id)
           WHERE a.is_recalled <> p.is_recalled OR a.is_recalled <> r.is_recalled OR a.is_recalled <> c.is_recalled""",

    # --- sum of ledgers = sum of postings ---
    "postings whose entries do not sum to zero (posting, currency, sum)":
        "SELECT posting_id, currency, sum(amount_minor) FROM payment.entry GROUP BY 1, 2 HAVING sum(amount_minor) <> 0",
    "postings whose entries are not theirs (posting, change, entries on the receivable)":
        """SELECT coalesce(p.posting_id, e.posting_id), p.change_minor, e.amount FROM payment.posting AS p
           FULL JOIN (SELECT posting_id, currency, sum(amount_minor) AS amount FROM payment.entry WHERE ledger_account = 1 GROUP BY 1, 2) AS e
               ON e.posting_id = p.posting_id AND e.currency = p.currency
           WHERE p.posting_id IS NULL OR e.posting_id IS NULL OR e.amount <> p.change_minor""",
    "balances that are not the sum of their account's postings (account, balance, sum, postings, of which last)":
        """SELECT a.account_id, a.balance_minor, sum(p.change_minor), count(p.number), max(p.number)
           FROM payment.account AS a LEFT JOIN payment.posting AS p ON p.account_id = a.account_id AND p.currency = a.currency
           GROUP BY a.partition, a.account_id
           HAVING a.balance_minor <> coalesce(sum(p.change_minor), 0) OR a.n_postings <> count(p.number) OR a.n_postings <> coalesce(max(p.number), 0)
               OR count(DISTINCT p.number) <> count(p.number)""",
    "ledgers whose sum is not that of the balances (currency, receivable, balances)":
        """SELECT currency, l.sum, b.sum FROM (SELECT currency, sum(amount_minor) FROM payment.entry WHERE ledger_account = 1 GROUP BY 1) AS l
           FULL JOIN (SELECT currency, sum(balance_minor) FROM payment.account GROUP BY 1) AS b USING (currency)
           WHERE l.sum IS DISTINCT FROM b.sum""",
    "balances that classification or reporting see otherwise (account, payment's, classification's, reporting's)":
        """SELECT a.account_id, a.balance_minor, c.balance_minor, r.balance_minor FROM payment.account AS a
           JOIN classification.account AS c USING (account_id) JOIN reporting.account AS r USING (account_id)
           WHERE a.balance_minor <> c.balance_minor OR a.balance_minor <> r.balance_minor""",
    "accounts that wait for the ledger's answer (account, to a payment, to a balance)":
        "SELECT account_id, unposted_seq, restated_seq FROM contact.account WHERE unposted_seq IS NOT NULL OR restated_seq IS NOT NULL",
    "payments reported that are not posted exactly so (payment, reported, posted)":
        """SELECT i.payment_id, i.amount_minor, -p.change_minor FROM intake.payment AS i LEFT JOIN payment.posting AS p
               ON p.posting_id = i.payment_id AND p.account_id = i.account_id AND p.currency = i.currency AND p.kind = 2
           WHERE p.posting_id IS NULL OR -p.change_minor <> i.amount_minor""",
    # --- the clients' money ---
    "money in trust that is not the sum of its entries (client, currency, partition, entries)":
        """SELECT t.client, t.currency, t.partition, count(e.number) FROM payment.trust_account AS t
           LEFT JOIN payment.trust_entry AS e USING (agency_id, client, currency, partition)
           GROUP BY t.agency_id, t.client, t.currency, t.partition
           HAVING t.n_entries <> count(e.number) OR t.n_entries <> max(e.number) OR t.cash_minor <> sum(e.cash_minor) OR t.payable_minor <> sum(e.payable_minor)
               OR t.earned_minor <> sum(e.earned_minor) OR t.suspense_minor <> sum(e.suspense_minor) OR t.transit_minor <> sum(e.transit_minor)""",
    "payments and reversals that moved another amount in trust (account, posting, posted, moved)":
        """SELECT p.account_id, p.number, -p.change_minor, e.payable_minor + e.earned_minor FROM payment.posting AS p
           FULL JOIN (SELECT * FROM payment.trust_entry WHERE account_id IS NOT NULL) AS e ON e.account_id = p.account_id AND e.posting_number = p.number
           WHERE (p.paid_to IS NOT NULL OR e.account_id IS NOT NULL)
               AND (e.payable_minor + e.earned_minor, e.earned_minor) IS DISTINCT FROM (CASE WHEN p.paid_to IN (1, 4) THEN -p.change_minor ELSE 0 END, p.fee_minor)""",
    "money in suspense that trust does not hold (client, currency, items, held)":
        """SELECT client, currency, s.sum, t.sum FROM (SELECT client, currency, sum(amount_minor) FROM payment.suspense WHERE state = 1 GROUP BY 1, 2) AS s
           FULL JOIN (SELECT client, currency, sum(suspense_minor) FROM payment.trust_account GROUP BY 1, 2 HAVING sum(suspense_minor) <> 0) AS t USING (client, currency)
           WHERE s.sum IS DISTINCT FROM t.sum""",
    "money that is on its way for good (currency, sum)":
        "SELECT currency, sum(transit_minor) FROM payment.trust_account GROUP BY 1 HAVING sum(transit_minor) <> 0",
    # --- promises and plans ---
    "plans that would collect more than is owed (plan, open, owed)":
        """SELECT p.plan_id, sum(i.amount_minor - i.paid_minor), a.balance_minor FROM payment.plan AS p
           JOIN payment.plan_instalment AS i ON i.partition = p.partition AND i.plan_id = p.plan_id AND i.number <= p.n_instalments
           JOIN payment.account AS a ON a.partition = p.partition AND a.account_id = p.account_id
           WHERE p.state IN (2, 3) GROUP BY p.partition, p.plan_id, a.balance_minor HAVING sum(i.amount_minor - i.paid_minor) > a.balance_minor""",
    "plans that their account does not know, or another one has (plan, state, account's plan, account's proposed plan)":
        """SELECT p.plan_id, p.state, a.plan_id, a.proposed_plan_id FROM payment.plan AS p JOIN payment.account AS a ON a.partition = p.partition AND a.account_id = p.account_id
           WHERE (p.state IN (2, 3) AND a.plan_id IS DISTINCT FROM p.plan_id) OR (p.state = 1 AND a.proposed_plan_id IS DISTINCT FROM p.plan_id)
               OR (p.state IN (5, 6) AND p.plan_id IN (a.plan_id, a.proposed_plan_id))""",
    "accounts with a plan and an open promise (account, plan, promise)":
        """SELECT a.account_id, a.plan_id, a.open_promise_id FROM payment.account AS a JOIN payment.plan AS p ON p.partition = a.partition AND p.plan_id = a.plan_id
           WHERE p.state IN (2, 3) AND a.open_promise_id IS NOT NULL""",
    # --- debits ---
    "debits that wait though their instrument is stopped, or their plan does not collect (debit, instrument's state, plan's state)":
        """SELECT d.debit_id, i.state, p.state FROM payment.debit AS d JOIN payment.instrument AS i ON i.partition = d.partition AND i.instrument_id = d.instrument_id
           LEFT JOIN payment.plan AS p ON p.partition = d.partition AND p.plan_id = d.plan_id
           WHERE d.state = 1 AND (i.state <> 1 OR (d.plan_id IS NOT NULL AND p.state IS DISTINCT FROM 2))""",
    "debits that settled as something else than what was drawn (debit, trace, drawn, posted and held)":
        """SELECT d.debit_id, r.trace, d.amount_minor, coalesce(-p.change_minor, 0) + coalesce(s.amount_minor, 0) FROM payment.debit AS d
           JOIN payment.presentment AS r ON r.partition = d.partition AND r.debit_id = d.debit_id AND r.number = d.n_presented
           LEFT JOIN payment.posting AS p ON p.partition = d.partition AND p.account_id = d.account_id AND p.kind = 2 AND p.reference = r.trace
           LEFT JOIN payment.suspense AS s ON s.partition = d.partition AND s.source = 2 AND s.reference = r.trace
           WHERE d.state = 4 AND d.amount_minor <> coalesce(-p.change_minor, 0) + coalesce(s.amount_minor, 0)""",
    "one reference posted twice on an account (account, reference, postings)":
        """SELECT account_id, reference, count(*) FROM payment.posting WHERE kind = 2 AND reference <> ''
           GROUP BY 1, 2 HAVING count(*) > 1""",
}


def rows(system, query):
    return system.sql(query).splitlines()


def ask_all(system, queries):
    """All queries in one statement, so of one moment: {name: rows}."""
    names = list(queries)
    found = rows(system, " UNION ALL ".join(f"(SELECT {i}, t::text FROM ({queries[name]}) AS t)" for i, name in enumerate(names)))
    answers = {name: [] for name in names}
    for row in found:
        number, text = row.split("|", 1)
        answers[names[int(number)]].append(text)
    return answers


def differences(expected, found):
    """What two Counters (or dicts) do not agree on, as text."""
    return [f"{key}: {expected.get(key)} against {found.get(key)}" for key in sorted(set(expected) | set(found), key=str) if expected.get(key) != found.get(key)]


def keyed(system, query):
    """Rows of a query as {all columns but the last: the last, a number}."""
    return {row.rsplit("|", 1)[0]: int(row.rsplit("|", 1)[1]) for row in rows(system, query)}


def check_log_against_tables(system):
    """Events carry what the tables say, one to one: -> {what differs: rows}."""
    events = collections.defaultdict(list)
    for event in system.events():
        events[event["name"]].append(event)
    payload = {name: [event["payload"] for event in found] for name, found in events.items()}
    of = lambda name: payload.get(name, [])  # noqa: E731

    def once(name, id_field, query):
        """Each event of this type is one row, by its id; what a later report corrects is no other attempt."""
        return differences(collections.Counter(message[id_field] for message in of(name) if not message.get("correction")), {row: 1 for row in rows(system, query)})

    placed = collections.Counter()
    for message in of("AccountPlaced"):
        placed[f"{message['provenance']['placement_id']}|{message['currency']}"] += message["balance_minor"]
    accepted = keyed(system, """SELECT placement_id, max(currency), sum(amount_minor) FROM intake.batch JOIN intake.placement AS p USING (placement_id)
                                WHERE NOT is_check AND p.kind = 1 GROUP BY 1 HAVING count(DISTINCT currency) = 1 AND max(currency) <> ''""")
    changed = collections.Counter()
    for message in of("AccountPlaced"):
        changed[f"placement|{message['currency']}"] += message["balance_minor"]
    for message in of("BalanceChanged"):
        if message["change_minor"] == 0:  # taken in, and nothing to post
            continue
        changed[f"{message['kind']}|{message['currency']}"] += message["change_minor"]
    balance_events = of("AccountPlaced") + [message for message in of("BalanceChanged") if message["change_minor"] != 0]  # the first says the opening balance
    said = {(event["partition"], event["seq"]): 1 for event in events["PaymentReported"] + events["AccountUpdated"] if event["name"] == "PaymentReported" or "balance_minor" in event["payload"]}
    credits = {(event["partition"], event["seq"]) for event in events["DisputeResolved"] if event["payload"].get("credit_minor", 0) != 0}
    answered = collections.Counter((event["partition"], event["payload"]["cause_seq"]) for event in events["BalanceChanged"]
                                   if event["payload"]["cause_seq"] != 0 and (event["partition"], event["payload"]["cause_seq"]) not in credits)
    balances = {message["account_id"]: message["balance_minor"] for message in of("AccountPlaced") + of("BalanceChanged")}
    planned = {message["account_id"]: message["step"] for message in of("ContactPlanned")}
    posted = {message["posting_id"]: message["amount_minor"] for message in of("PaymentPosted")}
    posted.update({message["posting_id"]: -message["amount_minor"] for message in of("PaymentReversed")})
    return {
        "amounts of files against AccountPlaced (file and currency: accepted, placed)": differences(accepted, {key: amount for key, amount in placed.items() if key in accepted}),
        "payments reported against intake's (payment: events, rows)": once("PaymentReported", "payment_id", "SELECT payment_id FROM intake.payment"),
        "recalls against intake's (account: events, rows)": once("AccountRecalled", "account_id", "SELECT account_id FROM intake.account WHERE is_recalled"),
        "PaymentPosted and PaymentReversed against postings (posting: event's amount, posting's)": differences(
            posted, keyed(system, "SELECT posting_id, -change_minor FROM payment.posting WHERE kind IN (2, 3)")),
        "payments said twice (posting: events)": [f"{key}: {n}" for key, n in collections.Counter(
            message["posting_id"] for name in ("PaymentPosted", "PaymentReversed") for message in of(name)).items() if n > 1],
        "AccountPlaced and BalanceChanged against postings (kind and currency: events' sum, postings' sum)": differences(changed, keyed(
            system, """SELECT (ARRAY['placement', 'payment', 'reversal', 'adjustment', 'interest', 'fee', 'credit'])[kind], currency, sum(change_minor)
                       FROM payment.posting GROUP BY 1, 2""")),
        "AccountPlaced and BalanceChanged against postings (account: events, postings)": differences(
            collections.Counter(message["account_id"] for message in balance_events), keyed(system, "SELECT account_id, count(*) FROM payment.posting GROUP BY 1")),
        "what clients say of money against the ledger's answers (partition and position: said, answers)": differences(said, answered),
        "the last AccountPlaced or BalanceChanged against the balance (account: event's, account's)": differences(balances, keyed(system, "SELECT account_id, balance_minor FROM payment.account")),
        "PermitGranted against permits (permit: events, rows)": once("PermitGranted", "permit_id", "SELECT permit_id FROM contact.permit"),
        "AttemptReported against permits (permit: events, rows)": once("AttemptReported", "permit_id", "SELECT permit_id FROM contact.permit WHERE telephony <> 0"),
        "DisputeOpened against disputes (dispute: events, rows)": once("DisputeOpened", "dispute_id", "SELECT dispute_id FROM dispute.dispute"),
        "PromiseMade against promises (promise: events, rows)": once("PromiseMade", "promise_id", "SELECT promise_id FROM payment.promise"),
        "PlanAgreed and PlanProposed against plans (plan: events, rows)": differences(
            collections.Counter(set(message["plan_id"] for name in ("PlanAgreed", "PlanProposed") for message in of(name))), keyed(system, "SELECT plan_id, 1 FROM payment.plan")),
        "the last ContactPlanned against the plan (account: event's step, plan's)": differences(
            {account: step for account, step in planned.items() if step},
            dict(row.split("|") for row in rows(system, "SELECT account_id, step FROM contact.account WHERE step <> ''"))),
        "PlacementCompleted said twice (file: events)": [f"{key}: {n}" for key, n in collections.Counter(
            message["summary"]["placement_id"] for message in of("PlacementCompleted")).items() if n > 1],
    }


def read_models(system):
    """The report as JSON, and a fingerprint of every table that it is made of."""
    tables = {name: system.sql(f"SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM reporting.{name} AS t WHERE {is_something}")
              for name, is_something in READ_MODELS.items()}
    return {"report": system.json("report"), **tables}


def check_rebuild(system):
    """The read model built again from the log is the live one."""
    live = read_models(system)
    partitions = system.json("report", "rebuild")["partitions"]
    system.wait()
    rebuilt = read_models(system)
    found = [] if partitions == 64 else [f"only {partitions} partitions were built again"]
    for name in live:
        if live[name] != rebuilt[name]:
            found += [f"{name}, {line}" for line in differences(live[name], rebuilt[name])] if name == "report" else [f"{name} (rows, hash): {live[name]} against {rebuilt[name]}"]
    return {"the live read model against the rebuilt one": found}


def check_replay(system, is_in_order):
    """Each decision asked again, with what the log says was known then, comes out as it was written, bit for bit; plans too, where no event was parked and applied later; and contact's whole log can be read again."""
    differences = system.files / "differences.csv"
    replayed = json.loads(system.run("policy", "backtest", "--differences", differences, "--json", code=None).out)
    decided = int(system.sql("SELECT count(*) FROM log.event WHERE type IN ('dunlin.contact.v1.PermitGranted', 'dunlin.contact.v1.PermitRefused')"))
    same = replayed["same_rules"]
    return {
        "decisions that come out otherwise (how many, the first)": [f"{same['unequal']}, {same['first_unequal']}"] if same["unequal"] else [],
        "decisions that were not asked again (decided, asked)": [f"{decided}, {same['decisions']}"] if decided != same["decisions"] else [],
        "differences between what was planned and what is planned again": differences.read_text().splitlines()[1:] if is_in_order else [],
        "events that contact cannot read again": replayed["failures"],
    }


def check_invariants(system, *, rebuild=True, is_in_order=True):
    """After the load: waits for rest and checks all of the above. rebuild=False leaves the read model alone (a test that goes on at once); is_in_order=False: events were parked, and applied after later ones."""
    system.wait()
    found = ask_all(system, QUERIES)
    found.update(check_log_against_tables(system))
    verified = system.run("log", "verify", code=None)
    found["dunlin log verify"] = [] if verified.code == 0 else [verified.out + verified.err]
    found.update(check_replay(system, is_in_order))
    if rebuild:
        found.update(check_rebuild(system))
    wrong = {name: what for name, what in found.items() if what}
    assert not wrong, "\n".join(line for name, what in wrong.items() for line in [f"{len(what)} {name}:"] + [f"    {row}" for row in what[:SHOWN]])
