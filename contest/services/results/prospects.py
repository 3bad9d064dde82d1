"""What each prize of a result depends on, and what would change it: computed once for an input.

The answer depends on nothing but the input, so it is kept in a folder under the input's hash: a
cache, no state, as share cards are. For a small contest it is computed when the page is opened; for
a large one, where that takes minutes, by the worker.
"""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import scoring
from contest.drawing import once
from contest.models import Result
from contest.ports import Shelf
from contest.services.core import outbox

log = logging.getLogger("hoithi.results")
TASK = "results.prospects"
SHELF = "prospects"
AT_ONCE = 300  # lines of a ranking that a page may wait for
EDITION = "1"  # of the sentences; a new one makes the cached files useless


def enqueue(session: Session, result: Result, *, length: int, at: datetime) -> None:
    """After a result was computed: enqueue the computation for a large one. ``length``: lines of
    its ranking."""
    if length > AT_ONCE:
        outbox.enqueue(
            session, TASK, result.id, at=at, contest_id=result.contest_id, priority="low",
            key=f"{TASK}:{result.id}:{result.input_sha256[:32]}",
        )


def of(result: Result, folder: Path, *, length: int, shelf: Shelf) -> dict[str, Any] | None:
    """The output of ``scoring.sensitivity``; None while the worker is not done, whose machine may
    be another (``shelf``). ``length``: lines of the ranking."""
    path = _path(result, folder)
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_bytes())
        return known
    if length <= AT_ONCE:
        return json.loads(_worked_out(result, path))  # type: ignore[no-any-return]
    told = shelf.get(SHELF, path.name)
    if told is None:
        return None
    _keep(path, told)
    found: dict[str, Any] = json.loads(told)
    return found


def work_out(result: Result, folder: Path, *, shelf: Shelf) -> None:
    """Compute it and put it into the cache of this machine, and where others find it."""
    path = _path(result, folder)
    shelf.put(SHELF, path.name, _worked_out(result, path))


def _worked_out(result: Result, path: Path) -> bytes:
    found = json.dumps(scoring.sensitivity(result.input), ensure_ascii=False).encode()
    _keep(path, found)
    return found


def _keep(path: Path, content: bytes) -> None:
    """What a full disk does not take is worked out again when it is asked for."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        once.keep(path, content)
    except OSError as error:
        log.warning("not kept: %s", error)


def folder_in(data_dir: Path) -> Path:
    """The cache's folder under the data folder."""
    return data_dir / "prospects"


def _path(result: Result, folder: Path) -> Path:
    return folder / f"{result.input_sha256}-{EDITION}.json"
