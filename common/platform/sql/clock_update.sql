-- $1 bigint: the new business time in µs. No row is changed where the stored one is later: business time never goes back.
UPDATE platform.clock SET business_us = $1::bigint, version = version + 1
WHERE business_us IS NULL OR business_us <= $1::bigint
