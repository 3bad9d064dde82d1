"""The processes of the default set-up, and the environment they share."""

import http.client
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from contest.clock import simulated_time_file
from contest.config import Settings
from contest.running.devservices import redis_answers, redis_command, redis_url, socket_dir
from contest.running.front import Behind, Listen, nginx_command, write_configuration
from contest.running.supervisor import Program

SERVICES, PROCESSES, FRONT, SAMPLE = 1, 2, 3, 4  # stages: start in this order, stop in the other
UNTIL_A_JOB_IS_DONE_S = 20.0


@dataclass(frozen=True)
class Machine:
    """The default set-up on one machine: its settings, address, sockets and processes."""

    settings: Settings
    listen: Listen
    workers: int = 1
    sample: bool = False
    page_simulator: bool = False

    @property
    def run_dir(self) -> Path:
        return self.settings.data_dir / "run"

    @property
    def sockets(self) -> Path:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        return socket_dir(self.run_dir)

    @property
    def simulated_page(self) -> bool:
        """Whether clips are posted on a simulated Page; never where a real one is set."""
        return (self.sample or self.page_simulator) and not self.settings.page_token

    @property
    def clock_file(self) -> Path | None:
        """The simulated clock's file, if any: also that of a sample loaded earlier."""
        given = self.settings.clock_file
        path = Path(given) if given else simulated_time_file(self.settings.data_dir)
        return path if given or self.sample or path.exists() else None

    @property
    def without_second_factor(self) -> bool:
        """The sample's people sign in with the printed password alone, on this machine only, unless
        the setting says otherwise."""
        host = urlsplit(self.settings.base_url).hostname or ""
        alone = host in ("localhost", "127.0.0.1", "::1")
        return self.sample and alone and "HOITHI_SECOND_FACTOR" not in os.environ

    @property
    def simulator_dir(self) -> Path:
        return self.settings.data_dir / "simulated-page"

    def environ(self) -> dict[str, str]:
        """The environment of every process: the caller's, with the set-up's own variables."""
        told = {
            "HOITHI_DATA_DIR": str(self.settings.data_dir),
            "HOITHI_REDIS_URL": self.settings.redis_url or redis_url(self.settings.data_dir),
            "HOITHI_TRUSTED_PROXIES": "1",
            "HOITHI_SENDFILE": "x-accel",
            "PYTHONUNBUFFERED": "1",
        }
        if self.without_second_factor:
            told["HOITHI_SECOND_FACTOR"] = "optional"
        if self.clock_file:
            told["HOITHI_CLOCK_FILE"] = str(self.clock_file)
        if self.simulated_page:
            told |= {
                "HOITHI_GRAPH_URL": f"http://127.0.0.1:{self.simulator_port()}/v25.0",
                "HOITHI_PAGE_ID": "100000000000001",
                "HOITHI_PAGE_TOKEN": "simulator-token",
                "HOITHI_APP_SECRET": "simulator-secret",
            }
        return {**os.environ, **told}

    def programs(self) -> list[Program]:
        """Every process, with the test for its readiness."""
        web, uploads = self.sockets / "web.sock", self.sockets / "uploads.sock"
        behind = Behind(web=[f"unix:{web}"], uploads=f"unix:{uploads}")
        folder = self.run_dir / "nginx"
        configuration = write_configuration(folder, self.settings, self.listen, behind)
        found = [
            _own("web", ["web", "--bind", f"unix:{web}"], _answers(web, "GET /healthz")),
            _own(
                "uploads",
                ["uploads", "--bind", f"unix:{uploads}"],
                _answers(uploads, "OPTIONS /uploads/"),
            ),
            _own("relay", ["relay"]),
            *(
                # an orphan would finish its jobs beside the next supervisor's workers
                _own(f"worker-{n}", ["worker"], grace_s=UNTIL_A_JOB_IS_DONE_S, orphaned="KILL")
                for n in range(1, self.workers + 1)
            ),
            Program("front", nginx_command(configuration), FRONT, self._front_answers),
        ]
        if not self.settings.redis_url:
            found.append(self._redis())
        if self.simulated_page:
            found.append(self._simulator())
        if self.sample:
            fill = [sys.executable, "-m", "contest", "sample", "fill"]
            found.append(Program("sample", fill, SAMPLE, once=True, grace_s=2))
        return found

    def _redis(self) -> Program:
        data_dir = self.settings.data_dir
        (data_dir / "redis").mkdir(parents=True, exist_ok=True)
        url = redis_url(data_dir)
        return Program("redis", redis_command(data_dir), SERVICES, lambda: redis_answers(url))

    def _simulator(self) -> Program:
        port = self.simulator_port()
        command = [
            sys.executable,
            "-m",
            "social.simulator",
            "--port",
            str(port),
            "--state",
            str(self.simulator_dir),
        ]
        return Program("page", command, SERVICES, lambda: _accepts("127.0.0.1", port), quiet=True)

    def simulator_port(self) -> int:
        """The simulated Page's port, the same at every start: links to its posts stay valid."""
        kept = self.simulator_dir / "port"
        if not kept.exists():
            self.simulator_dir.mkdir(parents=True, exist_ok=True)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                kept.write_text(str(probe.getsockname()[1]))
        return int(kept.read_text())

    def _front_answers(self) -> bool:
        """Whether pages and uploads both answer through the front."""
        host = "127.0.0.1" if self.listen.host == "0.0.0.0" else self.listen.host  # noqa: S104
        asked = [("GET", "/readyz"), ("OPTIONS", "/uploads/")]
        return all(_status(host, self.listen.port, *what) in (200, 204) for what in asked)


def _status(host: str, port: int, method: str, path: str) -> int:
    """The HTTP status, or 0 where no answer came."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _own(
    name: str, arguments: list[str], ready: Callable[[], bool] = lambda: True,
    grace_s: float = 12.0, orphaned: str = "TERM",
) -> Program:
    """One of our own commands as a process."""
    command = [sys.executable, "-m", "contest", *arguments]
    return Program(name, command, PROCESSES, ready, grace_s, orphaned=orphaned)


def _answers(path: Path, request: str) -> Callable[[], bool]:
    """A test whether a server answers HTTP at the socket ``path``: gunicorn listens earlier."""

    def answers() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(path))
                probe.sendall(f"{request} HTTP/1.0\r\n\r\n".encode())
                return probe.recv(5) == b"HTTP/"
            except OSError:
                return False

    return answers


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
