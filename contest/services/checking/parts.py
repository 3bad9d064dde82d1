"""A set of pictures while its unit puts it together: which files, in which order, what they show.

What is handed in is sealed as one file (``entry/uploads.adopt``); these rows stay, so that the unit
changes one picture and hands the set in again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.errors import Conflict, Invalid, not_found
from contest.models import EntryPart, Submission, Unit, Upload
from contest.profile import Profile

LONGEST = 300  # characters of a caption
UP, DOWN, DROP = "up", "down", "drop"


def of(session: Session, submission: Submission) -> Sequence[EntryPart]:
    """The pictures in their order."""
    query = select(EntryPart).where(
        EntryPart.submission_id == submission.id, EntryPart.version_id.is_(None)
    )
    return session.scalars(query.order_by(EntryPart.number, EntryPart.id)).all()


def bytes_of(session: Session, unit: Unit) -> int:
    """What a unit's pictures weigh that are still being put together."""
    query = select(func.coalesce(func.sum(EntryPart.size), 0)).join(
        Submission, Submission.id == EntryPart.submission_id
    )
    return int(session.scalar(query.where(Submission.unit_id == unit.id)) or 0)


def require_room(session: Session, submission: Submission, profile: Profile) -> None:
    """Raises ``Conflict`` where the set is full: beyond one more, which stands in for another."""
    if profile.entry.kind != "pictures":
        return
    there, most = len(of(session, submission)), profile.entry.pictures.most
    if there > most:
        raise Conflict(
            f"Bộ ảnh đã có {there} ảnh, nhiều nhất {most}. Hãy bỏ một ảnh rồi thêm ảnh khác.",
            f"The set has {there} pictures, and {most} at most are allowed. Take one out before "
            "you add another.",
        )


def add(session: Session, upload: Upload, *, at: datetime) -> EntryPart:
    """The file of a complete upload as the last picture of its set. Twice: the same row."""
    there = of(session, upload.submission)
    for one in there:
        if one.sha256 == upload.sha256:
            return one
    part = EntryPart(
        submission_id=upload.submission_id, number=there[-1].number + 1 if there else 1,
        sha256=upload.sha256 or "", size=upload.length, filename=upload.filename, created_at=at,
    )
    session.add(part)
    session.flush()
    return part


def change(session: Session, submission: Submission, captions: Mapping[int, str]) -> None:
    """Store what is written under the pictures, by the row's id. Raises ``Invalid`` for a caption
    that is too long."""
    for place, one in enumerate(of(session, submission), 1):
        said = " ".join(captions.get(one.id, one.caption).split())
        if len(said) > LONGEST:
            raise Invalid(
                f"Chú thích của ảnh {place} có {len(said)} ký tự; cho phép tối đa {LONGEST}. Hãy "
                "viết ngắn lại.",
                f"The caption of picture {place} has {len(said)} characters; at most {LONGEST} are "
                "allowed. Make it shorter.",
            )
        one.caption = said


def move(session: Session, submission: Submission, part_id: int, where: str) -> None:
    """Move a picture one place up or down, or take it out. Raises ``NotFound``."""
    there = list(of(session, submission))
    place = next((n for n, one in enumerate(there) if one.id == part_id), None)
    if place is None or where not in (UP, DOWN, DROP):
        raise not_found()
    one = there.pop(place)
    if where == DROP:
        session.delete(one)
    else:
        there.insert(max(place - 1, 0) if where == UP else place + 1, one)
    for number, row in enumerate(there, 1):
        row.number = number


def exchange(session: Session, submission: Submission, part_id: int, part: EntryPart) -> None:
    """Put ``part``, which came last, in the place of another, and take that one out."""
    old = next((one for one in of(session, submission) if one.id == part_id), None)
    if old is None:
        raise not_found()
    if old.id != part.id:
        part.number, part.caption = old.number, old.caption
        session.delete(old)
