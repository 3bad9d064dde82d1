"""Whose letter a preview shows: real rows of the contest, the newest that fit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.languages import write_time
from contest.models import Contest, Submission, Unit, Upload
from contest.profile.letters import LETTERS
from contest.services.core import profiles
from contest.services.desk import reminders
from contest.services.rules.changes import in_words
from contest.services.rules.words import label_of

STAFF = {"jury_reminder": "jury", "review_reminder": "reviewing", "count_reminder": "counting"}
STATES = {"findings": "needs_fix", "changes_requested": "changes_requested",
          "published": "published", "result": "published", "rejected": "disqualified",
          "board_waits": "in_review", "link_failed": "uploading"}
OF_UNIT = ("reminder", "time_granted", "time_revoked")
ABOUT_AN_ENTRY = ("board_waits", "result_moved")  # and to the staff
SAID: dict[str, dict[str, Any]] = {
    "result": {"points": "81,25", "rank": "1", "prize": ""}, "board_waits": {"chair": True},
    "link_failed": {"host": "drive.google.com", "why_vi": "…", "why_en": "…"},
}
DAY = timedelta(days=1)


def params_of(
    session: Session, contest: Contest, letter: str, *, actor: Actor, at: datetime
) -> dict[str, Any] | None:
    """The parameters of such a letter (``core/mail.py``); None where the contest has no row that it
    could be about. The staff's letters are shown as if to the person who looks."""
    one = {"user_id": actor.id}
    if letter in STAFF:
        found = reminders.recipients(session, contest, STAFF[letter], at=at)
        return one | {"count": found[0].owed if found else 3}
    if letter in OF_UNIT:
        return _unit(session, contest)
    if letter.startswith("filing_"):
        return _filing(session, contest)
    if letter in OF_CONTEST:
        return one | OF_CONTEST[letter](contest, at)
    if letter == "vote_waits":
        return one | {"versions": list(session.scalars(_in_review(contest)))}
    about = _entry(session, contest, letter)
    return about and about | (one if letter in ABOUT_AN_ENTRY else {})


def _unit(session: Session, contest: Contest) -> dict[str, Any] | None:
    query = select(Unit.id).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))
    unit_id = session.scalar(query.order_by(Unit.id).limit(1))
    return {"unit_id": unit_id, "reason": "…"} if unit_id else None


def _filing(session: Session, contest: Contest) -> dict[str, Any] | None:
    """The first thing that the rules ask for, of a unit that owes it."""
    rule = next(iter(profiles.profile_of(contest).filings), None)
    query = select(Unit.id).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))
    if rule is not None and rule.groups:
        query = query.where(Unit.group.in_(rule.groups))
    unit_id = session.scalar(query.order_by(Unit.id).limit(1))
    return {"unit_id": unit_id, "filing": rule.id if rule else "…"} if unit_id else None


def _moved(contest: Contest, _at: datetime) -> dict[str, Any]:
    """As if the deadline for clips were moved by a day."""
    schedule = profiles.profile_of(contest).schedule
    key, label = "schedule.entries_close", label_of("schedule.entries_close")
    before, after = (
        in_words(schedule.entries_close + days * DAY, schedule.zone, key) for days in (0, 1))
    return {"lines": [[[label.vi, label.en], before, after]], "reason": "…",
            "path": f"/c/{contest.slug}/rules"}


def _page(contest: Contest, at: datetime) -> dict[str, Any]:
    part, zone = profiles.profile_of(contest).contest, profiles.profile_of(contest).schedule.zone
    return {"page_name": part.page_name, "ends": write_time(at, zone, "vi"), "shared": False,
            "remedy": "…", "reason": "…"}


def _refused(contest: Contest, at: datetime) -> dict[str, Any]:
    return {"hour": write_time(at, profiles.profile_of(contest).schedule.zone, "vi"),
            "why_vi": "…", "why_en": "…"}


OF_CONTEST: dict[str, Callable[[Contest, datetime], dict[str, Any]]] = {
    "postponed": _moved, "page_paused": _page, "page_expiring": _page,
    "invitation": lambda _contest, _at: {}, "release_refused": _refused,
}


def _entry(session: Session, contest: Contest, letter: str) -> dict[str, Any] | None:
    """The newest entry in the letter's own state, else the newest of all."""
    fits = (Submission.state == STATES.get(letter, "approved")).desc()
    query = select(Submission.id).where(Submission.contest_id == contest.id)
    found = session.scalar(query.order_by(fits, Submission.id.desc()).limit(1))
    if found is None:
        return None
    params: dict[str, Any] = {"submission_id": found}
    params |= SAID.get(letter, {})
    if letter.startswith("upload_"):
        return _upload(session, contest)
    assert letter in LETTERS  # noqa: S101 - a letter without a row to show is found by its test
    return params


def _in_review(contest: Contest) -> Select[int | None]:
    """The versions of three clips at most."""
    where = (Submission.contest_id == contest.id, Submission.state == "in_review")
    return select(Submission.version_id).where(*where).limit(3)


def _upload(session: Session, contest: Contest) -> dict[str, Any] | None:
    row = session.execute(
        select(Upload.id, Upload.submission_id)
        .join(Submission, Submission.id == Upload.submission_id)
        .where(Submission.contest_id == contest.id).order_by(Upload.id.desc()).limit(1)
    ).first()
    return {"upload_id": row[0], "submission_id": row[1], "late": False} if row else None
