"""Which of many clips may share something with one, told from a few kilobytes of each.

The sieve reads a clip's whole fingerprint and takes a millisecond of it. Here each fingerprint is
cut down to keys that copies have in common: of each frame some small sets of its hash's bits, of
the sound each value's highest bits. Those of five hundred clips are held against one at once.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from .fingerprint import MIRROR, WAVES, Fingerprint
from .sieve import eventful

EDITION = 1  # of the keys; those of another edition are made anew
SETS, BITS = 12, 20  # bits of a hash that are one key, and how many such keys a frame has
COARSE = 8  # waves each way from which they are taken: fine detail is the first that coding loses
LEAST_FRAMES = 2  # of one clip with a key of the other's
HEAD_SHIFT = 16  # the 16 highest bits of a sound value
LEAST_VOTES = 6  # for one shift of the sound, of values whose heads are equal
COMMON = 40  # a head that the sound has more often tells nothing
HEADER = struct.Struct("<BHI")
MOST_FRAMES, MOST_VALUES = 20_000, 60_000  # two hours; what is longer is found by its beginning

Keys = NDArray[np.uint32]
Heads = NDArray[np.uint16]

_PLACES = [v * WAVES + u for v in range(COARSE) for u in range(COARSE) if (u, v) != (0, 0)]


def _set(number: int) -> list[int]:
    """Places without any order in them, the same for good."""
    return sorted(_PLACES, key=lambda place: sha256(f"{number} {place}".encode()).digest())[:BITS]


_SETS = [_set(number) for number in range(SETS)]


def keys_of(clip: Fingerprint) -> bytes:
    """What the index needs of a clip: about 8 kB for five minutes."""
    frames = _frame_keys([frame.hash for frame in clip.frames[:MOST_FRAMES]])
    values = np.array(clip.sound[:MOST_VALUES], dtype=np.uint32)
    heads = np.where(eventful(values), values >> HEAD_SHIFT, 0)  # 0 is no key
    header = HEADER.pack(EDITION, len(frames), len(heads))
    return header + frames.astype("<u4").tobytes() + heads.astype("<u2").tobytes()


def current(keys: bytes | None) -> bool:
    """Whether these are keys of this edition."""
    return bool(keys) and HEADER.unpack_from(keys or b"")[0] == EDITION


class Index:
    """Holds one clip against many."""

    def __init__(self, own: Fingerprint) -> None:
        hashes = [frame.hash for frame in own.frames]
        self.known = np.zeros((SETS, 1 << BITS), dtype=bool)
        for one, column in enumerate(_frame_keys(hashes + [one ^ MIRROR for one in hashes]).T):
            self.known[one, column] = True
        _, heads = _read(keys_of(own))
        order = np.argsort(heads, kind="stable")
        counts = np.bincount(heads, minlength=1 << HEAD_SHIFT)
        counts[0] = 0
        self.firsts = np.searchsorted(heads[order], np.arange(1 << HEAD_SHIFT))
        self.counts = np.where(counts <= COMMON, counts, 0)
        self.places, self.length = order, len(heads)

    def candidates(self, others: Sequence[bytes]) -> list[int]:
        """Which of ``others`` (the keys of each) may share something, as their places."""
        if not others:
            return []
        read = [_read(one) for one in others]
        alike = self._frames_alike([frames for frames, _ in read]) >= LEAST_FRAMES
        heard = self._votes([heads for _, heads in read]) >= LEAST_VOTES
        return [int(place) for place in np.flatnonzero(alike | heard)]

    def _frames_alike(self, others: Sequence[Keys]) -> NDArray[np.int64]:
        """How many frames of each have a key of ours."""
        frames, owner = np.concatenate(others), _owners(others)
        hit = np.zeros(len(frames), dtype=bool)
        for one in range(SETS):
            hit |= self.known[one, frames[:, one]]
        return np.bincount(owner[hit], minlength=len(others))

    def _votes(self, others: Sequence[Heads]) -> NDArray[np.int64]:
        """How many equal heads the best shift of each has, counting those beside it."""
        heads, owner = np.concatenate(others), _owners(others)
        starts = np.cumsum([0, *(len(one) for one in others)])[:-1]
        known = np.flatnonzero(self.counts[heads])
        counts = self.counts[heads[known]]
        theirs = np.repeat(known, counts)
        within = np.arange(len(theirs)) - np.repeat(np.cumsum(counts) - counts, counts)
        ours = self.places[np.repeat(self.firsts[heads[known]], counts) + within]
        shifts = theirs - starts[owner[theirs]] - ours + self.length
        span = self.length + max(len(one) for one in others) + 2
        votes = np.bincount(owner[theirs] * span + shifts, minlength=span * len(others))
        table = votes.reshape(len(others), span)
        return np.asarray((table[:, :-2] + table[:, 1:-1] + table[:, 2:]).max(axis=1))


def _frame_keys(hashes: list[int]) -> Keys:
    """A row for each hash: the bits of each set as a number."""
    held = b"".join(one.to_bytes(WAVES * WAVES // 8, "little") for one in hashes)
    bits = np.unpackbits(np.frombuffer(held, dtype=np.uint8), bitorder="little")
    rows = bits.reshape(len(hashes), WAVES * WAVES)
    weights = 1 << np.arange(BITS, dtype=np.uint32)
    return np.stack([rows[:, one] @ weights for one in _SETS], axis=1).astype(np.uint32)


def _read(keys: bytes) -> tuple[Keys, Heads]:
    _, frames, values = HEADER.unpack_from(keys)
    held = np.frombuffer(keys, dtype="<u4", count=frames * SETS, offset=HEADER.size)
    heads = np.frombuffer(keys, "<u2", values, HEADER.size + held.nbytes)
    return held.reshape(frames, SETS), heads


def _owners(parts: Sequence[NDArray[np.uint32] | NDArray[np.uint16]]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])
