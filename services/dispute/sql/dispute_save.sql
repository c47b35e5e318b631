-- New and changed disputes, the resolved ones first: the index dispute_unresolved allows a new one only once the last is resolved. $1 to $18: arrays of the same length, one a column, without doubles.
-- `version` is the number after the change, 1 for a new row. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
INSERT INTO dispute.dispute (partition, dispute_id, account_id, debtor_id, agency_id, state, outcome, source, reason, is_written, opened_at_us,
                             deadline_at_us, is_escalated, note, version, repeats, kind, detail)
SELECT k.partition, k.dispute_id, k.account_id, k.debtor_id, k.agency_id, k.state, k.outcome, k.source, k.reason, k.is_written, k.opened_at_us,
       k.deadline_at_us, k.is_escalated, k.note, k.version, k.repeats, k.kind, k.detail
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::smallint[], $7::smallint[], $8::smallint[], $9::text[],
            $10::boolean[], $11::bigint[], $12::bigint[], $13::boolean[], $14::text[], $15::integer[], $16::uuid[], $17::smallint[], $18::bytea[])
     AS k (partition, dispute_id, account_id, debtor_id, agency_id, state, outcome, source, reason, is_written, opened_at_us, deadline_at_us,
           is_escalated, note, version, repeats, kind, detail)
ORDER BY (k.state = 3) DESC
ON CONFLICT (partition, dispute_id) DO UPDATE
SET state = excluded.state, outcome = excluded.outcome, is_written = excluded.is_written, deadline_at_us = excluded.deadline_at_us,
    is_escalated = excluded.is_escalated, note = excluded.note, version = excluded.version, kind = excluded.kind, detail = excluded.detail
WHERE dispute.version = excluded.version - 1
