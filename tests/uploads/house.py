"""The real processes behind the real front server, with a contest whose entries are open."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from contest.clock import FileClock
from contest.config import Settings
from contest.wiring import Platform
from tests import forks
from tests.contest.factory import Factory
from tests.processes import free_port

WHILE_OPEN = datetime.fromisoformat("2023-06-05T09:00:00+07:00")
LETTERS = bytes(ord("a") + value % 16 for value in range(256))


def noise(size: int) -> bytes:
    """Random letters: no reader takes them for a clip or a song. Of files of any bytes one in
    seventy looks to the phone like a picture in AV2, two frames small, which it refuses."""
    return os.urandom(size).translate(LETTERS)


class House:
    """web, uploads and front; any of them can be killed and started again."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        shutil.copyfile(database, folder / "hoithi.db")
        clock = FileClock(folder / "clock.json")
        clock.set(WHILE_OPEN)
        self.environ = os.environ | {
            "HOITHI_DATA_DIR": str(folder),
            "HOITHI_BASE_URL": self.base,
            "HOITHI_CLOCK_FILE": str(clock.path),
            "HOITHI_SECOND_FACTOR": "optional",
            "HOITHI_TRUSTED_PROXIES": "1",
            "HOITHI_SENDFILE": "x-accel",
        }
        self.platform = Platform(Settings.from_env(self.environ))
        self.make = Factory(self.platform)
        self.sockets = {name: folder / f"{name}.sock" for name in ("web", "uploads")}
        self.says = beside(folder)
        self.running: dict[str, subprocess.Popen | ForkServerProcess] = {}

    def start(self, name: str) -> None:
        """Start `web` or `uploads` and wait until it listens."""
        socket = self.sockets[name]
        socket.unlink(missing_ok=True)
        workers = ["--workers", "1"] if name == "web" else []
        self._begin(name, "--bind", f"unix:{socket}", *workers)
        _wait(socket.exists)

    def start_front(self) -> None:
        behind = [
            "--web",
            f"unix:{self.sockets['web']}",
            "--uploads",
            f"unix:{self.sockets['uploads']}",
        ]
        self._begin("front", "--listen", f"127.0.0.1:{self.port}", "--processes", "1", *behind)
        _wait(self._answers)

    def _begin(self, name: str, *arguments: str) -> None:
        """A fork of a process that has imported all."""
        says = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.says))
        self.running[name] = forks.begin_command(
            name, *arguments, environ=self.environ, folder=says
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/healthz"):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def kill(self, name: str) -> None:
        """kill -9 for the process and its children."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait() if isinstance(process, subprocess.Popen) else process.join()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        self.platform.db.engine.dispose()


def beside(folder: Path) -> Path:
    """Where the processes of the house in ``folder`` write what they say."""
    says = folder.with_name(f"{folder.name}-says")
    says.mkdir()
    return says


def _wait(ready, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "a process did not start"
        time.sleep(0.05)


def metadata(submission, name: str) -> str:
    """What tus-js-client is told about an upload."""
    return json.dumps({"entry": submission.code, "filename": name})
