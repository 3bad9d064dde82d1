"""A unit's whole way on a phone, from the QR code to the receipt: its taps and fields are counted;
what is typed is kept until it was saved; the clip is seen before and after it was sent; help is one
tap away.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from contest.models import Contest, Submission
from tests.browsing import sticks_out, wait_for
from tests.contest.desk.test_forty_taps import Thumb
from tests.contest.entry.test_checks import small
from tests.media_checks import corpus
from tests.uploads.house import House

pytestmark = pytest.mark.browser
MOST_TAPS = 7
ASK = 'phone = "028 3963 0000"\nzalo = "0903 123 456"\npage_name = '
KEPT = "Object.keys(localStorage).filter((k) => k.startsWith('hoithi-entry:')).length"
FORM = {"Tên clip": "Ngõ nhỏ", "Tác giả hoặc nhóm tác giả": "Lê Thị Cúc",
        "Người liên hệ": "Lê Thị Cúc", "Điện thoại liên hệ": "0903 123 456"}


@pytest.fixture(scope="module")
def contest(house: House) -> Contest:
    """With clips that are quickly made, and an organiser whom one can call."""
    return house.make.contest(edit=lambda text: small(text).replace("page_name = ", ASK, 1))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        yield page
        assert failures == []


def at_320(page: Page) -> None:
    """The page on a small phone, too; nothing is wider than its screen."""
    page.set_viewport_size({"width": 320, "height": 640})
    wide = sticks_out(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert wide <= 0, page.url


def test_seven_taps_from_the_code_to_the_receipt(
    phone: Page, house: House, contest: Contest, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    corpus.kept_copy(clip)
    unit, thumb = house.make.unit(contest), Thumb(phone)
    phone.goto(f"{house.base}/u#{house.make.unit_link(unit)[1]}")
    thumb.taps.append("the QR code")
    phone.wait_for_url("**/unit")
    at_320(phone)
    expect(phone.get_by_role("link", name="Gọi 028 3963 0000")).to_have_attribute(
        "href", "tel:02839630000")
    expect(phone.get_by_role("link", name="Nhắn Zalo")).to_have_attribute(
        "href", "https://zalo.me/0903123456")
    thumb.link("Bắt đầu dự thi")
    _fill(phone, thumb)
    _kept_until_saved(phone, thumb)
    thumb.button("Lưu và xem lại")
    phone.wait_for_url("**/review")
    wait_for(phone, f"{KEPT} === 1")  # the other tab's own goes on
    at_320(phone)
    thumb.link("Tiếp tục: gửi clip")
    _pick(phone, thumb, clip)
    thumb.button("Gửi clip")
    phone.wait_for_url("**/unit/entries/*", timeout=60_000)
    expect(phone.locator(".receipt__code")).to_be_visible()
    _watched(phone)
    _asked_for_changes(phone, house)
    print(f"\nA unit's clip, from the QR code to the receipt: {len(thumb.taps)} taps, "
          f"{len(thumb.fields)} fields\n  taps: {' · '.join(thumb.taps)}\n"
          f"  fields: {' · '.join(thumb.fields)}")
    assert len(thumb.taps) <= MOST_TAPS and len(thumb.fields) <= 10


def _fill(page: Page, thumb: Thumb) -> None:
    for label, text in FORM.items():
        page.get_by_label(label).fill(text)
        thumb.fields.append(label)
    page.get_by_label("Cá nhân").check()
    thumb.fields.append("Hình thức dự thi")
    at_320(page)


def _kept_until_saved(page: Page, thumb: Thumb) -> None:
    """What was typed outlives a closed page, in each tab for itself; consents are given anew."""
    expect(page.get_by_text("Phần đang viết được giữ trên máy này")).to_be_visible()
    page.locator("input[type=checkbox]").first.check()
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Ngõ nhỏ" in kept and "consent" not in kept and "csrf" not in kept
    page.reload()
    for label, text in FORM.items():
        expect(page.get_by_label(label)).to_have_value(text)
    expect(page.get_by_label("Cá nhân")).to_be_checked()
    expect(page.locator("input[type=checkbox]:checked")).to_have_count(0)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Tên clip")).to_have_value("Ngõ nhỏ")
    expect(other.get_by_text("Đã lấy lại phần viết dở")).to_be_visible()
    other.get_by_label("Tên clip").fill("Bài thứ hai")
    page.reload()
    expect(page.get_by_label("Tên clip")).to_have_value("Ngõ nhỏ")
    third = page.context.new_page()
    third.goto(page.url)
    third.get_by_label("Tên clip").fill("Bài thứ ba")
    third.get_by_role("button", name="Xoá phần giữ trên máy").click()
    expect(third.get_by_label("Tên clip")).to_have_value("")
    expect(third.get_by_label("Cá nhân")).not_to_be_checked()
    third.close()
    for box in page.locator("input[type=checkbox]").all():
        box.check()
        thumb.fields.append("a consent")


def _pick(page: Page, thumb: Thumb, clip: Path) -> None:
    field = page.locator(".file-pick")
    expect(field).to_contain_text("Chọn clip")
    expect(field).to_contain_text("Chưa chọn tệp")
    thumb.choose("Chọn clip trên máy này", clip)
    expect(field).to_contain_text("clip.mp4")
    picked = page.locator("[data-part=picked]")
    expect(picked.get_by_role("img", name="Hình đầu của clip “clip.mp4”")).to_be_visible()
    for fact in ("4 giây", "(4:3)", "kB", "Có tiếng"):
        expect(picked).to_contain_text(fact)
    drawn = page.evaluate("""() => {
      const canvas = document.querySelector("[data-part=picked] canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data).size;
    }""")
    assert drawn > 10  # a picture, not a black field
    at_320(page)
    expect(page.get_by_role("button", name="Gửi clip")).to_be_visible()


def _watched(page: Page) -> None:
    """The clip that was sent plays here, by ranges, for its unit alone."""
    wait_for(page, "document.getElementById('player').readyState > 0")
    answer = page.evaluate("""async () => {
      const src = document.getElementById("player").src;
      const part = await fetch(src, { headers: { Range: "bytes=0-99" } });
      return [src, part.status, part.headers.get("Cache-Control"), (await part.blob()).size];
    }""")
    assert answer[1:] == [206, "private, no-store", 100]
    with page.context.browser.new_context() as stranger:  # type: ignore[union-attr]
        assert stranger.request.get(answer[0]).status == 401
    at_320(page)


def _asked_for_changes(page: Page, house: House) -> None:
    """What a reviewer wrote beside a moment seeks the clip; a time of day stays a text."""
    with house.platform.db.write() as session:
        submission = session.scalars(select(Submission)).one()
        assert submission.version is not None
        submission.version.checks[0].report = {"facts": {"video": {"duration_s": 4.0}}}
        submission.state = "changes_requested"
        submission.state_reason = "Logo của phim khác ở 0:02, gửi lại trước 16:00."
    page.reload()
    notice = page.locator("#status")
    expect(notice.get_by_role("link")).to_have_count(2)  # the moment, and "Thay clip"
    notice.get_by_role("link", name="0:02").click()
    wait_for(page, "document.getElementById('player').currentTime >= 2")
