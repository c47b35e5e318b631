-- Where the interest of accounts stands. $1 to $13: arrays of the same length, one a column, without doubles. NULL in $7: no cap; in $10: it goes on.
INSERT INTO payment.interest (partition, account_id, series, basis, day_count, starts_on, cap_minor, posted_through, posted_minor, stops_on, has_timer, judgment_minor, judgment_number)
SELECT k.partition, k.account_id, k.series, k.basis, k.day_count, date '1970-01-01' + k.starts_on_days, k.cap_minor, date '1970-01-01' + k.posted_through_days, k.posted_minor,
       date '1970-01-01' + k.stops_on_days, k.has_timer, k.judgment_minor, k.judgment_number
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::smallint[], $5::smallint[], $6::integer[], $7::bigint[], $8::integer[], $9::bigint[], $10::integer[], $11::boolean[],
            $12::bigint[], $13::integer[])
     AS k (partition, account_id, series, basis, day_count, starts_on_days, cap_minor, posted_through_days, posted_minor, stops_on_days, has_timer, judgment_minor, judgment_number)
ON CONFLICT (account_id, partition) DO UPDATE
SET series = excluded.series, basis = excluded.basis, day_count = excluded.day_count, starts_on = excluded.starts_on, cap_minor = excluded.cap_minor,
    posted_through = excluded.posted_through, posted_minor = excluded.posted_minor, stops_on = excluded.stops_on, has_timer = excluded.has_timer,
    judgment_minor = excluded.judgment_minor, judgment_number = excluded.judgment_number
