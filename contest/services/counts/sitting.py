"""Thirty clips at 16:00: the numbers of the cut-off, typed one after another on one screen.

Each number is a reading of its own, with the moment at which it was typed, and is stored once
however often the browser sends it. A *sitting* is what one person has typed here lately; a number
typed again supersedes the one before it, as any later reading does. One screenshot, or one film of
the screen, may show many numbers and usually comes after them (``attach``).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import (
    ClipVersion,
    Contest,
    Derivative,
    Evidence,
    Snapshot,
    SnapshotProof,
    Submission,
    ToldNumber,
)
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit
from contest.services.core.pagination import Pagination
from contest.services.counts import evidence, interactions, official
from contest.services.counts.interactions import CLOCKS_DIFFER, UNREAD, Reading

FIELDS = ("reactions", "shares")
LASTS = timedelta(hours=2)  # what was typed longer ago belongs to an earlier sitting
NEAR = timedelta(hours=3)
MOST_CLIPS = 50  # on a page: each has a picture and two fields
Key = tuple[int, str]  # a submission's id and one of FIELDS


class Typed(NamedTuple):
    """One number as a person typed it. id: the browser's name for it; field: one of FIELDS."""

    id: str
    code: str
    field: str
    value: int
    at: datetime


@dataclass(frozen=True)
class Number:
    """One number of one clip, and where it came from. source: as a snapshot's."""

    value: int
    taken_at: datetime
    source: str
    late: bool
    snapshot_id: int
    proofs: Sequence[Evidence] = ()


@dataclass(frozen=True)
class Row:
    """A clip on the Page. last: its numbers before this sitting; mine: those of this sitting."""

    submission: Submission
    permalink: str
    poster: int | None  # the version that the picture is of; None where there is no picture
    last: dict[str, Number] = field(default_factory=dict)
    mine: dict[str, Number] = field(default_factory=dict)


def is_near(profile: Profile, *, at: datetime) -> bool:
    """Is it time for the numbers of the cut-off? Then they come first on the desk."""
    cut_off = profile.schedule.counts_close
    return cut_off - NEAR <= at <= cut_off + interactions.TELLING


# --------------------------------------------------------------------------------------- typing


def tell(
    session: Session, contest: Contest, number: Typed, *, actor: Actor, at: datetime,
    late_reason: str = "",
) -> Snapshot:
    """Store one number, once: what has its id already is handed back.

    Its moment is when it was typed; a clock that is a little fast is set right, so that no moment
    lies in the future. Raises ``Conflict`` where the id belongs to another number, and as
    ``interactions.write_down``.
    """
    require(actor, "interaction.import", contest)
    if (known := _known(session, contest, number)) is not None:
        return known
    taken_at = at if at < number.at <= at + CLOCKS_DIFFER else number.at
    reading = Reading(
        number.value if number.field == "reactions" else None,
        number.value if number.field == "shares" else None,
    )
    snapshot = interactions.write_down(
        session, contest, number.code, reading, taken_at=taken_at, actor=actor, at=at,
        late_reason=late_reason,
    )
    session.add(ToldNumber(
        contest_id=contest.id, client_id=number.id, snapshot_id=snapshot.id
    ))
    session.flush()
    return snapshot


