"""``hoithi page``: check the Fanpage before the day of the release."""

import sys

import click

from contest.cli.support import open_platform
from contest.errors import ConfigError
from social.errors import WrongSetting

MARKS = {"pass": "✓", "look": "?", "fail": "✗"}


@click.group("page")
def command() -> None:
    """Look after the connection to the Fanpage."""


@command.command()
@click.option("--english", is_flag=True, help="Write the findings in English.")
def check(english: bool) -> None:
    """Check token, permissions, Page and clock; exit 1 when something fails.

    Each line: the outcome (pass, look, fail), the check's name, and what to do.
    """
    try:
        page = open_platform().page()
    except WrongSetting as error:
        raise ConfigError(f"Thiết lập Trang chưa đúng: {error}.", f"The Page's setting: {error}.") \
            from None
    if page is None:
        raise ConfigError(
            "Chưa thiết lập Trang: hãy đặt HOITHI_PAGE_ID và HOITHI_PAGE_TOKEN.",
            "No Page is set up: set HOITHI_PAGE_ID and HOITHI_PAGE_TOKEN.",
        )
    found = page.check_page()
    for finding in found.findings:
        said = (finding.message_vi, finding.remedy_vi)
        text = " ".join((finding.message_en, finding.remedy_en) if english else said).strip()
        click.echo(f"{MARKS[finding.outcome]} {finding.outcome}\t{finding.name}\t{text}")
    click.echo(f"{found.page_id} {found.page_name or '?'}", err=True)
    sys.exit(0 if found.passed else 1)
