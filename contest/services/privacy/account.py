"""An account of the staff, erased: nobody can sign in, what was done keeps its number."""


from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contest.errors import Conflict
from contest.models import (
    Contest,
    Invitation,
    Passkey,
    PushSubscription,
    RecoveryCode,
    RoleGrant,
    StaffSession,
    User,
)
from contest.services.privacy.person import GONE

Buried = list[tuple[str, str, object]]  # subject, field, what stood there


def of_mail(session: Session, contest: Contest, mail: str) -> User | None:
    """The account of this address, if it has a role in the contest."""
    query = select(User).where(User.email == mail.strip().lower(), User.roles.any(
        RoleGrant.contest_id == contest.id
    ))
    return session.scalars(query).one_or_none()


def require_erasable(session: Session, user: User, contest: Contest) -> None:
    """Raises ``Conflict`` for an administrator, for roles in other contests, and for the only
    organiser: first somebody else takes over."""
    elsewhere = select(func.count()).where(
        RoleGrant.user_id == user.id, RoleGrant.contest_id != contest.id
    )
    if user.admin or session.scalar(elsewhere):
        raise Conflict(
            "Tài khoản này còn là quản trị hoặc có vai trò ở hội thi khác. Hãy gỡ các quyền đó "
            "trước.",
            "This account is an administrator or has a role in another contest. Take those away "
            "first.",
        )
    others = select(func.count()).select_from(RoleGrant).join(User).where(
        RoleGrant.contest_id == contest.id, RoleGrant.role == "organiser", User.active,
        User.id != user.id,
    )
    if not session.scalar(others):
        raise Conflict(
            "Đây là người duy nhất trong Ban Tổ chức. Hãy mời người khác trước khi xoá.",
            "This is the only organiser. Invite another one before it is erased.",
        )


def erase(session: Session, user: User) -> Buried:
    """Empty the account, end its sessions, forget its devices. Its roles stay, for marks and
    decisions hang on them; without a password nobody has them."""
    subject = f"user:{user.id}"
    buried: Buried = [(subject, "name", user.name), (subject, "email", user.email)]
    user.name, user.email = GONE, f"da-xoa-{user.id}@example.invalid"
    user.password_hash = user.totp_secret = user.passkey_handle = ""
    user.totp_confirmed_at, user.has_passkey, user.active = None, False, False
    for table in (StaffSession, Passkey, RecoveryCode, Invitation, PushSubscription):
        session.execute(delete(table).where(table.user_id == user.id))
    session.flush()
    return buried
