"""``hoithi migrate``: upgrade the database to the newest schema."""

import click

from contest.cli.support import open_platform, tighten_modes


@click.command("migrate")
def command() -> None:
    """Create or upgrade the database."""
    platform = open_platform(keyed=False)
    platform.db.upgrade()
    tighten_modes(platform.settings)
    click.echo(f"{platform.db.engine.dialect.name}: up to date", err=True)
