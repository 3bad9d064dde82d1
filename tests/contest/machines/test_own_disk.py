"""Two machines with a disk of their own each: what one has done, the other follows."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from contest.jobs.machines import own_disk
from contest.models import Contest, Result, Task
from contest.services.core import outbox
from contest.services.privacy import leftovers
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.results.test_published import result
from tests.contest.wired import rewired

__all__ = ["result"]
PAGE = "published/quan11-2023/results.vi.html"


@dataclass
class Machine:
    platform: Platform
    app: Flask

    @property
    def disk(self) -> Path:
        return self.platform.settings.data_dir

    def follows(self) -> int:
        return own_disk.follow(self.platform, self.app)


@pytest.fixture
def machines(platform: Platform, tmp_path: Path) -> list[Machine]:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        there = rewired(platform, data_dir=tmp_path / name)
        there.__dict__["clock"] = platform.clock
        found.append(Machine(there, create_app(there)))
    return found


def told(make: Factory, contest: Contest, kind: str, key: str) -> None:
    with make.platform.db.write() as session:
        outbox.enqueue(session, kind, contest.id, at=make.at, contest_id=contest.id, key=key)


def republished(make: Factory, result: Result, reason: str) -> None:
    """Revision 2, which another machine has published."""
    values = {c.key: getattr(result, c.key) for c in Result.__table__.columns if c.key != "id"}
    make.add(Result(**values | {
        "number": 2, "reason": reason, "output_sha256": "2" * 64,
        "published_at": make.at + timedelta(hours=1),
    }))


def test_what_one_machine_publishes_stands_ready_on_every_machine(
    machines: list[Machine], make: Factory, contest: Contest, result: Result
) -> None:
    told(make, contest, own_disk.RENDERED, "pages.render:1:1")
    assert [one.follows() for one in machines] == [1, 1]
    before = [(one.disk / PAGE).read_bytes() for one in machines]
    assert before[0] == before[1]
    assert [one.follows() for one in machines] == [0, 0]

    republished(make, result, "Một phiếu được đếm lại.")
    told(make, contest, own_disk.RENDERED, "pages.render:1:2")
    assert machines[1].follows() == 1
    assert "Một phiếu được đếm lại." in (machines[1].disk / PAGE).read_text()
    assert (machines[0].disk / PAGE).read_bytes() == before[0]
    assert machines[0].follows() == 1  # it was off, and does it when it is back
    assert (machines[0].disk / PAGE).read_bytes() == (machines[1].disk / PAGE).read_bytes()


def test_an_erasure_on_one_machine_empties_the_caches_of_all(
    machines: list[Machine], make: Factory, contest: Contest
) -> None:
    for one in machines:
        for name in leftovers.CACHES:
            (one.disk / name).mkdir()
            (one.disk / name / "of-a-person").write_text("Nguyễn Thị Ngọc Ánh")
    told(make, contest, own_disk.ERASED, "privacy.tidy:1")
    assert [one.follows() for one in machines] == [1, 1]
    assert [path for one in machines for path in one.disk.rglob("of-a-person")] == []


def test_what_fails_once_does_not_keep_the_rest_from_being_followed(
    machines: list[Machine], make: Factory, contest: Contest, result: Result,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = machines[0]
    (one.disk / "published").write_text("no folder")
    told(make, contest, own_disk.RENDERED, "pages.render:1:1")
    assert one.follows() == 1
    assert "could not be followed here" in caplog.text
    (one.disk / "published").unlink()
    told(make, contest, own_disk.RENDERED, "pages.render:1:2")
    assert one.follows() == 1
    assert (one.disk / PAGE).exists()


def test_rows_of_a_restored_database_are_not_taken_for_those_that_were_followed(
    machines: list[Machine], make: Factory, contest: Contest, result: Result
) -> None:
    told(make, contest, own_disk.RENDERED, "pages.render:1:1")
    machines[0].follows()
    with make.platform.db.write() as session:  # the same number, another row
        task = session.scalars(select(Task).where(Task.kind == own_disk.RENDERED)).one()
        task.created_at += timedelta(minutes=1)
    assert machines[0].follows() == 1
    kept = json.loads((machines[0].disk / own_disk.FILE).read_text())
    with make.platform.db.read() as session:
        assert len(kept) == session.scalar(select(func.count(Task.id)))


def test_with_one_machine_nobody_does_it_twice(
    machines: list[Machine], make: Factory, contest: Contest, result: Result, database_url: str
) -> None:
    told(make, contest, own_disk.RENDERED, "pages.render:1:1")
    own_disk.look(machines[0].platform, machines[0].app)
    assert (machines[0].disk / PAGE).exists() == database_url.startswith("postgresql")
