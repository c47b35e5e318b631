-- How many messages of which channel and state. Reads the whole table: for people who ask now and then. $1 agency (0: all).
SELECT m.channel, m.state, count(*) AS n, count(*) FILTER (WHERE NOT m.is_reported) AS n_open
FROM correspondence.message m
WHERE $1 = 0 OR m.agency_id = $1
GROUP BY m.channel, m.state
ORDER BY m.channel, m.state
