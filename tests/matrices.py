"""A test with many sets of values meets both databases, each set one of them, or both (`--long`).

What differs between the databases is the statements; a dozen sets of values send the same ones.
"""

import tomllib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

KINDS = ("sqlite", "postgresql")
MANY = 4  # sets of values
ONE_DATABASE = Path(__file__).parent / "one_database.toml"
Sets = dict[str, dict[str, pytest.Item]]


def halves(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """What the short form leaves out: of each matrix one half of its sets on one kind of database,
    the other half on the other. Which set belongs to which half hangs on the values' names."""
    found: dict[str, Sets] = defaultdict(lambda: defaultdict(dict))
    for item in items:
        for kind in _kind(item):
            test, _, values = item.nodeid.partition("[")
            found[test][values.replace(kind, "", 1)][kind] = item
    many = (sets for sets in found.values() if len(sets) >= MANY)
    return {item for sets in many for item in _left_out(sets)}


def half(names: Iterable[str], kind: str) -> set[str]:
    """Of the sets of values that one test goes through itself, those which meet this kind of
    database in the short form."""
    ordered = enumerate(sorted(names, key=lambda name: (zlib.crc32(name.encode()), name)))
    return {name for number, name in ordered if KINDS[number % len(KINDS)] == kind}


@cache
def alone() -> dict[str, str]:
    """A test that meets one kind of database, its id without values -> which (``sent.py``)."""
    files = tomllib.loads(ONE_DATABASE.read_text())
    return {f"{file}::{test}": kind for file, kinds in files.items()
            for kind, tests in kinds.items() for test in tests}


def _left_out(sets: Sets) -> Iterator[pytest.Item]:
    for number, values in enumerate(sorted(sets, key=lambda name: zlib.crc32(name.encode()))):
        if len(met := sets[values]) == len(KINDS):
            yield met[KINDS[number % len(KINDS)]]


def _kind(item: pytest.Item) -> list[str]:
    """The database that a test runs on, where it runs on both and is not marked to do so always."""
    call = getattr(item, "callspec", None)
    if call is None or item.get_closest_marker("both_databases"):
        return []
    return [str(value) for name, value in call.params.items() if name == "database_kind"]
