"""``compute``: the whole way from parsed input to the published ranking, as plain JSON values."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from scoring import schema
from scoring.elsewhere import posts
from scoring.errors import InputError
from scoring.explain import Explainer
from scoring.judging.assignment import below_quorum, given_to
from scoring.jury import Rubric
from scoring.model import OVERALL, Contest, Entry, Prize, Rules
from scoring.numbers import both
from scoring.ranking import Line
from scoring.rounds import promotion
from scoring.rounds import rules as rounds
from scoring.winning.award_words import explain
from scoring.winning.awarding import Award, Ranking, rank


def compute(data: object) -> dict[str, Any]:
    """The ranking of the contest in ``data``; both are described in ``docs/scoring.md``.

    Raises ``InputError`` with the JSON path of a fault, also where a mark is missing and the
    rules say ``"missing": "refuse"``.
    """
    contest = schema.read(data)
    missing = gaps(contest)
    if contest.rules.missing == "refuse":
        _refuse_gaps(contest, missing)
    return report(contest, rank(contest), missing)


def report(contest: Contest, ranking: Ranking, missing: list[dict[str, Any]]) -> dict[str, Any]:
    """The output of ``compute``."""
    equals = {
        total: list(lines)
        for total, lines in itertools.groupby(ranking.lines, key=lambda line: line.total)
    }
    explainer = Explainer(contest.rules)
    won = _won(ranking) if contest.rules.measured else None
    return {
        "format": f"hoithi-ranking/{contest.form}",
        "rules": stated(contest.rules),
        "ranking": [
            _line(line, equals[line.total], explainer) | _beyond(line, contest.rules, won)
            for line in ranking.lines
        ],
        **_awards(ranking, explainer),
        "next_in_line": next_in_line(ranking, contest.rules),
        "unranked": [
            {"unit": entry.unit, "entry": entry.id, "why": "no_marks"} for entry in ranking.unmarked
        ],
        "disqualified": [
            {"unit": entry.unit, "entry": entry.id, "reason": entry.reason}
            for entry in sorted(contest.entries, key=lambda entry: entry.id)
            if entry.disqualified
        ],
        "missing": missing,
        **({"below_quorum": below_quorum(contest)} if contest.rules.quorum else {}),
        **({"promotion": promotion.report(contest, goes_on)}
           if (goes_on := contest.rules.promotion) else {}),
    }


def _won(ranking: Ranking) -> dict[str, list[str]]:
    """By unit all its prizes, in the order of the rules."""
    won: dict[str, list[str]] = {}
    for award in ranking.awards:
        won.setdefault(award.line.unit, []).append(award.prize.id)
    return won


def _beyond(line: Line, rules: Rules, won: dict[str, list[str]] | None) -> dict[str, Any]:
    """What only the second form says of a line: its clip's category, and all the unit's prizes."""
    found: dict[str, Any] = {}
    if rules.categories:
        found["category"] = line.clips[0].entry.category
    if won is not None:
        found["prizes"] = won.get(line.unit, [])
    return found | _carried(line, rules)


def _carried(line: Line, rules: Rules) -> dict[str, Any]:
    """What a line has from the round before; nothing where there was none."""
    return {"carried": both(line.carried_points)} if rules.carried else {}


def _awards(ranking: Ranking, explainer: Explainer) -> dict[str, Any]:
    """A line for each prize won, and who is next by each measure; nothing in the first form."""
    if not explainer.rules.measured:
        return {}
    return {
        "awards": [_award(award, explainer) for award in ranking.awards],
        "next_by": ranking.following,
    }


def _award(award: Award, explainer: Explainer) -> dict[str, Any]:
    line = award.line
    known = all(clip.total is not None for clip in line.clips)
    return {
        "prize": award.prize.id,
        "by": award.prize.by,
        "rank": line.rank,
        "unit": line.unit,
        "entry": line.clips[0].entry.id,
        "entries": [clip.entry.id for clip in line.clips],
        "value": both(line.value),
        "jury": both(line.jury_points),
        "interactions": both(line.interaction_points),
        **_carried(line, explainer.rules),
        "total": both(line.total) if known else None,
        "points": line.points,
        "capped": any(clip.interactions.capped for clip in line.clips),
        "verified": all(clip.interactions.sure for clip in line.clips),
        "decided_by": line.decided_by,
        "shared": award.shared,
        "explanation": explain(award, explainer),
    }


def _line(line: Line, equals: list[Line], explainer: Explainer) -> dict[str, Any]:
    out: dict[str, Any] = {
        "rank": line.rank,
        "unit": line.unit,
        "entry": line.clips[0].entry.id,
        "jury": both(line.jury_points),
        "interactions": both(line.interaction_points),
        "total": both(line.total),
        "points": line.points,
        "capped": any(clip.interactions.capped for clip in line.clips),
        "verified": all(clip.interactions.sure for clip in line.clips),
        **_checked(line),
        "decided_by": line.decided_by,
        "prize": line.prize,
        "entries": [clip.entry.id for clip in line.clips],
        "jury_mean": _mean(line),
        "explanation": explainer.explain(line, equals),
    }
    rules = explainer.rules
    scale = rules.second_scale
    if scale and rules.unit_score == "best":
        out["second_scale"] = second_scale(line, scale)
    return out


def _checked(line: Line) -> dict[str, Any]:
    """How many of the shares have a known account, where some clip's ledger is not complete."""
    counts = [clip.interactions for clip in line.clips]
    if all(one.checked is None for one in counts):
        return {}
    given = [one.given or 0 for one in counts if one.checked is not None or not one.verified]
    return {"checked": {"shares": sum(one.checked or 0 for one in counts), "of": sum(given)}}


