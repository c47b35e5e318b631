-- New and changed plans. $1 to $32: arrays of the same length, one a column, without doubles. What may change is set below.
INSERT INTO payment.plan (partition, plan_id, account_id, debtor_id, agency_id, state, frequency, currency, owed_minor, discount_minor, unapplied_minor, n_instalments,
                          tolerance_kind, tolerance_value, grace_days, breaks_in_a_row, breaks_in_total, held_on, reviewed_on, role, approval_by, agreed_by, approved_by,
                          agreed_at_us, made_after, replaces, replaced_by, instrument_id, terms_id, discount_posting_id, reason, is_held_by_dispute)
SELECT k.partition, k.plan_id, k.account_id, k.debtor_id, k.agency_id, k.state, k.frequency, k.currency, k.owed_minor, k.discount_minor, k.unapplied_minor, k.n_instalments,
       k.tolerance_kind, k.tolerance_value, k.grace_days, k.breaks_in_a_row, k.breaks_in_total, date '1970-01-01' + k.held_on_days, date '1970-01-01' + k.reviewed_on_days,
       k.role, k.approval_by, k.agreed_by, k.approved_by, k.agreed_at_us, k.made_after, k.replaces, k.replaced_by, k.instrument_id, k.terms_id, k.discount_posting_id, k.reason, k.is_held_by_dispute
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::smallint[], $7::smallint[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[],
            $12::integer[], $13::smallint[], $14::bigint[], $15::integer[], $16::integer[], $17::integer[], $18::integer[], $19::integer[], $20::smallint[], $21::smallint[],
            $22::text[], $23::text[], $24::bigint[], $25::integer[], $26::uuid[], $27::uuid[], $28::uuid[], $29::uuid[], $30::uuid[], $31::text[], $32::boolean[])
     AS k (partition, plan_id, account_id, debtor_id, agency_id, state, frequency, currency, owed_minor, discount_minor, unapplied_minor, n_instalments,
           tolerance_kind, tolerance_value, grace_days, breaks_in_a_row, breaks_in_total, held_on_days, reviewed_on_days, role, approval_by, agreed_by, approved_by,
           agreed_at_us, made_after, replaces, replaced_by, instrument_id, terms_id, discount_posting_id, reason, is_held_by_dispute)
ON CONFLICT (plan_id, partition) DO UPDATE
SET state = excluded.state, unapplied_minor = excluded.unapplied_minor, n_instalments = excluded.n_instalments, held_on = excluded.held_on, reviewed_on = excluded.reviewed_on,
    approved_by = excluded.approved_by, agreed_at_us = excluded.agreed_at_us, replaced_by = excluded.replaced_by, discount_posting_id = excluded.discount_posting_id,
    reason = excluded.reason, is_held_by_dispute = excluded.is_held_by_dispute
