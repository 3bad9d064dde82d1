"""The reviewer's page in a real browser: frames and time codes seek, speeds, reasons, outcome."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.clock import FixedClock
from contest.models import Contest, Submission, User
from contest.services.reviewing import held
from contest.wiring import Platform
from media_checks.deep import LOOK_EVERY_S
from tests.browsing import sticks_out, wait_for
from tests.contest.entry.test_checks import Checking, small
from tests.contest.factory import Factory
from tests.media_checks import corpus

pytestmark = pytest.mark.browser


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=small)


@pytest.fixture(autouse=True)
def quiet_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger="werkzeug")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def submission(platform: Platform, make: Factory, contest: Contest, tmp_path: Path) -> Submission:
    """A clip with a still part, checked and rendered by the worker."""
    clip = tmp_path / "clip.mp4"
    corpus.kept_copy(clip, picture="drawbox=c=black:t=fill:enable='gt(t,2)'", voice="volume=-20dB")
    checking = Checking(platform, make, contest)
    submission = checking.send(clip)
    checking.work()
    checking.work("check.deep")
    return submission


@pytest.fixture
def page(
    browser: Browser, address: str, make: Factory, contest: Contest, submission: Submission
) -> Iterator[Page]:
    """The page of the clip, taken in hand by a reviewer."""
    user: User = make.user("reviewer", contest=contest, name="Nguyễn Thị Hoa")
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": "hoithi_staff", "value": make.staff_token(user), "url": address}]
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto("/c/quan11-2023/review/")
    page.get_by_role("button", name="Thẩm định clip tiếp theo").click()
    page.locator("#player").wait_for()
    yield page
    context.close()
    assert errors == []


def moment(page: Page) -> float:
    return float(page.evaluate("document.getElementById('player').currentTime"))


def test_frames_and_findings_seek(page: Page) -> None:
    wait_for(page, "document.getElementById('player').readyState > 0")
    page.evaluate("document.getElementById('player').play = () => Promise.resolve()")
    frames = page.locator(".sheet a")
    assert frames.count() > 8
    frames.nth(8).click()
    wait_for(page, "document.getElementById('player').currentTime > 0")
    wanted = float(frames.nth(8).get_attribute("data-seek") or 0)
    assert moment(page) == pytest.approx(wanted, abs=0.1)
    page.get_by_role("link", name="Xem đoạn 0:02–0:04").first.click()
    wait_for(page, f"document.getElementById('player').currentTime != {wanted}")
    assert 2.0 <= moment(page) <= 2.0 + LOOK_EVERY_S


def test_speeds(page: Page) -> None:
    page.get_by_role("button", name="1,5×").click()
    wait_for(page, "document.getElementById('player').playbackRate == 1.5")
    pressed = page.locator("[data-speeds] [aria-pressed=true]")
    expect(pressed).to_have_text("1,5×")


def test_asking_for_changes_with_a_ready_made_reason(
    page: Page, make: Factory, submission: Submission, clock: FixedClock
) -> None:
    reason, until = page.get_by_label("Lý do gửi đơn vị"), page.get_by_label("Hạn gửi lại")
    expect(reason).to_be_hidden()
    page.get_by_label("Yêu cầu chỉnh sửa").check()
    expect(until).to_have_value("2023-06-07T09:00")
    page.get_by_role("button", name="Clip chưa có tên tác giả").click()
    reason.press("End")
    reason.press_sequentially(" Cảm ơn!")
    expect(page.get_by_role("button", name="Nội dung không thuộc chủ đề")).to_be_hidden()
    page.get_by_role("button", name="Ghi kết luận").click()
    page.get_by_text(f"Clip {submission.code}: Yêu cầu chỉnh sửa.").wait_for()
    clock.moment += held.HOLD
    Checking(make.platform, make, submission.contest).work(held.FALL)
    row = make.fresh(submission)
    assert row.state == "changes_requested"
    assert row.state_reason.startswith("Clip chưa có tên tác giả")
    assert row.state_reason.endswith("Cảm ơn!")


def test_nothing_sticks_out_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert sticks_out(page) <= 0
