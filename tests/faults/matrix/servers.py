"""The servers of one run and the ways to them, and what is done to a server itself."""

import os
import shutil
import signal
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import redis

from contest.running.devservices import redis_url, start_redis
from tests.faults.matrix.way import Way, to_port, to_socket
from tests.s3_server import S3Server
from tests.small_disk import SmallDisk


@dataclass
class Servers:
    """``direct``: PostgreSQL's address, by a socket; ``bucket``: where clips lie in one."""

    folder: Path
    direct: str
    bucket: S3Server | None = None
    ways: dict[str, Way] = field(default_factory=dict)
    disk: SmallDisk | None = None  # one that becomes full

    # ------------------------------------------------------------------ begin and end

    def start(self, wrong: Container[str]) -> dict[str, str]:
        """Start what a run has for itself, with a way to each server that goes ``wrong``; the
        settings that lead there."""
        self.redis = start_redis(self.folder)
        told = {"HOITHI_DATABASE_URL": _marked(self.direct), "HOITHI_REDIS_URL": self.redis.url}
        if "postgres" in wrong:
            told["HOITHI_DATABASE_URL"] = self._to_postgres()
        if "redis" in wrong:
            way = self.ways["redis"] = Way(to_socket(self.redis.url.removeprefix("unix://")))
            told["HOITHI_REDIS_URL"] = f"redis://127.0.0.1:{way.port}"
        return told | self._bucket("bucket" in wrong)

    def _to_postgres(self) -> str:
        url = urlsplit(self.direct)
        folder = parse_qs(url.query).get("host")
        way = self.ways["postgres"] = Way(
            to_socket(f"{folder[0]}/.s.PGSQL.5432") if folder else to_port(url.port or 5432))
        user = url.netloc.rpartition("@")[0] or "postgres"
        return f"postgresql://{user}@127.0.0.1:{way.port}{url.path}"

    def _bucket(self, wrong: bool) -> Mapping[str, str]:
        if self.bucket is None:
            return {}
        place = self.bucket.place()
        if wrong:
            way = self.ways["bucket"] = Way(to_port(urlsplit(self.bucket.endpoint).port or 0))
            place = replace(place, endpoint=f"http://127.0.0.1:{way.port}")
        settings = self.bucket.settings(place)
        return {f"HOITHI_{name.upper()}": value for name, value in settings.items()}

    def stop(self) -> None:
        for way in self.ways.values():
            way.close()
        self.redis.stop()

    # ------------------------------------------------------------------ what is done to them

    def crash_postgres(self) -> None:
        """One of its processes is killed: the server ends all others and starts again from its
        log, as after a power cut."""
        with psycopg.connect(self.direct, autocommit=True) as victim:
            os.kill(victim.info.backend_pid, signal.SIGKILL)

    def empty_redis(self) -> None:
        with redis.Redis.from_url(self.redis.url) as client:
            client.flushall()

    def kill_redis(self) -> None:
        self.redis.process.kill()
        self.redis.process.wait()
        shutil.rmtree(self.folder / "redis")

    def start_redis_again(self) -> None:
        """With nothing in it. Not to be called by a thread that ends: the server would, too."""
        self.redis = start_redis(self.folder)
        assert self.redis.url == redis_url(self.folder)

    def fill_redis(self, most: int) -> None:
        """It takes no more than ``most`` bytes; 0: as much as there is."""
        with redis.Redis.from_url(self.redis.url) as client:
            client.config_set("maxmemory", most)


def _marked(url: str) -> str:
    """The same database, told from what those use who look on."""
    return f"{url}{'&' if '?' in url else '?'}application_name=house"

