"""Public facts of a contest: its phase, and the clips that everybody may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from contest.errors import not_found
from contest.models import Contest, Derivative, Publication, Result, Submission, Unit
from contest.profile import Profile
from contest.services.core import pagination, profiles, search
from contest.services.core.pagination import Pagination
from contest.services.elsewhere import listing
from contest.services.questions import answers
from contest.states import SubmissionState


class Phase(StrEnum):
    """A contest's phases, in the order of the plan (II.1, VI)."""

    BEFORE = "before"
    ENTRIES = "entries"
    REVIEW = "review"
    PUBLICITY = "publicity"
    CLOSING = "closing"
    RESULT = "result"


@dataclass(frozen=True)
class Step:
    """A phase with its start and end; ``state`` is done, now or later."""

    phase: Phase
    starts: datetime
    ends: datetime
    state: str


@dataclass(frozen=True)
class PublicClip:
    """The public columns of a clip: no data of its contact persons.

    While a blind jury marks (``profiles.names_are_hidden``) unit, authors and description, which
    may name them, are empty.
    """

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
    """The phase at ``at``; with ``published`` always RESULT, whatever the schedule says."""
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
    """The phases from the opening to the awards."""
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
    """The next instant of the schedule, for the countdown; None after the awards."""
    s = profile.schedule
    moments = (s.entries_open, s.entries_close, s.publicity_opens, s.counts_close, s.awards)
    return next((moment for moment in moments if at < moment), None)


def clips(session: Session, contest: Contest, *, most: int | None = None) -> list[PublicClip]:
    """The clips published on the Page, in the order of their release; ``most``: how many."""
    return [_clip(row, contest) for row in session.execute(_shown(contest).limit(most))]


def gallery(
    session: Session, contest: Contest, *, words: str = "", kind: str = "", number: int = 1
) -> Pagination[PublicClip]:
    """One page of the published clips with ``words`` in code, title or unit; not in a unit's name
    while it is hidden, for what is found would tell it. ``kind``: of individuals or teams only."""
    unit = () if profiles.names_are_hidden(contest) else (Unit.name,)
    query = search.matching(_shown(contest), words, Submission.code, Submission.title, *unit)
    if kind:
        query = query.where(Submission.kind == kind)
    found = pagination.take(session, query, number, whole=True)
    return replace(found, rows=[_clip(row, contest) for row in found.rows])


def count(session: Session, contest: Contest) -> int:
    """How many clips are published on the Page."""
    query = _shown(contest).order_by(None).with_only_columns(func.count(Publication.id))
    return session.scalar(query) or 0


def clip(session: Session, contest: Contest, code: str) -> PublicClip:
    """One published clip by its code. Raises ``NotFound`` for any other."""
    found = session.execute(_shown(contest).where(Submission.code == code)).first()
    if found is None:
        raise not_found()
    return _clip(found, contest)


def answers_to(
    session: Session, contest: Contest, code: str, language: str
) -> list[answers.Said]:
    """What a clip's form answered to questions that are public; nothing while names are hidden,
    for an answer may tell one."""
    wanted = answers.readable(profiles.profile_of(contest).questions, "public")
    if not wanted or profiles.names_are_hidden(contest):
        return []
    given = session.scalar(select(Submission.answers).where(
        Submission.contest_id == contest.id, Submission.code == code
    ))
    return answers.said(wanted, given or {}, reader="public", language=language)


def posts_of(session: Session, contest: Contest, code: str) -> list[listing.Row]:
    """A clip's posts on other platforms, with what is counted of each; nothing while names are
    hidden, for whose account posted it tells whose the clip is."""
    if not profiles.profile_of(contest).platforms or profiles.names_are_hidden(contest):
        return []
    query = select(Submission.id).where(
        Submission.contest_id == contest.id, Submission.code == code
    )
    return [row for some in listing.of_clips(
        session, contest, list(session.scalars(query))).values() for row in some]


def posters(session: Session, contest: Contest, codes: Collection[str]) -> dict[str, str]:
    """The hash of the still frame of those of these clips that are on the Page now, by code."""
    query = _shown(contest).where(Submission.code.in_(codes), Derivative.sha256.is_not(None))
    found = session.execute(query.with_only_columns(Submission.code, Derivative.sha256))
    return {code: sha256 for code, sha256 in found if sha256 is not None}


def _shown(contest: Contest) -> Select[*tuple[Any, ...]]:
    """Columns only: a gallery needs no entry's contact data."""
    return (
        select(
            Submission.code, Submission.title, Unit.name.label("unit"), Submission.authors,
            Submission.kind, Submission.description, Publication.permalink,
            func.coalesce(Publication.published_at, Publication.release_at).label("published_at"),
            Derivative.sha256.label("poster_sha256"),
        )
        .select_from(Publication)
        .join(Publication.submission)
        .join(Submission.unit)
        .outerjoin(
            Derivative,
            (Derivative.version_id == Publication.version_id) & (Derivative.kind == "poster"),
        )
        .where(
            Submission.contest_id == contest.id,
            Submission.state == SubmissionState.PUBLISHED,
            Publication.state == "published",
            *_once_announced(contest),
        )
        .order_by(Publication.position, Submission.code)
    )


def _once_announced(contest: Contest) -> list[ColumnElement[bool]]:
    """Clips that are shown nowhere before the result wait for one that is published."""
    if profiles.profile_of(contest).showing.where:
        return []
    found = select(Result.id).where(Result.contest_id == contest.id, Result.state == "published")
    return [found.exists()]


def _clip(row: Row[*tuple[Any, ...]], contest: Contest) -> PublicClip:
    clip = PublicClip(**row._mapping)
    hidden = profiles.names_are_hidden(contest)
    return replace(clip, unit="", authors=(), description="") if hidden else clip
