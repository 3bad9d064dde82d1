"""By what entries that are alike find each other: hashes of pictures, a sketch of the words.

A sketch keeps the ``SKETCH`` smallest hashes of all runs of ``RUN`` words (Broder 1997, bottom-k);
of two of them follows which share of their runs two texts have in common, within about 3 %.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ..picture.fingerprint import MIRROR
from .words import words_of

EDITION = 1  # those of another edition are not compared
RUN, SKETCH = 5, 512
ALIKE, BITS = 72, 255  # of a picture's signs may differ; unlike ones differ in 90 and more
MOST_ALIKE = 1000  # pairs that are told


@dataclass(frozen=True)
class Likeness:
    """``pictures`` are hashes in the files' order, 0 for one of one colour; ``words`` the smallest
    hashes of the runs of words, sorted, and ``runs`` how many different runs there are."""

    pictures: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    runs: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, at most 10 kB."""
        return {
            "edition": EDITION,
            "pictures": [f"{one:064x}" for one in self.pictures],
            "words": [f"{one:016x}" for one in self.words],
            "runs": self.runs,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Likeness:
        """What ``to_dict`` wrote. Raises ``ValueError`` for one of another edition."""
        if data.get("edition") != EDITION:
            raise ValueError(f"a likeness of edition {data.get('edition')!r}")
        pictures = tuple(int(text, 16) for text in data["pictures"])
        return cls(pictures, tuple(int(text, 16) for text in data["words"]), int(data["runs"]))


@dataclass(frozen=True)
class Alike:
    """``score``: which share of the smaller entry is in the other, 0 to 1. ``kind``: picture, text
    or "" for nothing. ``pictures``: pairs of numbers (from 1) in either entry, and the share of
    their signs that differ."""

    score: float = 0.0
    kind: str = ""
    pictures: list[tuple[int, int, float]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        pictures = [list(pair) for pair in self.pictures]
        return {"score": self.score, "kind": self.kind, "pictures": pictures}


def likeness_of_text(text: str) -> Likeness:
    """The sketch of ``text``; capitals, accents and marks make no difference."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(
        c if c.isalnum() or c.isspace() else " " for c in folded if not unicodedata.combining(c)
    )
    words = words_of(letters)
    if not words:
        return Likeness()
    last = max(1, len(words) - RUN + 1)
    found = {_hash(" ".join(words[at : at + RUN])) for at in range(last)}
    return Likeness(words=tuple(sorted(found)[:SKETCH]), runs=len(found))


def similarity(one: Likeness, other: Likeness) -> Alike:
    """What two entries have in common. Pure; the order makes no difference to the score."""
    pairs = alike_pictures(one.pictures, other.pictures)
    if pairs:
        few = min(sum(map(bool, each.pictures)) for each in (one, other))
        shared = min(len({pair[side] for pair in pairs}) for side in (0, 1))
        return Alike(round(min(1.0, shared / few), 4), "picture", pairs)
    score = _shared_words(one, other)
    return Alike(score, "text" if score else "")


def alike_pictures(one: tuple[int, ...], other: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Pairs of pictures of two entries that look alike, one of them mirrored or not."""
    found = [
        (i, j, round(differ / BITS, 4))
        for (i, a), (j, b) in product(enumerate(one, 1), enumerate(other, 1))
        if a and b and (differ := _differ(a, b)) <= ALIKE
    ]
    return found[:MOST_ALIKE]


def _differ(one: int, other: int) -> int:
    """How many signs differ, plain or in a mirror."""
    return min((one ^ other).bit_count(), (one ^ other ^ MIRROR).bit_count())


def alike_within(hashes: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Pairs within one entry, the first number the smaller."""
    return [pair for pair in alike_pictures(hashes, hashes) if pair[0] < pair[1]]


def _shared_words(one: Likeness, other: Likeness) -> float:
    """The share of the smaller one's runs that the other has too, estimated where both are long."""
    if not one.runs or not other.runs:
        return 0.0
    mine, theirs = set(one.words), set(other.words)
    least = sorted(mine | theirs)[:SKETCH]
    # Of the smallest of all, those that both have; beyond the smaller sketch's end nobody knows.
    common = sum(value in mine and value in theirs for value in least)
    union_share = common / len(least)
    shared = union_share / (1 + union_share) * (one.runs + other.runs)
    return round(min(1.0, shared / min(one.runs, other.runs)), 4)


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big")
