"""People of the staff: who they are, their roles, and the session behind a browser's cookie."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor, Role
from contest.errors import Conflict, Invalid, NotAllowed, not_found
from contest.languages import chosen
from contest.models import Contest, Invitation, RoleGrant, StaffSession, Unit, User
from contest.permissions import require
from contest.services.core import audit, locks, mail
from contest.services.jury import jurors
from contest.services.people import chair, invitations, sessions
from contest.tokens import hash_token

EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]{2,}")
IDLE = timedelta(hours=2)  # ASVS 5.0, 7.3.1

# ---------------------------------------------------------------------- who acts


def actor_of(session: Session, user: User, *, second_factor: bool = False) -> Actor:
    """A person as an actor, with all roles in all contests."""
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
    """The live session behind a cookie's token; its second factor may still be missing."""
    row = session.scalars(
        select(StaffSession).where(StaffSession.token_hash == hash_token(token))
        .options(joinedload(StaffSession.user, innerjoin=True))
    ).one_or_none()
    if row is None or row.revoked_at or not row.user.active:
        return None
    if row.expires_at <= at or (not row.kept and row.last_seen_at + IDLE <= at):
        return None
    return row


def owes_second_factor(row: StaffSession) -> bool:
    """A person with a second factor is not signed in by the password alone."""
    return row.user.second_factor_on and row.second_factor_at is None


def actor_of_token(session: Session, token: str, *, at: datetime) -> Actor | None:
    """The person behind a cookie as an actor; None unless fully signed in."""
    return actor_of_session(session, session_of_token(session, token, at=at), at=at)


def actor_of_session(session: Session, row: StaffSession | None, *, at: datetime) -> Actor | None:
    """The same of the cookie's live session, where there is one."""
    if row is None or owes_second_factor(row):
        return None
    actor = actor_of(session, row.user, second_factor=row.second_factor_at is not None)
    if row.kept and not sessions.may_be_kept(actor):  # a juror's device, who is more than that now
        over = row.created_at + sessions.LIFE <= at or row.last_seen_at + IDLE <= at
        return None if over else actor
    return actor


# ---------------------------------------------------------------------- accounts


def tidy_email(typed: str) -> str:
    """An e-mail address as it is stored. Raises ``Invalid`` if it is none."""
    email = unicodedata.normalize("NFC", typed).strip().lower()
    if len(email) > 254 or not EMAIL.fullmatch(email):  # noqa: PLR2004 - RFC 5321
        raise Invalid(f"“{email[:80]}” không phải địa chỉ email. Ví dụ: ten@example.vn.",
                      f'"{email[:80]}" is not an e-mail address. Example: name@example.vn.')
    return email


def by_email(session: Session, email: str) -> User | None:
    """The account with this address, in whatever case it was typed."""
    return session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()


@dataclass(frozen=True)
class Person:
    """A line of the organiser's list."""

    user: User
    roles: tuple[str, ...]
    unit: Unit | None
    invitation: Invitation | None  # the open one, if any
    last_seen_at: datetime | None
    elsewhere: bool = False  # works where ``actor`` is nobody: how they sign in is not told


def of_contest(
    session: Session, contest: Contest, *, at: datetime, actor: Actor | None = None
) -> list[Person]:
    """Everybody with a role in the contest, by name, as far as ``actor`` may know them."""
    query = select(User).join(RoleGrant).where(RoleGrant.contest_id == contest.id).distinct()
    found = _persons(session, contest, session.scalars(query).all(), at, actor)
    return sorted(found, key=lambda p: [*p.user.name.split()[-1:], p.user.name])  # by given name


def one(
    session: Session, contest: Contest, user_id: int, *, at: datetime, actor: Actor | None = None
) -> Person:
    """A person with a role in this contest. Raises ``NotFound`` otherwise."""
    user = session.get(User, user_id)
    person = _persons(session, contest, [user], at, actor)[0] if user else None
    if person is None or not person.roles:
        raise not_found()
    return person


def _persons(
    session: Session, contest: Contest, users: Sequence[User], at: datetime, actor: Actor | None
) -> list[Person]:
    """These users as lines of the list: four queries, however many they are."""
    ids = [user.id for user in users]
    grants: dict[int, list[tuple[str, Unit | None]]] = {}
    for grant, unit in session.execute(
        select(RoleGrant, Unit).outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.user_id.in_(ids))
        .order_by(RoleGrant.role)
    ):
        grants.setdefault(grant.user_id, []).append((grant.role, unit))
    hidden = _beyond(session, ids, actor)
    shown = [user_id for user_id in ids if user_id not in hidden]
    sent, seen = invitations.open_of(session, shown, at=at), _last_seen(session, shown)
    return [
        Person(
            user, tuple(role for role, _ in grants.get(user.id, [])),
            next((unit for _, unit in grants.get(user.id, []) if unit), None),
            sent.get(user.id), seen.get(user.id), user.id in hidden,
        )
        for user in users
    ]


