-- Debits are announced, disputes verified: more kinds of notices. Which notice a message is: whoever reports it tells contact.

ALTER TABLE correspondence.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE correspondence.notice ADD CONSTRAINT notice_kind_check CHECK (kind BETWEEN 1 AND 12);
ALTER TABLE correspondence.message ADD COLUMN notice_id uuid;   -- NULL: a step of a plan, or written before it was kept
