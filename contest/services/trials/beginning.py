"""Beginning a dry run: the rules with a short timetable, the units by name, their organisers."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict
from contest.models import Contest, RoleGrant, Unit
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, profiles
from contest.services.rules import cloning
from contest.services.rules.toml_editing import edited

ENDING = "-chay-thu"
HOUR = timedelta(hours=1)
ROLES = ("organiser", "reviewer", "juror")  # of whoever begins it: one person can play them all
ROUNDS = ("next_round", "previous_round")  # a dry run is of one round
MARK = {"vi": "[Chạy thử] ", "en": "[Dry run] "}


def of(session: Session, contest: Contest) -> Contest | None:
    """The contest's dry run that has not ended."""
    query = select(Contest).where(
        Contest.trial_of == contest.id, Contest.revision_id.is_not(None)
    )
    return session.scalars(query).one_or_none()


def begin(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> Contest:
    """A dry run of the contest, open from now on.

    Clips are posted by hand there and nowhere asked for, every mail goes to ``actor``. Raises
    ``NotAllowed``; ``Conflict`` for a dry run of a dry run, and where one is going on.
    """
    require(actor, "trial.manage", contest)
    assert contest.revision is not None and actor.id is not None  # noqa: S101 - as it was found
    if contest.trial_of is not None or of(session, contest) is not None:
        raise Conflict("Đang có một lần chạy thử. Hãy kết thúc lần đó trước.",
                       "A dry run is going on. End that one first.")
    source = edited(contest.revision.source, _changed(contest, at))
    trial, _ = profiles.import_profile(session, source, actor=SYSTEM, at=at)
    trial.trial_of, trial.trial_by = contest.id, actor.id
    _people(session, contest, trial, actor, at)
    for unit in session.scalars(select(Unit).where(
        Unit.contest_id == contest.id, Unit.retired_at.is_(None)
    )).all():
        session.add(Unit(contest_id=trial.id, name=unit.name, group=unit.group, created_at=at))
    audit.record(session, "trial.begun", contest, actor=actor, at=at, contest_id=contest.id,
                 after={"trial": trial.id})
    return trial


def _changed(contest: Contest, at: datetime) -> dict[str, Any]:
    """The keys of the rule file that a dry run has otherwise."""
    profile = profiles.profile_of(contest)
    slug = f"{contest.slug}{ENDING}"
    marked = {f"contest.title.{language}": MARK[language] + profile.contest.title[language]
              for language in MARK}
    return {
        **cloning.named(profile, slug), "publication.mode": "manual", **marked,
        **{key: None for key in ROUNDS if getattr(profile, key) is not None},
        **_timetable(profile, at.astimezone(profile.schedule.zone).replace(microsecond=0)),
    }


def _timetable(profile: Profile, now: datetime) -> dict[str, Any]:
    """An hour for clips, an hour for the counts, an hour for the result."""
    found = {
        "schedule.entries_open": now, "schedule.entries_close": now + HOUR,
        "schedule.publicity_opens": now + HOUR, "schedule.counts_close": now + 2 * HOUR,
        "schedule.awards": now + 3 * HOUR, "schedule.grace_minutes": 10,
    }
    if profile.schedule.jury_closes is not None:
        found["schedule.jury_closes"] = now + 2 * HOUR
    if profile.publication.release_at is not None:
        found["publication.release_at"] = now + HOUR
    return found


def _people(
    session: Session, contest: Contest, trial: Contest, actor: Actor, at: datetime
) -> None:
    """Whoever begins plays every role; the other organisers help where two are needed."""
    others = session.scalars(select(RoleGrant.user_id).where(
        RoleGrant.contest_id == contest.id, RoleGrant.role == "organiser",
        RoleGrant.user_id != actor.id,
    )).all()
    pairs = [(actor.id, role) for role in ROLES] + [(other, "organiser") for other in others]
    for user_id, role in pairs:
        session.add(RoleGrant(user_id=user_id, contest_id=trial.id, role=role, created_at=at))
    session.flush()
