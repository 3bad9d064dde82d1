"""A published result as people read it: a line for each unit, numbers formatted, prizes named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from contest.models import Contest, Result
from contest.profile import Profile
from contest.profile.entries import spoken
from contest.services.core.pagination import Pagination
from contest.services.results import ranking_rows
from contest.services.results.ranking_rows import Picked

# These columns hold every mark and every account: megabytes. They are read where needed.
LIGHT = (defer(Result.input), defer(Result.output), defer(Result.names))


@dataclass(frozen=True)
class Line:
    """A unit's place. Points are texts in the reader's language; ``*_share`` are for the bar."""

    rank: int
    unit: str
    code: str
    title: str
    authors: Sequence[str]
    jury: str
    interactions: str
    total: str
    jury_share: float  # 0..100, of the whole bar
    interaction_share: float
    second: Mapping[str, str] | None  # the same on the plan's own scale: of, jury, …, total
    points: int | None
    capped: bool
    verified: bool
    checked: str | None  # "37/90": shares whose account is known, where those are not all
    prize: str | None
    shared: bool
    by_tie_break: bool
    explanation: Sequence[str]
    # Of a prize that goes by another measure than the ranking: which one, and how it is written
    # behind the number that stands in ``total``.
    measure: str = ""
    measured: str = ""
    category: str = ""  # of the clip, where the rules have categories
    carried: str = ""  # points from the round before, where the rules carry any


def editions(session: Session, contest: Contest) -> list[Result]:
    """Every published revision of the result, the newest first; large columns deferred."""
    return list(session.scalars(_published(contest)))


def newest(session: Session, contest: Contest) -> Result | None:
    """The published result in force; large columns deferred."""
    return session.scalars(_published(contest).limit(1)).first()


def edition(session: Session, contest: Contest, number: int) -> Result | None:
    """The published revision of this number; large columns deferred."""
    return session.scalars(_published(contest).where(Result.number == number)).first()


def _published(contest: Contest) -> Select[Result]:
    query = select(Result).where(Result.contest_id == contest.id, Result.state == "published")
    return query.options(*LIGHT).order_by(Result.number.desc())


def lines(result: Result, profile: Profile, language: str) -> list[Line]:
    """The ranking, best first."""
    return [_line(row, result.names, profile, language) for row in result.output["ranking"]]


def lines_of(
    rows: Iterable[Mapping[str, Any]], result: Result, profile: Profile, language: str
) -> Iterator[Line]:
    """The same of rows of its ranking, as they come."""
    return (_line(row, result.names, profile, language) for row in rows)


def some_lines(
    session: Session, result: Result, profile: Profile, language: str, found: Picked
) -> list[Line]:
    """The chosen lines of the ranking, best first; no others are read from the database."""
    rows = ranking_rows.pick(session, result, found)
    names = ranking_rows.names(session, result, [row["entry"] for row in rows])
    return [_line(row, names, profile, language) for row in rows]


def winners(session: Session, result: Result, profile: Profile, language: str) -> list[Line]:
    """A line for each prize won, in the order of the ranking; where prizes go by other measures, in
    the order of the prizes, each line being the place by the prize's measure, its ``total`` what it
    is worth there."""
    if not goes_by_measures(profile):
        return some_lines(session, result, profile, language, Picked(prizes=True))
    rows = ranking_rows.awards(session, result)
    names = ranking_rows.names(session, result, [row["entry"] for row in rows])
    return [_award(row, names, profile, language) for row in rows]


def by_measure(
    session: Session, result: Result, profile: Profile, language: str
) -> list[Line]:
    """The winners where prizes go by other measures; empty where the ranking shows them all."""
    if not goes_by_measures(profile):
        return []
    return winners(session, result, profile, language)


def winners_of(result: Result, profile: Profile, language: str) -> list[tuple[str, Line]]:
    """The same with each prize's id, from the whole result at hand."""
    if not goes_by_measures(profile):
        found = zip(lines(result, profile, language), result.output["ranking"], strict=True)
        return [(row["prize"], line) for line, row in found if row["prize"]]
    rows = result.output["awards"]
    return [(row["prize"], _award(row, result.names, profile, language)) for row in rows]


def goes_by_measures(profile: Profile) -> bool:
    """Whether any prize goes by something else than the ranking."""
    return any(prize.by != "overall" for prize in profile.prizes)


def page_of_lines(
    session: Session, result: Result, profile: Profile, language: str, found: Picked, *, number: int
) -> Pagination[Line]:
    """One page of the chosen lines, best first."""
    page = ranking_rows.page(session, result, found, number)
    names = ranking_rows.names(session, result, [row["entry"] for row in page.rows])
    return replace(page, rows=[_line(row, names, profile, language) for row in page.rows])


def longest_bar(found: Sequence[Line]) -> float:
    """The value of the longest bar: 100, or more where a unit's clips are added up."""
    return max([100.0, *(line.jury_share + line.interaction_share for line in found)])


def disqualified(result: Result) -> list[dict[str, Any]]:
    """Clips that are out, with the published reason."""
    session = Session.object_session(result)
    assert session is not None  # noqa: S101 - nobody asks once its session is over
    rows = ranking_rows.disqualified(session, result)
    names = ranking_rows.names(session, result, [row["entry"] for row in rows]) if rows else {}
    return [
        {"unit": _name(row, names, "unit"), "code": row["entry"], "reason": row["reason"]}
        for row in rows
    ]


