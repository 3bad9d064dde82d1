"""The processes of docker/compose.yaml on this machine: same commands, same nginx.conf."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from contest.clock import FileClock
from contest.running.devservices import ending_with_parent
from tests.processes import free_port

ROOT = Path(__file__).parent.parent.parent
COMPOSE = ROOT / "docker" / "compose.yaml"
SERVICE = re.compile(r"^  ([a-z0-9-]+):(?: &\w+)?\n((?:    .*\n)+)", re.MULTILINE)
COMMAND = re.compile(r"^    command: (\[.*\])$", re.MULTILINE)
MODEL = re.compile(r"^  ([a-z0-9-]+): &(\w+)$", re.MULTILINE)
HEALTH = re.compile(r"^    healthcheck: \{test: (\[.*?\])", re.MULTILINE)
NETWORKS = re.compile(r"^    networks: \[(.*)\]$", re.MULTILINE)
SECRETS = re.compile(r"^    secrets: \[(.*)\]$", re.MULTILINE)
ANCHOR = re.compile(r"^    <<: \*(\w+)$", re.MULTILINE)


def bodies() -> dict[str, str]:
    """Service -> the lines below its name."""
    return dict(SERVICE.findall(_services()))


def _services() -> str:
    return COMPOSE.read_text().split("\nservices:\n")[1].split("\nnetworks:\n")[0]


def told(line: re.Pattern[str]) -> dict[str, str]:
    """Service -> what its own line says, or that of the service it is like; none has neither."""
    found, models = bodies(), {anchor: name for name, anchor in MODEL.findall(_services())}
    likes = {name: base[1] for name, body in found.items() if (base := ANCHOR.search(body))}
    said = {
        name: line.search(body) or line.search(found.get(models.get(likes.get(name, ""), ""), ""))
        for name, body in found.items()
    }
    return {name: match[1] for name, match in said.items() if match}


def commands() -> dict[str, list[str]]:
    """Service -> its command, for the services that run our own image."""
    ours = {name for name, body in bodies().items() if ANCHOR.search(body)}
    return {name: json.loads(line) for name, line in told(COMMAND).items() if name in ours}


def health_checks() -> dict[str, list[str]]:
    """Service of our own image -> what the engine asks it by; none for what ends by itself."""
    ours = commands()
    return {name: json.loads(line) for name, line in told(HEALTH).items() if name in ours}


def networks() -> dict[str, list[str]]:
    """Service of our own image -> its networks: its own line, or that of all of ours."""
    usual = re.search(r"^  networks: \[(.*)\]$", COMPOSE.read_text(), re.MULTILINE)
    assert usual is not None
    found = bodies()
    own = {name: NETWORKS.search(found[name]) for name in commands()}
    return {name: (line or usual)[1].split(", ") for name, line in own.items()}


def secrets() -> dict[str, list[str]]:
    """Service -> the secrets that it mounts."""
    mounted = told(SECRETS)
    return {name: mounted[name].split(", ") if name in mounted else [] for name in bodies()}


class Stack:
    """Runs them; ``base_url`` is the front's address."""

    def __init__(self, data_dir: Path, database_url: str, redis_url: str) -> None:
        self.ports = {name: free_port() for name in ("front", "web-1", "web-2", "uploads")}
        self.base_url = f"http://127.0.0.1:{self.ports['front']}"
        self.front = self.address("front")
        self.data_dir = data_dir
        self.logs = data_dir / "logs"
        self.logs.mkdir(parents=True)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environ = {
            **os.environ,
            "HOITHI_DATA_DIR": str(data_dir),
            "HOITHI_DATABASE_URL": database_url,
            "HOITHI_REDIS_URL": redis_url,
            "HOITHI_BASE_URL": self.base_url,
            "HOITHI_SECRET_KEY": "a secret key that only tests know, 40 and more",
            "HOITHI_TRUSTED_PROXIES": "1",
            "HOITHI_SENDFILE": "x-accel",
            "HOITHI_SECOND_FACTOR": "optional",
            "HOITHI_CLOCK_FILE": str(data_dir / "clock.json"),
        }

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[service]}"

    def clock(self, moment: datetime) -> None:
        FileClock(self.data_dir / "clock.json").set(moment)

    @staticmethod
    def run(argv: list[str], environ: dict[str, str] | None = None) -> str:
        """Run a program to its end; returns what it printed. Shows its errors when it fails."""
        done = subprocess.run(argv, env=environ, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def here(self, service: str, command: list[str]) -> list[str]:
        """A service's command with this machine's addresses in place of the containers'."""
        own = f"127.0.0.1:{self.ports.get(service, 0)}"
        places = {f"{name}:8000": f"127.0.0.1:{port}" for name, port in self.ports.items()}
        return [own if word == "0.0.0.0:8000" else places.get(word, word) for word in command]

    def hoithi(self, *arguments: str) -> str:
        """Run one command to its end; returns what it printed."""
        return self.run([sys.executable, "-m", "contest", *arguments], self.environ)

    def is_well(self, service: str) -> bool:
        """Whether the service passes the engine's check, asked by this machine's Python."""
        kind, python, options, script, *words = health_checks()[service]
        assert (kind, python) == ("CMD", "python3")
        asked = [sys.executable, options, str(ROOT / script.removeprefix("/app/")), *words]
        if service in self.ports:
            asked.append(self.address(service))
        return subprocess.run(asked, env=self.environ, check=False).returncode == 0

    def start(self, service: str) -> None:
        argv = [sys.executable, "-m", "contest", *self.here(service, commands()[service])]
        mounted = {f"HOITHI_{name.upper()}" for name in secrets()[service]}
        withheld = {"HOITHI_SECRET_KEY", "HOITHI_DATABASE_URL", "HOITHI_REDIS_URL"} - mounted
        with (self.logs / f"{service}.log").open("ab") as log:
            self.processes[service] = subprocess.Popen(
                ending_with_parent("TERM", argv),
                env={name: v for name, v in self.environ.items() if name not in withheld},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def start_all(self) -> None:
        for service in commands():
            if service != "migrate":
                self.start(service)
        for name in self.ports:
            self.wait_for(name)

    def wait_for(self, service: str, timeout_s: float = 60) -> None:
        """Until somebody listens at the service's port."""
        deadline = time.monotonic() + timeout_s
        while not _listens(self.ports[service]):
            said = (self.logs / f"{service}.log").read_text()[-3000:]
            assert self.processes[service].poll() is None, f"{service} ended:\n{said}"
            assert time.monotonic() < deadline, f"{service} does not listen:\n{said}"
            time.sleep(0.05)

    def kill(self, service: str) -> None:
        """kill -9 a service and all its children."""
        os.killpg(self.processes[service].pid, signal.SIGKILL)
        self.processes[service].wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
