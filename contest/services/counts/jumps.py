"""What a person should look at once more, while typing or before a file goes in: a number that
fell, or that jumped.

The limits are those of ``social/anomalies.py``; here they are asked of the numbers that have just
been typed, late ones too, and the answer stops nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Publication, Snapshot, Submission
from contest.services.core import profiles
from contest.services.counts import official
from social.anomalies import LEAST_JUMP, TIMES_OTHERS, Flag, Point, Series, find, may_jump

LOOKED_AT = timedelta(hours=48)  # before now: enough for a clip's usual rate
OF_FIELD = {"jump": "reactions", "shares_ratio": "shares"}  # flags that a new number may raise
LEAST, TIMES = LEAST_JUMP, TIMES_OTHERS


def step(before: int | None, value: int) -> str | None:
    """``fell`` below the number before, ``times`` above it (a digit too many?), or neither."""
    if before is None:
        return None
    if value < before:
        return "fell"
    steep = value - before >= LEAST and value >= TIMES * max(before, 1)
    return "times" if steep else None


Flags = Mapping[tuple[str, str], Sequence[Flag]]  # by code and field


def flags_of(
    session: Session, contest: Contest, clips: Collection[int], *, at: datetime,
    earlier: bool = False,
) -> Flags:
    """Flags on the newest numbers of these clips (submissions' ids): the readings of the others are
    read only where one of these has risen so much that they have to be compared. ``earlier``: on
    those before the newest, too, which may have risen."""
    if not clips:
        return {}
    series = _series(session, contest, at=at, only=clips)
    if not earlier and not any(may_jump(one) for one in series):
        return _flagged(contest, series)
    everybody = _series(session, contest, at=at)
    return _flagged(contest, everybody, of={one.clip for one in series})


def _flagged(
    contest: Contest, series: Sequence[Series], *, of: Collection[str] | None = None
) -> Flags:
    found: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in find(series, zone=profiles.profile_of(contest).schedule.zone, of=of):
        if flag.kind in OF_FIELD:
            found[flag.clip, OF_FIELD[flag.kind]].append(flag)
    return found


def _series(
    session: Session, contest: Contest, *, at: datetime, only: Collection[int] | None = None
) -> list[Series]:
    """The clips on the Page, in its order, with what was known of each lately."""
    points = _points(session, contest, since=at - LOOKED_AT, only=only)
    query = (
        select(Submission.id, Submission.code)
        .join(Publication, Publication.submission_id == Submission.id)
        .where(*official.on_page(contest))
        .order_by(Publication.position, Publication.id)
    )
    if only is not None:
        query = query.where(Submission.id.in_(only))
    return [Series(code, points.get(clip, [])) for clip, code in session.execute(query)]


def _points(
    session: Session, contest: Contest, *, since: datetime, only: Collection[int] | None
) -> dict[int, list[Point]]:
    """Totals as they were known at each reading: what a reading lacks is what was known before."""
    query = (
        select(Snapshot.submission_id, Snapshot.taken_at, Snapshot.reactions, Snapshot.shares)
        .join(Snapshot.submission)
        .where(Submission.contest_id == contest.id, Snapshot.taken_at >= since)
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    if only is not None:
        query = query.where(Snapshot.submission_id.in_(only))
    found: dict[int, list[Point]] = defaultdict(list)
    known: dict[int, tuple[int | None, int | None]] = {}
    for clip, taken_at, reactions, shares in session.execute(query):
        before = known.get(clip, (None, None))
        now = tuple(
            old if new is None else new
            for old, new in zip(before, (reactions, shares), strict=True)
        )
        known[clip] = (now[0], now[1])
        if now[0] is not None:
            found[clip].append(Point(taken_at, now[0], now[1]))
    return found
