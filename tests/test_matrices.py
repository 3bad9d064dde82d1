"""Many sets of values on two kinds of database: each meets one of them, none is forgotten."""

from tests.matrices import KINDS, half

NAMES = [f"/c/<slug>/{number}" for number in range(101)]


def test_each_set_of_values_meets_one_kind_of_database() -> None:
    met = [half(NAMES, kind) for kind in KINDS]
    assert set.union(*met) == set(NAMES)
    assert not set.intersection(*met)
    assert {len(names) for names in met} == {50, 51}


def test_which_one_hangs_on_the_names_alone() -> None:
    assert half(reversed(NAMES), KINDS[0]) == half(NAMES, KINDS[0])
