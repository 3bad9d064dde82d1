"""Pagination of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.services.core.search import Rows

Row = TypeVar("Row")
ROWS = 50  # on a page


@dataclass(frozen=True)
class Pagination(Generic[Row]):
    """One page of a list; pages count from 1. ``total`` rows on ``count`` pages; not ``counted``
    means that counting stopped there and more may follow."""

    rows: Sequence[Row]
    number: int
    count: int
    total: int
    counted: bool = True


def take(
    session: Session, query: Rows, number: int, *, whole: bool = False,
    count_to: int | None = None, size: int = ROWS, by: InstrumentedAttribute[int] | None = None,
    total: int | None = None,
) -> Pagination[Any]:
    """Page ``number`` of an ordered query; a number out of range gives the nearest page.

    Rows are the first column, or ``whole`` rows; ``size`` of them on a page. ``by``: the rows' key,
    for an order that no index gives: only keys are sorted, only the page's rows are read. With
    ``count_to`` the total is counted no further than that, or than the page after this one: for
    lists that grow without bound. ``total``: where it is known already.
    """
    all_rows, most = query.order_by(None), None
    if count_to is not None:
        most = max(count_to, (number + 1) * size)
        all_rows = all_rows.limit(most)
    if total is None:
        total = session.scalar(select(func.count()).select_from(all_rows.subquery())) or 0
    number, count = _within(number, total, size)
    offset = (number - 1) * size
    if by is None:
        query = query.limit(size).offset(offset)
    else:
        keys = query.with_only_columns(by).limit(size).offset(offset).subquery()
        query = query.where(by.in_(select(*keys.c)))
    found = session.execute(query)
    return Pagination(
        list(found if whole else found.scalars()), number, count, total, total != most
    )


def take_counted(
    session: Session, keys: Select[int], rows: Rows, number: int,
    by: InstrumentedAttribute[int],
) -> Pagination[Any]:
    """Page ``number`` of a list that costs as much to count as to find: the total comes with the
    page's ordered ``keys``, which ``rows``, in the same order, are narrowed to ``by``. Of a page
    beyond the last one the total is asked for alone, as ``take`` does."""
    counted = keys.add_columns(func.count().over()).limit(ROWS)
    page = session.execute(counted.offset((max(number, 1) - 1) * ROWS)).all()
    if not page:
        found = take(session, keys, number)
    else:
        total = page[0][1]
        found = Pagination([row[0] for row in page], *_within(number, total), total)
    return replace(found, rows=session.scalars(rows.where(by.in_(found.rows))).all())


def part(rows: Sequence[Row], number: int, *, size: int = ROWS) -> Pagination[Row]:
    """Page ``number`` of a list that is in memory as a whole, ``size`` rows on each."""
    number, count = _within(number, len(rows), size)
    return Pagination(rows[(number - 1) * size:number * size], number, count, len(rows))


def _within(number: int, total: int, size: int = ROWS) -> tuple[int, int]:
    count = max(1, -(-total // size))
    return min(max(number, 1), count), count
