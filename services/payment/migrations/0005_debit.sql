-- Instruments (tokens of debtors' bank accounts) and the debits that are drawn by them.

CREATE TABLE payment.instrument (
    partition           smallint NOT NULL,
    instrument_id       uuid     NOT NULL,
    account_id          uuid     NOT NULL,            -- with which it was registered; any account of the debtor is debited by it
    debtor_id           uuid     NOT NULL,
    agency_id           integer  NOT NULL,
    state               smallint NOT NULL CHECK (state BETWEEN 1 AND 2),                 -- dunlin.payment.v1.InstrumentState
    kind                smallint NOT NULL CHECK (kind BETWEEN 1 AND 2),                  -- dunlin.payment.v1.InstrumentKind
    routing             text     NOT NULL CHECK (routing ~ '^[0-9]{9}$'),
    token               text     NOT NULL CHECK (length(token) BETWEEN 1 AND 17 AND token !~ '^[0-9]+$'),   -- of the payment provider, never an account number
    last4               text     NOT NULL CHECK (length(last4) <= 4),
    holder              text     NOT NULL,
    authorization_class smallint NOT NULL CHECK (authorization_class BETWEEN 1 AND 3),   -- dunlin.payment.v1.DebitClass
    authorization_hash  bytea    NOT NULL CHECK (length(authorization_hash) = 32),       -- SHA-256 of the evidence
    authorized_on       date     NOT NULL,
    registered_at_us    bigint   NOT NULL,            -- business time
    reason              text     NOT NULL,            -- why it was stopped
    version             integer  NOT NULL,            -- of the row: a writer that lost its partition changes nothing
    PRIMARY KEY (instrument_id, partition)
) WITH (fillfactor = 80);
CREATE INDEX instrument_of_debtor ON payment.instrument (debtor_id, partition);

CREATE TABLE payment.debit (
    partition       smallint NOT NULL,
    debit_id        uuid     NOT NULL,
    account_id      uuid     NOT NULL,
    debtor_id       uuid     NOT NULL,
    agency_id       integer,                      -- never NULL
    instrument_id   uuid     NOT NULL,
    state           smallint NOT NULL CHECK (state BETWEEN 1 AND 6),   -- dunlin.payment.v1.DebitState
    currency        text     NOT NULL,
    amount_minor    bigint   NOT NULL CHECK (amount_minor > 0),        -- never changes: what is presented again is the same
    due_on          date     NOT NULL,            -- of the next presentment, or the last
    plan_id         uuid,
    instalment      integer  NOT NULL,            -- of the plan, from 1; 0: of none
    n_presented     smallint NOT NULL CHECK (n_presented BETWEEN 0 AND 3),
    scheduled_at_us bigint   NOT NULL,            -- business time
    reason          text     NOT NULL,            -- why it was cancelled
    version         integer  NOT NULL,            -- of the row, as an instrument's
    PRIMARY KEY (debit_id, partition),
    CHECK ((plan_id IS NULL) = (instalment = 0))
) WITH (fillfactor = 80);
CREATE INDEX debit_of_account ON payment.debit (account_id, partition);
CREATE INDEX debit_of_instrument ON payment.debit (instrument_id, partition);
-- Page by page in the order of ids. Partial, so that no look-up of a debit by its id can begin with it.
CREATE INDEX debit_of_agency ON payment.debit (agency_id, debit_id) WHERE agency_id IS NOT NULL;
CREATE INDEX debit_due ON payment.debit (agency_id, partition, due_on) WHERE state = 1;

-- Each time that a debit was put into a file.
CREATE TABLE payment.presentment (
    partition    smallint NOT NULL,
    debit_id     uuid     NOT NULL,
    number       smallint NOT NULL CHECK (number BETWEEN 1 AND 3),
    agency_id    integer  NOT NULL,
    file_id      uuid,                            -- never NULL
    trace        text,                            -- NULL: reserved, not sent yet
    effective_on date     NOT NULL,               -- when the money moves
    sent_on      date,
    return_code  text,
    returned_on  date,
    PRIMARY KEY (debit_id, number, partition),
    CHECK ((trace IS NULL) = (sent_on IS NULL)),
    CHECK ((return_code IS NULL) = (returned_on IS NULL))
) WITH (fillfactor = 80);
-- As debit_of_agency.
CREATE INDEX presentment_of_file ON payment.presentment (file_id, debit_id) WHERE file_id IS NOT NULL;
CREATE INDEX presentment_by_trace ON payment.presentment (agency_id, trace) WHERE trace IS NOT NULL;
-- For the rates of returns.
CREATE INDEX presentment_sent ON payment.presentment (agency_id, sent_on) WHERE sent_on IS NOT NULL;
CREATE INDEX presentment_returned ON payment.presentment (agency_id, returned_on) WHERE returned_on IS NOT NULL;

-- What a partition has reserved for a file: written by the first call, so that a file never grows.
CREATE TABLE payment.debit_file_part (
    partition    smallint NOT NULL,
    file_id      uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    n_debits     integer  NOT NULL,
    amount_minor bigint   NOT NULL,
    PRIMARY KEY (file_id, partition)
);

-- Files of debits. An agency's stand in one partition, where their sequences ascend and begin anew after the last of seven digits.
CREATE TABLE payment.debit_file (
    partition       smallint NOT NULL,
    file_id         uuid     NOT NULL,
    agency_id       integer  NOT NULL,
    ordinal         integer  NOT NULL,            -- of the agency's files there, from 1
    due_on          date     NOT NULL,
    n_entries       integer  NOT NULL CHECK (n_entries > 0),
    first_sequence  integer  NOT NULL CHECK (first_sequence > 0 AND first_sequence + n_entries - 1 <= 9999999),
    originator_hash bytea    NOT NULL,
    numbered_at_us  bigint   NOT NULL,            -- business time
    PRIMARY KEY (file_id, partition),
    UNIQUE (agency_id, partition, ordinal)
);
