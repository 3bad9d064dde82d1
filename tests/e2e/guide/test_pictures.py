"""The guide's pictures are those of the screens as they are: what a person acts on there has not
changed since they were made. ``make guide`` makes them anew."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contest.guide.book import contents
from contest.languages import LANGUAGES
from tests.e2e.conftest import House
from tests.e2e.guide import shots
from tests.e2e.guide.camera import WIDTHS
from tests.e2e.guide.films import FILMS
from tests.e2e.guide.make_pictures import FOLDER, INDEX
from tests.e2e.guide.shots import SHOTS

KEPT = json.loads(INDEX.read_text())
HEAVIEST_FILM, ALL_FILMS = 1_000_000, 8_000_000  # bytes
HEAVIEST, ALL = 40_000, 3_000_000  # bytes of one picture, and of all


def shown(folder: Path) -> set[str]:
    """The pictures that the texts under a folder name."""
    texts = (path.read_text() for path in folder.rglob("*.md"))
    return {name for text in texts for name in re.findall(r"!\[[^\]]+\]\(([a-z0-9-]+)\)", text)}


def test_every_picture_is_named_by_a_text_and_kept_in_both_languages_and_widths() -> None:
    names = {shot.name for shot in SHOTS}
    assert shown(INDEX.parent / "texts/vi") == shown(INDEX.parent / "texts/en") == names
    assert names <= {slug for role in contents()["roles"] for slug in role["topics"]}
    files = {f"guide-{n}.{kind}.{language}.webp"
             for n in names for kind in WIDTHS for language in LANGUAGES}
    assert {path.name for path in FOLDER.iterdir()} == set(KEPT["sizes"]) == files


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > HEAVIEST} == {}
    assert sum(sizes.values()) < ALL


@pytest.mark.parametrize("state", sorted({shot.state for shot in SHOTS}))
def test_the_screens_are_as_they_were(open_house: Callable[[str], House], state: str) -> None:
    """A screen in this list has changed: look at the guide's text about it, then ``make guide``."""
    house = open_house(state)
    changed = [
        shot.name for shot in SHOTS
        if shot.state == state and KEPT["screens"].get(shot.name) != shots.structure(
            shots.pages(house, shot.role).get(shot.address(house)))
    ]
    assert changed == []


def test_a_film_has_its_still_and_captions_and_is_small() -> None:
    """There are none where ``make films`` has not run."""
    folder = FOLDER.parents[1] / "films"
    found = {path.name for path in folder.glob("*")}
    endings = ("webm", "webp", *(f"{language}.vtt" for language in LANGUAGES))
    whole = {f"film-{name}.{spoken}.{ending}"
             for name in FILMS for spoken in LANGUAGES for ending in endings}
    assert found in (set(), whole)
    assert set(FILMS) <= {slug for role in contents()["roles"] for slug in role["topics"]}
    assert len(FILMS) == 10
    assert all(path.stat().st_size < HEAVIEST_FILM for path in folder.glob("*.webm"))
    assert sum(path.stat().st_size for path in folder.glob("*")) < ALL_FILMS


def test_a_screen_that_has_changed_is_noticed() -> None:
    page = "<main><h1>A</h1><form><input name=a><button>Gửi</button></form></main>"
    same = page.replace("Gửi", "Xong").replace("<h1>A", "<h1 class=x>B")
    assert shots.structure(page) == shots.structure(same)  # other words, another frame: as before
    more = page.replace("</form>", "<input name=b></form>")
    assert shots.structure(page) != shots.structure(more)
