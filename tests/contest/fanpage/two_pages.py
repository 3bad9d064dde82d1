"""Two simulated Pages behind one Graph address, as Meta's is: a call goes to its token's Page.

``other`` is the second Page on its first day, ``board`` the address of both; the installation's own
is the first one. What tests of a contest's own Page do and look at stands here, too.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.config import Settings
from contest.models import Contest, Mail, PageConnection, PagePause
from contest.services.core import profiles
from contest.services.fanpage import connections
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests.contest.factory import QUAN11
from tests.contest.posting import Bench, on_page
from tests.served import served

HERE = "/c/quan11-2023/organiser/page-check"
URL = 'page_url = "https://www.facebook.com/quandoan11"'
SECOND = "200000000000002"
HOP = {"connection", "content-length", "transfer-encoding", "host", "server", "date"}


class SecondPage(SimulatorProcess):
    """A simulator of another Page, with a token and secret of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._command = [
            sys.executable, "-m", "social.simulator", "--state", str(state),
            "--page-id", "200000000000002", "--page-name", "Trang thứ hai",
            "--token", "second-token", "--app-secret", "second-secret",
        ]
        self.start()


class Switchboard(ThreadingHTTPServer):
    """Hands each request on by its token. ``usernames``: page id -> what the Page's node has."""

    daemon_threads = True

    def __init__(self, *pages: SimulatorProcess) -> None:
        self.pages = {page.token: page for page in pages}
        self.first = pages[0]
        self.usernames: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def graph_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v25.0"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Switchboard

    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").rpartition(" ")[2]
        page = self.server.pages.get(token, self.server.first)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        answer = requests.request(
            self.command, page.url + self.path, data=body, headers=headers, timeout=30
        )
        content = self._named(answer.content)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def _named(self, content: bytes) -> bytes:
        found: Any = json.loads(content)
        if found.get("id") in self.server.usernames:
            found["username"] = self.server.usernames[found["id"]]
        return json.dumps(found).encode()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the Pages' own posts say what happened."""


@pytest.fixture(scope="session")
def second(database_folder: Path) -> Iterator[SecondPage]:
    with SecondPage(database_folder / "second-page") as running:
        yield running


@pytest.fixture
def other(second: SecondPage) -> SecondPage:
    second.control("DELETE", "everything")
    return second


@pytest.fixture
def board(simulator: SimulatorProcess, other: SecondPage) -> Iterator[Switchboard]:
    with served(Switchboard(simulator, other)) as running:
        yield running


def both_pages(settings: Settings, simulator: SimulatorProcess, board: Switchboard) -> Settings:
    """The first Page is the installation's; both are reached by one address."""
    return replace(on_page(settings, simulator), graph_url=board.graph_url)


def connected(bench: Bench, other: SecondPage, contest: Contest | None = None) -> None:
    """The contest has the second Page, as if connected on the screen."""
    given = connections.Credentials(other.page_id, other.token, other.app_secret)
    found = bench.platform.fanpage_client(given).check_page()
    with bench.platform.db.write() as session:
        row = session.get_one(Contest, (contest or bench.contest).id)
        connections.connect(session, row, given, found, keys=bench.platform.keys, actor=SYSTEM,
                            at=bench.clock.now())


def row_of(platform: Platform) -> PageConnection | None:
    with platform.db.read() as session:
        return session.scalars(select(PageConnection)).one_or_none()


def words(response: object) -> str:
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")  # type: ignore[attr-defined]
    return " ".join(page.get_text(" ").split())


def pauses(platform: Platform) -> list[PagePause]:
    with platform.db.read() as session:
        return list(session.scalars(select(PagePause).order_by(PagePause.id)))


def mails(platform: Platform, template: str) -> list[Mail]:
    with platform.db.read() as session:
        query = select(Mail).where(Mail.template == template).order_by(Mail.id)
        return list(session.scalars(query))


def name_in_rules(bench: Bench, page_id: str) -> None:
    """A new revision of the rules that names the Page by its number."""
    source = QUAN11.read_text().replace(URL, f'{URL}\npage_id = "{page_id}"')
    with bench.platform.db.write() as session:
        profiles.import_profile(session, source, actor=SYSTEM, at=bench.clock.now(), reason="Trang")
