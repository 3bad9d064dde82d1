"""``hoithi backup``: a set of everything in a folder, and the proof that it can be restored."""

import sys

import click

from contest.cli.support import check_keys, open_platform
from contest.config import without_password
from contest.errors import Invalid
from contest.languages import write_size
from contest.safekeeping import anywhere
from contest.safekeeping.backup import Made, Wishes
from contest.safekeeping.restore import Restored, Wanted
from contest.wiring import Platform


@click.command("backup")
@click.argument("to", required=False)
@click.option("--without-secrets", is_flag=True, help="Leave settings and keys out.")
@click.option("--keep", type=click.IntRange(1), default=None, help="Keep this many sets only.")
@click.option("--verify", is_flag=True, help="Make none: restore the newest set aside, look at it.")
@click.option("--try", "trying", is_flag=True, help="Make none: see whether TO takes backups.")
@click.option("--set", "name", default="", help="With --verify: the set of this instant.")
def command(
    to: str | None, *, without_secrets: bool, keep: int | None, verify: bool, trying: bool,
    name: str,
) -> None:
    """Back up database, clips and settings to TO (else HOITHI_BACKUP_TO).

    TO is a folder, or a place of restic's: sftp:user@host:/folder, s3:https://server/bucket.

    Settings and keys are sealed with HOITHI_BACKUP_PASSPHRASE. Exit code 1: something is missing or
    does not hold.
    """
    platform = open_platform(keyed=not (verify or trying))
    place = _place(platform, to)
    if trying:
        anywhere.reach(platform.settings, place)
        say(f"{without_password(place)}: dùng được / takes backups")
        return
    if verify:
        show(anywhere.prove(platform.settings, place, Wanted(name=name, say=say)))
        return
    check_keys(platform)
    wishes = Wishes(secrets=not without_secrets, keep=keep or 0, say=say)
    _tell(anywhere.back_up(platform, place, wishes))


def _place(platform: Platform, to: str | None) -> str:
    found = to or platform.settings.backup_to
    if not found:
        raise Invalid("Hãy nêu nơi sao lưu, hoặc đặt HOITHI_BACKUP_TO.",
                      "Name the place to back up to, or set HOITHI_BACKUP_TO.")
    return found


def say(line: str) -> None:
    click.echo(line, err=True)


def _tell(made: Made) -> None:
    """The set's name on stdout; talk on stderr."""
    for name in made.pruned:
        say(f"đã bỏ / pruned: {name}")
    size = f", {write_size(made.size, 'en')}" if made.size else ""
    say(f"{made.files} tệp mới / new files{size}")
    click.echo(made.manifest.name)
    for sha256, why in made.lost.items():
        say(f"{sha256}: {why}")
    if made.lost:
        sys.exit(1)


def show(restored: Restored) -> None:
    """What was found, a line each; ends with exit code 1 where something does not hold."""
    for one in restored.found:
        click.echo(f"{'ĐÚNG / HOLDS' if one.holds else 'SAI / FAILS'}  {one.vi} / {one.en}")
    say(f"{restored.manifest.name}, hoithi {restored.manifest.version}")
    if not restored.holds:
        sys.exit(1)


