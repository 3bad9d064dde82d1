"""A contest half-way through its publicity window, served over HTTP to a real browser."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from contest.clock import FixedClock
from contest.config import Settings
from contest.models import Contest, Submission, Unit, User
from contest.services import outbox
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.factory import Factory

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
OPEN = datetime.fromisoformat("2023-06-05T09:00:00+07:00")
PUBLICITY = datetime.fromisoformat("2023-06-14T21:14:00+07:00")
MARKS = {"content": 34, "creativity": 25, "craft": 16, "influence": 8}


@dataclass
class House:
    """A platform with a server, and who may sign in."""

    platform: Platform
    make: Factory
    contest: Contest
    address: str = ""
    people: dict[str, User] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    entries: dict[str, Submission] = field(default_factory=dict)

    def cookies(self, role: str) -> list[dict[str, Any]]:
        """What a signed-in browser of this role carries."""
        if role == "unit":
            unit = next(u for u in self.units if u.id == self.entries["needs_fix"].unit_id)
            return [self._cookie("hoithi_unit", self.make.unit_token(unit))]
        if role in self.people:
            return [self._cookie("hoithi_staff", self.make.staff_token(self.people[role]))]
        return []

    def _cookie(self, name: str, value: str) -> dict[str, Any]:
        return {"name": name, "value": value, "url": self.address}

    def visitor(
        self, browser: Browser, role: str, *, language: str, width: int
    ) -> BrowserContext:
        """A browser of this role, at this width, in this language."""
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=self.address, bypass_csp=True,
            color_scheme="dark" if width > 1000 else "light", reduced_motion="reduce",
        )
        cookies = [*self.cookies(role), self._cookie("lang", language)]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        return context


@pytest.fixture(scope="session")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "hoithi.db").write_bytes(Path(sqlite_template).read_bytes())
    settings = Settings(
        data_dir=folder, database_url=f"sqlite:///{folder}/hoithi.db", redis_url="",
        storage_url=f"file://{folder}/clips", base_url="http://127.0.0.1",
        secret_key="a secret key that only tests know, 40 and more",
    )
    platform = Platform(settings)
    clock = FixedClock(OPEN)
    platform.__dict__["clock"] = clock
    make = Factory(platform)
    made = furnish(House(platform, make, make.contest()))
    clock.moment = PUBLICITY
    server = make_server("127.0.0.1", 0, create_app(platform), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    platform.db.engine.dispose()


def furnish(house: House) -> House:
    """People of every role, an entry in every state, ballots, jobs."""
    make, contest = house.make, house.contest
    for role in ("organiser", "reviewer", "juror"):
        house.people[role] = make.user(role, contest=contest, name=f"Nguyễn Thị {role.title()}")
    house.people["admin"] = make.user(admin=True, name="Trần Quản Trị")
    states = ("published", "approved", "in_review", "checking", "needs_fix", "changes_requested",
              "disqualified", "withdrawn", "uploading")
    for state in states:
        unit = make.unit(contest)
        house.units.append(unit)
        house.entries[state] = make.submission(unit, state)
    make.unit(contest, "Chi đoàn Trung tâm Y tế Quận 11, đơn vị có tên rất dài để thử chỗ")
    make.ballot(house.entries["published"], house.people["juror"], MARKS)
    with house.platform.db.write() as session:
        task = outbox.add(session, "mail.send", 1, at=OPEN, contest_id=contest.id)
        task.state, task.error = "failed", "Hộp thư từ chối: địa chỉ không tồn tại."
    return house
