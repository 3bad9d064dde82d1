"""Clips are shared out evenly, never to the own unit, and the same for the same seed."""

from itertools import product
from random import Random

import pytest

from contest.services.jury.sharing_out import Clip, Juror, share_out


def loads(found: dict[str, list[str]], jurors: list[Juror]) -> list[int]:
    return [sum(juror.code in codes for codes in found.values()) for juror in jurors]


def test_every_clip_has_as_many_jurors_as_asked_and_loads_differ_by_one_at_most() -> None:
    clips = [Clip(f"CX{number:02}", number % 7) for number in range(23)]
    jurors = [Juror(f"GK{number}") for number in range(1, 6)]
    found = share_out(clips, jurors, 3, "hat-giong")
    assert {len(codes) for codes in found.values()} == {3}
    assert sorted(loads(found, jurors)) == [13, 14, 14, 14, 14]  # 69 in all
    assert share_out(reversed(clips), reversed(jurors), 3, "hat-giong") == found
    assert share_out(clips, jurors, 3, "khac") != found


def test_nobody_gets_the_own_units_clips_and_it_is_even_all_the_same() -> None:
    clips = [Clip(f"CX{number:02}", unit) for number, unit in enumerate([1] * 6 + [2] * 2)]
    jurors = [Juror("GK1", 1), Juror("GK2"), Juror("GK3", 2)]
    found = share_out(clips, jurors, 1, "a")
    assert all("GK1" not in found[clip.code] for clip in clips if clip.unit_id == 1)
    assert all("GK3" not in found[clip.code] for clip in clips if clip.unit_id == 2)
    assert loads(found, jurors) == [2, 3, 3]


def test_what_a_juror_has_stays_and_only_what_lacks_is_given() -> None:
    clips = [Clip("A", 1, jurors=frozenset({"GK1", "GK2"})), Clip("B", 1), Clip("C", 1),
             Clip("D", 1, jurors=frozenset({"GK1", "GK2", "GK3"}))]
    jurors = [Juror(f"GK{number}") for number in (1, 2, 3)]
    found = share_out(clips, jurors, 2, "a")
    assert (found["A"], found["D"]) == (["GK1", "GK2"], ["GK1", "GK2", "GK3"])
    assert sorted(loads(found, jurors)) == [3, 3, 3]


def test_by_category_a_clip_goes_to_all_of_its_jurors_or_to_so_many_of_them() -> None:
    clips = [Clip("A", 1, "hoc"), Clip("B", 1, "lam"), Clip("C", 2, "hoc"), Clip("D", 2)]
    jurors = [Juror("GK1", None, frozenset({"hoc"})), Juror("GK2", 2, frozenset({"hoc", "lam"})),
              Juror("GK3", None, frozenset())]
    assert share_out(clips, jurors, None, "a") == {
        "A": ["GK1", "GK2"], "B": ["GK2"], "C": ["GK1"], "D": []}
    one = share_out(clips, jurors, 1, "a")
    assert (one["B"], one["C"], one["D"], len(one["A"])) == (["GK2"], ["GK1"], [], 1)


def test_a_juror_who_left_keeps_the_clips_that_are_marked_and_the_others_go_on() -> None:
    clips = [Clip("A", 1, jurors=frozenset({"GK9"})), Clip("B", 1)]
    found = share_out(clips, [Juror("GK1"), Juror("GK2")], 2, "a")
    assert "GK9" in found["A"]
    assert len(found["A"]) == 2
    assert found["B"] == ["GK1", "GK2"]


@pytest.mark.parametrize("seed", range(60))
def test_nothing_more_even_can_be_found_by_trying_all(seed: int) -> None:
    random = Random(seed)
    jurors = [Juror(f"GK{n}", random.choice([None, 1, 2]),
                    random.choice([None, frozenset({"x"}), frozenset({"x", "y"})]))
              for n in range(1, 4)]
    clips = [Clip(f"C{n}", random.randint(1, 3), random.choice("xy")) for n in range(5)]
    found = share_out(clips, jurors, 1, str(seed))
    for clip in clips:
        able = [juror.code for juror in jurors if juror.may(clip)]
        assert set(found[clip.code]) <= set(able)
        assert len(found[clip.code]) == min(1, len(able))
    every = [[j.code for j in jurors if j.may(clip)] or [""] for clip in clips]
    best = min(sum(choice.count(j.code) ** 2 for j in jurors) for choice in product(*every))
    assert sum(load ** 2 for load in loads(found, jurors)) == best
