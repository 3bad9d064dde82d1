"""What everybody may know of a contest: its phase, and its clips on the Page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.errors import not_found
from contest.models import Contest, Derivative, Publication, Submission
from contest.profile import Profile
from contest.states import Entry


class Phase(StrEnum):
    """Where a contest stands, in the order of the plan (II.1, VI)."""

    BEFORE = "before"
    ENTRIES = "entries"
    REVIEW = "review"
    PUBLICITY = "publicity"
    CLOSING = "closing"
    RESULT = "result"


@dataclass(frozen=True)
class Step:
    """One stretch of the contest; ``state`` is done, now or later."""

    phase: Phase
    starts: datetime
    ends: datetime
    state: str


@dataclass(frozen=True)
class PublicClip:
    """A clip as everybody may see it: nothing of its contact persons."""

    code: str
    title: str
    unit: str
    authors: Sequence[str]
    kind: str
    description: str
    permalink: str
    published_at: datetime
    poster_sha256: str | None


def phase_of(profile: Profile, *, at: datetime, published: bool = False) -> Phase:
    """The phase at an instant; ``published``: a result is out, whatever the calendar says."""
    if published:
        return Phase.RESULT
    s = profile.schedule
    ends = (
        (s.entries_open, Phase.BEFORE),
        (s.entries_close, Phase.ENTRIES),
        (s.publicity_opens, Phase.REVIEW),
        (s.counts_close, Phase.PUBLICITY),
    )
    return next((phase for end, phase in ends if at < end), Phase.CLOSING)


def steps(profile: Profile, *, at: datetime, published: bool = False) -> list[Step]:
    """The contest from its opening to the awards."""
    s = profile.schedule
    order = (
        (Phase.ENTRIES, s.entries_open, s.entries_close),
        (Phase.REVIEW, s.entries_close, s.publicity_opens),
        (Phase.PUBLICITY, s.publicity_opens, s.counts_close),
        (Phase.CLOSING, s.counts_close, s.awards),
        (Phase.RESULT, s.awards, s.awards),
    )
    phases = [phase for phase, _, _ in order]
    current = phase_of(profile, at=at, published=published)
    here = phases.index(current) if current in phases else -1
    return [
        Step(phase, starts, ends, "done" if i < here else "now" if i == here else "later")
        for i, (phase, starts, ends) in enumerate(order)
    ]


def next_deadline(profile: Profile, *, at: datetime) -> datetime | None:
    """The instant that the countdown runs to."""
    s = profile.schedule
    moments = (s.entries_open, s.entries_close, s.publicity_opens, s.counts_close, s.awards)
    return next((moment for moment in moments if at < moment), None)


def clips(session: Session, contest: Contest) -> list[PublicClip]:
    """The clips that stand on the Page, in the order of their release."""
    query = (
        select(Publication)
        .join(Publication.submission)
        .where(
            Submission.contest_id == contest.id,
            Submission.state == Entry.PUBLISHED,
            Publication.state == "published",
        )
        .options(joinedload(Publication.submission).joinedload(Submission.unit))
        .order_by(Publication.position, Submission.code)
    )
    found = list(session.scalars(query))
    posters = _posters(session, [p.version_id for p in found])
    return [_clip(p, posters.get(p.version_id)) for p in found]


def clip(session: Session, contest: Contest, code: str) -> PublicClip:
    """One clip on the Page by its code; ``NotFound`` for every other."""
    found = next((c for c in clips(session, contest) if c.code == code), None)
    if found is None:
        raise not_found()
    return found


def _posters(session: Session, version_ids: list[int]) -> dict[int, str]:
    query = select(Derivative.version_id, Derivative.sha256).where(
        Derivative.kind == "poster", Derivative.version_id.in_(version_ids)
    )
    return {version_id: sha256 for version_id, sha256 in session.execute(query)}


def _clip(publication: Publication, poster: str | None) -> PublicClip:
    entry = publication.submission
    return PublicClip(
        code=entry.code, title=entry.title, unit=entry.unit.name, authors=entry.authors,
        kind=entry.kind, description=entry.description, permalink=publication.permalink,
        published_at=publication.published_at or publication.release_at, poster_sha256=poster,
    )
