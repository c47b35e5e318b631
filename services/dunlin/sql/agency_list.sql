-- No parameters. agency_id integer, slug text, name text. All agencies in the order of their numbers.
SELECT agency_id, slug, name FROM platform.agency ORDER BY agency_id
