"""``hoithi migrate``: upgrade the database to the newest schema."""

import click

from contest.cli.support import open_platform


@click.command("migrate")
def command() -> None:
    """Create or upgrade the database."""
    platform = open_platform(keyed=False)
    platform.db.upgrade()
    click.echo(f"{platform.db.engine.dialect.name}: up to date", err=True)
