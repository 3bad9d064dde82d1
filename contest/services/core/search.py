"""Searching lists for words, in the database."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_


def matching(query: Select[Any], words: str, *columns: Any) -> Select[Any]:
    """Narrow ``query`` to rows in which each word is part of one of ``columns``; no words: all.

    Case is ignored: of every letter on PostgreSQL, of ASCII letters on SQLite.
    """
    for word in words.split():
        found: list[ColumnElement[bool]] = [
            column.icontains(word.removeprefix("#"), autoescape=True) for column in columns
        ]
        query = query.where(or_(*found))
    return query
