"""Why a unit takes a prize that goes by another measure than the ranking, in both languages."""

from __future__ import annotations

from fractions import Fraction

from scoring.explain import MEASURES, Explainer, Page
from scoring.model import CATEGORY, CHAIR, INTERACTIONS, JURY, NAMED, OVERALL
from scoring.numbers import shown
from scoring.ranking import SHARED, VALUE, Line
from scoring.winning.awarding import Award
from scoring.winning.measures import marks, named, worth
from scoring.winning.scored import Scored

_WORDS: dict[str, dict[str, str]] = {
    "vi": {
        "overall": "tổng điểm",
        "jury": "điểm giám khảo",
        "interactions": "điểm tương tác",
        "criterion": "tiêu chí “{key}”",
        "category": "tổng điểm trong mảng “{key}”",
        "measure": "cách tính “{key}”",
        "mean": "Giám khảo: trung bình {value} trên 100, {count} phiếu.",
        "marks": "Tiêu chí “{key}”: {sum} / {count} / {most} × 100 = {value}.",
        "points": "Tương tác: {sum} = {points} điểm, không giới hạn.",
        "weighed": "Cách tính “{key}”: giám khảo {jury} và tương tác {interactions} trên 100, tỉ "
        "trọng {jury_weight} và {interaction_weight}: {value}.",
        "by_value": "Hạng {rank} theo {measure}: {value}.",
        "by_step": "Hạng {rank} theo {measure}: {value}, bằng với {others}; xét {step}.",
        "shared": "Đồng hạng {rank} theo {measure} với {others}: mọi tiêu chí phụ đều bằng nhau.",
        "chair": "Do Trưởng ban chọn, theo quyết định được ghi biên bản.",
        "passed": "Đã có giải khác nên không nhận giải này: {names}.",
    },
    "en": {
        "overall": "total",
        "jury": "the jury's marks",
        "interactions": "interaction points",
        "criterion": 'criterion "{key}"',
        "category": 'total in category "{key}"',
        "measure": 'measure "{key}"',
        "mean": "Jury: a mean of {value} out of 100, {count} ballots.",
        "marks": 'Criterion "{key}": {sum} / {count} / {most} × 100 = {value}.',
        "points": "Interactions: {sum} = {points} points, without a cap.",
        "weighed": 'Measure "{key}": jury {jury} and interactions {interactions} out of 100, '
        "weights {jury_weight} and {interaction_weight}: {value}.",
        "by_value": "Rank {rank} by {measure}: {value}.",
        "by_step": "Rank {rank} by {measure}: {value}, equal with {others}; decided by {step}.",
        "shared": "Rank {rank} by {measure} shared with {others}: every tie-break is equal.",
        "chair": "The chair's choice, by a recorded decision.",
        "passed": "Passed over, having another prize: {names}.",
    },
}


def explain(award: Award, explainer: Explainer) -> dict[str, str]:
    """``{"vi": …, "en": …}``, sentences one to a line."""
    return {
        language: "\n".join(_sentences(award, page)) for language, page in explainer.pages.items()
    }


def _sentences(award: Award, page: Page) -> list[str]:
    kind, _, key = award.prize.by.partition(":")
    if kind in (OVERALL, CATEGORY, CHAIR):
        found = page.sums(award.line)
    else:
        found = [page.clips(award.line)]
        for clip in award.line.clips:
            found.append(_worth(clip, kind, key, page))
            found += page.posts(clip) if kind == INTERACTIONS else []
            if kind == INTERACTIONS and page.rules.points_per_share and clip.entry.counted:
                found.append(page.shares(clip))
    found.append(_rank(award, kind, key, page))
    if award.passed:
        found.append(_say(page, "passed", names=", ".join(award.passed)))
    return found


def _say(page: Page, word: str, **values: object) -> str:
    return _WORDS[page.language][word].format(**values)


def _worth(clip: Scored, kind: str, key: str, page: Page) -> str:
    value = page.number(worth(clip, f"{kind}:{key}" if key else kind, page.rules) or 0)
    if kind == JURY:
        return _say(page, "mean", value=value, count=len(clip.jury.counted))
    if kind == INTERACTIONS:
        return _say(page, "points", sum=page.collected(clip), points=value)
    if kind == NAMED:
        return _weighed(clip, key, value, page)
    given = marks(clip, key)
    most = next(criterion.max for criterion in page.rules.criteria if criterion.id == key)
    parts = " + ".join(page.number(mark) for mark in given)
    total = parts if len(given) == 1 else f"({parts})"
    return _say(
        page, "marks", key=key, sum=total, count=len(given), most=page.number(most), value=value
    )


def _weighed(clip: Scored, key: str, value: str, page: Page) -> str:
    measure = named(key, page.rules)
    return _say(
        page, "weighed", key=key, value=value,
        jury=page.number(100 * (clip.jury.mean or Fraction(0))),
        interactions=page.number(100 * clip.interactions.score),
        jury_weight=page.number(measure.jury_weight),
        interaction_weight=page.number(measure.interaction_weight),
    )  # fmt: skip


def _rank(award: Award, kind: str, key: str, page: Page) -> str:
    line = award.line
    if kind == CHAIR:
        return _say(page, "chair")
    equals = [other for other in award.lines if other.value == line.value]
    if kind == OVERALL:
        return page.rank(line, equals)
    said = {"rank": line.rank, "measure": _say(page, kind, key=key), "value": _value(line, page)}
    if line.decided_by == VALUE:
        return _say(page, "by_value", **said)
    if line.decided_by == SHARED:
        same = [one.unit for one in equals if one.rank == line.rank and one.unit != line.unit]
        return _say(page, "shared", others=", ".join(same), **said)
    others = ", ".join(one.unit for one in equals if one.unit != line.unit)
    step = page.say(line.decided_by, value=page.number(MEASURES[line.decided_by](line)))
    return _say(page, "by_step", others=others, step=step, **said)


def _value(line: Line, page: Page) -> str:
    """Whole where it is whole, as points are; else rounded once."""
    if line.value.denominator == 1:
        return page.number(line.value)
    return shown(line.value, page.language)
