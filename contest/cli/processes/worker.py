"""``hoithi worker``: does the background work."""

import time

import click
from redis.exceptions import RedisError

from contest.cli.support import check_box, check_keys, open_platform
from contest.jobs import worker

PAUSE_S = 1.0


@click.command("worker")
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
def command(burst: bool) -> None:
    """Take jobs from the queue, one after the other, until told to stop."""
    platform = open_platform()
    check_box(platform.settings)
    check_keys(platform)
    while True:
        try:
            worker.run(platform, burst=burst)
            return
        except RedisError as error:  # the rows are in the database; wait for the queue
            click.echo(f"waiting for the queue: {error}", err=True)
            time.sleep(PAUSE_S)
