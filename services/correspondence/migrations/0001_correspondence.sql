-- What was written; what came back; in which language. Nothing of an account before something is to be written about it: what there is to say is asked of its owners then.

-- Which language a debtor asked for: contact's facts that count; the latest holds.
CREATE TABLE correspondence.language (
    partition      smallint NOT NULL,
    debtor_id      uuid     NOT NULL,
    fact_id        uuid     NOT NULL,
    language       text     NOT NULL,            -- BCP 47
    occurred_at_us bigint   NOT NULL,            -- business time
    seq            bigint   NOT NULL,            -- of the event: of two at one instant the one that was recorded last holds
    PRIMARY KEY (debtor_id, fact_id, partition)
);

CREATE TABLE correspondence.message (
    partition        smallint NOT NULL,
    permit_id        uuid     NOT NULL,          -- one message a permit
    account_id       uuid     NOT NULL,
    debtor_id        uuid     NOT NULL,
    contact_point_id uuid     NOT NULL,
    agency_id        integer  NOT NULL,
    channel          smallint NOT NULL CHECK (channel BETWEEN 4 AND 6),   -- dunlin.contact.v1.Channel
    purpose          smallint NOT NULL,          -- dunlin.contact.v1.Purpose
    step             text     NOT NULL,
    template         text     NOT NULL,
    template_version text     NOT NULL,
    document         text     NOT NULL,          -- name of what is sent; letters: of the file in the batch
    document_hash    bytea    NOT NULL,          -- BLAKE2b-256
    batch            text     NOT NULL,          -- letters: "2026-01-05/170000-..."
    instance         text     NOT NULL,          -- who sends it
    state            smallint NOT NULL CHECK (state BETWEEN 1 AND 6),   -- dunlin.correspondence.v1.MessageState
    detail           text     NOT NULL,          -- the carrier's words
    is_uncertain     boolean  NOT NULL,          -- may have been sent or not: counted as sent
    is_reported      boolean  NOT NULL,          -- AttemptReported has been seen
    begun_at_us      bigint   NOT NULL,          -- business time
    changed_at_us    bigint   NOT NULL,
    PRIMARY KEY (permit_id, partition)
) WITH (fillfactor = 80);
CREATE INDEX message_of_account ON correspondence.message (account_id, partition);
-- Few at any time: what is on its way.
CREATE INDEX message_open ON correspondence.message (partition, begun_at_us) WHERE NOT is_reported;

CREATE TABLE correspondence.parked (
    partition    smallint NOT NULL,
    account_id   uuid     NOT NULL,
    step         text     NOT NULL,
    debtor_id    uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    channel      smallint NOT NULL,
    template     text     NOT NULL,
    reason       text     NOT NULL,
    parked_at_us bigint   NOT NULL,
    PRIMARY KEY (account_id, step, partition)
);

-- What a fact asks to be written, on no plan's account: one text for an opt-out until somebody releases it, letters about a dispute. Only of accounts that have such facts.
CREATE TABLE correspondence.notice (
    partition     smallint NOT NULL,
    notice_id     uuid     NOT NULL,          -- made of the fact: the contact point that was opted out; of a dispute and what happened to it
    kind          smallint NOT NULL CHECK (kind BETWEEN 1 AND 9),   -- dunlin.correspondence.v1.NoticeKind
    account_id    uuid     NOT NULL,
    debtor_id     uuid     NOT NULL,
    agency_id     integer  NOT NULL,          -- 0: not said, of an opt-out
    subject_id    uuid     NOT NULL,          -- the contact point, the dispute
    step          text     NOT NULL,          -- under which it is parked where it cannot be written
    explanation   text     NOT NULL,
    credit_id     uuid,                       -- the posting whose balance it tells
    cause_seq     bigint   NOT NULL,          -- log position of the fact; 0: a command
    asked_at_us   bigint   NOT NULL,          -- business time, as those below
    due_at_us     bigint   NOT NULL,
    until_us      bigint   NOT NULL,
    permit_id     uuid,                       -- with which it is sent; NULL: it is not, or it never left
    is_closed     boolean  NOT NULL,          -- it will not be sent
    reason        text     NOT NULL,          -- why it is held back or closed
    PRIMARY KEY (notice_id, partition)
) WITH (fillfactor = 80);
CREATE INDEX notice_open ON correspondence.notice (partition, due_at_us) WHERE permit_id IS NULL AND NOT is_closed;
CREATE INDEX notice_of_account ON correspondence.notice (account_id, partition);
CREATE INDEX notice_of_permit ON correspondence.notice (permit_id) WHERE permit_id IS NOT NULL;

-- Messages from outside, once as they came and once for each person who has the number; and receipts.
CREATE TABLE correspondence.inbound (
    partition        smallint NOT NULL,
    inbound_id       uuid     NOT NULL,
    channel          smallint NOT NULL,
    contact_point_id uuid,
    debtor_id        uuid,                       -- NULL: as it came
    agency_id        integer  NOT NULL,          -- the debtor's; 0: nobody's
    permit_id        uuid,
    text             text     NOT NULL,
    is_opt_out       boolean  NOT NULL,
    is_fact          boolean  NOT NULL,          -- contact is to have it on record
    received_at_us   bigint   NOT NULL,          -- business time
    PRIMARY KEY (inbound_id, partition)
);
-- What a debtor wrote. Never updated.
CREATE INDEX inbound_of_debtor ON correspondence.inbound (debtor_id, partition, received_at_us) WHERE debtor_id IS NOT NULL;
