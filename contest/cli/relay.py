"""``hoithi relay``: brings what is due to the queue."""

import signal
import threading

import click

from contest.cli.support import open_platform
from contest.jobs import relay


@click.command("relay")
def command() -> None:
    """Put due rows of the outbox into the queue, until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    relay.run(open_platform(), stop.is_set)
