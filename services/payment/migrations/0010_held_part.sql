-- The part of a debt that its debtor disputes and that must not be collected, while the rest may be.

ALTER TABLE payment.account
    ADD COLUMN held_minor bigint;      -- NULL: none
