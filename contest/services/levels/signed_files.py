"""Signed files on pages: which entries were written to one, what waits of those that came in, and
giving all of one key's back at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, TooLarge
from contest.languages import write_size
from contest.models import AuditRow, Contest, Handover, LevelLink
from contest.services.handover import handovers
from contest.services.levels.packing import Packet

MOST_BYTES = 1000 * 1000**2  # of a file by a page; beyond that the commands


@dataclass(frozen=True)
class FromElsewhere:
    """What waits of one key. ``key_is_confirmed``: else nothing of it can be accepted yet."""

    link: LevelLink
    waiting: Sequence[Handover]

    @property
    def key_is_confirmed(self) -> bool:
        return self.link.state == "confirmed"

    @property
    def size(self) -> int:
        """Bytes of all clips."""
        return sum(one.size for one in self.waiting)


def waiting(session: Session, contest: Contest) -> list[FromElsewhere]:
    """Entries of signed files that wait for the organisers, by the key that signed them; keys that
    wait to be confirmed, too, where nothing of theirs is left. Two statements."""
    links = session.scalars(select(LevelLink).where(
        LevelLink.contest_id == contest.id, LevelLink.child_key != "",
        LevelLink.state.in_(("asked", "confirmed"))).order_by(LevelLink.id)).all()
    rows = session.scalars(select(Handover).where(
        Handover.contest_id == contest.id, Handover.state == "offered", Handover.sha256 != "",
    ).order_by(Handover.id)).all() if links else []
    found = [FromElsewhere(link, [one for one in rows if key_of(one) == link.child_key])
             for link in links]
    return [one for one in found if one.waiting or not one.key_is_confirmed]


def key_of(handover: Handover) -> str:
    """The SHA-256 of the key that signed the file it came in."""
    return handover.origin.partition("/")[0]


def decline_all(
    session: Session, contest: Contest, link: LevelLink, *, why: str, actor: Actor, at: datetime
) -> int:
    """Give back everything of this key that waits; returns how many. Raises as
    ``handovers.decline``, ``Conflict`` where nothing waits."""
    rows = session.scalars(select(Handover).where(
        Handover.contest_id == contest.id, Handover.state == "offered", Handover.sha256 != "",
        Handover.origin.startswith(f"{link.child_key}/"),
    ).order_by(Handover.id)).all() if link.child_key else []
    if not rows:
        raise Conflict("Không còn bài nào của khoá này chờ nhận. Hãy tải lại trang.",
                       "Nothing of this key waits any more. Please reload the page.")
    for one in rows:
        handovers.decline(session, one, why=why, actor=actor, at=at)
    return len(rows)


def written(session: Session, contest: Contest) -> dict[str, datetime]:
    """By entry ("submission:12") when it last was written to a signed file."""
    query = select(AuditRow.subject, func.max(AuditRow.at)).where(
        AuditRow.contest_id == contest.id, AuditRow.action == "handover.written")
    return {subject: at for subject, at in session.execute(query.group_by(AuditRow.subject))}


def require_size(made: Packet) -> None:
    """Raises ``TooLarge`` beyond ``MOST_BYTES``: the page of the contest above takes no more."""
    clips = {one.clip.sha256: one.clip.size for one in made.entries}
    if (size := sum(clips.values())) > MOST_BYTES:
        raise TooLarge(
            f"Các clip đã chọn nặng {write_size(size, 'vi')}; một tệp tạo bằng trang này chứa tối "
            f"đa {write_size(MOST_BYTES, 'vi')}. Hãy chia thành nhiều tệp, hoặc dùng lệnh hoithi "
            "handover write.",
            f"The chosen clips have {write_size(size, 'en')}; a file made by this page holds at "
            f"most {write_size(MOST_BYTES, 'en')}. Make several files, or use the command hoithi "
            "handover write.",
        )
