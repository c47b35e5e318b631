-- One maker of agencies at a time, so that their numbers are consecutive; until the transaction ends. No parameters; one row without meaning.
SELECT pg_advisory_xact_lock(hashtextextended('dunlin.platform.agency', 0))
