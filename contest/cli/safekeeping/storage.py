"""``hoithi storage``: where clips lie."""

import sys
from pathlib import Path

import click

from contest.cli.safekeeping.backup import say
from contest.cli.support import open_platform
from contest.config import Settings
from contest.languages import write_size
from contest.safekeeping import bringing, moving


@click.group("storage")
def command() -> None:
    """Where clips lie: a folder or a bucket."""


@command.command("move")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--remove", is_flag=True, help="Then remove from FROM what TO has whole.")
def move(source: str, target: str, remove: bool) -> None:
    """Copy every stored file from FROM to TO, each read back and its hash compared.

    Both are written as in HOITHI_STORAGE_URL (file:///folder, s3://bucket/prefix), with the keys of
    the settings. The platform may run meanwhile. Killed, it goes on when it is run again. Exit code
    1: a file is damaged and was left where it is.
    """
    work = moving.remove if remove else moving.move
    moved = work(Settings.from_env(keyed=False), source, target, say)
    for sha256 in moved.damaged:
        say(f"{sha256}: hỏng, để lại chỗ cũ / damaged, left where it is")
    say(f"đã có từ trước / there before: {moved.before}")
    if remove:
        say(f"đã xoá ở nơi cũ / removed from the old place: {moved.removed}")
    click.echo(f"{moved.files} tệp / files, {write_size(moved.size, 'en')}")
    if moved.damaged:
        sys.exit(1)


@command.command("bring")
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="Take the hash of every file first.")
def bring(backup: Path, every: bool) -> None:
    """Bring back from the folder BACKUP what is missing in the store or has changed.

    Exit code 1: the backup has one of the files not, or not whole.
    """
    brought = bringing.bring_back(open_platform(), backup, every=every, say=say)
    click.echo(f"{len(brought.right)} tệp / files")
    if brought.lacking:
        sys.exit(1)
