"""``hoithi demo``: a whole contest without human input."""

import sys
import tempfile
from pathlib import Path

import click

from contest.demo.kinds import KINDS, Kind
from contest.demo.play import Play
from contest.demo.sample import PROFILE


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep everything there.")
@click.option("--profile", "name", type=click.Choice(list(KINDS)), default=PROFILE.stem,
              show_default=True, help="Which contest: that of a rule file that is shipped.")
def command(folder: Path | None, name: str) -> None:
    """Drive a contest through all its phases at a simulated clock.

    Uses a platform of its own and nothing of an installation that is there already. Ends with the
    ranking; exit 1 when it is not the one that was reckoned by hand.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="hoithi-demo-") as kept:
            _play(Path(kept), KINDS[name])
    else:
        _play(folder.absolute(), KINDS[name])


def _play(folder: Path, kind: Kind) -> None:
    outcome = Play(folder, lambda line: click.echo(line, err=True), kind).perform()
    for place, (unit, total) in enumerate(outcome.ranking, start=1):
        click.echo(f"{place}  {total:>6}  {unit}")
    if not outcome.is_right:
        click.echo(f"hoithi: expected {kind.expected}; {outcome}", err=True)
        sys.exit(1)
