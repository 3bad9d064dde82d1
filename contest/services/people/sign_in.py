"""Signing in: password, second factor, passkeys, one-use links; throttled by account and always
recorded.

A failure reveals nothing: unknown address, wrong password, locked and throttled account get the
same words after the same time. The wait is bounded, and an attempt during it does not lengthen it.

An attempt is counted before it is judged (``reserve``), so that twelve at once are no more than
twelve in a row: the account is locked first, then the place's count is asked for (``Counter``), so
that both counts go in one order. A right one is given back. Whose own wait it is decides
``Origin``: a browser that signed in before is never made to wait by strangers, and a place from
which few have failed only once strangers have tried from everywhere (``SCATTERED``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import PUBLIC, Actor
from contest.errors import Invalid
from contest.models import StaffSession, User
from contest.models.base import LOCK
from contest.services.core import audit
from contest.services.core.sealing import Keyring
from contest.services.people import (
    invitations,
    passkey_protocol,
    passkeys,
    passwords,
    people,
    second_factor,
    sessions,
)
from contest.services.people.passkey_protocol import Site

FREE_ATTEMPTS = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2, 300
SCATTERED = 50  # failures since the last success, from however many places


@dataclass(frozen=True)
class Attempt:
    """The result of checking a password, known before anything is locked or stored."""

    user_id: int | None
    right: bool
    fresh_hash: str = ""  # the same password with today's settings, where the stored one is older


@dataclass(frozen=True)
class Origin:
    """From where somebody tries. ``known``: a browser that signed in to this account before;
    ``fresh``: a place from which few have failed at it lately."""

    known: bool = False
    fresh: bool = False


STRANGER = Origin()
Counter = Callable[[int | None], Origin]  # counts one more attempt at an account from where it came
BY_LINK = ("link", "on_the_spot", "invitation")  # nothing was known of the person: on which device


@dataclass(frozen=True)
class Browser:
    """The browser of a session, for the person's own list of sessions. ``name``: as people call it,
    for the trail."""

    agent: str = ""
    address: str = ""
    name: str = ""


def reserve(
    session: Session, email: str, *, counted: Counter = lambda _account: STRANGER, at: datetime
) -> bool:
    """Count an attempt as failed before its password is looked at; False where it must wait.

    In a short transaction of its own: hashing is slow and must hold no lock.
    """
    found = people.by_email(session, email)
    user = _locked(session, found.id) if found else None
    origin = counted(user.id if user else None)
    if user is None:
        return True  # as long as for an account; ``try_password`` finds nothing
    if _must_wait(user, at, origin):
        return False
    if not origin.known:
        _count(user, at)
    return True


def try_password(
    session: Session, email: str, password: str, *, at: datetime, reserved: bool = True
) -> Attempt:
    """Check address and password, in a reading session; one that was not ``reserved`` takes as long
    and is never right."""
    user = people.by_email(session, email)
    fits = passwords.verify(user.password_hash if user else "", password)
    if user is None:
        return Attempt(None, False)
    right = fits and user.active and reserved
    outdated = right and passwords.outdated(user.password_hash)
    return Attempt(user.id, right, passwords.hash_password(password) if outdated else "")


def sign_in(session: Session, attempt: Attempt, *, browser: Browser, at: datetime) -> str | None:
    """Record the attempt; the token of a new session if it was right, else None.

    With a second factor on, the session serves for ``complete`` only.
    """
    user = _locked(session, attempt.user_id)
    if user is None or not attempt.right:
        _failed(session, user, "password", at)
        return None
    user.password_hash = attempt.fresh_hash or user.password_hash
    if user.second_factor_on:
        _give_back(user, at)
    return _start(session, user, "password", browser, at)


def complete(
    session: Session, row: StaffSession, code: str, *, browser: Browser, at: datetime,
    wall: datetime, keys: Keyring, counted: Counter = lambda _account: STRANGER,
) -> str | None:
    """The second step: the token of a full session for a right code, else None. The session of the
    first step (``row``) ends."""

    def judge(user: User) -> bool:
        return second_factor.check(session, user, code, at=at, wall=wall, keys=keys)

    return _second_step(session, row, judge, how="second_factor", browser=browser, at=at,
                        counted=counted)


def complete_by_passkey(
    session: Session, row: StaffSession, answer: str, *, site: Site, challenge: bytes,
    browser: Browser, at: datetime, counted: Counter = lambda _account: STRANGER,
) -> str:
    """The second step by a passkey of the person's: the token of a full session. Raises ``Invalid``
    for a wrong answer, ``passkeys.Copied`` among them, after recording it."""
    wrong = [passkey_protocol.refused()]

    def judge(user: User) -> bool:
        try:
            passkeys.check(session, answer, owner=user, site=site, challenge=challenge, at=at)
        except Invalid as error:
            wrong.append(error)
            return False
        return True

    token = _second_step(session, row, judge, how="passkey", browser=browser, at=at,
                         counted=counted)
    if token is None:
        raise wrong[-1]
    return token


def by_passkey(
    session: Session, answer: str, *, site: Site, challenge: bytes, browser: Browser, at: datetime
) -> str:
    """Sign in by a passkey alone: the token of a full session, for its device had the thing and
    made sure of the person. Raises ``Invalid`` for a wrong answer after recording it.

    Nobody's wait is in the way, and none is counted: there is nothing to guess.
    """
    try:
        user = passkeys.check(session, answer, owner=None, site=site, challenge=challenge, at=at)
    except Invalid:
        _failed(session, None, "passkey", at)
        raise
    return _start(session, user, "passkey", browser, at, second_factor=True)


def _second_step(
    session: Session, row: StaffSession, judge: Callable[[User], bool], *, how: str,
    browser: Browser, at: datetime, counted: Counter,
) -> str | None:
    user = _locked(session, row.user_id)
    assert user is not None  # noqa: S101 - a session has its user
    waits = _must_wait(user, at, counted(user.id))
    if waits or not judge(user):
        if not waits:
            _count(user, at)  # under the row's lock: others wait, then see it
        _failed(session, user, how, at)
        return None
    row.revoked_at = at
    return _start(session, user, how, browser, at, second_factor=True)


def by_link(session: Session, token: str, *, browser: Browser, at: datetime) -> str:
    """Use a one-time sign-in link; returns the session's token. Raises ``Gone`` for an unknown,
    used, revoked or expired link."""
    invitation = invitations.find(session, token, purpose="sign_in", at=at)
    invitations.use(session, invitation, at=at)
    return _start(session, invitation.user, "link", browser, at)


def on_the_spot(
    session: Session, token: str, code: str, *, browser: Browser, at: datetime, key: str
) -> str:
    """Sign in by the QR code on an organiser's screen and the code of one's mail; returns the
    session's token. Raises ``Gone`` and ``Invalid`` as ``invitations.find_on_screen`` does."""
    invitation = invitations.find_on_screen(session, token, code, at=at, key=key)
    invitations.use(session, invitation, at=at)
    return _start(session, invitation.user, "on_the_spot", browser, at)


