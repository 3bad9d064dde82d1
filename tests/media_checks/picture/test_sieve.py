"""Index and sieve keep back no pair that the full comparison finds, and most of the others."""

from __future__ import annotations

import itertools
import random
from array import array

import pytest

from media_checks.picture import index
from media_checks.picture.fingerprint import MIRROR, Fingerprint, Frame
from media_checks.picture.sieve import Sieve
from media_checks.picture.similarity import compare
from tests.media_checks.pairs import CHANGES, copy, film, fingerprint


@pytest.fixture(scope="module")
def corpus() -> list[Fingerprint]:
    """Two films with the same opening, and what copyists made of the first."""
    films = [fingerprint(film(number)) for number in range(2)]
    return films + [fingerprint(copy(film(0), change)) for change in CHANGES]


def test_every_pair_that_the_full_comparison_finds_goes_through(
    corpus: list[Fingerprint],
) -> None:
    pairs = list(itertools.permutations(corpus, 2))
    found = [(one, other) for one, other in pairs if compare(one, other).kind]
    assert len(found) > len(pairs) / 2
    assert all(Sieve(one).may_share(other) for one, other in found)
    assert all(indexed(one, other) for one, other in found)


def indexed(one: Fingerprint, *others: Fingerprint) -> list[int]:
    return index.Index(one).candidates([index.keys_of(other) for other in others])


def made(chance: random.Random, scenes: int = 120) -> Fingerprint:
    """A clip of five minutes like no other."""
    return Fingerprint(
        300.0, [Frame(2.5 * n, chance.getrandbits(255)) for n in range(scenes)],
        array("I", [chance.getrandbits(32) for _ in range(2400)]),
    )


def test_unlike_clips_are_kept_back() -> None:
    chance = random.Random(3)
    clips = [made(chance) for _ in range(20)]
    through = sum(Sieve(a).may_share(b) for a, b in itertools.combinations(clips, 2))
    assert through < 0.1 * 190
    assert sum(len(indexed(one, *clips)) - 1 for one in clips) < 0.1 * 380


def noisy(chance: random.Random, value: int, bits: int, width: int) -> int:
    for place in chance.sample(range(width), bits):
        value ^= 1 << place
    return value


@pytest.mark.parametrize("turned", [0, MIRROR])
def test_a_short_stretch_of_changed_picture_goes_through_whichever_comes_first(turned: int) -> None:
    """Five of 120 scenes, each as unlike as the comparison still takes for the same."""
    chance = random.Random(4)
    one, other = made(chance), made(chance)
    for n in range(40, 45):
        changed = noisy(chance, one.frames[n].hash, 70, 255) ^ turned
        other.frames[n + 30] = Frame(other.frames[n + 30].at, changed)
    assert compare(one, other).picture
    assert Sieve(one).may_share(other)
    assert Sieve(other).may_share(one)


def test_a_short_stretch_of_changed_sound_goes_through() -> None:
    """Ten seconds, with a tenth of all bits changed."""
    chance = random.Random(5)
    one, other = made(chance, 0), made(chance, 0)
    for n in range(500, 580):
        other.sound[n + 700] = noisy(chance, one.sound[n], 3, 32)
    assert compare(one, other).sound
    assert Sieve(one).may_share(other)
    assert indexed(one, made(chance), other, made(chance)) == [1]


def test_five_scenes_of_a_copy_and_all_in_a_mirror_are_candidates() -> None:
    """As coding changes them: a tenth of the bits, of fine detail rather than of coarse."""
    chance = random.Random(7)
    one, other, turned = made(chance), made(chance), made(chance)
    for n in range(40, 45):
        changed = noisy(chance, one.frames[n].hash, 25, 255)
        other.frames[n + 30] = Frame(other.frames[n + 30].at, changed)
        turned.frames[n - 9] = Frame(turned.frames[n - 9].at, changed ^ MIRROR)
    assert indexed(one, made(chance), other, turned) == [1, 2]


def test_keys_of_another_edition_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = index.keys_of(made(random.Random(8)))
    assert index.current(keys)
    monkeypatch.setattr(index, "EDITION", 2)
    assert not index.current(keys)
    assert not index.current(None)


def test_clips_without_picture_or_sound_share_nothing() -> None:
    empty = Fingerprint(0.0)
    assert not Sieve(empty).may_share(empty)
    assert not Sieve(made(random.Random(6))).may_share(empty)
    assert indexed(empty, empty, made(random.Random(6))) == []
    assert indexed(made(random.Random(6)), empty) == indexed(empty) == []
