"""What each prize hangs on: worked out at once for a small contest, by the worker for a large."""

from pathlib import Path

import pytest
from sqlalchemy import select

import scoring
from contest.clock import FixedClock
from contest.jobs import results as jobs
from contest.models import Contest, Result, Task
from contest.services.results import prospects
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


def test_what_prizes_hang_on_is_worked_out_at_once_or_by_the_worker(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = stage.compute()
    with stage.platform.db.read() as session:
        row = session.get_one(Result, small.id)
        found = prospects.of(row, tmp_path, length=3, shelf=stage.platform.shelf)
        assert found == scoring.sensitivity(small.input)
        assert session.scalars(select(Task).where(Task.kind == prospects.TASK)).all() == []
    monkeypatch.setattr(prospects, "AT_ONCE", 2)
    large = stage.compute()
    folder = prospects.folder_in(stage.platform.settings.data_dir)
    with stage.platform.db.read() as session:
        row = session.get_one(Result, large.id)
        [task] = session.scalars(select(Task).where(Task.kind == prospects.TASK))
        shelf = stage.platform.shelf
        assert prospects.of(row, folder, length=3, shelf=shelf) is None
        jobs.HANDLERS[task.kind](stage.platform, task.row_id, lambda: None)
        assert prospects.of(row, folder, length=3, shelf=shelf) == found
        other = tmp_path / "another machine"
        assert prospects.of(row, other, length=3, shelf=shelf) == found
        shelf.clear(prospects.SHELF)
        assert prospects.of(row, other, length=3, shelf=shelf) == found  # kept there by now
        assert prospects.of(row, tmp_path / "a third", length=3, shelf=shelf) is None


def test_where_nothing_can_be_kept_they_are_told_all_the_same(
    stage: Stage, tmp_path: Path
) -> None:
    result, shelf, full = stage.compute(), stage.platform.shelf, tmp_path / "full"
    full.touch()  # no folder can be made there
    with stage.platform.db.read() as session:
        row = session.get_one(Result, result.id)
        wanted = scoring.sensitivity(result.input)
        assert prospects.of(row, full / "prospects", length=3, shelf=shelf) == wanted
        prospects.work_out(row, full / "prospects", shelf=shelf)
        assert prospects.of(row, tmp_path / "another machine", length=999, shelf=shelf) == wanted
        assert prospects.of(row, full / "prospects", length=999, shelf=shelf) == wanted
