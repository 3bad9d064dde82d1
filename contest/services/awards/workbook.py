"""The result as a workbook that computes itself: change a mark or a count, and the totals follow.

A sheet for each purpose: ranking, marks, the jury's mean, counts, prizes, units in and out, the
rules that the formulas read, and every explanation. Marks stand under juror codes. A standardised
jury (marks stretched to a common spread) is the one thing no formula does: its means are numbers,
and the sheet of rules says so.
"""

import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from openpyxl.utils import get_column_letter as letter
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Result, Unit
from contest.profile import Profile
from contest.profile.entries import spoken_all
from contest.services.awards import workbook_posts, workbook_ranking
from contest.services.awards.workbook_input import Gathered, Source, gathered
from contest.services.awards.workbook_words import WORDS
from contest.services.core import spreadsheets
from contest.services.core.spreadsheets import Formula, Number, Table, quoted
from contest.services.results import results, standings
from contest.services.results.ranking_rows import Stored
from scoring.jury import Rubric
from scoring.model import Entry, Rules

# Rows of the sheet of rules that formulas name, in this order from row 2 on; the criteria follow.
PARAMETERS = ("jury_weight", "interaction_weight", "points_per_share", "points_per_reaction",
              "points_cap", "trim", "trim_from", "possible")
FIRST_CRITERION = len(PARAMETERS) + 2


@dataclass(frozen=True)
class Book:
    """What the sheets are made of, and in which row of another sheet a thing stands."""

    result: Result
    profile: Profile
    language: str
    source: Source
    known: Gathered
    output: Mapping[str, Any]  # as the revision has it, of its ranking only what sheets need
    words: Mapping[str, str]

    @property
    def rules(self) -> Rules:
        return self.source.contest.rules

    @cached_property
    def rubric(self) -> Rubric:
        return Rubric(self.rules.criteria)

    def sheet(self, name: str) -> str:
        return quoted(self.words[name])

    def rule(self, name: str) -> str:
        """The cell of a rule, as formulas name it."""
        return f"{self.sheet('rules')}!$B${PARAMETERS.index(name) + 2}"


def of_result(session: Session, result: Result, language: str) -> io.BufferedRandom:
    """The workbook of a revision, in Vietnamese or English, as a scratch file without a name. What
    it is made of is read, and its rows are made, as they are written: of 200,000 ballots either
    would be hundreds of megabytes."""
    profile, stored = results.profile_of(result), Stored(session, result, Result.output)
    source = Source(session, result)
    lines, output = workbook_ranking.read(stored, result, profile, language)
    words = spoken_all(WORDS[language], profile.entry.kind, language)
    book = Book(result, profile, language, source, gathered(source), output, words)
    return spreadsheets.workbook_file({
        book.words["ranking"]: _ranking(book, lines), book.words["marks"]: _marks(book),
        book.words["means"]: _means(book), book.words["counts"]: _counts(book),
        book.words["prizes"]: _prizes(session, book, lines),
        book.words["units"]: _units(session, book),
        book.words["rules"]: _rules(book), book.words["explained"]: _explained(stored, book),
        **_strictness(book), **_posts(book),
    })


# ---------------------------------------------------------------------------- marks and means


def _marks(book: Book) -> Table:
    """A row for each ballot; its weighted sum is empty until every criterion has a mark."""
    criteria, words = book.profile.jury.criteria, book.words
    head = [words["code"], words["unit"], words["juror"]]
    head += [f"{c.name[book.language]} (/{c.max})" for c in criteria] + [words["sum"]]
    return head, (
        [entry.id, _unit(book, entry), juror, *_ballot(book, row, ballot)]
        for entry in book.source
        for row, (juror, ballot) in enumerate(sorted(entry.marks.items()),
                                              start=book.known.ballot_rows[entry.id])
    )


def _ballot(book: Book, row: int, ballot: str | Mapping[str, int]) -> list[object]:
    criteria = book.profile.jury.criteria
    if isinstance(ballot, str):
        return [book.words[ballot], *[None] * len(criteria)]
    given = [ballot.get(c.id) for c in criteria]
    return [*given, _weighted(book, row, len(criteria), ballot)]


def _sum(book: Book, ballot: Mapping[str, int]) -> float | None:
    """The weighted sum of a complete ballot."""
    found = book.rubric.weighted(ballot)
    return None if found is None else found / book.rubric.scale


