-- Roles and schemas: the owner migrates, the application works, the auditor reads.

-- Roles belong to the whole cluster, so another database of it may have made them already, even at
-- this moment. They get no password here: whoever sets up the cluster gives it.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tendering_owner', 'tendering_app', 'tendering_audit'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA IF NOT EXISTS tendering;
CREATE SCHEMA IF NOT EXISTS rooms;
CREATE SCHEMA IF NOT EXISTS insurance;

GRANT USAGE ON SCHEMA tendering, rooms, insurance TO tendering_app, tendering_audit;

-- What the owner creates from here on. A later migration takes away what the application must not
-- do to a table of its own, as with the journal.
ALTER DEFAULT PRIVILEGES IN SCHEMA tendering, rooms, insurance
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tendering_app;

ALTER DEFAULT PRIVILEGES IN SCHEMA tendering, rooms, insurance
GRANT USAGE, SELECT ON SEQUENCES TO tendering_app;

ALTER DEFAULT PRIVILEGES IN SCHEMA tendering, rooms, insurance
GRANT SELECT ON TABLES TO tendering_audit;

-- The table of migrations was there before these defaults; the application only reads it.
GRANT SELECT ON TABLE tendering.migrations TO tendering_app, tendering_audit;
