"""A pasted screenshot shows numbers like one that is dragged; text that is pasted stays text."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.contest.counts.sitting_room import (
    BEGUN,
    Open,
    RunningClock,
    Sitting,
    field,
    screenshot,
    state,
    type_pair,
)

pytestmark = pytest.mark.browser
COPY = """async (bytes) => navigator.clipboard.write([new ClipboardItem({
  "image/png": new Blob([Uint8Array.from(bytes)], { type: "image/png" }),
})])"""
PASTE = """([selector, text, bytes]) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData("text/plain", text);
  clipboardData.items.add(new File([Uint8Array.from(bytes)], "image.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  return document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(BEGUN)


@pytest.fixture
def typed(three: Sitting, open_as: Open) -> Page:
    """Two numbers of the first clip, and the next field in front of the person."""
    page = open_as(three.first)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    return page


def png(tmp_path: Path) -> bytes:
    return screenshot(tmp_path / "a.png").read_bytes()


def test_a_screenshot_on_the_clipboard_is_attached_by_ctrl_v(
    three: Sitting, typed: Page, tmp_path: Path
) -> None:
    typed.context.grant_permissions(["clipboard-read", "clipboard-write"])
    typed.bring_to_front()
    typed.evaluate(COPY, list(png(tmp_path)))
    typed.keyboard.press("Control+V")
    expect(typed.locator("[data-proof-status]")).to_have_text("Đã kèm cho 2 số.")
    expect(state(typed, "CX1000").get_by_role("link", name="minh chứng")).to_be_visible()
    expect(field(typed, "CX1001")).to_have_value("")
    assert list(three.proofs().values()) == [["image.png"]] * 2


@pytest.mark.parametrize("selector", ["h1", "#reactions-CX1001"])
def test_a_pasted_picture_is_taken_wherever_the_person_is(
    three: Sitting, typed: Page, tmp_path: Path, selector: str
) -> None:
    assert typed.evaluate(PASTE, [selector, "", list(png(tmp_path))]) is False, "handled here"
    expect(typed.locator("[data-proof-status]")).to_have_text("Đã kèm cho 2 số.")
    typed.reload()
    expect(state(typed, "CX1000", "shares").get_by_role("link", name="minh chứng")).to_be_visible()
    assert len(three.proofs()) == 2


def test_only_the_chosen_clips_get_what_is_pasted(
    three: Sitting, typed: Page, tmp_path: Path
) -> None:
    type_pair(typed, 131, 14)
    typed.get_by_text("Chỉ kèm cho một số clip").click()
    typed.locator("[data-choice][value=CX1001]").check()
    typed.evaluate(PASTE, ["h1", "", list(png(tmp_path))])
    expect(typed.locator("[data-proof-status]")).to_have_text("Đã kèm cho 2 số.")
    own = {one.id for one in three.stored() if one.submission_id == three.clips[1].id}
    assert set(three.proofs()) == own


def test_a_cell_of_a_spreadsheet_pasted_into_a_field_is_its_number_and_no_picture(
    three: Sitting, typed: Page, tmp_path: Path
) -> None:
    taken = typed.evaluate(PASTE, ["#reactions-CX1001", "131", list(png(tmp_path))])
    assert taken is True, "left to the field"
    typed.context.grant_permissions(["clipboard-read", "clipboard-write"])
    typed.bring_to_front()
    typed.evaluate("navigator.clipboard.writeText('132')")
    field(typed, "CX1001").click()
    typed.keyboard.press("Control+V")
    typed.keyboard.press("Enter")
    expect(state(typed, "CX1001")).to_contain_text("đã lưu")
    assert three.numbers()["CX1001", "reactions"] == 132
    assert three.proofs() == {}
