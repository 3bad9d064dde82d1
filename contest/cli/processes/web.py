"""``hoithi web``: the pages' process."""

import click

from contest import ready_pages
from contest.cli.support import check_keys, open_platform
from contest.jobs.machines import own_disk
from contest.running.serving import PagesServer
from contest.web import create_app
from contest.wiring import Platform


@click.command("web")
@click.option("--bind", default="127.0.0.1:8000", help="HOST:PORT or unix:PATH.", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=8, show_default=True, help="Threads of each worker.")
def command(bind: str, workers: int, threads: int) -> None:
    """Serve the pages (uploads and clips are served beside it, see "hoithi up")."""
    platform = open_platform()  # a wrong setting stops the start here, with its sentence
    check_keys(platform)
    _renew_pages(platform)
    PagesServer(_load, bind, workers=workers, threads=threads).run()


def _renew_pages(platform: Platform) -> None:
    """Render published pages anew with this build's assets, once, before the workers start: forks,
    which find imported what this process needed for it."""
    ready_pages.renew(create_app(platform), platform.settings.data_dir)
    platform.db.engine.dispose()


def _load() -> object:
    platform = open_platform()
    app = create_app(platform)
    own_disk.begin(platform, app)
    for log in ("refusals", "opened"):  # what was refused and opened is stored beside requests
        app.extensions[log].keeps = True
    return app
