-- Plans, holds, contact points, permits and attempts. Written only by the owner of the partition, except account.reserved_*.

-- One row a person: who holds him, and how he is reached. His contact points are arrays of one length, in the order of their ids:
-- they are read and written with him, and a row of their own for each would cost four times as much.
CREATE TABLE contact.debtor (
    partition    smallint   NOT NULL,
    debtor_id    uuid       NOT NULL,
    agency_id    integer    NOT NULL,
    holds        integer    NOT NULL,    -- of the person: attorney, bankruptcy, deceased, opt-out of calls (bits of enum hold)
    point_ids    uuid[]     NOT NULL,
    point_kinds  smallint[] NOT NULL,    -- 1 phone, 2 e-mail, 3 address
    point_values text[]     NOT NULL,
    point_zones  text[]     NOT NULL,    -- IANA names joined by ','; empty: unknown
    point_marks  smallint[],             -- 1 opted out, 2 wrong: turned out not to be the debtor's, 4 returned: what was written to it came back; added up. NULL: none is marked
    PRIMARY KEY (partition, debtor_id)
) WITH (fillfactor = 90);

CREATE TABLE contact.account (
    partition            smallint NOT NULL,
    account_id           uuid     NOT NULL,
    agency_id            integer  NOT NULL,
    debtor_id            uuid     NOT NULL,
    holds                integer  NOT NULL,    -- bits of enum hold
    dispute_id           uuid,                 -- the open one
    is_dispute_claimed   boolean  NOT NULL,
    debt_kind            smallint NOT NULL DEFAULT 0,    -- dunlin.intake.v1.DebtKind; 0: nobody said, as a consumer's
    placed_at_us         bigint   NOT NULL,
    due_on_days          integer  NOT NULL,
    strategy             text     NOT NULL,
    priority             integer  NOT NULL,
    classified_at_us     bigint   NOT NULL,    -- since when in this strategy
    promise_broken_at_us bigint   NOT NULL,    -- 0: none
    steps_done           text     NOT NULL,    -- ",call-1,call-2,"
    last_step_at_us      bigint   NOT NULL,
    not_before_us        bigint   NOT NULL,
    step                 text     NOT NULL,    -- planned next; empty: nothing
    step_due_at_us       bigint   NOT NULL,
    is_stopped           boolean  NOT NULL,    -- ContactStopped was said last
    dial_at_us           bigint,               -- from when dial lists may offer it; NULL: not at all
    unposted_seq         bigint,               -- log position of the last payment or credit that the ledger has not taken in; NULL: none
    restated_seq         bigint,               -- and of the client's last word that nothing is owed, until the ledger has taken it in; NULL: it has
    reserved_until_us    bigint   NOT NULL DEFAULT 0,
    reserved_by          text     NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, partition)          -- ids of one file follow each other: its new rows go to the key's end, one page instead of one a partition
) WITH (fillfactor = 50);                      -- each row is written twice within seconds, placed and classified: the second version fits beside the first
-- All accounts of a person: whatever holds the person holds them all.
CREATE INDEX account_debtor ON contact.account (debtor_id, partition);
-- Dial lists, best first.
CREATE INDEX account_dial ON contact.account (partition, priority DESC, dial_at_us) WHERE dial_at_us IS NOT NULL;

CREATE TABLE contact.permit (
    partition        smallint NOT NULL,
    permit_id        uuid     NOT NULL,
    agency_id        integer  NOT NULL,
    account_id       uuid     NOT NULL,
    debtor_id        uuid     NOT NULL,
    contact_point_id uuid     NOT NULL,
    channel          smallint NOT NULL,
    purpose          smallint NOT NULL,
    dialer           text     NOT NULL,
    granted_at_us    bigint   NOT NULL,
    valid_until_us   bigint   NOT NULL,
    strategy         text     NOT NULL,
    step             text     NOT NULL,    -- of the plan, that it is for; empty: none
    rule_version     text     NOT NULL,
    state            smallint NOT NULL,    -- 1 granted, 2 reported, 3 expired
    occurred_at_us   bigint   NOT NULL,    -- of the attempt, for the frequency rules
    telephony        smallint NOT NULL,    -- 0: not reported
    party            smallint NOT NULL,
    outcome          smallint NOT NULL,
    started_at_us    bigint   NOT NULL,
    duration_s       integer  NOT NULL,
    counts           boolean  NOT NULL,
    is_conversation  boolean  NOT NULL,
    PRIMARY KEY (permit_id, partition)
) WITH (fillfactor = 80);
-- The attempts of an account, with every decision about it.
CREATE INDEX permit_account ON contact.permit (account_id, partition, occurred_at_us);

-- Attempts on another account's permit at which this account was discussed: they count toward it too.
CREATE TABLE contact.discussion (
    partition        smallint NOT NULL,
    account_id       uuid     NOT NULL,
    permit_id        uuid     NOT NULL,
    agency_id        integer  NOT NULL,
    contact_point_id uuid     NOT NULL,
    occurred_at_us   bigint   NOT NULL,
    counts           boolean  NOT NULL,
    is_conversation  boolean  NOT NULL,
    PRIMARY KEY (partition, account_id, permit_id)
);
