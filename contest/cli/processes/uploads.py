"""``hoithi uploads``: the process that receives clips."""

import click

from contest.cli.support import open_platform
from contest.uploads.server import THREADS, UploadServer


@click.command("uploads")
@click.option("--bind", default="127.0.0.1:8001", help="HOST:PORT or unix:PATH.", show_default=True)
@click.option("--threads", default=THREADS, show_default=True, help="Clips received at once.")
def command(bind: str, threads: int) -> None:
    """Receive clips by tus under /uploads/ (pages are served beside it, see "hoithi up")."""
    open_platform(keyed=False)  # a wrong setting stops the start here, with its sentence
    UploadServer(_load, bind, threads=threads).run()


def _load() -> object:
    from contest.uploads.app import begin_tidying, create_upload_app  # noqa: PLC0415 - only here

    app = create_upload_app(open_platform(keyed=False))
    begin_tidying(app)
    return app
