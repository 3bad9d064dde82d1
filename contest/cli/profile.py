"""``hoithi profile``: check and import a contest's rule file."""

from pathlib import Path

import click

from contest import profile as profiles_
from contest.actors import SYSTEM
from contest.cli.support import open_platform, read_text
from contest.db import retried
from contest.services.core import profiles


@click.group("profile")
def command() -> None:
    """Check and import a contest's profile (its rule file)."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check FILE and print its name and SHA-256; nothing is stored."""
    loaded = profiles_.load(read_text(file))
    click.echo(f"{loaded.profile.contest.slug} {loaded.sha256}")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--reason", default="", help="Why the rules change; needed once the contest is open.")
@click.option("--agreed", is_flag=True,
              help="Carry marks and ballots over, as the refusal without this option has said.")
@retried
def import_(file: Path, reason: str, *, agreed: bool) -> None:
    """Store FILE as a contest, or as a new revision of its contest."""
    platform = open_platform()
    source = read_text(file)
    with platform.db.write() as session:
        contest, new = profiles.import_profile(
            session, source, actor=SYSTEM, at=platform.clock.now(), reason=reason,
            agreed=agreed,
        )
        assert contest.revision is not None  # noqa: S101
        line = f"{contest.slug} {contest.revision.number} {contest.revision.sha256}"
    click.echo(line)
    click.echo("stored" if new else "unchanged", err=True)
