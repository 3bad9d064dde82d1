"""In which order clips are marked before everybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, LiveRound, Submission
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.jury.ballots import MARKABLE
from contest.services.rounds import before


def require_live(contest: Contest) -> None:
    """Raises ``NotFound`` where the rules do not have the round marked live."""
    if not profiles.profile_of(contest).jury.live:
        raise not_found()


def entries(session: Session, contest: Contest) -> list[Submission]:
    """The clips that are marked, in their order: as it was set, then as their units came into this
    round, then by code."""
    query = (
        select(Submission).join(Submission.unit)
        .where(Submission.contest_id == contest.id, Submission.state.in_(MARKABLE))
        .options(contains_eager(Submission.unit))
    )
    row = session.scalars(_of(contest)).one_or_none()
    said = {clip: place for place, clip in enumerate(row.ordering if row else ())}
    known = before.finalists(session, contest)

    def place(one: Submission) -> tuple[int, int, str]:
        finalist = before.whose(known, one)
        return (said.get(one.id, len(said)), finalist.place if finalist else len(known), one.code)

    return sorted(session.scalars(query), key=place)


def _of(contest: Contest) -> Select[LiveRound]:
    return select(LiveRound).where(LiveRound.contest_id == contest.id)


def arrange(
    session: Session, contest: Contest, codes: Sequence[str], *, actor: Actor, at: datetime
) -> None:
    """Set the order: the codes first to last. Raises ``NotAllowed`` without ``jury.type``,
    ``NotFound`` where the round is not live, ``Conflict`` once it is locked, ``Invalid`` unless
    each clip is named once."""
    require(actor, "jury.type", contest)
    require_live(contest)
    if contest.jury_locked_at is not None:
        raise Conflict("Vòng chấm đã khoá, không đổi thứ tự nữa.",
                       "The jury round is locked; the order stays.")
    there = {one.code: one.id for one in entries(session, contest)}
    if sorted(codes) != sorted(there):
        raise Invalid(
            "Mỗi clip phải có một số thứ tự riêng. Hãy xem lại các số.",
            "Each clip needs a number of its own. Please check the numbers.",
        )
    row = session.scalars(_of(contest).with_for_update(**LOCK)).one_or_none()
    if row is None:
        row = LiveRound(contest_id=contest.id, ordering=[])
        session.add(row)
    row.ordering, row.set_by, row.set_at = [there[code] for code in codes], actor.label, at
    audit.record(session, "live.arranged", contest, actor=actor, at=at, contest_id=contest.id,
                 after={"ordering": list(codes)})
