"""Two simulated Pages behind one Graph address, as Meta's is: a call goes to its token's Page."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from social.simulator.process import SimulatorProcess

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


@contextmanager
def serving(board: Switchboard) -> Iterator[Switchboard]:
    thread = threading.Thread(target=board.serve_forever, daemon=True)
    thread.start()
    yield board
    board.shutdown()
    board.server_close()
    thread.join()
