"""A clip put into another category than the one that its unit chose."""

from datetime import datetime

from sqlalchemy.orm import Session

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Submission
from contest.permissions import require
from contest.profile import Profile
from contest.profile.winning import Category, open_to
from contest.services.core import audit, deadlines, profiles
from contest.services.entry import submissions
from contest.services.units import categories


def others(profile: Profile, submission: Submission) -> list[Category]:
    """Where else the clip may be: categories that are open to its unit, without its own."""
    may = open_to(profile.categories, submission.unit.group)
    return [one for one in may if one.id != submission.category]


def sort(
    session: Session, submission: Submission, category: str, *, actor: Actor, at: datetime
) -> None:
    """Put the clip into ``category``; the same once more changes nothing.

    Raises ``NotAllowed`` without ``entry.sort``; ``Invalid`` for a category that is not open to the
    unit or is full; ``Conflict`` for an entry outside the contest, and once a result is frozen.
    """
    require(actor, "entry.sort", submission)
    submissions.hold(session, submission)
    _require_possible(session, submission, at)
    profile = profiles.profile_of(submission.contest)
    before = submission.category
    category = categories.rechosen(session, submission, profile, category)
    if category == before:
        return
    submission.category, submission.updated_at = category, at
    audit.record(session, "submission.sorted", submission, actor=actor, at=at,
                 before={"category": before}, after={"category": category})


def _require_possible(session: Session, submission: Submission, at: datetime) -> None:
    phase = deadlines.phase_of(session, submission, at=at)
    if lifecycle.may("submission", submission.state, "sort", phase):
        return
    if lifecycle.may("submission", submission.state, "sort", lifecycle.Phase.COUNTED):
        raise Conflict(
            "Kết quả đã chốt nên mảng của bài không đổi được. Hãy lập bản kết quả mới (có lý do) ở "
            "trang Kết quả, rồi đổi mảng trong lúc bản đó chưa chốt.",
            "A result is final, so the entry's category cannot change now. First compute a new "
            "revision (with its reason) on the page Results, then change it before that one is "
            "frozen.",
        )
    raise Conflict("Bài này không còn trong hội thi nên không xếp mảng được.",
                   "This entry is no longer in the contest, so it has no category to change.")
