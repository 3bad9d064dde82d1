#!/bin/bash
# Run once by the postgres image, on an empty volume: makes the platform's own user and database.
# The platform signs in as one who owns its tables and nothing else; the superuser's password is
# mounted here alone. In the second database the nightly backup is proved, and nothing stays.
set -eu
psql -v ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname postgres \
  -v password="$(cat "${POSTGRES_APP_PASSWORD_FILE:-/run/secrets/postgres_password}")" <<'SQL'
CREATE ROLE hoithi LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'password';
CREATE DATABASE hoithi OWNER hoithi;
REVOKE ALL ON DATABASE hoithi FROM PUBLIC;
CREATE DATABASE hoithi_proof OWNER hoithi;
REVOKE ALL ON DATABASE hoithi_proof FROM PUBLIC;
SQL