def _mean(line: Line) -> dict[str, str] | None:
    """The jury's mean in percent, None where the jury does not count and nobody marked."""
    if any(clip.jury.mean is None for clip in line.clips):
        return None
    return both(100 * line.jury_mean)


def second_scale(line: Line, scale: Fraction) -> dict[str, Any]:
    """The same result on the plan's own scale: jury 200 + interactions 300 = 500."""
    return {
        "of": str(scale),
        "jury": both(line.jury_points * scale / 100),
        "interactions": both(line.interaction_points * scale / 100),
        **({"carried": both(line.carried_points * scale / 100)} if line.carried_points else {}),
        "total": both(line.total * scale / 100),
    }


def next_in_line(ranking: Ranking, rules: Rules) -> list[str]:
    """The units of the first rank without a prize: they move up if a winner drops out."""
    barred = set() if rules.several else {award.line.unit for award in ranking.awards}
    without = [one for one in ranking.lines if one.prize is None and one.unit not in barred]
    return [line.unit for line in without if line.rank == without[0].rank]


def stated(rules: Rules) -> dict[str, Any]:
    """The rules as they were applied, every default written out; valid as input again."""
    return {
        "criteria": [{"id": c.id, "max": c.max, "weight": str(c.weight)} for c in rules.criteria],
        "jury_weight": str(rules.jury_weight),
        "interaction_weight": str(rules.interaction_weight),
        "points_per_share": rules.points_per_share,
        "points_per_reaction": rules.points_per_reaction,
        "shares_per_account": rules.shares_per_account,
        **({"shares_per_account_per": "day"} if rules.shares_per_day else {}),
        "points_cap": rules.points_cap,
        "prizes": [_prize(prize) for prize in rules.prizes],
        "missing": rules.missing,
        "trim": rules.trim,
        "trim_from": rules.trim_from,
        "standardise": rules.standardise,
        "unit_score": rules.unit_score,
        "tie_breaks": list(rules.tie_breaks),
        "second_scale": str(rules.second_scale) if rules.second_scale else None,
        **_stated_beyond(rules),
    }


def _prize(prize: Prize) -> dict[str, Any]:
    by = {} if prize.by == OVERALL else {"by": prize.by}
    return {"id": prize.id, "count": prize.count, **by}


def _stated_beyond(rules: Rules) -> dict[str, Any]:
    """Rules that the first form does not know, only where they say something."""
    measures = [
        {
            "id": one.id,
            "jury_weight": str(one.jury_weight),
            "interaction_weight": str(one.interaction_weight),
        }
        for one in rules.measures
    ]
    said = {"categories": list(rules.categories), "measures": measures}
    found: dict[str, Any] = {key: value for key, value in said.items() if value}
    found |= {} if rules.several else {"several_prizes": False}
    found |= {"quorum": rules.quorum} if rules.quorum else {}
    found |= {"platforms": posts.stated(rules)} if rules.platforms else {}
    return found | rounds.stated(rules)


def gaps(contest: Contest) -> list[dict[str, Any]]:
    """What is not there: ``{"what", "entry", "unit", "juror", "criteria"}`` for each gap.

    ``what`` is "ballot" (nothing marked), "marks" (some criteria left open; the ballot does not
    count yet), "interactions" (no count at all), "reactions" or "shares" (only that one is not
    known), "posts" (a count of a post on one of the ``platforms``).
    """
    rubric = Rubric(contest.rules.criteria)
    jurors = sorted(contest.jurors) if contest.rules.jury_share else []
    found: list[dict[str, Any]] = []
    for entry in sorted(contest.running, key=lambda entry: entry.id):
        for juror in given_to(entry, jurors):
            found.extend(_open_marks(entry, juror, rubric))
        if contest.rules.interaction_share:
            found.extend(_open_counts(entry) if contest.rules.page_counts else [])
            found.extend(_open_posts(entry))
    return found


def _open_marks(entry: Entry, juror: str, rubric: Rubric) -> list[dict[str, Any]]:
    ballot = entry.marks.get(juror, {})
    if isinstance(ballot, str) or len(ballot) == len(rubric.weights):
        return []
    criteria = sorted(criterion for criterion in rubric.weights if criterion not in ballot)
    return [_gap("marks" if ballot else "ballot", entry, juror, criteria)]


def _open_counts(entry: Entry) -> list[dict[str, Any]]:
    if not entry.on_page:
        return [_gap("interactions", entry)]
    unshared = entry.shares is None and (entry.ledger is None or not entry.ledger_complete)
    lacking = {"reactions": entry.reactions is None, "shares": unshared}
    return [_gap(what, entry) for what, absent in lacking.items() if absent]


def _open_posts(entry: Entry) -> list[dict[str, Any]]:
    lacking = posts.lacking(entry.posts)
    return [_gap("posts", entry) | {"platforms": lacking}] if lacking else []


def _gap(
    what: str, entry: Entry, juror: str | None = None, criteria: list[str] | None = None
) -> dict[str, Any]:
    return {
        "what": what,
        "entry": entry.id,
        "unit": entry.unit,
        "juror": juror,
        "criteria": criteria or [],
    }


def _refuse_gaps(contest: Contest, missing: list[dict[str, Any]]) -> None:
    places = {entry.id: index for index, entry in enumerate(contest.entries)}
    for gap in missing:
        path = f"$.entries[{places[gap['entry']]}]"
        if gap["juror"] is not None:
            raise InputError(
                f"{path}.marks",
                f"Giám khảo {gap['juror']} chưa chấm đủ clip {gap['entry']}.",
                f"Juror {gap['juror']} has not fully marked clip {gap['entry']}.",
            )
        raise InputError(
            f"{path}.interactions",
            f"Chưa có đủ số đếm tương tác của clip {gap['entry']}.",
            f"The interaction counts of clip {gap['entry']} are not complete.",
        )
