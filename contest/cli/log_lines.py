"""How our processes write their log to standard error: a record begins a line, nothing else does.

``2023-06-10T09:00:00.123+00:00 WARNING hoithi.web: …``; what follows of it, a trace above all, is
indented, so that no value in it can look like a record of its own. What was refused is a JSON
object already (``contest/views/account/refusals.py``) and stands as it is.
"""

import logging
import os
import sys
from datetime import UTC, datetime
from importlib.util import find_spec

from contest import logs
from contest.logs import traces

AS_IT_IS = logs.AS_IT_IS


class Lines(logging.Formatter):
    """One record, its time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        said = super().format(record)
        if record.name == AS_IT_IS:
            return said
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{at} {record.levelname} {record.name}: " + "\n  ".join(said.splitlines())


def begin() -> None:
    """From now on whatever no other handler takes is written so, or as JSON where ``HOITHI_LOG``
    says so (``contest.logs``)."""
    logs.begin(os.environ.get("HOITHI_LOG", ""))
    _traces(os.environ.get("HOITHI_TRACES", ""))
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Lines())


def _traces(endpoint: str) -> None:
    """Who tells a collector has a handler, and so the last resort is none any more: what it would
    have written is written by one like it."""
    if endpoint and find_spec("opentelemetry") is None:
        sys.stderr.write(
            "HOITHI_TRACES: the packages for it are missing, so nothing is traced; install "
            'hoithi with them: pip install "hoithi[traces]"\n'
        )
        return
    traces.begin(endpoint)
    if endpoint and not logging.getLogger().handlers:
        written = logging.StreamHandler()
        written.setLevel(logging.WARNING)
        written.setFormatter(Lines())
        logging.getLogger().addHandler(written)
