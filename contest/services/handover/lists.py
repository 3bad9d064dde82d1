"""Handed-over entries as lists show them: what waits here, what was decided, what was sent; a page
at a time, searched and narrowed."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from contest.models import Contest, Handover, Submission, Unit
from contest.services.core import pagination, search
from contest.services.core.pagination import Pagination
from contest.services.handover.handovers import with_rows

LISTS: Mapping[str, tuple[str, ...]] = {  # and the states that each is narrowed to
    "waiting": (), "decided": ("accepted", "declined"),
    "sent": ("offered", "accepted", "declined", "withdrawn"),
}


def counts(session: Session, contest: Contest) -> dict[str, int]:
    """How many there are in each of ``LISTS``."""
    arrived = select(Handover.state, func.count()).where(Handover.contest_id == contest.id)
    states = {state: count for state, count in session.execute(arrived.group_by(Handover.state))}
    gone = select(func.count()).where(Handover.source_contest_id == contest.id)
    return {
        "waiting": states.get("offered", 0),
        "decided": sum(states.get(state, 0) for state in LISTS["decided"]),
        "sent": session.scalar(gone) or 0,
    }


def listed(
    session: Session, contest: Contest, name: str, *, state: str = "", words: str = "",
    number: int = 1,
) -> Pagination[Handover]:
    """Page ``number`` of one of ``LISTS``, the newest first; of one of its states alone, where one
    is named. ``words``: of title, code, unit, here or where it comes from."""
    query = select(Handover).where(*_of(contest, name))
    if state in LISTS[name]:
        query = query.where(Handover.state == state)
    if words:
        query = _matching(query, words)
    return pagination.take(
        session, with_rows(query).order_by(Handover.id.desc()), number, by=Handover.id)


def _of(contest: Contest, name: str) -> tuple[ColumnElement[bool], ...]:
    if name == "sent":
        return (Handover.source_contest_id == contest.id,)
    states = LISTS[name] or ("offered",)
    return Handover.contest_id == contest.id, Handover.state.in_(states)


def _matching(query: Select[Handover], words: str) -> Select[Handover]:
    """What is known of the entry on either side: of another installation's, by what came along."""
    source, made, unit = aliased(Submission), aliased(Submission), aliased(Unit)
    query = (
        query.outerjoin(source, source.id == Handover.source_id)
        .outerjoin(unit, unit.id == source.unit_id)
        .outerjoin(made, made.id == Handover.submission_id)
    )
    told = [Handover.packet[key].as_string() for key in ("code", "title", "unit")]
    return search.matching(query, words, *(
        func.coalesce(column, "") for column in (
            Handover.unit_name, source.code, source.title, unit.name, made.code, *told)
    ))
