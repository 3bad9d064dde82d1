"""``hoithi relay``: puts due outbox rows into the queue."""

import signal

import click

from contest.cli.support import open_platform
from contest.jobs import relay


@click.command("relay")
def command() -> None:
    """Put due rows of the outbox into the queue, until told to stop."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.append(number))
    relay.run(open_platform(keyed=False), lambda: bool(asked))
