"""Files of installations older than the rule that what they write is for their own user alone.

New ones are made so (umask 077, ``contest/cli``); what was there before is tightened once.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from contest.config import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
DONE = ".modes-tightened"  # in the data folder: clips may be many, so it is looked at once


def tighten(settings: Settings) -> int:
    """Take group's and others' rights from all that the platform has stored; how many files and
    folders had any. The second time nothing is looked at. What belongs to another user, and what a
    link names, stays as it is."""
    done = settings.data_dir / DONE
    if done.exists() or not settings.data_dir.exists():
        return 0
    found = sum(_take(path) for path in _stored(settings))
    done.touch(mode=0o600)
    return found


def _stored(settings: Settings) -> Iterator[Path]:
    roots = [settings.data_dir]
    if not settings.storage_dir.is_relative_to(settings.data_dir):
        roots.append(settings.storage_dir)
    for root in roots:
        yield root
        for folder, folders, files in os.walk(root):
            yield from (Path(folder) / name for name in (*folders, *files))
    database = settings.database_url.removeprefix("sqlite:///")
    if database != settings.database_url:
        yield from (Path(database + more) for more in ("", "-wal", "-shm"))


def _take(path: Path) -> bool:
    """Whether this file or folder was open to others, and no longer is."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
            return False
        if not found.st_mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except OSError:
        return False
    return True
