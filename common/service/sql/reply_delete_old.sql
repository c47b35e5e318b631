-- Forgets replies recorded before $2 (µs) by service $1. Reads the whole key range of the service: once a day.
DELETE FROM platform.request WHERE service = $1 AND recorded_at_us < $2
