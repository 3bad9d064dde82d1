"""Runs the simulator as a child process and calls its switches: for tests and the demo."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import requests

from social.settings import GraphSettings

SECONDS = 15


class SimulatorProcess:
    """A running simulator whose state is kept in `state` across restarts."""

    def __init__(self, state: Path, *, chunk_size: int | None = None, port: int = 0) -> None:
        self.state = state
        self._command = [sys.executable, "-m", "social.simulator", "--state", str(state)]
        self._command += ["--port", str(port)]
        self._command += ["--chunk-size", str(chunk_size)] if chunk_size else []
        self.start()

    def start(self) -> None:
        """Start the process and read its addresses. Raises RuntimeError when it prints none."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None  # noqa: S101 - PIPE was asked for
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError("the Page simulator did not start")
        told = json.loads(line)
        self.url, self.graph_url = str(told["url"]), str(told["graph_url"])
        self.page_id, self.token = str(told["page_id"]), str(told["token"])
        self.app_id, self.app_secret = str(told["app_id"]), str(told["app_secret"])

    def settings(self, **more: Any) -> GraphSettings:
        """Settings for a `GraphPage` on this simulator."""
        known = {"page_id": self.page_id, "token": self.token, "graph_url": self.graph_url}
        return GraphSettings(**{**known, **more})

    def posts(self) -> list[dict[str, Any]]:
        """Every post ever made, hidden ones too, newest first."""
        return list(self.control("GET", "posts")["posts"])

    def fault(self, step: str, kind: str, **params: Any) -> None:
        """Switch a fault on; see `social.simulator.faults`."""
        self.control("POST", "faults", {"step": step, "kind": kind, **params})

    def answers(self, **values: Any) -> None:
        """Switch how the Page answers; see `social.simulator.answers`."""
        self.control("POST", "answers", values)

    def set_counts(self, **values: Any) -> None:
        """Set `reactions`, `shares`, `comments` of the post named by `post_id` or `code`."""
        self.control("POST", "interactions", values)

    def control(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        """Call a switch; see `social.simulator.control`. Raises requests.HTTPError."""
        address = f"{self.url}/_control/{what}"
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, address, json=body or {}, timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()

    def kill(self) -> None:
        """As `kill -9`."""
        self._process.kill()
        self._reap()

    def stop(self) -> None:
        """Terminate it and wait."""
        self._process.terminate()
        self._reap()

    def _reap(self) -> None:
        self._process.wait(SECONDS)
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
