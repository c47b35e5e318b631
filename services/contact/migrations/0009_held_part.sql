-- The part of a debt that its open dispute holds, while the rest may be asked for.

ALTER TABLE contact.account
    ADD COLUMN held_minor bigint,      -- NULL: the open dispute, if any, holds all of the debt
    ADD COLUMN held_currency text,     -- of held_minor
    ADD COLUMN owed_minor bigint;      -- of the whole debt, as the ledger says it: kept once a part was held; NULL: not kept
