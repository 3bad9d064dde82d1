"""Whom no mail reaches, of each kind of text that is handed on: as rows of a query, so that pages
and counts are the database's.

Each row is a place: ``unit_id``, ``subject`` (the row's id of the unit or the entry), ``about`` (as
``Telling`` has it), ``until`` (what is asked for is due then), and ``first`` to ``third``, by which
they are shown.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from contest.models import Contest, Filing, Submission, TimeGrant, Unit
from contest.models.base import UtcDateTime
from contest.profile import Profile, reminding
from contest.profile.filings import Filing as Rule
from contest.services.core import profiles
from contest.services.core.search import Rows, sortable
from contest.services.desk import desk, reminders
from contest.services.desk.reminders import Recipient
from contest.services.filings import overview

# Reminders of units and what they are about, or how that begins; and units that were granted time
# alone.
KINDS = {"missing": "uploads", "findings": "fixing", "granted": "granted",
         "filings": reminding.FILING}
TEMPLATES = {"missing": "reminder", "granted": "time_granted", "filings": "filing_reminder"}
Column = (ColumnElement[int] | ColumnElement[str] | ColumnElement[datetime]
          | InstrumentedAttribute[int] | InstrumentedAttribute[str])
Moment = InstrumentedAttribute[datetime | None]


class Place(Protocol):
    """A row of it."""

    unit_id: int
    subject: int
    about: str
    until: datetime


def places(contest: Contest, kind: str, *, at: datetime) -> Subquery:
    """Everybody without an address whom this kind concerns, before it is due."""
    found = _QUERIES[kind](contest, profiles.profile_of(contest), at).subquery()
    return select(found).where(found.c.until > at).subquery()


def _places(about: str, subject: Column, until: Column, *order: Column) -> Rows:
    blank: list[Column] = [literal("")] * 3
    first, second, third = [*order, *blank][:3]
    return select(
        Unit.id.label("unit_id"), subject.label("subject"), literal(about).label("about"),
        until.label("until"), first.label("first"), second.label("second"),
        third.label("third"),
    ).select_from(Unit)


def _latest(instant: datetime, *given: Moment) -> ColumnElement[datetime]:
    """``instant``, or the latest of those columns that are later."""
    latest: ColumnElement[datetime] = literal(instant, UtcDateTime())
    for column in given:
        latest = case((column > latest, column), else_=latest)
    return latest


def _missing(contest: Contest, profile: Profile, at: datetime) -> Rows:
    until = _latest(profile.schedule.entries_close, Unit.entries_until)
    query = _places(KINDS["missing"], Unit.id, until, sortable(Unit.name))
    return desk.short(query, contest, profile).where(Unit.contact_email == "")


def _findings(contest: Contest, profile: Profile, at: datetime) -> Rows:
    until = _latest(
        profile.schedule.entries_close, Submission.changes_until, Unit.entries_until)
    query = _places(KINDS["findings"], Submission.id, until, Submission.code)
    return query.join(Submission, Submission.unit_id == Unit.id).where(
        *reminders.to_mend(contest), Submission.contact_email == "")


def _granted(contest: Contest, profile: Profile, at: datetime) -> Rows:
    """Units that have time of their own, which is not over."""
    until = _latest(profile.schedule.entries_close, Unit.entries_until)
    return _places(KINDS["granted"], Unit.id, until, sortable(Unit.name)).where(
        Unit.contest_id == contest.id, Unit.retired_at.is_(None), Unit.contact_email == "",
        Unit.entries_until > at, select(TimeGrant.id).where(_in_force()).exists(),
    )


def _in_force() -> ColumnElement[bool]:
    """The grant by which the unit has its time."""
    return and_(TimeGrant.unit_id == Unit.id, TimeGrant.revoked_at.is_(None),
                TimeGrant.until == Unit.entries_until)


def _filings(contest: Contest, profile: Profile, at: datetime) -> Rows:
    found = [_filing(contest, rule) for rule in profile.filings]
    if not found:
        return _places("", Unit.id, _latest(at)).where(Unit.id < 0)
    return select(union_all(*found).subquery())


def _filing(contest: Contest, rule: Rule) -> Rows:
    """Units that still have to file it, or to mend it; what is due first first."""
    until = _latest(rule.due, Filing.until)
    query = _places(reminding.about_filing(rule.id), Unit.id, until,
                    until, sortable(Unit.group), sortable(Unit.name))
    return overview.still_owed(query, contest, rule).where(Unit.contact_email == "")


_QUERIES: Mapping[str, Callable[[Contest, Profile, datetime], Rows]] = {
    "missing": _missing, "findings": _findings, "granted": _granted, "filings": _filings,
}


# ---------------------------------------------------------------------------- as people


def people(
    session: Session, contest: Contest, kind: str, shown: Sequence[Place]
) -> tuple[list[Recipient], list[object]]:
    """These places as a letter needs them, and the rows that it reads: to be held while texts are
    written, which then find them in the session."""
    profile, unit_ids = profiles.profile_of(contest), {one.unit_id for one in shown}
    query = select(Unit).where(Unit.id.in_(unit_ids))
    if kind == "filings":
        query = query.options(selectinload(Unit.filings))
    held = {unit.id: unit for unit in session.scalars(query)}
    entries = _entries(session, shown) if kind == "findings" else {}
    reasons = _reasons(session, unit_ids) if kind == "granted" else {}
    found = [
        _entry(one, held[one.unit_id], entries[one.subject]) if entries
        else _unit(one, held[one.unit_id], kind, profile, reasons) for one in shown
    ]
    return found, [*held.values(), *entries.values()]


def _entries(session: Session, shown: Sequence[Place]) -> dict[int, Submission]:
    query = select(Submission).where(Submission.id.in_([one.subject for one in shown]))
    return {row.id: row for row in session.scalars(query.options(joinedload(Submission.version)))}


def _reasons(session: Session, unit_ids: Collection[int]) -> dict[int, str]:
    query = select(Unit.id, TimeGrant.reason).join(TimeGrant, _in_force())
    rows = session.execute(query.where(Unit.id.in_(unit_ids)).order_by(TimeGrant.id))
    return {unit_id: reason for unit_id, reason in rows}


def _entry(place: Place, unit: Unit, row: Submission) -> Recipient:
    return Recipient(
        row.id, unit.name, reminders.TO_MEND[row.state], phone=row.contact_phone,
        person=row.contact_name, language=row.language, code=row.code, title=row.title,
        unit_id=unit.id, until=place.until, params={"submission_id": row.id},
    )


def _unit(
    place: Place, unit: Unit, kind: str, profile: Profile, reasons: Mapping[int, str]
) -> Recipient:
    rule = reminding.filing_of(profile, place.about)
    params: dict[str, object] = {"unit_id": unit.id}
    if rule is not None:
        params["filing"] = rule.id
    if kind == "granted":
        params["reason"] = reasons[unit.id]
    return Recipient(
        unit.id, unit.name, TEMPLATES[kind], phone=unit.contact_phone, person=unit.contact_name,
        unit_id=unit.id, until=place.until, filing=rule, params=params,
    )