def set_first_password(
    session: Session, token: str, password: str, *, browser: Browser, at: datetime
) -> str:
    """Use an invitation to set a password, and sign in; returns the session's token. Raises
    ``Gone`` for an unknown, used, revoked or expired invitation; ``Invalid`` for a password that
    the rules refuse, after which the invitation is still open."""
    invitation = invitations.find(session, token, purpose="password", at=at)
    user = invitation.user
    _check(password, user)
    invitations.use(session, invitation, at=at)
    _set_password(session, user, password, at)
    return _start(session, user, "invitation", browser, at)


def change_password(
    session: Session, user: User, *, old: str, new: str, browser: Browser, actor: Actor,
    at: datetime, second_factor_given: bool,
) -> str:
    """Change one's own password. Every session ends; returns the token of a new one for this
    browser. Raises ``Invalid`` where ``old`` is wrong or the rules refuse ``new``."""
    confirm_password(user, old, at=at)
    _check(new, user)
    _set_password(session, user, new, at)
    return sessions.start(session, user, at=at, agent=browser.agent, address=browser.address,
                          second_factor=second_factor_given)


def confirm_password(user: User, password: str, *, at: datetime) -> None:
    """Raises ``Invalid`` unless it is the person's password, asked again before a grave step. A
    person without a password (one-time links only) need not give one."""
    if user.password_hash and not passwords.verify(user.password_hash, password):
        raise Invalid("Mật khẩu hiện tại chưa đúng.", "The current password is not right.",
                      field="old")


