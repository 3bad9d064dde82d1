#!/usr/bin/env bash
# Pins the images of docker/.env (and the Dockerfile's base): asks the registry which digest each tag
# has today and writes "name:tag@sha256:…", so that everybody who builds gets the same. Run it again
# for newer ones, and look at the difference before you commit it.
#
#   scripts/pin_images.sh      needs skopeo, docker or buildah, and a registry that answers
#
# Writes nothing unless every image was found.
set -euo pipefail
cd "$(dirname "$0")/.."

digest_of() {
  if command -v skopeo >/dev/null; then
    skopeo inspect --no-tags --format '{{.Digest}}' "docker://$1"
  elif command -v docker >/dev/null && docker buildx version >/dev/null 2>&1; then
    docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$1"
  elif command -v buildah >/dev/null; then
    buildah pull --quiet --policy always "docker://$1" >/dev/null
    buildah inspect --type image --format '{{.FromImageDigest}}' "$1"
  else
    echo "pin_images: install skopeo, docker (with buildx) or buildah" >&2
    return 1
  fi
}

fresh=$(mktemp docker/.env.XXXXXX)
trap 'rm -f "$fresh"' EXIT
while IFS= read -r line; do
  if [[ $line =~ ^([A-Z]+_IMAGE)=([^@]+)(@.*)?$ ]]; then
    name=${BASH_REMATCH[1]} tag=${BASH_REMATCH[2]}
    digest=$(digest_of "$tag") || { echo "pin_images: no digest of $tag; nothing is changed" >&2; exit 1; }
    [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "pin_images: “$digest” is no digest of $tag; nothing is changed" >&2; exit 1; }
    line="$name=$tag@$digest"
    echo "$line"
  fi
  printf '%s\n' "$line" >>"$fresh"
done <docker/.env
chmod 644 "$fresh"
base=$(sed -n 's/^DEBIAN_IMAGE=//p' "$fresh")
sed -i "s|^ARG BASE=.*|ARG BASE=$base|" docker/Dockerfile
mv "$fresh" docker/.env
