#!/usr/bin/env bash
# Makes docker/secrets/ for compose.yaml, once; what is there already stays.
# page_token, app_secret, smtp_url and backup_keys are made empty: write yours into them. Write down
# backup_passphrase and keep it elsewhere: without it no backup's keys can be opened.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets

fresh() { [ -s "$1" ] || head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$1"; }

fresh secret_key
fresh backup_passphrase
fresh postgres_password
fresh postgres_superuser_password
[ -s database_url ] || printf 'postgresql://hoithi:%s@postgres:5432/hoithi' "$(cat postgres_password)" >database_url
[ -s redis_url ] || {
  password=$(head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n')
  printf 'redis://:%s@redis:6379/0' "$password" >redis_url
  rm -f redis_conf
}
# Nobody but an operator at the machine needs these, and each of them could do harm.
[ -s redis_conf ] || {
  password=$(sed 's|^redis://:\(.*\)@.*|\1|' redis_url)
  echo "requirepass $password"
  for command in ACL BGREWRITEAOF BGSAVE CONFIG DEBUG FAILOVER FLUSHALL FLUSHDB KEYS MIGRATE MODULE \
    MONITOR REPLICAOF RESTORE SAVE SHUTDOWN SLAVEOF SYNC PSYNC SWAPDB; do
    echo "rename-command $command \"\""
  done
} >redis_conf.new && { [ -s redis_conf ] || mv redis_conf.new redis_conf; rm -f redis_conf.new; }
for name in page_token app_secret smtp_url backup_keys; do
  [ -e "$name" ] || : >"$name"
done
chmod 644 -- *  # read by the containers' users; the folder itself is closed to others