def _beyond(session: Session, user_ids: Collection[int], actor: Actor | None) -> set[int]:
    """Who of these is an administrator, or works in a contest that ``actor`` does not organise."""
    if actor is None or actor.admin:
        return set()
    own = [c for c, held in actor.roles.items() if Role.ORGANISER in held]
    query = select(User.id).outerjoin(RoleGrant).where(
        User.id.in_(user_ids), or_(User.admin, RoleGrant.contest_id.not_in(own))
    )
    return set(session.scalars(query))


def _last_seen(session: Session, user_ids: Collection[int]) -> dict[int, datetime]:
    query = (
        select(StaffSession.user_id, func.max(StaffSession.last_seen_at))
        .where(StaffSession.user_id.in_(user_ids))
        .group_by(StaffSession.user_id)
    )
    return {user_id: moment for user_id, moment in session.execute(query)}


def only_role(session: Session, user: User) -> tuple[str, Contest] | None:
    """The person's role and its contest, if there is exactly one."""
    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id).limit(2)).all()
    if len(grants) != 1:
        return None
    return grants[0].role, session.get_one(Contest, grants[0].contest_id)


def grants_of(session: Session, user: User, contest: Contest) -> list[RoleGrant]:
    """The person's roles in the contest, by name."""
    query = select(RoleGrant).where(
        RoleGrant.user_id == user.id, RoleGrant.contest_id == contest.id
    )
    return list(session.scalars(query.order_by(RoleGrant.role)))


def add(
    session: Session, contest: Contest, *, email: str, name: str, roles: Collection[str],
    unit_id: int | None = None, language: str = "vi", actor: Actor, at: datetime, key: str,
) -> tuple[User, Invitation | None]:
    """Give a person roles in a contest; a new person is invited to set a password.

    Somebody known keeps name and password. ``unit_id`` is a juror's own unit. A mail goes out in
    any case; the invitation is None for somebody who has an account already. Raises ``NotAllowed``
    without ``people.manage``, ``Invalid`` without a role, name or proper address, ``Conflict`` for
    somebody who has a role here, ``NotFound`` for a unit of another contest.
    """
    require(actor, "people.manage", contest)
    if not roles:
        raise Invalid("Hãy chọn ít nhất một vai trò.", "Please choose at least one role.")
    _hold(session, contest)
    user = by_email(session, tidy_email(email))
    known = user is not None
    if user is None:
        user = create(session, email=email, name=name, language=language, actor=actor, at=at)
    elif grants_of(session, user, contest):
        raise Conflict(f"{user.email} đã có trong danh sách. Hãy mở dòng đó để sửa vai trò.",
                       f"{user.email} is in the list already. Open that line to change the roles.")
    change_roles(session, contest, user, roles=roles, unit_id=unit_id, actor=actor, at=at)
    invitation = None
    if not known:
        invitation = invitations.create(session, user, purpose="password", actor=actor, at=at,
                                        key=key, contest_id=contest.id)
        session.flush()
    tell(session, contest, user, invitation, at=at)
    return user, invitation


