"""A published result as people read it: a line for each unit, numbers formatted, prizes named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from contest.models import Contest, Result
from contest.profile import Profile
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


def some_lines(
    session: Session, result: Result, profile: Profile, language: str, found: Picked
) -> list[Line]:
    """The chosen lines of the ranking, best first; no others are read from the database."""
    rows = ranking_rows.pick(session, result, found)
    names = ranking_rows.names(session, result, [row["entry"] for row in rows])
    return [_line(row, names, profile, language) for row in rows]


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
        prize=prize_name(row["prize"], profile, language),
        shared=row["decided_by"] == "shared",
        by_tie_break=row["decided_by"] not in ("total", "shared"),
        explanation=row["explanation"][language].split("\n"),
    )


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
