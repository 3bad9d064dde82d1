"""``hoithi config``: the settings in force, secrets masked, and what reads the clips."""

from collections.abc import Iterator

import click

from contest.config import Settings
from contest.wiring import Platform
from media_checks import ToolsMissing, sandbox
from media_checks.tools import find_tools


@click.command("config")
def command() -> None:
    """Print the settings in force, secrets masked; which FFmpeg is used, and if boxed."""
    settings = Settings.from_env()
    for name, value in settings.masked().items():
        click.echo(f"HOITHI_{name.upper()}={value}")
    for line in _media(settings):
        click.echo(f"# {line}")


def _media(settings: Settings) -> Iterator[str]:
    """Comments, so that what is printed can still be read as settings."""
    yield f"antivirus: {_antivirus(settings)}"
    try:
        tools = find_tools()
    except ToolsMissing as error:
        yield f"ffmpeg: {error.message_vi} / {error.message_en}"
        return
    yield f"ffmpeg: {tools.ffmpeg} ({tools.version}; {tools.source})"
    if tools.source == "wheel":
        yield (
            "ffmpeg: bản đóng kèm không có bản vá của hệ điều hành; hãy cài gói ffmpeg / "
            "a wheel gets no security updates of the system; install the package ffmpeg"
        )
    yield f"sandbox: {_box(settings)}"


def _antivirus(settings: Settings) -> str:
    scanner = Platform(settings).antivirus
    if scanner is None:
        return "không bật / off (HOITHI_CLAMD)"
    return "clamd" if scanner.answers() else "không trả lời / does not answer"


def _box(settings: Settings) -> str:
    if sandbox.isolated():
        return "bubblewrap"
    if settings.sandbox == "off":
        return (
            "không có hộp cách ly, theo HOITHI_SANDBOX=off / "
            "no box around FFmpeg, as HOITHI_SANDBOX=off says"
        )
    return (
        "bubblewrap không chạy được, worker sẽ không khởi động / "
        "bubblewrap does not work, the worker will not start"
    )