def _weighted(book: Book, row: int, count: int, ballot: Mapping[str, int]) -> Formula:
    cells = [f"{letter(4 + place)}{row}" for place in range(count)]
    weights = [f"{book.sheet('rules')}!$C${FIRST_CRITERION + place}" for place in range(count)]
    sums = "+".join(f"{cell}*{weight}" for cell, weight in zip(cells, weights, strict=True))
    text = f'=IF(COUNT({cells[0]}:{cells[-1]})={count},{sums},"")'
    return Formula(text, _sum(book, ballot), "0.##")


def _means(book: Book) -> Table:
    """A row for each clip: what each juror gave, and the mean in per cent of what is possible."""
    jurors, words = sorted(book.source.contest.jurors), book.words
    head = [words["code"], words["unit"], *jurors, words["mean"]]
    last = letter(2 + max(len(jurors), 1))
    sums = f"{book.sheet('marks')}!${letter(4 + len(book.profile.jury.criteria))}"
    return head, (
        [entry.id, _unit(book, entry), *_given(book, entry, jurors, sums),
         _mean(book, entry, f"$C{row}:${last}{row}") if jurors else None]
        for row, entry in enumerate(book.source, start=2)
    )


def _given(book: Book, entry: Entry, jurors: list[str], sums: str) -> Iterator[Formula | None]:
    """What each juror gave, from the sheet of marks."""
    rows = {juror: row for row, juror in enumerate(sorted(entry.marks),
                                                   start=book.known.ballot_rows[entry.id])}
    for juror in jurors:
        ballot = entry.marks.get(juror)
        yield None if ballot is None or isinstance(ballot, str) else Formula(
            f"={sums}${rows[juror]}", _sum(book, ballot), "0.##")


def _percent(book: Book, entry: Entry) -> float | None:
    mean = book.known.means.get(entry.id)
    return None if mean is None else float(100 * mean)


def _mean(book: Book, entry: Entry, cells: str) -> object:
    """In per cent; without the highest and lowest where the rules leave them out."""
    known = _percent(book, entry)
    if book.rules.standardise:
        return None if known is None else Number(known, "0.00")
    trim, possible = book.rules.trim, book.rule("possible")
    plain = f"AVERAGE({cells})"
    if trim:
        ends = "".join(f"-LARGE({cells},{n})-SMALL({cells},{n})" for n in range(1, trim + 1))
        trimmed = f"(SUM({cells}){ends})/(COUNT({cells})-{2 * trim})"
        plain = f"IF(COUNT({cells})>={book.rule('trim_from')},{trimmed},{plain})"
    return Formula(f'=IF(COUNT({cells})=0,"",100*{plain}/{possible})', known)


# ---------------------------------------------------------------------------- counts and totals


def _counts(book: Book) -> Table:
    """A row for each clip: its numbers, its points, its share of 100, and its total."""
    head = [book.words[key] for key in (
        "code", "unit", "reactions", "shares", "shares_counted", "verified", "points",
        "points_counted", "jury", "interactions", "total")]
    head += [book.words["elsewhere"]] if book.rules.platforms else []
    head += [book.words["carried"]] if book.rules.carried else []
    return head, (_count(book, entry, row) for row, entry in enumerate(book.known.clips, start=2))


def _count(book: Book, entry: Entry, row: int) -> list[object]:
    found, words = book.known.scores[entry.id], book.words
    start = [entry.id, _unit(book, entry), entry.reactions, found.given, found.shares]
    if entry.disqualified:
        return [*start, words["out"], None, None, None, None, None]
    checked = f"{found.checked}/{found.given}" if found.checked is not None else (
        words["yes"] if found.verified else words["no"])
    whole = f"({book.rule('jury_weight')}+{book.rule('interaction_weight')}){_fresh(book)}"
    points = f"=E{row}*{book.rule('points_per_share')}+C{row}*{book.rule('points_per_reaction')}"
    points += f"+L{row}" if book.rules.platforms else ""
    mean = f"{book.sheet('means')}!${letter(3 + len(book.source.contest.jurors))}${row}"
    weighed = f"{mean}*{book.rule('jury_weight')}/{whole}"
    public = f"=100*H{row}/{book.rule('points_cap')}*{book.rule('interaction_weight')}/{whole}"
    jury_points, public_points, total = _parts(book, entry)
    return [
        *start, checked, Formula(points, found.points, "0"),
        Formula(f"=MIN(G{row},{book.rule('points_cap')})", found.counted, "0"),
        Formula(f'=IF({mean}="","",{weighed})', jury_points),
        Formula(public, public_points), Formula(_total(book, row), total),
        *workbook_posts.of_clip(entry, row, book.rules, book.words),
        *([Number(_carried(book, entry), "0.00")] if book.rules.carried else []),
    ]


