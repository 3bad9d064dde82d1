"""Share cards: right pictures, drawn once, and nothing on them before everybody may see it."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from contest.clock import FixedClock
from contest.drawing import cards, fonts, once
from contest.drawing.cards import Card
from contest.models import Contest, Derivative, Result
from contest.services.results import share_cards
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

SHARE = "/c/quan11-2023/share"
PLAIN = Card(
    organiser="Quận Đoàn 11", eyebrow="", title="Hội thi thực hiện phong trào “3 trách nhiệm”",
    rows=[("Tuổi trẻ Quận 11 thời kỳ chuyển đổi số", "")], foot="hoithi.example.vn",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No card depends on the kind of database."""
    return sqlite_url


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    clock.moment = AFTER
    return staged(built, make, contest)


def tags(text: str) -> dict[str, str]:
    page = BeautifulSoup(text, "html.parser")
    found = {m["property"]: m["content"] for m in page.select("meta[property]")}
    return found | {m["name"]: m["content"] for m in page.select("meta[name^=twitter]")}


def still(make: Factory, platform: Platform, version_id: int, folder: Path) -> str:
    """A red still frame, as the worker would have made it."""
    path = folder / "still.jpg"
    Image.new("RGB", (640, 480), (200, 30, 30)).save(path)
    sha256 = "ab" * 32
    platform.blobs.put(path, sha256)
    make.add(Derivative(
        version_id=version_id, kind="poster", sha256=sha256, size=1, media_type="image/jpeg",
        created_at=make.at,
    ))
    return sha256


def colours(png: bytes) -> set[tuple[int, ...]]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (cards.WIDTH, cards.HEIGHT)
        return {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}


