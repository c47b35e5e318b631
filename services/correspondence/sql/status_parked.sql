-- The newest parked steps, and how many there are. $1 agency (0: all), $2 how many rows.
SELECT p.account_id, p.step, p.channel, p.template, p.reason, p.parked_at_us, count(*) OVER () AS n
FROM correspondence.parked p
WHERE $1 = 0 OR p.agency_id = $1
ORDER BY p.parked_at_us DESC, p.account_id, p.step
LIMIT $2
