"""What the tests of the application share: a platform on both databases, a clock, rows, browsers.

``platform``  on a fresh database (each kind), with a Redis, a folder and a clock that stands still
``clock``     its clock: ``clock.moment = …`` moves it; it begins while entries are open
``make``      rows in any state (``tests/contest/factory.py``)
``contest``   the reference contest; ``app`` the web application
``address``   the application served over HTTP, for a real browser
``visit``     browsers: ``visit.public()``, ``visit.role("juror")``, ``visit.unit(unit)``, …
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from contest.clock import FixedClock
from contest.config import Settings
from contest.models import Contest, Unit, User
from contest.services.people import passwords
from contest.web import create_app
from contest.wiring import Platform
from tests.browsing import serving
from tests.compiled_once import QUICK_HASHER
from tests.contest.built import Built
from tests.contest.factory import Factory
from tests.contest.stage import Build

if TYPE_CHECKING:
    pass

WHILE_OPEN = datetime.fromisoformat("2023-06-05T09:00:00+07:00")
SECRET_KEY = "a secret key that only tests know, 40 and more"


class Client(FlaskClient):
    """Flask's test client that sends the CSRF token, as our pages' forms and scripts do.

    ``csrf=False`` leaves it out, as another site would have to.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)  # an answer that is a file is read and closed
        if csrf and kwargs.get("method", "GET") not in ("GET", "HEAD", "OPTIONS"):
            headers = dict(kwargs.pop("headers", None) or {})
            kwargs["headers"] = {"X-CSRFToken": self._csrf_token()} | headers
        return super().open(*args, **kwargs)

    def _csrf_token(self) -> str:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        serializer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        return str(serializer.dumps(raw))

    def english(self) -> "Client":
        self.set_cookie("lang", "en")
        return self


class Visits:
    """Browsers, each with cookies of its own."""

    def __init__(self, app: Flask, make: Factory, contest: Contest) -> None:
        self.app, self.make, self.contest = app, make, contest

    def public(self) -> Client:
        client = self.app.test_client()
        assert isinstance(client, Client)
        return client

    def user(self, user: User, *, second_factor: bool = False) -> Client:
        """A person's browser, signed in."""
        client = self.public()
        client.set_cookie("hoithi_staff", self.make.staff_token(user, second_factor=second_factor))
        return client

    def role(self, role: str, contest: Contest | None = None, **values: Any) -> Client:
        """A new person's browser with one role (``admin`` too) in ``contest``, the usual one."""
        if role == "admin":
            return self.user(self.make.user(admin=True, **values))
        return self.user(self.make.user(role, contest=contest or self.contest, **values))

    def unit(self, unit: Unit) -> Client:
        """A browser that has exchanged the unit's link."""
        client = self.public()
        client.set_cookie("hoithi_unit", self.make.unit_token(unit))
        return client


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and recovery codes are hashed as they are, with less effort. Today's settings:
    ``people/test_passwords.py``, and whatever runs as a process of its own."""
    monkeypatch.setattr(passwords, "HASHER", QUICK_HASHER)


@pytest.fixture
def tmp_path(database_folder: Path) -> Iterator[Path]:
    """A folder of the test's own, in memory where there is room: a clip is stored, and the Page's
    stand-in answers, only when the disk has it."""
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=database_folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(WHILE_OPEN)


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url=database_url, redis_url=redis_url,
        storage_url=f"file://{tmp_path}/clips", base_url="http://localhost", secret_key=SECRET_KEY,
        second_factor="optional",  # tests/contest/people/test_demanded_factor.py sets it
    )


@pytest.fixture
def platform(settings: Settings, clock: FixedClock) -> Iterator[Platform]:
    platform = Platform(settings)
    platform.__dict__["clock"] = clock  # where the real one would be remembered
    yield platform
    platform.db.engine.dispose()
    if "queue" in platform.__dict__:
        platform.queue.redis.close()


@pytest.fixture
def make(platform: Platform) -> Factory:
    return Factory(platform)


@pytest.fixture(scope="session")
def built_states(database_folder: Path) -> Built:
    return Built(database_folder)


@pytest.fixture
def built(request: pytest.FixtureRequest, built_states: Built, make: Factory) -> Build:
    """``built(key, build)``: a state that is built once a worker (``built.py``); ``key`` names it
    and what it depends on besides the clock."""
    url, reused = make.platform.settings.database_url, None
    if not url.startswith("sqlite"):
        reused = request.getfixturevalue("reused_postgres")
        if reused.url != url:
            return lambda key, build: build()
    return lambda key, build: built_states.get((*key, make.at), make, reused, build)


@pytest.fixture
def contest(make: Factory, built: Build) -> Contest:
    made: Contest = built(("contest",), lambda: _with_stored_keys(make))
    return made


def _with_stored_keys(make: Factory) -> Contest:
    """The reference contest; the installation's keys, which every unit needs, are made with it."""
    contest = make.contest()
    with make.platform.db.write() as session:
        make.platform.keys.unit_codes(session)
    return contest


@pytest.fixture
def app(platform: Platform) -> Flask:
    app = create_app(platform)
    app.test_client_class = Client
    return app


@pytest.fixture
def address(app: Flask, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    caplog.set_level("WARNING", logger="werkzeug")
    with serving(app) as address:
        yield address


@pytest.fixture
def visit(app: Flask, make: Factory, contest: Contest) -> Visits:
    return Visits(app, make, contest)
