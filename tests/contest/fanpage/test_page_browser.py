"""The rooms of posting and counting in a real browser: at both widths, and by keyboard alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from contest.models import Evidence, User
from social.simulator.process import SimulatorProcess
from tests.browsing import sticks_out
from tests.contest.counts.test_interactions import CUT_OFF, LINK, Room, template, two_posted
from tests.contest.fanpage.test_page_views import COUNTS, LEDGER, ODD, POSTS
from tests.contest.posting import Bench
from tests.contest.stage import Build

pytestmark = pytest.mark.browser
Open = Callable[[User, int], Page]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


@pytest.fixture
def open_as(browser: Browser, address: str, bench: Bench) -> Iterator[Open]:
    """A signed-in person's page; nothing may go wrong in it, nothing stick out of it."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_page(user: User, width: int) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
        cookie = {"name": "hoithi_staff", "value": bench.make.staff_token(user), "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("load", lambda _: errors.extend(sticking_out(page)))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        errors.extend(sticking_out(page))
        page.context.close()
    assert errors == []


def sticking_out(page: Page) -> list[str]:
    wide = sticks_out(page)
    return [f"{page.url}: {wide} px too wide"] if wide > 0 else []


def organiser(bench: Bench) -> User:
    return bench.make.user("organiser", contest=bench.contest)


@pytest.mark.parametrize("width", [360, 1280])
def test_counts_come_in_by_file_by_hand_and_share_by_share(
    room: Room, open_as: Open, tmp_path: Path, width: int
) -> None:
    page = open_as(organiser(room.bench), width)
    file = template(tmp_path / "so lieu.xlsx", ("CX1111", 1234, 5, None))
    page.goto(f"{COUNTS}/import")
    page.get_by_label("Tệp số liệu").set_input_files(file)
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_text("1.234").wait_for()
    assert room.official() == {}
    page.get_by_role("button", name="Ghi số liệu").click()
    page.get_by_text("Đã ghi số liệu của 1 clip.").wait_for()

    screenshot = tmp_path / "man hinh.png"
    Image.new("RGB", (20, 20), "white").save(screenshot)
    page.goto(f"{COUNTS}/write")
    page.get_by_label("Clip", exact=True).select_option(room.two.code)
    page.get_by_label("Cảm xúc").fill("77")
    page.get_by_label("Ảnh chụp màn hình").set_input_files(screenshot)
    page.get_by_role("button", name="Ghi số liệu").click()
    page.get_by_text("Đã ghi số liệu.").wait_for()

    page.goto(LEDGER)
    page.get_by_label("Mã clip").fill("cx1111")
    page.get_by_label("Tài khoản").fill("Nguyễn Lan")
    page.get_by_label("Liên kết chia sẻ").fill(LINK)
    page.get_by_role("button", name="Ghi vào sổ").click()
    page.get_by_text("Đã ghi một lượt chia sẻ.").wait_for()
    found = room.official()
    assert found[room.one.id].ledger == [("Nguyễn Lan", 1)]
    assert (found[room.one.id].reactions, found[room.two.id].reactions) == (1234, 77)
    with room.bench.platform.db.read() as session:
        kinds = set(session.scalars(select(Evidence.kind)))
    assert kinds == {"counts", "screenshot"}


@pytest.mark.parametrize("width", [360, 1280])
def test_a_flag_leads_to_a_correction_that_a_second_organiser_agrees_to(
    room: Room, open_as: Open, width: int
) -> None:
    room.count(room.one, 280, shares=3, taken_at=CUT_OFF - timedelta(hours=4))
    room.count(room.one, 300, shares=9, taken_at=CUT_OFF - timedelta(hours=2))
    page = open_as(organiser(room.bench), width)
    page.goto(ODD)
    page.get_by_text("Tổng số cảm xúc đúng 300.").wait_for()
    page.get_by_role("link", name="Điều chỉnh số liệu").click()
    page.get_by_label("Cảm xúc được tính").fill("250")
    page.get_by_label("Lý do").fill("50 tài khoản mới tạo")
    page.get_by_role("button", name="Ghi điều chỉnh").click()
    page.get_by_text("Chờ người thứ hai").wait_for()
    other = open_as(organiser(room.bench), width)
    other.goto(f"{COUNTS}/clips/CX1111")
    other.get_by_role("button", name="Đồng ý", exact=True).click()
    other.get_by_text("Đang được tính").wait_for()
    page.goto(ODD)
    page.get_by_label("Đã điều chỉnh số ở trang của clip").check()
    page.get_by_label("Lý do").fill("Đã bớt 50")
    page.get_by_role("button", name="Ghi quyết định").click()
    page.get_by_text("Đã ghi quyết định.").wait_for()
    assert room.official()[room.one.id].reactions == 250


def test_a_clip_is_published_by_hand_with_the_keyboard_alone(
    bench: Bench, open_as: Open, simulator: SimulatorProcess
) -> None:
    submission = bench.upright()
    bench.at_release()
    post_id = simulator.control("POST", "posts", {"message": f"#{submission.code}"})["post_id"]
    page = open_as(organiser(bench), 1280)
    page.goto(POSTS)
    walk_to(page, "Dán liên kết bài đã đăng…")
    page.keyboard.press("Enter")
    walk_to(page, "Liên kết bài viết")
    page.keyboard.type(f"{simulator.url}/posts/{post_id}")
    walk_to(page, "Ghi liên kết")
    page.keyboard.press("Enter")
    page.get_by_text("Đã ghi liên kết").wait_for()
    assert bench.state(submission) == ("published", "published")
    page.set_viewport_size({"width": 360, "height": 740})


def walk_to(page: Page, name: str) -> None:
    """Press Tab until the thing with this name or label has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
        ).startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name}")
