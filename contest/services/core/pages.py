"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
ROWS = 50  # on a page


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; pages count from 1. ``total`` rows on ``count`` pages."""

    rows: Sequence[Row]
    number: int
    count: int
    total: int


def take(session: Session, query: Select[Any], number: int) -> Page[Any]:
    """Page ``number`` of an ordered query; beyond the ends, the nearest page."""
    place = _place(session, query, number)
    rows = session.scalars(query.limit(ROWS).offset((place.number - 1) * ROWS))
    return replace(place, rows=list(rows))


def take_rows(session: Session, query: Select[Any], number: int) -> Page[Any]:
    """As ``take``, of a query for several columns."""
    place = _place(session, query, number)
    rows = session.execute(query.limit(ROWS).offset((place.number - 1) * ROWS))
    return replace(place, rows=list(rows))


def _place(session: Session, query: Select[Any], number: int) -> Page[Any]:
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    count = max(1, -(-total // ROWS))
    return Page([], min(max(number, 1), count), count, total)


def cut(found: Sequence[Row], number: int, *, rows: int = ROWS) -> Page[Row]:
    """Page ``number`` of a list that lies in memory; beyond the ends, the nearest page."""
    count = max(1, -(-len(found) // rows))
    number = min(max(number, 1), count)
    return Page(found[(number - 1) * rows:number * rows], number, count, len(found))
