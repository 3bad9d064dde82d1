"""Stores the sample contest once, and remembers how each role signs in."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.models import Contest, Unit, User
from contest.sample import rules
from contest.sample.cast import CAST, STAFF, Person
from contest.services import (
    outbox,
    passwords,
    people,
    profiles,
    sign_in,
    unit_import,
    unit_links,
)
from contest.tokens import new_code
from contest.wiring import Platform

SIGN_IN_FILE = "sample-sign-in.json"
LINK_PATH = "/u#"  # the token stands behind the hash sign, which no browser sends
UNITS_WITH_LINKS = (CAST[-1].unit, CAST[8].unit)  # one without a clip, one whose clip needs fixing


@dataclass(frozen=True)
class Door:
    """A way in: for a role, where to go, and what to type there."""

    role: str
    name: str
    address: str
    secret: str


def ensure(platform: Platform) -> list[Door]:
    """Plant the sample where it is not there yet; the ways in, each time the same."""
    settings = platform.settings
    file = settings.data_dir / SIGN_IN_FILE
    with platform.db.write() as session:
        known = session.scalars(select(Contest).where(Contest.slug == rules.SLUG)).one_or_none()
        if known is None:
            doors = plant(
                session, at=platform.clock.now(), key=settings.secret_key,
                base_url=settings.base_url,
            )
            _keep(file, doors)
    return _kept(file)


def plant(session: Session, *, at: datetime, key: str, base_url: str) -> list[Door]:
    """The contest, its units and people, and a job for every clip that is to arrive."""
    contest, _ = profiles.import_profile(session, rules.written(at), actor=SYSTEM, at=at)
    rows = [
        unit_import.Row(line=n, name=part.unit, group=part.group, contact_email=_address(n))
        for n, part in enumerate(CAST, start=2)
    ]
    unit_import.apply(session, contest, rows, actor=SYSTEM, at=at)
    units = {u.name: u for u in session.scalars(select(Unit).where(Unit.contest == contest))}
    doors = [_person(session, contest, p, units, at=at, base_url=base_url) for p in STAFF]
    doors += [
        _unit(session, units[name], at=at, key=key, base_url=base_url) for name in UNITS_WITH_LINKS
    ]
    for part in CAST:
        if part.fault != "none":
            outbox.add(session, "sample.clip", units[part.unit].id, at=at, contest_id=contest.id)
    return doors


def _address(number: int) -> str:
    return f"don-vi-{number - 1}@example.org"


def _person(
    session: Session, contest: Contest, person: Person, units: Mapping[str, Unit], *,
    at: datetime, base_url: str,
) -> Door:
    """An account with a password made up for this installation alone."""
    user = people.by_email(session, person.email) or people.create(
        session, email=person.email, name=person.name, admin=person.admin, actor=SYSTEM, at=at
    )
    unit_id = units[person.unit].id if person.unit else None
    people.change_roles(
        session, contest, user, roles=person.roles, unit_id=unit_id, actor=SYSTEM, at=at
    )
    password = "-".join(new_code(4) for _ in range(4))
    _set_password(session, user, password, at)
    return Door(person.roles[0], person.email, f"{base_url}/account/sign-in", password)


def _set_password(session: Session, user: User, password: str, at: datetime) -> None:
    passwords.check(password)
    sign_in.set_password(session, user, password, actor=SYSTEM, at=at)


def _unit(session: Session, unit: Unit, *, at: datetime, key: str, base_url: str) -> Door:
    issued = unit_links.issue(session, unit, key=key, actor=SYSTEM, at=at, label="mẫu")
    return Door("unit", unit.name, f"{base_url}{LINK_PATH}{issued.token}", issued.spaced_code)


def _keep(file: Path, doors: list[Door]) -> None:
    """Only the owner of the data folder may read the passwords of its sample."""
    fresh = file.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps([vars(door) for door in doors], ensure_ascii=False, indent=1))
    fresh.replace(file)


def _kept(file: Path) -> list[Door]:
    if not file.exists():
        return []
    return [Door(**values) for values in json.loads(file.read_text())]
