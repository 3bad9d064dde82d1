"""What a machine keeps on its own disk is a cache; this is how it hears of what was done elsewhere.

Two kinds of tasks make such files old: a publication (``pages.render``) and an erasure
(``privacy.tidy``). One worker of one machine does the task; every machine that keeps files looks
for the tasks' rows and follows them, each once: it renders the published pages anew, or empties its
caches and removes what tells of the person. A machine that was off follows when it is back.

With SQLite there is but one machine, and whoever did the task has done this.
"""

import json
import logging
import threading
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from contest import ready_pages
from contest.errors import Conflict
from contest.jobs.privacy import tidying
from contest.models import Contest, Task
from contest.safekeeping import file_lock
from contest.wiring import Platform

log = logging.getLogger("hoithi.machines")
RENDERED, ERASED = "pages.render", "privacy.tidy"
FILE, LOCK = "followed.json", "followed.lock"
EVERY_S = 2.0


def begin(platform: Platform, app: Flask) -> None:
    """From now on follow what is done elsewhere, beside this process's own work."""
    threading.Thread(target=_keep_on, args=(platform, app), daemon=True, name="own disk").start()


def _keep_on(platform: Platform, app: Flask) -> None:
    while True:
        look(platform, app)
        time.sleep(EVERY_S)


def look(platform: Platform, app: Flask) -> None:
    """Follow, if no other process of this machine does just now; what fails is logged."""
    if platform.db.engine.dialect.name == "sqlite":
        return
    folder = platform.settings.data_dir
    try:
        with file_lock.held(folder / LOCK, "đang theo dõi", "another process follows"):
            follow(platform, app)
    except (Conflict, OperationalError):  # somebody else looks; the database is away for a while
        return
    except Exception:
        log.exception("what was done elsewhere could not be looked for")


def follow(platform: Platform, app: Flask) -> int:
    """Do here what was done elsewhere and not followed yet; returns how many tasks that were."""
    path = platform.settings.data_dir / FILE
    known = _known(path)
    wanted = _wanted(platform)
    new = {name: what for name, what in wanted.items() if name not in known}
    for kind, contest_id in dict.fromkeys(new.values()):
        try:
            _follow(platform, app, kind, contest_id)
        except Exception:
            log.exception("%s of contest %s could not be followed here", kind, contest_id)
    if new or known - wanted.keys():
        _keep(path, wanted)
    return len(new)


def _wanted(platform: Platform) -> dict[str, tuple[str, int]]:
    """The tasks that concern every machine: (kind, contest), by a name that no other row has, also
    where a database was restored."""
    query = select(Task.id, Task.created_at, Task.kind, Task.row_id).where(
        Task.kind.in_((RENDERED, ERASED))
    ).order_by(Task.id)
    with platform.db.read() as session:
        rows = session.execute(query).all()
    return {f"{row.id} {row.created_at.isoformat()}": (row.kind, row.row_id) for row in rows}


def _follow(platform: Platform, app: Flask, kind: str, contest_id: int) -> None:
    if kind == ERASED:
        tidying.own_disk(platform, contest_id, app=app)
        return
    with platform.db.read() as session:
        contest = session.get(Contest, contest_id)
        slug = contest.slug if contest else ""
    if slug:
        ready_pages.refresh(app, platform.settings.data_dir, slug)


def _known(path: Path) -> set[str]:
    try:
        return set(json.loads(path.read_text()))
    except (OSError, ValueError):  # nothing was followed yet: all of it is new
        return set()


def _keep(path: Path, names: dict[str, tuple[str, int]]) -> None:
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps(sorted(names)))
    fresh.replace(path)
