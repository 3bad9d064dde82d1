"""A state that is put back is the one that was built: rows, numbers, files, and what tests hold."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contest.clock import FixedClock
from contest.models import Base
from contest.wiring import Platform
from tests.contest.built import Built
from tests.contest.conftest import WHILE_OPEN
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage
from tests.databases import Reused


def rows(platform: Platform) -> dict[str, list[object]]:
    with platform.db.engine.connect() as connection:
        return {
            table.name: list(connection.execute(table.select().order_by(*table.primary_key)))
            for table in Base.metadata.sorted_tables
        }


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture
def reused(request: pytest.FixtureRequest, database_kind: str) -> Reused | None:
    """The database that begins again, where the test is on PostgreSQL."""
    if database_kind == "sqlite":
        return None
    found: Reused = request.getfixturevalue("reused_postgres")
    return found


@pytest.fixture
def begin_again(
    platform: Platform, clock: FixedClock, sqlite_template: Path, reused: Reused | None
) -> Callable[[], Factory]:
    """As before the first test; a new factory."""

    def again() -> Factory:
        platform.db.engine.dispose()
        shutil.rmtree(platform.settings.data_dir)
        platform.settings.data_dir.mkdir()
        clock.moment = WHILE_OPEN
        if reused:
            reused.begin_again()
            return Factory(platform)
        file = Path(platform.settings.database_url.removeprefix("sqlite:///"))
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)
        shutil.copyfile(sqlite_template, file)
        return Factory(platform)

    return again


def frozen(make: Factory, clock: FixedClock) -> Stage:
    stage = Stage(make.platform, make, make.contest())
    clock.moment = AFTER
    stage.freeze(stage.compute())
    return stage


def of(stage: Stage) -> tuple[object, ...]:
    """What tests hold of it."""
    contest, clips = stage.contest, stage.clips
    return (contest.id, contest.revision and contest.revision.sha256, stage.organiser,
            [(clip.code, clip.unit.name, clip.versions[0].sha256) for clip in clips])


def test_a_state_that_is_put_back_is_as_it_was_built(
    make: Factory, clock: FixedClock, reused: Reused | None,
    begin_again: Callable[[], Factory], tmp_path: Path,
) -> None:
    platform, states = make.platform, Built(tmp_path.with_name(f"{tmp_path.name}-states"))
    states.folder.mkdir()
    stage = states.get(("frozen",), make, reused, lambda: frozen(make, clock))
    before, kept, held = rows(platform), files(platform.settings.data_dir), of(stage)
    unit = make.unit(stage.contest)
    for _ in range(2):
        make = begin_again()
        stage = states.get(("frozen",), make, reused, lambda: pytest.fail("built once more"))
        assert (stage.platform, stage.make) == (platform, make)
        assert (rows(platform), files(platform.settings.data_dir)) == (before, kept)
        assert (of(stage), clock.moment) == (held, AFTER)
        again = make.unit(stage.contest)
        assert (again.id, again.name) == (unit.id, unit.name)
    shutil.rmtree(states.folder)


def test_nothing_is_put_back_where_anything_stands(
    make: Factory, reused: Reused | None, begin_again: Callable[[], Factory], tmp_path: Path,
) -> None:
    states = Built(tmp_path.with_name(f"{tmp_path.name}-states"))
    states.folder.mkdir()
    states.get(("empty",), make, reused, make.contest)
    make = begin_again()
    user = make.user()
    assert states.get(("empty",), make, reused, lambda: "built") == "built"
    assert make.fresh(user).email == user.email
    shutil.rmtree(states.folder)
