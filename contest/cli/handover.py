"""``hoithi handover``: entries handed up to another installation, as a signed file."""

from pathlib import Path

import click

from contest.actors import SYSTEM
from contest.cli.support import open_platform
from contest.db import retried
from contest.services.core import profiles
from contest.services.levels import packing, unpacking
from contest.services.levels.packing import Packet
from contest.services.levels.unpacking import Read
from contest.services.results.bundles import Signer
from contest.wiring import Platform


@click.group("handover")
def command() -> None:
    """Entries that go up to a contest on another server."""


@command.command("write")
@click.argument("slug")
@click.argument("codes", nargs=-1, required=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="A ZIP file.")
def write(slug: str, codes: tuple[str, ...], output: Path) -> None:
    """Write the entries CODES of contest SLUG to a signed file for the contest above."""
    platform = open_platform()
    with platform.db.write() as session:
        signer = Signer(platform.keys.signature(session))
    made = _noted(platform, slug, codes, signer)
    packing.write(output, made, signer, platform.blobs)
    click.echo(output)
    click.echo(f"{len(made.entries)} bài / entries. Khoá / key: {signer.fingerprint}", err=True)


@retried
def _noted(platform: Platform, slug: str, codes: tuple[str, ...], signer: Signer) -> Packet:
    at = platform.clock.now()
    with platform.db.write() as session:
        contest = profiles.find(session, slug)
        made, found = packing.packet(session, contest, codes, key=signer.public_key, actor=SYSTEM,
                                     at=at)
        packing.note(session, found, made, actor=SYSTEM, at=at)
    return made


@command.command("read")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read(slug: str, file: Path) -> None:
    """Read FILE, made by another installation, into contest SLUG: its entries wait there.

    They can be accepted once an organiser has confirmed the key on the page Levels.
    """
    platform = open_platform()
    with platform.db.read() as session:
        found = unpacking.look(file, profiles.find(session, slug))
    unpacking.store_clips(file, found, platform.blobs, platform.settings.data_dir)
    count = _taken(platform, slug, found)
    click.echo(f"{count} bài chờ nhận / entries wait. Khoá / key: {found.fingerprint}", err=True)


@retried
def _taken(platform: Platform, slug: str, found: Read) -> int:
    with platform.db.write() as session:
        contest = profiles.find(session, slug)
        made = unpacking.take(session, contest, found, actor=SYSTEM, at=platform.clock.now())
        return len(made)
