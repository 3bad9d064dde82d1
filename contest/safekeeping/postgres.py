"""The programs of PostgreSQL that dump and restore, and how they are called."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from contest.errors import ConfigError, Invalid

SYSTEM = Path("/usr/lib/postgresql")
PAUSE_S = 0.1
# libpq's parameters as environment variables: a password in an argument could be read by others.
VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER",
    "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
}


def plain(url: str) -> str:
    """The address as libpq reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def server_major(url: str) -> int:
    """The server's major version."""
    with psycopg.connect(plain(url)) as connection:
        return connection.info.server_version // 10_000


def tool(name: str, major: int) -> str:
    """The path of ``name`` of this major version or the next newer one. Raises ``ConfigError``."""
    folders = [Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    folders += sorted(SYSTEM.glob("*/bin"))
    places = [folder / name for folder in folders if os.access(folder / name, os.X_OK)]
    found = sorted((_major(str(place)), str(place)) for place in places)
    fitting = [path for version, path in found if version >= major]
    if fitting:
        return fitting[0]
    raise _too_old(name, found[-1][0] if found else 0, major)


def _too_old(name: str, found: int, major: int) -> ConfigError:
    """No program reads a server that is newer than itself."""
    vi = f"Máy này có {name} bản {found}, cũ hơn" if found else f"Máy này không có {name} cho"
    en = f"{name} here is version {found}, older than" if found else f"There is no {name} here for"
    return ConfigError(
        f"{vi} máy chủ PostgreSQL bản {major}. Hãy cài gói postgresql-client-{major} (hệ thống "
        "không có thì lấy ở apt.postgresql.org).",
        f"{en} the server, PostgreSQL {major}. Install the package postgresql-client-{major} "
        "(where the system has none: apt.postgresql.org).",
    )


@cache
def _major(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found.group(1)) if found else 0


def run(url: str, arguments: list[str], *, beat: Callable[[], None] = lambda: None) -> None:
    """Run a program on the database at ``url``. Raises ``Invalid`` with its own words."""
    given = conninfo_to_dict(plain(url))
    told = {VARIABLES[k]: str(v) for k, v in given.items() if k in VARIABLES and v is not None}
    process = subprocess.Popen(
        arguments, env={**os.environ, **told}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )
    try:
        while process.poll() is None:
            beat()
            time.sleep(PAUSE_S)
    except BaseException:
        process.kill()
        raise
    said = process.communicate()[1]
    if process.returncode:
        words = said.strip()[-500:]
        name = Path(arguments[0]).name
        raise Invalid(f"{name} không làm được: {words}", f"{name} failed: {words}")
