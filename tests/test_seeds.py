"""What the commit draws of the seeds there are."""

import pytest

from tests import seeds


def test_a_commit_draws_the_same_each_time_and_another_one_others(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOITHI_SEEDS", raising=False)
    drawn = []
    for commit in (1, 2, 1):
        monkeypatch.setattr(seeds, "of_commit", lambda: commit)  # noqa: B023 (asked at once)
        drawn.append(seeds.some(range(1000), 5))
    first, other, again = drawn
    assert first == again == sorted(set(first)) and len(first) == 5
    assert set(first) < set(range(1000)) and first != other


def test_the_long_form_takes_all_and_whoever_names_some_gets_these(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOITHI_SEEDS", raising=False)
    assert seeds.some(range(9), 2, long=True) == seeds.some(range(9), 9) == list(range(9))
    monkeypatch.setenv("HOITHI_SEEDS", "11 2023")
    assert seeds.some(range(9), 2) == seeds.some(range(9), 2, long=True) == [11, 2023]


def test_each_commit_has_a_number_and_so_has_a_tree_without_one(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds.of_commit.cache_clear()
    assert 0 <= seeds.of_commit() < 16**7
    monkeypatch.setenv("PATH", "")
    seeds.of_commit.cache_clear()
    assert seeds.of_commit() == seeds.WITHOUT_GIT
    seeds.of_commit.cache_clear()
