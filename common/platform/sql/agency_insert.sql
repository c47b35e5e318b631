-- Under agency_lock. $1 text: slug, $2 text: name, $3 bytea: identity key. No row where the slug is there already.
INSERT INTO platform.agency (agency_id, slug, name, identity_key)
SELECT coalesce(max(agency_id), 0) + 1, $1::text, $2::text, $3::bytea FROM platform.agency
ON CONFLICT (slug) DO NOTHING
