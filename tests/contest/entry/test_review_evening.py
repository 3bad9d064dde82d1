"""A reviewer's evening in a real browser: keys and their off switch, the next clip fetched ahead,
a clip in somebody's hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from contest.models import Contest, Derivative, Submission, User
from contest.wiring import Platform
from tests.contest.entry.test_checks import Checking, small
from tests.contest.entry.test_review_browser import moment, wait_for
from tests.contest.factory import Factory
from tests.media_checks import corpus

pytestmark = pytest.mark.browser
PAUSED = "document.getElementById('player').paused"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=small)


@pytest.fixture
def entries(
    platform: Platform, make: Factory, contest: Contest, tmp_path: Path
) -> list[Submission]:
    """Two clips that wait, with their films and pictures, the first for longer."""
    clip, checking = tmp_path / "clip.mp4", Checking(platform, make, contest)
    corpus.kept_copy(clip, voice="volume=-20dB")
    first = checking.send(clip)
    checking.work()
    checking.work("check.deep")
    second = make.submission(make.unit(contest), "in_review", clip=clip)
    with platform.db.write() as session:
        made = session.scalars(
            select(Derivative).where(Derivative.version_id == first.version_id)
        )
        session.add_all([
            Derivative(version_id=second.version_id, **{name: getattr(one, name) for name in (
                "kind", "sha256", "size", "media_type", "data", "created_at")})
            for one in made.all()
        ])
    return [first, second]


@pytest.fixture
def evening(
    browser: Browser, address: str, make: Factory, contest: Contest, entries: list[Submission]
) -> Iterator[BrowserContext]:
    context = visitor(browser, address, make, contest, "Nguyễn Thị Hoa")
    yield context
    context.close()


@pytest.fixture
def another(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> BrowserContext:
    return visitor(browser, address, make, contest, "Trần Văn Tâm")


def visitor(
    browser: Browser, address: str, make: Factory, contest: Contest, name: str
) -> BrowserContext:
    user: User = make.user("reviewer", contest=contest, name=name)
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    token = make.staff_token(user)
    context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
    return context


def first_clip(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/c/quan11-2023/review/")
    page.get_by_role("button", name="Thẩm định clip tiếp theo").click()
    page.get_by_role("heading", name="Kết luận").wait_for()
    return page


def test_keys_play_choose_and_can_be_switched_off(evening: BrowserContext) -> None:
    page = first_clip(evening)
    wait_for(page, "document.getElementById('player').readyState > 1")
    page.keyboard.press("k")
    wait_for(page, f"!{PAUSED}")
    page.keyboard.press("k")
    wait_for(page, PAUSED)
    page.keyboard.press("l")
    assert moment(page) > 0
    page.keyboard.press("+")
    assert page.evaluate("document.getElementById('player').playbackRate") == 1.25
    page.keyboard.press("s")
    changes = page.get_by_label("Yêu cầu chỉnh sửa")
    expect(changes).to_be_checked()
    page.get_by_label("Lý do gửi đơn vị").press_sequentially("dx dl")  # what is typed is no command
    expect(page.get_by_label("Lý do gửi đơn vị")).to_have_value("dx dl")
    expect(changes).to_be_checked()
    page.get_by_text("Phím tắt", exact=True).click()
    page.get_by_label("Dùng phím tắt trên máy này").uncheck()
    for fresh in (False, True):  # at once, and on every later page
        if fresh:
            page.reload()
            page.get_by_text("Phím tắt", exact=True).click()
        page.get_by_role("heading", name="Kết luận").click()
        page.keyboard.press("x")
        expect(page.get_by_label("Loại: không đưa")).not_to_be_checked()


def test_the_next_clip_is_fetched_ahead_and_comes_at_once(
    evening: BrowserContext, entries: list[Submission], make: Factory
) -> None:
    asked: list[str] = []
    evening.on("request", lambda request: asked.append(request.url))
    page, (first, second) = first_clip(evening), entries
    assert first.code in page.url
    for kind in ("rendition", "poster", "sheet"):
        address = f"/media/{second.code}/1/{kind}"
        for _ in range(100):
            if any(address in url for url in asked):
                break
            page.wait_for_timeout(50)
        assert any(address in url for url in asked), kind
    assert make.fresh(second).held_by is None  # fetched, not taken
    for item in page.locator("[name=checklist]").all():
        item.check()
    page.keyboard.press("d")
    page.get_by_role("button", name="Ghi và sang clip tiếp theo").click()
    page.get_by_text(f"Đã duyệt clip {first.code}.").wait_for()
    assert second.code in page.url
    expect(page.get_by_role("button", name="Ghi và sang clip tiếp theo")).to_have_count(0)


def test_a_clip_in_somebodys_hands_says_so(
    evening: BrowserContext, another: BrowserContext, entries: list[Submission]
) -> None:
    first_clip(evening)
    with another as other:
        page = other.new_page()
        page.goto("/c/quan11-2023/review/")
        row = page.get_by_role("row").filter(has_text=entries[0].code)
        expect(row).to_contain_text("Nguyễn Thị Hoa đang xem")
        page.goto(f"/c/quan11-2023/review/{entries[0].code}")
        expect(page.get_by_text("Nguyễn Thị Hoa đang thẩm định clip này đến")).to_be_visible()
        expect(page.get_by_role("button", name="Ghi kết luận")).to_have_count(0)
        assert entries[1].code in first_clip(other).url
