"""The chair's choice: who takes a prize that the rules leave to the chair, and who moves up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid, NotFound
from contest.models import ChairDecision, Contest, Submission
from contest.permissions import require
from contest.profile import Profile, Text
from contest.profile.winning import Prize
from contest.services.core import audit, profiles
from contest.states import SubmissionState
from scoring.model import NEXT_ROUND

MOVING_UP = 2  # places that the form has beside those of the prize
GOING_ON = 10  # of a next round, as many as the form shows at once; more are added with the list


@dataclass(frozen=True)
class Choice:
    """A prize of the chair's, and the codes chosen last, best first; empty: nobody yet."""

    prize: Prize
    codes: Sequence[str]
    reason: str

    @property
    def places(self) -> int:
        return max(self.prize.count, len(self.codes)) + MOVING_UP


def choices(session: Session, contest: Contest) -> list[Choice]:
    """Every prize that goes by the chair's choice, with the last one made."""
    prizes = _of_chair(contest)
    made = _made(session, contest) if prizes else {}
    found = []
    for prize in prizes:
        row = made.get(prize.id)
        found.append(Choice(prize, row.ordering if row else (), row.reason if row else ""))
    return found


def _made(session: Session, contest: Contest) -> dict[str, ChairDecision]:
    query = select(ChairDecision).where(
        ChairDecision.contest_id == contest.id, ChairDecision.prize != ""
    )
    return {row.prize: row for row in session.scalars(query.order_by(ChairDecision.id))}


def _of_chair(contest: Contest) -> list[Prize]:
    profile = profiles.profile_of(contest)
    return [*(one for one in profile.prizes if one.by == "chair"), *_going_on(profile)]


def _going_on(profile: Profile) -> Iterator[Prize]:
    """The chair's list of who goes on, chosen as a prize of the chair's is."""
    after = profile.next_round
    if after is not None and after.by == "chair":
        name = Text(vi=f"Vào {after.name.vi}", en=f"Goes on: {after.name.en}")
        yield Prize.model_construct(id=NEXT_ROUND, name=name, count=GOING_ON, by="chair")


def choose(
    session: Session, contest: Contest, prize: str, codes: Sequence[str], *, reason: str,
    actor: Actor, at: datetime,
) -> ChairDecision:
    """Record who takes the prize: as many as it has places, those named after them move up.

    Takes effect at the next computation; a later choice replaces an earlier one. Raises
    ``NotAllowed`` without ``result.close``, ``NotFound`` for a prize that is not the chair's,
    ``Invalid`` without a reason, for no clip, one named twice or one that is not in the contest.
    """
    require(actor, "result.close", contest)
    if prize not in {one.id for one in _of_chair(contest)}:
        raise NotFound("Không có giải này do Trưởng ban chọn.", "The chair gives no such prize.")
    _require_clips(session, contest, codes)
    if not reason.strip():
        raise Invalid(
            "Hãy ghi số biên bản hoặc lý do quyết định.", "Please state the minutes or the reason."
        )
    decision = ChairDecision(
        contest_id=contest.id, ordering=list(codes), prize=prize, reason=reason.strip(),
        created_by=actor.label, created_at=at,
    )
    session.add(decision)
    audit.record(
        session, "result.decided", contest, actor=actor, at=at, contest_id=contest.id,
        after={"prize": prize, "ordering": list(codes), "reason": reason.strip()},
    )
    return decision


def _require_clips(session: Session, contest: Contest, codes: Sequence[str]) -> None:
    if not codes or len(set(codes)) != len(codes):
        raise Invalid(
            "Hãy nhập ít nhất một mã clip, mỗi mã một lần.",
            "Enter at least one clip's code, each once.",
        )
    query = select(Submission.code).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes),
        Submission.state == SubmissionState.PUBLISHED,
    )
    if missing := sorted(set(codes) - set(session.scalars(query))):
        listed = ", ".join(missing)
        raise Invalid(
            f"Không có trong bảng xếp hạng: {listed}. Hãy xem lại mã clip.",
            f"Not in the ranking: {listed}. Please check the codes.",
        )
