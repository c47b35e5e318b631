-- Who has a number or an e-mail address, each with an account of his. $1 value. At most 1,000 rows, through contact_point_by_value, account_of_debtor and the primary key of confirmation; in every partition: with Citus
-- it asks every node, which a message from outside is worth.
SELECT c.contact_point_id, c.debtor_id, c.agency_id, (
           SELECT a.account_id FROM correspondence.account a WHERE a.partition = c.partition AND a.debtor_id = c.debtor_id ORDER BY a.is_recalled, a.account_id LIMIT 1) AS account_id,
       EXISTS (SELECT FROM correspondence.confirmation f WHERE f.partition = c.partition AND f.contact_point_id = c.contact_point_id) AS is_confirmed
FROM correspondence.contact_point c
WHERE c.value = $1 AND c.kind <> 3
ORDER BY c.contact_point_id
LIMIT 1000
