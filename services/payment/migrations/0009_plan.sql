-- Payment plans; tolerance of promises.

ALTER TABLE payment.account
    ADD COLUMN plan_id          uuid,     -- that postings flow through: active, on hold or completed; at most one
    ADD COLUMN proposed_plan_id uuid;     -- that waits for approval; at most one

ALTER TABLE payment.promise DROP CONSTRAINT promise_state_check;
ALTER TABLE payment.promise
    ADD CONSTRAINT promise_state_check CHECK (state BETWEEN 1 AND 5),
    ADD COLUMN tolerance_kind  smallint CHECK (tolerance_kind BETWEEN 1 AND 2),   -- payment_tolerance.h; NULL: none
    ADD COLUMN tolerance_value bigint;

CREATE TABLE payment.plan (
    partition           smallint NOT NULL,
    plan_id             uuid     NOT NULL,
    account_id          uuid     NOT NULL,
    debtor_id           uuid     NOT NULL,
    agency_id           integer  NOT NULL,
    state               smallint NOT NULL CHECK (state BETWEEN 1 AND 6),           -- dunlin.payment.v1.PlanState
    frequency           smallint NOT NULL CHECK (frequency BETWEEN 1 AND 6),       -- dunlin.payment.v1.PlanFrequency
    currency            text     NOT NULL,
    owed_minor          bigint   NOT NULL CHECK (owed_minor > 0),                  -- when it was agreed on
    discount_minor      bigint   NOT NULL CHECK (discount_minor >= 0 AND discount_minor < owed_minor),
    unapplied_minor     bigint   NOT NULL CHECK (unapplied_minor >= 0),            -- paid beyond its instalments
    n_instalments       integer  NOT NULL CHECK (n_instalments > 0),
    tolerance_kind      smallint NOT NULL CHECK (tolerance_kind BETWEEN 0 AND 2),  -- payment_tolerance.h; what follows holds as it was when the plan was agreed on
    tolerance_value     bigint   NOT NULL,
    grace_days          integer  NOT NULL,
    breaks_in_a_row     integer  NOT NULL,
    breaks_in_total     integer  NOT NULL,
    held_on             date,                                                      -- the last hold's day, or that on which nothing was owed any more
    reviewed_on         date,                                                      -- what was missed up to then has been told
    role                smallint NOT NULL CHECK (role BETWEEN 1 AND 5),            -- dunlin.payment.v1.PlanRole
    approval_by         smallint CHECK (approval_by BETWEEN 1 AND 5),              -- NULL: nobody needed to
    agreed_by           text     NOT NULL,
    approved_by         text     NOT NULL,
    agreed_at_us        bigint   NOT NULL,                                         -- business time; or proposed
    made_after          integer  NOT NULL,                                         -- number of the account's last posting before it
    replaces            uuid,                                                      -- an earlier plan of the account
    replaced_by         uuid,
    instrument_id       uuid,                                                      -- by which instalments are collected; NULL: the debtor pays himself
    terms_id            uuid     NOT NULL,                                         -- digest of what was asked for
    discount_posting_id uuid,                                                      -- the credit of a kept settlement
    reason              text     NOT NULL,                                         -- of the last hold, or of its end
    PRIMARY KEY (plan_id, partition)
) WITH (fillfactor = 80);
-- All plans of an account. Neither column is ever updated.
CREATE INDEX plan_of_account ON payment.plan (account_id, partition);

-- Those with a number above the plan's n_instalments are no longer collected: nothing was left of them.
CREATE TABLE payment.plan_instalment (
    partition    smallint NOT NULL,
    plan_id      uuid     NOT NULL,
    number       integer  NOT NULL CHECK (number > 0),                             -- in order of due dates, without gaps
    due_on       date     NOT NULL,
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    paid_minor   bigint   NOT NULL CHECK (paid_minor BETWEEN 0 AND amount_minor),
    grace_from   date     NOT NULL,                                                -- due_on, or a later day: a hold ended, a payment came back
    satisfied_on date,                                                             -- the value date that made it so; NULL: it is not
    was_missed   boolean  NOT NULL,                                                -- before a payment that satisfied it came back
    PRIMARY KEY (plan_id, number, partition)
) WITH (fillfactor = 80);
