"""``hoithi worker``: does the background work."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click
from redis.exceptions import RedisError

from contest import lanes
from contest.cli.support import check_box, check_keys, open_platform
from contest.jobs import worker
from contest.lanes import alive
from contest.lanes.crew import Crew

if TYPE_CHECKING:
    from contest.wiring import Platform

PAUSE_S = 1.0


def _lanes(ctx: click.Context, option: click.Parameter, text: str | None) -> lanes.Lanes | None:
    try:
        return None if text is None else lanes.parse(text)
    except ValueError as error:
        raise click.BadParameter(
            f"there is no lane {str(error)!r}; there are {', '.join(lanes.LANES)}"
        ) from None


@click.command("worker")
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
@click.option("--lanes", "named", callback=_lanes, metavar="now,mail,soon,later",
              help="Take these lanes alone, the first of them first, with one worker. Otherwise a "
                   "crew keeps a worker free for each.")
def command(burst: bool, named: lanes.Lanes | None) -> None:
    """Take jobs from the queue, until told to stop."""
    platform = open_platform()
    check_box(platform.settings)
    check_keys(platform)
    if named or burst:
        work_on(platform, named or lanes.LANES, burst=burst)
        return
    alive.forget(str(platform.settings.data_dir), "worker")
    worker.prepare(platform)
    crew: list[Callable[[], None]] = [partial(work_on, platform, its) for its in lanes.CREW]
    Crew(crew).run()


def work_on(platform: "Platform", its: lanes.Lanes, *, burst: bool = False) -> None:
    """One worker; while the queue is away it waits, for the rows are in the database."""
    while True:
        try:
            worker.run(platform, burst=burst, lanes=its)
            return
        except RedisError as error:
            click.echo(f"waiting for the queue: {error}", err=True)
            time.sleep(PAUSE_S)