def switch_on_second_factor(
    session: Session, user: User, code: str, *, browser: Browser, at: datetime, wall: datetime,
    keys: Keyring,
) -> tuple[str, list[str]]:
    """Confirm the second factor. Every session ends; returns this browser's new token and the
    recovery codes, if they are new. Raises ``Invalid`` for a wrong code, or if it is on."""
    actor = people.actor_of(session, user, second_factor=True)
    codes = second_factor.confirm(session, user, code, actor=actor, at=at, wall=wall, keys=keys)
    return _begin_anew(session, user, browser, actor, at), codes


def add_passkey(
    session: Session, user: User, answer: str, *, name: str, site: Site, challenge: bytes,
    browser: Browser, at: datetime,
) -> tuple[str, list[str]]:
    """Keep a new passkey. Every session ends; returns this browser's new token and the recovery
    codes, if they are new. Raises as ``passkeys.add``."""
    actor = people.actor_of(session, user, second_factor=True)
    codes = passkeys.add(session, user, answer, name=name, site=site, challenge=challenge,
                         actor=actor, at=at)
    return _begin_anew(session, user, browser, actor, at), codes


def _begin_anew(
    session: Session, user: User, browser: Browser, actor: Actor, at: datetime
) -> str:
    """End every session; the token of a new one for this browser, with its second factor."""
    sessions.revoke_all(session, user, actor=actor, at=at)
    return sessions.start(session, user, at=at, agent=browser.agent, address=browser.address,
                          second_factor=True)


def set_password(
    session: Session, user: User, password: str, *, actor: Actor, at: datetime
) -> None:
    """For the command line: set a password; all sessions and invitations end. Raises ``Invalid``
    for a password that the rules refuse."""
    _check(password, user)
    _set_password(session, user, password, at, actor=actor)


def _check(password: str, user: User) -> None:
    passwords.check(password, context=(user.name, user.email))


def _set_password(
    session: Session, user: User, password: str, at: datetime, actor: Actor | None = None
) -> None:
    actor = actor or people.actor_of(session, user)
    user.password_hash = passwords.hash_password(password)
    sessions.revoke_all(session, user, actor=actor, at=at)
    invitations.revoke(session, user, at=at)
    audit.record(session, "person.password_changed", user, actor=actor, at=at)


def _start(
    session: Session, user: User, how: str, browser: Browser, at: datetime,
    *, second_factor: bool = False,
) -> str:
    actor = people.actor_of(session, user)
    token = sessions.start(
        session, user, at=at, agent=browser.agent, address=browser.address,
        second_factor=second_factor,
        kept=how in ("link", "on_the_spot") and sessions.may_be_kept(actor),
    )
    half = user.second_factor_on and not second_factor
    if not half:
        user.failed_sign_ins, user.not_before = 0, None
    audit.record(session, "person.first_step" if half else "person.signed_in", user,
                 actor=actor, at=at,
                 after={"how": how} | ({"device": browser.name} if how in BY_LINK else {}))
    return token


def _failed(session: Session, user: User | None, how: str, at: datetime) -> None:
    audit.record(session, "person.sign_in_failed", user or "user:unknown", actor=PUBLIC, at=at,
                 after={"how": how})


def _count(user: User, at: datetime) -> None:
    user.failed_sign_ins += 1
    user.not_before = at + _wait(user.failed_sign_ins)


def _give_back(user: User, at: datetime) -> None:
    """The password was right, and a code is asked for: what was counted for the password goes."""
    user.failed_sign_ins, user.not_before = max(user.failed_sign_ins - 1, 0), None


def _wait(failures: int) -> timedelta:
    """Nothing for the first five, then 2, 4, 8 … seconds, five minutes at most."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    return timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(failures - FREE_ATTEMPTS, 20),
                                 LONGEST_WAIT_S))


def _must_wait(user: User, at: datetime, origin: Origin = STRANGER) -> bool:
    if origin.known or (origin.fresh and user.failed_sign_ins < SCATTERED):
        return False
    return user.not_before is not None and at < user.not_before


def _locked(session: Session, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    query = select(User).where(User.id == user_id).with_for_update(**LOCK)
    return session.scalars(query.execution_options(populate_existing=True)).one()