def _fresh(book: Book) -> str:
    """This round's part, where another part is the round before's: behind what is weighed."""
    before = book.rules.carried
    return f"*{float(100 - before.percent)!r}/100" if before else ""


def _carried(book: Book, entry: Entry) -> float:
    """Points from the round before, a number: what they are made of is in its own workbook."""
    return float(book.rules.carried_share * (entry.carried or 0) / 100)


def _posts(book: Book) -> dict[str, Table]:
    """A sheet of posts on other platforms, where the rules know some."""
    if not book.rules.platforms:
        return {}
    names = {one.id: one.name[book.language] for one in book.profile.platforms}
    clips = book.known.clips
    units = {entry.id: _unit(book, entry) for entry in clips}
    return {book.words["posts"]: workbook_posts.sheet(clips, names, units, book.words)}


def _parts(book: Book, entry: Entry) -> tuple[float | None, float, float | None]:
    """Jury, interactions and total of a clip, of 100; None where nobody marked it."""
    rules, percent = book.rules, _percent(book, entry)
    public = float(book.known.scores[entry.id].score * rules.interaction_share)
    marked = None if percent is None else percent * float(rules.jury_share) / 100
    lacking = marked is None and rules.jury_weight
    total = (marked or 0.0) + public + _carried(book, entry)
    return marked, public, None if lacking else total


def _total(book: Book, row: int) -> str:
    """Empty where the jury counts and nobody has marked the clip."""
    column = "M" if book.rules.platforms else "L"
    before = f"+{column}{row}" if book.rules.carried else ""
    if not book.rules.jury_weight:
        return f"=N(I{row})+J{row}{before}"
    return f'=IF(I{row}="","",I{row}+J{row}{before})'


def _ranking(book: Book, lines: list[standings.Line]) -> Table:
    """The order as it was decided; the points as formulas, and the rank that follows of them."""
    head = ["rank", "unit", "code", "title", "authors", "jury", "interactions", "total", "prize"]
    titles = [book.words[key] for key in head]
    scale = book.rules.second_scale if lines and lines[0].second else None
    if scale:
        titles.append(book.words["second"].format(of=scale))
    before = bool(book.rules.carried)
    titles += [book.words["rank_now"], *[book.words["carried"]] * before]
    ranking = book.output["ranking"]
    totals = sorted(_exact(row, "total") for row in ranking)
    return titles, (
        [line.rank, line.unit, line.code, line.title, ", ".join(line.authors),
         *_points(book, row), line.prize or "",
         *([Formula(f"=H{place}*{float(scale / 100)!r}", _exact(row, "total") * float(scale / 100))]
           if scale else []),
         Formula(f'=1+COUNTIF($H$2:$H${len(lines) + 1},">"&(H{place}+0.0000001))',
                 1 + len(lines) - bisect_right(totals, _exact(row, "total")), "0"),
         *([Number(_exact(row, "carried"), "0.00")] if before else [])]
        for place, (line, row) in enumerate(zip(lines, ranking, strict=True), start=2)
    )


def _exact(row: Mapping[str, Any], part: str) -> float:
    return float(Fraction(row[part]["exact"]))


def _points(book: Book, row: Mapping[str, Any]) -> Iterator[Formula]:
    """Jury, interactions and total of a unit: of its best clip, or of all its clips together."""
    counted = row["entries"] if book.rules.unit_score == "sum" else row["entries"][:1]
    for column, part in (("I", "jury"), ("J", "interactions"), ("K", "total")):
        rows = [book.known.clip_rows[code] for code in counted]
        cells = [f"{book.sheet('counts')}!${column}${clip}" for clip in rows]
        yield Formula("=" + "+".join(f"N({cell})" for cell in cells), _exact(row, part))


# ---------------------------------------------------------------------------- prizes, units, rules


def _by_measure(session: Session, book: Book) -> Table:
    """Prizes by measures: their worth is a number, for the formulas know the ranking only."""
    head = ("prize", "unit", "code", "title", "authors", "rank", "by", "value", "shared")
    won = standings.by_measure(session, book.result, book.profile, book.language)
    return [book.words[key] for key in head], [
        [line.prize, line.unit, line.code, line.title, ", ".join(line.authors),
         Number(row["rank"], "0"), line.measure, Number(_exact(row, "value"), "0.##"),
         book.words["yes"] if line.shared else book.words["no"]]
        for line, row in zip(won, book.output["awards"], strict=True)
    ]


