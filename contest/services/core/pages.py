"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    count = max(1, -(-total // ROWS))
    number = min(max(number, 1), count)
    rows = session.scalars(query.limit(ROWS).offset((number - 1) * ROWS))
    return Page(list(rows), number, count, total)


def cut(found: Sequence[Row], number: int, *, rows: int = ROWS) -> Page[Row]:
    """Page ``number`` of a list that lies in memory; beyond the ends, the nearest page."""
    count = max(1, -(-len(found) // rows))
    number = min(max(number, 1), count)
    return Page(found[(number - 1) * rows:number * rows], number, count, len(found))
