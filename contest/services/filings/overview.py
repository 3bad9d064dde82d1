"""Who has filed what: a grid of units and filings, its sums, and all of it as a table or files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest import folding
from contest.actors import Actor
from contest.models import Attachment, Contest, Filing, Unit
from contest.models.base import UtcDateTime
from contest.permissions import require
from contest.profile import Profile
from contest.profile.filings import Filing as Rule
from contest.services.core import pagination, profiles, search
from contest.services.core.pagination import Pagination
from contest.services.filings.filings import Standing, rule_of, standing
from contest.services.questions import answers
from contest.services.units import units
from contest.services.units.units import IN_ORDER

SHOWN = ("owing", "missing", "soon", "overdue", "late", "filed", "returned")
SOON = timedelta(days=3)
RETURNED = Filing.returned_at >= Filing.filed_at
STATES = {"owed": ("Chưa nộp", "Not filed"), "filed": ("Đã nộp", "Filed"),
          "returned": ("Trả lại để sửa", "Given back")}
HEAD = {"vi": ("Đơn vị", "Khối", "Nội dung", "Trạng thái", "Trễ hạn", "Nộp lúc", "Hạn"),
        "en": ("Unit", "Group", "Filing", "State", "Late", "Filed", "Due")}


@dataclass(frozen=True)
class Line:
    """A unit, and how each filing of the rules stands; None where it does not owe it."""

    unit: Unit
    standings: Sequence[Standing | None]


@dataclass(frozen=True)
class Sum:
    """Of one filing: how many units owe it, have filed it, and how many of those late."""

    rule: Rule
    owing: int
    filed: int
    late: int


@dataclass(frozen=True)
class Wanted:
    """What the grid is narrowed to: one filing's key, one of ``SHOWN``, words in a unit's name."""

    key: str = ""
    show: str = ""
    words: str = ""


class Ahead(NamedTuple):
    """One filing that one unit still owes; ``unit``: its id, group, name and what was asked for."""

    rule: Rule
    due: datetime
    unit: Row[*tuple[Any, ...]]


def listed(
    session: Session, contest: Contest, wanted: Wanted, *, at: datetime, number: int = 1
) -> Pagination[Line]:
    """One page of the units that owe something, each with its filings."""
    profile = profiles.profile_of(contest)
    rules = [rule_of(profile, wanted.key)] if wanted.key else profile.filings
    query = search.matching(_units(contest), wanted.words, Unit.name)
    query = query.where(or_(*(_shown(rule, wanted.show, at) for rule in rules)))
    found = pagination.take(session, query.order_by(*IN_ORDER, Unit.id), number)
    lines = _lines(session, profile, found.rows, at)
    return Pagination(lines, found.number, found.count, found.total, found.counted)


def _units(contest: Contest) -> Select[Unit]:
    return select(Unit).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))


def _shown(rule: Rule, show: str, at: datetime) -> ColumnElement[bool]:
    """Units that owe this filing and of whom it is so."""
    mine = and_(Filing.unit_id == Unit.id, Filing.filing == rule.id)
    filed = select(Filing.id).where(mine, Filing.filed_at.is_not(None))
    due = func.coalesce(Filing.until, literal(rule.due, UtcDateTime()))
    given = select(Filing.id).where(mine, Filing.until > at).exists()
    missing = ~filed.exists()
    overdue = and_(missing, ~given) if at >= rule.due else Unit.id < 0
    returned = filed.where(RETURNED).exists()
    found: dict[str, ColumnElement[bool]] = {
        "missing": missing, "overdue": overdue, "returned": returned,
        "owing": or_(missing, returned), "soon": and_(or_(missing, returned), _soon(rule, at)),
        "late": or_(overdue, filed.where(Filing.first_at >= due).exists()),
        "filed": and_(filed.exists(), ~returned),
    }
    return and_(_asked(rule), found[show]) if show in found else _asked(rule)


def _asked(rule: Rule) -> ColumnElement[bool]:
    """Units of whom this filing is asked."""
    return Unit.group.in_(rule.groups) if rule.groups else true()


def _soon(rule: Rule, at: datetime) -> ColumnElement[bool]:
    """Units for which this filing is due within ``SOON``, by their own time where they have more.
    """
    longer = select(Filing.id).where(
        Filing.unit_id == Unit.id, Filing.filing == rule.id, Filing.until > rule.due)
    own = longer.where(Filing.until > at, Filing.until <= at + SOON).exists()
    return or_(own, ~longer.exists()) if at < rule.due <= at + SOON else own


def count(session: Session, contest: Contest, show: str, *, at: datetime) -> int:
    """How many units the grid has when it is narrowed so; asks nothing where nothing is owed."""
    rules = profiles.profile_of(contest).filings
    if not rules:
        return 0
    query = _units(contest).where(or_(*(_shown(rule, show, at) for rule in rules)))
    return session.scalar(query.with_only_columns(func.count(Unit.id))) or 0


def _lines(
    session: Session, profile: Profile, shown: Sequence[Unit], at: datetime
) -> list[Line]:
    query = select(Filing).where(Filing.unit_id.in_([unit.id for unit in shown]))
    rows = {(row.unit_id, row.filing): row for row in session.scalars(query)}
    return [
        Line(unit, [standing(rule, rows.get((unit.id, rule.id)), at=at)
                    if rule.owed_by(unit.group) else None for rule in profile.filings])
        for unit in shown
    ]


def sums(session: Session, contest: Contest, *, at: datetime) -> list[Sum]:
    """For each filing of the rules, counted in the database."""
    found = []
    base = _units(contest).with_only_columns(func.count(Unit.id))
    for rule in profiles.profile_of(contest).filings:
        owing, missing, late = (
            session.scalar(base.where(_shown(rule, show, at))) or 0
            for show in ("", "missing", "late")
        )
        found.append(Sum(rule, owing, owing - missing, late))
    return found


def still_owed(query: search.Query, contest: Contest, rule: Rule) -> search.Query:
    """Narrow a query of units, with their ``Filing`` where there is one, to those that still have
    to file it, or to mend it."""
    query = query.outerjoin(
        Filing, and_(Filing.unit_id == Unit.id, Filing.filing == rule.id)
    ).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None),
            or_(Filing.filed_at.is_(None), RETURNED))
    return query.where(_asked(rule))


def ahead(
    session: Session, contest: Contest, columns: Sequence[InstrumentedAttribute[str]], *,
    at: datetime,
) -> list[Ahead]:
    """What units still have to file or to mend in time, what is due first first, each with these
    ``columns`` of the unit: rows alone are read, for there may be thousands."""
    found = []
    for rule in profiles.profile_of(contest).filings:
        query = select(Unit.id, Unit.group, Unit.name, Filing.until, *columns)
        query = still_owed(query, contest, rule)
        if at >= rule.due:
            query = query.where(Filing.until > at)
        for row in session.execute(query):
            found.append(Ahead(rule, rule.due_for(row.until), row))
    return sorted(found, key=lambda one: (
        one.due, folding.sortable(one.unit.group), folding.sortable(one.unit.name)))


def _every(session: Session, contest: Contest, at: datetime) -> Iterator[tuple[Unit, Standing]]:
    profile, found = profiles.profile_of(contest), units.of_contest(session, contest)
    for line in _lines(session, profile, found, at):
        yield from ((line.unit, one) for one in line.standings if one is not None)


def latest_until(session: Session, contest: Contest) -> datetime | None:
    """The latest moment until which any unit has more time."""
    return session.scalar(select(func.max(Filing.until)).where(Filing.contest_id == contest.id))


def everything(
    session: Session, contest: Contest, *, actor: Actor, at: datetime
) -> list[tuple[Unit, Standing]]:
    """Every filing of every unit that owes it. Raises ``NotAllowed`` without ``export.read``."""
    require(actor, "export.read", contest)
    return list(_every(session, contest, at))


def table(
    found: Sequence[tuple[Unit, Standing]], profile: Profile, key: str, language: str
) -> tuple[list[str], list[list[object]]]:
    """One filing as a spreadsheet: a line for each unit, its answers in columns of their own."""
    rule, zone = rule_of(profile, key), profile.schedule.zone
    asked = [one for one in rule.asks if one.kind != "file"]
    rows: list[list[object]] = []
    for unit, one in (pair for pair in found if pair[1].rule.id == key):
        filed = one.row.filed_at if one.row else None
        given = one.row.answers if one.row else {}
        rows.append([
            unit.name, unit.group, rule.name[language], STATES[one.state][language != "vi"],
            "x" if one.late else "",
            filed.astimezone(zone).isoformat(timespec="minutes") if filed else "",
            one.due.astimezone(zone).isoformat(timespec="minutes"),
            *(answers.cell(q, given.get(q.id, ""), language) for q in asked),
        ])
    return [*HEAD[language], *(q.label[language] for q in asked)], rows


def files(
    session: Session, contest: Contest, key: str
) -> Iterator[tuple[Attachment, Unit]]:
    """The files of one filing with their units, for an archive."""
    query = (
        select(Attachment, Unit).join(Filing, Filing.id == Attachment.filing_id)
        .join(Unit, Unit.id == Filing.unit_id)
        .where(Filing.contest_id == contest.id, Filing.filing == key)
    )
    for row in session.execute(query.order_by(*IN_ORDER, Attachment.id)):
        yield row[0], row[1]


