"""The files that rows name, and their way to another place: hashed as they are copied."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, Select, select

from contest.errors import NoSpace
from contest.models import (
    Attachment,
    AwardReel,
    ClipVersion,
    Derivative,
    DocumentPdf,
    DocumentTemplate,
    Evidence,
    Handover,
    PostRemoval,
    PrivacyRequest,
    Repair,
    Result,
    ResultStep,
    SignedForm,
    UnitSheet,
)
from contest.safekeeping.folder import sync_folder

PART = 1024**2  # bytes looked at together: they stay in the processor's cache between hash and copy
FULL = ("database or disk is full", "No space left on device", "Disk quota exceeded")


class Damaged(Exception):
    """The bytes are not those of their name."""


def named(connection: Connection) -> dict[str, str]:
    """Every stored file that a row needs: SHA-256 -> what kind of row."""
    found: dict[str, str] = {}
    for kind, query in _queries():
        found |= {str(row[0]): kind for row in connection.execute(query) if row[0]}
    for row in connection.execute(select(Repair.stills)):
        found |= dict.fromkeys(row[0].values(), "still")
    return found


def _queries() -> Iterator[tuple[str, Select[str | None]]]:
    kept: ColumnElement[bool] = ClipVersion.bytes_gone_at.is_(None)
    yield "repair", (
        select(Repair.sha256).join(ClipVersion, Repair.version_id == ClipVersion.id)
        .where(kept, Repair.sha256.is_not(None))
    )
    yield "derivative", select(Derivative.sha256)
    yield "template", select(DocumentTemplate.sha256)
    yield "pdf", select(DocumentPdf.sha256).where(DocumentPdf.sha256 != "")
    yield "bundle", (
        select(Result.bundle_sha256)
        .where(Result.bundle_sha256 != "", Result.erased_bundle_sha256 == "")
    )
    yield "bundle", (
        select(Result.erased_bundle_sha256).where(Result.erased_bundle_sha256 != "")
    )
    yield "workbook", select(ResultStep.sha256).where(ResultStep.sha256 != "")
    yield "unit sheet", select(UnitSheet.sha256).where(UnitSheet.sha256 != "")
    yield "reel", select(AwardReel.sha256).where(AwardReel.sha256 != "")
    yield "evidence", select(Evidence.sha256).where(Evidence.erased_at.is_(None))
    yield "archive", (
        select(PrivacyRequest.archive_sha256).where(PrivacyRequest.archive_sha256 != "")
    )
    yield "signed form", select(SignedForm.sha256)
    yield "attachment", select(Attachment.sha256)
    yield "proof of a removed post", select(PostRemoval.sha256)
    yield "entry handed here", select(Handover.sha256).where(
        Handover.sha256 != "", Handover.let_go_at.is_(None))
    yield "clip", select(ClipVersion.sha256).where(kept)


def bring(
    source: Path, target: Path, sha256: str, told: Callable[[int], None], *, mode: int = 0o400
) -> int:
    """Copy a file; it gets its name once its bytes are on the disk and found to be those of
    ``sha256``. Returns its bytes. Raises ``Damaged``, ``FileNotFoundError``, ``OSError``."""
    with source.open("rb") as file, _named_at_the_end(target, mode) as copy:
        found, size = _copied(file.fileno(), copy.fileno(), told)
        if found != sha256:
            raise Damaged(sha256)
    return size


def bring_parts(
    parts: Iterable[bytes], target: Path, sha256: str, told: Callable[[int], None]
) -> int:
    """As ``bring``, of what comes in parts from elsewhere."""
    digest, size = hashlib.sha256(), 0
    with _named_at_the_end(target, 0o400) as copy:
        for part in parts:
            digest.update(part)
            size += copy.write(part)
            told(len(part))
        if digest.hexdigest() != sha256:
            raise Damaged(sha256)
    return size


@contextmanager
def _named_at_the_end(target: Path, mode: int) -> Iterator[BinaryIO]:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as copy:
            yield copy
            copy.flush()
            os.fsync(copy.fileno())
        part.chmod(mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def _copied(source: int, target: int, told: Callable[[int], None]) -> tuple[str, int]:
    digest, size, room = hashlib.sha256(), 0, memoryview(bytearray(PART))
    while length := os.readv(source, [room]):  # into the same memory: new one has to be cleared
        part = rest = room[:length]
        digest.update(part)
        while rest:
            rest = rest[os.write(target, rest):]
        size += length
        told(length)
    return digest.hexdigest(), size


def for_each(work: Callable[[str], None], hashes: Iterable[str]) -> None:
    """Call ``work`` for each file, several at once: hashing keeps a processor busy that copying
    leaves idle. The first error ends it, after the files under way."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(work, sha256) for sha256 in hashes]
        try:
            for one in waiting:
                one.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def hash_of(path: Path, told: Callable[[int], None] = lambda size: None) -> str:
    """SHA-256 of a file, ``told`` of its bytes as they are read."""
    digest, room = hashlib.sha256(), memoryview(bytearray(PART))
    with path.open("rb", buffering=0) as file:
        while length := file.readinto(room):
            digest.update(room[:length])
            told(length)
    return digest.hexdigest()


@contextmanager
def refusing_full_disks(place: Path) -> Iterator[None]:
    """Raises ``NoSpace`` in one sentence where a disk or quota is full, whoever noticed: we, SQLite
    or a program of PostgreSQL."""
    try:
        yield
    except Exception as error:
        full = getattr(error, "errno", 0) in (errno.ENOSPC, errno.EDQUOT)
        if not full and not any(words in str(error) for words in FULL):
            raise
        raise no_room(place) from error


def no_room(place: Path) -> NoSpace:
    return NoSpace(
        f"Ổ đĩa của {place} không đủ chỗ; các bản sao lưu trọn vẹn vẫn còn. Hãy thêm chỗ, hoặc sao "
        "lưu với ít bản hơn (--keep), rồi chạy lại: phần đã chép không phải chép lại.",
        f"The disk of {place} has too little room; every whole set is still there. Make room, or "
        "back up keeping fewer sets (--keep), then run it again: nothing is copied twice.",
    )
