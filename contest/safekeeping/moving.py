"""Moving all stored files to another place, while the platform runs; killed, it goes on.

A file counts as moved once it was read back where it then lies and its hash is right; that is noted
in a file of the data folder, so that a run that goes on need not read everything again.
"""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from contest.config import Settings
from contest.errors import Conflict, Invalid
from contest.ports import BlobStore, StorageDamaged, Stored
from contest.safekeeping import clips
from contest.safekeeping.bringing import put_right
from contest.safekeeping.progress import Progress, Say
from contest.wiring import Platform


@dataclass
class Moved:
    """``files``, ``size``: brought and read back now. ``before``: there already. ``damaged``: left
    where they are, for their bytes are not those of their name. ``removed``: from the old place."""

    files: int = 0
    size: int = 0
    before: int = 0
    removed: int = 0
    damaged: list[str] = field(default_factory=list)


def move(settings: Settings, source: str, target: str, say: Say) -> Moved:
    """Copy every file of the store at ``source`` to the one at ``target`` (addresses as in
    ``HOITHI_STORAGE_URL``). Raises ``Invalid`` for the same place twice, ``Conflict`` where another
    run is at work, ``StorageAway``, ``StorageFull``."""
    old, new = _stores(settings, source, target)
    with _notes(settings.data_dir, target) as notes:
        known = _noted(notes)
        wanted = [one for one in old.names() if not _is_there(new, one, known)]
        moved = Moved(before=sum(1 for _ in old.names()) - len(wanted))
        progress = Progress(sum(one.size for one in wanted), say)
        for one in wanted:
            _bring(old, new, one.sha256, settings.data_dir / "moving", progress, moved)
            if one.sha256 not in moved.damaged:
                notes.write(f"{one.sha256}\n")
                notes.flush()
    return moved


def remove(settings: Settings, source: str, target: str, say: Say) -> Moved:
    """Remove from the old place what the new one has whole. Raises ``Conflict`` unless the new one
    is in force, and as ``move``."""
    if settings.storage_url != settings.stored_at(target).storage_url:
        raise Conflict(
            "HOITHI_STORAGE_URL chưa chỉ tới nơi mới nên không xoá gì ở nơi cũ. Hãy đổi thiết lập, "
            "khởi động lại rồi chạy lại.",
            "HOITHI_STORAGE_URL does not name the new place yet, so nothing goes from the old one. "
            "Change the setting, start hoithi again, then run this again.",
        )
    moved = move(settings, source, target, say)
    old, new = _stores(settings, source, target)
    with _notes(settings.data_dir, target) as notes:
        known = _noted(notes)
        for one in list(old.names()):
            if _is_there(new, one, known):
                old.delete(one.sha256)
                moved.removed += 1
    return moved


def _stores(settings: Settings, source: str, target: str) -> tuple[BlobStore, BlobStore]:
    old, new = settings.stored_at(source), settings.stored_at(target)
    if old.storage_url == new.storage_url:
        raise Invalid("Nơi cũ và nơi mới là một. Hãy nêu hai nơi khác nhau.",
                      "The old place and the new one are the same. Name two places.")
    return Platform(old).blobs, Platform(new).blobs


def _is_there(new: BlobStore, one: Stored, known: set[str]) -> bool:
    """Whether it was read back there once, and is as large as then."""
    if one.sha256 not in known:
        return False
    with contextlib.suppress(FileNotFoundError):
        return new.look(one.sha256).size == one.size
    return False


def _bring(  # noqa: PLR0917 - the two places, and what is told
    old: BlobStore, new: BlobStore, sha256: str, folder: Path, progress: Progress, moved: Moved
) -> None:
    copy = folder / sha256
    try:
        size = clips.bring_parts(old.chunks(sha256), copy, sha256, progress.add)
        put_right(new, copy, sha256)
    except (clips.Damaged, StorageDamaged):
        moved.damaged.append(sha256)
    except FileNotFoundError:  # given up by the sweep meanwhile
        return
    else:
        moved.files, moved.size = moved.files + 1, moved.size + size
    finally:
        copy.unlink(missing_ok=True)


@contextmanager
def _notes(data_dir: Path, target: str) -> Iterator[TextIO]:
    """What was read back at a place; nobody else moves meanwhile. Raises ``Conflict``."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(target.rstrip("/").encode()).hexdigest()[:12]
    with (data_dir / f"moved-to-{name}").open("a+") as notes:
        try:
            fcntl.flock(notes, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("Đang có một lần chuyển kho khác tới nơi này. Hãy đợi nó xong.",
                           "Another run is moving files to this place. Wait until it is done."
                           ) from None
        yield notes


def _noted(notes: TextIO) -> set[str]:
    """Whole lines alone: the last one of a killed run may be half a hash."""
    notes.seek(0)
    return {line.strip() for line in notes if line.endswith("\n")}
