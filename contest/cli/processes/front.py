"""``hoithi front``: nginx with our configuration, in front of other containers or machines."""

import os
import tempfile
from pathlib import Path

import click

from contest.config import Settings
from contest.running.front import (
    Behind,
    Certificate,
    Listen,
    allow_many_lines,
    nginx_command,
    write_configuration,
)


@click.command("front")
@click.option("--listen", "listen_at", default="0.0.0.0:8000", show_default=True)
@click.option("--web", multiple=True, default=["web:8000"], show_default=True, help="HOST:PORT.")
@click.option("--uploads", multiple=True, default=["uploads:8000"], show_default=True,
              help="HOST:PORT; of several the upload's id chooses one.")
@click.option("--processes", default=2, show_default=True)
@click.option("--tls", type=click.Path(exists=True, path_type=Path), nargs=2, help="CHAIN KEY.")
def command(
    listen_at: str,
    web: tuple[str, ...],
    uploads: tuple[str, ...],
    processes: int,
    tls: tuple[Path, Path] | None,
) -> None:
    """Become the front server: pages, uploads, clips and files at one address."""
    allow_many_lines()
    configuration = write_configuration(
        Path(tempfile.mkdtemp(prefix="hoithi-front-")),
        Settings.from_env(keyed=False),
        Listen.parse(listen_at),
        Behind(web, uploads),
        processes=processes,
        certificate=Certificate(*tls) if tls else None,
    )
    argv = nginx_command(configuration)
    os.execv(argv[0], argv)  # noqa: S606 - this process becomes nginx, and its signals are nginx's
