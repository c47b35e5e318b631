-- Payment plans by their ids. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] plan_id, of the same length, without doubles. At most one row a pair.
SELECT p.plan_id, p.account_id, p.debtor_id, p.agency_id, p.state, p.frequency, p.currency, p.owed_minor, p.discount_minor, p.unapplied_minor,
       p.n_instalments, p.tolerance_kind, p.tolerance_value, p.grace_days, p.breaks_in_a_row, p.breaks_in_total,
       p.held_on - date '1970-01-01' AS held_on_days, p.reviewed_on - date '1970-01-01' AS reviewed_on_days,
       p.role, coalesce(p.approval_by, 0::smallint) AS approval_by, p.agreed_by, p.approved_by, p.agreed_at_us, p.made_after,
       p.replaces, p.replaced_by, p.instrument_id, p.terms_id, p.discount_posting_id, p.reason, p.is_held_by_dispute
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, plan_id)
JOIN payment.plan p ON p.partition = k.partition AND p.plan_id = k.plan_id
