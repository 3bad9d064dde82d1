"""From the typed code to the receipt without a mouse, on a phone's width and a desk's."""

import re

import pytest
from playwright.sync_api import expect

from tests.keyboard import Keyboard
from tests.uploads.house import noise

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_a_clip_is_sent_by_keys_alone(browser, house, contest, tmp_path, width):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(200_000))
    code = house.make.unit_link(house.make.unit(contest))[2]
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=house.base)
    page = context.new_page()
    keys = Keyboard(page)
    page.goto("/u")
    keys.type(page.get_by_label("Mã"), code)
    page.keyboard.press("Enter")
    keys.press(page.get_by_role("link", name="Bắt đầu dự thi"))
    fill_in(page, keys)
    keys.press(page.get_by_role("link", name="Tiếp tục: gửi clip"))
    with page.expect_file_chooser() as chooser:
        keys.press(page.get_by_label("Chọn clip trên máy này"))
    chooser.value.set_files(clip)
    go = page.get_by_role("button", name="Gửi clip")
    expect(go).to_be_visible()
    keys.press(go)
    expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible(timeout=60_000)
    code = page.locator(".receipt__code").inner_text()
    expect(page).to_have_url(re.compile(re.escape(code)))
    context.close()


def fill_in(page, keys):
    """The form: sent half empty first, so that the summary of errors takes the focus."""
    keys.press(page.get_by_role("button", name="Lưu và xem lại"))
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    keys.press(summary.get_by_role("link").first)
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type("Một ngày số")
    keys.press(page.get_by_label("Cá nhân"), "ArrowDown")
    expect(page.get_by_label("Tập thể")).to_be_checked()
    keys.type(page.get_by_label("Tác giả"), "Nguyễn Văn An\nTrần Thị Bích")
    keys.type(page.get_by_label("Người liên hệ"), "Lê Thị Cúc")
    keys.type(page.get_by_label("Điện thoại"), "0903 123 456")
    for consent in page.get_by_role("checkbox").all():
        keys.tick(consent)
    keys.press(page.get_by_role("button", name="Lưu và xem lại"))
    expect(page.get_by_role("heading", name="Xem lại trước khi gửi clip")).to_be_visible()
