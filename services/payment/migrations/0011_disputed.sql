-- Debts that are disputed as a whole: nothing is collected until the dispute is answered.

ALTER TABLE payment.account
    ADD COLUMN is_held boolean;        -- all of it; NULL: not

ALTER TABLE payment.plan
    ADD COLUMN is_held_by_dispute boolean NOT NULL DEFAULT false;   -- on hold for that, and resumed once it is answered
