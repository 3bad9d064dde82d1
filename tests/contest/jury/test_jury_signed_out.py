"""A juror whose session ends loses no mark: signed in again on the page, they go on. Enter, F5."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from contest.clock import FixedClock
from contest.models import Ballot, Contest, StaffSession, Submission, User
from contest.services.jury import ballots
from tests.browsing import focused, wait_for
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import ROOM, TIME, rubric
from tests.contest.signing import HASH, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def submission(make: Factory, contest: Contest, clock: FixedClock) -> Submission:
    clock.moment = TIME
    return make.submission(make.unit(contest), "published")


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest, password_hash=HASH)


@pytest.fixture
def page(
    browser: Browser, address: str, make: Factory, juror: User, submission: Submission
) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, service_workers="block"
    ) as context:
        context.add_cookies(
            [{"name": "hoithi_staff", "value": make.staff_token(juror), "url": address}])
        opened = context.new_page()
        opened.goto(f"{address}{ROOM}{submission.code}")
        yield opened


def end_sessions(make: Factory) -> None:
    with make.platform.db.write() as session:
        session.execute(delete(StaffSession))


def fill(page: Page, contest: Contest) -> None:
    for name, most in rubric(contest).items():
        page.locator(f"[name={name}]").fill(str(most))


def stored(make: Factory) -> tuple[str, dict[str, int]]:
    with make.platform.db.read() as session:
        [found] = session.query(Ballot).all()
        return found.state, dict(ballots.marks_of(found))


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email").fill(email)
    dialog.get_by_label("Mật khẩu").fill(password)
    dialog.get_by_role("button", name="Đăng nhập", exact=True).click()


def test_who_submits_after_the_session_ended_signs_in_on_the_page_and_loses_nothing(
    page: Page, make: Factory, contest: Contest, juror: User
) -> None:
    address = page.url
    fill(page, contest)
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    page.locator("[name=mark-content]").fill("11")
    end_sessions(make)
    page.get_by_role("button", name="Nộp phiếu").evaluate("button => button.click()")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Đăng nhập lại để lưu điểm")
    assert page.url == address
    sign_in(page, juror.email, "sai mật khẩu rồi")
    expect(dialog).to_contain_text("Email hoặc mật khẩu chưa đúng")
    sign_in(page, juror.email)
    expect(page.locator("main")).to_contain_text("Bạn đã chấm xong tất cả các clip")
    marks = {name.removeprefix("mark-"): most for name, most in rubric(contest).items()}
    assert stored(make) == ("submitted", marks | {"content": 11})
    wait_for(page, "localStorage.length === 0")


def test_marks_given_after_the_session_ended_outlive_the_closed_tab(
    page: Page, make: Factory, juror: User, address: str
) -> None:
    end_sessions(make)
    page.locator("[name=mark-content]").fill("33")
    page.locator("[name=mark-content]").blur()
    expect(page.locator("[data-saved]")).to_contain_text("Phiên đăng nhập đã hết")
    page.get_by_role("dialog").get_by_role("button", name="Để sau").click()
    again, url = page.context.new_page(), page.url
    page.close(run_before_unload=False)
    again.context.add_cookies(
        [{"name": "hoithi_staff", "value": make.staff_token(juror), "url": address}])
    again.goto(url)
    expect(again.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert stored(make) == ("open", {"content": 33})


def test_marks_are_not_sent_as_another_persons(
    page: Page, make: Factory, contest: Contest
) -> None:
    other = make.user("juror", contest=contest, password_hash=HASH)
    end_sessions(make)
    page.locator("[name=mark-content]").fill("33")
    page.locator("[name=mark-content]").blur()
    sign_in(page, other.email)
    expect(page.locator("[data-saved]")).to_contain_text("tài khoản khác")
    with make.platform.db.read() as session:
        assert session.query(Ballot).all() == []


def test_a_reason_for_stepping_aside_outlives_the_session(
    page: Page, make: Factory, juror: User
) -> None:
    page.get_by_text("Từ chối chấm…").click()
    end_sessions(make)
    page.get_by_label("Lý do").first.fill("Tôi dựng clip này.")
    page.get_by_role("button", name="Từ chối chấm clip này").click()
    sign_in(page, juror.email)
    expect(page.locator("main")).to_contain_text("Bạn đã chấm xong tất cả các clip")
    assert stored(make)[0] == "recused"


def test_enter_leads_to_the_next_box_and_hands_nothing_in(
    page: Page, make: Factory, contest: Contest
) -> None:
    names = list(rubric(contest))
    page.locator(f"[name={names[0]}]").focus()
    for name in names:
        expect(focused(page)).to_have_attribute("name", name)
        page.keyboard.type("7")
        page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", "comment")
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    page.locator(f"[name={names[1]}]").focus()
    page.keyboard.press("Shift+Enter")
    expect(focused(page)).to_have_attribute("name", names[0])
    wanted = ("open", {name.removeprefix("mark-"): 7 for name in names})
    for _ in range(100):  # what was typed last may still be on its way
        if stored(make) == wanted:
            break
        page.wait_for_timeout(50)
    assert stored(make) == wanted


def test_a_refused_ballot_can_be_loaded_again(page: Page, make: Factory, contest: Contest) -> None:
    page.locator("[name=mark-content]").fill("33")
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator(".errors")).to_contain_text("Hãy cho điểm tiêu chí này.")
    page.reload()  # no question about sending a form again, and nobody else's ballot
    expect(page.locator(".errors")).to_contain_text("Hãy cho điểm tiêu chí này.")
    expect(page.locator("[name=mark-content]")).to_have_value("33")
    fill(page, contest)
    page.get_by_role("button", name=re.compile("Nộp phiếu")).click()
    expect(page.locator("main")).to_contain_text("Bạn đã chấm xong tất cả các clip")
    assert stored(make)[0] == "submitted"
