"""Organisers who send a clip in a unit's place: known by their own cookie, at every request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import NotAllowed
from contest.models import Errand, User
from contest.models import Upload as Row
from contest.permissions import can
from contest.services.people import demanded_factor, people, sessions
from contest.uploads.failures import UploadFailure
from contest.wiring import Platform

PREFIX = "errand:"


def name(errand_id: int) -> str:
    """An errand as an owner of uploads."""
    return f"{PREFIX}{errand_id}"


def number(owner: str) -> int | None:
    """The errand's id, or None where the owner is a unit."""
    return int(owner.removeprefix(PREFIX)) if owner.startswith(PREFIX) else None


def errand(session: Session, owner: str) -> Errand | None:
    """The errand that owns uploads; None where the owner is a unit."""
    errand_id = number(owner)
    return session.get_one(Errand, errand_id) if errand_id is not None else None


def errand_of(platform: Platform, upload_id: str) -> int | None:
    """The errand in whose course this upload was begun, or None."""
    with platform.db.read_connection() as line:
        return line.execute(
            select(Row.errand_id).where(Row.public_id == upload_id)
        ).scalar_one_or_none()


def actor(session: Session, errand: Errand) -> Actor:
    """Whose errand it is, with the roles held now."""
    return people.actor_of(session, session.get_one(User, errand.user_id))


def owner(
    platform: Platform, token: str, named: ColumnElement[bool], *, at: datetime
) -> str:
    """The errand so named, as an owner of uploads, if the person behind the cookie carries it out.

    Raises UploadFailure("staff_signed_out"): for another's as for an unknown one.
    """
    with platform.db.read() as session:
        signed_in = people.session_of_token(session, token, at=at) if token else None
        found = session.scalars(select(Errand).where(named)).one_or_none()
        if (
            signed_in is None or found is None or people.owes_second_factor(signed_in)
            or found.user_id != signed_in.user_id
            or not _may(platform, session, found, factor=signed_in.second_factor_at is not None)
        ):
            raise UploadFailure("staff_signed_out")
        unseen, session_id = sessions.is_unseen(signed_in, at=at), signed_in.id
        errand_id = found.id
    if unseen:  # a long upload is use of the session
        with platform.db.write() as session:
            sessions.seen(session, session_id, at=at)
    return name(errand_id)


def _may(platform: Platform, session: Session, errand: Errand, *, factor: bool) -> bool:
    person = session.get_one(User, errand.user_id)
    actor = people.actor_of(session, person, second_factor=factor)
    if platform.settings.second_factor == "required" and demanded_factor.must_set_up(actor):
        return False
    try:
        demanded_factor.require(actor, errand.submission.contest)
    except NotAllowed:
        return False
    return can(actor, "entry.deputise", errand.submission)
