"""``hoithi config``: the settings in force, secrets masked."""

import click

from contest.config import Settings


@click.command("config")
def command() -> None:
    """Print the settings in force, secrets masked."""
    for name, value in Settings.from_env().masked().items():
        click.echo(f"HOITHI_{name.upper()}={value}")
