"""Every place in the database where a person stands: all tables, all columns that hold text.

Nothing is listed by hand but exceptions, so that a table that comes tomorrow is looked into, too.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import JSON, Column, FromClause, Select, String, Table, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from contest.models import (
    AuditNote,
    AuditRow,
    AuthorWord,
    Base,
    Contest,
    PrivacyRequest,
    Submission,
    Unit,
)
from contest.services.privacy import requests
from contest.services.privacy.person import FEWEST_DIGITS, Finder, Person

CALLED = Path(__file__).with_name("places.toml")
BATCH = 500
WORDS = 80  # characters of an excerpt
# Never a person's: keys, hashes, the trail's sealed rows; and names of bodies, which a clip, a mark
# and a place in the ranking hang on.
NOT_LOOKED_AT = frozenset({
    ("unit", "name"), ("unit", "group"), ("contest", "slug"), ("stored_key", "sealed"),
    ("audit", "before"), ("audit", "after"), ("audit", "actor"), ("audit", "subject"),
})
# A name, what stands beside it of the same person, and whose the row is: an entry's or a unit's.
BESIDE: tuple[tuple[Any, str, tuple[str, ...], str], ...] = (
    (Submission, "contact_name", ("contact_phone", "contact_email"), "id"),
    (Unit, "contact_name", ("contact_phone", "contact_email"), "id"),
    (AuthorWord, "name", ("email",), "submission_id"),
    (AuthorWord, "guardian_name", ("guardian_contact",), "submission_id"),
    (PrivacyRequest, "person_name", ("person_phone", "person_email", "account"), "submission_id"),
)
NO_TABLES = frozenset({"tombstone", "audit_former", "audit_head"})
# What says that two lines are one account's: changed as a whole, so that it still says so.
IDENTITIES = frozenset({
    ("share_record", "account"), ("share_record", "identity"), ("share_record", "profile"),
    ("share_record", "link"), ("share_record", "link_key"),
    ("correction", "accounts_out"), ("correction", "identities_out"),
})


class Finds(Protocol):
    """What finds a person in a text and takes them out of it."""

    def finds(self, text: str) -> bool: ...
    def without(self, text: str) -> str: ...


@dataclass(frozen=True)
class Place:
    """A value in which the person stands. ``key``: ``review:12.reason``."""

    table: str
    row_id: int
    column: str
    value: object

    @property
    def subject(self) -> str:
        return f"{self.table}:{self.row_id}"

    @property
    def key(self) -> str:
        return f"{self.subject}.{self.column}"

    def called(self, language: str) -> str:
        """What a person calls it: ``bài dự thi: tác giả``."""
        words = called()
        parts = (words["tables"].get(self.table), words["columns"].get(self.column))
        return ": ".join(part[language] for part in parts if part) or self.table

    @property
    def excerpt(self) -> str:
        """Its beginning, for whoever decides whether it is this person."""
        text = ", ".join(texts(self.value))
        return text if len(text) <= WORDS else f"{text[:WORDS]}…"


def person_behind(session: Session, request: PrivacyRequest) -> Person:
    """Who asks, with the telephones, mails and accounts that stand beside their name: in the entry
    and the unit that the request is about, and wherever something that they gave stands there,
    too. Of a namesake nothing is taken."""
    person = requests.person_of(request)
    rows = list(_beside(session, request))
    while True:
        finder = Finder(person)
        more = {
            text for own, name, said in rows for text in said
            if finder.finds(name) and (own or any(map(finder.finds, said)))
        } - {*person.phones, *person.mails, *person.accounts}
        if not more:
            return person
        person = Person(
            person.names, (*person.phones, *sorted(filter(_is_number, more))),
            (*person.mails, *sorted(one for one in more if "@" in one)),
            (*person.accounts, *sorted(
                one for one in more if "@" not in one and not _is_number(one)
            )),
        )


def _beside(
    session: Session, request: PrivacyRequest
) -> Iterator[tuple[bool, str, tuple[str, ...]]]:
    """Of each row that names somebody: whether the request is about it, the name, what is beside
    it."""
    entry = session.get(Submission, request.submission_id) if request.submission_id else None
    unit_id = entry.unit_id if entry else request.unit_id
    for model, name, columns, owner in BESIDE:
        table = model.__table__
        mine = unit_id if model is Unit else request.submission_id
        query = _rows(table, [table.c[owner], *(table.c[c] for c in (name, *columns))],
                      request.contest_id)
        for _, its, who, *said in session.execute(query.where(table.c[name] != "")):
            own = mine is not None and its == mine
            yield own, who, tuple(text.strip() for text in said if text and text.strip())


def _is_number(text: str) -> bool:
    return "@" not in text and sum(map(str.isdigit, text)) >= FEWEST_DIGITS and not any(
        map(str.isalpha, text)
    )


@cache
def called() -> dict[str, dict[str, dict[str, str]]]:
    """The words for ``tables`` and ``columns``: name -> language -> word."""
    return tomllib.loads(CALLED.read_text())


def tables() -> list[Table]:
    """Every table that may name a person."""
    return [t for t in Base.metadata.sorted_tables if t.name not in NO_TABLES]


def text_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that hold texts that a person may stand in."""
    return [
        column for column in table.columns
        if isinstance(column.type, String | JSON | JSONB)
        and (table.name, column.name) not in NOT_LOOKED_AT
    ]


