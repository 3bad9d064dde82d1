"""The leaves of a version: its pages or pictures in their order, and its text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from contest.models import EntryPart, EntryText, Leaf

PAGE, TEXT = "page", "text"


@dataclass(frozen=True)
class MadeLeaf:
    """A leaf whose bytes are in the store already. ``number`` counts from 1 within its kind."""

    kind: str
    number: int
    sha256: str
    size: int
    media_type: str
    data: Mapping[str, Any] = field(default_factory=dict)


def keep(
    session: Session, version_id: int, made: Iterable[MadeLeaf], *, at: datetime
) -> None:
    """Store the leaves of a version in place of those that were there. Nothing made: they stay."""
    rows = [
        Leaf(version_id=version_id, kind=one.kind, number=one.number, sha256=one.sha256,
             size=one.size, media_type=one.media_type, data=dict(one.data), created_at=at)
        for one in made
    ]
    if rows:
        session.execute(delete(Leaf).where(Leaf.version_id == version_id))
        session.add_all(rows)


def pages(session: Session, version_id: int) -> Sequence[Leaf]:
    """The pages or pictures of a version in their order."""
    query = select(Leaf).where(Leaf.version_id == version_id, Leaf.kind == PAGE)
    return session.scalars(query.order_by(Leaf.number)).all()


def find(session: Session, version_id: int, kind: str, number: int = 1) -> Leaf | None:
    """One leaf of a version."""
    return session.scalars(select(Leaf).where(
        Leaf.version_id == version_id, Leaf.kind == kind, Leaf.number == number
    )).one_or_none()


# ---------------------------------------------------------------------------- giving up


def give_up(session: Session, versions: Sequence[int]) -> list[str]:
    """Let go what is shown of these versions, and their pictures; returns the files."""
    files: list[str] = []
    for table in (Leaf, EntryPart):
        of_these = table.version_id.in_(versions)
        files += session.scalars(select(table.sha256).where(of_these))
        session.execute(delete(table).where(of_these))
    return files


def give_up_drafts(session: Session, submission_id: int) -> list[str]:
    """Let go what a unit is still putting together; returns the files."""
    of_this = EntryPart.submission_id == submission_id
    files = list(session.scalars(select(EntryPart.sha256).where(of_this)))
    session.execute(delete(EntryPart).where(of_this))
    session.execute(delete(EntryText).where(EntryText.submission_id == submission_id))
    return files


def needs(sha256: str) -> list[ColumnElement[bool]]:
    """Whether what is shown of some entry needs this file."""
    return [exists().where(Leaf.sha256 == sha256), exists().where(EntryPart.sha256 == sha256)]
