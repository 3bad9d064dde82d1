"""Clips on their way to the Page, and work done until none is due."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.clock import FixedClock, SystemClock
from contest.config import Settings
from contest.jobs.worker import perform
from contest.models import Check, Contest, Publication, Snapshot, Submission, Task
from contest.services.core import outbox
from contest.services.counts import polling
from contest.services.fanpage import page_checks, publications
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from social.values import CheckFinding, PageCheck
from tests.contest.factory import Factory
from tests.contest.stage import Build

RELEASE = datetime.fromisoformat("2023-06-12T08:00:00+07:00")
CLIP = bytes(range(256)) * 10


def on_page(settings: Settings, simulator: SimulatorProcess) -> Settings:
    """``settings`` with the simulator as the Page."""
    return replace(
        settings, page_id=simulator.page_id, page_token=simulator.token,
        graph_url=simulator.graph_url, app_secret=simulator.app_secret,
    )


PageRows = dict[str, list[tuple[object, ...]]]


class PageStore:
    """What the simulated Page knows, read and written beside it: its rows, and its films."""

    TABLES = ("setting", "video", "post", "fault")

    def __init__(self, folder: Path) -> None:
        self.file, self.films = folder / "simulator.sqlite", folder / "videos"

    def kept(self) -> PageRows:
        with closing(sqlite3.connect(self.file)) as store:
            rows = {name: store.execute(f"SELECT * FROM {name}").fetchall() for name in self.TABLES}
        films = sorted(self.films.iterdir())
        return rows | {"films": [(film.name, film.read_bytes()) for film in films]}

    def put_back(self, rows: PageRows) -> None:
        with closing(sqlite3.connect(self.file)) as store, store:
            for name in self.TABLES:
                store.execute(f"DELETE FROM {name}")
                for row in rows[name]:
                    marks = ", ".join("?" * len(row))
                    store.execute(f"INSERT INTO {name} VALUES ({marks})", row)
        for name, content in rows["films"]:
            (self.films / str(name)).write_bytes(content)  # type: ignore[arg-type]


class Bench:
    """Plans clips and works through the outbox, with the clock in the test's hand."""

    built: Build | None = None  # what the fixture gives
    page: SimulatorProcess | None = None
    route = ""  # the only one that a check of the Page has found open

    def __init__(self, platform: Platform, make: Factory, contest: Contest, clock: FixedClock):
        self.platform, self.make, self.contest, self.clock = platform, make, contest, clock

    def __getstate__(self) -> dict[str, object]:
        """What is kept of it: not what belongs to the running test."""
        return {name: value for name, value in vars(self).items() if name not in ("built", "page")}

    def posted(self, many: int = 1) -> list[Submission]:
        """So many clips on the Page, posted once a worker where that can be put back."""
        assert self.built is not None
        assert self.page is not None
        store = PageStore(self.page.state)

        def post() -> tuple[list[Submission], PageRows]:
            entries = [self.approved() for _ in range(many)]
            self.at_release()
            self.work()
            return entries, store.kept()

        entries: list[Submission]
        entries, page = self.built(("posted", many, self.contest.revision_id), post)
        store.put_back(page)
        return entries

    def planned(self, many: int = 1) -> list[Submission]:
        """So many approved clips, stored once a worker where that can be put back."""
        assert self.built is not None
        entries: list[Submission] = self.built(
            ("planned", many, self.route, self.contest.revision_id),
            lambda: [self.approved() for _ in range(many)],
        )
        return entries

    def approved(self, *, deep: str = "done", **values: object) -> Submission:
        """An approved clip, planned; its deep check is `done`, or how it stands."""
        submission = self.make.submission(
            self.make.unit(self.contest), "approved", clip=CLIP, **values
        )
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            done = deep == "done"
            session.add(Check(
                version_id=row.version_id, kind="deep", state=deep, created_at=self.clock.now(),
                profile_revision_id=row.contest.revision_id, verdict="pass" if done else None,
            ))
        self.plan(submission)
        return submission

    def upright(self) -> Submission:
        """An approved portrait clip, planned."""
        submission = self.make.submission(self.make.unit(self.contest), "approved", clip=CLIP)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            session.add(Check(
                version_id=row.version_id, kind="deep", state="done", verdict="pass",
                created_at=self.clock.now(), profile_revision_id=row.contest.revision_id,
            ))
            of_version = Check.version_id == submission.version_id
            quick = select(Check).where(of_version, Check.kind == "quick")
            check = session.scalars(quick).one()
            facts = {"display_width": 1080, "display_height": 1920, "duration_s": 80.0}
            check.report = {**check.report, "facts": facts}
        self.plan(submission)
        return submission

    def routes(self, *open_: str) -> None:
        """A check of the Page has found these routes open."""
        organiser = self.make.actor(self.make.user("organiser", contest=self.contest))
        found = [CheckFinding(f"route_{route}", "pass", "", "") for route in open_]
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            page_checks.keep(
                session, contest, PageCheck("1", "Trang", tuple(found)), actor=organiser,
                at=self.clock.now(),
            )

    def readings(self) -> list[str]:
        """Have the Page read now; the codes of the clips read in this round."""
        self.clock.moment += timedelta(minutes=40)  # no earlier round is still waiting
        organiser, begun = self.make.user("organiser", contest=self.contest), self.clock.now()
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            polling.now(session, contest, actor=self.make.actor(organiser), at=begun)
        while tasks := self.due():
            for task in tasks:
                perform(self.platform, task.id)
        with self.platform.db.read() as session:
            query = select(Submission.code).join(Snapshot, Snapshot.submission_id == Submission.id)
            query = query.where(Snapshot.taken_at >= begun, Snapshot.source == "graph")
            return sorted(session.scalars(query))

    def plan(self, submission: Submission) -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            publications.plan(session, row, actor=SYSTEM, at=self.clock.now())

    def work(self, until: Callable[[], bool] = lambda: False, jumps: int = 40) -> None:
        """Do everything due; then jump to the next due moment, so often at most."""
        for _ in range(jumps):
            while tasks := self.due():
                for task in tasks:
                    perform(self.platform, task.id)
                    if until():
                        return
            if not self.jump():
                return

    def due(self) -> list[Task]:
        with self.platform.db.read() as session:
            return outbox.due(session, at=self.clock.now(), wall=SystemClock().now())

    def jump(self) -> bool:
        """Move the clock to the next due moment of a publication's step, if there is one."""
        with self.platform.db.read() as session:
            query = select(Task.due_at).where(
                Task.state == "pending", Task.kind.startswith("publication.")
            )
            moments = list(session.scalars(query))
        if not moments:
            return False
        self.clock.moment = max(self.clock.moment, min(moments))
        return True

    def at_release(self) -> None:
        self.clock.moment = RELEASE + timedelta(seconds=1)

    def decide(self, submission: Submission, what: str) -> None:
        """An organiser looks at a failed clip: `look` again, or post it `again`."""
        organiser = self.make.actor(self.make.user("organiser", contest=self.contest))
        at = self.clock.now()
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            row = publications.get(session, contest, self.publication(submission).id)
            if what == "look":
                publications.look_again(session, row, actor=organiser, at=at)
            else:
                publications.post_again(session, row, actor=organiser, at=at, reason="chưa có bài")

    def publication(self, submission: Submission) -> Publication:
        with self.platform.db.read() as session:
            query = select(Publication).where(Publication.submission_id == submission.id)
            found = session.scalars(query).one()
            _ = found.submission.state
            return found

    def state(self, submission: Submission) -> tuple[str, str]:
        """(the publication's state, the entry's)."""
        found = self.publication(submission)
        return found.state, found.submission.state


@pytest.fixture
def settings(settings: Settings, simulator: SimulatorProcess) -> Settings:
    """The usual settings, with the simulator as the Page."""
    return on_page(settings, simulator)


@pytest.fixture
def bench(  # noqa: PLR0917 - what a test of posting has
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, built: Build,
    simulator: SimulatorProcess,
) -> Bench:
    bench = Bench(platform, make, contest, clock)
    bench.built, bench.page = built, simulator
    return bench
