"""Unmistakable words for every field of a contest, and which of them an answer shows.

A word says whose it is: ``zqjuryblindwoshownwkauthor`` is the author of the clip ``shown`` in the
contest of the phase ``juryblind``. What must be a number (phones, marks, counts) is a rare one.
"""

import html
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import unquote

from flask.wrappers import Response

WORD = re.compile(r"zq([a-z]+?)wo([a-z]+?)wk([a-z]+?)zz")
GROUPS = re.compile(r"(?<=\d)[ .,\u00a0\u202f](?=\d{3}(?!\d))")
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?!\w)")
HASH = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(r"cxq\d{5}")
CLIP_FILE = re.compile(r"/c/[\w-]+/media/(\w+)/")
ZIPPED = b"PK\x03\x04"
Fact = tuple[str, str, str]  # phase, whose, kind


@dataclass
class Planted:
    """What was planted in all contests: numbers, hashes and codes by the fact that they tell."""

    numbers: dict[str, Fact] = field(default_factory=dict)
    hashes: dict[str, Fact] = field(default_factory=dict)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _fresh: "count[int]" = field(default_factory=lambda: count(1))

    def word(self, phase: str, whose: str, kind: str) -> str:
        return f"Zq{phase}wo{whose}wk{kind}zz"

    def mail(self, phase: str, whose: str, kind: str = "mail") -> str:
        return f"{self.word(phase, whose, kind).lower()}@example.vn"

    def phone(self, phase: str, whose: str) -> str:
        number = f"0907{713_000 + next(self._fresh):06}"
        self.numbers[number] = (phase, whose, "phone")
        return number

    def number(self, phase: str, whose: str, kind: str, base: int) -> int:
        """A rare number from ``base`` on; no other fact has it."""
        found = base + 7 * next(self._fresh)
        self.numbers[str(found)] = (phase, whose, kind)
        return found

    def code(self, phase: str, whose: str) -> str:
        found = f"CXQ{next(self._fresh):05}"
        self.codes[found.lower()] = (phase, whose)
        return found

    def shown_in(self, answer: Response) -> set[Fact]:
        """The planted facts that an answer tells, in its headers and whatever its body is."""
        return self.said(f"{answer.headers}\n{readable(answer.data)}")

    def said(self, text: str) -> set[Fact]:
        """The planted facts that stand in a text."""
        text = text.casefold()
        found: set[Fact] = {(m[1], m[2], m[3]) for m in WORD.finditer(text)}
        found |= {self.hashes[h] for h in HASH.findall(text) if h in self.hashes}
        numbers = {n.replace(",", ".") for n in NUMBER.findall(GROUPS.sub("", text))}
        found |= {self.numbers[n] for n in numbers & self.numbers.keys()}
        found |= {(*self.codes[code], "code") for code in CODE.findall(text) if code in self.codes}
        for code in CLIP_FILE.findall(text):
            if code in self.codes:
                found.add((*self.codes[code], "address"))
        return found


def readable(content: bytes) -> str:
    """A body as text: pages unescaped, JSON with its letters, archives unpacked, everything else as
    its bytes say, metadata of pictures among them."""
    if content.startswith(ZIPPED):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [f"{name}\n{readable(archive.read(name))}" for name in archive.namelist()]
        return "\n".join(parts)
    text = content.decode("utf-8", "replace")
    if text[:1] in ("{", "["):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return html.unescape(unquote(text.replace("\r\n ", "")))
