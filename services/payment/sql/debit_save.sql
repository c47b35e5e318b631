-- New and changed debits. $1 to $16: arrays of the same length, one a column, without doubles. What may change are state, due_on, n_presented and reason.
-- `version` is the number after the change. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
INSERT INTO payment.debit AS d (partition, debit_id, account_id, debtor_id, agency_id, instrument_id, state, currency, amount_minor, due_on, plan_id, instalment,
                                n_presented, scheduled_at_us, reason, version)
SELECT k.partition, k.debit_id, k.account_id, k.debtor_id, k.agency_id, k.instrument_id, k.state, k.currency, k.amount_minor, date '1970-01-01' + k.due_on_days,
       k.plan_id, k.instalment, k.n_presented, k.scheduled_at_us, k.reason, k.version
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::uuid[], $7::smallint[], $8::text[], $9::bigint[], $10::integer[], $11::uuid[],
            $12::integer[], $13::smallint[], $14::bigint[], $15::text[], $16::integer[])
     AS k (partition, debit_id, account_id, debtor_id, agency_id, instrument_id, state, currency, amount_minor, due_on_days, plan_id, instalment, n_presented,
           scheduled_at_us, reason, version)
ON CONFLICT (debit_id, partition) DO UPDATE
SET state = excluded.state, due_on = excluded.due_on, n_presented = excluded.n_presented, reason = excluded.reason, version = excluded.version
WHERE d.version = excluded.version - 1
