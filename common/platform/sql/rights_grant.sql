-- All rights on the database and on what is shared; granted again at every init, so that what a migration adds is covered. No parameters, no rows.
-- The log is append-only for everybody but the owner: nobody gets UPDATE, DELETE or TRUNCATE on log.event.
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO dunlin_service', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO dunlin_operator', current_database());

    GRANT USAGE ON SCHEMA platform, log TO dunlin_service, dunlin_operator;
    GRANT SELECT ON ALL TABLES IN SCHEMA platform, log TO dunlin_service, dunlin_operator;

    GRANT INSERT ON log.event TO dunlin_service;
    GRANT UPDATE ON log.head TO dunlin_service;
    GRANT INSERT, UPDATE ON log.cursor TO dunlin_service;
    GRANT INSERT, UPDATE, DELETE ON log.parked TO dunlin_service;
    GRANT INSERT, UPDATE, DELETE ON platform.timer, platform.request TO dunlin_service;
    REVOKE ALL ON FUNCTION log.ensure_months() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION log.ensure_months() TO dunlin_service;

    GRANT UPDATE (is_released) ON log.parked TO dunlin_operator;
    GRANT UPDATE (business_us, version) ON platform.clock TO dunlin_operator;
END $$
