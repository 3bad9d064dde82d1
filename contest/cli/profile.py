"""``hoithi profile``: check and import a contest's rule file."""

import json
from pathlib import Path

import click

import plan_reading
from contest import profile as profiles_
from contest.actors import SYSTEM
from contest.cli.support import open_platform, read_bytes, read_text
from contest.db import retried
from contest.errors import Invalid
from contest.services.desk import rule_changes


@click.group("profile")
def command() -> None:
    """Check and import a contest's profile (its rule file)."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check FILE and print its name and SHA-256; nothing is stored."""
    loaded = profiles_.load(read_text(file))
    click.echo(f"{loaded.profile.contest.slug} {loaded.sha256}")


@command.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Values, what is missing and doubts as JSON.")
def draft(plan: Path, as_json: bool) -> None:
    """Read PLAN (.docx, .pdf, .txt) into a draft of the rules; nothing is stored.

    Each value is shown with the sentence that it was read from. Nothing is adopted: the rules are
    what a person imports.
    """
    try:
        read = plan_reading.read_plan(read_bytes(plan))
    except plan_reading.PlanError as fault:
        raise Invalid(fault.vi, fault.en) from None
    if as_json:
        click.echo(json.dumps(read.as_data(), ensure_ascii=False, indent=1))
    else:
        click.echo(plan_reading.table(read))


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
        contest, new = rule_changes.adopt(
            session, source, actor=SYSTEM, at=platform.clock.now(), reason=reason,
            agreed=agreed,
        )
        assert contest.revision is not None  # noqa: S101
        line = f"{contest.slug} {contest.revision.number} {contest.revision.sha256}"
    click.echo(line)
    click.echo("stored" if new else "unchanged", err=True)
