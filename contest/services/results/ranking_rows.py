"""Single lines of a result's ranking, extracted from the stored JSON by the database.

A ranking of thousands of units is megabytes of JSON, which the database unpacks for every question;
a page that shows a hundred of them, one, or the prizes reads no more than that, and asks once while
the revision stays as it is.
"""

import json
import os
from codecs import getincrementaldecoder
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any
from weakref import finalize

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    TableValuedAlias,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest import canonical
from contest.folding import fold
from contest.models import Result
from contest.models.base import Json
from contest.services.core import pagination, search
from contest.services.core.pagination import Pagination
from contest.services.results.kept import kept

AT_ONCE = 200  # rows of a list in memory
SLICE, PIECE = 8 * 2**20, 2**18  # bytes that SQLite hands over; that are read of them at once


@dataclass(frozen=True)
class Picked:
    """Which lines: the first ``most`` of those that hold ``words`` (unit or code), belong to the
    clip ``code``, are in a ``category``, or won a prize (``prizes``)."""

    words: str = ""
    category: str = ""
    code: str | None = None
    prizes: bool = False
    most: int | None = None


def pick(session: Session, result: Result, wanted: Picked) -> list[dict[str, Any]]:
    """The chosen rows of ``output["ranking"]`` in their order."""
    if wanted.words:
        return _pick(session, result, wanted)  # too many different ones to keep
    return kept(session, result, wanted, lambda: _pick(session, result, wanted))


def page(
    session: Session, result: Result, wanted: Picked, number: int
) -> Pagination[Any]:
    """Page ``number`` of the chosen rows, taken by the database."""
    return pagination.take(session, _chosen(session, result, wanted), number)


def _pick(session: Session, result: Result, wanted: Picked) -> list[dict[str, Any]]:
    return list(session.scalars(_chosen(session, result, wanted).limit(wanted.most)))


def _chosen(session: Session, result: Result, wanted: Picked) -> Select[*tuple[Any, ...]]:
    rows, place = _elements(session)
    entry, unit, prize = (_text(session, rows.c.value, key) for key in ("entry", "unit", "prize"))
    query = select(type_coerce(rows.c.value, Json)).select_from(Result, rows).where(
        Result.id == result.id
    )
    if wanted.code is not None:
        query = query.where(entry == wanted.code)
    if wanted.category:
        query = query.where(_text(session, rows.c.value, "category") == wanted.category)
    if wanted.prizes:
        several = _text(session, rows.c.value, "prizes")  # only where prizes go by measures
        query = query.where(or_(prize.is_not(None), several != "[]"))
    for word in wanted.words.split():
        found = [search.folded(column).contains(fold(word), autoescape=True)
                 for column in (unit, entry)]
        query = query.where(or_(*found))
    return query.order_by(place)


def names(session: Session, result: Result, codes: Collection[str]) -> dict[str, Any]:
    """What is stored of these clips beside the ranking, by code: title, unit, authors."""
    what = ("names", *codes)
    return kept(session, result, what, lambda: _names(session, result, codes))


def _names(session: Session, result: Result, codes: Collection[str]) -> dict[str, Any]:
    rows = _members(session)
    query = (
        select(rows.c.key, type_coerce(rows.c.value, Json))
        .select_from(Result, rows)
        .where(Result.id == result.id, rows.c.key.in_(codes))
    )
    return {code: content for code, content in session.execute(query)}


def disqualified(session: Session, result: Result) -> list[dict[str, Any]]:
    """``output["disqualified"]``, without the rest of it."""
    rows: Any = type_coerce(Result.output["disqualified"], Json)
    query = select(rows).where(Result.id == result.id)
    return kept(session, result, "disqualified", lambda: list(session.scalars(query).one()))


def length(session: Session, result: Result) -> int:
    """How many lines the ranking has."""
    return kept(session, result, "length", lambda: _length(session, result))


def _length(session: Session, result: Result) -> int:
    if _on_sqlite(session):
        count = func.json_array_length(Result.output, "$.ranking")
    else:
        count = func.jsonb_array_length(Result.output["ranking"])
    return session.scalar(select(count).where(Result.id == result.id)) or 0


