-- What events of a batch changed on accounts. $1 to $8: arrays of the same length, without doubles: sums of what was added, paid and taken off; the balance and the due day where they
-- are not NULL; whether it was recalled. Through the primary key.
UPDATE correspondence.account AS a
SET charged_minor = a.charged_minor + k.charged_minor, paid_minor = a.paid_minor + k.paid_minor, credited_minor = a.credited_minor + k.credited_minor,
    balance_minor = coalesce(k.balance_minor, a.balance_minor), due_on_days = coalesce(k.due_on_days, a.due_on_days), is_recalled = a.is_recalled OR k.is_recalled
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::boolean[])
     AS k (partition, account_id, charged_minor, paid_minor, credited_minor, balance_minor, due_on_days, is_recalled)
WHERE a.partition = k.partition AND a.account_id = k.account_id
