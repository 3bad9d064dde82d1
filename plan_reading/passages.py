"""A plan's text as sentences, each with its section and the line it hangs on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .draft import Place
from .letters.folding import folded

A_LINE = 80  # characters: what is shorter is no paragraph of its own
LONGEST = 2_000  # of one passage; what is longer is cut into several
WRAPPED = 130  # characters: longer lines are not those of a page
SECTION = re.compile(
    r"(?:(?:phan|muc|chuong|dieu) )?(?P<roman>x{0,2}(?:ix|iv|v?i{0,3}))[.)/:] ?(?=\S)"
    r"|(?:(?:muc|dieu) )?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.)/] +(?=\D)"
    r"|(?P<letter>[a-h])[.)/] +(?=\S)"
)
BULLET = re.compile(r"(?:[-+*•●▪■◦○✓➢\uf0a7\uf0b7\uf02d]|o(?= ))+ *")
SENTENCE_END = re.compile(
    r"(?<![ .](?i:tp|tm|tt|dt|gs|ts|kt|tl))(?<!^(?i:tm|kt|tl))(?<!(?i:tuq))(?<! [qpQP])"
    r"[.;!?]\s+(?=[^\W\d_a-z]|[\"(])"
)
STARTS_ANEW = re.compile(
    r"[-+*•●▪■◦○✓➢\uf0a7\uf0b7]|(?:x{0,2}(?:ix|iv|v?i{0,3})|\d{1,2}(?:\.\d{1,2})*|[a-h])[.)/] "
    r"|(?:bi thu|pho bi thu|truong ban|can cu"
    r"|noi nhan|noi gui|kinh gui|ghi chu|luu y|phu luc|tm\.|kt\.)"
)
# "Giải Nhì: 02 giải": a label begins a line of its own, also where the line before has no stop.
LABEL = re.compile(r"[^\W\d_a-z][^:.;!?\d]{1,39}:(?= |$)")
JUNK = re.compile(r"[\u200b-\u200f\u2060\ufeff]|\*+")
MANY_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
HYPHENATED = re.compile(r"[^\W\d_]-$")


@dataclass(frozen=True)
class Passage:
    """A paragraph, a list item or a table's row (then with its ``cells``)."""

    text: str
    page: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """``flat`` is the folded text; ``lead`` the folded headings and the line above that ends in
    a colon, nearest last."""

    text: str
    flat: str
    place: Place
    lead: str = ""
    cells: tuple[str, ...] = ()

    @property
    def around(self) -> str:
        """The lead and the sentence, folded."""
        return f"{self.lead} | {self.flat}"


def cleaned(text: str) -> str:
    """NFC, without marks of layout; runs of spaces made one. Soft hyphens go."""
    text = unicodedata.normalize("NFC", text.replace("\u00ad", ""))
    text = MANY_SPACES.sub(" ", JUNK.sub("", text)).strip()
    return text.replace("Ð", "Đ").replace("ð", "đ")


def rejoined(lines: Iterable[str]) -> list[str]:
    """Paragraphs out of lines that a program broke: a line goes on where neither its end nor the
    next line's beginning looks like a new item."""
    made: list[str] = []
    kept = [cleaned(line) for line in lines]
    width = _width(kept)
    before = ""
    for line in kept:
        if line and before and _goes_on(before, line, width):
            made[-1] = _joined(made[-1], line)
        elif line:
            made.append(line)
        before = line
    return made


def _width(lines: list[str]) -> int:
    """How long a full line is here: the length that nine of ten lines do not exceed."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _goes_on(before: str, line: str, width: int) -> bool:
    if before.endswith((".", ";", ":", "!", "?")) or STARTS_ANEW.match(folded(line)):
        return False
    if LABEL.match(line) and line[0].isupper():
        return False
    if line[0].islower() or (line[0] in '"“(' and len(line) > 1):
        return True
    return width <= WRAPPED and len(before) >= 0.75 * width


def _joined(before: str, line: str) -> str:
    if HYPHENATED.search(before) and line[0].islower():
        return before[:-1] + line
    return f"{before} {line}"


def sentences(passages: Iterable[Passage]) -> list[Sentence]:
    """Every sentence of the plan in reading order."""
    return list(_walk(passages))


def _walk(passages: Iterable[Passage]) -> Iterator[Sentence]:
    headings = Headings()
    for number, passage in enumerate(_bounded(passages), 1):
        flat = folded(passage.text)
        headings.meet(flat)
        place = Place(headings.section, number, passage.page)
        lead = headings.lead
        for text in _split(passage.text, flat):
            yield Sentence(text, folded(text), place, lead, passage.cells)
        headings.leave(flat)


def _bounded(passages: Iterable[Passage]) -> Iterator[Passage]:
    for passage in passages:
        text = passage.text
        if not text:
            continue
        for start in range(0, len(text), LONGEST):
            yield replace(passage, text=text[start : start + LONGEST])


def _split(text: str, flat: str) -> Iterator[str]:
    """Sentences, without the bullet or the number in front."""
    start = _front(flat)
    for end in SENTENCE_END.finditer(text if text.islower() else _cased(text, flat), start):
        yield text[start : end.start() + 1].strip()
        start = end.end()
    if rest := text[start:].strip():
        yield rest


def _cased(text: str, flat: str) -> str:
    """The folded text with its capitals: a sentence begins with one."""
    return "".join(f.upper() if c.isupper() else f for c, f in zip(text, flat, strict=True))


def _front(flat: str) -> int:
    if found := BULLET.match(flat):
        return found.end()
    found = SECTION.match(flat)
    return found.end() if found and found.end() < len(flat) else 0


class Headings:
    """The numbered sections that stand open, outermost first, and the line that ends in a colon."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[str, str]] = {}  # level -> (number, title)
        self.hangs_on = ""

    @property
    def section(self) -> str:
        """Such as ``III.3``."""
        return ".".join(number for number, _ in self.open.values())

    @property
    def lead(self) -> str:
        """Titles of the open sections and the line above that ends in a colon."""
        titles = [title for _, title in self.open.values()]
        return " | ".join([*titles, self.hangs_on] if self.hangs_on else titles)

    def meet(self, flat: str) -> None:
        """Enter a new section where ``flat`` begins one."""
        found = SECTION.match(flat)
        if not found or not any(found.groups()):
            return
        level = next(name for name, number in found.groupdict().items() if number)
        number = found[level].upper() if level == "roman" else found[level]
        if level == "number" and "." in number and "number" in self.open:
            number = (
                number.split(".", 1)[1]
                if number.startswith(self.open["number"][0] + ".")
                else number
            )
        order = ("roman", "number", "letter")
        self.open = {k: v for k, v in self.open.items() if order.index(k) < order.index(level)}
        self.open[level] = (number, flat[found.end() :][:120])
        self.hangs_on = ""

    def leave(self, flat: str) -> None:
        """Remember a line that ends in a colon; what follows without a bullet may hang on it."""
        if flat.rstrip().endswith(":"):
            self.hangs_on = flat[:200]
        elif not BULLET.match(flat) and not SECTION.match(flat):
            self.hangs_on = self.hangs_on if len(flat) < A_LINE else ""
