-- Records a statement where it is not known. $1 to $17: the columns in their order. One row: whether it is new, when it was recorded first, and the highest number of the bank account's
-- statements below this one (0: none). Through the primary key and statement_of_bank_account; two that come at once wait for each other.
WITH saved AS (
    INSERT INTO payment.statement (partition, statement_id, agency_id, bank_account_id, bank_account, currency, name, sequence_number, first_on, last_on,
                                   opening_minor, closing_minor, debits, debit_minor, credit_minor, file_name, imported_at_us)
    VALUES ($1::smallint, $2::uuid, $3::integer, $4::uuid, $5::text, $6::text, $7::text, $8::bigint, date '1970-01-01' + $9::integer, date '1970-01-01' + $10::integer,
            $11::bigint, $12::bigint, $13::integer, $14::bigint, $15::bigint, $16::text, $17::bigint)
    ON CONFLICT (statement_id, partition) DO NOTHING
    RETURNING imported_at_us
)
SELECT EXISTS (SELECT 1 FROM saved) AS is_new,
       coalesce((SELECT s.imported_at_us FROM payment.statement s WHERE s.statement_id = $2 AND s.partition = $1), $17) AS imported_at_us,
       coalesce((SELECT max(s.sequence_number) FROM payment.statement s WHERE s.bank_account_id = $4 AND s.partition = $1 AND s.sequence_number < $8), 0) AS previous
