"""The chair of the board that appraises clips (plan IV.2): a reviewer with a casting word."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Contest, RoleGrant, User
from contest.permissions import require
from contest.services.core import appraisal, audit, locks, profiles


def of(session: Session, contest: Contest) -> RoleGrant | None:
    """The chair's role, or None while nobody is named."""
    query = select(RoleGrant).where(RoleGrant.contest_id == contest.id, RoleGrant.chair)
    return session.scalars(query).one_or_none()


def name(
    session: Session, contest: Contest, user: User, *, chair: bool, actor: Actor, at: datetime
) -> None:
    """Make a reviewer the chair instead of whoever was, or (``chair`` False) a member again.

    Raises ``NotAllowed`` without ``people.manage``, ``Conflict`` for somebody who is no reviewer.
    """
    require(actor, "people.manage", contest)
    locks.lock(session, contest)
    query = select(RoleGrant).where(
        RoleGrant.contest_id == contest.id, RoleGrant.user_id == user.id,
        RoleGrant.role == "reviewer",
    )
    grant = session.scalars(query).one_or_none()
    if grant is None:
        raise Conflict(
            f"{user.name} chưa có vai trò thẩm định. Hãy thêm vai trò đó trước, rồi chỉ định Chủ "
            "tịch.",
            f"{user.name} is no reviewer. Give them that role first, then name them the chair.",
        )
    before = of(session, contest)
    if grant.chair == chair:
        return
    if before is not None:
        before.chair = False
        session.flush()
    grant.chair = chair
    session.flush()
    audit.record(
        session, "person.chair_named" if chair else "person.chair_ended", user, actor=actor, at=at,
        contest_id=contest.id, before={"chair": before.user_id if before else None},
        after={"chair": user.id if chair else None},
    )
    board_changed(session, contest, at=at)


def board_changed(session: Session, contest: Contest, *, at: datetime) -> None:
    """Somebody came to the board or left it: where it decides, clips are looked at again."""
    if profiles.profile_of(contest).review.by_board:
        appraisal.look_again(session, contest, at=at)
