#!/usr/bin/env bash
# Puts hoithi on one machine on the internet: PostgreSQL, Redis, nginx with a certificate, systemd units,
# nightly backup, security updates, firewall. Debian 12 and 13, Ubuntu 22.04 and 24.04; as root. docs/hosting.md
# Đưa hoithi lên một máy chủ trên internet. Xem docs/hosting.md.
#
#   scripts/install.sh                 asks five questions, then installs; again: upgrades, asks nothing
#   scripts/install.sh --ask           asks again; Enter keeps an answer
#   scripts/install.sh --answers FILE  takes the answers from FILE (lines such as DOMAIN=thi.example.vn)
#   scripts/install.sh --remove        takes it back; data, backups and settings stay
#   scripts/install.sh --purge         takes back everything, the data too (asks once more); backups stay
set -euo pipefail
umask 022

SOURCE=$(cd "$(dirname "$0")/.." && pwd)
HOME_DIR=/opt/hoithi CONF=/etc/hoithi DATA=/var/lib/hoithi ACME=/var/lib/hoithi-acme
UNITS=/etc/systemd/system
ANSWERS=$CONF/answers
KEEP_RELEASES=3
# shellcheck source=hosting/steps.sh
. "$SOURCE/hosting/steps.sh"

install_all() {
  read_answers
  install_packages
  make_account
  write_settings
  make_database
  meet_backup_host
  lay_release
  write_units
  write_port_80
  get_certificate
  write_updates_and_logs
  switch_release
  open_firewall
  try_backup_place
  first_administrator
  say_done
}

main() {
  local how=${1:-}
  case "$how" in
    "" | --ask) must_be_root; ASK=${how:+1} install_all ;;
    --answers)
      [ -r "${2:-}" ] || fail "không đọc được tệp câu trả lời ${2:-}" "cannot read the file of answers ${2:-}"
      must_be_root; GIVEN=$2 install_all ;;
    --remove) must_be_root; take_back ;;
    --purge) must_be_root; take_back; purge ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
}

main "$@"
