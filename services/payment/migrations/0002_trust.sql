-- What is owed by what for, whose money came in, and what the agency earns of it.

ALTER TABLE payment.account
    ADD COLUMN client       text     NOT NULL DEFAULT '',    -- the creditor; empty: placed before this was kept
    ADD COLUMN age_days     integer  NOT NULL DEFAULT 0,     -- of the debt at placement, from its due day on
    ADD COLUMN placed_minor bigint   NOT NULL DEFAULT 0,     -- owed at placement
    ADD COLUMN interest_minor bigint,                        -- of the balance; what is of no other bucket is principal. NULL: 0
    ADD COLUMN fees_minor   bigint,
    ADD COLUMN costs_minor  bigint;                          -- of courts and bailiffs
UPDATE payment.account AS a SET placed_minor = p.change_minor
FROM payment.posting AS p WHERE p.partition = a.partition AND p.account_id = a.account_id AND p.number = 1;

INSERT INTO payment.ledger_account VALUES
    (5, 'client_cash', 'money that clients received themselves'),
    (6, 'charge',      'interest, fees and costs that came on top'),
    (7, 'credit',      'taken off: a dispute that was right, a settlement');

ALTER TABLE payment.posting DROP CONSTRAINT posting_kind_check;
ALTER TABLE payment.posting DROP CONSTRAINT posting_against_check;
ALTER TABLE payment.posting
    ADD COLUMN interest_minor bigint,                        -- of change_minor; what is of no other bucket is principal. NULL: 0
    ADD COLUMN fees_minor bigint,
    ADD COLUMN costs_minor bigint,
    ADD COLUMN paid_to   smallint,                           -- dunlin.payment.v1.PaidTo of a payment and its reversal; NULL: neither, or posted before this was kept
    ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0,          -- contingency fee that the agency earns by it; negative: gives back
    ADD CONSTRAINT posting_kind_check CHECK (kind BETWEEN 1 AND 7),
    ADD CONSTRAINT posting_against_check CHECK (against BETWEEN 2 AND 7),
    ADD CHECK (paid_to BETWEEN 1 AND 4 AND kind IN (2, 3) OR paid_to IS NULL AND fee_minor = 0);

-- Of each client and currency in a partition: the money that is held, and whose it is. One row follows from another in payment.trust_entry; neither can be written out of balance.
CREATE TABLE payment.trust_account (
    partition      smallint NOT NULL,
    agency_id      integer  NOT NULL,
    client         text     NOT NULL,                        -- empty: nobody knows yet
    currency       text     NOT NULL,
    n_entries      bigint   NOT NULL,                        -- also the number of the last one
    cash_minor     bigint   NOT NULL,                        -- held
    payable_minor  bigint   NOT NULL,                        -- owed to the client; negative: by him
    earned_minor   bigint   NOT NULL,                        -- by the agency, and not taken yet
    suspense_minor bigint   NOT NULL,                        -- nobody's yet
    transit_minor  bigint   NOT NULL,                        -- on its way to another partition, or from there where negative: over all partitions what is on its way
    PRIMARY KEY (agency_id, client, currency, partition),
    CHECK (cash_minor = payable_minor + earned_minor + suspense_minor + transit_minor)
) WITH (fillfactor = 10);                                    -- few rows, each written with every batch that brings money: every update stays on its page

-- Never changed once written.
CREATE TABLE payment.trust_entry (
    partition      smallint NOT NULL,
    agency_id      integer  NOT NULL,
    client         text     NOT NULL,
    currency       text     NOT NULL,
    number         bigint   NOT NULL,                        -- of the trust account, from 1, without gaps
    kind           smallint NOT NULL CHECK (kind BETWEEN 1 AND 6),   -- trust_model.h
    account_id     uuid,                                     -- with posting_number: the posting that it belongs to
    posting_number integer  NOT NULL,                        -- 0: of none
    item_id        uuid,                                     -- payment.suspense
    effective_on   date     NOT NULL,                        -- value date
    posted_at_us   bigint   NOT NULL,                        -- business time
    cash_minor     bigint   NOT NULL,                        -- change of each
    payable_minor  bigint   NOT NULL,
    earned_minor   bigint   NOT NULL,
    suspense_minor bigint   NOT NULL,
    transit_minor  bigint   NOT NULL,
    PRIMARY KEY (agency_id, client, currency, partition, number),
    CHECK (cash_minor = payable_minor + earned_minor + suspense_minor + transit_minor),
    CHECK ((account_id IS NULL) = (posting_number = 0))
);
CREATE TRIGGER trust_entry_is_final BEFORE UPDATE OR DELETE ON payment.trust_entry FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();

-- Money that is nobody's yet: not known whose debt it pays, or more than was owed.
CREATE TABLE payment.suspense (
    partition    smallint NOT NULL,
    item_id      uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    state        smallint NOT NULL CHECK (state BETWEEN 1 AND 4),    -- dunlin.payment.v1.SuspenseState
    source       smallint NOT NULL CHECK (source BETWEEN 1 AND 2),   -- dunlin.payment.v1.SuspenseSource
    currency     text     NOT NULL,
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    client       text     NOT NULL,
    account_id   uuid,                                               -- that it is assigned to, or that was overpaid
    payer        text     NOT NULL,                                  -- in his bank's words
    reference    text     NOT NULL,
    received_on  date     NOT NULL,
    reason       text     NOT NULL,                                  -- of the last step
    held_at_us   bigint   NOT NULL,                                  -- business time
    PRIMARY KEY (item_id, partition)
) WITH (fillfactor = 80);
-- What an agency has in suspense, oldest first. Few beside accounts, and neither column is ever updated.
CREATE INDEX suspense_of_agency ON payment.suspense (agency_id, held_at_us);
