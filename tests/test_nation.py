"""The simulation of a national contest: right where it can be reckoned by hand; docs/capacity.md
shows what it says."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench import nation
from bench.nation import CITY, GBIT, NATION, Contest, Costs, Fleet, queue, simulate

CAPACITY = Path(__file__).parent.parent / "docs" / "capacity.md"
FAST = Fleet(uploads=4, cores=16, gbit=100.0, workers=400, bucket_gbit=800.0)


def test_a_queue_is_served_in_order_by_as_many_as_there_are() -> None:
    waits, done = queue(np.zeros(6), np.full(6, 10.0), 2)
    assert sorted(waits) == [10, 10, 20, 20, 30, 30]
    assert done.max() == 30
    waits, _ = queue(np.array([0.0, 100.0]), np.array([10.0, 5.0]), 1)
    assert list(waits) == [10, 5]


def test_with_enough_of_everything_nobody_waits_for_another() -> None:
    contest = replace(CITY, lines_mbit=(20.0, 0.0))
    found = simulate(contest, FAST)
    own = contest.size / 1e9 * Costs().fetch_gb + Costs().verdict
    assert found.verdict_p50 == pytest.approx(own, rel=0.2)
    assert found.worker_share < 0.1
    # Little's law: uploads open at once are those that come in a second, times how long each takes
    coming = found.gbit_in * GBIT / contest.size
    assert found.open_uploads == pytest.approx(coming * contest.size / (20e6 / 8), rel=0.3)


def test_fewer_machines_are_never_better() -> None:
    for smaller in (replace(FAST, workers=3), replace(FAST, gbit=0.5)):
        few, many = simulate(CITY, smaller), simulate(CITY, FAST)
        assert few.verdict_p95 >= many.verdict_p95
        assert few.upload_share >= many.upload_share
        assert few.later_h >= many.later_h


def test_half_of_all_clips_come_in_the_rush_and_bring_half_of_all_bytes() -> None:
    begun, size, _ = nation.phones(NATION, np.random.default_rng(1))
    assert len(begun) == 25_000
    assert size.sum() == pytest.approx(17.5e12, rel=0.02)
    assert 0 <= begun.min() <= begun.max() <= 6 * 3600
    last_hours = [int(((begun >= h * 3600) & (begun < (h + 1) * 3600)).sum()) for h in (3, 4, 5)]
    for earlier, later in pairwise(last_hours):
        assert later / earlier == pytest.approx(2, rel=0.1)


def test_a_part_of_a_contest_keeps_the_size_of_its_clips() -> None:
    assert CITY.size == pytest.approx(Contest().size, rel=0.01)


def test_the_page_shows_what_the_simulation_says() -> None:
    assert nation.table() in CAPACITY.read_text()
