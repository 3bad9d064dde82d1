"""Passkeys in a real Chromium with a virtual authenticator: what people click and see."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.models import Passkey
from tests.contest.people.authenticator import Device
from tests.contest.people.passkey_steps import actions, give, mails, rows
from tests.contest.signing import PASSWORD
from tests.e2e.auditors import html_faults, look

pytestmark = pytest.mark.browser
EMAIL = "an@example.vn"
SLOW = 30_000  # ms; a device is asked, and a page follows
PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}


@pytest.fixture
def database_url(sqlite_url):
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def site(address, app, platform):
    """The address as people open it: passkeys are made for a name, not for a number."""
    here = address.replace("127.0.0.1", "localhost")
    platform.__dict__["settings"] = replace(
        platform.settings, base_url=here, second_factor="required"
    )
    app.jinja_env.globals["settings"] = platform.settings
    return here


class Phone:
    """A browser with an authenticator."""

    def __init__(self, browser: Browser, site: str, **options: object) -> None:
        self.context = browser.new_context(base_url=site, **options)
        self.page: Page = self.context.new_page()
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("WebAuthn.enable", {"enableUI": False})
        self.id = self.wire.send("WebAuthn.addVirtualAuthenticator",
                                 {"options": PHONE})["authenticatorId"]

    def say(self, what: str, **values: object):
        return self.wire.send(f"WebAuthn.{what}", {"authenticatorId": self.id, **values})

    def credentials(self):
        return self.say("getCredentials")["credentials"]

    def password(self) -> None:
        self.page.goto("/account/sign-in")
        self.page.get_by_label("Email").fill(EMAIL)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập", exact=True).click()

    def sign_out(self) -> None:
        self.page.goto("/account/")
        self.page.locator("main form[action$='sign-out'] button").click()
        self.page.wait_for_load_state()

    def enrol(self, name: str = "Điện thoại của An") -> None:
        self.page.goto("/account/passkeys/new")
        self.page.get_by_label("Tên khoá").fill(name)
        self.page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
        self.page.get_by_role("button", name="Thêm khoá truy cập").click()

    def alone(self) -> None:
        self.page.goto("/account/sign-in")
        self.page.get_by_role("button", name="Đăng nhập bằng khoá truy cập").click()


@pytest.fixture
def phone(browser: Browser, site, boss):
    one = Phone(browser, site)
    yield one
    one.context.close()


@pytest.fixture
def enrolled(phone, boss):
    """The organiser's first sign-in: led to the second factor, a passkey is added."""
    phone.password()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Xác thực hai lớp")
    phone.page.get_by_role("link", name="Thêm khoá truy cập").click()
    phone.enrol()
    expect(phone.page.locator("main li .code")).to_have_count(10, timeout=60_000)  # ten slow hashes
    phone.page.get_by_role("link", name="Tôi đã cất mã").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(boss.name)
    return phone


def test_it_is_added_once_and_signs_in_after_the_password_and_without_it(enrolled, platform):
    """One enrolment for all of it: its ten recovery codes take long to hash."""
    [kept] = rows(platform, Passkey)
    assert (kept.name, kept.last_used_at) == ("Điện thoại của An", None)
    assert len(enrolled.credentials()) == 1
    enrolled.enrol("Một lần nữa")
    expect(enrolled.page.locator("[data-said]")).to_have_text(
        "Máy này đã có khoá truy cập của bạn rồi.", timeout=SLOW
    )
    assert len(rows(platform, Passkey)) == 1

    enrolled.sign_out()
    enrolled.password()
    button = enrolled.page.get_by_role("button", name="Dùng khoá truy cập (passkey)")
    assert button.bounding_box()["height"] >= 44
    button.click()
    enrolled.page.wait_for_url("**/c/quan11-2023/organiser/")
    assert rows(platform, Passkey)[0].last_used_at is not None

    enrolled.sign_out()
    where = "/c/quan11-2023/organiser/people/"
    enrolled.page.goto(where)
    enrolled.page.get_by_role("link", name="Đăng nhập").last.click()
    enrolled.page.get_by_role("button", name="Đăng nhập bằng khoá truy cập").click()
    enrolled.page.wait_for_url(f"**{where}")


def test_a_wrong_password_is_said_before_the_device_asks(phone, platform):
    phone.password()
    phone.page.goto("/account/passkeys/new")
    phone.page.get_by_label("Mật khẩu hiện tại").fill("không phải")
    phone.page.get_by_role("button", name="Thêm khoá truy cập").click()
    expect(phone.page.locator("[data-said]")).to_have_text(
        "Mật khẩu hiện tại chưa đúng.", timeout=SLOW
    )
    assert (phone.credentials(), rows(platform, Passkey)) == ([], [])


