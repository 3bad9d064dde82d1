"""The button of a letter leads to the very task: at once where the unit's browser is signed in,
elsewhere after its code, asked for once."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs.mail import write
from contest.models import Contest, Mail, Submission
from contest.services.core import mail
from contest.wiring import Platform
from tests.contest.conftest import WHILE_OPEN
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage

pytestmark = pytest.mark.browser
BUTTON = re.compile(r'<a href="([^"]+)" style="display:inline-block')


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def button(platform: Platform, contest: Contest, template: str, submission: Submission) -> str:
    """Where the button of a letter about this clip leads, without our host."""
    with platform.db.write() as session:
        row: Mail | None = mail.enqueue(
            session, to="an@example.vn", template=template, language="vi", contest_id=contest.id,
            params={"submission_id": submission.id}, at=platform.clock.now())
    assert row is not None
    [found] = BUTTON.findall(write(platform, row).html)
    return str(found).removeprefix(platform.settings.base_url)


@pytest.fixture
def contest(contest: Contest, clock: FixedClock) -> Contest:
    clock.moment = WHILE_OPEN
    return contest


def test_letters_lead_to_the_clip_and_to_what_was_found(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> None:
    platform, unit = make.platform, make.unit(contest, "Đoàn Phường 5")
    faulty = make.submission(unit, "needs_fix", code="CXABC234", title="Một ngày một cửa")
    asked = make.submission(unit, "changes_requested", code="CXABC567", title="Ba trách nhiệm")
    paths = {
        template: button(platform, contest, template, clip)
        for template, clip in (("findings", faulty), ("changes_requested", asked))
    }
    token = make.unit_token(unit)
    with browser.new_context(viewport={"width": 390, "height": 844}, base_url=address) as known:
        known.add_cookies([{"name": "hoithi_unit", "value": token, "url": address}])
        page = known.new_page()
        opens(page, paths["findings"], "Một ngày một cửa")
        opens(page, paths["changes_requested"], "Ba trách nhiệm")
    code = make.unit_link(unit)[2]
    with browser.new_context(viewport={"width": 390, "height": 844}, base_url=address) as new:
        page = new.new_page()
        page.goto(paths["findings"])
        page.get_by_label("Mã của đơn vị").fill(code)
        page.get_by_role("button", name="Tiếp tục").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Một ngày một cửa")
        assert page.url.removeprefix(address).startswith(paths["findings"].partition("#")[0])
        opens(page, paths["changes_requested"], "Ba trách nhiệm")


def test_the_results_letter_leads_to_the_score_of_this_clip(
    browser: Browser, address: str, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    """To everybody's page of it, so nothing is asked."""
    stage = Stage(make.platform, make, contest)
    clock.moment = AFTER
    stage.publish(stage.freeze(stage.compute()))
    platform, clip = stage.platform, stage.clips[0]
    with platform.db.read() as session:
        query = select(Mail).where(Mail.template == "result")
        row = next(one for one in session.scalars(query) if one.params["submission_id"] == clip.id)
    [found] = BUTTON.findall(write(platform, row).html)
    with browser.new_context(viewport={"width": 390, "height": 844}, base_url=address) as context:
        page = context.new_page()
        page.goto(str(found).removeprefix(platform.settings.base_url))
        expect(page.get_by_role("heading", level=1)).to_have_text(stage.units[0].name)
        expect(page.locator("main")).to_contain_text(clip.title)


def opens(page: Page, path: str, title: str) -> None:
    """Without a question, the clip's page, and on it the very place that the letter means."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    if place := path.partition("#")[2]:
        expect(page.locator(f"[id='{place}']")).to_be_visible()
