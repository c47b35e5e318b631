-- No parameters. One row: all slugs in order, separated by ", "; NULL where there is no agency.
SELECT string_agg(slug, ', ' ORDER BY slug) FROM platform.agency
