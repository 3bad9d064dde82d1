"""The hour of publication: planned, moved, cancelled, and kept by the queue.

The plan is the contest's, not a revision's: at that hour the newest revision is published if it is
frozen and nothing has moved since. What is missing then is told to every organiser, and the plan
ends; nothing is published later by itself. The task is an outbox row that waits for the contest's
own clock, so a kill, an emptied queue or a clock that jumps back loses nothing and does nothing
twice: the plan's row is locked, and a revision can become public only once (``transitions.move``).
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, DomainError, Invalid
from contest.languages import write_time
from contest.models import Contest, PlannedRelease, Result
from contest.permissions import require
from contest.services.core import audit, deadlines, locks, mail, outbox, profiles
from contest.services.core.blockers import Blocker
from contest.services.fanpage.organisers import organisers_of
from contest.services.results import closing, results
from contest.services.results.unheld import Ahead

KIND, TEMPLATE = "result.release", "release_refused"
WAITING = "waiting"
LONGEST = timedelta(days=366)


def waiting(session: Session, contest: Contest) -> PlannedRelease | None:
    """The plan in force."""
    return session.scalars(_of(contest).where(PlannedRelease.outcome == WAITING)).first()


def refused(session: Session, contest: Contest) -> PlannedRelease | None:
    """The newest plan where something was missing at its hour and nothing was decided since."""
    newest = session.scalars(_of(contest).order_by(PlannedRelease.id.desc()).limit(1)).first()
    if newest is None or newest.outcome != "refused":
        return None
    return newest if deadlines.newest_result(session, contest.id) != "published" else None


def missed(session: Session, contest: Contest) -> Blocker | None:
    """The same as a sentence for the desk, with the page where it is settled."""
    row = refused(session, contest)
    if row is None:
        return None
    zone = profiles.profile_of(contest).schedule.zone
    vi, en = (write_time(row.due_at, zone, language) for language in ("vi", "en"))
    return Blocker(
        "release_refused", f"Đến giờ hẹn {vi} chưa công bố được. {row.why_vi}",
        f"Not published at the planned hour, {en}. {row.why_en}", "results.overview",
    )


def _of(contest: Contest) -> Select[PlannedRelease]:
    return select(PlannedRelease).where(PlannedRelease.contest_id == contest.id)


def plan(
    session: Session, contest: Contest, due_at: datetime, *, actor: Actor, at: datetime
) -> PlannedRelease:
    """Publish at ``due_at``; a plan that waits is moved there. Raises ``NotAllowed`` without
    ``result.publish``, ``Invalid`` for an hour that is over or more than a year ahead, ``Conflict``
    where the newest revision is public."""
    require(actor, "result.publish", contest)
    _require_ahead(contest, due_at, at)
    locks.lock(session, contest)
    if deadlines.newest_result(session, contest.id) == "published":
        raise Conflict(
            "Kết quả đã công bố nên không còn gì để hẹn giờ.",
            "The result is public already, so there is nothing to plan.",
        )
    before = waiting(session, contest)
    if before is not None:
        _end(before, "moved", actor=actor, at=at)
        session.flush()
    row = PlannedRelease(
        contest_id=contest.id, due_at=due_at, outcome=WAITING, created_by=actor.label,
        created_at=at,
    )
    session.add(row)
    session.flush()
    outbox.enqueue(
        session, KIND, row.id, at=at, due_at=due_at, contest_id=contest.id, priority="high"
    )
    audit.record(
        session, "planned_release.planned", row, actor=actor, at=at, contest_id=contest.id,
        before={"due_at": before.due_at.isoformat()} if before else {},
        after={"due_at": due_at.isoformat()},
    )
    return row


def _require_ahead(contest: Contest, due_at: datetime, at: datetime) -> None:
    zone = profiles.profile_of(contest).schedule.zone
    if due_at <= at:
        raise Invalid(
            f"Giờ công bố {write_time(due_at, zone, 'vi')} đã qua; bây giờ là "
            f"{write_time(at, zone, 'vi')}. Hãy chọn một giờ còn ở phía trước, hoặc công bố ngay.",
            f"The hour {write_time(due_at, zone, 'en')} is over; it is now "
            f"{write_time(at, zone, 'en')}. Choose one ahead, or publish now.",
        )
    if due_at - at > LONGEST:
        raise Invalid(
            "Chỉ hẹn giờ công bố được trong vòng một năm tới. Hãy xem lại năm.",
            "The hour can be at most one year ahead. Please check the year.",
        )


def cancel(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """End the plan that waits. Raises ``NotAllowed`` without ``result.publish``, ``Conflict``
    where none waits."""
    require(actor, "result.publish", contest)
    locks.lock(session, contest)
    row = waiting(session, contest)
    if row is None:
        raise Conflict("Không có giờ công bố nào đang hẹn.", "No hour of publication is planned.")
    _end(row, "cancelled", actor=actor, at=at)
    audit.record(
        session, "planned_release.cancelled", row, actor=actor, at=at, contest_id=contest.id,
        before={"due_at": row.due_at.isoformat()}, after={},
    )


def _end(row: PlannedRelease, outcome: str, *, actor: Actor, at: datetime) -> None:
    row.outcome, row.ended_by, row.ended_at = outcome, actor.label, at


# ---------------------------------------------------------------------------- when it is due


def agreed(session: Session, row_id: int, *, at: datetime) -> Ahead[None] | None:
    """What takes long of keeping a plan that is due, for a session that only reads; None where
    there is nothing to publish. Raises ``Conflict`` as ``results.agreed``."""
    row = session.get_one(PlannedRelease, row_id)
    if row.outcome != WAITING or row.due_at > at:
        return None
    result = results.current(session, session.get_one(Contest, row.contest_id))
    if result is None or result.state != "frozen":
        return None
    return results.agreed(session, result)


def keep(
    session: Session, row_id: int, *, at: datetime, known: Ahead[None] | None = None
) -> datetime | None:
    """Publish, if this plan still waits and its hour has come. ``known``: what ``agreed`` found.
    Returns the hour where it is ahead (the clock went back). Raises ``Conflict`` with what is
    missing; nothing is stored then."""
    row = _locked(session, row_id)
    if row is None:
        return None
    if row.due_at > at:
        return row.due_at
    contest = session.get_one(Contest, row.contest_id)
    result = results.current(session, contest)
    if result is None or result.state != "frozen":
        raise _not_frozen(session, contest, result, at=at)
    results.publish(session, result, actor=SYSTEM, at=at, known=known)
    return None


def _locked(session: Session, row_id: int) -> PlannedRelease | None:
    """The plan, locked in the house's order (its contest first); None where it waits no more."""
    row = session.get_one(PlannedRelease, row_id)
    locks.lock(session, session.get_one(Contest, row.contest_id))
    locks.lock(session, row)
    return row if row.outcome == WAITING else None


