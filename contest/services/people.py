"""Staff accounts: roles, passwords, second factor, sessions that can be revoked."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import NotAllowed
from contest.models import Contest, RoleGrant, StaffSession, User
from contest.services import profiles
from contest.tokens import hash_token

SESSION_LIFE = timedelta(hours=12)


def actor_of(session: Session, user: User, *, second_factor: bool = False) -> Actor:
    """The actor that a person is: all roles in all contests."""
    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
    roles: dict[int, frozenset[str]] = {}
    for grant in grants:
        roles[grant.contest_id] = roles.get(grant.contest_id, frozenset()) | {grant.role}
    own_unit = next((g.unit_id for g in grants if g.unit_id is not None), None)
    return Actor(
        "user", user.id, user.name, roles=roles, admin=user.admin, unit_id=own_unit,
        second_factor=second_factor,
    )


def session_of_token(session: Session, token: str, *, at: datetime) -> StaffSession | None:
    """The live session behind a cookie's token."""
    row = session.scalars(
        select(StaffSession).where(StaffSession.token_hash == hash_token(token))
    ).one_or_none()
    if row is None or row.revoked_at or row.expires_at <= at or not row.user.active:
        return None
    return row


def actor_of_token(session: Session, token: str, *, at: datetime) -> Actor | None:
    row = session_of_token(session, token, at=at)
    if row is None:
        return None
    return actor_of(session, row.user, second_factor=row.second_factor_at is not None)


def require_second_factor(actor: Actor, contest: Contest | None) -> None:
    """Refuse a role for which the profile demands a second factor that was not given."""
    if contest is None or actor.kind != "user" or actor.second_factor:
        return
    demanded = set(profiles.profile_of(contest).security.second_factor)
    if demanded & actor.roles.get(contest.id, frozenset()):
        raise NotAllowed(
            "Vai trò này cần mã xác thực thứ hai. Hãy bật trong mục Tài khoản rồi đăng nhập lại.",
            "This role needs a second factor. Switch it on under Account and sign in again.",
            second_factor=True,
        )
