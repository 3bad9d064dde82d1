#!/usr/bin/env bash
# Builds docker/Dockerfile without a container engine: buildah, with chroot isolation, as root.
#
#   scripts/build_image.sh [IMAGE]      IMAGE: its name; "hoithi" otherwise
#
# BASE names an image to start from; without it a Debian base is made here by debootstrap.
# The machine's own settings for pip, npm and certificates are lent to the build and do not get into
# the image. Where a container engine is at hand, `docker build -f docker/Dockerfile .` does the same.
set -euo pipefail
cd "$(dirname "$0")/.."

image=${1:-hoithi}
suite=${SUITE:-trixie}
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}

[ "$(id -u)" = 0 ] || { echo "build_image: chroot isolation needs root" >&2; exit 1; }
missing=()
command -v buildah >/dev/null || missing+=(buildah)
[ -n "${BASE:-}" ] || command -v debootstrap >/dev/null || missing+=(debootstrap)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi

make_base() {
  local root container
  root=$(mktemp -d)
  debootstrap --variant=minbase "$suite" "$root" >/dev/null
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$root" / >/dev/null
  buildah commit --quiet --rm "$container" "$1" >/dev/null
  rm -rf "$root"
}

if [ -z "${BASE:-}" ]; then
  BASE=localhost/hoithi-base-$suite
  buildah inspect --type image "$BASE" >/dev/null 2>&1 || make_base "$BASE"
fi

# Lent under their own names: installing ca-certificates writes to the usual ones.
lend=$(mktemp -d)
trap 'rm -rf "$lend"' EXIT
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[ -e "$bundle" ] && cp "$bundle" "$lend/ca.crt"
{ echo "[global]"; [ -e "$bundle" ] && echo "cert = /lent/ca.crt"
  grep -shE '^(index-url|timeout) *=' /etc/pip.conf "$HOME/.config/pip/pip.conf"; } >"$lend/pip.conf" || true
{ [ -e "$bundle" ] && echo "cafile=/lent/ca.crt"; grep -shE '^registry *=' "$HOME/.npmrc"; } >"$lend/npmrc" || true

earlier=$(buildah images --quiet "$image" 2>/dev/null || true)
buildah build --quiet --format docker --pull=never --file docker/Dockerfile --build-arg "BASE=$BASE" \
  --volume "$lend:/lent:ro" --volume "$lend/pip.conf:/etc/pip.conf:ro" \
  --volume "$lend/npmrc:/root/.npmrc:ro" --tag "$image" .

# The image is only as good as what runs in it.
container=$(buildah from --pull=never "$image")
trap 'rm -rf "$lend"; buildah rm "$container" >/dev/null' EXIT
buildah run "$container" -- sh -euc '
  hoithi profile check contest/profiles/quan11-2023.toml
  python -c "from media_checks.tools import find_tools; print(find_tools().version)"
  nginx -v
  test -s contest/static/manifest.json
  test -s sbom.cdx.json
  ffmpeg -version >/dev/null
  pg_dump --version
  restic version
  test "$(id -u)" = 10001
' 2>&1 | sed 's/^/image: /'
if [ -n "$earlier" ] && [ "$earlier" != "$(buildah images --quiet "$image")" ]; then
  buildah rmi "$earlier" >/dev/null 2>&1 || true # another build may have been quicker
fi
echo "build_image: $image is built, and hoithi runs in it"
