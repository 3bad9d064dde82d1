"""One way to write a zip, byte for byte, and a reader that accepts nothing else.

Entries are stored, not deflated: the bytes then depend on no zlib, a reader cannot be made to
inflate anything, and the size of the file bounds the size of its contents. Every byte of the
file is determined by the names and contents, so that any flipped bit shows, headers included.
Format: PKWARE APPNOTE 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_MADE_BY = (3 << 8) | _VERSION  # Unix, so that the permission bits below are read as such
_MODE = 0o100644 << 16
_TIME, _DATE = 0, (1 << 5) | 1  # 1980-01-01 00:00, the first moment a zip can name

#: Relative, ASCII, no empty or dotted step, nothing a shell or a file system would interpret.
NAME = re.compile(r"(?:[a-z0-9_][a-z0-9_-]*/){0,3}[a-zA-Z0-9_][a-zA-Z0-9_-]*\.[a-z0-9]{1,8}")
LONGEST_NAME = 120
MOST_MEMBERS = 200
LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Damage:
    """Where the file is not what the writer would have written; ``place`` names the part."""

    place: str
    offset: int


def write(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The zip of ``(name, content)`` pairs, in the order of their names.

    Raises ``ValueError`` for a name that no bundle may have.
    """
    return b"".join(pieces(members))


def pieces(members: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """The same as ``write`` joins it: the contents themselves with what stands between them, so
    that a large bundle goes to its file without a second copy in memory."""
    found: list[bytes] = []
    directory, size, count = bytearray(), 0, 0
    for name, content in sorted(members):
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise ValueError(f"not a name for a bundle: {name!r}")
        directory += _central(name, content, size)
        found += [header := _local(name, content), content]
        size += len(header) + len(content)
        count += 1
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), size, 0)
    if count > MOST_MEMBERS or size + len(directory) + len(end) > LARGEST:
        raise ValueError("too much for a bundle")
    return [*found, bytes(directory), end]


def _sizes(content: bytes) -> tuple[int, int, int]:
    return zlib.crc32(content), len(content), len(content)


def _local(name: str, content: bytes) -> bytes:
    header = (b"PK\x03\x04", _VERSION, 0, 0, _TIME, _DATE, *_sizes(content), len(name), 0)
    return _LOCAL.pack(*header) + name.encode()


def _central(name: str, content: bytes, offset: int) -> bytes:
    start = (b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, _TIME, _DATE, *_sizes(content))
    return _CENTRAL.pack(*start, len(name), 0, 0, 0, 0, _MODE, offset) + name.encode()


def looks_like_zip(data: bytes) -> bool:
    """Whether a beginning or an end of a zip is there; False: this never was a bundle."""
    return data[:4] == b"PK\x03\x04" or data[-_END.size :][:4] == b"PK\x05\x06"


def read(data: bytes) -> tuple[dict[str, bytes], list[Damage]]:
    """The contents by name, and every place that differs from what ``write`` would give.

    Reads what it can of a damaged file, never trusts a size or a name, never raises.
    """
    members: dict[str, bytes] = {}
    damage: list[Damage] = []
    offset = 0
    while data[offset : offset + 4] == b"PK\x03\x04" and len(members) < MOST_MEMBERS:
        found = _member(data, offset)
        if found is None or found[0] in members:
            break
        name, content, end = found
        members[name] = content
        if data[offset : end - len(content)] != _local(name, content):
            damage.append(Damage(name, offset))
        offset = end
    damage.extend(_rest(data, offset, members))
    return members, damage


def _member(data: bytes, offset: int) -> tuple[str, bytes, int] | None:
    """Name, content and end of the member that starts at ``offset``, None if it makes no sense."""
    start = offset + _LOCAL.size
    header = data[offset:start]
    if len(header) < _LOCAL.size:
        return None
    *_, size, length, extra = _LOCAL.unpack(header)
    end = start + length + size
    if length > LONGEST_NAME or extra or end > len(data):
        return None
    name = data[start : start + length].decode(errors="replace")
    if not NAME.fullmatch(name):
        return None
    return name, data[start + length : end], end


def _rest(data: bytes, offset: int, members: dict[str, bytes]) -> list[Damage]:
    """What follows the last member must be the directory of exactly these members."""
    expected = _expected_tail(members)
    found = data[offset:]
    if found == expected:
        return []
    pairs = enumerate(zip_longest(found, expected))
    return [Damage("zip", offset + next(place for place, (a, b) in pairs if a != b))]


def _expected_tail(members: dict[str, bytes]) -> bytes:
    """Central directory and end record, members in the order in which a bundle has them."""
    directory, offset = bytearray(), 0
    for name, content in sorted(members.items()):
        directory += _central(name, content, offset)
        offset += _LOCAL.size + len(name) + len(content)
    count = len(members)
    return bytes(
        directory + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), offset, 0)
    )
