-- Files in, accounts out. Every table is distributed by `partition`; ids tell their partition by their last two bytes.

-- A file of one kind as one mapping reads it. Its partition comes from the file's hash.
CREATE TABLE intake.placement (
    partition       smallint NOT NULL,
    placement_id    uuid     NOT NULL,
    agency_id       integer  NOT NULL,
    kind            smallint NOT NULL,
    stage           smallint NOT NULL,
    file_name       text     NOT NULL,
    file_hash       bytea    NOT NULL,
    file_size_bytes bigint   NOT NULL,
    mapping_name    text     NOT NULL,
    mapping         text     NOT NULL,
    mapping_hash    bytea    NOT NULL,
    header          bytea    NOT NULL,
    batch_rows      integer  NOT NULL,
    control_count   bigint,
    control_minor   bigint,
    opened_at_us    bigint   NOT NULL,
    completed_at_us bigint,
    PRIMARY KEY (partition, placement_id)
) WITH (fillfactor = 80);

-- One row a batch and pass: claimed first in its transaction, so that the same batch sent twice at once waits for itself.
CREATE TABLE intake.batch (
    partition      smallint NOT NULL,
    placement_id   uuid     NOT NULL,
    is_check       boolean  NOT NULL,
    batch          integer  NOT NULL,
    agency_id      integer  NOT NULL,
    accepted       integer  NOT NULL,
    rejected       integer  NOT NULL,
    skipped        integer  NOT NULL,
    amount_minor   bigint   NOT NULL,   -- is_check: of all records whose amount can be read; else of the accepted ones
    currency       text,                -- NULL: no amounts; empty: several currencies, amount_minor is then 0
    PRIMARY KEY (partition, placement_id, is_check, batch)
) WITH (fillfactor = 80);

CREATE TABLE intake.reject (
    partition    smallint NOT NULL,
    placement_id uuid     NOT NULL,
    line         bigint   NOT NULL,
    ordinal      smallint NOT NULL,     -- of the reasons of one record; 0 is the main one
    agency_id    integer  NOT NULL,
    field        text     NOT NULL,
    "column"     text     NOT NULL,
    code         text     NOT NULL,
    reason       text     NOT NULL,
    record       bytea    NOT NULL,     -- only with ordinal 0; its beginning
    PRIMARY KEY (partition, placement_id, line, ordinal)
);

-- The registry of client references: what stops one from being placed twice. Its partition comes from agency and reference, not from the debtor (DESIGN.md §3), and without the
-- client, so that a reference can be found without naming him. Where it was placed its account knows.
CREATE TABLE intake.reference (
    partition        smallint NOT NULL,
    agency_id        integer  NOT NULL,
    client_reference text     NOT NULL,
    client           text     NOT NULL,
    account_id       uuid     NOT NULL,
    PRIMARY KEY (partition, agency_id, client_reference, client)
);

-- A debtor with his contact points, as arrays of one length, the oldest first: they are read and written with him, and a row of their own for each would cost four times as much.
-- A point's id follows from debtor, kind and value; where it came from is said by the event that told it.
CREATE TABLE intake.debtor (
    partition         smallint   NOT NULL,
    debtor_id         uuid       NOT NULL,
    agency_id         integer    NOT NULL,
    name              text       NOT NULL,
    is_natural_person boolean    NOT NULL,
    point_kinds       smallint[] NOT NULL,   -- 1 phone, 2 e-mail, 3 address
    point_phone_kinds smallint[],            -- enum phone_kind; NULL: all 0, not known
    point_values      text[]     NOT NULL,
    point_zones       text[]     NOT NULL,   -- IANA names joined by commas; empty: unknown
    PRIMARY KEY (partition, debtor_id)
) WITH (fillfactor = 90);

CREATE TABLE intake.account (
    partition        smallint NOT NULL,
    account_id       uuid     NOT NULL,
    debtor_id        uuid     NOT NULL,
    agency_id        integer  NOT NULL,
    client           text     NOT NULL,
    client_reference text     NOT NULL,
    balance_minor    bigint   NOT NULL,
    currency         text     NOT NULL,
    due_on_days      integer  NOT NULL,
    opened_on_days   integer  NOT NULL,
    is_disputed      boolean  NOT NULL,
    is_recalled      boolean  NOT NULL,
    placement_id     uuid     NOT NULL,
    line             bigint   NOT NULL,
    record_hash      bytea    NOT NULL,
    placed_at_us     bigint   NOT NULL,
    debt_kind        smallint NOT NULL DEFAULT 0,   -- 1 consumer, 2 credit card, 3 medical, 4 mortgage, 5 student loan, 6 auto, 7 commercial; 0: not said
    PRIMARY KEY (account_id, partition)   -- ids of one file follow each other: its new rows go to the key's end, one page instead of one a partition
) WITH (fillfactor = 80);

-- Payments reported, so that one is not reported twice.
CREATE TABLE intake.payment (
    partition    smallint NOT NULL,
    payment_id   uuid     NOT NULL,
    account_id   uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    amount_minor bigint   NOT NULL,
    currency     text     NOT NULL,
    paid_on_days integer  NOT NULL,
    reference    text     NOT NULL,
    placement_id uuid     NOT NULL,
    line         bigint   NOT NULL,
    PRIMARY KEY (partition, payment_id)
);