def test_a_removed_one_opens_nothing(enrolled, browser, site, platform):
    key = Phone(browser, site)  # another device, so that the first may go
    key.password()
    for credential in enrolled.credentials():
        key.say("addCredential", credential=credential)
    key.page.get_by_role("button", name="Dùng khoá truy cập (passkey)").click()
    key.page.wait_for_url("**/organiser/")
    key.say("clearCredentials")
    key.enrol("Khoá USB")
    expect(key.page.get_by_text("Đã thêm khoá truy cập")).to_be_visible(timeout=SLOW)
    key.page.get_by_role("link", name="Sửa hoặc xoá Điện thoại của An").click()
    key.page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    key.page.get_by_role("button", name="Xoá khoá truy cập").click()
    expect(key.page.get_by_text("Đã xoá khoá truy cập")).to_be_visible(timeout=SLOW)
    key.context.close()
    assert [p.name for p in rows(platform, Passkey)] == ["Khoá USB"]
    enrolled.alone()  # its session ended, too
    expect(enrolled.page.locator(".errors")).to_contain_text(
        "chưa được chấp nhận", timeout=SLOW
    )
    expect(enrolled.page.locator(".errors")).to_be_focused()
    assert mails(platform) == ["passkey_added", "passkey_added", "passkey_removed"]


def test_a_device_that_is_not_sure_of_the_person_and_a_copied_one_sign_nobody_in(
    enrolled, platform
):
    enrolled.sign_out()
    enrolled.say("setUserVerified", isUserVerified=False)
    enrolled.alone()
    expect(enrolled.page.locator("[data-said]")).to_contain_text(
        "Chưa xác nhận xong", timeout=SLOW
    )
    expect(enrolled.page.get_by_role("button", name="Đăng nhập bằng khoá")).to_be_enabled()

    enrolled.say("setUserVerified", isUserVerified=True)
    [credential] = enrolled.credentials()
    enrolled.alone()
    enrolled.page.wait_for_url("**/organiser/")
    enrolled.sign_out()
    enrolled.say("clearCredentials")
    enrolled.say("addCredential", credential=credential)  # as it was before
    enrolled.alone()
    expect(enrolled.page.locator(".errors")).to_contain_text(
        "chưa được chấp nhận", timeout=SLOW
    )
    assert "person.passkey_copied" in actions(platform)


def test_an_address_that_is_not_ours_shows_no_button(browser, site, address, boss, make):
    elsewhere = Phone(browser, address)  # the same pages, by their number
    elsewhere.page.goto("/account/sign-in")
    expect(elsewhere.page.get_by_label("Email")).to_be_visible()
    expect(elsewhere.page.locator("form[data-passkey]")).to_be_hidden()
    elsewhere.password()
    elsewhere.page.goto("/account/passkeys/new")
    expect(elsewhere.page.get_by_text(f"Hãy mở {site}")).to_be_visible()
    expect(elsewhere.page.locator("form[data-passkey]")).to_be_hidden()
    elsewhere.context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_on_these_pages_is_a_barrier(site, boss, make, visit, tmp_path, *, language):
    kept = give(make, boss, Device(), name="Điện thoại của An")
    cookie = f"lang={language}; hoithi_staff={make.staff_token(boss, second_factor=True)}"
    paths = ["/account/second-factor/", "/account/passkeys/new", f"/account/passkeys/{kept.id}"]
    found = look("pa11y", [site + path for path in paths], cookie, 390)
    found |= look("pa11y", [f"{site}/account/sign-in"], f"lang={language}", 390)
    assert len(found) == 4
    assert {address: faults for address, faults in found.items() if faults} == {}
    client = visit.user(boss, second_factor=True)
    client.set_cookie("lang", language)
    for number, path in enumerate(paths):
        (tmp_path / f"{number}.html").write_text(client.get(path).text)
    (tmp_path / "sign-in.html").write_text(visit.public().get("/account/sign-in").text)
    assert html_faults(sorted(tmp_path.glob("*.html")), tmp_path / "told.json") == []


def test_without_a_script_codes_are_the_way(browser, site, boss):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/account/sign-in")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.get_by_role("link", name="Thêm khoá truy cập").click()
    page.get_by_role("link", name="Dùng mã 6 số").click()
    page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bật mã 6 số")
    context.close()
