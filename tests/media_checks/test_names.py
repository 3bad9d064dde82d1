"""Names on title and end cards are read where tesseract is; accents do not matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from contest.drawing.fonts import bold
from media_checks.names import Card, find, folded, main, read, reader
from tests.media_checks.corpus import AAC, VOICE, X264, ffmpeg

AUTHOR, UNIT = "Nguyễn Thị Ánh Tuyết", "Đoàn Phường Bình Thới"
CARDS = [
    Card(3.0, ["CUỘC THI VIDEO CLIP", "Tác giả: NGUYEN THI ANH TUYET"]),
    Card(172.0, ["Đoàn Phường Bình Thới thực hiện", "Xin cảm ơn"]),
]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds with a card at either end: the author first, the unit last."""
    folder = tmp_path_factory.mktemp("names")
    for name, text in (("author", f"Tác giả: {AUTHOR}"), ("unit", UNIT)):
        card = Image.new("RGB", (720, 540), (16, 32, 64))
        ImageDraw.Draw(card).text((40, 230), text, font=bold(36), fill="white")
        card.save(folder / f"{name}.png")
    graph = ("[0:v][1:v]overlay=enable='lt(t,5)'[a];[a][2:v]overlay=enable='gt(t,34)'[v]")
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=720x540:r=4:d=40", "-i", folder / "author.png",
        "-i", folder / "unit.png", "-f", "lavfi", "-t", "40", "-i", VOICE,
        "-filter_complex", graph, "-map", "[v]", "-map", "3:a", *X264, *AAC, folder / "film.mp4",
    )  # fmt: skip
    return folder / "film.mp4"


def test_both_names_are_read_at_their_ends(film: Path) -> None:
    cards = read(film)
    if reader() is None:  # then that is what must be said
        assert cards is None
        return
    assert cards is not None
    author, unit = find(AUTHOR, cards), find(UNIT, cards)
    assert author is not None and author.exact and author.at < 5
    assert unit is not None and unit.exact and unit.at > 33
    assert find("Trần Quốc Toản", cards) is None


def test_reading_ends_when_every_name_was_seen(film: Path) -> None:
    cards = read(film, [AUTHOR])
    assert (cards is None) == (reader() is None)
    assert [card.at for card in cards or []] == ([1.5] if cards else [])


def test_the_command_says_what_is_missing(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main([str(film), "--name", AUTHOR, "--name", "Trần Quốc Toản"])
    said = capsys.readouterr()
    if reader() is None:
        assert (status, said.out) == (2, "")
        return
    assert status == 1
    assert said.out.splitlines()[-1] == "Trần Quốc Toản: –"


def test_capitals_without_accents_are_the_same_name() -> None:
    seen = find(AUTHOR, CARDS)
    assert seen is not None
    assert (seen.at, seen.exact, seen.likeness) == (3.0, False, 1.0)


def test_exact_letters_are_told_from_like_ones() -> None:
    seen = find(UNIT, CARDS)
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
    assert (find(AUTHOR, [Card(1.0, [line])]) is not None) == found


def test_folding() -> None:
    assert folded("Đoàn Phường 5, Quận 11") == ["doan", "phuong", "5", "quan", "11"]
