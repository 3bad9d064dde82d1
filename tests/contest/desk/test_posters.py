"""Still frames of clips: as large as the screen needs, and only when they are scrolled to."""

import hashlib
import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

from contest.clock import FixedClock
from contest.drawing import stills
from contest.models import Contest, Derivative, Submission
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER

CLIPS = "/c/quan11-2023/clips"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a picture."""
    return sqlite_url


@pytest.fixture(autouse=True)
def published(clock: FixedClock) -> None:
    clock.moment = AFTER


def with_poster(make: Factory, contest: Contest, picture: bytes) -> Submission:
    """A published clip whose check kept this still frame."""
    submission = make.submission(make.unit(contest), "published")
    digest, file = hashlib.sha256(picture).hexdigest(), make.platform.settings.data_dir / "incoming"
    file.write_bytes(picture)
    make.platform.blobs.put(file, digest)
    make.add(Derivative(
        version_id=submission.version_id, kind="poster", sha256=digest, size=len(picture),
        media_type="image/jpeg", created_at=make.at,
    ))
    return submission


def drawn(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width // 4, height // 4), 40).resize((width, height)).save(out, kind)
    return out.getvalue()


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        return image.size


def pictures(visit: Visits, address: str) -> list[Tag]:
    return BeautifulSoup(visit.public().get(address).text, "html.parser").select("main img")


def test_a_card_offers_its_still_frame_in_the_sizes_of_screens(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    submission = with_poster(make, contest, drawn(1280, 960))
    for address in (CLIPS, "/c/quan11-2023/", f"{CLIPS}/{submission.code}"):
        [picture] = pictures(visit, address)
        offered = dict(reversed(one.split()) for one in picture["srcset"].split(", "))
        assert set(offered) == {"400w", "800w", "1280w"}
        for width, source in offered.items():
            answer = visit.public().get(source)
            assert answer.content_type == "image/jpeg"
            assert size_of(answer.data) == (int(width[:-1]), int(width[:-1]) * 3 // 4)
        assert (picture["width"], picture["height"]) == ("1280", "960")  # its place is kept
        assert picture["sizes"]


def test_a_gallery_begins_with_its_first_picture_and_waits_for_the_others(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    codes = [with_poster(make, contest, drawn(1280, 960)).code for _ in range(3)]
    first, *others = pictures(visit, CLIPS)
    assert (first.get("loading"), first["fetchpriority"]) == (None, "high")
    assert [one["loading"] for one in others] == ["lazy", "lazy"]
    below = pictures(visit, "/c/quan11-2023/")  # where there is text to read before them
    assert [one["loading"] for one in below] == ["lazy"] * 3
    [alone] = pictures(visit, f"{CLIPS}/{codes[0]}")
    assert (alone.get("loading"), alone["fetchpriority"]) == (None, "high")


def test_a_narrow_picture_weighs_a_fraction(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    submission = with_poster(make, contest, drawn(1280, 960))
    weights = [
        len(visit.public().get(f"{CLIPS}/{submission.code}/poster{width}.jpg").data)
        for width in ("-400", "-800", "")
    ]
    assert weights[0] < weights[1] / 2 < weights[2] / 3


@pytest.mark.parametrize("picture", [
    drawn(320, 240), drawn(5000, 40), drawn(960, 720, "PNG"), drawn(960, 720)[:5000], b"no picture",
])
def test_what_cannot_be_made_narrower_is_sent_as_it_is(
    make: Factory, contest: Contest, visit: Visits, picture: bytes
) -> None:
    submission = with_poster(make, contest, picture)
    answer = visit.public().get(f"{CLIPS}/{submission.code}/poster-400.jpg")
    assert (answer.status_code, answer.data) == (200, picture)


@pytest.mark.parametrize("width", ["0", "401", "4000", "x", "-400"])
def test_no_other_width_is_drawn(
    make: Factory, contest: Contest, visit: Visits, width: str, platform: Platform
) -> None:
    submission = with_poster(make, contest, drawn(1280, 960))
    assert visit.public().get(f"{CLIPS}/{submission.code}/poster-{width}.jpg").status_code == 404
    assert not (platform.settings.data_dir / "stills").exists()


def test_a_narrow_picture_is_drawn_once_and_a_browser_keeps_it(
    make: Factory, contest: Contest, visit: Visits, platform: Platform
) -> None:
    submission = with_poster(make, contest, drawn(1280, 960))
    address = f"{CLIPS}/{submission.code}/poster-400.jpg"
    first = visit.public().get(address)
    [kept] = (platform.settings.data_dir / "stills").iterdir()
    drawn_at = kept.stat().st_mtime_ns
    again = visit.public().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, kept.stat().st_mtime_ns) == (304, drawn_at)
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    full = visit.public().get(f"{CLIPS}/{submission.code}/poster.jpg")
    assert full.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("state", ["in_review", "approved", "disqualified", "withdrawn"])
def test_a_clip_that_is_not_on_the_page_shows_no_picture(
    make: Factory, contest: Contest, visit: Visits, state: str
) -> None:
    submission = make.submission(make.unit(contest), state)
    assert visit.public().get(f"{CLIPS}/{submission.code}/poster-400.jpg").status_code == 404


def test_a_frame_that_stands_upright_keeps_its_shape(tmp_path: Path) -> None:
    original = tmp_path / "original.jpg"
    original.write_bytes(drawn(720, 1280))
    narrow = stills.narrowed(original, "ab", 400, tmp_path / "stills")
    assert size_of(narrow.read_bytes()) == (400, 711)
    assert [file.name for file in (tmp_path / "stills").iterdir()] == ["ab-400.jpg"]
