-- What a part of a remittance starts from. $1 smallint[] partition, $2 integer[] agency_id, $3 text[] client, $4 text[] currency, $5 uuid[] part_id, $6 integer[] place, of the same length. One row a place, in any order.
-- The columns from part_id to remitted_at_us are of the part that is there already; NULL where none is, and only then the sums from n_lines_since on are reckoned: of the lines (entries with a posting) since the last
-- part, what they paid by the ledger, what they changed by the trust account. Through primary keys and the key of part_id; OFFSET 0 keeps the order of joining (common/db/README.md).
SELECT w.place, o.part_id, o.method, o.first_entry, o.last_entry, o.n_lines, o.collected_minor, o.reversed_minor, o.collected_elsewhere_minor, o.reversed_elsewhere_minor,
       o.fees_minor, o.payable_minor, o.remitted_minor, o.invoiced_minor, o.remitted_at_us,
       coalesce(t.n_entries, 0) AS n_entries, coalesce(t.payable_minor, 0) AS head_payable_minor, coalesce(t.earned_minor, 0) AS head_earned_minor,
       coalesce(l.number, 0) AS last_number, coalesce(l.last_entry, 0) AS last_covered,
       s.n_lines AS n_lines_since, s.collected_minor AS collected_since, s.reversed_minor AS reversed_since, s.collected_elsewhere_minor AS collected_elsewhere_since,
       s.reversed_elsewhere_minor AS reversed_elsewhere_since, s.fees_minor AS fees_since, s.payable_minor AS payable_since
FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::text[], $5::uuid[], $6::integer[]) AS w (partition, agency_id, client, currency, part_id, place)
LEFT JOIN LATERAL (
    SELECT r.* FROM payment.remittance_part r
    WHERE r.part_id = w.part_id AND r.partition = w.partition
    OFFSET 0) o ON true
LEFT JOIN LATERAL (
    SELECT a.n_entries, a.payable_minor, a.earned_minor FROM payment.trust_account a
    WHERE a.agency_id = w.agency_id AND a.client = w.client AND a.currency = w.currency AND a.partition = w.partition
    OFFSET 0) t ON true
LEFT JOIN LATERAL (
    SELECT r.number, r.last_entry FROM payment.remittance_part r
    WHERE r.agency_id = w.agency_id AND r.client = w.client AND r.currency = w.currency AND r.partition = w.partition
    ORDER BY r.number DESC LIMIT 1) l ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS n_lines,
           coalesce(-sum(p.change_minor) FILTER (WHERE e.kind = 1 AND p.paid_to IN (1, 4)), 0)::bigint AS collected_minor,
           coalesce(sum(p.change_minor) FILTER (WHERE e.kind = 2 AND p.paid_to IN (1, 4)), 0)::bigint AS reversed_minor,
           coalesce(-sum(p.change_minor) FILTER (WHERE e.kind = 1 AND p.paid_to IN (2, 3)), 0)::bigint AS collected_elsewhere_minor,
           coalesce(sum(p.change_minor) FILTER (WHERE e.kind = 2 AND p.paid_to IN (2, 3)), 0)::bigint AS reversed_elsewhere_minor,
           coalesce(sum(e.earned_minor), 0)::bigint AS fees_minor, coalesce(sum(e.payable_minor), 0)::bigint AS payable_minor
    FROM payment.trust_entry e
    CROSS JOIN LATERAL (
        SELECT q.change_minor, q.paid_to FROM payment.posting q
        WHERE q.account_id = e.account_id AND q.number = e.posting_number AND q.partition = e.partition
        OFFSET 0) p
    WHERE o.part_id IS NULL AND e.agency_id = w.agency_id AND e.client = w.client AND e.currency = w.currency AND e.partition = w.partition
      AND e.number > coalesce(l.last_entry, 0) AND e.posting_number > 0) s
