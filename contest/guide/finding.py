"""Looking for a page: with and without accents, in both languages, the best first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from contest.folding import fold
from contest.guide.book import Book, Topic

WORD = re.compile(r"\w+")
# What a word is worth, by where it stands; each place counts once, and no word more than the title,
# for a Vietnamese word is two of these or three, and one alone says little.
TITLE, KNOWN_AS, HEADINGS, LEAD, TEXT = 12.0, 8.0, 6.0, 4.0, 1.0
BESIDE = 2.0  # times the place's worth for each two words that stand beside each other there
AS_WRITTEN = 1.25  # for one who typed the accents, and they are those
OTHER_LANGUAGE = 0.5
MOST_WORDS, MOST_HITS = 12, 20
ARTICLES = frozenset({"a", "an", "the"})
SHORT = 3  # letters; "a" would begin half of all words
BEFORE, AROUND = 60, 200  # letters of a passage


@dataclass(frozen=True)
class Hit:
    """A page, and the passage in which the words stand, marked."""

    topic: Topic
    passage: Markup


def find(words: str, book: Book, other: Book) -> list[Hit]:
    """Pages of ``book`` that hold all words, in its text or in its twin's of the other language;
    where no page holds all, those that hold some."""
    written = list(dict.fromkeys(WORD.findall(words.lower())))[:MOST_WORDS]
    asked = [word for word in written if word not in ARTICLES] or written
    if not asked:
        return []
    worth = [
        (max(_worth(topic, asked, every), OTHER_LANGUAGE * _worth(twin, asked, every)), topic)
        for every in (True, False)
        for topic, twin in zip(book.topics, other.topics, strict=True)
    ]
    half = len(worth) // 2
    found = [pair for pair in worth[:half] if pair[0]] or [pair for pair in worth[half:] if pair[0]]
    found.sort(key=lambda pair: -pair[0])
    return [Hit(topic, _passage(topic, asked)) for _, topic in found[:MOST_HITS]]


def _worth(topic: Topic, asked: Sequence[str], every: bool) -> float:
    places = (
        (TITLE, topic.title), (KNOWN_AS, topic.words), (HEADINGS, " ".join(topic.headings)),
        (LEAD, topic.lead), (TEXT, topic.text),
    )
    folded = [(worth, f" {_words(place)} ") for worth, place in places]
    each = [sum(worth for worth, text in folded if _begun(word) in text) for word in asked]
    if every and not all(each):
        return 0.0
    pairs = [f" {fold(one)} {fold(next_one)}" for one, next_one in pairwise(asked)]
    beside = [worth for worth, text in folded for pair in pairs if pair in text]
    whole = sum(min(worth, TITLE) for worth in each) + BESIDE * sum(beside)
    written = " ".join(place.lower() for _, place in places)
    return whole * AS_WRITTEN if _has_accents(asked) and " ".join(asked) in written else whole


def _begun(word: str) -> str:
    """What a text holds that has a word beginning so; a short word is looked for as it is."""
    return f" {fold(word)}" + (" " if len(word) < SHORT else "")


def _words(text: str) -> str:
    return " ".join(WORD.findall(fold(text)))


def _has_accents(asked: Sequence[str]) -> bool:
    return any(fold(word) != word for word in asked)


def _passage(topic: Topic, asked: Sequence[str]) -> Markup:
    """Where the words stand in the text; the lead where they do not."""
    folded = fold(topic.text)
    if len(folded) != len(topic.text):
        return escape(topic.lead)
    spans = _spans(folded, asked)
    if not spans:
        return escape(topic.lead)
    together = folded.find(" ".join(map(fold, asked)))
    begin = max(0, (together if together >= 0 else _densest(folded, spans)) - BEFORE)
    begin = topic.text.rfind(" ", 0, begin) + 1 if begin else 0
    end = topic.text.find(" ", begin + AROUND)
    end = len(topic.text) if end < 0 else end
    inside = [span for span in spans if begin <= span[0] and span[1] <= end]
    return Markup("").join((
        "… " if begin else "", _marked(topic.text, begin, end, inside),
        " …" if end < len(topic.text) else "",
    ))


def _spans(folded: str, asked: Sequence[str]) -> list[tuple[int, int]]:
    """Where words begin that begin with one asked for; those that overlap are one."""
    found = sorted(
        match.span() for word in set(asked)
        for match in re.finditer(
            rf"\b{re.escape(fold(word))}" + (r"\b" if len(word) < SHORT else ""), folded
        )
    )
    kept = found[:1]
    kept += [after for before, after in pairwise(found) if after[0] >= before[1]]
    return kept


def _densest(folded: str, spans: Sequence[tuple[int, int]]) -> int:
    """Where a passage begins that holds as many of the words as possible."""
    def held(begin: int) -> int:
        near = (span for span in spans if begin <= span[0] < begin + AROUND - BEFORE)
        return len({folded[first:last] for first, last in near})

    return max((first for first, _ in spans), key=held)


def _marked(text: str, begin: int, end: int, spans: Sequence[tuple[int, int]]) -> Markup:
    parts, at = [], begin
    for first, last in spans:
        parts += [escape(text[at:first]), Markup("<mark>{}</mark>").format(text[first:last])]
        at = last
    return Markup("").join([*parts, escape(text[at:end])])
