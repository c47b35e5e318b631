-- One init of this database at a time, until the transaction ends. No parameters; one row without meaning.
SELECT pg_advisory_xact_lock(hashtextextended('dunlin.platform.init', 0))
