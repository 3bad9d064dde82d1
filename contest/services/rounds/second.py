"""The second tally of rounds: what was carried is read again from the published result of the round
before, and who goes on is judged by comparing totals. Shares no code with ``scoring``."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import ChairDecision, Contest, Finalist, Result, RoundLink, Submission
from contest.profile import Profile
from contest.profile.rounds import NextRound

NEXT_ROUND = "round:next"
Totals = Mapping[str, Fraction]  # by unit


def carried(session: Session, contest: Contest, profile: Profile) -> dict[int, Fraction]:
    """By the entry's id what the result of the round before says of its unit; empty where nothing
    is carried."""
    if profile.previous_round is None or not profile.previous_round.carried:
        return {}
    lines = _lines(session, contest)
    rows = session.execute(
        select(Submission.id, Submission.category, Finalist.entry_id, Finalist.category,
               Finalist.submission_id)
        .join(Finalist, Finalist.unit_id == Submission.unit_id)
        .where(Submission.contest_id == contest.id).order_by(Finalist.place.desc())
    ).all()
    codes = {row.id: row.code for row in session.execute(
        select(Submission.id, Submission.code).where(
            Submission.id.in_([before for *_, before in rows]))
    )}
    found: dict[int, tuple[int, Fraction]] = {}
    for entry, category, same, of, before in rows:
        if same not in (None, entry):
            continue
        fits = 2 if same == entry else int(category == of)
        if fits >= found.get(entry, (0, 0))[0]:
            found[entry] = (fits, lines[codes[before]])
    return {entry: total for entry, (_, total) in found.items()}


def _lines(session: Session, contest: Contest) -> dict[str, Fraction]:
    """By the code of an entry the total of its line in the result of the round before; by category
    where units went on so, for there a unit may stand with another clip."""
    output = session.scalar(
        select(Result.output).join(RoundLink, RoundLink.result_id == Result.id)
        .where(RoundLink.contest_id == contest.id)
    ) or {"ranking": []}
    lines = output["ranking"] + output.get("promotion", {}).get("promoted", [])
    return {line["entry"]: Fraction(line["total"]["exact"]) for line in lines}


def promotion(
    said: Mapping[str, Any], rule: NextRound, totals: Mapping[str, Totals], chosen: Sequence[str]
) -> Iterator[str]:
    """Where ``said`` (the result's promotion) cannot be. ``totals``: by category, "" for all;
    ``chosen``: the chair's list."""
    on = {(line.get("category", ""), line["unit"]) for line in said["promoted"]}
    everybody = set(totals[""])
    told = {unit for _, unit in on} | {*said["undecided"], *said["out"]}
    if told != everybody:
        yield f"promotion: {sorted(told ^ everybody)}"
    if rule.by == "chair":
        yield from _same("promotion", {unit for _, unit in on}, set(chosen) & everybody)
    elif rule.by == "above":
        reached = {unit for unit, total in totals[""].items() if total >= (rule.least or 0)}
        yield from _same("promotion", {unit for _, unit in on}, reached)
    else:
        for category, known in totals.items():
            if bool(category) == (rule.by == "category"):
                own = {unit for kind, unit in on if kind == category}
                yield from _best(category, own, known, rule, set(said["undecided"]))


def _same(what: str, mine: set[str], theirs: set[str]) -> Iterator[str]:
    if mine != theirs:
        yield f"{what}: {sorted(mine)} ≠ {sorted(theirs)}"


def _best(
    category: str, own: set[str], known: Totals, rule: NextRound, open_: set[str]
) -> Iterator[str]:
    """Nobody who stays behind is better than somebody who goes on, and the places are filled: by
    exactly so many, by more where the last place is shared, by fewer where nobody has decided."""
    what, count = f"promotion {category}".strip(), min(rule.count or 0, len(known))
    behind = [known[unit] for unit in known.keys() - own]
    if own - known.keys():
        yield f"{what}: {sorted(own - known.keys())}"
    elif own and behind and max(behind) > min(known[unit] for unit in own):
        yield f"{what}: {max(behind)} > {min(known[unit] for unit in own)}"
    shared = [unit for unit in own if known.get(unit) == min(known.get(u, 0) for u in own)]
    if len(own) > count and (rule.ties == "none" or len(own) - len(shared) >= count):
        yield f"{what}: {len(own)} > {count}"
    waiting = {unit for unit in known if unit in open_} - own
    if len(own) < count and (rule.ties == "all" or len(own) + len(waiting) <= count):
        yield f"{what}: {len(own)} < {count}"


def chosen(session: Session, contest: Contest) -> list[str]:
    """The units of the clips that the chair named last."""
    query = select(ChairDecision.ordering).where(
        ChairDecision.contest_id == contest.id, ChairDecision.prize == NEXT_ROUND
    ).order_by(ChairDecision.id.desc()).limit(1)
    codes = session.scalar(query) or []
    of = select(Submission).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes)
    )
    return [one.unit.name for one in session.scalars(of)]
