"""``hoithi restore``: a backup's set into an empty installation."""

from pathlib import Path

import click

from contest.cli.safekeeping.backup import say, show
from contest.config import Settings
from contest.safekeeping.restore import Wanted, restore


@click.command("restore")
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.option("--set", "name", default="", help="The set of this instant; otherwise the newest.")
@click.option("--without-secrets", is_flag=True, help="Leave settings and keys out.")
def command(source: Path, name: str, without_secrets: bool) -> None:
    """Restore the backup in FROM into the empty place that the settings name.

    Every file is checked by its hash, the newest result computed again. Exit code 1: the place is
    not empty, or something does not hold.
    """
    settings = Settings.from_env(keyed=False)
    wanted = Wanted(name=name, secrets=not without_secrets, say=say)
    show(restore(settings, source.absolute(), wanted))
