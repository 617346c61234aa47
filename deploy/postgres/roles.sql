-- The database role that every process of Countersign signs in with. It may add to the audit and read it, and nothing
-- else: no UPDATE, DELETE or TRUNCATE, no trigger dropped or switched off, no table made or dropped.
--
-- 1. Make the schema as its owner, who is no login of any process:
--      COUNTERSIGN_DATABASE_URL=postgresql://countersign_owner:…@host/countersign countersign migrate
-- 2. Run this file as that owner (CREATE ROLE needs CREATEROLE; else have it made first):
--      psql -v ON_ERROR_STOP=1 -f deploy/postgres/roles.sql postgresql://countersign_owner@host/countersign
-- 3. Give each process a login of its own:
--      CREATE ROLE countersign_crm LOGIN PASSWORD '…' IN ROLE countersign_app;
-- Repeat 1 and 2 with each release, before its processes start.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_app') THEN
    CREATE ROLE countersign_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO countersign_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO countersign_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO countersign_app;

REVOKE ALL ON audit_entry FROM countersign_app, PUBLIC;
GRANT SELECT, INSERT ON audit_entry TO countersign_app;
REVOKE ALL ON alembic_version FROM countersign_app, PUBLIC;
GRANT SELECT ON alembic_version TO countersign_app;
