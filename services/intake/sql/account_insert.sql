-- $1 partitions, $2 ids, $3 debtors, $4 agencies, $5 clients, $6 references, $7 balances, $8 currencies, $9 due, $10 opened, $11 disputed, $12 placements, $13 lines, $14 record hashes,
-- $15 now.
INSERT INTO intake.account (partition, account_id, debtor_id, agency_id, client, client_reference, balance_minor, currency, due_on_days, opened_on_days, is_disputed, is_recalled,
                            placement_id, line, record_hash, placed_at_us)
SELECT w.partition, w.account_id, w.debtor_id, w.agency_id, w.client, w.client_reference, w.balance_minor, w.currency, w.due_on_days, w.opened_on_days, w.is_disputed, false,
       w.placement_id, w.line, w.record_hash, $15::bigint
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::integer[], $10::integer[], $11::boolean[], $12::uuid[],
            $13::bigint[], $14::bytea[])
     AS w (partition, account_id, debtor_id, agency_id, client, client_reference, balance_minor, currency, due_on_days, opened_on_days, is_disputed, placement_id, line, record_hash)
