-- The login of the parts in docker-compose.yml, after roles.sql. psql takes its password from PROCESS_PASSWORD, so that
-- it stands in no argument; without one, this stops.
\getenv password PROCESS_PASSWORD
SELECT 'CREATE ROLE countersign_process LOGIN IN ROLE countersign_app'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_process') \gexec
ALTER ROLE countersign_process PASSWORD :'password';
