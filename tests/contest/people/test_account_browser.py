"""One-use links in a real browser: the token leaves the address, and works without a script."""

import pytest
from playwright.sync_api import Browser, expect

from contest.actors import SYSTEM
from contest.models import User
from contest.services.people import invitations, people
from tests.contest.conftest import SECRET_KEY

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url):
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def token(platform, make, contest):
    """The token of a juror's invitation to set a password."""
    juror = make.user("juror", contest=contest, name="Trần Thị Giám Khảo")
    with platform.db.write() as session:
        made = people.invite(session, contest, session.get_one(User, juror.id), actor=SYSTEM,
                             purpose="password", at=make.at, key=SECRET_KEY)
        return invitations.token_of(made, key=SECRET_KEY)


def test_the_token_leaves_the_address_and_the_password_is_set(browser: Browser, address, token):
    asked = []
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/account/invitation#{token}")
    expect(page).to_have_url(f"{address}/account/invitation")
    expect(page.get_by_label("Mã trong liên kết")).to_be_hidden()
    page.get_by_label("Mật khẩu mới").fill("kỳ lân nhảy dây bảy lần")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chấm điểm")  # the room, at once
    assert [url for url in asked if token in url] == []
    context.close()


def test_a_refused_password_keeps_the_token(browser: Browser, address, token):
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto(f"/account/invitation#{token}")
    page.get_by_label("Mật khẩu mới").fill("matkhau123456")
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    page.get_by_label("Mật khẩu mới").fill("kỳ lân nhảy dây bảy lần")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chấm điểm")  # the room, at once
    context.close()


def test_without_a_script_the_token_is_pasted(browser: Browser, address, token):
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/account/invitation")
    page.get_by_label("Mã trong liên kết").fill(token)
    page.get_by_label("Mật khẩu mới").fill("kỳ lân nhảy dây bảy lần")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chấm điểm")  # the room, at once
    context.close()


KEPT = {
    "hoithi-ballot:7:/c/x/jury/ABC": '{"version":"1"}', "hoithi-counts:quan11-2023:7": "[]",
    "tus::1::2": "{}",
}


def test_after_signing_out_nothing_of_the_person_stays_on_the_device(
    browser: Browser, address, make, contest
):
    juror = make.user("juror", contest=contest)
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "hoithi_staff", "value": make.staff_token(juror),
                          "url": address}])
    page = context.new_page()
    page.goto("/account/")
    page.evaluate("kept => Object.entries(kept).forEach(([k, v]) => localStorage.setItem(k, v))",
                  KEPT)
    page.goto("/account/")
    assert set(page.evaluate("Object.keys(localStorage)")) >= set(KEPT)  # while signed in it stays
    with page.expect_navigation():
        page.locator("main form[action$='sign-out'] button").click()
    assert not set(page.evaluate("Object.keys(localStorage)")) & set(KEPT)
    context.close()


@pytest.mark.parametrize("name", ["hoithi_forget", "__Host-forget"])  # the second with https
def test_the_script_forgets_where_the_browser_knows_no_such_header(
    browser: Browser, address, name
):
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/account/sign-in")
    page.evaluate("kept => Object.entries(kept).forEach(([k, v]) => localStorage.setItem(k, v))",
                  KEPT | {"hoithi-keys": "off"})
    context.add_cookies([{"name": name, "value": "1", "domain": "127.0.0.1", "path": "/",
                          "secure": name.startswith("__Host-")}])  # fmt: skip
    page.reload()
    assert page.evaluate("Object.keys(localStorage)") == ["hoithi-keys"]  # a setting, no person's
    assert name not in {c["name"] for c in context.cookies()}
    context.close()
