"""A lost phone: its second factor and every session end, by somebody else's hand."""

from datetime import datetime

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Contest, User
from contest.permissions import require
from contest.services.people import people, second_factor, sessions


def reset(
    session: Session, contest: Contest, user: User, *, actor: Actor, at: datetime
) -> None:
    """Take every second factor of a person, passkeys too, and sign them out everywhere; a mail
    tells them. The password stays, and where a second factor is demanded they set a new one up at
    the next sign-in.

    Raises ``NotAllowed`` without ``people.manage`` or ``people.may_hand_over``, ``Conflict`` for
    one's own: a stolen session must not free itself.
    """
    require(actor, "people.manage", contest)
    people.require_hand_over(session, contest, actor, user)
    if user.id == actor.id:
        raise Conflict(
            "Bạn không thể tự đặt lại mã thứ hai của mình ở đây. Hãy nhờ một người khác trong "
            "Ban Tổ chức, hoặc dùng mã dự phòng.",
            "You cannot reset your own second factor here. Ask another organiser, or use a "
            "recovery code.",
        )
    second_factor.reset(session, user, actor=actor, at=at)
    sessions.revoke_all(session, user, actor=actor, at=at, contest_id=contest.id)


def end_session(
    session: Session, contest: Contest, user: User, session_id: int, *, actor: Actor, at: datetime
) -> bool:
    """End one session of a person of the contest; False where there is none to end. Raises as
    ``people.sign_out_everywhere``."""
    require(actor, "people.manage", contest)
    if user.id != actor.id:
        people.require_hand_over(session, contest, actor, user)
    return sessions.revoke(session, user, session_id, actor=actor, at=at, contest_id=contest.id)
