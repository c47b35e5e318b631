-- Disputes, and whose account is whose.

-- An account as it was placed; only its due date may change. One row each: the columns stand so that none is padded, and an id tells its partition, so that the index needs no more than the id.
CREATE TABLE dispute.account (
    placed_minor bigint,              -- what is owed bounds what can be disputed and taken off
    agency_id    integer  NOT NULL,
    due_on       integer,             -- days since 1970-01-01, as placed_on
    placed_on    integer,
    partition    smallint NOT NULL,
    account_id   uuid     NOT NULL,
    debtor_id    uuid     NOT NULL,
    currency     text,
    client       text,                -- whose claim it is
    PRIMARY KEY (account_id)          -- ids follow the lines of a file: new ones go to one place of the index
);

CREATE TABLE dispute.dispute (
    partition      smallint NOT NULL,
    dispute_id     uuid     NOT NULL,
    account_id     uuid     NOT NULL,
    debtor_id      uuid     NOT NULL,
    agency_id      integer  NOT NULL,
    state          smallint NOT NULL CHECK (state BETWEEN 1 AND 3),    -- dunlin.dispute.v1.DisputeState
    outcome        smallint NOT NULL CHECK (outcome BETWEEN 0 AND 4),  -- dunlin.dispute.v1.DisputeOutcome
    source         smallint NOT NULL CHECK (source BETWEEN 1 AND 3),   -- dunlin.dispute.v1.DisputeSource
    reason         text     NOT NULL,             -- what was said, by whom source says
    is_written     boolean  NOT NULL,
    opened_at_us   bigint   NOT NULL,             -- business time
    deadline_at_us bigint   NOT NULL,             -- when verification is due; 0: no longer
    is_escalated   boolean  NOT NULL,
    note           text     NOT NULL,             -- of the last step
    version        integer  NOT NULL,             -- of the row: a writer that lost its partition changes nothing
    PRIMARY KEY (dispute_id, partition),
    CHECK ((state = 3) = (outcome <> 0))
) WITH (fillfactor = 80);
-- For ListDisputes.
CREATE INDEX dispute_of_account ON dispute.dispute (account_id, partition);
-- The rule "one unresolved dispute an account", and how it is found. Its condition names a column that changes; a dispute changes two or three times in its life.
CREATE UNIQUE INDEX dispute_unresolved ON dispute.dispute (account_id, partition) WHERE state <> 3;
