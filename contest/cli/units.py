"""``hoithi units``: import units, make their links."""

import csv
import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.cli.support import open_platform
from contest.db import retried
from contest.errors import Invalid
from contest.models import Contest
from contest.services.core import profiles
from contest.services.units import unit_import, unit_links, units
from contest.wiring import Platform

CONTEST = click.option("--contest", "slug", help="The contest's slug; needed if there are several.")


@click.group("units")
def command() -> None:
    """Units of a contest, and their ways in."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@CONTEST
@click.option("--dry-run", is_flag=True, help="Say what each row would do; store nothing.")
def import_(file: Path, slug: str | None, dry_run: bool) -> None:
    """Import units from FILE (CSV or XLSX). All rows or, if one has an error, none."""
    platform = open_platform()
    rows = unit_import.read(_bytes(file), file.name)
    with platform.db.read() as session:
        for planned in unit_import.plan(session, _contest(session, slug), rows):
            words = "; ".join(vi for vi, _ in planned.errors)
            click.echo(f"{planned.row.line}\t{planned.action}\t{planned.row.name}\t{words}")
    if not dry_run:
        _apply(platform, slug, rows)


@retried
def _apply(platform: Platform, slug: str | None, rows: list[unit_import.Row]) -> None:
    with platform.db.write() as session:
        counts = unit_import.apply(
            session, _contest(session, slug), rows, actor=SYSTEM, at=platform.clock.now()
        )
    click.echo(", ".join(f"{count} {action}" for action, count in counts.items()), err=True)


@command.command("links")
@CONTEST
@click.option("--unit", "names", multiple=True, help="A unit's name; all units without it.")
@click.option("--rotate", is_flag=True, help="Revoke the earlier links of these units.")
@retried
def links(slug: str | None, names: tuple[str, ...], rotate: bool) -> None:
    """Make a new link and code for units and print them as CSV: they cannot be shown again."""
    platform = open_platform()
    with platform.db.write() as session:
        contest = _contest(session, slug)
        chosen = [u.id for u in units.of_contest(session, contest) if not names or u.name in names]
        issued = unit_links.issue_all(
            session, contest, chosen, key=platform.keys.unit_codes(session), actor=SYSTEM,
            at=platform.clock.now(), rotate=rotate, keys=platform.keys,
        )
    out = csv.writer(sys.stdout)
    out.writerow(["unit", "link", "code", "until"])
    for one in issued:
        link = f"{platform.settings.base_url}/u#{one.token}"
        out.writerow([one.unit.name, link, one.spaced_code, one.link.expires_at.isoformat()])


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(unit_import.MOST_BYTES + 1)
    except OSError as error:
        raise Invalid(f"Không mở được {file}: {error.strerror}.",
                      f"Cannot open {file}: {error.strerror}.") from None


def _contest(session: Session, slug: str | None) -> Contest:
    """The contest of this slug, or the only one. Raises ``NotFound`` or ``Invalid``."""
    if slug:
        return profiles.find(session, slug)
    known = profiles.all_contests(session)
    if len(known) != 1:
        raise Invalid("Hãy nêu hội thi bằng --contest SLUG.", "Name the contest: --contest SLUG.")
    return known[0]
