#!/usr/bin/env bash
# What hoithi needs from the operating system (Debian, Ubuntu).
#
#   scripts/system.sh run      installs what is missing to run it
#   scripts/system.sh test     … and what the tests need besides: a browser, LibreOffice,
#                              MediaInfo, MediaConch, restic, Prometheus
#   scripts/system.sh long     what the long form of the tests asks besides, where it can be had: Ceph
#   scripts/system.sh python   prints the interpreter to use
#
# Asks nothing, and does nothing where nothing is missing. Installs with apt-get as root or through sudo;
# where it may do neither, it prints the one command that somebody else has to run.
set -euo pipefail

# The system's own comes first: it is what images and installations run, and its compiler knew by
# profiles what is hot: our pages take a tenth less time than with one that pyenv has compiled.
find_python() {
  local name
  if [ -z "${PYTHON:-}" ] && fits /usr/bin/python3 && makes_environments /usr/bin/python3; then
    echo /usr/bin/python3
    return
  fi
  for name in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    if fits "$name"; then
      echo "$name"
      return
    fi
  done
  return 1
}

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

has() { command -v "$1" >/dev/null 2>&1; }

has_python_venv() {
  local python
  python=$(find_python) && makes_environments "$python"
}

# Ubuntu 22.04 calls an older one python3, and has 3.11 besides.
newest_python() {
  local version
  for version in 3.13 3.12 3.11; do
    if [ -n "$(apt-cache madison "python$version-venv" 2>/dev/null)" ]; then
      echo "python$version" "python$version-venv"
      return
    fi
  done
  echo python3 python3-venv
}

has_node() { has npm && has node && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; }

has_font() { [ -e "/usr/share/fonts/truetype/dejavu/$1" ]; }

has_vietnamese_reader() { has tesseract && tesseract --list-langs 2>/dev/null | grep -qx vie; }

# A font of Times New Roman's widths with Vietnamese letters; Debian 12's fonts-liberation lacks them.
has_paper_font() { has fc-list && [ -n "$(fc-list ':family=Liberation Serif:lang=vi' file)" ]; }

# The tests have it compute a result's workbook; PDFs of papers do without.
has_calc() { [ -e /usr/lib/libreoffice/program/libsclo.so ]; }

# Not the one without windows alone: it shows no notices.
has_browser() {
  local name
  [ -x "${HOITHI_CHROMIUM:-}" ] && return
  for name in chromium google-chrome google-chrome-stable; do
    has "$name" && return
  done
  return 1
}

apt_knows() { [ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ]; }

# Packages without which nothing works.
required() {
  if ! has_python_venv; then
    local python
    if python=$(find_python); then
      "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    else
      newest_python
    fi
  fi
  has_node || echo nodejs npm
  has setpriv || echo util-linux
  has bwrap || [ "${HOITHI_SANDBOX:-}" = off ] || echo bubblewrap
  if [ "$1" = test ]; then
    has_browser || echo chromium
    has soffice || echo libreoffice-writer-nogui
    has_calc || echo libreoffice-calc-nogui
    has mediainfo || echo mediainfo
    has mediaconch || echo mediaconch
    has systemd-analyze || echo systemd
    has restic || echo restic
    has promtool || echo prometheus
    [ -x /usr/lib/openssh/sftp-server ] || echo openssh-sftp-server
  fi
}

# Packages without which something is poorer: an FFmpeg with security updates, letters with Vietnamese
# diacritics in generated pictures, speech in the sample clips, names read in title cards, PDFs of
# documents (86 MB to fetch). For tests a Chromium without windows, which opens a page for a quarter
# of the time; Ubuntu has none.
wanted() {
  if [ "$1" = test ] && ! has chromium-headless-shell && apt_knows chromium-headless-shell; then
    echo chromium-headless-shell
  fi
  has ffmpeg || echo ffmpeg
  has_font DejaVuSans.ttf || echo fonts-dejavu-core
  has_font DejaVuSerif.ttf || echo fonts-dejavu-extra
  has espeak-ng || echo espeak-ng
  has soffice || echo libreoffice-writer-nogui
  has_paper_font || echo fonts-liberation fonts-liberation2
  has_vietnamese_reader || echo tesseract-ocr tesseract-ocr-vie
}

# A second object storage beside the tests' own, 60 packages; FFmpeg and the rest are not asked again.
wanted_long() { has radosgw && has ceph-osd && has ceph-mon || echo ceph-mon ceph-osd ceph-common radosgw; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 1
  fi
}

apt_install() {
  local log
  log=$(mktemp)
  if as_root env DEBIAN_FRONTEND=noninteractive bash -euc '
      apt-get update -qq
      apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
    ' apt_install "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  tail -n 5 "$log" >&2
  rm -f "$log"
  return 1
}

install_required() {
  [ $# -gt 0 ] || return 0
  echo "system: installing $*" >&2
  apt_install "$@" && return
  cat >&2 <<EOF
system: these packages are missing and could not be installed: $*
        Please run:  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*
        Thiếu các gói trên và không tự cài được. Hãy chạy lệnh đó rồi thử lại.
EOF
  return 1
}

install_wanted() {
  local package
  [ $# -gt 0 ] || return 0
  echo "system: installing $*" >&2
  apt_install "$@" && return
  for package in "$@"; do
    apt_install "$package" || echo "system: going on without $package" >&2
  done
}

main() {
  case "${1:-}" in
    python)
      find_python || { echo "system: no Python 3.11 or newer found; set PYTHON to one" >&2; exit 1; }
      ;;
    run | test)
      # shellcheck disable=SC2046  # package names, one word each
      install_required $(required "$1")
      # shellcheck disable=SC2046
      install_wanted $(wanted "$1")
      has_python_venv || { echo "system: no Python 3.11 or newer found; install one and set PYTHON to it" >&2; exit 1; }
      ;;
    long)
      # shellcheck disable=SC2046
      install_wanted $(wanted_long)
      ;;
    *)
      sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
}

main "$@"
