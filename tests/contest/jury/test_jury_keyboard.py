"""A juror without a mouse signs in, marks, submits, steps aside; narrow and wide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.clock import FixedClock
from contest.models import Ballot, Contest, Submission
from contest.services.jury import ballots
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import ROOM, TIME, rubric
from tests.contest.signing import HASH, PASSWORD
from tests.keyboard import Keyboard

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def entries(make: Factory, contest: Contest, clock: FixedClock) -> list[Submission]:
    clock.moment = TIME
    return [make.submission(make.unit(contest), "published") for _ in range(2)]


@pytest.fixture(params=[360, 1280])
def page(
    browser: Browser, address: str, entries: list[Submission], request: pytest.FixtureRequest
) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": request.param, "height": 800}, base_url=address
    ) as context:
        yield context.new_page()


def test_two_ballots_by_keys_alone(page: Page, make: Factory, contest: Contest) -> None:
    juror = make.user("juror", contest=contest, password_hash=HASH)
    page.goto(ROOM)
    sign_in(page, juror.email)
    Keyboard(page).press(page.get_by_role("link", name="Chấm clip tiếp theo"))
    mark(page, contest)
    step_aside(page)
    expect(page.locator("main")).to_contain_text("Bạn đã chấm xong tất cả các clip")
    with make.platform.db.read() as session:
        found = session.query(Ballot).order_by(Ballot.state).all()
        assert [ballot.state for ballot in found] == ["recused", "submitted"]
        marks = {f"mark-{name}": value for name, value in ballots.marks_of(found[1]).items()}
    assert marks == rubric(contest) | {"mark-content": 28}


def sign_in(page: Page, email: str) -> None:
    """The refused page leads to the form, and the form back to the page."""
    keys = Keyboard(page)
    keys.press(page.locator("main").get_by_role("link", name="Đăng nhập"))
    keys.type(page.get_by_label("Email"), email)
    keys.type(page.get_by_label("Mật khẩu"), PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ROOM}")


def mark(page: Page, contest: Contest) -> None:
    """A described level by Enter, the other marks by digits; then submit."""
    keys, saved = Keyboard(page), page.locator("[data-saved]")
    keys.press(page.get_by_role("button", name="Đúng chủ đề"))
    expect(saved).to_have_text("Đã lưu 16:02")
    for name, most in rubric(contest).items():
        if name != "mark-content":
            keys.type(page.locator(f"[name={name}]"), str(most))
    keys.press(page.get_by_role("button", name="Nộp phiếu"))
    expect(page.locator("main")).to_contain_text("Đã nộp phiếu.")


def step_aside(page: Page) -> None:
    keys = Keyboard(page)
    keys.press(page.get_by_text("Từ chối chấm…"))
    keys.type(page.locator("#recused-reason"), "Con tôi đóng trong clip")
    keys.press(page.get_by_role("button", name="Từ chối chấm clip này"))
