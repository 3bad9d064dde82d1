#!/usr/bin/env bash
# Brings the English catalogue up to date with the Vietnamese texts of code and templates.
# New texts arrive with an empty translation; tests/contest/test_languages.py names them.
set -euo pipefail
cd "$(dirname "$0")/.."
catalogue=contest/translations/en/LC_MESSAGES/messages.po
template=$(mktemp --suffix=.pot)
trap 'rm -f "$template"' EXIT
mkdir -p "$(dirname "$catalogue")"
babel=.venv/bin/pybabel
$babel --quiet extract -F babel.cfg -k _l -k lazy_gettext --add-location=never --no-wrap \
  --project=hoithi --sort-output -o "$template" .
if [ -f "$catalogue" ]; then
  $babel --quiet update -i "$template" -o "$catalogue" -l en \
    --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date
else
  $babel --quiet init -i "$template" -o "$catalogue" -l en --no-wrap
fi
.venv/bin/python - "$catalogue" <<'PYTHON'
import sys
from babel.messages.pofile import read_po

with open(sys.argv[1], "rb") as file:
    missing = [m.id for m in read_po(file) if m.id and not all(m.string if m.pluralizable else [m.string])]
print(f"{sys.argv[1]}: {len(missing)} without a translation")
for text in missing:
    print("  ", text)
PYTHON
