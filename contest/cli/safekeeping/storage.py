"""``hoithi storage``: where clips lie."""

import sys

import click

from contest.cli.safekeeping.backup import say
from contest.config import Settings
from contest.languages import write_size
from contest.safekeeping import moving


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
