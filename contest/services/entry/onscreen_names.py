"""Text recognised in a clip's title and end cards, and the form's names found in it.

Plan III.3 requires the author's and the unit's name in the clip. A reviewer judges that; this only
shows where to look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import ClipVersion, OnscreenNames, Submission
from contest.services.core import outbox
from contest.services.entry import stored_bytes
from media_checks.picture.onscreen_names import Card, NameMatch, find_name


@dataclass(frozen=True)
class Name:
    """A name of the form (``kind``: author or unit); ``seen`` is None where it was not read."""

    kind: str
    name: str
    seen: NameMatch | None


@dataclass(frozen=True)
class Reading:
    """``state``: waiting, impossible (this server has no text recognition) or done."""

    state: str
    names: Sequence[Name] = ()


def enqueue(session: Session, version: ClipVersion, *, at: datetime) -> None:
    """Enqueue the reading of a version's cards at low priority: nobody waits for it."""
    outbox.enqueue(
        session, "names.read", version.id, at=at, contest_id=version.submission.contest_id,
        priority="low",
    )


def work(session: Session, version_id: int) -> tuple[str, list[str]]:
    """The SHA-256 of the clip to read, and the names after which reading may end."""
    version = session.get_one(ClipVersion, version_id)
    return version.sha256, [name for _, name in _wanted(version.submission)]


def _wanted(submission: Submission) -> list[tuple[str, str]]:
    return [("author", name) for name in submission.authors] + [("unit", submission.unit.name)]


def keep(
    session: Session, version_id: int, cards: Sequence[Mapping[str, object]] | None, *, at: datetime
) -> None:
    """Store the recognised cards; None where the server has no text recognition."""
    if stored_bytes.came_too_late(session, session.get_one(ClipVersion, version_id), at=at):
        return
    query = select(OnscreenNames).where(OnscreenNames.version_id == version_id)
    row = session.scalars(query).one_or_none()
    if row is None:
        row = OnscreenNames(version_id=version_id)
        session.add(row)
    row.data = {"cards": None if cards is None else [dict(card) for card in cards]}
    row.created_at = at


def of_submission(session: Session, submission: Submission) -> Reading:
    """The names on the current form, searched for in the current clip."""
    row = session.scalars(
        select(OnscreenNames).where(OnscreenNames.version_id == submission.version_id)
    ).one_or_none()
    if row is None:
        return Reading("waiting")
    if row.data["cards"] is None:
        return Reading("impossible")
    cards = [Card(card["at"], card["lines"]) for card in row.data["cards"]]
    names = [Name(kind, name, find_name(name, cards)) for kind, name in _wanted(submission)]
    return Reading("done", names)
