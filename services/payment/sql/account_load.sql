-- Accounts with their open promise, where their interest stands and what stops their debtor. Through the primary keys.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
-- At most one row a pair, and one more for each further row of payment.stopped; the columns from promise_id on are NULL where no promise is open, those from series on where the account bears no interest, those from cause on where nothing ever stopped the debtor.
SELECT a.account_id, a.agency_id, a.debtor_id, a.currency, a.balance_minor, a.n_postings, a.is_recalled, a.version,
       a.client, a.age_days, a.placed_minor, coalesce(a.interest_minor, 0) AS interest_minor, coalesce(a.fees_minor, 0) AS fees_minor, coalesce(a.costs_minor, 0) AS costs_minor, a.dispute_id, a.plan_id, a.proposed_plan_id, a.held_minor, coalesce(a.is_held, false) AS is_held,
       p.promise_id, p.account_id AS promise_account_id, p.debtor_id AS promise_debtor_id, p.agency_id AS promise_agency_id,
       p.state, p.currency AS promise_currency, p.amount_minor, p.paid_minor, p.due_on - date '1970-01-01' AS due_on_days,
       p.breaks_at_us, p.made_after, p.made_at_us, p.reason,
       coalesce(p.tolerance_kind, 0::smallint) AS tolerance_kind, coalesce(p.tolerance_value, 0) AS tolerance_value,
       i.series, i.basis, i.day_count, i.starts_on - date '1970-01-01' AS starts_on_days, i.cap_minor, i.posted_through - date '1970-01-01' AS posted_through_days, i.posted_minor,
       i.stops_on - date '1970-01-01' AS stops_on_days, i.has_timer, i.judgment_minor, i.judgment_number,
       s.cause, s.from_on - date '1970-01-01' AS from_on_days, s.last_on - date '1970-01-01' AS last_on_days
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.account a ON a.partition = k.partition AND a.account_id = k.account_id
LEFT JOIN payment.promise p ON p.partition = a.partition AND p.promise_id = a.open_promise_id
LEFT JOIN payment.interest i ON i.partition = a.partition AND i.account_id = a.account_id
LEFT JOIN payment.stopped s ON s.partition = a.partition AND s.debtor_id = a.debtor_id