def _known(session: Session, contest: Contest, number: Typed) -> Snapshot | None:
    query = (
        select(Snapshot)
        .join(ToldNumber, ToldNumber.snapshot_id == Snapshot.id)
        .join(Snapshot.submission)
        .where(ToldNumber.contest_id == contest.id, ToldNumber.client_id == number.id)
        .options(contains_eager(Snapshot.submission), *UNREAD)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        return None
    same = (found.submission.code, getattr(found, number.field)) == (number.code, number.value)
    if not same:
        raise Conflict(
            "Mã của số này đã dùng cho một số khác. Hãy nhập lại số.",
            "The id of this number belongs to another one. Type the number again.",
        )
    return found


# --------------------------------------------------------------------------------------- showing


def rows(
    session: Session, contest: Contest, *, actor: Actor, since: datetime, number: int = 1
) -> Pagination[Row]:
    """A page of the clips on the Page, in its order, each with its numbers."""
    found = interactions.listed(session, contest, number=number, size=MOST_CLIPS)
    clips = [publication.submission_id for publication in found.rows]
    mine = _mine(session, contest, actor=actor, since=since)
    last = _last(session, clips, actor=actor, since=since)
    proofs = evidence.shown_with(
        session, [number.id for numbers in (mine, last) for number in numbers.values()]
    )
    posters = _posters(session, [publication.version_id for publication in found.rows])
    made = [
        Row(
            clip.submission, clip.permalink, posters.get(clip.version_id),
            *(_numbers(clip.submission_id, numbers, proofs) for numbers in (last, mine)),
        )
        for clip in found.rows
    ]
    return Pagination(made, found.number, found.count, found.total)


def numbers_of(
    session: Session, contest: Contest, clips: Collection[int], *, actor: Actor, since: datetime
) -> dict[int, tuple[dict[str, Number], dict[str, Number]]]:
    """The numbers of these clips (submissions' ids) alone, without what shows them: last, mine, as
    a ``Row`` has them."""
    last = _last(session, clips, actor=actor, since=since)
    mine = _mine(session, contest, actor=actor, since=since, clips=clips)
    return {
        clip: (_numbers(clip, last, {}), _numbers(clip, mine, {})) for clip in clips
    }


def _numbers(
    clip: int, found: dict[Key, Snapshot], proofs: dict[int, Sequence[Evidence]]
) -> dict[str, Number]:
    return {
        name: Number(
            getattr(one, name), one.taken_at, one.source, bool(one.late_reason), one.id,
            proofs.get(one.id, ()),
        )
        for name in FIELDS if (one := found.get((clip, name))) is not None
    }


def _mine(
    session: Session, contest: Contest, *, actor: Actor, since: datetime,
    clips: Collection[int] | None = None,
) -> dict[Key, Snapshot]:
    """The newest number of each field that ``actor`` has typed here since then, of these clips."""
    query = (
        select(Snapshot)
        .join(ToldNumber, ToldNumber.snapshot_id == Snapshot.id)
        .where(ToldNumber.contest_id == contest.id, *_typed_by(actor, since))
        .options(*UNREAD)
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    return _by_field(
        session, query if clips is None else query.where(Snapshot.submission_id.in_(clips))
    )


def _by_field(session: Session, query: Select[Snapshot]) -> dict[Key, Snapshot]:
    """Snapshots, the oldest first, by clip and by each field that they know."""
    return {
        (one.submission_id, name): one
        for one in session.scalars(query) for name in FIELDS if getattr(one, name) is not None
    }


def _typed_by(actor: Actor, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Snapshot.created_by == actor.label, Snapshot.created_at >= since


def _last(
    session: Session, clips: Collection[int], *, actor: Actor, since: datetime
) -> dict[Key, Snapshot]:
    """The newest number of each field that does not belong to this sitting."""
    typed_here = select(ToldNumber.id).where(
        ToldNumber.snapshot_id == Snapshot.id, *_typed_by(actor, since)
    )
    earlier = ~typed_here.correlate(Snapshot).exists()
    found: dict[Key, Snapshot] = {}
    for name in FIELDS:
        wanted = (
            select(official.newest(getattr(Snapshot, name), earlier).label("id"))
            .where(Submission.id.in_(clips))
            .subquery()
        )
        query = select(Snapshot).join(wanted, wanted.c.id == Snapshot.id).options(*UNREAD)
        found |= {(one.submission_id, name): one for one in session.scalars(query)}
    return found


def _posters(session: Session, versions: Iterable[int]) -> dict[int, int]:
    """Which of these versions have a picture: id -> number."""
    query = (
        select(ClipVersion.id, ClipVersion.number)
        .join(Derivative, Derivative.version_id == ClipVersion.id)
        .where(ClipVersion.id.in_(list(versions)), Derivative.kind == "poster")
    )
    return {row[0]: row[1] for row in session.execute(query)}


# ---------------------------------------------------------------------------------------- proofs


def attach(
    session: Session, contest: Contest, proof: Evidence, *, actor: Actor, at: datetime,
    since: datetime, codes: Collection[str] = (),
) -> Sequence[Snapshot]:
    """Link a file to the numbers of this sitting that have none, or to those of these clips.

    Numbers that were superseded are left out: the file shows what was mended. Raises ``NotAllowed``
    without ``interaction.import``, ``Invalid`` where nothing is left to link.
    """
    require(actor, "interaction.import", contest)
    chosen = _lacking(session, contest, proof, actor=actor, since=since, codes=codes)
    if not chosen:
        raise Invalid(
            "Chưa có số nào để kèm tệp này. Hãy nhập số trước, hoặc chọn clip.",
            "There is no number to attach this file to. Type the numbers first, or choose clips.",
        )
    session.add_all(
        SnapshotProof(
            snapshot_id=snapshot.id, evidence_id=proof.id, created_by=actor.label, created_at=at
        )
        for snapshot in chosen
    )
    audit.record(
        session, "evidence.attached", proof, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": proof.sha256, "snapshots": [snapshot.id for snapshot in chosen]},
    )
    return chosen


def _lacking(
    session: Session, contest: Contest, proof: Evidence, *, actor: Actor, since: datetime,
    codes: Collection[str],
) -> list[Snapshot]:
    mine = _mine(session, contest, actor=actor, since=since)
    of_codes = select(Submission.id).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes)
    )
    wanted = set(session.scalars(of_codes)) if codes else None
    proofs = evidence.shown_with(session, [one.id for one in mine.values()])
    return [
        one for one in dict.fromkeys(mine.values())
        if (one.id not in proofs if wanted is None else
            one.submission_id in wanted and proof not in proofs.get(one.id, ()))
    ]


# --------------------------------------------------------------------------------- late numbers


@dataclass(frozen=True)
class LateGroup:
    """What one person entered late for one reason: by clip, in the order of entering."""

    entered_by: str
    reason: str
    clips: dict[Submission, list[Snapshot]]


def late_groups(waiting: Sequence[Snapshot]) -> list[LateGroup]:
    """Late numbers that wait for a second organiser (the newest first), for one look and one
    decision."""
    found: dict[tuple[str, str], LateGroup] = {}
    for one in reversed(waiting):
        key = (one.created_by, one.late_reason)
        group = found.setdefault(key, LateGroup(*key, {}))
        group.clips.setdefault(one.submission, []).append(one)
    return list(found.values())
