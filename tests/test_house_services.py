"""The private servers keep their promises: durable, quiet, and gone with whoever started them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from contest.db import Database
from contest.running.devservices import ServiceError, socket_dir, start_postgres, start_redis
from tests.processes import alive, still_alive

STARTER = """
import sys, time
from pathlib import Path
from contest.running.devservices import start_postgres, start_redis
folder = Path(sys.argv[1])
print(start_redis(folder).process.pid, start_postgres(folder / "postgres").process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(short_dir: Path, request: pytest.FixtureRequest) -> Path:
    path = short_dir / f"services-{abs(hash(request.node.name)) % 10**6}"
    path.mkdir(mode=0o755)
    return path


@pytest.fixture
def starter(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", STARTER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_redis_keeps_what_was_queued_over_a_kill(folder: Path) -> None:
    first = start_redis(folder)
    with redis.Redis.from_url(first.url) as client:
        client.config_set("appendfsync", "always")  # so that the test need not wait a second
        client.lpush("queue", "job")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    second = start_redis(folder)
    with redis.Redis.from_url(second.url) as client:
        assert client.lrange("queue", 0, -1) == [b"job"]
    second.stop()
    assert second.url == first.url


def test_redis_listens_on_its_socket_alone_and_evicts_nothing(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        settings = client.config_get("port", "maxmemory-policy", "appendonly", "appendfsync")
    assert settings == {
        "port": "0",
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }


def test_redis_starts_empty_beside_a_file_that_it_cannot_read(folder: Path) -> None:
    manifest = folder / "redis" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("written by something else")

    service = start_redis(folder)
    service.stop()

    aside = [path.name for path in folder.iterdir() if path.name != "redis"]
    assert [name.rpartition("-")[0] for name in aside] == ["redis-unreadable"]


def test_servers_end_with_a_parent_that_was_killed(starter: "subprocess.Popen[str]") -> None:
    assert starter.stdout
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert [alive(pid) for pid in pids] == [True, True]

    starter.kill()
    starter.wait()

    assert still_alive(pids) == []


def test_postgres_starts_again_with_its_data(folder: Path) -> None:
    first = start_postgres(folder / "postgres")
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    first.stop()

    second = start_postgres(folder / "postgres")
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]
    second.stop()


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("7.4\n")
    with pytest.raises(ServiceError, match="does not answer"):
        start_postgres(folder / "postgres")


def test_a_long_folder_gets_a_short_place_for_its_socket(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    short = socket_dir(long)
    assert socket_dir(tmp_path.parent / "y") != short == socket_dir(long)
    assert len(os.fsencode(short / "redis.sock")) < 100
    short.rmdir()


def test_every_test_gets_a_database_of_its_own(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (n INTEGER)")
        found = connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one()
    assert found == 1


def test_the_network_is_off(no_network: None) -> None:
    with socket.socket() as connection, pytest.raises(AssertionError, match="tried to reach"):
        connection.connect(("192.0.2.1", 80))

