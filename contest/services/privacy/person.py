"""By what a person is found in texts, and what is put in its place.

A name is found in its own letters, whatever their case and wherever a tone stands (hòa, hoà), and
without marks where a text has none at all (file names); names of one short word only where they are
the whole value, for they are others' words. A number is found however it is grouped, with 0 or +84
before it. In addresses (a link, a path) letters may stand as per cent signs.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal
from urllib.parse import unquote

from social import accounts

Form = Literal["NFC", "NFD"]
GONE = "(đã xoá)"
GONE_MAIL = "da-xoa@example.invalid"  # where a mail address must stand; RFC 2606
SHORT = 6  # letters: a name of one word below it is looked for as a whole value only
FEWEST_DIGITS = 8
WORD = re.compile(r"[^\W_]+")
BETWEEN = r"[\s._-]*"  # the words of a name
TONES = "\u0300\u0301\u0303\u0309\u0323"
LONGEST = 24  # words of what is looked for by digests


@dataclass(frozen=True)
class Person:
    """What is known of whom a request concerns; each may be empty."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Accounts as they may be spelt: as given, and the name or number within an address."""
        given = [text.strip() for text in self.accounts if text.strip()]
        known = [accounts.identity(text).partition(":")[2] for text in given]
        return tuple(dict.fromkeys(text for text in [*known, *given] if len(text) >= SHORT - 1))


@dataclass
class Finder:
    """Finds a person in texts. ``seen``: what was found, word by word, for the tombstones."""

    person: Person
    seen: set[str] = field(default_factory=set)

    @cached_property
    def _mail(self) -> re.Pattern[str]:
        return _any(rf"(?<![\w.+-]){re.escape(m.strip())}(?![\w-])" for m in self.person.mails
                    if "@" in m)

    @cached_property
    def _rest(self) -> re.Pattern[str]:
        return _any([
            *(rf"(?<![^\W_]){_account(text)}(?![^\W_])" for text in self.person.literals),
            *(_phone(text) for text in self.person.phones),
            *(pattern for name in self.person.names for pattern in _name(name)),
        ])

    def finds(self, text: str) -> bool:
        """Whether the person stands in a text."""
        return any(
            self._mail.search(one) or self._rest.search(one) or self._is_name(one)
            for one in dict.fromkeys((text, unquote(text)))
        )

    def without(self, text: str) -> str:
        """The text with a placeholder for the person."""
        text = self._plain(text)
        return self._plain(unquote(text)) if self.finds(text) else text

    def _plain(self, text: str) -> str:
        if self._is_name(text):
            self.seen.add(spelt(text))
            return GONE
        text = self._mail.sub(self._put(GONE_MAIL), text)
        return self._rest.sub(self._put(GONE), text)

    def _put(self, placeholder: str) -> Callable[[re.Match[str]], str]:
        def put(match: re.Match[str]) -> str:
            self.seen.add(spelt(match[0]))
            return placeholder

        return put

    def _is_name(self, text: str) -> bool:
        plain = accounts.name_identity(text)
        return bool(text.strip()) and any(
            plain == accounts.name_identity(name) for name in self.person.names
        )


@dataclass(frozen=True)
class DigestFinder:
    """Finds again what was erased before, by keyed digests alone: after a restore nobody knows the
    name any more. ``digests``: number of words -> digests of ``spelt``."""

    key: bytes
    digests: dict[int, frozenset[str]]

    def finds(self, text: str) -> bool:
        return any(map(self._spans, self._spellings(text)))

    def without(self, text: str) -> str:
        for plain in self._spellings(text):
            if spans := self._spans(plain):
                return self.without(self._put(plain, spans))
        return text

    @staticmethod
    def _spellings(text: str) -> list[str]:
        """As it stands there with marks joined to their letters, and without per cent signs."""
        plain = unicodedata.normalize("NFC", text)
        return list(dict.fromkeys((plain, unicodedata.normalize("NFC", unquote(plain)))))

    @staticmethod
    def _put(text: str, spans: list[tuple[int, int]]) -> str:
        for start, end in reversed(spans):
            inside = text[start:end]
            text = text[:start] + (GONE_MAIL if "@" in inside else GONE) + text[end:]
        return text

    def _spans(self, text: str) -> list[tuple[int, int]]:
        words = [(m.start(), m.end()) for m in WORD.finditer(text)]
        found: list[tuple[int, int]] = []
        for size in sorted(self.digests, reverse=True):
            for first in range(len(words) - size + 1):
                start, end = words[first][0], words[first + size - 1][1]
                if digest_of(self.key, spelt(text[start:end])) in self.digests[size]:
                    found.append((start, end))
        return _apart(found)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In their order, the longer one of two that overlap."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    assert all(a[1] <= b[0] for a, b in pairwise(kept))  # noqa: S101
    return kept


def spelt(text: str) -> str:
    """The words of a text in small letters, one space between them: equal for its spellings."""
    return " ".join(WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def words_in(spelling: str) -> int:
    """How many words a ``spelt`` text has."""
    return spelling.count(" ") + 1


def digest_of(key: bytes, value: str) -> str:
    """What a tombstone keeps of a value: nobody without the key can try names against it."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    found = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(found or r"(?!)", re.IGNORECASE)


def _name(name: str) -> list[str]:
    words = unicodedata.normalize("NFC", name).split()
    if not words or (len(words) == 1 and len(words[0]) < SHORT):
        return []
    forms = [
        [re.escape(without_marks(word)) for word in words], [_toned(word, "NFC") for word in words],
        [_toned(word, "NFD") for word in words],
    ]
    return [rf"(?<![^\W_]){form}(?![^\W_])" for form in dict.fromkeys(map(BETWEEN.join, forms))]


def _toned(word: str, form: Form) -> str:
    """A word with its tone on either vowel, as both are written: ``hòa``, ``hoà``."""
    found = re.escape(unicodedata.normalize(form, word.lower()))
    for first, second in ("oa", "oe", "uy"):
        for tone in TONES:
            either = [unicodedata.normalize(form, one)
                      for one in (f"{first}{tone}{second}", f"{first}{second}{tone}")]
            found = re.sub("|".join(either), f"(?:{'|'.join(either)})", found)
    return found


def without_marks(text: str) -> str:
    """Letters alone: ``Nguyễn Đức`` is ``Nguyen Duc``."""
    found = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in found if not unicodedata.combining(c))


def _account(text: str) -> str:
    """Facebook ignores the points of a username."""
    return r"\.?".join(text) if text.isascii() and text.isalnum() else re.escape(text)


def _phone(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    digits = digits.removeprefix("84") if len(digits) > FEWEST_DIGITS + 2 else digits
    digits = digits.removeprefix("0")
    if len(digits) < FEWEST_DIGITS:
        return r"(?!)"
    return r"(?<!\d)(?:(?:\+|00)?84|0)?[ .()-]{0,2}" + r"[ .()-]{0,2}".join(digits) + r"(?!\d)"
