"""A whole house in one process: pages and uploads are asked without a network, relay and workers
have their turn whenever somebody waits. So the n-th request, statement or write of a run is always
the same one, whatever else this machine does."""

import contextlib
import io
import os
import pickle
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import requests
from redis.exceptions import RedisError
from requests.adapters import HTTPAdapter
from rq import SimpleWorker
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from contest.adapters import job_queue
from contest.clock import FileClock
from contest.config import Settings
from contest.db import Database
from contest.demo import browser as browsers
from contest.jobs import relay, worker
from contest.models import Task
from contest.services.core import outbox
from contest.uploads.app import create_upload_app
from contest.web import create_app
from contest.wiring import Platform

WAITED = timedelta(seconds=61)  # after so long the relay asks whether the queue still has a job
LONGEST_JUMP = timedelta(minutes=1)
BACK_S = 300  # a crashed database writes all its files to a disk that may be busy
AT_NIGHT = timedelta(minutes=70)  # what is due later than any back-off and wrong clock makes it
Answered = tuple[str, list[tuple[str, str]], bytes]


class Trouble(Protocol):
    """What goes wrong in a run; ``kills``: the processes that are about to be, by their role."""

    @property
    def kills(self) -> frozenset[str]: ...

    def turned(self, house: "House") -> None:
        """Called at each turn."""


