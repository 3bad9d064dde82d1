"""``hoithi privacy``: the record of processing, days off, erasures again after a restore."""

from datetime import UTC, datetime
from pathlib import Path

import click

from contest.cli.support import open_platform
from contest.services.core import profiles
from contest.services.privacy import again, workdays
from contest.services.privacy import register as records

AHEAD = 5  # years that are printed, whether announced or not


@click.group("privacy")
def command() -> None:
    """Personal data: the record of processing, erasures after a restore."""


@command.command()
@click.argument("slug")
@click.option("--lang", "language", type=click.Choice(("vi", "en")), default="vi")
def register(slug: str, language: str) -> None:
    """Print the record of processing of contest SLUG, as Markdown."""
    with open_platform().db.read() as session:
        profile = profiles.profile_of(profiles.find(session, slug))
    click.echo(records.text(profile, language), nl=False)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                required=False)
def holidays(file: Path | None) -> None:
    """Print the days off by which requests are due, with their sources; or correct them: FILE names
    whole years, which stand in for those that came with the platform."""
    folder = open_platform().settings.data_dir
    workdays.use(folder)
    if file is not None:
        found = workdays.correct(file.read_text(), folder)
        click.echo(f"years corrected: {', '.join(found)}", err=True)
    now = datetime.now(UTC).year
    for year, said in workdays.years().items():
        if not (said["corrected"] or now - 1 <= int(year) <= now + AHEAD):
            continue
        kind = "corrected" if said["corrected"] else "announced" if said["announced"] else "law"
        click.echo(f"[{year}] {kind}: {said.get('source', '')}")
        click.echo(f"  off: {' '.join(said['off'])}")
        if said["worked"]:
            click.echo(f"  worked: {' '.join(said['worked'])}")
    if not workdays.years().get(str(now), {}).get("off"):
        click.echo("this year has no days: correct them with FILE", err=True)


@command.command("again")
def erase_again() -> None:
    """Erase again what the tombstones in the data folder name and the database still holds."""
    platform = open_platform()
    count = again.done(
        platform.db.write, platform.settings.data_dir, platform.blobs, platform.pdfs, platform.keys
    )
    platform.db.compact()
    click.echo(f"{count} erasures done again", err=True)
