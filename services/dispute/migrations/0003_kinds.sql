-- Kinds of disputes, what the law demands of each, evidence, validation notices, proposals of credits. Rows of before have no detail: their kind is not known.

ALTER TABLE dispute.dispute ADD COLUMN kind smallint NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 9);   -- dunlin.dispute.v1.DisputeKind; 0: not known
ALTER TABLE dispute.dispute ADD COLUMN detail bytea;                                                    -- dunlin.dispute.v1.DisputeDetail
ALTER TABLE dispute.dispute DROP CONSTRAINT dispute_state_check;
ALTER TABLE dispute.dispute ADD CONSTRAINT dispute_state_check CHECK (state BETWEEN 1 AND 4);
ALTER TABLE dispute.dispute DROP CONSTRAINT dispute_outcome_check;
ALTER TABLE dispute.dispute ADD CONSTRAINT dispute_outcome_check CHECK (outcome BETWEEN 0 AND 7);
ALTER TABLE dispute.dispute DROP CONSTRAINT dispute_source_check;
ALTER TABLE dispute.dispute ADD CONSTRAINT dispute_source_check CHECK (source BETWEEN 1 AND 4);

-- As the ledger says it, of accounts whose balance has changed since placement.
CREATE TABLE dispute.balance (
    partition     smallint NOT NULL,
    account_id    uuid     NOT NULL,
    balance_minor bigint   NOT NULL,
    PRIMARY KEY (account_id, partition)
) WITH (fillfactor = 80);

-- Validation notices that were sent, and that came back: the validation period follows from them.
CREATE TABLE dispute.notice (
    partition   smallint NOT NULL,
    debtor_id   uuid     NOT NULL,
    notice_id   uuid     NOT NULL,      -- the permit's or the fact's
    agency_id   integer  NOT NULL,
    is_return   boolean  NOT NULL,      -- those sent until at_us came back
    at_us       bigint   NOT NULL,
    ends_on     integer  NOT NULL,      -- last day of the period, days since 1970-01-01; 0: of a return
    account_ids bytea    NOT NULL,      -- 16 bytes each; empty: all debts of the debtor
    is_void     boolean  NOT NULL,      -- the carrier brought it back, or the fact was released
    PRIMARY KEY (debtor_id, partition, notice_id)
);

-- Documents of a dispute: which, with which step, by whom, when, how received. Only ever added to.
CREATE TABLE dispute.evidence (
    partition      smallint NOT NULL,
    dispute_id     uuid     NOT NULL,
    evidence_id    uuid     NOT NULL,
    step           smallint NOT NULL,   -- dunlin.dispute.v1.DisputeStep
    document       text     NOT NULL,
    document_hash  bytea,               -- NULL: there is none
    hash_algorithm smallint NOT NULL,   -- dunlin.dispute.v1.HashAlgorithm
    medium         smallint NOT NULL,   -- dunlin.dispute.v1.Medium
    recorded_by    text     NOT NULL,
    recorded_at_us bigint   NOT NULL,
    PRIMARY KEY (dispute_id, partition, evidence_id)
);
