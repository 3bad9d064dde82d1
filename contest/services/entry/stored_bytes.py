"""What a unit's clips weigh: its allowance, and the bytes of replaced clips, which go after a time.

A replaced clip keeps its row and every report; what goes is the file, the rendition made of it and
repairs that nobody accepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from contest.actors import SYSTEM
from contest.errors import Conflict, TooLarge
from contest.languages import counted, write_size
from contest.models import (
    ClipVersion,
    Derivative,
    Handover,
    Repair,
    Submission,
    Tombstone,
    Unit,
    Upload,
)
from contest.models.base import LOCK
from contest.profile import Profile
from contest.services.checking import leaves, parts
from contest.services.core import locks, outbox

REPLACED_KEPT = timedelta(days=14)  # a reviewer may want to see what was changed
BATCH = 20
TIDY = "privacy.tidy"  # the task that removes files
Later = aliased(ClipVersion)


def require_allowance(session: Session, unit: Unit, length: int, profile: Profile) -> None:
    """Hold the unit's row; raises ``TooLarge`` where ``length`` more bytes, ``Conflict`` where one
    more clip is beyond the unit's allowance. An upload that is still open counts in full."""
    locks.lock(session, unit)
    sent, held = _sent(session, unit)
    most, room = profile.upload_allowance.clips, profile.upload_allowance.bytes
    if sent >= most:
        raise Conflict(
            f"Đơn vị đã gửi {sent} lượt clip, tối đa là {most} cho cả hội thi. Hãy liên hệ "
            "Ban Tổ chức nếu cần gửi thêm.",
            f"Your unit has sent {counted(sent, 'clip', 'clips')}; at most {most} may be sent in "
            "the whole contest. Ask the organisers if you need more.",
        )
    if held + length > room:
        raise TooLarge(
            f"Các clip của đơn vị đang chiếm {write_size(held, 'vi')}, thêm tệp này "
            f"({write_size(length, 'vi')}) sẽ vượt mức {write_size(room, 'vi')}. Hãy gửi tệp nhỏ "
            "hơn hoặc liên hệ Ban Tổ chức; clip cũ đã thay tự được xoá sau "
            f"{REPLACED_KEPT.days} ngày.",
            f"Your unit's clips take {write_size(held, 'en')}; with this file "
            f"({write_size(length, 'en')}) they would exceed {write_size(room, 'en')}. Send a "
            "smaller file or ask the organisers; replaced clips are removed after "
            f"{REPLACED_KEPT.days} days.",
        )


def _sent(session: Session, unit: Unit) -> tuple[int, int]:
    """Clips ever sent, and the bytes that are kept or promised."""
    kept = func.sum(ClipVersion.size).filter(ClipVersion.bytes_gone_at.is_(None))
    clips, held = session.execute(
        select(func.count(), func.coalesce(kept, 0))
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.unit_id == unit.id)
    ).one()
    promised = session.scalar(
        select(func.sum(Upload.length)).where(Upload.unit_id == unit.id, Upload.state == "open")
    )
    return int(clips), int(held) + int(promised or 0) + parts.bytes_of(session, unit)


@dataclass(frozen=True)
class Freed:
    """How many clips' bytes were given up, and the files that nothing refers to any more."""

    clips: int
    files: list[str]


def give_up_replaced(session: Session, *, at: datetime) -> Freed:
    """Give up the bytes of at most ``BATCH`` clips that were replaced ``REPLACED_KEPT`` ago. The
    caller deletes the files after the commit."""
    replaced = select(Later.id).where(
        Later.submission_id == ClipVersion.submission_id, Later.number > ClipVersion.number,
        Later.received_at < at - REPLACED_KEPT,
    )
    query = (
        select(ClipVersion).join(Submission, Submission.id == ClipVersion.submission_id)
        .where(ClipVersion.bytes_gone_at.is_(None), Submission.version_id != ClipVersion.id,
               exists(replaced))
        .order_by(ClipVersion.id).limit(BATCH)
    )  # fmt: skip
    versions = list(session.scalars(query))
    files = {sha for version in versions for sha in _give_up(session, version, at)}
    session.flush()
    files |= _declined(session, at)
    return Freed(len(versions), sorted(sha for sha in files if not _needed(session, sha)))


def _declined(session: Session, at: datetime) -> set[str]:
    """Clips of another installation that were declined so long ago."""
    query = select(Handover).where(
        Handover.state == "declined", Handover.sha256 != "", Handover.let_go_at.is_(None),
        Handover.decided_at < at - REPLACED_KEPT,
    )
    found = session.scalars(query.limit(BATCH)).all()
    for one in found:
        one.let_go_at = at
    session.flush()
    return {one.sha256 for one in found}


def _give_up(session: Session, version: ClipVersion, at: datetime) -> list[str]:
    version.bytes_gone_at = at
    of_this = and_(Derivative.version_id == version.id, Derivative.kind == "rendition")
    made = list(session.scalars(select(Derivative.sha256).where(of_this)))
    session.execute(delete(Derivative).where(of_this))
    made += leaves.give_up(session, [version.id])
    proposed = select(Repair.sha256).where(_never_taken(), Repair.version_id == version.id)
    return [version.sha256, *made, *(sha for sha in session.scalars(proposed) if sha)]


def _never_taken() -> ColumnElement[bool]:
    return and_(Repair.made_id.is_(None), Repair.sha256.is_not(None))


def _needed(session: Session, sha256: str) -> bool:
    """Whether some other row still shows this file."""
    query = select(
        or_(
            exists().where(ClipVersion.sha256 == sha256, ClipVersion.bytes_gone_at.is_(None)),
            exists().where(Derivative.sha256 == sha256), *leaves.needs(sha256),
            exists().where(Handover.sha256 == sha256, Handover.let_go_at.is_(None)),
            exists().where(
                Repair.sha256 == sha256, Repair.version_id == ClipVersion.id,
                ClipVersion.bytes_gone_at.is_(None),
            ),
        )
    )
    return bool(session.scalar(query))


def came_too_late(
    session: Session, version: ClipVersion, files: Iterable[str] = (), *, at: datetime
) -> bool:
    """Whether what a job made of a clip came after the clip itself was given up: none of it is
    kept then. After an erasure ``files`` are buried as those that were there, and go with them."""
    session.refresh(version, with_for_update=LOCK)  # an erasure under way is waited for
    if version.bytes_gone_at is None:
        return False
    submission = version.submission
    ground = session.scalar(
        select(Tombstone.ground).order_by(Tombstone.id.desc()).limit(1)
        .where(Tombstone.subject == f"submission:{submission.id}", Tombstone.field == "clip")
    )
    made = sorted(set(files))
    for sha256 in made if ground else ():
        session.add(Tombstone(
            contest_id=submission.contest_id, subject=f"file:{sha256}", field="file",
            digest=sha256, ground=ground, erased_by=SYSTEM.label, erased_at=at,
        ))
    if ground and made:
        outbox.enqueue(
            session, TIDY, submission.contest_id, at=at, contest_id=submission.contest_id,
            key=f"{TIDY}:late:{made[0]}",
        )
    return True
