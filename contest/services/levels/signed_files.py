"""Signed files on pages: which entries were written to one, what waits of those that came in, and
giving all of one key's back at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, TooLarge
from contest.languages import write_size
from contest.models import AuditRow, Contest, Handover, LevelLink
from contest.services.core import pagination
from contest.services.core.pagination import Pagination
from contest.services.handover import handovers
from contest.services.levels.packing import Packet

MOST_BYTES = 1000 * 1000**2  # of a file by a page; beyond that the commands
KEY_LENGTH = 64  # of a fingerprint, with which an origin begins
KEYS, SHOWN = 20, 20  # on a page; entries of each


@dataclass(frozen=True)
class FromElsewhere:
    """What waits of one key: ``count`` entries of ``size`` bytes, of which ``waiting`` are the
    first. ``key_is_confirmed``: else nothing of it can be accepted yet."""

    link: LevelLink
    count: int
    size: int
    waiting: Sequence[Handover]

    @property
    def key_is_confirmed(self) -> bool:
        return self.link.state == "confirmed"


def waiting(
    session: Session, contest: Contest, *, number: int = 1
) -> Pagination[FromElsewhere]:
    """A page of the keys of whose signed files entries wait for the organisers, and of those that
    wait to be confirmed, each with its first ``SHOWN`` entries."""
    key = func.substr(Handover.origin, 1, KEY_LENGTH)
    of_files = (Handover.contest_id == contest.id, Handover.state == "offered",
                Handover.sha256 != "")
    sums = select(key.label("key"), func.count().label("count"), func.sum(Handover.size).label(
        "size")).where(*of_files).group_by(key).subquery()
    count = func.coalesce(sums.c.count, 0)
    links = select(LevelLink, count, func.coalesce(sums.c.size, 0)).outerjoin(
        sums, sums.c.key == LevelLink.child_key
    ).where(
        LevelLink.contest_id == contest.id, LevelLink.child_key != "",
        or_(LevelLink.state == "asked", and_(LevelLink.state == "confirmed", count > 0)),
    )
    found = pagination.take(session, links.order_by(LevelLink.id), number, whole=True, size=KEYS)
    place = func.row_number().over(partition_by=key, order_by=Handover.id).label("place")
    placed = select(Handover.id, place).where(
        *of_files, key.in_([link.child_key for link, _, _ in found.rows])).subquery()
    first = select(Handover).join(placed, placed.c.id == Handover.id).where(placed.c.place <= SHOWN)
    rows: dict[str, list[Handover]] = defaultdict(list)
    for one in session.scalars(first.order_by(Handover.id)) if found.rows else ():
        rows[key_of(one)].append(one)
    return replace(found, rows=[
        FromElsewhere(link, number_of, size, rows[link.child_key])
        for link, number_of, size in found.rows])


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
