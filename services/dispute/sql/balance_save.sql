-- What has happened to accounts. $1 to $12: arrays of the same length, one a column, without doubles. Through the primary key.
INSERT INTO dispute.balance (partition, account_id, balance_minor, payments, last_paid_on, broken_promises, failed_contacts, reached_on, class, check_on,
                             is_ceased, is_recalled)
SELECT k.partition, k.account_id, k.balance_minor, k.payments, k.last_paid_on, k.broken_promises, k.failed_contacts, k.reached_on, k.class, k.check_on,
       k.is_ceased, k.is_recalled
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::text[], $10::integer[],
            $11::boolean[], $12::boolean[])
     AS k (partition, account_id, balance_minor, payments, last_paid_on, broken_promises, failed_contacts, reached_on, class, check_on, is_ceased, is_recalled)
ON CONFLICT (account_id, partition) DO UPDATE
SET balance_minor = excluded.balance_minor, payments = excluded.payments, last_paid_on = excluded.last_paid_on,
    broken_promises = excluded.broken_promises, failed_contacts = excluded.failed_contacts, reached_on = excluded.reached_on, class = excluded.class,
    check_on = excluded.check_on, is_ceased = excluded.is_ceased, is_recalled = excluded.is_recalled
