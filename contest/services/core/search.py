"""Searching and sorting lists in the database, as people read letters and numbers."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from contest.folding import DIGITS, fold

Rows = Select[*tuple[Any, ...]]
Query = TypeVar("Query", bound=Rows)
Text = InstrumentedAttribute[str] | ColumnElement[str]
MARKS = r"[\u0300-\u036F]"  # combining ones


class folded(GenericFunction[str]):
    """``folding.fold`` of a column."""

    type = String()
    inherit_cache = True


class sortable(GenericFunction[str]):
    """``folding.sortable`` of a column: “Phường 2” before “Phường 10”."""

    type = String()
    inherit_cache = True


@compiles(folded, "postgresql")
def _folded(element: folded | sortable, compiler: SQLCompiler, **values: Any) -> str:
    text = compiler.process(element.clauses, **values)
    bare = f"regexp_replace(normalize({text}, NFD), '{MARKS}', '', 'g')"
    return f"lower(translate({bare}, 'đĐ', 'dd'))"


@compiles(sortable, "postgresql")
def _sortable(element: sortable, compiler: SQLCompiler, **values: Any) -> str:
    """Zeros before each number, and of those only so many that all are of one width. Compared by
    bytes, as SQLite does it."""
    padded = rf"'{'0' * DIGITS}\1'"
    wide = f"regexp_replace({_folded(element, compiler, **values)}, '([0-9]+)', {padded}, 'g')"
    kept = rf"regexp_replace({wide}, '0*([0-9]{{{DIGITS},}})', '\1', 'g')"
    return f'{kept} COLLATE "C"'


def matching(query: Query, words: str, *columns: Text) -> Query:
    """Narrow ``query`` to rows in which each word is part of one of ``columns``; no words: all.

    Accents and capitals make no difference: “phuong 2” finds “Phường 2”.
    """
    for word in words.split():
        sought = fold(word.removeprefix("#"))
        found: list[ColumnElement[bool]] = [
            folded(column).contains(sought, autoescape=True) for column in columns
        ]
        query = query.where(or_(*found))
    return query
