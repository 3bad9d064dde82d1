"""Sessions of the staff, kept on the server so that they can be listed and ended at once.

They end after 12 hours, after 2 hours without use, when revoked, and when the password changes
(ASVS 5.0, V7). A device that a juror signed in with a link or QR code of their own is kept for two
weeks from its last use: marking takes weeks, and the link works once. That is for whoever is a
juror and nothing else; with any other role it ends like all others. ``last_seen_at`` is bookkeeping
of the session itself: the view writes it at most every 5 minutes, for GET in a short transaction of
its own (``contest/views/account/account.py``).
"""

from datetime import datetime, timedelta

from sqlalchemy import case, literal, or_, select, update
from sqlalchemy.orm import Session

from contest.actors import Actor, Role
from contest.errors import Conflict
from contest.models import StaffSession, User
from contest.services.core import audit, sweep
from contest.tokens import hash_token, new_token

LIFE = timedelta(hours=12)
LIFE_HALF = timedelta(minutes=10)  # the password was right, the second factor is still missing
KEPT = timedelta(days=14)  # from the last use of a juror's device
SEEN_EVERY = timedelta(minutes=5)


def start(
    session: Session, user: User, *, at: datetime, agent: str = "", address: str = "",
    second_factor: bool = False, kept: bool = False,
) -> str:
    """A new session; returns the token for the cookie. Only its hash is stored. ``kept``: on a
    device of its own, for weeks."""
    token = new_token()
    half = user.second_factor_on and not second_factor
    kept = kept and not half
    life = LIFE_HALF if half else KEPT if kept else LIFE
    session.add(StaffSession(
        token_hash=hash_token(token), user_id=user.id, created_at=at, last_seen_at=at,
        expires_at=at + life, kept=kept, agent=agent[:400], address=address[:64],
        second_factor_at=at if second_factor else None,
    ))
    sweep.schedule(session, at=at)
    session.flush()
    return token


def is_unseen(row: StaffSession, *, at: datetime) -> bool:
    """Whether ``last_seen_at`` is old enough to be written again."""
    return row.last_seen_at + SEEN_EVERY <= at


def seen(session: Session, session_id: int, *, at: datetime) -> None:
    """Record that a session was used at ``at``; a kept one is renewed by it."""
    ends = StaffSession.expires_at
    renewed = case((StaffSession.kept, literal(at + KEPT, ends.type)), else_=ends)
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.last_seen_at < at)
        .values(last_seen_at=at, expires_at=renewed)
    )


def may_be_kept(actor: Actor) -> bool:
    """Whether the person marks clips, and does nothing else anywhere."""
    roles = {role for held in actor.roles.values() for role in held}
    return roles == {Role.JUROR} and not actor.admin


def require_recent(row: StaffSession | None, *, at: datetime) -> None:
    """Of somebody who has neither password nor second factor nothing can be asked: a device that is
    kept for weeks gives nobody who found it a key of their own. Raises ``Conflict``."""
    if row is not None and row.kept and at - row.created_at > LIFE:
        raise Conflict(
            "Máy này đăng nhập đã quá 12 giờ. Hãy nhờ Ban Tổ chức gửi lại liên kết, mở liên kết đó "
            "rồi làm bước này ngay.",
            "This device signed in more than 12 hours ago. Ask the organisers for a new link, open "
            "it, and do this at once.",
        )


def life_of(row: StaffSession) -> timedelta:
    """How long its cookie lives from now."""
    return KEPT if row.kept else LIFE


def live(session: Session, user: User, *, at: datetime, idle: timedelta) -> list[StaffSession]:
    """The person's live sessions, the last used first."""
    query = select(StaffSession).where(
        StaffSession.user_id == user.id, StaffSession.revoked_at.is_(None),
        StaffSession.expires_at > at,
        or_(StaffSession.kept, StaffSession.last_seen_at > at - idle),
    )
    return list(session.scalars(query.order_by(StaffSession.last_seen_at.desc(), StaffSession.id)))


def end(session: Session, token: str, *, actor: Actor, at: datetime) -> None:
    """Sign this browser out; does nothing for an unknown token or an ended session."""
    row = session.scalars(
        select(StaffSession).where(StaffSession.token_hash == hash_token(token))
    ).one_or_none()
    if row is not None and row.revoked_at is None:
        row.revoked_at = at
        audit.record(session, "person.signed_out", row.user, actor=actor, at=at)


def revoke(
    session: Session, user: User, session_id: int, *, actor: Actor, at: datetime,
    contest_id: int | None = None,
) -> bool:
    """End one of the person's own sessions; False if there is no such session to end."""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.user_id == user.id,
               StaffSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record(session, "person.sessions_revoked", user, actor=actor, at=at,
                 contest_id=contest_id, after={"count": 1})
    return True


def revoke_all(
    session: Session, user: User, *, actor: Actor, at: datetime, except_id: int | None = None,
    contest_id: int | None = None,
) -> int:
    """End all sessions of a person except the one with id ``but``; returns how many."""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.user_id == user.id, StaffSession.revoked_at.is_(None),
               StaffSession.expires_at > at, StaffSession.id != (except_id or 0))
        .values(revoked_at=at)
    )
    count = int(ended.rowcount)  # type: ignore[attr-defined]
    if count:
        audit.record(session, "person.sessions_revoked", user, actor=actor, at=at,
                     contest_id=contest_id, after={"count": count})
    return count
