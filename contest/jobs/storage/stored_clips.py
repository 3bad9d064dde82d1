"""A clip on its way out: what is posted is proved to be what was checked and approved."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contest.ports import StorageAway, StorageDamaged
from contest.services.fanpage import publishing, waiting
from contest.wiring import Platform

MISSING = (
    "Tệp clip không còn trong kho nên chưa đăng được. Hãy nhờ người vận hành lấy lại tệp từ bản "
    "sao lưu (“hoithi storage bring”) rồi chọn “Đăng lại”.",
    "The clip's file is missing from the store, so it was not posted. Have who runs the platform "
    "bring it back from a backup (“hoithi storage bring”), then choose “Post again”.",
)
DAMAGED = (
    "Tệp clip trong kho đã bị thay đổi: mã kiểm tra không còn đúng, nên không đăng. Hãy nhờ người "
    "vận hành lấy lại tệp từ bản sao lưu (“hoithi storage bring --all”) rồi chọn “Đăng lại”.",
    "The stored clip has changed: its hash is no longer the one that was approved, so it was not "
    "posted. Have who runs the platform bring it back from a backup (“hoithi storage bring "
    "--all”), then choose “Post again”.",
)


@contextmanager
def proven(platform: Platform, publication_id: int, sha256: str) -> Iterator[Path | None]:
    """The clip's file, hashed just now; None where the board says why it is not posted. Raises
    ``StorageAway``, which the board tells, too."""
    with ExitStack() as held:
        yield _opened(platform, publication_id, sha256, held)


def _opened(
    platform: Platform, publication_id: int, sha256: str, held: ExitStack
) -> Path | None:
    try:
        return held.enter_context(platform.blobs.open_local(sha256, proven=True))
    except FileNotFoundError:
        said = MISSING
    except StorageDamaged:
        said = DAMAGED
    except StorageAway:
        with platform.db.write() as session:
            waiting.clip_away(session, publication_id)
        raise
    with platform.db.write() as session:
        publishing.fail(session, publication_id, *said, at=platform.clock.now())
    return None
