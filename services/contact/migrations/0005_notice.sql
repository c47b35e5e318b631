-- The validation notice of each debt: sent, or owed by when.

ALTER TABLE contact.account
    ADD COLUMN notice_at_us bigint,        -- when it was sent; NULL: it was not, or came back
    ADD COLUMN notice_due_at_us bigint;    -- by when it is owed; NULL: it is not
