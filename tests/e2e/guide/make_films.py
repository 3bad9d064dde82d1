"""Makes the guide's short films from the real screens: ``make films``. Not one of the tests. Each
is played in a house of its own, for it changes what is there."""

import logging
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from contest.languages import LANGUAGES
from tests.e2e.auditors import ROOT
from tests.e2e.conftest import _served
from tests.e2e.guide.films import FILMS
from tests.e2e.guide.recorder import HEIGHT, WIDTH, Recorder

FOLDER = ROOT / "contest/assets/films"
LONGEST, HEAVIEST = 60, 1_000_000  # seconds and bytes of a film
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", sorted(FILMS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_make_a_film(
    sqlite_template: Path, tmp_path: Path, browser: Browser, name: str, language: str
) -> None:
    logging.getLogger("werkzeug").setLevel("ERROR")
    film, pictures = FILMS[name], tmp_path / "pictures"
    house_folder = tmp_path / "house"
    for folder in (FOLDER, pictures, house_folder):
        folder.mkdir(parents=True, exist_ok=True)
    database = house_folder / "hoithi.db"
    database.write_bytes(sqlite_template.read_bytes())
    stem = FOLDER / f"film-{name}.{language}"
    with _served(house_folder, f"sqlite:///{database}", film.state) as house:
        codes = {state: entry.code for state, entry in house.entries.items()}
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, base_url=house.address, bypass_csp=True,
            color_scheme="light", has_touch=True,
        )
        cookies = [*house.cookies(film.role), house._cookie("lang", language)]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        with context:
            page = context.new_page()
            unit = house.units[0].id if house.units else 0
            page.goto(film.path.format(**codes, unit=unit))
            recorder = Recorder(page, language, pictures)
            recorder.begin()
            film.play(recorder, house)
            seconds = recorder.finish(stem)
    assert seconds < LONGEST
    assert stem.with_name(f"{stem.name}.webm").stat().st_size < HEAVIEST
