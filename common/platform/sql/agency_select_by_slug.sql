-- $1 text: slug. agency_id integer, slug text, name text, identity_key bytea. At most one row, by the unique slug.
SELECT agency_id, slug, name, identity_key FROM platform.agency WHERE slug = $1::text
