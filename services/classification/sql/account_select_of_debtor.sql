-- All accounts of debtors.
-- $1 smallint[] partitions, $2 uuid[] debtor ids: pairs by position, without doubles. Rows: any number a pair, in no order. Index account_of_debtor.
SELECT account_id, debtor_id, agency_id, due_on_days, balance_minor, currency, payments, last_payment_on, broken_promises, open_disputes,
       is_upheld, is_recalled, counts_as_late, class, segment, risk, priority, strategy, aging_bucket, days_past_due, reason_codes, sop_version
FROM unnest($1::smallint[], $2::uuid[]) AS asked (asked_partition, asked_id)
JOIN classification.account ON partition = asked_partition AND debtor_id = asked_id
