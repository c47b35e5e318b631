-- Rejects of one placement after a line, by the primary key: whole records, so that a page never ends between two reasons of one. $1 partition, $2 placement, $3 after line, $4 limit.
SELECT line, field, "column", code, reason, record
FROM intake.reject
WHERE partition = $1 AND placement_id = $2 AND line > $3
  AND line <= (SELECT max(page.line)
               FROM (SELECT line FROM intake.reject WHERE partition = $1 AND placement_id = $2 AND line > $3 ORDER BY line LIMIT $4) AS page)
ORDER BY line, ordinal
