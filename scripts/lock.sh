#!/usr/bin/env bash
# Writes requirements/*.lock anew from pyproject.toml: versions and hashes, no addresses.
# Run by "make lock"; with UPGRADE=1 every version moves to the newest that fits.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.stamps/uv/bin/uv}
if [ ! -x "$uv" ]; then
  python3 -m venv .stamps/uv
  .stamps/uv/bin/pip install --quiet uv
fi

common=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet)
[ -z "${UPGRADE:-}" ] || common+=(--upgrade)

"$uv" pip compile "${common[@]}" --group audit -o requirements/audit.lock
# The development lock follows the runtime lock, so that both never name two versions of one thing.
"$uv" pip compile "${common[@]}" pyproject.toml -o requirements/runtime.lock
"$uv" pip compile "${common[@]}" -c requirements/runtime.lock --group build -o requirements/build.lock
"$uv" pip compile "${common[@]}" -c requirements/runtime.lock -c requirements/build.lock \
  pyproject.toml --group dev -o requirements/dev.lock
