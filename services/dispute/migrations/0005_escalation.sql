-- Escalations, and what rules ask of accounts.

-- What has happened to an account since: a row only where something did. NULL: not known, or nothing.
ALTER TABLE dispute.balance ALTER COLUMN balance_minor DROP NOT NULL;
ALTER TABLE dispute.balance ADD COLUMN payments integer;         -- posted and not reversed
ALTER TABLE dispute.balance ADD COLUMN last_paid_on integer;
ALTER TABLE dispute.balance ADD COLUMN broken_promises integer;
ALTER TABLE dispute.balance ADD COLUMN failed_contacts integer;  -- in a row; counted where a rule asks for it, as are the next two
ALTER TABLE dispute.balance ADD COLUMN reached_on integer;
ALTER TABLE dispute.balance ADD COLUMN class text;
ALTER TABLE dispute.balance ADD COLUMN check_on integer;         -- the day of the timer escalation_check
ALTER TABLE dispute.balance ADD COLUMN is_ceased boolean;        -- the debtor asked to cease
ALTER TABLE dispute.balance ADD COLUMN is_recalled boolean;

-- What forbids that debts of a person go out of the house, or must be told with them: a row only where something did.
CREATE TABLE dispute.stopped (
    partition smallint NOT NULL,
    debtor_id uuid     NOT NULL,
    stops     smallint NOT NULL,   -- bits: 1 attorney, 2 bankruptcy, 4 deceased
    PRIMARY KEY (debtor_id)
) WITH (fillfactor = 80);

CREATE TABLE dispute.escalation (
    partition     smallint NOT NULL,
    escalation_id uuid     NOT NULL,
    agency_id     integer  NOT NULL,
    account_id    uuid     NOT NULL,
    route         smallint NOT NULL CHECK (route BETWEEN 1 AND 4),    -- dunlin.dispute.v1.EscalationRoute
    state         smallint NOT NULL CHECK (state BETWEEN 1 AND 7),    -- dunlin.dispute.v1.EscalationState
    target        text     NOT NULL,
    owner         text     NOT NULL,
    file_id       text     NOT NULL,
    raised_at_us  bigint   NOT NULL,
    body          bytea    NOT NULL,                                  -- dunlin.dispute.v1.Escalation
    version       integer  NOT NULL,                                  -- of the row: a writer that lost its partition changes nothing
    PRIMARY KEY (escalation_id)
) WITH (fillfactor = 80);
CREATE INDEX escalation_of_account ON dispute.escalation (account_id);
-- The rule "out of the house to one at a time".
CREATE UNIQUE INDEX escalation_out ON dispute.escalation (account_id) WHERE route > 2 AND state <> 7;
-- What an agency has to do, oldest first.
CREATE INDEX escalation_open ON dispute.escalation (agency_id, raised_at_us, escalation_id) WHERE state <> 7;