def create(
    session: Session, *, email: str, name: str, language: str = "vi", admin: bool = False,
    actor: Actor, at: datetime,
) -> User:
    """An account without password and roles; the caller has checked the permission. Raises
    ``Invalid`` without a name or proper address, ``NotAllowed`` for an ``admin`` without
    ``contest.create``."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise Invalid("Hãy ghi họ tên.", "Please give the name.")
    if admin:
        require(actor, "contest.create")
    user = User(email=tidy_email(email), name=name, language=chosen(language), admin=admin,
                created_at=at)
    session.add(user)
    audit.record(session, "person.added", _saved(session, user), actor=actor, at=at,
                 after={"admin": admin})
    return user


def _saved(session: Session, user: User) -> User:
    session.flush()
    return user


def tell(
    session: Session, contest: Contest, user: User, invitation: Invitation | None, *, at: datetime
) -> None:
    """Queue the mail about a role or an invitation; its token is put in when it is sent."""
    params = {"user_id": user.id} | ({"invitation_id": invitation.id} if invitation else {})
    mail.enqueue(session, to=user.email, template="invitation", language=user.language,
               params=params, contest_id=contest.id, at=at)


# ---------------------------------------------------------------------- roles


def change_roles(
    session: Session, contest: Contest, user: User, *, roles: Collection[str],
    unit_id: int | None, actor: Actor, at: datetime,
) -> None:
    """Make these the person's roles in the contest; none at all removes the person from it. Raises
    ``NotAllowed`` without ``people.manage``, ``NotFound`` for a unit of another contest,
    ``Conflict`` for the only organiser or a juror who may not leave (``before_role_ends``)."""
    require(actor, "people.manage", contest)
    _hold(session, contest)
    wanted, grants = {Role(role).value for role in roles}, grants_of(session, user, contest)
    before = {"roles": sorted(g.role for g in grants), "unit": own_unit_of(grants)}
    _keep_an_organiser(session, contest, user, {g.role for g in grants}, wanted)
    unit = _own_unit(session, contest, unit_id) if "juror" in wanted else None
    for grant in grants:
        if grant.role not in wanted:
            if grant.role == Role.JUROR:
                jurors.before_role_ends(session, contest, user, actor=actor, at=at)
            session.delete(grant)
    held = {g.role: g for g in grants}
    for role in wanted:
        grant = held.get(role) or RoleGrant(
            user_id=user.id, contest_id=contest.id, role=role, created_at=at
        )
        grant.unit_id = unit if role == "juror" else None
        session.add(grant)
    session.flush()
    after = {"roles": sorted(wanted), "unit": unit}
    if after != before:
        audit.record(session, "person.roles_changed", user, actor=actor, at=at,
                     contest_id=contest.id, before=before, after=after)
    if ("reviewer" in held) != ("reviewer" in wanted):
        chair.board_changed(session, contest, at=at)


def _hold(session: Session, contest: Contest) -> None:
    """Lock the contest: two organisers who remove each other at once would leave none."""
    locks.lock(session, contest)


def own_unit_of(grants: list[RoleGrant]) -> int | None:
    """The unit that a juror belongs to, by id."""
    return next((g.unit_id for g in grants if g.unit_id), None)


def _own_unit(session: Session, contest: Contest, unit_id: int | None) -> int | None:
    if unit_id is None:
        return None
    unit = session.get(Unit, unit_id)
    if unit is None or unit.contest_id != contest.id:
        raise not_found()
    return unit.id


def _keep_an_organiser(
    session: Session, contest: Contest, user: User, before: set[str], wanted: set[str]
) -> None:
    if "organiser" not in before or "organiser" in wanted:
        return
    others = select(RoleGrant).join(User).where(
        RoleGrant.contest_id == contest.id, RoleGrant.role == "organiser",
        RoleGrant.user_id != user.id, User.active,
    )
    if session.scalars(others).first() is None:
        raise Conflict(
            "Đây là thành viên Ban Tổ chức duy nhất. Hãy thêm người khác trước.",
            "This is the only organiser. Please add somebody else first.",
        )


# ---------------------------------------------------------------------- what others may do


def may_hand_over(session: Session, actor: Actor, user: User) -> bool:
    """May ``actor`` give access to this account (a link, a QR code), end its sessions or lock it?

    Only with power over everything the account can do; otherwise an organiser of one contest
    could enter another one through a colleague's account.
    """
    if actor.admin or actor.kind == "system":
        return True
    held = session.scalars(select(RoleGrant.contest_id).where(RoleGrant.user_id == user.id))
    return not user.admin and all(actor.has_role(Role.ORGANISER, c) for c in held)


def require_hand_over(session: Session, contest: Contest, actor: Actor, user: User) -> None:
    """Raises ``NotFound`` for a person without a role here, ``NotAllowed`` (``may_hand_over``)."""
    if not grants_of(session, user, contest):
        raise not_found()  # of another contest, or of none: this contest's list does not have them
    if not may_hand_over(session, actor, user):
        raise NotAllowed(
            "Tài khoản này còn dùng cho hội thi khác; chỉ quản trị viên làm được việc này.",
            "This account serves other contests too; only an administrator can do this.",
        )


def invite(
    session: Session, contest: Contest, user: User, *, purpose: str, actor: Actor, at: datetime,
    key: str,
) -> Invitation:
    """A new link for a person of the contest, sent to their mail.

    ``purpose`` ``sign_in`` is for jurors who will not remember a password (one sign-in). Raises
    ``NotAllowed`` without ``people.manage`` or ``may_hand_over``.
    """
    require(actor, "people.manage", contest)
    require_hand_over(session, contest, actor, user)
    invitation = invitations.create(session, user, purpose=purpose, actor=actor, at=at, key=key,
                                    contest_id=contest.id)
    session.flush()
    tell(session, contest, user, invitation, at=at)
    return invitation


def set_active(
    session: Session, contest: Contest, user: User, active: bool, *, actor: Actor, at: datetime
) -> None:
    """Lock an account (its sessions and invitations end at once), or unlock it. Raises
    ``NotAllowed`` without ``people.manage`` or ``may_hand_over``, ``Conflict`` for locking the
    actor's own account."""
    require(actor, "people.manage", contest)
    require_hand_over(session, contest, actor, user)
    if user.id == actor.id and not active:
        raise Conflict("Bạn không thể khoá tài khoản của chính mình.",
                       "You cannot lock your own account.")
    if user.active == active:
        return
    user.active = active
    if not active:
        sessions.revoke_all(session, user, actor=actor, at=at)
        invitations.revoke(session, user, at=at)
    audit.record(session, "person.unlocked" if active else "person.locked", user, actor=actor,
                 at=at, contest_id=contest.id)
    chair.board_changed(session, contest, at=at)


def sign_out_everywhere(
    session: Session, contest: Contest, user: User, *, actor: Actor, at: datetime
) -> int:
    """End all sessions of a person of the contest; returns how many. Raises ``NotAllowed`` without
    ``people.manage`` or ``may_hand_over``: a session serves every contest of the person."""
    require(actor, "people.manage", contest)
    if user.id != actor.id:
        require_hand_over(session, contest, actor, user)
    return sessions.revoke_all(session, user, actor=actor, at=at, contest_id=contest.id)
