"""Makes the guide's pictures from the real screens: ``make guide``. Not one of the tests, and not
collected with them: they see that what is shown has not changed since (``test_pictures.py``)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from contest.languages import LANGUAGES
from tests.e2e.auditors import ROOT
from tests.e2e.conftest import House
from tests.e2e.guide import camera, shots
from tests.e2e.guide.shots import SHOTS, Shot

FOLDER = ROOT / "contest/assets/img/guide"
ROOMY = shutil._ntuple_diskusage(100 * 10**9, 30 * 10**9, 70 * 10**9)
INDEX = ROOT / "contest/guide/pictures.json"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]


def test_make_the_pictures(
    open_house: Callable[[str], House], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: ROOMY)  # a desk without an alarm
    FOLDER.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, list[int]] = {}
    seen: dict[str, str] = {}
    for shot in SHOTS:
        house = open_house(shot.state)
        seen[shot.name] = shots.structure(
            shots.pages(house, shot.role).get(shot.address(house))
        )
    for language in LANGUAGES:
        for kind in camera.WIDTHS:
            for shot in SHOTS:
                house = open_house(shot.state)
                name = f"guide-{shot.name}.{kind}.{language}.webp"
                sizes[name] = _portray(house, browser, shot, FOLDER / name)
    for old in FOLDER.glob("*.webp"):
        if old.name not in sizes:
            old.unlink()
    told = json.dumps({"screens": seen, "sizes": dict(sorted(sizes.items()))}, indent=1)
    INDEX.write_text(told + "\n")


def _portray(house: House, browser: Browser, shot: Shot, file: Path) -> list[int]:
    _, kind, language, _ = file.name.split(".")
    width, height, scale = camera.WIDTHS[kind]
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=house.address, bypass_csp=True,
        reduced_motion="reduce", color_scheme="light", device_scale_factor=scale,
    )
    cookies = [*house.cookies(shot.role), house._cookie("lang", language)]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    with context:
        page = context.new_page()
        page.goto(shot.address(house))
        for opener in shot.opens:
            if (found := page.locator(opener).first).count():  # taken already in another picture
                found.click()
        page.wait_for_load_state("networkidle")
        return camera.keep(camera.take(page, shot.marks, kind), file, kind)