def _prizes(session: Session, book: Book, lines: list[standings.Line]) -> Table:
    if standings.goes_by_measures(book.profile):
        return _by_measure(session, book)
    head = [book.words[key] for key in ("prize", "unit", "code", "title", "authors", "rank",
                                        "total", "shared")]
    ranking = book.sheet("ranking")
    rows = zip(lines, book.output["ranking"], strict=True)
    return head, [
        [line.prize, line.unit, line.code, line.title, ", ".join(line.authors),
         Formula(f"={ranking}!$A${place}", line.rank, "0"),
         Formula(f"={ranking}!$H${place}", _exact(row, "total")),
         book.words["yes"] if line.shared else book.words["no"]]
        for place, (line, row) in enumerate(rows, start=2) if line.prize
    ]


def _units(session: Session, book: Book) -> Table:
    """Every unit of the contest: ranked, out and why, or without a clip that counts."""
    words, output, names = book.words, book.output, book.result.names
    ranked = {_name(names, row): (row["rank"], row["entries"]) for row in output["ranking"]}
    out = {_name(names, row): (row["entry"], row["reason"]) for row in output["disqualified"]}
    unmarked = {_name(names, row): row["entry"] for row in output["unranked"]}
    query = select(Unit.name).where(Unit.contest_id == book.result.contest_id)
    rows: list[list[object]] = []
    for name in dict.fromkeys([*ranked, *unmarked, *out, *sorted(session.scalars(query))]):
        if name in ranked:
            rank, codes = ranked[name]
            rows.append([name, words["in"], rank, ", ".join(codes), ""])
        elif name in unmarked:
            rows.append([name, words["no_marks"], None, unmarked[name], ""])
        elif name in out:
            rows.append([name, words["out"], None, out[name][0], out[name][1] or ""])
        else:
            rows.append([name, words["no_clip"], None, "", ""])
    return [words[key] for key in ("unit", "standing", "rank", "codes", "reason")], rows


def _rules(book: Book) -> Table:
    """What the formulas read: change a weight here, and every total follows."""
    rules, words = book.rules, book.words
    rubric = Rubric(rules.criteria)
    possible = Fraction(rubric.possible, rubric.scale)
    values = {
        "jury_weight": float(rules.jury_weight), "points_cap": rules.points_cap,
        "interaction_weight": float(rules.interaction_weight), "trim": rules.trim,
        "points_per_share": rules.points_per_share, "trim_from": rules.trim_from,
        "points_per_reaction": rules.points_per_reaction, "possible": float(possible),
    }
    rows: list[list[object]] = [
        [words[name], Number(values[name], "0.##"), None, words.get(f"{name}_note", "")]
        for name in PARAMETERS
    ]
    criteria = zip(rules.criteria, book.profile.jury.criteria, strict=True)
    rows += [[c.name[book.language], Number(of.max, "0"), Number(float(of.weight), "0.##"),
              words["criterion"]] for of, c in criteria]
    rows += [[words["revision"], book.result.number, None, book.result.reason],
             [words["hash"], None, None, book.result.output_sha256]]
    if rules.standardise:
        rows.append([words["standardise"], words["yes"], None, words["standardise_note"]])
    return [words[key] for key in ("rule", "value", "weight", "note")], rows


def _explained(stored: Stored, book: Book) -> Table:
    def rows() -> Iterator[list[object]]:
        ranking = stored.each("ranking")
        for one in standings.lines_of(ranking, book.result, book.profile, book.language):
            yield [one.rank, one.unit, "\n".join(one.explanation)]

    return [book.words[key] for key in ("rank", "unit", "explained")], rows()


def _strictness(book: Book) -> dict[str, Table]:
    """A row for each juror, where the rules ask for it: how far from the others on their clips."""
    if not book.profile.jury.strictness:
        return {}
    words = book.words
    head = [words["juror"], words["clips"], words["mean"], words["spread"], words["difference"],
            words["compared"]]
    keys = ("mean", "spread", "difference")
    rows: list[list[object]] = [
        [one["juror"], one["clips"], *(_figure(one[key]) for key in keys), one["compared"]]
        for one in book.source.strictness()
    ]
    return {words["strictness"]: (head, rows)}


def _figure(value: Mapping[str, str] | None) -> Number | None:
    return None if value is None else Number(float(Fraction(value["exact"])), "0.00")


def _unit(book: Book, entry: Entry) -> str:
    return str(book.result.names.get(entry.id, {}).get("unit") or entry.unit)


def _name(names: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return str(names.get(row["entry"], {}).get("unit") or row["unit"])
