"""Copies are told from unlike films, whatever was done to them, with the seconds in both."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from media_checks.picture.fingerprint import (
    Fingerprint,
    Frame,
)
from media_checks.picture.similarity import compare, loop
from tests.media_checks.corpus import ffmpeg
from tests.media_checks.pairs import CHANGES, SECONDS, Change, copied, films, fingerprint

CHANGE = {change.name: change for change in CHANGES}
# One change of each sort; `python -m tests.media_checks.pairs` tries all on more films.
TRIED = ("low bit rate", "logo", "start cut off", "mirrored", "music over it", "sound replaced")


@dataclass
class Stock:
    """Two unlike films with the same opening card and jingle, and their fingerprints."""

    folder: Path
    films: list[Path]
    prints: list[Fingerprint]

    def copy(self, change: Change) -> Fingerprint:
        return fingerprint(copied(self.films[0], change, self.folder))


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    folder = tmp_path_factory.mktemp("films")
    made = films(2, folder)
    yield Stock(folder, made, [fingerprint(film) for film in made])


@pytest.mark.parametrize("name", TRIED)
def test_a_copy_is_found_and_only_in_its_original(stock: Stock, name: str) -> None:
    copy = stock.copy(CHANGE[name])
    original, other = (compare(film, copy) for film in stock.prints)
    assert (original.kind, other.kind) == (CHANGE[name].kind, "")
    assert original.mirrored == (name == "mirrored")
    assert original.score > 0.8


def test_the_same_card_and_jingle_make_no_copy(stock: Stock) -> None:
    assert [compare(a, b).kind for a, b in itertools.combinations(stock.prints, 2)] == [""]


def test_a_match_has_its_seconds_in_both(stock: Stock) -> None:
    copy = stock.copy(CHANGE["start cut off"])
    found = compare(stock.prints[0], copy)
    for match in (found.picture[0], found.sound[0]):
        assert match.start - match.other == pytest.approx(7.3, abs=2.6)
        assert match.seconds > 15
    assert found.sound[0].start - found.sound[0].other == pytest.approx(7.3, abs=0.2)


def test_an_excerpt_inside_another_film_is_found(stock: Stock, tmp_path: Path) -> None:
    cut = ("-filter_complex", "[0:v]trim=8:28,setpts=PTS-STARTPTS[p];[0:a]atrim=8:28,"
           "asetpts=PTS-STARTPTS[q];[1:v][1:a][p][q]concat=n=2:v=1:a=1[v][a]")  # fmt: skip
    ffmpeg("-i", stock.films[0], "-i", stock.films[1], *cut, "-map", "[v]", "-map", "[a]",
           "-g", "20", tmp_path / "mixed.mp4")  # fmt: skip
    mixed = fingerprint(tmp_path / "mixed.mp4")
    found = compare(stock.prints[0], mixed)
    assert found.sound[0].start == pytest.approx(8, abs=1.5)
    assert found.sound[0].other == pytest.approx(SECONDS, abs=1.5)
    assert found.kind == "both"
    assert 0.5 < found.score < 0.8
    assert compare(stock.prints[1], mixed).score > 0.8


def test_a_film_shown_twice_is_a_loop(stock: Stock, tmp_path: Path) -> None:
    ffmpeg("-stream_loop", "1", "-i", stock.films[0], "-c", "copy", tmp_path / "twice.mp4")
    found = loop(fingerprint(tmp_path / "twice.mp4"))
    assert found is not None
    assert found.lag == pytest.approx(SECONDS, abs=2)
    assert loop(stock.prints[0]) is None


def test_silence_is_no_copy_of_silence() -> None:
    silent = Fingerprint(60, [], array("I", [627964279] * 480))
    assert compare(silent, silent).kind == ""


def test_one_still_card_is_no_copy() -> None:
    still = Fingerprint(60, [Frame(at, 0x5A << 100) for at in range(0, 60, 2)])
    assert compare(still, still).kind == ""
