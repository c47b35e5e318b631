-- New accounts. $1 to $10: arrays of the same length, without doubles. One that was placed before fails: events are applied once.
INSERT INTO correspondence.account (
    partition, account_id, debtor_id, agency_id, client, client_reference, currency, placed_minor, charged_minor, paid_minor, credited_minor, balance_minor,
    due_on_days, opened_on_days, is_recalled)
SELECT k.partition, k.account_id, k.debtor_id, k.agency_id, k.client, k.client_reference, k.currency, k.placed_minor, 0, 0, 0, k.placed_minor, k.due_on_days, k.opened_on_days, false
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::integer[], $10::integer[])
     AS k (partition, account_id, debtor_id, agency_id, client, client_reference, currency, placed_minor, due_on_days, opened_on_days)
