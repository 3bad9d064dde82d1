"""``hoithi sample``: the sample contest. ``hoithi up --sample`` does both steps."""

import click

from contest.cli.support import open_platform
from contest.demo import sample


@click.group("sample")
def command() -> None:
    """The sample contest: 20 units, real clips, some of which break a rule."""


@command.command()
def load() -> None:
    """Import profile, units and people; print how to sign in."""
    ways = sample.load(open_platform())
    click.echo(f"password {ways.password}")
    for unit, code in ways.codes.items():
        click.echo(f"{code} {unit}")


@command.command()
def fill() -> None:
    """Make the clips and send them in; a worker must be running."""
    sample.fill(open_platform(), lambda line: click.echo(line, err=True))
