"""What our processes write to standard error (ASVS 5.0: 16.2.1, 16.2.2, 16.2.4, 16.2.5, 16.4.1)."""

import json
import logging
import re
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contest.cli.log_lines import Lines
from contest.db import Database

BEGINS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}\+00:00 (WARNING|ERROR) [\w.]+: ")
FORGED = json.dumps({"event": "refused", "kind": "sign_in"})


def record(name: str, said: str, error: Exception | None = None) -> str:
    told = (type(error), error, None) if error else None
    return Lines().format(logging.LogRecord(name, logging.ERROR, "", 0, "%s", (said,), told))


@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]
)
def test_no_value_begins_a_line_of_its_own(end: str) -> None:
    written = record("hoithi.web", f"so{end}{FORGED}", ValueError(f"x{end}{FORGED}"))
    first, *others = re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", written)
    assert BEGINS.match(first)
    assert others
    assert [line for line in others if not line.startswith("  ")] == []


def test_what_was_refused_is_an_object_as_it_is() -> None:
    assert json.loads(record("hoithi.security", FORGED)) == json.loads(FORGED)


def test_our_processes_write_so() -> None:
    work = "import logging; from contest.cli import main; main(['--help']); " \
        "logging.getLogger('hoithi.jobs').error('một\\nhai')"
    done = subprocess.run(
        [sys.executable, "-c", work], capture_output=True, text=True, timeout=120, check=False
    )
    written = done.stderr.splitlines()
    assert len(written) == 2, done.stderr
    assert BEGINS.match(written[0])
    assert (written[0].endswith("hoithi.jobs: một"), written[1]) == (True, "  hai")


def test_an_error_of_the_database_tells_no_value(database: Database) -> None:
    with database.read() as session, pytest.raises(DBAPIError) as found:
        session.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": "0903123456"})
    assert "nowhere" in str(found.value)
    assert "0903123456" not in str(found.value)