def totals(session: Session, result: Result) -> dict[str, Any]:
    """As much of ``output`` as the second tally is compared with: each line's unit and total, the
    prizes that go by other measures, and the clips that too few have marked."""
    rows, place = _elements(session)
    query = (
        select(_text(session, rows.c.value, "unit"), _text(session, rows.c.value, "total", "exact"))
        .select_from(Result, rows)
        .where(Result.id == result.id)
    )
    return {"ranking": [
        {"unit": unit, "total": {"exact": total}}
        for unit, total in session.execute(query.order_by(place))
    ], "awards": awards(session, result), "below_quorum": _part(session, result, "below_quorum"),
        **_promotion(session, result)}


def _promotion(session: Session, result: Result) -> dict[str, Any]:
    """``output["promotion"]``; nothing where no round follows."""
    found = promotion(session, result)
    return {} if found is None else {"promotion": found}


def promotion(session: Session, result: Result) -> dict[str, Any] | None:
    """Who goes on to the next round, as the output says it; None where no round follows."""
    rows: Any = type_coerce(Result.output["promotion"], Json)
    query = select(rows).where(Result.id == result.id)
    return kept(session, result, "promotion", lambda: session.scalars(query).one_or_none())


def awards(session: Session, result: Result) -> list[dict[str, Any]]:
    """The rows of ``output["awards"]``; empty where every prize goes by the ranking."""
    return kept(session, result, "awards", lambda: _part(session, result, "awards"))


def _part(session: Session, result: Result, name: str) -> list[dict[str, Any]]:
    """The rows of ``output[name]``; empty where it has none."""
    if _on_sqlite(session):
        found: Any = func.json_extract(Result.output, f"$.{name}")
    else:
        found = func.jsonb_extract_path(Result.output, name)
    query = select(type_coerce(found, Json)).where(Result.id == result.id)
    return session.scalar(query) or []


def in_pieces(
    session: Session, result: Result, column: InstrumentedAttribute[dict[str, Any]], long: str
) -> dict[str, Any]:
    """What is stored in ``input`` or ``output``, with the list under the key ``long`` as an
    iterator, read some hundred at a time while it is asked; keys in the order of the database."""
    stored = Stored(session, result, column)
    return stored.others(long) | {long: stored.each(long)}


class Stored:
    """``input`` or ``output`` of a revision, a hundred megabytes, of which some rows are in memory
    however often it is gone through. Of SQLite's text, which is handed over whole or in slices that
    cost as much, there is a copy on the disk."""

    def __init__(
        self, session: Session, result: Result, column: InstrumentedAttribute[dict[str, Any]]
    ) -> None:
        self._session, self._column, self._own = session, column, Result.id == result.id
        self._file = self._copied() if _on_sqlite(session) else None

    def others(self, long: str) -> dict[str, Any]:
        """All but the list ``long``, which is None, in the order of the database."""
        if self._file:
            return canonical.others(self._pieces(self._file), long)
        keys = func.jsonb_each(self._column).table_valued("key", joins_implicitly=True)
        named = self._session.scalars(select(keys.c.key).select_from(Result, keys).where(self._own))
        return {key: None if key == long else self._value(key) for key in named.all()}

    def each(self, key: str) -> Iterator[dict[str, Any]]:
        """The items of a list of objects."""
        if self._file:
            found = canonical.items(self._pieces(self._file), key)
            return (one for one in found if isinstance(one, dict))
        rows, place = _elements(self._session, self._column, key)
        query = select(type_coerce(rows.c.value, Json)).select_from(Result, rows).where(self._own)
        ordered = query.order_by(place).execution_options(yield_per=AT_ONCE)
        return iter(self._session.scalars(ordered))

    def _value(self, key: str) -> object:
        return self._session.scalar(select(type_coerce(self._column[key], Json)).where(self._own))

    def _copied(self) -> IO[bytes]:
        """The column's text in a scratch file without a name, gone with this object."""
        file, length = TemporaryFile(), SLICE  # noqa: SIM115 - as long as this object
        finalize(self, file.close)
        while length == SLICE:
            written = func.substr(cast(self._column, LargeBinary), file.tell() + 1, SLICE)
            length = file.write(self._session.scalar(select(written).where(self._own)) or b"")
        file.flush()
        return file

    def _pieces(self, file: IO[bytes]) -> Iterator[str]:
        """Its text; while anybody reads, this object and so the file stay."""
        decoder, at = getincrementaldecoder("utf-8")(), 0
        while part := os.pread(file.fileno(), PIECE, at):
            at += len(part)
            yield decoder.decode(part)


