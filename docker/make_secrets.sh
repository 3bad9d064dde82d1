#!/usr/bin/env bash
# Makes docker/secrets/ for compose.yaml, once; what is there already stays.
# page_token, app_secret and smtp_url are made empty: write yours into them.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets

fresh() { [ -s "$1" ] || head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$1"; }

fresh secret_key
fresh postgres_password
[ -s database_url ] || printf 'postgresql://hoithi:%s@postgres:5432/hoithi' "$(cat postgres_password)" >database_url
for name in page_token app_secret smtp_url; do
  [ -e "$name" ] || : >"$name"
done
chmod 644 -- *  # read by the containers' users; the folder itself is closed to others
