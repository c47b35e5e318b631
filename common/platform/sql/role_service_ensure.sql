-- One service's role and the schema that it owns. The service is named by service_select before, in the same transaction. No rows.
-- Roles belong to the whole server: another database's init may make the same one at this moment.
DO $$
DECLARE
    service text := current_setting('dunlin.service');
    role    text := 'dunlin_' || service;
    -- To make a schema for a role one must be able to become it; up to PostgreSQL 15 every member can.
    become  text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF to_regrole(role) IS NULL THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_auth_members
                   WHERE roleid = 'dunlin_service'::regrole AND member = to_regrole(role)) THEN
        BEGIN
            EXECUTE format('GRANT dunlin_service TO %I', role);
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, role, become) THEN
        BEGIN
            EXECUTE format('GRANT %I TO %I', role, current_user);
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END IF;
    IF to_regnamespace(service) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', service, role);
    END IF;
END $$
