-- Bank statements that were read, and what was decided of the money on them.

CREATE TABLE payment.statement (
    partition       smallint NOT NULL,             -- of the bank account
    statement_id    uuid     NOT NULL,
    agency_id       integer  NOT NULL,
    bank_account_id uuid     NOT NULL,             -- one-way, of agency, account and currency
    bank_account    text     NOT NULL,             -- masked
    currency        text     NOT NULL,
    name            text     NOT NULL,             -- the bank's id of it
    sequence_number bigint   NOT NULL,             -- 0: none
    first_on        date,                          -- booking dates of its entries; NULL: there are none
    last_on         date,
    opening_minor   bigint,                        -- NULL: not said
    closing_minor   bigint,
    debits          integer  NOT NULL,             -- entries
    debit_minor     bigint   NOT NULL,
    credit_minor    bigint   NOT NULL,
    file_name       text     NOT NULL,
    imported_at_us  bigint   NOT NULL,             -- business time
    PRIMARY KEY (statement_id, partition)
);
CREATE INDEX statement_of_bank_account ON payment.statement (bank_account_id, sequence_number, partition);
CREATE INDEX statement_of_agency ON payment.statement (agency_id, imported_at_us);

-- What was decided of a payment when it was first read; never changed. What became of it since, postings and suspense say.
CREATE TABLE payment.statement_credit (
    partition     smallint NOT NULL,
    credit_id     uuid     NOT NULL,
    agency_id     integer  NOT NULL,
    statement_id  uuid     NOT NULL,               -- on which it was first read
    account_id    uuid,                            -- posted to; NULL: held
    amount_minor  bigint   NOT NULL CHECK (amount_minor > 0),
    end_to_end_id text,                            -- the payer's; NULL: none
    PRIMARY KEY (credit_id, partition)
);
-- A payment that comes back is found by what its payer called it.
CREATE INDEX statement_credit_by_end_to_end ON payment.statement_credit (agency_id, end_to_end_id, partition) WHERE end_to_end_id IS NOT NULL;
