"""``hoithi web``: the pages' process."""

import click

from contest.cli.support import open_platform
from contest.running.serving import PagesServer


@click.command("web")
@click.option("--bind", default="127.0.0.1:8000", help="HOST:PORT or unix:PATH.", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=8, show_default=True, help="Threads of each worker.")
def command(bind: str, workers: int, threads: int) -> None:
    """Serve the pages (uploads and clips are served beside it, see "hoithi up")."""
    open_platform()  # a wrong setting stops the start here, with its sentence
    PagesServer(_load, bind, workers=workers, threads=threads).run()


def _load() -> object:
    from contest.web import create_app  # noqa: PLC0415 - only in the workers

    return create_app(open_platform())
