"""Which tests meet one kind of database alone: those whose statements others send to the other."""

import ast
from itertools import chain, product
from pathlib import Path

import pytest

from tests.matrices import KINDS, alone
from tests.sent import Sent, choose, plain, written

ROOT = Path(__file__).parent.parent


def both(test: str, *statements: str, alone: bool = True, seconds: float = 1) -> list[Sent]:
    return [Sent(test, kind, seconds, alone, frozenset(statements)) for kind in KINDS]


def test_a_test_is_spared_one_kind_where_two_others_send_the_same_to_it() -> None:
    tests = [both("a", "x", seconds=3), both("b", "x", alone=False), both("c", "x", "y")]
    assert list(choose(chain(*tests))) == ["a"]  # c has y to itself
    assert choose(chain(*tests[:2])) == {}


def test_no_kind_is_left_with_fewer_than_two_senders_of_what_more_had_sent() -> None:
    names, statements = "abcdefgh", "uvwxyz"
    tests = [both(name, *statements[number % 3::2]) for number, name in enumerate(names)]
    records = list(chain(*tests))
    spared = choose(records)
    left = [one for one in records if spared.get(one.test, one.kind) == one.kind]
    assert spared
    for kind, statement in product(KINDS, statements):
        before = {one.test for one in records if one.kind == kind and statement in one.statements}
        after = {one.test for one in left if one.kind == kind and statement in one.statements}
        assert len(after) >= min(2, len(before))


@pytest.mark.parametrize("never", [
    both("a", "x", alone=False),  # has threads or processes, or asks for the kind
    both("a", "x")[:1],  # has met only one kind as it is
    both("a", "x", "an error of its own"),
])
def test_what_keeps_both_kinds(never: list[Sent]) -> None:
    others = [both(name, "x", alone=False) for name in "bcde"]
    assert choose(chain(never, *others)) == {}


def test_the_number_of_values_and_rows_makes_no_other_statement() -> None:
    assert plain("… IN (?, ?, ?)") == plain("… IN (?)")
    assert plain("… IN (%(id_1_1)s::INTEGER, %(id_1_2)s::INTEGER)") == (
        plain("… IN (%(id_1_1)s::INTEGER)"))
    assert plain("VALUES (%(a__0)s, %(b__0)s), (%(a__1)s, %(b__1)s)") == (
        plain("VALUES (%(a__0)s, %(b__0)s)"))
    assert plain("WHERE a = %(a_1)s") != plain("WHERE b = %(b_1)s")


def test_the_list_names_tests_that_there_are_and_each_once() -> None:
    files = {name.partition("::")[0] for name in alone()}
    there = {(file, node.name) for file in files
             for node in ast.walk(ast.parse((ROOT / file).read_text()))
             if isinstance(node, ast.FunctionDef)}
    parts = [name.split("::") for name in alone()]
    assert {(file, test) for file, *_, test in parts} - there == set()
    assert set(alone().values()) == set(KINDS)
    assert written({"tests/a.py::test_b": "sqlite"}).endswith(
        '["tests/a.py"]\nsqlite = [\n    "test_b",\n]\n')