def _line(
    row: Mapping[str, Any], names: Mapping[str, Any], profile: Profile, language: str
) -> Line:
    entry = names.get(row["entry"], {})
    return Line(
        rank=row["rank"],
        unit=_name(row, names, "unit"),
        code=row["entry"],
        title=entry.get("title", row["entry"]),
        authors=entry.get("authors", []),
        **_points(row, language),
        second=_second(row, language),
        points=row["points"],
        capped=row["capped"],
        verified=row["verified"],
        checked=_checked(row, language),
        prize=prize_names(row, profile, language),
        shared=row["decided_by"] == "shared",
        by_tie_break=row["decided_by"] not in ("total", "shared"),
        explanation=spoken(
            row["explanation"][language], profile.entry.kind, language).split("\n"),
        category=_category(row, profile, language),
        carried=written(row["carried"]["rounded"], language) if "carried" in row else "",
    )


def _category(row: Mapping[str, Any], profile: Profile, language: str) -> str:
    names = {one.id: one.name[language] for one in profile.categories}
    return names.get(row.get("category") or "", "")


def _award(
    row: Mapping[str, Any], names: Mapping[str, Any], profile: Profile, language: str
) -> Line:
    """A prize by its own measure. ``total`` is whole where the measure counts points."""
    line = _line(
        {**row, "prize": row["prize"], "total": row["value"], "second_scale": None}, names, profile,
        language,
    )
    prize = next(one for one in profile.prizes if one.id == row["prize"])
    exact = Fraction(row["value"]["exact"])
    points = exact.denominator == 1 and prize.by == "interactions"
    value = written(str(exact), language) if points else line.total
    measure = by_words(prize.by, profile, language)
    kind, _, key = prize.by.partition(":")
    name = named(kind, key, profile, language)
    marks = f"“{key}”", f'"{key}"'  # scoring knows ids only
    said = [line_.replace(marks[0], f"“{name}”").replace(marks[1], f"“{name}”")
            for line_ in line.explanation] if key else line.explanation
    return replace(
        line, total=value, explanation=said, shared=row["shared"], measure=measure,
        measured="" if prize.by == "overall" else f"{measure}: {value}"
        if prize.by != "chair" else measure,
    )


_BY = {
    "vi": {"overall": "tổng điểm", "jury": "điểm giám khảo", "interactions": "điểm tương tác",
           "criterion": "tiêu chí “{}”", "category": "mảng “{}”", "measure": "cách tính “{}”",
           "chair": "Trưởng ban chọn"},
    "en": {"overall": "total", "jury": "the jury's marks", "interactions": "interaction points",
           "criterion": "criterion “{}”", "category": "category “{}”", "measure": "measure “{}”",
           "chair": "the chair's choice"},
}


def by_words(by: str, profile: Profile, language: str) -> str:
    """What a prize goes by, in words of the contest."""
    kind, _, key = by.partition(":")
    return _BY[language][kind].format(named(kind, key, profile, language))


def named(kind: str, key: str, profile: Profile, language: str) -> str:
    """The name of a criterion, category or measure; its id where the rules know none."""
    lists: dict[str, Sequence[Any]] = {
        "criterion": profile.jury.criteria, "category": profile.categories,
        "measure": profile.measures,
    }
    names = {one.id: str(one.name[language]) for one in lists.get(kind, [])}
    return names.get(key, key)


def measures_in_words(profile: Profile, language: str) -> dict[str, str]:
    """By measure its words, of prizes that do not go by the ranking."""
    named = {prize.by for prize in profile.prizes} - {"overall"}
    return {by: by_words(by, profile, language) for by in sorted(named)}


def prize_names(row: Mapping[str, Any], profile: Profile, language: str) -> str | None:
    """All the prizes of a line of the ranking, one after the other; None where it has none."""
    if "prizes" not in row:
        return prize_name(row["prize"], profile, language)
    names = [prize_name(prize, profile, language) or "" for prize in row["prizes"]]
    return ", ".join(names) or None


def _name(row: Mapping[str, Any], names: Mapping[str, Any], key: str) -> str:
    return str(names.get(row["entry"], {}).get(key) or row[key])


def _points(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    parts = {key: row[key] for key in ("jury", "interactions", "total")}
    shown: dict[str, Any] = {k: written(v["rounded"], language) for k, v in parts.items()}
    shown["jury_share"] = float(Fraction(parts["jury"]["exact"]))
    shown["interaction_share"] = float(Fraction(parts["interactions"]["exact"]))
    return shown


def _second(row: Mapping[str, Any], language: str) -> dict[str, str] | None:
    scale = row.get("second_scale")
    if not scale:
        return None
    parts = {k: written(scale[k]["rounded"], language) for k in ("jury", "interactions", "total")}
    return {"of": scale["of"], **parts}


def _checked(row: Mapping[str, Any], language: str) -> str | None:
    found = row.get("checked")
    if found is None:
        return None
    return "/".join(written(str(found[key]), language) for key in ("shares", "of"))


def prize_name(prize_id: str | None, profile: Profile, language: str) -> str | None:
    """A prize in the reader's language."""
    named = {prize.id: prize.name[language] for prize in profile.prizes}
    return named.get(prize_id, prize_id) if prize_id else None


def written(number: str, language: str) -> str:
    """``"1234.50"`` as people write it; the digits are those of the result, never rounded again."""
    whole, _, decimals = number.partition(".")
    grouped = f"{int(whole):,}"
    if language == "en":
        return f"{grouped}.{decimals}" if decimals else grouped
    return ",".join(part for part in (grouped.replace(",", "."), decimals) if part)
