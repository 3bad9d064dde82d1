"""What stands on papers: number and date of the plan, who signs, who receives; the committee."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..draft import Doubt, Reading
from ..letters.folding import folded
from ..passages import Sentence
from .moments import moments
from .naming import hyphenated

TOP = 20  # sentences of the letterhead
NUMBER = re.compile(r"^số\s?:\s?([\w./\-… ]{0,20}/[\w\-.Đ]{2,40})", re.IGNORECASE)
DATED = re.compile(
    r"([^\W\d_][^,;:()]{1,40}), ngày \d{1,2} tháng \d{1,2} năm \d{4}\.?", re.IGNORECASE
)
A_SENTENCE = re.compile(r"\d[gh]|\b(?:gio|truoc|gui|nop|hop|tu|den|het|luc|vao)\b")
RECIPIENTS = re.compile(r"noi (?:nhan|gui) ?:?")
RECIPIENTS_END = re.compile(
    r"(?:tm|kt|tl|tuq)\. |bi thu|pho bi thu|chu tich|truong ban|phu luc|\(da ky|ke hoach"
)
FILED = re.compile(r"luu\b|nhu tren\b")
ON_BEHALF = re.compile(r"(?:TM|KT|TL|TUQ)\.\s?[\w ,.-]{4,60}$")
SIGNERS = (
    "bi thu",
    "pho bi thu",
    "pho bi thu thuong truc",
    "truong ban",
    "pho truong ban",
    "chu tich",
)
COMMITTEE = re.compile(r"(?:truong|pho(?: truong)?) ban|thanh vien|uy vien|thu ky")
COMMITTEE_CONTEXT = re.compile(r"ban to chuc|btc|ban giam khao|bgk|to tham dinh|hoi dong")
MOST_RECIPIENTS = 30


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``documents.…``; the plan's number and date, the committee as ``beside.…``."""
    yield from _letterhead(sentences[:TOP])
    yield from _recipients(sentences)
    yield from _signature(sentences)
    for sentence in sentences:
        if COMMITTEE.search(sentence.flat) and COMMITTEE_CONTEXT.search(sentence.around):
            yield Reading("beside.committee", sentence.text, sentence.text, sentence.place)


def _letterhead(top: list[Sentence]) -> Iterator[Reading]:
    for sentence in top:
        if found := NUMBER.match(sentence.text):
            number = found[1].strip()
            symbol = number.rpartition("/")[2]
            yield Reading("beside.plan_number", number, sentence.text, sentence.place)
            yield Reading("documents.symbol", symbol, sentence.text, sentence.place)
        found = DATED.fullmatch(sentence.text)
        if found and not A_SENTENCE.search(sentence.flat):
            place = found[1].strip()
            yield Reading("documents.place", place, sentence.text, sentence.place)
            for moment in moments(sentence, None)[0][:1]:
                day = moment.day.isoformat()
                yield Reading("beside.plan_date", day, sentence.text, sentence.place)


def _recipients(sentences: list[Sentence]) -> Iterator[Reading]:
    start = next((n for n, s in enumerate(sentences) if RECIPIENTS.match(s.flat)), None)
    if start is None:
        return
    head = sentences[start]
    found: list[str] = []
    first = head.text[RECIPIENTS.match(head.flat).end() :].strip(" :-")  # type: ignore[union-attr]
    items = [first, *(s.text for s in sentences[start + 1 : start + MOST_RECIPIENTS])]
    flats = [head.flat, *(s.flat for s in sentences[start + 1 : start + MOST_RECIPIENTS])]
    for text, flat in zip(items, flats, strict=True):
        if RECIPIENTS_END.match(flat):
            break
        for part in text.split(";"):
            name = part.strip(" .;-*•+")
            if name and not FILED.match(folded(name)):
                found.append(hyphenated(name))
    if found:
        source = "\n".join([head.text, *items[1 : len(found) + 1]])
        yield Reading("documents.recipients", found, source, head.place)


def _signature(sentences: list[Sentence]) -> Iterator[Reading]:
    for sentence, following in zip(sentences, [*sentences[1:], None], strict=True):
        if not ON_BEHALF.match(sentence.text) or not sentence.text.isupper():
            continue
        yield Reading("documents.on_behalf", sentence.text, sentence.text, sentence.place)
        if following and following.flat.strip() in SIGNERS:
            yield Reading("documents.signer", following.text, following.text, following.place)