def test_readers_at_once_get_one_whole_card_that_was_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight of one process: each had the same file to write to, and cut pictures were kept."""
    drawn: list[int] = []
    together = threading.Barrier(8)
    really = cards._drawn

    def slowly(card: cards.Card, still: Image.Image | None) -> bytes:
        drawn.append(1)
        time.sleep(0.2)
        return really(card, still)

    monkeypatch.setattr(cards, "_drawn", slowly)

    def read(_: int) -> bytes:
        together.wait()
        return cards.kept(PLAIN, tmp_path, None).read_bytes()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(read, range(8)))
    assert answers == {really(PLAIN, None)}
    assert len(drawn) == 1
    assert [path.suffix for path in tmp_path.iterdir() if path.name[0] != "."] == [".png"]


def test_a_card_whose_still_frame_cannot_be_read_is_shown_and_not_kept(tmp_path: Path) -> None:
    card = replace(PLAIN, picture="0" * 64)
    frame = tmp_path / "frame.jpg"
    for picture in (None, frame):
        with pytest.raises(cards.Bare) as bare:
            cards.kept(card, tmp_path / "cards", picture)
        assert bare.value.content == cards.draw(PLAIN)
    Image.new("RGB", (640, 480), "red").save(frame)
    assert cards.kept(card, tmp_path / "cards", frame).read_bytes() == cards.draw(card, frame)


def test_a_drawing_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise ValueError("no disk")

    for _ in range(2):
        with pytest.raises(ValueError, match="no disk"):
            once.drawn(tmp_path / "aa.png", fail)
    assert once.drawn(tmp_path / "aa.png", lambda: b"whole").read_bytes() == b"whole"
    assert not list(tmp_path.glob(".fresh-*"))


def test_a_card_is_drawn_in_the_unions_colours() -> None:
    ours = {cards.BLUE, cards.DEEP, cards.RED, cards.GOLD, cards.WHITE}
    assert ours <= colours(cards.draw(PLAIN))


def test_words_are_broken_to_fit_and_none_is_lost() -> None:
    font = fonts.bold(48)
    rows = cards.wrapped(PLAIN.title * 3, font, 600)
    assert " ".join(rows) == PLAIN.title * 3
    assert all(font.getlength(row) <= 600 for row in rows)


def test_the_font_has_every_vietnamese_letter() -> None:
    """A letter that is missing is drawn as the box for "no such letter"."""
    font = fonts.regular(40)
    missing = bytes(font.getmask("\U0010fffd"))
    for letter in "ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ":
        assert bytes(font.getmask(letter)) != missing


def test_a_card_is_drawn_once_for_each_content(tmp_path: Path) -> None:
    path = cards.kept(PLAIN, tmp_path, None)
    path.write_bytes(b"drawn before")
    assert cards.kept(PLAIN, tmp_path, None).read_bytes() == b"drawn before"
    other = Card(**{**PLAIN.__dict__, "title": "Khác"})
    assert cards.kept(other, tmp_path, None) != path
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".png", ".png"]


def test_the_contests_page_names_its_card(visit: Visits, contest: Contest) -> None:
    client = visit.public()
    found = tags(client.get("/c/quan11-2023/").text)
    assert found["og:title"].startswith("Hội thi thực hiện phong trào “3 trách nhiệm”")
    assert found["og:description"].startswith("Tuổi trẻ Quận 11")
    assert found["og:url"] == "http://localhost/c/quan11-2023/"
    assert found["twitter:card"] == "summary_large_image"
    image = found["og:image"]
    assert image.startswith("http://localhost/c/quan11-2023/share/vi.png?v=")
    answer = client.get(image.removeprefix("http://localhost"))
    assert answer.content_type == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == client.get(f"{SHARE}/vi.png").data
    assert client.get(f"{SHARE}/vi.png?v=000000000000").headers["Cache-Control"] == (
        "public, max-age=300"
    )
    assert answer.data != client.get(f"{SHARE}/en.png").data


def test_every_public_page_has_a_card(visit: Visits, contest: Contest) -> None:
    for path in ("", "rules", "clips", "results", "verify"):
        found = tags(visit.public().get(f"/c/quan11-2023/{path}").text)
        answer = visit.public().get(found["og:image"].removeprefix("http://localhost"))
        assert (answer.status_code, answer.content_type) == (200, "image/png")


@pytest.mark.parametrize(
    "state", ["uploading", "checking", "in_review", "approved", "withdrawn", "disqualified"]
)
def test_a_clip_that_is_not_public_has_no_card(
    make: Factory, contest: Contest, visit: Visits, state: str
) -> None:
    submission = make.submission(make.unit(contest), state)
    assert visit.public().get(f"{SHARE}/clips/{submission.code}/vi.png").status_code == 404


def test_a_published_clip_shows_its_still_frame(
    make: Factory, contest: Contest, visit: Visits, platform: Platform, tmp_path: Path
) -> None:
    submission = make.submission(make.unit(contest), "published", title="Nụ cười một cửa")
    bare = visit.public().get(f"{SHARE}/clips/{submission.code}/vi.png").data
    assert (200, 30, 30) not in colours(bare)
    still(make, platform, submission.version_id, tmp_path)
    found = tags(visit.public().get(f"/c/quan11-2023/clips/{submission.code}").text)
    assert found["og:title"].startswith("Nụ cười một cửa")
    picture = visit.public().get(found["og:image"].removeprefix("http://localhost")).data
    assert any(abs(r - 200) + abs(g - 30) + abs(b - 30) < 8 for r, g, b in colours(picture))


def test_a_still_frame_that_is_none_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "no.jpg"
    path.write_bytes(b"not a picture")
    assert cards.draw(PLAIN, path) == cards.draw(PLAIN)


def test_while_a_blind_jury_marks_no_unit_is_named(
    make: Factory, platform: Platform
) -> None:
    blind = make.contest("kin", lambda text: text.replace("blind = false", "blind = true"))
    submission = make.submission(make.unit(blind, "Đoàn Phường 9"), "published")
    with platform.db.write() as session:
        row = session.get_one(Contest, blind.id)
        assert share_cards.of_clip(session, row, submission.code, "vi", host="h").rows == []
        row.jury_locked_at = make.at
        shown = share_cards.of_clip(session, row, submission.code, "vi", host="h")
    assert shown.rows == [("Đoàn Phường 9", "")]


def test_a_result_has_a_card_only_once_it_is_published(stage: Stage, visit: Visits) -> None:
    client = visit.public()
    assert client.get(f"{SHARE}/results/vi.png").status_code == 404
    result = stage.freeze(stage.compute())
    assert client.get(f"{SHARE}/results/vi.png").status_code == 404
    stage.publish(result)
    image = tags(client.get("/c/quan11-2023/results").text)["og:image"]
    assert "/share/results/vi.png?v=" in image
    assert client.get(image.removeprefix("http://localhost")).status_code == 200


def test_a_results_card_names_the_first_prizes(stage: Stage, platform: Platform) -> None:
    published = stage.publish(stage.freeze(stage.compute()))
    with platform.db.read() as session:
        result = session.get_one(Result, published.id)
        card = share_cards.of_result(result, "vi", host="hoithi.example.vn")
        first = result.output["ranking"][0]
    prize, unit = card.rows[0]
    assert prize == "Giải nhất"
    assert unit.startswith(first["unit"])
    assert len(card.rows) <= share_cards.PODIUM
