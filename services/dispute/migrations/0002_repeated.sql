-- A verified debt may be disputed again: the new dispute names the one that it repeats, which is resolved as REPEATED.

ALTER TABLE dispute.dispute ADD COLUMN repeats uuid;    -- the verified dispute of the same debt; NULL: none
ALTER TABLE dispute.dispute DROP CONSTRAINT dispute_outcome_check;
ALTER TABLE dispute.dispute ADD CONSTRAINT dispute_outcome_check CHECK (outcome BETWEEN 0 AND 5);
