"""``hoithi user``: staff accounts from the command line, also the first one of an installation."""

import sys
from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Role
from contest.cli.support import open_platform
from contest.db import retried
from contest.errors import Invalid, NotFound
from contest.models import Contest, Invitation, Unit, User
from contest.services.core import profiles
from contest.services.core.audit import record
from contest.services.people import invitations, people, second_factor, sessions, sign_in
from contest.wiring import Platform

LINK_PATH = {"password": "/account/invitation", "sign_in": "/account/link"}


@click.group("user")
def command() -> None:
    """Staff accounts: add, list, links, sessions."""


@command.command()
@click.argument("email")
@click.option("--name", help="Full name; needed for a new account.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]),
              help="A role in the contest; may be given several times.")
@click.option("--contest", "slug", help="The contest's short name, with --role.")
@click.option("--unit", help="The name of the unit that a juror belongs to and never marks.")
@click.option("--admin", is_flag=True, help="May set up contests and people.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(
    email: str, *, name: str | None, roles: tuple[str, ...], slug: str | None, unit: str | None,
    admin: bool, language: str, password_stdin: bool,
) -> None:
    """Add EMAIL with its roles; prints an invitation link unless a password is given.

    Somebody who has an account already keeps name, password and other roles.
    """
    platform = open_platform()
    if roles and not slug:
        raise click.UsageError("--role needs --contest")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None

    @retried
    def save() -> tuple[User, str]:
        with platform.db.write() as session:
            at = platform.clock.now()
            user = _account(session, email, name=name, language=language, admin=admin, at=at)
            if slug and roles:
                _give_roles(session, user, slug, roles=roles, unit=unit, at=at)
            return user, _way_in(session, platform, user, password, at)

    user, link = save()
    click.echo(f"{user.email}: {'đã lưu / saved'}", err=True)
    if link:
        click.echo(link)


def _account(
    session: Session, email: str, *, name: str | None, language: str, admin: bool, at: datetime
) -> User:
    user = people.by_email(session, people.tidy_email(email))
    if user is None:
        return people.create(session, email=email, name=name or "", language=language, admin=admin,
                             actor=SYSTEM, at=at)
    if admin and not user.admin:
        user.admin = True
        record(session, "person.made_admin", user, actor=SYSTEM, at=at, after={"admin": True})
    return user


def _give_roles(
    session: Session, user: User, slug: str, *, roles: tuple[str, ...], unit: str | None,
    at: datetime,
) -> None:
    contest = profiles.find(session, slug)
    grants = people.grants_of(session, user, contest)
    held = {g.role for g in grants}
    unit_id = _unit(session, contest, unit) if unit else people.own_unit_of(grants)
    people.change_roles(session, contest, user, roles=held | set(roles), unit_id=unit_id,
                        actor=SYSTEM, at=at)


def _unit(session: Session, contest: Contest, name: str) -> int:
    found = session.scalars(
        select(Unit).where(Unit.contest_id == contest.id, Unit.name == name)
    ).one_or_none()
    if found is None:
        raise Invalid(f"Không có đơn vị “{name}” trong hội thi {contest.slug}.",
                      f'There is no unit "{name}" in the contest {contest.slug}.')
    return found.id


def _way_in(
    session: Session, platform: Platform, user: User, password: str | None, at: datetime
) -> str:
    """Set the given password, or return an invitation link where the account has none yet."""
    if password is not None:
        sign_in.set_password(session, user, password, actor=SYSTEM, at=at)
        return ""
    if user.password_hash:
        return ""
    return _link(session, platform, user, "password", at)


def _link(session: Session, platform: Platform, user: User, purpose: str, at: datetime) -> str:
    settings, key = platform.settings, platform.keys.invitations(session)
    invitation: Invitation = invitations.create(
        session, user, purpose=purpose, actor=SYSTEM, at=at, key=key
    )
    token = invitations.token_of(invitation, key=key)
    return f"{settings.base_url}{LINK_PATH[purpose]}#{token}"


@command.command("list")
@click.option("--contest", "slug", help="Only people with a role in this contest.")
def list_(slug: str | None) -> None:
    """One line a person: e-mail, name, state, roles (tab-separated)."""
    with open_platform().db.read() as session:
        slugs = {c.id: c.slug for c in profiles.all_contests(session)}
        if slug:
            profiles.find(session, slug)
        for user in session.scalars(select(User).order_by(User.email)):
            roles = sorted(f"{slugs[r.contest_id]}:{r.role}" for r in user.roles)
            if slug and not any(r.startswith(f"{slug}:") for r in roles):
                continue
            click.echo("\t".join((user.email, user.name, _state(user), " ".join(roles))))


def _state(user: User) -> str:
    state = ("active" if user.password_hash else "invited") if user.active else "locked"
    return "+".join([state, *(["admin"] if user.admin else []),
                     *(["second-factor"] if user.second_factor_on else [])])


@command.command("link")
@click.argument("email")
@click.option("--sign-in", "once", is_flag=True, help="Signs in once, without a password.")
@retried
def link(email: str, once: bool) -> None:
    """Print a new one-use link for EMAIL: to set a password, or to sign in once."""
    platform = open_platform()
    with platform.db.write() as session:
        user = _find(session, email)
        printed = _link(session, platform, user, "sign_in" if once else "password",
                        platform.clock.now())
    click.echo(printed)


@command.command("revoke-sessions")
@click.argument("email")
@retried
def revoke_sessions(email: str) -> None:
    """Sign EMAIL out of every device."""
    platform = open_platform()
    with platform.db.write() as session:
        user = _find(session, email)
        count = sessions.revoke_all(session, user, actor=SYSTEM, at=platform.clock.now())
    click.echo(count)


@command.command("reset-second-factor")
@click.argument("email")
@retried
def reset_second_factor(email: str) -> None:
    """Switch EMAIL's second factor off: the phone and the recovery codes are lost. Passkeys go too,
    and every session ends."""
    platform = open_platform()
    with platform.db.write() as session:
        user, at = _find(session, email), platform.clock.now()
        second_factor.reset(session, user, actor=SYSTEM, at=at)
        sessions.revoke_all(session, user, actor=SYSTEM, at=at)
    click.echo(f"{user.email}: {'đã tắt / switched off'}", err=True)


def _find(session: Session, email: str) -> User:
    user = people.by_email(session, email)
    if user is None:
        raise NotFound(f"Không có tài khoản {email}.", f"There is no account {email}.")
    return user
