"""``hoithi worker``: does the background work."""

import click

from contest.cli.support import open_platform
from contest.jobs import worker


@click.command("worker")
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
def command(burst: bool) -> None:
    """Take jobs from the queue, one after the other, until told to stop."""
    worker.run(open_platform(), burst=burst)