def _not_frozen(
    session: Session, contest: Contest, result: Result | None, *, at: datetime
) -> Conflict:
    gaps = closing.gaps(session, contest, at=at)
    lists = [" ".join(said) for said in ([gap.vi for gap in gaps], [gap.en for gap in gaps])]
    if result is None or result.state != "computed":
        vi, en = "Kết quả chưa được tính.", "The result has not been computed."
    else:
        vi = f"Bản {result.number} đã tính nhưng chưa chốt."
        en = f"Revision {result.number} is computed and not frozen."
    return Conflict(f"{vi} {lists[0]}".strip(), f"{en} {lists[1]}".strip())


def refuse(session: Session, row_id: int, why: DomainError, *, at: datetime) -> None:
    """End a plan that could not be kept, and tell every organiser what was missing."""
    row = _locked(session, row_id)
    if row is None:
        return
    contest = session.get_one(Contest, row.contest_id)
    _end(row, "refused", actor=SYSTEM, at=at)
    row.why_vi, row.why_en = why.vi, why.en
    zone = profiles.profile_of(contest).schedule.zone
    for user in organisers_of(session, contest):
        mail.enqueue(
            session, to=user.email, template=TEMPLATE, language=user.language, at=at,
            params={
                "user_id": user.id, "hour": write_time(row.due_at, zone, user.language),
                "why_vi": why.vi, "why_en": why.en,
                "path": f"/c/{contest.slug}/organiser/results/#publish",
            },
            contest_id=contest.id,
        )
    audit.record(
        session, "planned_release.refused", row, actor=SYSTEM, at=at, contest_id=contest.id,
        before={"due_at": row.due_at.isoformat()}, after={"reason": why.vi},
    )
