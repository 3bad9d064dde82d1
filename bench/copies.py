"""One arriving clip against a thousand others of five minutes: which of them may share something?

Side by side, on the same fingerprints as they are stored: each one read and put through the sieve,
and the index's keys first, of which only the candidates go there. Ten of the thousand are copies
with a tenth of their bits changed; both ways must name all of them.
"""

import json
import random
import statistics
import time
from array import array
from collections.abc import Callable, Iterator

from bench.measure import Figure
from media_checks.picture.fingerprint import Fingerprint, Frame
from media_checks.picture.index import Index, keys_of
from media_checks.picture.sieve import Sieve

CLIPS, COPIES, SCENES, VALUES = 1000, 10, 75, 2400
PAGE, RUNS = 500, 5
MANY = 10_000  # clips of a national contest, each compared once with all that came before


def figures() -> Iterator[Figure]:
    chance = random.Random(9)
    own = _made(chance)
    clips = [_changed(own, chance) for _ in range(COPIES)]
    clips += [_made(chance) for _ in range(CLIPS - COPIES)]
    stored = [(json.dumps(one.to_dict()), keys_of(one)) for one in clips]
    ways = {"sieve": lambda: _by_sieve(own, stored), "index": lambda: _by_index(own, stored)}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            spent[name].append(_seconds(way))
    each = {name: statistics.median(runs) / CLIPS for name, runs in spent.items()}
    yield Figure("copies", "index: a clip against another, processor", each["index"] * 1e6, "µs")
    yield Figure("copies", "index: processor", each["index"] / each["sieve"], "x sieve", 0.2)
    hours = {name: seconds * MANY * MANY / 2 / 3600 for name, seconds in each.items()}
    for name, taken in hours.items():
        yield Figure("copies", f"{name}: all pairs of 10,000 clips, processor", taken, "h")


def _seconds(way: Callable[[], set[int]]) -> float:
    begun = time.process_time()
    found = way()
    spent = time.process_time() - begun
    missed = set(range(COPIES)) - found
    if missed:
        raise RuntimeError(f"copies that were not found: {missed}")
    return spent


def _by_sieve(own: Fingerprint, stored: list[tuple[str, bytes]]) -> set[int]:
    return _through(Sieve(own), stored, range(len(stored)))


def _by_index(own: Fingerprint, stored: list[tuple[str, bytes]]) -> set[int]:
    index, found = Index(own), []
    for first in range(0, len(stored), PAGE):
        keys = [keys for _, keys in stored[first : first + PAGE]]
        found += [first + place for place in index.candidates(keys)]
    return _through(Sieve(own), stored, found)


def _through(
    sieve: Sieve, stored: list[tuple[str, bytes]], places: list[int] | range
) -> set[int]:
    texts = ((place, stored[place][0]) for place in places)
    return {n for n, text in texts if sieve.may_share(Fingerprint.from_dict(json.loads(text)))}


def _made(chance: random.Random) -> Fingerprint:
    frames = [Frame(4.0 * n, chance.getrandbits(255)) for n in range(SCENES)]
    return Fingerprint(300.0, frames, array("I", (chance.getrandbits(32) for _ in range(VALUES))))


def _changed(clip: Fingerprint, chance: random.Random) -> Fingerprint:
    frames = [Frame(frame.at, _noisy(frame.hash, 255, chance)) for frame in clip.frames]
    sound = array("I", (_noisy(value, 32, chance) for value in clip.sound))
    return Fingerprint(clip.seconds, frames, sound)


def _noisy(value: int, width: int, chance: random.Random) -> int:
    for place in chance.sample(range(width), width // 10):
        value ^= 1 << place
    return value
