"""Shared by the commands: opening the platform and reading text files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contest.config import Settings
from contest.errors import ConfigError, Invalid

if TYPE_CHECKING:
    from contest.wiring import Platform

MOST_BYTES = 64 * 1024**2


def open_platform(*, keyed: bool = True) -> "Platform":
    """The platform of the settings in force. Raises ``ConfigError`` where one is wrong.

    ``keyed``: this process needs the installation's secret key.
    """
    from contest.wiring import Platform  # noqa: PLC0415 - some commands never open it

    return Platform(Settings.from_env(keyed=keyed))


def check_keys(platform: "Platform") -> None:
    """Stop the start where no secret key opens what the database stores. Raises ``ConfigError``.

    A database that does not answer yet, or has no tables yet, is left to who uses it.
    """
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - of those that open the platform

    try:
        with platform.db.read() as session:
            platform.keys.check(session)
    except DBAPIError:
        pass
    platform.db.engine.dispose()  # whoever is forked from here opens its own connections


def check_box(settings: Settings) -> None:
    """Stop the start of whoever reads strangers' clips where bubblewrap does not work.

    Raises ``ConfigError``, unless ``HOITHI_SANDBOX`` is ``off``; also without FFmpeg. What is found
    is kept: processes forked from here do not look again.
    """
    from media_checks import ToolsMissing, sandbox  # noqa: PLC0415 - of those that read clips

    try:
        boxed = sandbox.isolated()
    except ToolsMissing as error:
        raise ConfigError(error.message_vi, error.message_en) from None
    if not boxed and settings.sandbox != "off":
        raise ConfigError(
            "Bubblewrap (lệnh bwrap) không có hoặc không chạy được trên máy này, nên không đọc "
            "clip của người lạ. Hãy cài gói bubblewrap; trong container, hãy cho phép user "
            "namespace như docker/compose.yaml. Nếu chấp nhận đọc clip không có hộp cách ly, hãy "
            "đặt HOITHI_SANDBOX=off.",
            "Bubblewrap (the command bwrap) is missing or does not work on this machine, so clips "
            "of strangers are not read. Install the package bubblewrap; in a container, allow user "
            "namespaces as docker/compose.yaml does. To read clips without a box nevertheless, set "
            "HOITHI_SANDBOX=off.",
            name="HOITHI_SANDBOX",
        )


def tighten_modes(settings: Settings) -> None:
    """Once, in an older installation: its files become its own user's alone; said in a line."""
    from contest.running import modes  # noqa: PLC0415 - of those that begin processes

    if count := modes.tighten(settings):
        click.echo(
            f"hoithi: {count} tệp và thư mục cũ nay chỉ người dùng chạy hoithi đọc được "
            f"/ older files and folders that only hoithi's own user may read from now on: {count}",
            err=True,
        )


def read_text(path: Path) -> str:
    """The content of a UTF-8 text file. Raises ``Invalid`` where it cannot be read."""
    try:
        return read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise Invalid(f"Tệp {path} không phải văn bản UTF-8.",
                      f"The file {path} is not UTF-8 text.") from None


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises ``Invalid`` where it cannot be read or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Invalid(f"Tệp {path} quá lớn.", f"The file {path} is too large.")
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"Không mở được {path}: {error.strerror}.",
                      f"Cannot open {path}: {error.strerror}.") from None
