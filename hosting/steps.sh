# The steps of scripts/install.sh. Each may be done again: what is there and right stays.
# shellcheck shell=bash disable=SC2154  # SOURCE, CONF, …: scripts/install.sh

step() { printf '\n== %s / %s\n' "$1" "$2"; }
fail() { printf 'install: %s\n         %s\n' "$1" "$2" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
has_init() { [ -d /run/systemd/system ]; }
must_be_root() { [ "$(id -u)" = 0 ] || fail "hãy chạy bằng quyền root (sudo)" "run it as root (sudo)"; }
random() { head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }

# shellcheck source=hosting/questions.sh
. "$SOURCE/hosting/questions.sh"

# --- The system ----------------------------------------------------------------------------------

install_packages() {
  step "Cài các gói phần mềm" "installing packages"
  local new=()
  has redis-server || has valkey-server || new=(redis)
  apt-get update -qq
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2046  # package names, one word each
  apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    $(packages) >/dev/null
  # A Redis that came for us alone runs on a socket of ours; one that was here before goes on.
  [ ${#new[@]} = 0 ] || run_init disable --now redis-server.service valkey-server.service
}

packages() {
  local known; known=$(known_to_apt)
  python_packages
  first_of valkey-server redis-server
  first_of fonts-liberation2 fonts-liberation
  echo postgresql nginx-light certbot ufw unattended-upgrades bubblewrap ca-certificates curl openssl \
    ffmpeg fonts-dejavu-core fonts-dejavu-extra libreoffice-writer-nogui tesseract-ocr tesseract-ocr-vie util-linux
  is_folder || echo restic openssh-client
  [ -e "$SOURCE/contest/static/manifest.json" ] || echo nodejs npm
}

python_packages() {
  local version
  for version in 3.13 3.12 3.11; do
    if available "python$version-venv"; then
      echo "python$version" "python$version-venv"
      return
    fi
  done
  fail "hệ thống này không có Python 3.11 trở lên" "this system has no Python 3.11 or newer"
}

# Apt reads all its lists before it answers: it is asked once, about all that there is a choice of.
CHOICES="python3.13-venv python3.12-venv python3.11-venv valkey-server redis-server fonts-liberation2 fonts-liberation"
known_to_apt() { apt-cache madison $CHOICES 2>/dev/null | cut -d '|' -f 1 | tr -d ' ' || true; }
available() { grep -qxF "$1" <<<"$known"; }
first_of() { local name; for name in "$@"; do if available "$name"; then echo "$name"; return; fi; done; }
newest_python() { local v; for v in 3.13 3.12 3.11; do if has "python$v"; then echo "python$v"; return; fi; done; }

# systemctl where systemd runs; else only what can be done without it, said aloud.
run_init() {
  if has_init; then systemctl "$@"; return; fi
  case "$1" in
    enable | disable)
      local verb=$1; shift
      [ "${1:-}" != --now ] || shift
      systemctl "$verb" "$@" >/dev/null 2>&1 || true ;;
    *) echo "   (không có systemd ở đây / no systemd here: systemctl $*)" ;;
  esac
}

make_account() {
  getent passwd hoithi >/dev/null ||
    useradd --system --no-create-home --home-dir "$DATA" --shell /usr/sbin/nologin hoithi
  install -d -m 700 -o hoithi -g hoithi "$DATA" "$DATA/redis"
  ! is_folder || install -d -m 700 -o hoithi -g hoithi "$BACKUP_TO"
  install -d -m 755 "$HOME_DIR" "$HOME_DIR/releases" "$ACME"
  install -d -m 700 "$CONF/secrets" "$CONF/tls"
  echo 'd /run/hoithi 0700 hoithi hoithi' >/etc/tmpfiles.d/hoithi.conf
  systemd-tmpfiles --create /etc/tmpfiles.d/hoithi.conf
}

write_settings() {
  step "Ghi thiết lập" "writing settings"
  local name
  for name in secret_key backup_passphrase; do
    [ -s "$CONF/secrets/$name" ] || (umask 077; random >"$CONF/secrets/$name")
  done
  for name in page_token app_secret; do
    [ -e "$CONF/secrets/$name" ] || (umask 077; : >"$CONF/secrets/$name")
  done
  (umask 077; printf '%s' "$SMTP" >"$CONF/secrets/smtp_url"; printf '%s' "$BACKUP_KEYS" >"$CONF/secrets/backup_keys")
  cat >"$CONF/hoithi.env.new" <<EOF
# Written by scripts/install.sh. Your own lines belong into $CONF/own.env, which stays as it is.
HOITHI_BASE_URL=https://$DOMAIN
HOITHI_DATA_DIR=$DATA
HOITHI_DATABASE_URL='postgresql:///hoithi?host=/run/postgresql'
HOITHI_REDIS_URL=unix:///run/hoithi/redis.sock
HOITHI_SENDFILE=x-accel
HOITHI_TRUSTED_PROXIES=1
HOITHI_SECURITY_CONTACT=mailto:$MAIL
HOITHI_BACKUP_TO=$BACKUP_TO
HOITHI_BACKUP_AT=02:00
EOF
  [ ! -r "$CONF/own.env" ] || cat "$CONF/own.env" >>"$CONF/hoithi.env.new"
  chmod 640 "$CONF/hoithi.env.new"
  chgrp hoithi "$CONF/hoithi.env.new"
  mv "$CONF/hoithi.env.new" "$CONF/hoithi.env"
  install -m 644 "$SOURCE/hosting/redis.conf" "$CONF/redis.conf"
  install -m 755 "$SOURCE/hosting/hoithi" /usr/local/bin/hoithi
}

# The system's account and the database's have one name: no password lies anywhere.
make_database() {
  step "Tạo cơ sở dữ liệu" "making the database"
  run_init enable --now postgresql.service
  has_init || pg_ctlcluster "$(pg_lsclusters -h | awk 'NR==1{print $1}')" main start 2>/dev/null || true
  local tries=0
  until as_postgres -c 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 30 ] || fail "PostgreSQL không trả lời" "PostgreSQL does not answer"
    sleep 1
  done
  [ "$(as_postgres -c "SELECT 1 FROM pg_roles WHERE rolname='hoithi'")" = 1 ] ||
    as_postgres -c 'CREATE ROLE hoithi LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS' >/dev/null
  if [ "$(as_postgres -c "SELECT 1 FROM pg_database WHERE datname='hoithi'")" != 1 ]; then
    as_postgres -c "CREATE DATABASE hoithi OWNER hoithi ENCODING 'UTF8' TEMPLATE template0" >/dev/null
    as_postgres -c 'REVOKE ALL ON DATABASE hoithi FROM PUBLIC' >/dev/null
  fi
  make_proof_database
}

