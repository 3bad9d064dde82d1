"""A part of a page that shows work in progress brings itself up to date, and nothing else moves."""

import pytest
from playwright.sync_api import Browser, expect

from contest.models import Submission

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url):
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def test_the_status_changes_by_itself_and_the_page_stays(browser: Browser, address, make, contest):
    unit = make.unit(contest)
    submission = make.submission(unit, "checking", title="Một <b>clip</b> & hai")
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "hoithi_unit", "value": make.unit_token(unit), "url": address}])
    page = context.new_page()
    page.goto(f"/c/{contest.slug}/unit/entries/{submission.code}")
    status = page.locator("#status")
    expect(status).to_have_attribute("data-refresh", "3")
    before = status.inner_text()
    page.evaluate("window.stays = true")
    with make.platform.db.write() as session:
        session.get_one(Submission, submission.id).state = "in_review"
    expect(status).not_to_have_text(before, timeout=20_000, use_inner_text=True)
    fresh = context.new_page()
    fresh.goto(page.url)
    shown = fresh.locator("#status")
    expect(status).to_have_text(shown.inner_text(), use_inner_text=True)
    expect(status.locator("script, b")).to_have_count(shown.locator("script, b").count())
    assert page.evaluate("window.stays") is True
    context.close()
