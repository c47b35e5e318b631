-- Whether a report said that the debtor disputes the debt: a later report of the same call that says so again is nothing new.

ALTER TABLE contact.discussion ADD COLUMN is_disputed boolean NOT NULL DEFAULT false;
UPDATE contact.discussion AS d SET is_disputed = true
FROM contact.permit AS p
WHERE p.partition = d.partition AND p.permit_id = d.permit_id AND p.outcome = 6;    -- OUTCOME_DISPUTE
