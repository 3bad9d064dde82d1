"""``hoithi export``: a contest's result as a file."""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import click

from contest.actors import SYSTEM
from contest.cli.support import open_platform
from contest.db import retried
from contest.services.awards import reel as award_reel
from contest.services.awards import workbook
from contest.services.core import profiles
from contest.services.privacy import access
from contest.services.privacy.access import Opening
from contest.services.results import exports
from contest.wiring import Platform


@click.group("export")
def command() -> None:
    """Write a contest's result to a file, or to standard output."""


@command.command("result")
@click.argument("slug")
@click.option("--number", type=int, help="The revision; the newest unless told.")
@click.option(
    "--format", "kind", type=click.Choice(["json", "xlsx", "bundle"]), default="json",
    show_default=True, help="Data, a workbook, or the evidence bundle.",
)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file; else stdout.")
def write(slug: str, number: int | None, kind: str, lang: str, output: Path | None) -> None:
    """The result of contest SLUG: ranking, every mark under juror codes, counts."""
    platform = open_platform()
    with ExitStack() as held:
        session = held.enter_context(platform.db.read_one_moment())
        found = exports.pick(session, profiles.find(session, slug), number, actor=SYSTEM)
        content: Iterable[bytes]
        if kind == "json":
            content = exports.json_parts(session, found)
        elif kind == "xlsx":
            content = held.enter_context(workbook.of_result(session, found, lang))
        else:
            content = exports.bundle(found, platform.blobs)
        _note(platform, slug, "list:results")
        file = held.enter_context(output.open("wb")) if output else sys.stdout.buffer
        file.writelines(content)


@command.command("reel")
@click.argument("slug")
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="An MP4 file.")
@click.option("--seconds", type=click.IntRange(2, 60), default=10, show_default=True,
              help="Of each clip.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def reel_(slug: str, output: Path, seconds: int, lang: str) -> None:
    """The award reel of contest SLUG's published result, last prize first."""
    from contest.drawing import reel  # noqa: PLC0415 - loads MoviePy only here

    platform = open_platform()
    with ExitStack() as held:

        def local(sha256: str) -> Path:
            return held.enter_context(platform.blobs.open_local(sha256))

        with platform.db.read() as session:
            contest = profiles.find(session, slug)
            parts = award_reel.of_published(session, contest, local, lang)
        _note(platform, slug, "list:reel")
        reel.make(parts, output, clip_s=seconds, say=lambda line: click.echo(line, err=True))
    click.echo(output)


@retried
def _note(platform: Platform, slug: str, subject: str) -> None:
    """In the access log, before a byte leaves."""
    with platform.db.write() as session:
        opened = Opening(profiles.find(session, slug).id, access.COMMAND, "export", subject)
        access.note(session, opened, at=platform.clock.now())