def places(session: Session, result: Result) -> list[tuple[str, int, str, list[str]]]:
    """Each line's clip, rank, rounded total and prizes, best first."""
    rows, place = _elements(session)
    query = (
        select(
            _text(session, rows.c.value, "entry"), _number(session, rows.c.value, "rank"),
            _text(session, rows.c.value, "total", "rounded"), _text(session, rows.c.value, "prize"),
            _text(session, rows.c.value, "prizes"),
        )
        .select_from(Result, rows)
        .where(Result.id == result.id)
    )
    return [
        (entry, rank, total, [prize] if several is None and prize else json.loads(several or "[]"))
        for entry, rank, total, prize, several in session.execute(query.order_by(place))
    ]


def ties(session: Session, result: Result) -> list[dict[str, Any]]:
    """The rows that share a rank, or did before the chair decided: unit, entry, and ``first``, the
    best rank with the same total."""
    return kept(session, result, "ties", lambda: _ties(session, result))


def _ties(session: Session, result: Result) -> list[dict[str, Any]]:
    rows, place = _elements(session)
    total = _text(session, rows.c.value, "total", "exact")
    rank = func.min(_number(session, rows.c.value, "rank")).over(partition_by=total)
    found = (
        select(
            _text(session, rows.c.value, "unit").label("unit"),
            _text(session, rows.c.value, "entry").label("entry"),
            _text(session, rows.c.value, "decided_by").label("by"),
            rank.label("first"), place.label("place"),
        )
        .select_from(Result, rows)
        .where(Result.id == result.id)
        .subquery()
    )
    query = select(found.c.unit, found.c.entry, found.c.first).where(
        found.c.by.in_(("shared", "chair"))
    )
    return [dict(row) for row in session.execute(query.order_by(found.c.place)).mappings()]


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _elements(
    session: Session, column: InstrumentedAttribute[dict[str, Any]] = Result.output,
    key: str = "ranking",
) -> tuple[TableValuedAlias, ColumnElement[int]]:
    """A list's columns ``value`` and ``place``, beside the result's own."""
    if _on_sqlite(session):
        rows = func.json_each(column, f"$.{key}").table_valued(
            "value", "key", joins_implicitly=True
        )
        return rows, rows.c.key
    rows = func.jsonb_array_elements(column[key]).table_valued(
        "value", with_ordinality="place", joins_implicitly=True
    ).render_derived()
    return rows, rows.c.place


def _members(session: Session) -> TableValuedAlias:
    """The names as a table of ``key`` and ``value``."""
    each = func.json_each if _on_sqlite(session) else func.jsonb_each
    return each(Result.names).table_valued("key", "value", joins_implicitly=True)


def _text(session: Session, value: ColumnElement[object], *path: str) -> ColumnElement[str]:
    if _on_sqlite(session):
        return func.json_extract(value, "$." + ".".join(path))
    return func.jsonb_extract_path_text(value, *path)


def _number(session: Session, value: ColumnElement[object], key: str) -> ColumnElement[int]:
    return cast(_text(session, value, key), Integer)


def register(session: Session, result: Result) -> list[str]:
    """The clips that have a number in the register of participation, in its order. A number stays
    in every later revision: who comes in later gets the next ones."""
    query = select(Result.names).where(
        Result.contest_id == result.contest_id, Result.number <= result.number
    )
    revisions = session.scalars(query.order_by(Result.number))
    return list(dict.fromkeys(code for names in revisions for code in sorted(names)))
