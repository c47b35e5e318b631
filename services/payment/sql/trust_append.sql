-- Appends entries to trust accounts, in their order, and moves these along. $1 to $16: arrays of the same length, one a column. New accounts are made; they are locked in the order of their keys.
-- Numbers go on after those of the account as it was before this statement, which its snapshot shows: a partition has one writer, and a second one would meet a number that is taken.
-- Through the primary key. OFFSET 0: the entry comes first in every plan (common/db/README.md).
WITH entry AS (
    SELECT * FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::text[], $5::smallint[], $6::uuid[], $7::integer[], $8::uuid[], $9::integer[], $10::bigint[],
                         $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::integer[])
        AS e (partition, agency_id, client, currency, kind, account_id, posting_number, item_id, effective_on_days, posted_at_us,
              cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor, place)
), change AS (
    SELECT e.partition, e.agency_id, e.client, e.currency, count(*) AS n, sum(e.cash_minor)::bigint AS cash_minor, sum(e.payable_minor)::bigint AS payable_minor,
           sum(e.earned_minor)::bigint AS earned_minor, sum(e.suspense_minor)::bigint AS suspense_minor, sum(e.transit_minor)::bigint AS transit_minor
    FROM entry e GROUP BY e.partition, e.agency_id, e.client, e.currency
), moved AS (
    INSERT INTO payment.trust_account AS t (partition, agency_id, client, currency, n_entries, cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor)
    SELECT c.partition, c.agency_id, c.client, c.currency, c.n, c.cash_minor, c.payable_minor, c.earned_minor, c.suspense_minor, c.transit_minor
    FROM change c ORDER BY c.agency_id, c.client, c.currency, c.partition
    ON CONFLICT (agency_id, client, currency, partition) DO UPDATE
    SET n_entries = t.n_entries + excluded.n_entries, cash_minor = t.cash_minor + excluded.cash_minor, payable_minor = t.payable_minor + excluded.payable_minor,
        earned_minor = t.earned_minor + excluded.earned_minor, suspense_minor = t.suspense_minor + excluded.suspense_minor, transit_minor = t.transit_minor + excluded.transit_minor
)
INSERT INTO payment.trust_entry (partition, agency_id, client, currency, number, kind, account_id, posting_number, item_id, effective_on, posted_at_us,
                                 cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor)
SELECT e.partition, e.agency_id, e.client, e.currency,
       coalesce(a.n_entries, 0) + row_number() OVER (PARTITION BY e.partition, e.agency_id, e.client, e.currency ORDER BY e.place),
       e.kind, e.account_id, e.posting_number, e.item_id, date '1970-01-01' + e.effective_on_days, e.posted_at_us,
       e.cash_minor, e.payable_minor, e.earned_minor, e.suspense_minor, e.transit_minor
FROM entry e
LEFT JOIN LATERAL (
    SELECT t.n_entries FROM payment.trust_account t
    WHERE t.agency_id = e.agency_id AND t.client = e.client AND t.currency = e.currency AND t.partition = e.partition
    OFFSET 0) a ON true
