"""``hoithi restore``: a backup's set into an empty installation."""

import click

from contest.cli.safekeeping.backup import say, show
from contest.config import Settings
from contest.safekeeping import anywhere
from contest.safekeeping.restore import Wanted


@click.command("restore")
@click.argument("source", metavar="FROM")
@click.option("--set", "name", default="", help="The set of this instant; otherwise the newest.")
@click.option("--without-secrets", is_flag=True, help="Leave settings and keys out.")
def command(source: str, name: str, without_secrets: bool) -> None:
    """Restore the backup in FROM into the empty place that the settings name.

    FROM is a folder, or a place of restic's: sftp:user@host:/folder, s3:https://server/bucket.

    Every file is checked by its hash, the newest result computed again. Exit code 1: the place is
    not empty, or something does not hold.
    """
    settings = Settings.from_env(keyed=False)
    wanted = Wanted(name=name, secrets=not without_secrets, say=say)
    show(anywhere.restore(settings, source, wanted))
