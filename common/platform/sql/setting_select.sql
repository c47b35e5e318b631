-- $1 text: name. value text. At most one row, by the key.
SELECT value FROM platform.setting WHERE name = $1::text
