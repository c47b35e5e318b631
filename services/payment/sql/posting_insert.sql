-- New postings. $1 to $18: arrays of the same length, one a column. One row a posting; a second posting with an id fails.
INSERT INTO payment.posting (partition, posting_id, account_id, agency_id, number, kind, currency, change_minor, balance_minor, effective_on,
                             reference, reverses, cause_seq, posted_at_us, placement_id, file_name, line, record_hash)
SELECT k.partition, k.posting_id, k.account_id, k.agency_id, k.number, k.kind, k.currency, k.change_minor, k.balance_minor,
       date '1970-01-01' + k.effective_on_days, k.reference, k.reverses, k.cause_seq, k.posted_at_us, k.placement_id, k.file_name, k.line,
       k.record_hash
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::smallint[], $7::text[], $8::bigint[], $9::bigint[],
            $10::integer[], $11::text[], $12::uuid[], $13::bigint[], $14::bigint[], $15::uuid[], $16::text[], $17::bigint[], $18::bytea[])
     AS k (partition, posting_id, account_id, agency_id, number, kind, currency, change_minor, balance_minor, effective_on_days, reference,
           reverses, cause_seq, posted_at_us, placement_id, file_name, line, record_hash)
