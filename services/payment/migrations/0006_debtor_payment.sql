-- One payment for several debts, and which debts are disputed.

-- The dispute that stands against a debt; the account's own id where the client says that there is one and service dispute has not opened it yet. NULL: none, as of nearly all.
ALTER TABLE payment.account ADD COLUMN dispute_id uuid;

-- A debt that one payment for several could go to; never changed. What it got is the posting whose id is derived from the payment's and the account's.
CREATE TABLE payment.debtor_payment (
    partition    smallint NOT NULL,
    payment_id   uuid     NOT NULL,
    place        smallint NOT NULL,                -- in the payment, from 1, as the caller had them
    account_id   uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    left_out     smallint NOT NULL CHECK (left_out BETWEEN 0 AND 4),                -- dunlin.payment.v1.DebtLeftOut
    currency     text     NOT NULL,                -- of the whole payment, as the next two
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    held_minor   bigint   NOT NULL CHECK (held_minor BETWEEN 0 AND amount_minor),   -- that no debt took
    PRIMARY KEY (payment_id, place, partition)
);
