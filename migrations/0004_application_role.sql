-- Two roles: the owner migrates and rebuilds; the application connects and does SET ROLE to this one,
-- which can add facts and read them, and nothing else with them. Roles belong to the whole cluster, so
-- another database may have made it already, or be making it now.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'konductro_app') THEN
        CREATE ROLE konductro_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'this database user may not create the role konductro_app'
            USING HINT = format('as an administrator: CREATE ROLE konductro_app NOLOGIN; GRANT konductro_app TO %I;', current_user);
END
$$;

-- Whoever may not take the role yet must become a member; a superuser, or one whom an administrator
-- made a member, may already.
DO $$
BEGIN
    SET LOCAL ROLE konductro_app;
    RESET ROLE;
EXCEPTION
    WHEN insufficient_privilege THEN EXECUTE format('GRANT konductro_app TO %I', current_user);
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO konductro_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO konductro_app', current_schema());
    -- Tables of later migrations: read models, identity, jobs.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO konductro_app', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO konductro_app', current_schema());
END
$$;

REVOKE UPDATE, DELETE ON events, log FROM konductro_app;
-- A receipt is given once; only the answer over HTTP is added to it later, and old ones go.
REVOKE UPDATE ON receipts FROM konductro_app;
GRANT UPDATE (answer) ON receipts TO konductro_app;
-- Claimed names stay claimed.
REVOKE UPDATE, DELETE ON claims FROM konductro_app;
