"""``hoithi page``: check the Fanpage before the day of the release."""

import sys

import click

from contest.cli.support import open_platform
from contest.errors import ConfigError
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.fanpage import page_checks
from contest.services.fanpage.connections import Credentials
from contest.wiring import Platform
from social.errors import WrongSetting
from social.values import PageCheck

MARKS = {"pass": "✓", "look": "?", "fail": "✗"}


@click.group("page")
def command() -> None:
    """Look after the connection to the Fanpage."""


@command.command()
@click.option("--contest", "slug", help="Check this contest's own Page, against its rules.")
@click.option("--english", is_flag=True, help="Write the findings in English.")
def check(slug: str | None, english: bool) -> None:
    """Check token, permissions, Page and clock; exit 1 when something fails.

    Without --contest it is the installation's Page, of HOITHI_PAGE_ID and HOITHI_PAGE_TOKEN.

    Each line: the outcome (pass, look, fail), the check's name, and what to do.
    """
    platform = open_platform()
    fanpage, profile = _of_contest(platform, slug) if slug else (platform.default_fanpage, None)
    if fanpage is None:
        raise ConfigError(
            "Chưa thiết lập Trang: hãy đặt HOITHI_PAGE_ID và HOITHI_PAGE_TOKEN.",
            "No Page is set up: set HOITHI_PAGE_ID and HOITHI_PAGE_TOKEN.",
        )
    try:
        found = platform.fanpage_client(fanpage).check_page()
    except WrongSetting as error:
        raise ConfigError(f"Thiết lập Trang chưa đúng: {error}.", f"The Page's setting: {error}.") \
            from None
    found = page_checks.compared(found, profile) if profile else found
    _print(found, english=english)
    sys.exit(0 if found.passed else 1)


def _of_contest(platform: Platform, slug: str) -> tuple[Credentials | None, Profile]:
    with platform.db.read() as session:
        contest = profiles.find(session, slug)
        return platform.fanpage_of(session, contest.id), profiles.profile_of(contest)


def _print(found: PageCheck, *, english: bool) -> None:
    for finding in found.findings:
        said = (finding.message_vi, finding.remedy_vi)
        text = " ".join((finding.message_en, finding.remedy_en) if english else said).strip()
        click.echo(f"{MARKS[finding.outcome]} {finding.outcome}\t{finding.name}\t{text}")
    click.echo(f"{found.page_id} {found.page_name or '?'}", err=True)
