"""Contests served over HTTP to a real browser: one with nothing in it yet, one half-way through
its publicity window with everything in every state, one whose result is published.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import update
from werkzeug.middleware.shared_data import SharedDataMiddleware

from contest.clock import FixedClock
from contest.config import Settings
from contest.jobs import results as pages
from contest.models import Contest, Derivative, Submission, Unit, User
from contest.services.core import outbox
from contest.uploads.app import create_upload_app
from contest.web import create_app
from contest.wiring import Platform
from tests.browsing import serving
from tests.conftest import of_all_workers
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage
from tests.e2e.auditors import MODULES, look
from tests.e2e.in_order import InOrder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# At an address, so that a browser compiles half a megabyte once, not for each page.
AXE, SNIFFER = "/axe.js", "/htmlcs.js"
FILES = {AXE: "axe-core/axe.min.js", SNIFFER: "@pa11y/html_codesniffer/build/HTMLCS.js"}
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
    state: str = ""
    people: dict[str, User] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    entries: dict[str, Submission] = field(default_factory=dict)
    numbers: dict[str, int | str] = field(default_factory=dict)  # of other rows that addresses name
    guests: dict[str, Unit] = field(default_factory=dict)  # units of further contests, by name

    def cookies(self, role: str) -> list[dict[str, Any]]:
        """What a signed-in browser of this role carries."""
        if role == "unit":
            return [self._cookie("hoithi_unit", self.make.unit_token(self.units[0]))]
        if role in self.guests:
            return [self._cookie("hoithi_unit", self.make.unit_token(self.guests[role]))]
        if role in self.people:
            return [self._cookie("hoithi_staff", self.make.staff_token(self.people[role]))]
        return []

    def _cookie(self, name: str, value: str) -> dict[str, Any]:
        return {"name": name, "value": value, "url": self.address}

    def barriers(
        self, role: str, paths: list[str], *, language: str, width: int
    ) -> dict[str, list[str]]:
        """What pa11y finds on each page, where it finds something."""
        cookies = [*self.cookies(role), self._cookie("lang", language)]
        cookie = "; ".join(f"{c['name']}={c['value']}" for c in cookies)
        found = look("pa11y", [self.address + path for path in paths], cookie, width)
        return {address: faults for address, faults in found.items() if faults}

    def visitor(
        self, browser: Browser, role: str, *, language: str, width: int
    ) -> BrowserContext:
        """A browser of this role, at this width, in this language."""
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=self.address, bypass_csp=True,
            reduced_motion="reduce",
        )
        cookies = [*self.cookies(role), self._cookie("lang", language)]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        return context


@pytest.fixture(scope="session")
def open_house(
    database_folder: Path, sqlite_in: Callable[[Path], str]
) -> Iterator[Callable[[str], House]]:
    """Opens the house in a state of `STATES`, once each."""
    opened: dict[str, House] = {}
    with ExitStack() as doors:

        def enter(state: str) -> House:
            if state not in opened:
                folder = database_folder / state
                url = sqlite_in(folder)
                opened[state] = doors.enter_context(_served(folder, url, state))
            return opened[state]

        yield enter


@pytest.fixture(scope="session")
def in_order(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> InOrder | None:
    """What this run has looked at and found without a fault; the long form looks each time."""
    if pytestconfig.getoption("long"):
        return None
    return InOrder(of_all_workers(tmp_path_factory, "in_order"))


@contextmanager
def _served(folder: Path, database_url: str, state: str) -> Iterator[House]:
    settings = Settings(
        data_dir=folder, database_url=database_url, redis_url="",
        storage_url=f"file://{folder}/clips", base_url="http://127.0.0.1",
        secret_key="a secret key that only tests know, 40 and more", second_factor="optional",
    )
    platform = Platform(settings)
    clock = FixedClock(OPEN)
    platform.__dict__["clock"] = clock
    make = Factory(platform)
    house = House(platform, make, make.contest(), state=state)
    _people(house)
    clock.moment = STATES[state](house)
    files = {address: str(MODULES / file) for address, file in FILES.items()}
    served = SharedDataMiddleware(_behind_one_address(platform), files)
    with serving(served) as house.address:
        yield house
    platform.db.engine.dispose()


def _behind_one_address(platform: Platform) -> "WSGIApplication":
    """Pages and uploads, as the front server joins them."""
    pages, uploads = create_app(platform), create_upload_app(platform)

    def served(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        of_uploads = environ["PATH_INFO"].startswith("/uploads/")
        return (uploads if of_uploads else pages)(environ, start)

    return served


def _people(house: House) -> None:
    for role in ("organiser", "reviewer", "juror"):
        name = f"Nguyễn Thị {role.title()}"
        house.people[role] = house.make.user(role, contest=house.contest, name=name)
    house.people["admin"] = house.make.user(admin=True, name="Trần Quản Trị")


def _empty(house: House) -> datetime:
    """A contest that has just opened: one unit, which has sent nothing."""
    house.units.append(house.make.unit(house.contest))
    return OPEN


def _full(house: House) -> datetime:
    """An entry in every state, a ballot, a failed job, a unit with a long name."""
    make, contest = house.make, house.contest
    states = ("needs_fix", "published", "approved", "in_review", "checking", "changes_requested",
              "disqualified", "withdrawn", "uploading")
    for state in states:
        unit = make.unit(contest)
        house.units.append(unit)
        house.entries[state] = make.submission(unit, state)
    make.unit(contest, "Chi đoàn Trung tâm Y tế Quận 11, đơn vị có tên rất dài để thử chỗ")
    longer = update(Unit).where(Unit.contest_id == contest.id).values(entries_until=AFTER)
    make.ballot(house.entries["published"], house.people["juror"], MARKS)
    with house.platform.db.write() as session:
        task = outbox.enqueue(session, "mail.send", 1, at=OPEN, contest_id=contest.id)
        task.state, task.error = "failed", "Hộp thư từ chối: địa chỉ không tồn tại."
        session.execute(longer)  # else there is nothing left to be sent for a unit
    return PUBLICITY


def _decided(house: House) -> datetime:
    house.platform.__dict__["clock"].moment = AFTER
    decide(house)
    return AFTER


def decide(house: House) -> None:
    """A published result, whose page stands ready on disk, and clips with their still frames."""
    stage = Stage(house.platform, house.make, house.contest)
    house.units, house.entries = stage.units, {"published": stage.clips[0]}
    for clip in stage.clips:
        _poster(house, clip)
        if "juror" in house.people:
            house.make.ballot(clip, house.people["juror"], stage.marks(5))
    stage.publish(stage.freeze(stage.compute()))
    pages.render(house.platform, house.contest.id, lambda: None)


def _poster(house: House, submission: Submission) -> None:
    """A picture in the size of a still frame; what it shows does not matter."""
    drawn = io.BytesIO()
    Image.effect_noise((960, 720), 30).resize((960, 720)).save(drawn, "JPEG", quality=60)
    digest = hashlib.sha256(drawn.getvalue()).hexdigest()
    incoming = house.platform.settings.data_dir / f"incoming-{digest}"
    incoming.write_bytes(drawn.getvalue())
    house.platform.blobs.put(incoming, digest)
    house.make.add(Derivative(
        version_id=submission.version_id, kind="poster", sha256=digest, media_type="image/jpeg",
        size=len(drawn.getvalue()), created_at=OPEN,
    ))


STATES = {"empty": _empty, "full": _full, "decided": _decided}
