-- Makes the log's tables of this month and the next two. No rows of interest.
SELECT log.ensure_months() IS NULL
