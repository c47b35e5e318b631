-- The roles that are not one service's: dunlin_service, whose rights every service has, and dunlin_operator, for people at the command line.
-- No parameters, no rows. Roles belong to the whole server: another database's init may make the same one at this moment.
DO $$ BEGIN
    IF to_regrole('dunlin_service') IS NULL THEN
        BEGIN
            CREATE ROLE dunlin_service NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF to_regrole('dunlin_operator') IS NULL THEN
        BEGIN
            CREATE ROLE dunlin_operator LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
END $$
