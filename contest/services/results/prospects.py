"""What each prize of a result depends on, and what would change it: computed once for an input.

The answer depends on nothing but the input, so it is kept in a folder under the input's hash: a
cache, no state, as share cards are. For a small contest it is computed when the page is opened; for
a large one, where that takes minutes, by the worker.
"""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import scoring
from contest.models import Result
from contest.services.core import outbox

TASK = "results.prospects"
AT_ONCE = 300  # lines of a ranking that a page may wait for
EDITION = "1"  # of the sentences; a new one makes the cached files useless


def enqueue(session: Session, result: Result, *, at: datetime) -> None:
    """After a result was computed: enqueue the computation for a large one."""
    if len(result.output["ranking"]) > AT_ONCE:
        outbox.enqueue(
            session, TASK, result.id, at=at, contest_id=result.contest_id, priority="low",
            key=f"{TASK}:{result.id}:{result.input_sha256[:32]}",
        )


def of(result: Result, folder: Path, *, length: int) -> dict[str, Any] | None:
    """The output of ``scoring.sensitivity``; None while the worker is not done. ``length``: lines
    of the ranking."""
    path = _path(result, folder)
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_bytes())
        return known
    if length > AT_ONCE:
        return None
    return work_out(result, folder)


def work_out(result: Result, folder: Path) -> dict[str, Any]:
    """Compute it and put it into the cache, by rename."""
    found = scoring.sensitivity(result.input)
    path = _path(result, folder)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(6)}")
    fresh.write_text(json.dumps(found, ensure_ascii=False))
    fresh.replace(path)
    return found


def folder_in(data_dir: Path) -> Path:
    """The cache's folder under the data folder."""
    return data_dir / "prospects"


def _path(result: Result, folder: Path) -> Path:
    return folder / f"{result.input_sha256}-{EDITION}.json"