# In it each night's backup is proved; nothing stays there. So hoithi needs no right to make databases.
make_proof_database() {
  [ "$(as_postgres -c "SELECT 1 FROM pg_database WHERE datname='hoithi_proof'")" != 1 ] || return 0
  as_postgres -c "CREATE DATABASE hoithi_proof OWNER hoithi ENCODING 'UTF8' TEMPLATE template0" >/dev/null
  as_postgres -c 'REVOKE ALL ON DATABASE hoithi_proof FROM PUBLIC' >/dev/null
  (cd / && runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -c 'ALTER SCHEMA public OWNER TO hoithi' hoithi_proof)
}

as_postgres() { (cd / && runuser -u postgres -- psql -X -A -t -v ON_ERROR_STOP=1 "$@" postgres); }

# --- The release ---------------------------------------------------------------------------------

# A folder of its own for each release: the one before runs on until the new one is whole.
lay_release() {
  step "Chép và dựng phiên bản mới" "laying the release"
  local version folder
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$SOURCE/pyproject.toml")
  RELEASE=$HOME_DIR/releases/$version-$(date -u +%Y%m%dT%H%M%SZ)
  folder=$RELEASE.new
  rm -rf "$HOME_DIR"/releases/*.new
  mkdir -p "$folder"
  tar -C "$SOURCE" --exclude=./.git --exclude=./.venv --exclude=./node_modules --exclude=./data --exclude=./build \
    --exclude=./.stamps --exclude=./tests --exclude=__pycache__ -cf - . | tar -C "$folder" --no-same-owner -xf -
  [ -e "$folder/contest/static/manifest.json" ] || build_assets "$folder"
  mv "$folder" "$RELEASE"
  "$(newest_python)" -m venv "$RELEASE/.venv"
  "$RELEASE/.venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --require-hashes --no-deps \
    -r "$RELEASE/requirements/runtime.lock" -r "$RELEASE/requirements/build.lock"
  "$RELEASE/.venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e "$RELEASE"
  find "$RELEASE/contest" -name '*.po' | while read -r po; do
    "$RELEASE/.venv/bin/pybabel" --quiet compile -i "$po" -o "${po%.po}.mo"
  done
  "$RELEASE/.venv/bin/python" -m compileall -q "$RELEASE/contest" "$RELEASE/media_checks" "$RELEASE/scoring" "$RELEASE/social"
  chmod -R go+rX,go-w "$RELEASE"
}

build_assets() {
  [ "$(node -e 'console.log(parseInt(process.versions.node) >= 18)' 2>/dev/null)" = true ] ||
    fail "Node.js ở đây cũ hơn bản 18; hãy dùng gói phát hành (make release), đã dựng sẵn giao diện" \
      "Node.js here is older than 18; use a release archive (make release), which holds built assets"
  (cd "$1" && npm ci --silent --omit=dev && node scripts/build_assets.mjs && rm -rf node_modules)
}

write_units() {
  step "Ghi các dịch vụ systemd" "writing systemd units"
  cp -r "$SOURCE/hosting/systemd/." "$UNITS/"
  rm -f "$UNITS"/hoithi-{worker@,doctor}.service.d/30-backup.conf
  if is_folder; then
    install -d "$UNITS/hoithi-doctor.service.d"
    printf '[Service]\nReadWritePaths=%s\n' "$BACKUP_TO" |
      tee "$UNITS/hoithi-doctor.service.d/30-backup.conf" >"$UNITS/hoithi-worker@.service.d/30-backup.conf"
  fi
  if [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ] && has apparmor_parser; then
    install -m 644 "$SOURCE/hosting/bwrap.apparmor" /etc/apparmor.d/hoithi-bwrap
    apparmor_parser -r /etc/apparmor.d/hoithi-bwrap
  fi
  run_init daemon-reload
  run_init enable hoithi.target hoithi-doctor.timer
  local n
  for n in $(workers); do run_init enable "hoithi-worker@$n.service"; done
}

workers() { seq 1 "$(n=$(nproc); [ "$n" -gt 2 ] && echo $((n - 1)) || echo 2)"; }

write_port_80() {
  sed "s/DOMAIN/$DOMAIN/" "$SOURCE/hosting/port-80.conf" >/etc/nginx/sites-available/hoithi
  ln -sfn /etc/nginx/sites-available/hoithi /etc/nginx/sites-enabled/hoithi
  rm -f /etc/nginx/sites-enabled/default
  nginx -t -q || fail "cấu hình nginx ở cổng 80 không đúng" "nginx refuses its settings of port 80"
  run_init enable nginx.service
  run_init reload-or-restart nginx.service
}

# One of our own making until the real one comes, so that the platform starts in any case.
get_certificate() {
  step "Lấy chứng chỉ https" "getting the certificate"
  local live=/etc/letsencrypt/live/$DOMAIN hook='systemctl restart hoithi-front.service'
  if [ ! -e "$live/fullchain.pem" ] && has_init; then
    certbot certonly --quiet --non-interactive --agree-tos --email "$MAIL" --webroot --webroot-path "$ACME" \
      --domain "$DOMAIN" --deploy-hook "$hook" || true
  fi
  if [ -e "$live/fullchain.pem" ]; then
    ln -sfn "$live/fullchain.pem" "$CONF/tls/chain.pem"
    ln -sfn "$live/privkey.pem" "$CONF/tls/key.pem"
    return
  fi
  echo "   Chưa lấy được chứng chỉ: hãy trỏ tên miền về máy này rồi chạy lại. Tạm dùng chứng chỉ tự ký."
  echo "   No certificate yet: let the domain lead to this machine, then run this again. Self-signed until then."
  [ -e "$CONF/tls/chain.pem" ] && [ ! -L "$CONF/tls/chain.pem" ] && return
  rm -f "$CONF/tls/chain.pem" "$CONF/tls/key.pem"
  (umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN" -keyout "$CONF/tls/key.pem" -out "$CONF/tls/chain.pem" 2>/dev/null)
}

write_updates_and_logs() {
  cat >/etc/apt/apt.conf.d/52hoithi <<'EOF'
// Security updates of the system, every night (hoithi).
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
EOF
  install -d /etc/systemd/journald.conf.d
  printf '# Logs of all services (hoithi): at most 2 GB, at most 90 days.\n[Journal]\nStorage=persistent\nSystemMaxUse=2G\nMaxRetentionSec=90day\n' \
    >/etc/systemd/journald.conf.d/hoithi.conf
  ! has_init || systemctl restart systemd-journald.service
}

# --- Old and new beside each other ---------------------------------------------------------------

# Pages one process after the other, so that one always answers. An upload under way goes on by itself: its
# bytes are on the disk, and the browser asks where to go on.
switch_release() {
  step "Chuyển sang phiên bản mới" "switching to the release"
  ln -sfn "$RELEASE" "$HOME_DIR/current.new"
  mv -T "$HOME_DIR/current.new" "$HOME_DIR/current"
  if has_init; then
    systemctl start hoithi-redis.service
    systemctl restart hoithi-migrate.service
    local unit
    for unit in web@1 web@2 uploads; do
      systemctl restart "hoithi-$unit.service"
      wait_for_socket "$unit"
    done
    for unit in relay $(workers | sed 's/^/worker@/') front; do systemctl restart "hoithi-$unit.service"; done
    systemctl start hoithi.target hoithi-doctor.timer
    wait_for_all
  else
    (cd / && /usr/local/bin/hoithi migrate)
  fi
  find "$HOME_DIR/releases" -mindepth 1 -maxdepth 1 -type d | sort | head -n "-$KEEP_RELEASES" | while read -r old; do
    [ "$old" = "$RELEASE" ] || rm -rf "$old"
  done
}

wait_for_socket() {
  local name path=/healthz tries=0
  name=/run/hoithi/${1/@/-}.sock
  [ "$1" != uploads ] || path=/uploads/
  until curl --silent --output /dev/null --max-time 5 --unix-socket "$name" -X OPTIONS "http://localhost$path"; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || fail "hoithi-$1 không trả lời; xem journalctl -u hoithi-$1" "hoithi-$1 does not answer; see journalctl -u hoithi-$1"
    sleep 1
  done
}

wait_for_all() {
  local unit tries=0
  until curl --silent --insecure --fail --output /dev/null --max-time 5 --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/readyz"; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || fail "nền tảng chưa trả lời; xem journalctl -u 'hoithi-*'" "the platform does not answer; see journalctl -u 'hoithi-*'"
    sleep 1
  done
  for unit in $(workers); do
    systemctl is-active --quiet "hoithi-worker@$unit.service" ||
      fail "hoithi-worker@$unit không chạy; xem journalctl -u hoithi-worker@$unit" "hoithi-worker@$unit does not run; see journalctl -u hoithi-worker@$unit"
  done
}

open_firewall() {
  step "Mở tường lửa" "opening the firewall"
  local port
  if [ -n "$(nft list ruleset 2>/dev/null)" ] && ! ufw status 2>/dev/null | grep -q '^Status: active'; then
    echo "   Máy đã có tường lửa khác: hãy tự mở cổng 80 và 443. / Another firewall is here: open 80 and 443 yourself."
    return
  fi
  for port in $(ssh_ports) 80 443; do ufw allow "$port/tcp" >/dev/null; done
  if has_init; then ufw --force enable >/dev/null; else sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf; fi
}

# Whoever installs over ssh must not be locked out, whichever port it has.
ssh_ports() {
  local ports
  ports=$(sshd -T 2>/dev/null | sed -n 's/^port //p')
  echo "${ports:-22}" "${SSH_CONNECTION:+$(echo "$SSH_CONNECTION" | cut -d' ' -f4)}" | tr ' ' '\n' | sort -u
}

first_administrator() {
  /usr/local/bin/hoithi user list 2>/dev/null | grep -qiF "$MAIL" && return
  step "Tài khoản đầu tiên" "the first account"
  /usr/local/bin/hoithi user add "$MAIL" --name "$NAME" --admin
}

# The other machine lets us in by a key of our own, once somebody there has taken it in.
meet_backup_host() {
  [[ $BACKUP_TO == sftp:* ]] || return 0
  local ssh=$DATA/.ssh host=${BACKUP_TO#sftp:*@}
  host=${host%%:*}
  install -d -m 700 -o hoithi -g hoithi "$ssh"
  [ -s "$ssh/id_ed25519" ] || runuser -u hoithi -- ssh-keygen -q -t ed25519 -N '' -C "hoithi@$DOMAIN" -f "$ssh/id_ed25519"
  if ! runuser -u hoithi -- ssh-keygen -F "$host" -f "$ssh/known_hosts" >/dev/null 2>&1; then
    ssh-keyscan -T 10 "$host" 2>/dev/null | runuser -u hoithi -- tee -a "$ssh/known_hosts" >/dev/null
  fi
}

# A place that does not take a backup yet stops nothing: the desk and hoithi doctor say so until it does.
try_backup_place() {
  step "Thử nơi sao lưu" "trying the place of the backups"
  /usr/local/bin/hoithi backup --try && return
  echo "   Nơi sao lưu chưa dùng được; hãy sửa điều câu trên nêu rồi chạy: hoithi backup --try"
  echo "   The place takes no backup yet; mend what the sentence above says, then run: hoithi backup --try"
  [[ $BACKUP_TO == sftp:* ]] || return 0
  echo "   Dòng này phải có trong ~/.ssh/authorized_keys ở máy kia / this line belongs there, on the other machine:"
  echo "      $(cat "$DATA/.ssh/id_ed25519.pub")"
  echo "   Khóa của máy kia, hãy so với máy ấy / the other machine's keys, to be compared there:"
  ssh-keygen -l -f "$DATA/.ssh/known_hosts" 2>/dev/null | sed 's/^/      /'
}

say_done() {
  cat <<EOF

hoithi: https://$DOMAIN
  Câu mật khẩu của bản sao lưu, hãy chép ra giấy và cất nơi khác / the backups' passphrase: write it down, keep it elsewhere
      $(cat "$CONF/secrets/backup_passphrase")
  hoithi doctor                  xem mọi thứ có ổn không / is all well?
  journalctl -u 'hoithi-*' -f    nhật ký / logs
  scripts/install.sh             từ bản mới: nâng cấp / from a newer tree: upgrades
EOF
}

# --- Taking it back ------------------------------------------------------------------------------

take_back() {
  step "Gỡ hoithi" "taking hoithi back"
  local domain
  run_init disable --now hoithi.target hoithi-doctor.timer
  if has_init; then systemctl stop 'hoithi-*.service' 'hoithi-*.timer'; fi
  find "$UNITS" -maxdepth 1 -name 'hoithi*' -exec rm -rf {} +
  rm -rf "$UNITS/hoithi.target.wants" /etc/systemd/journald.conf.d/hoithi.conf /etc/apt/apt.conf.d/52hoithi \
    /etc/tmpfiles.d/hoithi.conf /etc/nginx/sites-enabled/hoithi /etc/nginx/sites-available/hoithi \
    /usr/local/bin/hoithi "$HOME_DIR" "$ACME"
  if [ -e /etc/apparmor.d/hoithi-bwrap ]; then
    apparmor_parser -R /etc/apparmor.d/hoithi-bwrap 2>/dev/null || true
    rm -f /etc/apparmor.d/hoithi-bwrap
  fi
  domain=$(sed -n 's/^DOMAIN=//p' "$ANSWERS" 2>/dev/null || true)
  [ -z "$domain" ] || ! has_init || certbot delete --quiet --non-interactive --cert-name "$domain" 2>/dev/null || true
  for port in 80 443; do ufw delete allow "$port/tcp" >/dev/null 2>&1 || true; done
  run_init daemon-reload
  echo "   Còn lại / what stays: $DATA, $CONF, cơ sở dữ liệu / the database hoithi, bản sao lưu / backups, các gói / packages"
}

purge() {
  local answer
  printf 'Xóa hẳn mọi dữ liệu của cuộc thi? Gõ “xoa” / Delete all data for good? Type "xoa": '
  read -r answer || answer=
  [ "$answer" = xoa ] || fail "không xóa gì" "nothing was deleted"
  as_postgres -c 'DROP DATABASE IF EXISTS hoithi' -c 'DROP DATABASE IF EXISTS hoithi_proof' -c 'DROP ROLE IF EXISTS hoithi' >/dev/null
  rm -rf "$DATA" "$CONF"
  userdel hoithi 2>/dev/null || true
  echo "   Đã xóa. Bản sao lưu vẫn còn. / Deleted. Backups stay."
}
