"""As a new organiser would, on a phone of 390 px: from nothing to an open contest with 20 units and
their printed QR codes, from the plan's Word file, without a terminal. Taps and fields are printed.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.clock import FixedClock, SystemClock
from contest.config import Settings
from contest.models import Contest, Unit, UnitLink
from contest.services.people import invitations, people
from contest.wiring import Platform
from tests.browsing import sticks_out
from tests.contest.conftest import WHILE_OPEN
from tests.plan_reading.test_plans import REFERENCE, docx

pytestmark = pytest.mark.browser
MOST_TAPS, UNITS = 40, 20
PASSWORD = "mot cau dai khong ai doan ra"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As a real installation is: its organisers have a second factor."""
    return replace(settings, second_factor="required")


class Thumb:
    """Taps with a thumb, which hits what is 44 px high and stands on the screen's width."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.fields = page, list[str](), list[str]()

    def tap(self, what: Locator, count: bool = True) -> None:
        what.scroll_into_view_if_needed()
        box = what.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5, what
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390.5, what
        name = " ".join(what.inner_text().split()) or "a field"
        if count:
            self.taps.append(name)
        what.click()
        wide = sticks_out(self.page)
        assert wide <= 0, (self.page.url, "wider than the phone")

    def button(self, name: str) -> None:
        self.tap(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        self.tap(self.page.get_by_role("link", name=name, exact=True))

    def type(self, label: str, text: str) -> None:
        """A tap into the field, and what is typed there."""
        field = self.page.get_by_label(label)
        self.taps.append(f"[{label}]")
        self.fields.append(label)
        field.fill(text)

    def choose(self, label: str, file: Path) -> None:
        """Two taps: one opens the phone's files, one takes this."""
        self.taps += [f"[{label}]", file.name]
        self.fields.append(label)
        self.page.get_by_label(label).set_input_files(file)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=address
    ) as context:
        yield context.new_page()


def first_account(platform: Platform) -> str:
    """The link that ``make run`` prints on an empty installation."""
    with platform.db.write() as session:
        at = platform.clock.now()
        user = people.create(session, email="hoa@example.vn", name="Lê Thị Hoa", admin=True,
                             actor=SYSTEM, at=at)
        key = platform.keys.invitations(session)
        made = invitations.create(
            session, user, purpose="password", actor=SYSTEM, at=at, key=key)
        return f"/account/invitation#{invitations.token_of(made, key=key)}"


def unit_list(folder: Path) -> Path:
    path = folder / "don-vi.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Tên đơn vị", "Khối", "Người liên hệ", "Email"])
        for number in range(1, UNITS + 1):
            rows.writerow([f"Đoàn Phường {number}", "Phường", "Bí thư", f"p{number}@example.vn"])
    return path


def test_forty_taps_from_nothing_to_an_open_contest_with_printed_codes(
    page: Page, platform: Platform, clock: FixedClock, tmp_path: Path
) -> None:
    clock.moment = WHILE_OPEN
    plan = tmp_path / "ke-hoach.docx"
    plan.write_bytes(docx(REFERENCE))
    thumb = Thumb(page)
    page.goto(first_account(platform))
    thumb.taps.append("the link")
    _sign_in(thumb)
    _contest_from_the_plan(thumb, plan)
    _units(thumb, unit_list(tmp_path))
    expect(page.locator(".sheet__code")).to_have_count(UNITS)
    thumb.button("In trang này")
    print(f"\nFrom nothing to {UNITS} printed codes: {len(thumb.taps)} taps, "
          f"{len(thumb.fields)} fields\n  taps: {' · '.join(thumb.taps)}")
    assert len(thumb.taps) <= MOST_TAPS
    with platform.db.read() as session:
        [contest] = session.scalars(select(Contest)).all()
        assert contest.slug == "quan-doan-11-2023"
        assert len(session.scalars(select(Unit)).all()) == UNITS
        assert len(session.scalars(select(UnitLink)).all()) == UNITS
    page.goto(f"/c/{contest.slug}/")
    expect(page.locator("main")).to_contain_text("Nhận clip")


def _sign_in(thumb: Thumb) -> None:
    """A password, and the code of an app as second factor."""
    page = thumb.page
    thumb.type("Mật khẩu mới", PASSWORD)
    thumb.button("Đặt mật khẩu và đăng nhập")
    thumb.type("Mật khẩu hiện tại", PASSWORD)
    thumb.button("Bắt đầu")
    expect(page.get_by_role("link", name="Thêm vào ứng dụng trên máy này")).to_be_visible()
    thumb.taps.append("Thêm vào ứng dụng trên máy này")
    secret = page.locator("main .code").inner_text().replace(" ", "")
    thumb.type("Mã xác thực", pyotp.TOTP(secret).at(SystemClock().now()))
    thumb.button("Bật")
    thumb.link("Tôi đã cất mã")
    thumb.link("Tạo hội thi")


def _contest_from_the_plan(thumb: Thumb, plan: Path) -> None:
    thumb.link("Đọc thể lệ từ kế hoạch (Word, PDF)")
    thumb.choose("Tệp kế hoạch", plan)
    thumb.button("Đọc kế hoạch")
    thumb.type("Địa chỉ Fanpage", "https://www.facebook.com/quandoan11")
    thumb.button("Lập thể lệ")
    thumb.button("Tạo hội thi")


def _units(thumb: Thumb, units: Path) -> None:
    """The desk says what comes first, each time."""
    thumb.link("Nhập danh sách đơn vị")
    thumb.choose("Tệp CSV hoặc XLSX", units)
    thumb.button("Xem trước")
    thumb.button("Nhập danh sách")
    thumb.button("Tạo và in mã QR")
