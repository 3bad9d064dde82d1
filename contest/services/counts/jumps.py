"""What a person should look at once more while typing: a number that fell, or that jumped.

The rules and limits are those of ``social/anomalies.py``; here they are asked of the numbers that
have just been typed, late ones too, and the answer stops nobody.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Snapshot, Submission
from contest.services.core import profiles
from contest.services.counts import interactions
from social.anomalies import LEAST_JUMP, TIMES_OTHERS, Flag, Point, Series, find

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


def flags(
    session: Session, contest: Contest, *, at: datetime
) -> Mapping[tuple[str, str], Sequence[Flag]]:
    """Flags on the newest numbers of the clips on the Page, by code and field."""
    points = _points(session, contest, since=at - LOOKED_AT)
    clips = [
        Series(clip.code, points.get(clip.submission_id, []))
        for clip in interactions.posted(session, contest)
    ]
    found: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in find(clips, zone=profiles.profile_of(contest).schedule.zone):
        if flag.kind in OF_FIELD:
            found[flag.clip, OF_FIELD[flag.kind]].append(flag)
    return found


def _points(session: Session, contest: Contest, *, since: datetime) -> dict[int, list[Point]]:
    """Totals as they were known at each reading: what a reading lacks is what was known before."""
    query = (
        select(Snapshot.submission_id, Snapshot.taken_at, Snapshot.reactions, Snapshot.shares)
        .join(Snapshot.submission)
        .where(Submission.contest_id == contest.id, Snapshot.taken_at >= since)
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
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
