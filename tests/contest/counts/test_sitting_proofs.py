"""What shows the numbers of the cut-off, in a real browser: dragged, chosen, late, refused."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.contest.counts.sitting_room import (
    ADDRESS,
    BEGUN,
    DROP,
    Open,
    RunningClock,
    Sitting,
    field,
    screenshot,
    state,
    type_pair,
)
from tests.contest.factory import Factory

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(BEGUN)


def test_one_film_is_chosen_for_some_clips_and_shown_with_their_numbers(
    three: Sitting, open_as: Open, tmp_path: Path
) -> None:
    page = open_as(three.first)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    type_pair(page, 131, 14)
    expect(page.locator("[data-bare-line]")).to_have_text("4 số chưa có minh chứng")
    page.get_by_text("Chỉ kèm cho một số clip").click()
    page.locator("[data-choice][value=CX1001]").check()
    film = tmp_path / "man hinh.mp4"
    film.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(5000))
    page.locator("#screenshot").set_input_files(film)
    expect(page.locator("[data-proof-status]")).to_have_text("Đã kèm cho 2 số.")
    expect(state(page, "CX1001").get_by_role("link", name="minh chứng")).to_be_visible()
    expect(page.locator("[data-bare-line]")).to_have_text("2 số chưa có minh chứng")
    page.reload()
    link = state(page, "CX1001", "shares").get_by_role("link", name="minh chứng")
    with page.expect_download() as got:
        link.click()
    assert Path(got.value.path()).read_bytes() == film.read_bytes()


def test_a_file_that_is_no_picture_is_refused_whatever_its_name(
    three: Sitting, open_as: Open, tmp_path: Path
) -> None:
    page = open_as(three.first)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    file = tmp_path / "anh.png"
    file.write_text("<script>alert(1)</script>")
    page.locator("#screenshot").set_input_files(file)
    said = page.locator("[data-proof-status]")
    expect(said).to_contain_text("“anh.png” không phải ảnh hay video.")
    page.locator("#screenshot").set_input_files(screenshot(tmp_path / "that.png"))
    expect(said).to_have_text("Đã kèm cho 2 số.")
    assert list(three.proofs().values()) == [["that.png"]] * 2


def test_a_file_dropped_without_a_network_is_sent_when_it_is_back(
    three: Sitting, open_as: Open, tmp_path: Path
) -> None:
    page = open_as(three.first)
    page.context.set_offline(True)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    picture = screenshot(tmp_path / "a.png").read_bytes()
    page.evaluate(DROP, ["a.png", "image/png", list(picture)])
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    expect(page.locator("[data-proof-status]")).to_have_text("Đã kèm cho 2 số.", timeout=10_000)
    assert list(three.proofs().values()) == [["a.png"]] * 2


# ------------------------------------------------------------------------------ without JavaScript


def test_without_javascript_one_form_saves_everything(
    three: Sitting, browser: Browser, address: str, make: Factory, tmp_path: Path
) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        cookie = {"name": "hoithi_staff", "value": make.staff_token(three.first), "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(ADDRESS)
        field(page, "CX1000").fill("130")
        field(page, "CX1000", "shares").fill("13")
        field(page, "CX1002").fill("132")
        page.locator("#screenshot").set_input_files(screenshot(tmp_path / "a.png"))
        page.get_by_role("button", name="Lưu tất cả").click()
        expect(page.locator("main")).to_contain_text("Đã lưu 3 số.")
        expect(field(page, "CX1002")).to_have_value("132")
    assert three.numbers() == {
        ("CX1000", "reactions"): 130, ("CX1000", "shares"): 13, ("CX1002", "reactions"): 132,
    }
    assert list(three.proofs().values()) == [["a.png"]] * 3
