"""A reviewer's evening in a real browser: keys and their off switch, the next clip fetched ahead,
a clip in somebody's hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import Contest, Derivative, Submission, User
from contest.services.reviewing import held
from contest.wiring import Platform
from tests.browsing import sticks_out, wait_for
from tests.contest.entry.test_checks import Checking, small
from tests.contest.entry.test_review_browser import moment
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
    page.locator("[data-keys]").wait_for()  # the keys are there
    return page


def test_two_keys_a_clip_and_one_takes_the_last_back(
    evening: BrowserContext, entries: list[Submission], make: Factory, platform: Platform,
    clock: FixedClock,
) -> None:
    page, (first, second) = first_clip(evening), entries
    keys = Keys(page)
    keys.press("a", "Enter")
    page.wait_for_url(f"**/review/{second.code}")
    said = page.get_by_label("Kết luận vừa chọn")
    expect(said).to_contain_text(f"Clip {first.code}: Duyệt.")
    expect(said.get_by_role("button", name="Rút lại")).to_be_visible()
    keys.press("z")
    page.wait_for_url(f"**/review/{first.code}")
    expect(page.get_by_label("Duyệt: đạt")).to_be_checked()  # as it was decided
    assert make.fresh(first).state == "in_review"
    keys.press("Enter")
    page.wait_for_url(f"**/review/{second.code}")
    keys.press("l", "Enter")  # a reason is missing: it leads there and sends nothing
    reason = page.get_by_label("Lý do gửi đơn vị")
    expect(reason).to_be_focused()
    page.evaluate("document.getElementById('player').currentTime = 3.2")
    stamp = page.locator("[data-stamp=reason]")
    expect(stamp).to_contain_text("0:03")
    stamp.click()
    reason.press_sequentially("logo của phim khác, xem A D Y L 1?")
    expect(reason).to_have_value("0:03 logo của phim khác, xem A D Y L 1?")
    keys.press("Escape", "Enter")
    page.wait_for_url("**/review/")
    expect(page.locator(".queue__still")).to_have_count(2)
    clock.moment += held.HOLD
    assert Checking(platform, make, first.contest).work(held.FALL) == ["done"] * 3
    assert (make.fresh(first).state, make.fresh(second).state) == ("approved", "disqualified")
    assert make.fresh(second).state_reason.startswith("0:03 logo")
    print(f"\nA clip that holds: A, Enter; {len(keys.pressed)} keys in all: {keys.pressed}")


def test_keys_tick_choose_play_and_are_quiet_where_they_must(evening: BrowserContext) -> None:
    page = first_clip(evening)
    wait_for(page, "document.getElementById('player').readyState > 1")
    boxes = page.locator("[name=checklist]")
    ticked = "[...document.querySelectorAll('[name=checklist]')].map((b) => +b.checked).join('')"
    for key, after in (("1", "1000000"), ("7", "1000001"), ("7", "1000000"), ("a", "1111111")):
        page.keyboard.press(key)
        wait_for(page, f"{ticked} === '{after}'")
    assert boxes.count() == 7
    outcomes = {"d": "Duyệt: đạt", "y": "Yêu cầu chỉnh sửa", "l": "Loại: không đưa"}
    for key, label in outcomes.items():
        page.keyboard.press(key)
        expect(page.get_by_label(label)).to_be_checked()
    for key in ("Shift+D", "Control+d", "Alt+y", "Shift+1", "Shift+Enter", "Control+Enter"):
        page.keyboard.press(key)
        expect(page.get_by_label(outcomes["l"])).to_be_checked()
        assert page.evaluate(ticked) == "1111111", key
    page.keyboard.press("k")
    wait_for(page, f"!{PAUSED}")
    page.keyboard.press("k")
    wait_for(page, PAUSED)
    page.get_by_role("heading", name="Kết luận").click()
    before = moment(page)
    page.keyboard.press("ArrowRight")
    wait_for(page, f"document.getElementById('player').currentTime > {before}")
    page.keyboard.press("+")
    wait_for(page, "document.getElementById('player').playbackRate == 1.25")
    page.keyboard.press("r")
    page.keyboard.type("dy 1a? z")  # what is typed is no command
    expect(page.get_by_label("Lý do gửi đơn vị")).to_have_value("dy 1a? z")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_text("rút lại kết luận vừa ghi, trong 10 giây")).to_be_visible()
    page.get_by_label("Dùng phím tắt trên máy này").uncheck()
    for fresh in (False, True):  # at once, and on every later page
        if fresh:
            page.reload()
        page.get_by_role("heading", name="Kết luận").click()
        page.keyboard.press("d")
        expect(page.get_by_label(outcomes["d"])).not_to_be_checked()


def test_what_a_decision_needs_is_at_hand_on_every_screen(evening: BrowserContext) -> None:
    page = first_clip(evening)
    for width, height in ((1280, 800), (1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for part in (page.locator("#told"), page.locator("#names"), page.locator("#copies"),
                     page.locator("[name=checklist]").last, page.locator("#player")):
            box = part.bounding_box()
            assert box is not None and box["y"] + 30 < height, (width, part)
    bar = page.get_by_role("group", name="Kết luận", exact=True).last
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        for place in (0, 100000):
            page.evaluate(f"scrollTo(0, {place})")
            expect(bar).to_be_in_viewport(ratio=1)
        assert sticks_out(page) <= 0
        for button in bar.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None and box["height"] >= 43.5 and box["width"] >= 43.5
    bar.get_by_role("button", name="Đánh dấu đạt hết").click()
    expect(bar).to_contain_text("7/7")
    expect(bar.get_by_role("button", name="Duyệt")).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.get_by_role("button", name="Rút lại")).to_be_in_viewport(ratio=1)


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, list[str]()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed.append(key)


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
    page.get_by_text(f"Clip {first.code}: Duyệt.").wait_for()
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
