"""The row of a worker that was killed on this machine is free at once; other leases run out."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contest.db import Database
from contest.jobs import lease_owners, relay
from contest.models import Task
from contest.services.core import outbox
from contest.wiring import Platform

WALL = datetime.now(UTC)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_a_process_owns_a_lease_while_it_lives(process: "subprocess.Popen[bytes]") -> None:
    token = lease_owners.lease_owner(process.pid) + "0123abcd"
    assert not lease_owners.is_gone(token)
    process.kill()
    process.wait()
    assert lease_owners.is_gone(token)


@pytest.mark.parametrize("token", ["", "0123456789abcdef", "ffffff.1.1.x", "a.b", "..."])
def test_of_other_machines_and_other_tokens_nothing_is_known(token: str) -> None:
    assert not lease_owners.is_gone(token)


def test_a_later_process_of_the_same_number_is_another_one() -> None:
    host, pid, _, _ = lease_owners.this_process().split(".")
    assert lease_owners.is_gone(f"{host}.{pid}.1.0123")


def test_the_row_of_a_killed_worker_is_free_at_once(database: Database) -> None:
    with database.write() as session:
        task = outbox.enqueue(session, "note", 1, at=WALL)
    with database.write() as session:
        token = outbox.claim(session, task.id, wall=WALL, owner=lease_owners.this_process())
        assert token and token.startswith(lease_owners.this_process())
    with database.read() as session:
        assert outbox.held(session) == [(task.id, token)]
        assert outbox.due(session, at=WALL, wall=WALL) == []
    with database.write() as session:
        assert not outbox.abandon(session, task.id, "another", wall=WALL)
        assert outbox.abandon(session, task.id, token, wall=WALL)
    with database.write() as session:
        assert [t.id for t in outbox.due(session, at=WALL, wall=WALL)] == [task.id]
        assert outbox.claim(session, task.id, wall=WALL)
        assert not outbox.done(session, task.id, token, at=WALL)
        assert session.get_one(Task, task.id).attempts == 2


def test_the_row_of_a_killed_worker_is_queued_once(platform: Platform) -> None:
    with subprocess.Popen(["sleep", "0.2"]) as gone, platform.db.write() as session:
        owner = lease_owners.lease_owner(gone.pid)
        gone.wait()
        task = outbox.enqueue(session, "note", 1, at=WALL)
        assert outbox.claim(session, task.id, wall=WALL, owner=owner)
    assert relay.free_the_dead(platform) == 1
    assert relay.relay_once(platform) == 1
    assert (relay.free_the_dead(platform), relay.relay_once(platform)) == (0, 0)
