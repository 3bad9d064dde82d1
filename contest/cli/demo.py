"""``hoithi demo``: a whole contest without human input."""

import sys
import tempfile
from pathlib import Path

import click

from contest.demo import script
from contest.demo.play import Play


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep everything there.")
def command(folder: Path | None) -> None:
    """Drive the reference contest through all its phases at a simulated clock.

    Uses a platform of its own and nothing of an installation that is there already. Ends with the
    ranking; exit 1 when it is not the one that was reckoned by hand.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="hoithi-demo-") as name:
            _play(Path(name))
    else:
        _play(folder.absolute())


def _play(folder: Path) -> None:
    outcome = Play(folder, lambda line: click.echo(line, err=True)).perform()
    for place, (unit, total) in enumerate(outcome.ranking, start=1):
        click.echo(f"{place}  {total:>6}  {unit}")
    if not outcome.is_right:
        click.echo(f"hoithi: expected {script.EXPECTED}; {outcome}", err=True)
        sys.exit(1)
