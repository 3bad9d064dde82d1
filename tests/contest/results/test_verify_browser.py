"""“Kiểm tra kết quả”: a visitor's browser recomputes the result and names the line that differs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.clock import FixedClock
from contest.models import Contest, Result
from contest.services.results import exports
from contest.wiring import Platform
from scoring import archive, evidence
from scoring.manifest import MANIFEST, SIGNATURE, manifest
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage

pytestmark = pytest.mark.browser
VERIFY = "/c/quan11-2023/verify"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def result(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Result:
    """Published, with its signed bundle."""
    clock.moment = AFTER
    stage = Stage(platform, make, contest)
    return stage.publish(stage.freeze(stage.compute()))


@pytest.fixture
def page(browser: Browser, address: str, result: Result) -> Iterator[Page]:
    with browser.new_context(base_url=address, viewport={"width": 360, "height": 740}) as context:
        opened = context.new_page()
        opened.goto(VERIFY)
        yield opened


def test_a_visitor_recomputes_the_result_and_is_told_the_line_in_which_a_digit_was_changed(
    page: Page, result: Result, platform: Platform, tmp_path: Path
) -> None:
    page.get_by_role("button", name="Tính lại bản 1").click()
    expect(page.get_by_role("status")).to_contain_text("Bản 1: khớp.")
    expect(page.get_by_role("status")).to_contain_text("3 hạng")
    expect(page.locator("[data-result]")).to_contain_text("Chữ ký Ed25519 đúng")
    first = page.locator(".step").first
    first.locator("summary").click()
    expect(first.locator("table")).to_contain_text("GK1")  # jurors by their codes
    expect(first.locator("ol")).to_contain_text("Hạng 1 theo tổng điểm.")
    bundle = b"".join(exports.bundle(result, platform.blobs))
    page.set_input_files("#bundle", _with_another_digit(bundle, tmp_path))
    expect(page.get_by_role("status")).to_contain_text("không khớp")
    told = page.locator("[data-result]")
    expect(told).to_contain_text("Dòng 2, Đoàn B")
    expect(told).to_contain_text("mục total.rounded: gói ghi 99.99")
    expect(page.locator(".step .tag--bad")).to_have_count(1)


def _with_another_digit(bundle: bytes, folder: Path) -> Path:
    files, _ = archive.read(bundle)
    ranking = json.loads(files["ranking.json"])
    ranking["ranking"][1]["total"]["rounded"] = "99.99"
    forged = {name: text for name, text in files.items() if name != SIGNATURE}
    forged["ranking.json"] = evidence.text(ranking)
    forged[MANIFEST] = manifest(forged)
    target = folder / "forged.zip"
    target.write_bytes(archive.write(forged.items()))
    return target
