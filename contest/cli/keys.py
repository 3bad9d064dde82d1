"""``hoithi keys``: a new secret key without losing what the old one made (docs/keys.md)."""

import os
import secrets
import sys
from pathlib import Path

import click

from contest.cli.support import open_platform
from contest.config import kept_secret_file
from contest.db import retried
from contest.services.core import keys
from contest.services.core.keys import Resealed
from contest.wiring import Platform


@click.group("keys")
def command() -> None:
    """Replace the installation's secret key: new, restart, rotate, remove the old one."""


@command.command()
def new() -> None:
    """Make a new secret key, to stand before the old one.

    Where the key is kept in the data folder it is written there; otherwise it is printed, to be put
    first into HOITHI_SECRET_KEY (one key a line, or with commas).
    """
    platform, fresh = open_platform(), secrets.token_urlsafe(48)
    file = kept_secret_file(platform.settings.data_dir)
    if {"HOITHI_SECRET_KEY", "HOITHI_SECRET_KEY_FILE"} & set(os.environ):
        click.echo(fresh)
        click.echo(
            "Đặt khoá này trước khoá cũ trong HOITHI_SECRET_KEY, khởi động lại, rồi chạy “hoithi "
            "keys rotate”.\nPut this before the old key in HOITHI_SECRET_KEY, restart, then run "
            '"hoithi keys rotate".', err=True,
        )
        return
    _write(file, "\n".join([fresh, *platform.settings.secret_keys]))
    click.echo(
        f"Khoá mới đứng đầu tệp {file}. Hãy khởi động lại hoithi, rồi chạy “hoithi keys rotate”.\n"
        f'The new key stands first in {file}. Restart hoithi, then run "hoithi keys rotate".',
        err=True,
    )


def _write(file: Path, text: str) -> None:
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(file)


@command.command()
def rotate() -> None:
    """Seal everything that is stored sealed with the newest secret key.

    Each line: what it is, how many were sealed anew, how many no key opens. It may be stopped and
    run again. Printed QR codes, links, codes and signatures stay as they are. Exit 1 where
    something stays that no key opens.
    """
    platform = open_platform()
    try:
        lost = _rotate(platform)
    finally:
        platform.db.engine.dispose()
    click.echo(_next(len(platform.settings.secret_keys), lost), err=True)
    sys.exit(1 if lost else 0)


def _rotate(platform: Platform) -> int:
    """Seal everything anew, printing a line a column; returns how many no key opens."""
    _stored(platform)
    lost = 0
    for purpose, column in keys.SEALED:
        done = _reseal(platform, purpose, column)
        name = f"{column.class_.__tablename__}.{column.key}"
        click.echo(f"{name}\t{done.changed}\t{len(done.unreadable)}")
        lost += len(done.unreadable)
        for row_id in done.unreadable:
            click.echo(f"{name} {row_id}: không khoá nào mở được / no key opens it", err=True)
    return lost


@retried
def _stored(platform: Platform) -> None:
    """Store the lasting keys where they are not stored yet. Raises ``ConfigError``."""
    with platform.db.write() as session:
        platform.keys.unit_codes(session)


@retried
def _reseal(platform: Platform, purpose: str, column: keys.Column) -> Resealed:
    with platform.db.write() as session:
        return keys.reseal(
            session, purpose, column, keys=platform.keys, at=platform.clock.now()
        )


def _next(count: int, lost: int) -> str:
    if lost:
        return (
            "Chưa xong: hãy giữ lại khoá cũ, thêm khoá còn thiếu vào cuối rồi chạy lại.\n"
            "Not done: keep the old keys, add the missing one at the end, and run this again."
        )
    if count == 1:
        return (
            "Mọi thứ dùng khoá duy nhất hiện có. Để đổi khoá, bắt đầu bằng “hoithi keys new”.\n"
            'Everything is sealed with the only key. To change it, begin with "hoithi keys new".'
        )
    return (
        "Xong: mọi thứ được niêm phong bằng khoá mới nhất. Có thể bỏ các khoá cũ; khi đó ai đang "
        "mở sẵn một biểu mẫu chỉ cần tải lại trang.\n"
        "Done: everything is sealed with the newest key. The old keys may be removed; whoever has "
        "a form open then only reloads the page."
    )
