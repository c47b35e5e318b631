-- What is posted for clients and not remitted yet, over all partitions: $1 agency, $2 client (empty: all), $3 run_key, of which parts_done says how many parts there are. Clients of whom nothing is open and that have no
-- part of the run are left out. Every row of a small table, and a probe or two a row through primary keys, of parts as many as a client has; with Citus it asks every node.
SELECT t.client, t.currency, t.payable_minor, t.earned_minor, d.parts_done
FROM (
    SELECT a.client, a.currency, sum(a.payable_minor)::bigint AS payable_minor, sum(a.earned_minor)::bigint AS earned_minor, bool_or(n.is_open) AS is_open
    FROM payment.trust_account a
    LEFT JOIN LATERAL (
        SELECT r.last_entry FROM payment.remittance_part r
        WHERE r.agency_id = a.agency_id AND r.client = a.client AND r.currency = a.currency AND r.partition = a.partition
        ORDER BY r.number DESC LIMIT 1) l ON true
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM payment.trust_entry e
            WHERE e.agency_id = a.agency_id AND e.client = a.client AND e.currency = a.currency AND e.partition = a.partition
              AND e.number > coalesce(l.last_entry, 0) AND e.posting_number > 0) AS is_open) n
    WHERE a.agency_id = $1 AND ($2 = '' OR a.client = $2) AND a.client <> ''
    GROUP BY a.client, a.currency) t
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS parts_done FROM payment.remittance_part r
    WHERE r.agency_id = $1 AND r.run_key = $3 AND r.client = t.client AND r.currency = t.currency) d
WHERE t.is_open OR d.parts_done > 0
ORDER BY t.client, t.currency
