"""Whose letter a preview shows: real rows of the contest, the newest that fit."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.languages import write_time
from contest.models import Contest, Submission, Unit, Upload
from contest.profile.letters import LETTERS
from contest.services.core import profiles
from contest.services.desk import reminders

STAFF = {"jury_reminder": "jury", "review_reminder": "reviewing", "count_reminder": "counting"}
STATES = {"findings": "needs_fix", "changes_requested": "changes_requested",
          "published": "published", "result": "published", "rejected": "disqualified"}


def params_of(
    session: Session, contest: Contest, letter: str, *, actor: Actor, at: datetime
) -> dict[str, Any] | None:
    """The parameters of such a letter (``core/mail.py``); None where the contest has no row that it
    could be about. The staff's letters are shown as if to the person who looks."""
    if letter == "reminder":
        return _unit(session, contest)
    if letter in STAFF:
        found = reminders.recipients(session, contest, STAFF[letter], at=at)
        return {"user_id": actor.id, "count": found[0].owed if found else 3}
    if letter == "invitation":
        return {"user_id": actor.id}
    if letter.startswith("page_"):
        return {"user_id": actor.id} | _page(contest, at)
    return _entry(session, contest, letter)


def _unit(session: Session, contest: Contest) -> dict[str, Any] | None:
    query = select(Unit.id).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))
    unit_id = session.scalar(query.order_by(Unit.id).limit(1))
    return {"unit_id": unit_id} if unit_id else None


def _page(contest: Contest, at: datetime) -> dict[str, Any]:
    part, zone = profiles.profile_of(contest).contest, profiles.profile_of(contest).schedule.zone
    return {"page_name": part.page_name, "ends": write_time(at, zone, "vi"), "shared": False,
            "remedy": "…", "reason": "…"}


def _entry(session: Session, contest: Contest, letter: str) -> dict[str, Any] | None:
    """The newest entry in the letter's own state, else the newest of all."""
    fits = (Submission.state == STATES.get(letter, "approved")).desc()
    query = select(Submission.id).where(Submission.contest_id == contest.id)
    found = session.scalar(query.order_by(fits, Submission.id.desc()).limit(1))
    if found is None:
        return None
    params: dict[str, Any] = {"submission_id": found}
    if letter == "result":
        params |= {"points": "81,25", "rank": "1", "prize": ""}
    if letter.startswith("upload_"):
        return _upload(session, contest)
    assert letter in LETTERS  # noqa: S101 - a letter without a row to show is found by its test
    return params


def _upload(session: Session, contest: Contest) -> dict[str, Any] | None:
    row = session.execute(
        select(Upload.id, Upload.submission_id)
        .join(Submission, Submission.id == Upload.submission_id)
        .where(Submission.contest_id == contest.id).order_by(Upload.id.desc()).limit(1)
    ).first()
    return {"upload_id": row[0], "submission_id": row[1], "late": False} if row else None
