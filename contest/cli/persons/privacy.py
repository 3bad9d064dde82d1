"""``hoithi privacy``: the record of processing; erasures done again after a restore."""

import click

from contest.cli.support import open_platform
from contest.services.core import profiles
from contest.services.privacy import again
from contest.services.privacy import register as records


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


@command.command("again")
def erase_again() -> None:
    """Erase again what the tombstones in the data folder name and the database still holds."""
    platform = open_platform()
    count = again.done(
        platform.db.write, platform.settings.data_dir, platform.blobs, platform.keys
    )
    platform.db.compact()
    click.echo(f"{count} erasures done again", err=True)
