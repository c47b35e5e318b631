-- Changed accounts. $1 to $15: arrays of the same length, one a column, without doubles. Through the primary key; no indexed column changes.
-- $8 to $10: what is owed beside principal, by bucket; NULL: nothing. $11: the dispute that stands. $12 and $13: its plans; NULL: none. $14 and $15: what the dispute holds; NULL: no part, not all.
-- `version` is the number after the change. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
UPDATE payment.account AS a
SET balance_minor = k.balance_minor, n_postings = k.n_postings, is_recalled = k.is_recalled, open_promise_id = k.open_promise_id, version = k.version,
    interest_minor = k.interest_minor, fees_minor = k.fees_minor, costs_minor = k.costs_minor, dispute_id = k.dispute_id, plan_id = k.plan_id, proposed_plan_id = k.proposed_plan_id,
    held_minor = k.held_minor, is_held = k.is_held
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::integer[], $5::boolean[], $6::uuid[], $7::integer[], $8::bigint[], $9::bigint[], $10::bigint[], $11::uuid[], $12::uuid[], $13::uuid[], $14::bigint[], $15::boolean[])
     AS k (partition, account_id, balance_minor, n_postings, is_recalled, open_promise_id, version, interest_minor, fees_minor, costs_minor, dispute_id, plan_id, proposed_plan_id, held_minor, is_held)
WHERE a.partition = k.partition AND a.account_id = k.account_id AND a.version = k.version - 1
