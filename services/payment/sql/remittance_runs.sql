-- Remittance runs with the totals of their parts, the newest first: $1 agency, $2 client (empty: all), $3 run_key (empty: all), $4 at most so many. Of all parts of the agency, or the client, through the primary key; with
-- Citus it asks every node. Method, payee and reference are the same in all parts of a run, but for an agreement that changed while it was under way: those of the newest part are told.
SELECT r.run_key, r.client, r.currency, (array_agg(r.method ORDER BY r.remitted_at_us DESC, r.partition))[1] AS method,
       (array_agg(r.payee ORDER BY r.remitted_at_us DESC, r.partition))[1] AS payee, (array_agg(r.reference ORDER BY r.remitted_at_us DESC, r.partition))[1] AS reference,
       count(*)::integer AS n_parts, sum(r.n_lines)::bigint AS n_lines, sum(r.collected_minor)::bigint AS collected_minor, sum(r.reversed_minor)::bigint AS reversed_minor,
       sum(r.collected_elsewhere_minor)::bigint AS collected_elsewhere_minor, sum(r.reversed_elsewhere_minor)::bigint AS reversed_elsewhere_minor, sum(r.fees_minor)::bigint AS fees_minor,
       sum(r.payable_minor)::bigint AS payable_minor, sum(r.remitted_minor)::bigint AS remitted_minor, sum(r.invoiced_minor)::bigint AS invoiced_minor,
       min(r.remitted_at_us) AS begun_at_us, max(r.remitted_at_us) AS remitted_at_us
FROM payment.remittance_part r
WHERE r.agency_id = $1 AND ($2 = '' OR r.client = $2) AND ($3 = '' OR r.run_key = $3)
GROUP BY r.run_key, r.client, r.currency
ORDER BY max(r.remitted_at_us) DESC, r.run_key, r.client, r.currency
LIMIT $4
