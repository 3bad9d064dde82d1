#!/usr/bin/env bash
# Until the first release the first migration is made afresh from the models; afterwards a change of
# a table is a migration of its own (docs/migrations.md).
set -euo pipefail
cd "$(dirname "$0")/.."
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mv contest/migrations/versions/0002_*.py "$home"/ 2>/dev/null || true
rm -f contest/migrations/versions/0001_*.py
PYTHONPATH=. .venv/bin/python -c "
from alembic import command
from contest.db import alembic_config
command.revision(alembic_config('sqlite:///$home/empty.db'), message='The tables',
                 autogenerate=True, rev_id='0001')"
mv "$home"/0002_*.py contest/migrations/versions/ 2>/dev/null || true
.venv/bin/ruff check -q --fix contest/migrations || true
.venv/bin/ruff format -q contest/migrations
