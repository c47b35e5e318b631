-- New postings. $1 to $19: arrays of the same length, one a column. One row a posting; a second posting with a number or an id fails.
INSERT INTO payment.posting (partition, posting_id, account_id, agency_id, number, kind, against, currency, change_minor, balance_minor, effective_on,
                             reference, reverses, cause_seq, posted_at_us, placement_id, file_name, line, record_hash)
SELECT k.partition, k.posting_id, k.account_id, k.agency_id, k.number, k.kind, k.against, k.currency, k.change_minor, k.balance_minor,
       date '1970-01-01' + k.effective_on_days, k.reference, k.reverses, k.cause_seq, k.posted_at_us, k.placement_id, k.file_name, k.line,
       k.record_hash
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::smallint[], $7::smallint[], $8::text[], $9::bigint[],
            $10::bigint[], $11::integer[], $12::text[], $13::uuid[], $14::bigint[], $15::bigint[], $16::uuid[], $17::text[], $18::bigint[], $19::bytea[])
     AS k (partition, posting_id, account_id, agency_id, number, kind, against, currency, change_minor, balance_minor, effective_on_days, reference,
           reverses, cause_seq, posted_at_us, placement_id, file_name, line, record_hash)
