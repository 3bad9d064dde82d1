"""Words that a person looks for in a list, looked for by the database."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_


def matching(query: Select[Any], words: str, *columns: Any) -> Select[Any]:
    """Narrow ``query`` to rows that have each of the words in one of ``columns``; none: all rows.

    PostgreSQL takes every letter in either case, SQLite those of ASCII.
    """
    for word in words.split():
        found: list[ColumnElement[bool]] = [
            column.icontains(word.removeprefix("#"), autoescape=True) for column in columns
        ]
        query = query.where(or_(*found))
    return query