def found(session: Session, contest_id: int | None, finder: Finds) -> Iterator[Place]:
    """Where a person stands in a contest (None: anywhere), and in what belongs to no contest."""
    for table in tables():
        if columns := text_columns(table):
            yield from _of_table(session, table, columns, contest_id, finder)


def _of_table(
    session: Session, table: Table, columns: list[Column[Any]], contest_id: int | None,
    finder: Finds,
) -> Iterator[Place]:
    query = _rows(table, columns, contest_id).execution_options(yield_per=BATCH)
    for row_id, *values in session.execute(query):
        for column, value in zip(columns, values, strict=True):
            if any(finder.finds(text) for text in texts(value)):
                yield Place(table.name, row_id, column.name, value)


def _rows(
    table: Table, columns: list[Column[Any]], contest_id: int | None
) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(table.c.id, *columns).order_by(table.c.id)
    if contest_id is None:
        return query
    if table.name == AuditNote.__tablename__:
        trail = AuditRow.__table__
        query = query.join(trail, trail.c.seq == table.c.audit_seq)
        return query.where(or_(trail.c.contest_id == contest_id, trail.c.contest_id.is_(None)))
    steps = _way(table.name)
    if steps is None:
        return query  # of no contest: people's accounts
    here: FromClause = table
    for name in steps[:-1]:
        key = here.c[name]
        (foreign,) = key.foreign_keys
        there = foreign.column.table.alias()
        query = query.outerjoin(there, key == there.c.id)
        here = there
    column = here.c[steps[-1]]
    return query.where(or_(column == contest_id, column.is_(None)))


@cache
def _way(name: str) -> tuple[str, ...] | None:
    """By which columns a row leads to its contest; None where none does."""
    if name == Contest.__tablename__:
        return ("id",)
    waiting: list[tuple[str, tuple[str, ...]]] = [(name, ())]
    seen = {name}
    while waiting:
        at, steps = waiting.pop(0)
        table = Base.metadata.tables[at]
        if "contest_id" in table.columns:
            return (*steps, "contest_id")
        for column in table.columns:
            for key in column.foreign_keys:
                target = key.column.table.name
                if target not in seen and key.column.name == "id" and target != "user":
                    seen.add(target)
                    waiting.append((target, (*steps, column.name)))
    return None


def texts(value: object) -> Iterator[str]:
    """Every text in a value, keys of dictionaries among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            for one in pair:
                yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def without(value: Any, finder: Finds) -> Any:
    """A value of whatever form without the person."""
    if isinstance(value, str):
        return finder.without(value)
    if isinstance(value, dict):
        return {without(key, finder): without(one, finder) for key, one in value.items()}
    if isinstance(value, list):
        return [without(one, finder) for one in value]
    return value
