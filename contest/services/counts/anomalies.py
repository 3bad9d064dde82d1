"""Flags on odd counts, and what people decided about them. A flag never changes a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, FlagDecision, Snapshot, Submission
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.core.gaps import Gap
from contest.services.counts import corrections, interactions
from social.anomalies import Flag, Point, Series, find

DECISIONS = ("fine", "corrected")


@dataclass(frozen=True)
class Raised:
    """A flag on a clip, its whole series for a plot, and the decision, if one was taken."""

    flag: Flag
    entry: Submission
    series: Sequence[Snapshot]
    decision: FlagDecision | None


def raised(session: Session, contest: Contest) -> list[Raised]:
    """All flags on posted clips, those that wait for a decision first."""
    entries = {c.submission.code: c.submission for c in interactions.posted(session, contest)}
    series = interactions.series(session, contest)
    ledgers = interactions.ledger_of(session, contest)
    clips = [
        Series(code, [_point(s) for s in series.get(entry.id, []) if interactions.counts(s)],
               dict(ledgers.get(entry.id, [])))
        for code, entry in entries.items()
    ]
    known = {(d.submission_id, d.key): d for d in decisions(session, contest)}
    found = []
    for flag in find(clips, zone=profiles.profile_of(contest).schedule.zone):
        entry = entries[flag.clip]
        decision = known.get((entry.id, flag.key))
        found.append(Raised(flag, entry, series.get(entry.id, []), decision))
    return sorted(found, key=lambda one: one.decision is not None)


def decide(
    session: Session, contest: Contest, code: str, key: str, *, decision: str, reason: str,
    actor: Actor, at: datetime,
) -> FlagDecision:
    """Keep what a person decided about a flag, once. decision: fine, corrected.

    `corrected` needs a correction of the clip's count to be there; writing that is a step of its
    own, with a second organiser.
    """
    require(actor, "interaction.import", contest)
    one = next((r for r in raised(session, contest) if (r.entry.code, r.flag.key) == (code, key)),
               None)
    if one is None:
        raise not_found()
    _refuse(session, contest, one, decision, reason)
    row = FlagDecision(
        submission_id=one.entry.id, key=key, kind=one.flag.kind, numbers=dict(one.flag.numbers),
        decision=decision, reason=reason.strip(), created_by=actor.label, created_at=at,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "flag.decided", row, actor=actor, at=at, contest_id=contest.id,
        after={"code": code, "kind": one.flag.kind, "numbers": dict(one.flag.numbers),
               "decision": decision, "reason": row.reason},
    )
    return row


def _refuse(
    session: Session, contest: Contest, one: Raised, decision: str, reason: str
) -> None:
    if one.decision is not None:
        raise Conflict("Dấu hiệu này đã có quyết định.", "This flag has been decided already.")
    if decision not in DECISIONS or not reason.strip():
        raise Invalid("Hãy chọn một quyết định và ghi lý do.",
                      "Choose a decision and give a reason.")
    written = corrections.of_contest(session, contest)
    if decision == "corrected" and all(
        c.snapshot.submission_id != one.entry.id for c in written
    ):
        raise Conflict(
            "Clip chưa có điều chỉnh nào. Hãy ghi số điều chỉnh ở trang của clip trước.",
            "The clip has no correction yet. Write one on the clip's page first.",
        )


def decisions(session: Session, contest: Contest) -> Sequence[FlagDecision]:
    query = (
        select(FlagDecision)
        .join(FlagDecision.submission)
        .where(Submission.contest_id == contest.id)
        .order_by(FlagDecision.id)
    )
    return session.scalars(query).all()


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Gap]:
    """Flags that nobody has decided about."""
    count = sum(one.decision is None for one in raised(session, contest))
    if not count:
        return []
    return [Gap(
        "anomalies.open", f"{count} dấu hiệu bất thường chờ người quyết định.",
        f"Odd counts that wait for a person's decision: {count}.", "anomalies.list", count=count,
    )]


def _point(snapshot: Snapshot) -> Point:
    return Point(snapshot.taken_at, snapshot.reactions, snapshot.shares)
