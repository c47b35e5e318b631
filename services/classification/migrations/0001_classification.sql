-- What classification knows of every account. Expand-only: see services/classification/README.md.
CREATE TABLE classification.account (
    partition       smallint NOT NULL,
    account_id      uuid     NOT NULL,
    debtor_id       uuid     NOT NULL,
    agency_id       integer  NOT NULL,
    due_on_days     integer  NOT NULL,
    balance_minor   bigint   NOT NULL,
    currency        text     NOT NULL,
    payments        integer  NOT NULL,
    last_payment_on integer  NOT NULL,   -- days since 1970-01-01; 0: none
    broken_promises integer  NOT NULL,
    open_disputes   integer  NOT NULL,
    is_upheld       boolean  NOT NULL,
    is_recalled     boolean  NOT NULL,
    counts_as_late  boolean  NOT NULL,
    class           text     NOT NULL,
    segment         text     NOT NULL,
    risk            smallint NOT NULL,
    priority        integer  NOT NULL,
    strategy        text     NOT NULL,
    aging_bucket    text     NOT NULL,
    days_past_due   integer  NOT NULL,   -- when it was last classified
    reason_codes    text     NOT NULL,   -- separated by spaces
    sop_version     text     NOT NULL,
    PRIMARY KEY (account_id, partition)   -- ids follow the lines of a file: new ones go to one place of the index
) WITH (fillfactor = 50);
-- A debtor's accounts are looked at together: one that becomes late changes what the others are (slow payer).
CREATE INDEX account_of_debtor ON classification.account (debtor_id, partition);
