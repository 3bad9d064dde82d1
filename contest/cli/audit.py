"""``hoithi audit``: verify the chain."""

import sys

import click

from contest.cli.support import open_platform
from contest.services.core import audit


@click.group("audit")
def command() -> None:
    """The audit trail."""


@command.command()
def verify() -> None:
    """Walk the whole chain; exit 1 and name every row that does not hold."""
    with open_platform().db.read() as session:
        count, faults = audit.verify(session)
    for fault in faults:
        click.echo(f"{fault.seq}: {fault.what}")
    click.echo(f"{count} rows, {len(faults)} faults", err=True)
    sys.exit(1 if faults else 0)
