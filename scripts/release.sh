#!/usr/bin/env bash
# Packs build/hoithi-VERSION.tar.gz: the committed tree without tests, with built assets, so that a server
# needs no Node.js. `make release` builds the assets first. The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
[ -s contest/static/manifest.json ] || { echo "release: no built assets; run: make release" >&2; exit 1; }
name=hoithi-$version
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git archive --prefix="$name/" HEAD -- . ':!tests' ':!bench' | tar -C "$folder" -xf -
cp -rL contest/static "$folder/$name/contest/static"
mkdir -p build
tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner --mode=go+rX,go-w \
  --mtime="@$(git log -1 --format=%ct)" -cf - "$name" | gzip -9n >"build/$name.tar.gz"
(cd build && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
