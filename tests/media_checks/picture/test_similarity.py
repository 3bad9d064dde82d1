"""Copies are told from unlike films, whatever was done to them, with the seconds in both."""

from __future__ import annotations

import itertools
from array import array
from pathlib import Path

import pytest

from media_checks.picture.fingerprint import (
    Fingerprint,
    Frame,
)
from media_checks.picture.similarity import compare, loop
from tests.clip_cache import cached
from tests.media_checks.corpus import ffmpeg
from tests.media_checks.pairs import CHANGES, SECONDS, copy, film, fingerprint

CHANGE = {change.name: change for change in CHANGES}
# One change of each sort; `python -m tests.media_checks.pairs` tries all on more films.
TRIED = ("low bit rate", "logo", "start cut off", "mirrored", "music over it", "sound replaced")


@pytest.fixture(scope="module")
def prints() -> list[Fingerprint]:
    """Of two unlike films with the same opening card and jingle."""
    return [fingerprint(film(number)) for number in range(2)]


@pytest.mark.parametrize("name", TRIED)
def test_a_copy_is_found_and_only_in_its_original(prints: list[Fingerprint], name: str) -> None:
    found = fingerprint(copy(film(0), CHANGE[name]))
    original, other = (compare(one, found) for one in prints)
    assert (original.kind, other.kind) == (CHANGE[name].kind, "")
    assert original.mirrored == (name == "mirrored")
    assert original.score > 0.8


def test_the_same_card_and_jingle_make_no_copy(prints: list[Fingerprint]) -> None:
    assert [compare(a, b).kind for a, b in itertools.combinations(prints, 2)] == [""]


def test_a_match_has_its_seconds_in_both(prints: list[Fingerprint]) -> None:
    found = compare(prints[0], fingerprint(copy(film(0), CHANGE["start cut off"])))
    for match in (found.picture[0], found.sound[0]):
        assert match.start - match.other == pytest.approx(7.3, abs=2.6)
        assert match.seconds > 15
    assert found.sound[0].start - found.sound[0].other == pytest.approx(7.3, abs=0.2)


def mix(out: Path, first: Path, second: Path) -> None:
    """The second film, and seconds 8 to 28 of the first behind it."""
    cut = ("-filter_complex", "[0:v]trim=8:28,setpts=PTS-STARTPTS[p];[0:a]atrim=8:28,"
           "asetpts=PTS-STARTPTS[q];[1:v][1:a][p][q]concat=n=2:v=1:a=1[v][a]")  # fmt: skip
    ffmpeg("-i", first, "-i", second, *cut, "-map", "[v]", "-map", "[a]", "-g", "20", out)


def twice(out: Path, once: Path) -> None:
    ffmpeg("-stream_loop", "1", "-i", once, "-c", "copy", out)


def test_an_excerpt_inside_another_film_is_found(prints: list[Fingerprint]) -> None:
    mixed = fingerprint(cached("pairs/mix.mp4", mix, film(0), film(1)))
    found = compare(prints[0], mixed)
    assert found.sound[0].start == pytest.approx(8, abs=1.5)
    assert found.sound[0].other == pytest.approx(SECONDS, abs=1.5)
    assert found.kind == "both"
    assert 0.5 < found.score < 0.8
    assert compare(prints[1], mixed).score > 0.8


def test_a_film_shown_twice_is_a_loop(prints: list[Fingerprint]) -> None:
    found = loop(fingerprint(cached("pairs/twice.mp4", twice, film(0))))
    assert found is not None
    assert found.lag == pytest.approx(SECONDS, abs=2)
    assert loop(prints[0]) is None


def test_silence_is_no_copy_of_silence() -> None:
    silent = Fingerprint(60, [], array("I", [627964279] * 480))
    assert compare(silent, silent).kind == ""


def test_one_still_card_is_no_copy() -> None:
    still = Fingerprint(60, [Frame(at, 0x5A << 100) for at in range(0, 60, 2)])
    assert compare(still, still).kind == ""
