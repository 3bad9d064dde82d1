"""Names on title and end cards are read where tesseract is; accents do not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from contest.drawing.fonts import bold
from media_checks.names import main
from media_checks.picture.onscreen_names import Card, find_name, folded, read_cards, tesseract
from tests.clip_cache import cached
from tests.media_checks.corpus import AAC, VOICE, X264, ffmpeg

AUTHOR, UNIT = "Nguyễn Thị Ánh Tuyết", "Đoàn Phường Bình Thới"
CARDS = [
    Card(3.0, ["CUỘC THI VIDEO CLIP", "Tác giả: NGUYEN THI ANH TUYET"]),
    Card(172.0, ["Đoàn Phường Bình Thới thực hiện", "Xin cảm ơn"]),
]


def with_cards(out: Path, author: str, unit: str) -> None:
    """Forty seconds of one busy picture with a card at either end: author first, unit last."""
    with tempfile.TemporaryDirectory() as folder:
        cards = [Path(folder) / f"{n}.png" for n in range(2)]
        for path, text in zip(cards, (author, unit), strict=True):
            card = Image.new("RGB", (720, 540), (16, 32, 64))
            ImageDraw.Draw(card).text((40, 230), text, font=bold(36), fill="white")
            card.save(path)
        graph = "[0:v][1:v]overlay=enable='lt(t,5)'[a];[a][2:v]overlay=enable='gt(t,34)'[v]"
        ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=720x540:r=4,loop=loop=-1:size=1", "-i", cards[0],
            "-i", cards[1], "-f", "lavfi", "-i", VOICE, "-filter_complex", graph, "-map", "[v]",
            "-map", "3:a", "-t", "40", *X264, *AAC, out,
        )  # fmt: skip


@pytest.fixture(scope="module")
def film() -> Path:
    return cached("names/film.mp4", with_cards, f"Tác giả: {AUTHOR}", UNIT)


def test_both_names_are_read_at_their_ends(film: Path) -> None:
    cards = read_cards(film)
    if tesseract() is None:  # then that is what must be said
        assert cards is None
        return
    assert cards is not None
    author, unit = find_name(AUTHOR, cards), find_name(UNIT, cards)
    assert author is not None and author.exact and author.at < 5
    assert unit is not None and unit.exact and unit.at > 33
    assert find_name("Trần Quốc Toản", cards) is None


def test_reading_ends_when_every_name_was_seen(film: Path) -> None:
    cards = read_cards(film, [AUTHOR])
    assert (cards is None) == (tesseract() is None)
    assert [card.at for card in cards or []] == ([1.5] if cards else [])


def test_the_command_says_what_is_missing(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main([str(film), "--name", AUTHOR, "--name", "Trần Quốc Toản"])
    said = capsys.readouterr()
    if tesseract() is None:
        assert (status, said.out) == (2, "")
        return
    assert status == 1
    assert said.out.splitlines()[-1] == "Trần Quốc Toản: –"


def test_capitals_without_accents_are_the_same_name() -> None:
    seen = find_name(AUTHOR, CARDS)
    assert seen is not None
    assert (seen.at, seen.exact, seen.likeness) == (3.0, False, 1.0)


def test_exact_letters_are_told_from_like_ones() -> None:
    seen = find_name(UNIT, CARDS)
    assert seen is not None
    assert (seen.at, seen.exact) == (172.0, True)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Tac gia: Nguyen Thj Anh Tuyet", True),  # one letter misread
        ("NguyễnThịÁnh Tuyết", True),  # spaces lost
        ("Nguyễn Thị Tuyết", True),  # without the middle name
        ("Nguyễn Thị Ánh Nguyệt và các bạn", True),  # too like to be passed over: a person looks
        ("Trần Thị Bích Ngọc", False),
    ],
    ids=["misread", "joined", "shorter", "sister", "other"],
)
def test_how_like_is_like(line: str, found: bool) -> None:
    assert (find_name(AUTHOR, [Card(1.0, [line])]) is not None) == found


def test_folding() -> None:
    assert folded("Đoàn Phường 5, Quận 11") == ["doan", "phuong", "5", "quan", "11"]
