-- What there is to say about accounts. $1 smallint[] partition, $2 uuid[] account_id, $3 uuid[] contact_point_id, $4 text[] step, of the same length. One row a place that is known, in any order;
-- `place` counts from 1. The postal address is the newest, and so is the language. Through the primary keys and contact_point_of_debtor.
SELECT k.place::integer, a.account_id, a.debtor_id, a.agency_id, d.name, d.is_natural_person, a.client, a.client_reference, a.currency, a.placed_minor, a.charged_minor, a.paid_minor,
       a.credited_minor, a.balance_minor, a.due_on_days, a.opened_on_days, a.is_recalled, coalesce(c.value, '') AS address, p.account_id IS NOT NULL AS is_parked,
       coalesce((SELECT o.value FROM correspondence.contact_point o WHERE o.debtor_id = a.debtor_id AND o.partition = a.partition AND o.kind = 3 ORDER BY o.contact_point_id LIMIT 1), '') AS postal_address,
       coalesce((SELECT l.language FROM correspondence.language l WHERE l.debtor_id = a.debtor_id AND l.partition = a.partition ORDER BY l.occurred_at_us DESC, l.seq DESC LIMIT 1), '') AS language
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[]) WITH ORDINALITY AS k (partition, account_id, contact_point_id, step, place)
JOIN correspondence.account a ON a.partition = k.partition AND a.account_id = k.account_id
JOIN correspondence.debtor d ON d.partition = a.partition AND d.debtor_id = a.debtor_id
LEFT JOIN correspondence.contact_point c ON c.partition = k.partition AND c.contact_point_id = k.contact_point_id AND c.debtor_id = a.debtor_id
LEFT JOIN correspondence.parked p ON p.partition = k.partition AND p.account_id = k.account_id AND p.step = k.step
