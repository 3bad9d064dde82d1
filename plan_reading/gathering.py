"""One draft out of all readings: the surest first, contradictions named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, pairwise

from .draft import Doubt, Draft, Reading, Value, Words
from .finding import clip, content, criteria, naming, papers, points, prizes, quota, schedule
from .keys import ASKED, LABELS, ORDER
from .passages import Sentence
from .wording import said

READERS = (
    naming.read,
    schedule.read,
    quota.read,
    clip.read,
    content.read,
    criteria.read,
    points.read,
    prizes.read,
    papers.read,
)
WEAK = 4  # readings of this rank or above contradict nobody
MOST = 40  # readings kept of one key, doubts kept in all
OF_A_DAY = timedelta(days=1)
IN_ORDER = ("entries_open", "entries_close", "publicity_opens", "counts_close", "awards")


def draft_of(sentences: list[Sentence]) -> Draft:
    """All that the sentences say."""
    found = list(chain.from_iterable(read(sentences) for read in READERS))
    readings = [one for one in found if isinstance(one, Reading)]
    doubts = [one for one in found if isinstance(one, Doubt)]
    readings += list(_from_issue(sentences, readings))
    for one in points.completed(readings):
        (readings if isinstance(one, Reading) else doubts).append(one)  # type: ignore[arg-type]
    by_key: dict[str, list[Reading]] = {}
    for reading in readings:
        by_key.setdefault(reading.key, []).append(reading)
    rules = [_value(key, some) for key, some in by_key.items() if not key.startswith("beside.")]
    rules.sort(key=lambda value: ORDER[value.key])
    doubts += [doubt for value in rules for doubt in _contradiction(value)]
    doubts += _wrong_order(rules)
    return Draft(
        tuple(rules),
        tuple(key for key in ASKED if key not in by_key),
        tuple(dict.fromkeys(doubts))[:MOST],
        tuple(_beside(by_key)),
    )


def _from_issue(sentences: list[Sentence], readings: list[Reading]) -> Iterator[Reading]:
    """ "Từ ngày ban hành kế hoạch": the plan's own date, where it has one."""
    date = next((r.value for r in readings if r.key == "beside.plan_date"), None)
    for sentence in sentences if date else ():
        if "tu ngay ban hanh" in sentence.flat:
            at = f"{date}T00:00:00+07:00"
            yield Reading(
                "schedule.entries_open",
                at,
                sentence.text,
                sentence.place,
                1,
                Words("Ngày ban hành kế hoạch.", "The plan's own date."),
                exact=False,
            )


def _value(key: str, readings: list[Reading]) -> Value:
    """The surest reading; of the same day the one with an hour; then the one that stands first."""
    ranked = sorted(readings[:MOST], key=lambda reading: reading.rank)
    best = next((r for r in ranked if r.exact and _agree(r, ranked[0])), ranked[0])
    others: list[Reading] = []
    for reading in ranked:
        if not _agree(reading, best) and all(reading.value != o.value for o in others):
            others.append(reading)
    return Value(
        key, best.value, best.source, best.place, best.note, tuple(others), best.parts
    )


def _agree(one: Reading, other: Reading) -> bool:
    if one.value == other.value:
        return True
    if one.exact and other.exact:
        return False
    apart = datetime.fromisoformat(one.value) - datetime.fromisoformat(other.value)
    return abs(apart) <= OF_A_DAY and _same_day(one, other)


def _same_day(one: Reading, other: Reading) -> bool:
    """The end of the 19th is the 20th at midnight, and still the 19th."""
    ends = [datetime.fromisoformat(r.value) - timedelta(seconds=1) for r in (one, other)]
    starts = [datetime.fromisoformat(r.value) for r in (one, other)]
    return ends[0].date() == ends[1].date() or starts[0].date() == starts[1].date()


def _contradiction(value: Value) -> Iterator[Doubt]:
    rivals = [other for other in value.others if other.rank < WEAK]
    if not rivals:
        return
    label = LABELS[value.key]
    taken, shown = said(value.value), [said(rival.value) for rival in rivals[:3]]
    yield Doubt(
        f"{value.source}\n{rivals[0].source}" if rivals[0].source != value.source else value.source,
        f"{label.vi}: đọc được nhiều cách: {taken.vi}; {'; '.join(s.vi for s in shown)}. Đã lấy "
        f"{taken.vi}.",
        f"{label.en}: read in several ways: {taken.en}; {'; '.join(s.en for s in shown)}. "
        f"{taken.en} is taken.",
    )


def _wrong_order(rules: Iterable[Value]) -> Iterator[Doubt]:
    known = {value.key: value for value in rules}
    dated = [known[f"schedule.{name}"] for name in IN_ORDER if f"schedule.{name}" in known]
    for before, after in pairwise(dated):
        if datetime.fromisoformat(before.value) > datetime.fromisoformat(after.value):
            first, second = LABELS[before.key], LABELS[after.key]
            one, other = said(before.value), said(after.value)
            yield Doubt(
                after.source,
                f"“{second.vi}” ({other.vi}) đứng trước “{first.vi}” ({one.vi}). Hãy xem lại.",
                f'"{second.en}" ({other.en}) is before "{first.en}" ({one.en}). Please see to it.',
            )


def _beside(by_key: dict[str, list[Reading]]) -> Iterator[Value]:
    for key in sorted((key for key in by_key if key.startswith("beside.")), key=ORDER.__getitem__):
        unique = {str(reading.value): reading for reading in reversed(by_key[key])}
        for reading in list(reversed(unique.values()))[:MOST]:
            yield Value(key, reading.value, reading.source, reading.place, reading.note)