class House:
    """``environ``: the settings of its processes; ``direct``: the database by a way of its own,
    for those who look on."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], direct: str, trouble: Trouble
    ) -> None:
        self.folder, self.trouble = folder, trouble
        self.clock = FileClock(folder / "clock.json")
        self.astray, self.ahead = FileClock(folder / "astray.json"), timedelta()
        os.environ.update(environ)
        self.settings = Settings.from_env()
        self.onlookers = Database(direct)
        self.beside = [Platform(self.settings) for _ in range(4)]
        self.web, self.uploads, self.relay, self.crew = self.beside
        self.turns, self.idle, self.passed, self.crews = 0, 0, timedelta(), 1
        self.fell: list[str] = []  # what ended with an error, and was begun again
        self.role = "web"  # which process of the house the statements are

    def open(self) -> None:
        self.pages, self.phones = create_app(self.web), create_upload_app(self.uploads)
        worker.prepare(self.crew)

    def close(self) -> None:
        for platform in self.beside:
            platform.db.engine.dispose()
            platform.queue.redis.close()
        self.onlookers.engine.dispose()

    # ------------------------------------------------------------------ people's requests

    def answer(self, request: requests.PreparedRequest) -> Answered:
        """What web or uploads answers. Raises ``ConnectionError`` where it was killed meanwhile."""
        path = request.path_url.partition("?")[0]
        self.role = "uploads" if path.startswith("/uploads") else "web"
        app: Any = self.phones if self.role == "uploads" else self.pages
        body = request.body or b""
        environ = EnvironBuilder(
            path=request.url or "", method=request.method or "GET", headers=dict(request.headers),
            data=body if isinstance(body, bytes) else body.encode(),
        ).get_environ()

        def ask() -> Answered:
            parts, status, headers = run_wsgi_app(app, environ, buffered=True)
            return status, list(headers), b"".join(parts)

        if self.role in self.trouble.kills:
            return self.in_a_fork(ask)
        return ask()

    def in_a_fork(self, work: Callable[[], Answered]) -> Answered:
        reading, writing = os.pipe()
        pid = self.fork(lambda: _tell(writing, work()))
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(pid, 0)
        if status:
            self._uploads_begin_again()
            raise requests.ConnectionError(f"{self.role} was killed")
        found: Answered = pickle.loads(said)
        return found

    def _uploads_begin_again(self) -> None:
        """After a kill, which may meet them at their beginning, too."""
        killed = self.role == "uploads"
        while killed:
            begun = self.fork(lambda: create_upload_app(self.uploads))
            killed = os.WIFSIGNALED(os.waitpid(begun, 0)[1])

    def fork(self, work: Callable[[], object]) -> int:
        """``work`` in a process of its own, with lines of its own to the servers."""
        with warnings.catch_warnings():  # the ways' threads hold nothing that a fork wants
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            for platform in self.beside:
                platform.db.engine.dispose(close=False)
            work()
            status = 0
        finally:
            os._exit(status)

    # ------------------------------------------------------------------ what runs beside

    def turn(self) -> None:
        """Time passes: the relay looks, workers do what waits, uploads look for what has ended."""
        self.turns += 1
        self.trouble.turned(self)
        moved = sum(self._relay_looks() for _ in range(self.crews))
        if self._waiting():
            self._work()
        self._tidy()
        self._pass_time(moved)

    def _tidy(self) -> None:
        self.role = "uploads"
        if "uploads" not in self.trouble.kills:
            with contextlib.suppress(Exception):  # as the upload process does: it is logged
                self.phones.tidy()
        elif os.waitpid(self.fork(self.phones.tidy), 0)[1]:
            self._uploads_begin_again()

    def _relay_looks(self) -> int:
        self.role = "relay"
        if "relay" in self.trouble.kills:
            pid = self.fork(self._relay_once)
            return 1 if os.waitpid(pid, 0)[1] else 0
        try:
            return self._relay_once()
        except (RedisError, OperationalError):  # as it does itself: it is logged
            return 0
        except Exception as error:  # it ends, and is begun again
            self.fell.append(f"relay: {error!r}"[:300])
            return 0

    def _relay_once(self) -> int:
        relay.free_the_dead(self.relay)
        with self.relay.db.read() as session:
            wall = outbox.database_time(session) + self.passed
        return relay.relay_once(self.relay, wall=wall)

    def _waiting(self) -> bool:
        try:
            return any(queue.count for queue in self.crew.queue.queues.values())
        except RedisError:
            return True  # a worker finds out by itself

    def _work(self) -> None:
        self.role = "worker"
        crew = [self.fork(self._burst) for _ in range(self.crews)]
        for one in crew:
            os.waitpid(one, 0)

    def _burst(self) -> None:
        """One worker, until nothing waits. Its jobs are no forks, as they are with RQ's own, nor do
        they give way: what each compiled would be lost, and others' work would decide the time."""
        os.setpgid(0, 0)
        said = os.open(self.folder / "worker.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(said, stream)
        job_queue._Heard.execute_job = SimpleWorker.execute_job
        self.crew.queue.work(lambda task: worker.perform(self.crew, task), burst=True)

    def _pass_time(self, moved: int) -> None:
        """To the next thing that is due; where nothing moved twice, a minute of the wall, too."""
        self.idle = 0 if moved else self.idle + 1
        if self.idle > 1:
            self.passed += WAITED
        now = self.clock.now()
        query = select(func.min(Task.due_at)).where(Task.state == "pending", Task.due_at > now)
        [due] = self.look(query)
        step = timedelta(seconds=1)
        if self.idle and due is not None and due - now < AT_NIGHT:
            step = min(due - now, LONGEST_JUMP)
        self.at(now + max(step, timedelta(seconds=1)))

    def settle(self, most: int = 300) -> None:
        """Let it run until nothing is due any more. Raises ``AssertionError`` where that never
        comes."""
        for _ in range(most):
            if not self.unfinished():
                return
            self.turn()
        raise AssertionError(f"never at rest: {self.unfinished()}")

    def unfinished(self) -> list[str]:
        soon = self.clock.now() + AT_NIGHT
        query = select(Task).where(
            (Task.state == "leased") | (Task.state == "pending") & (Task.due_at < soon)
        )
        return [f"{t.kind}:{t.row_id} {t.state} {t.error}" for t in self.look(query)]

    def missing(self) -> list[str]:
        """What /readyz names, as the operator's alarm reads it."""
        answer = self.pages.test_client().get("/readyz?every=1")
        return list((answer.json or {}).get("missing", []))

    def look(self, query: Any) -> list[Any]:
        """What the database says to those who look on; again where it has just begun anew."""
        given_up = time.monotonic() + BACK_S
        while True:
            try:
                with self.onlookers.read() as session:
                    return list(session.scalars(query))
            except OperationalError as error:
                if time.monotonic() > given_up:
                    raise AssertionError("the database never came back") from error
                time.sleep(0.1)

    def at(self, moment: datetime) -> None:
        """The time of all, and of the one whose clock goes wrong."""
        self.clock.set(moment)
        self.astray.set(moment + self.ahead)

    def let_stray(self, role: str, ahead: timedelta) -> None:
        """From now on this process's clock is so far ahead of the others'."""
        self.ahead = ahead
        for platform in {"web": (self.web,), "worker": (self.crew, self.relay)}[role]:
            platform.__dict__["clock"] = self.astray
        self.at(self.clock.now())

    # ------------------------------------------------------------------ people

    def browser(self, base_url: str) -> browsers.Browser:
        """A person's browser at this house."""
        made = browsers.Browser(base_url)
        made.session.mount("http://", Inside(self))
        return made

    def patience(self) -> SimpleNamespace:
        """What stands for ``time`` where people wait: meanwhile the house has a turn."""
        return SimpleNamespace(sleep=lambda _: self.turn(), monotonic=lambda: self.turns / 2)


class Inside(HTTPAdapter):
    """Hands requests to the house without a network."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        status, headers, body = self.house.answer(request)
        message = HTTPMessage()
        for name, value in headers:
            message[name] = value
        return self.build_response(request, HTTPResponse(
            body=io.BytesIO(body), headers=HTTPHeaderDict(headers), status=int(status[:3]),
            preload_content=False, decode_content=False,
            original_response=SimpleNamespace(msg=message, isclosed=lambda: True,
                                              close=lambda: None),  # type: ignore[arg-type]
        ))


def _tell(pipe: int, answered: Answered) -> None:
    with os.fdopen(pipe, "wb") as out:
        pickle.dump(answered, out)

