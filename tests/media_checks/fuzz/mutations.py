"""Ways to spoil a clip. Each takes its bytes and a source of chance, and answers with others."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]
ATOMS = (b"mvhd", b"tkhd", b"mdhd", b"stsd", b"stts", b"stsz", b"stco", b"stsc", b"ctts", b"elst",
         b"avcC", b"esds", b"hdlr", b"trun", b"tfhd", b"moov", b"mdat", b"ftyp")  # fmt: skip
EDGES = (0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def flip(data: bytes, chance: random.Random) -> bytes:
    """Turn over a few bits anywhere."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 4, 64))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def flip_head(data: bytes, chance: random.Random) -> bytes:
    """Turn over bits in the first kilobytes, where structure is."""
    end = min(len(data), 4096)
    return flip(data[:end], chance) + data[end:]


def cut(data: bytes, chance: random.Random) -> bytes:
    """Leave the first part only."""
    return data[: chance.randrange(1, len(data))]


def drop(data: bytes, chance: random.Random) -> bytes:
    """Take a piece out of the middle."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 4096) :] or data[:1]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """Write a piece twice."""
    start = chance.randrange(len(data))
    return data[:start] + data[start : start + chance.randrange(1, 4096)] + data[start:]


def edit_atom(data: bytes, chance: random.Random) -> bytes:
    """Write an extreme number into an atom, or into the length of one."""
    found = [at for atom in ATOMS if (at := data.find(atom)) >= 4]
    if not found:
        return flip_head(data, chance)
    at = chance.choice(found) + chance.choice((-4, 4, 8, 12, 16, 20, 24, 28, 44, 80))
    at = max(0, min(at, len(data) - 4))
    return data[:at] + struct.pack(">I", chance.choice(EDGES)) + data[at + 4 :]


def edit_number(data: bytes, chance: random.Random) -> bytes:
    """Write an extreme number over four bytes, or over digits that are written out."""
    digits = [found.span() for found in re.finditer(rb"\d+", data[:20_000])]
    if digits and chance.random() < 0.5:
        start, end = chance.choice(digits)
        told = str(chance.choice((0, -1, *EDGES, 10**30))).encode()
        return data[:start] + told + data[end:]
    at = chance.randrange(max(1, min(len(data), 4096) - 4))
    return data[:at] + struct.pack(chance.choice("<>") + "I", chance.choice(EDGES)) + data[at + 4 :]


MUTATIONS: tuple[Mutation, ...] = (flip, flip_head, cut, drop, repeat, edit_atom, edit_atom)
