-- Who has which telephone number: whoever texts us is found by it. Beside the persons, whose arrays no B-tree reaches into; a row a number and person, written once and never changed.

CREATE TABLE contact.number (
    number    bigint   NOT NULL,    -- E.164 without its "+"
    debtor_id uuid     NOT NULL,
    partition smallint NOT NULL
);
-- The number alone, which makes the shortest entries; nothing looks for one row.
CREATE INDEX number_value ON contact.number (number);

INSERT INTO contact.number (number, debtor_id, partition)
SELECT DISTINCT substr(p.value, 2)::bigint, d.debtor_id, d.partition
FROM contact.debtor AS d
CROSS JOIN LATERAL unnest(d.point_kinds, d.point_values) AS p (kind, value)
WHERE p.kind = 1 AND p.value ~ '^\+[1-9][0-9]{0,14}$';
