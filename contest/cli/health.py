"""``hoithi health``: whether a process of this machine works, for containers' health checks."""

import http.client
import socket
import sys
from datetime import UTC, datetime, timedelta

import click

from contest.cli.support import open_platform

LATEST_BEAT = timedelta(minutes=3)  # a worker's heartbeats are more frequent
LATEST_RELAY = timedelta(minutes=2)


@click.command("health")
@click.argument("process", type=click.Choice(["web", "uploads", "front", "worker", "relay"]))
@click.option("--at", "address", default="127.0.0.1:8000", show_default=True, help="HOST:PORT.")
def command(process: str, address: str) -> None:
    """Exit 0 when PROCESS is at work, 1 otherwise."""
    check = {"worker": _worker, "relay": _relay}.get(process, lambda: _answers(process, address))
    ill = check()
    if ill:
        click.echo(ill, err=True)
        sys.exit(1)


def _answers(process: str, address: str) -> str:
    path = "/uploads/" if process == "uploads" else "/healthz"
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("OPTIONS" if process == "uploads" else "GET", path)
        status = connection.getresponse().status
    except OSError as error:
        return f"{address}: {error}"
    finally:
        connection.close()
    return "" if status in (200, 204) else f"{address}{path}: status {status}"


def _worker() -> str:
    """Checks the heartbeat in Redis: it stops when a worker's process hangs."""
    from rq import Worker  # noqa: PLC0415 - not for those that answer at an address

    oldest = datetime.now(UTC) - LATEST_BEAT
    here = socket.gethostname()
    workers = Worker.all(connection=open_platform(keyed=False).queue.redis)
    beats = [w.last_heartbeat for w in workers if w.hostname == here and w.last_heartbeat]
    alive = any(beat.replace(tzinfo=UTC) > oldest for beat in beats)
    return "" if alive else f"no worker on {here} has been heard of since {oldest:%H:%M:%S} UTC"


def _relay() -> str:
    """The relay works when no row has been due and not queued for two minutes."""
    from contest.services.core import outbox  # noqa: PLC0415 - not for those that answer

    platform = open_platform(keyed=False)
    at, wall = platform.clock.now(), datetime.now(UTC)
    with platform.db.read() as session:
        late = outbox.late(session, at=at, wall=wall, by=LATEST_RELAY)
    return f"{len(late)} rows have been waiting to be queued for two minutes" if late else ""
