"""A second tally, in SQL on the tables, that shares no code with ``scoring`` or ``scoring_input``.

It runs when a result is computed, frozen and published; a difference stops each of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from contest.errors import Conflict
from contest.models import Contest
from contest.profile import Profile
from contest.profile.schema import Scoring
from contest.services.core import profiles
from contest.services.results import tally_awards, tally_counts
from contest.services.rounds import second

BATCH = 10_000  # rows at a time
Names = Callable[[Sequence[str]], Mapping[str, Any]]  # codes -> title, unit, authors of each

# Submitted ballots with a mark in every criterion, by jurors of this contest, not of the own unit;
# of jurors who left where they left their marks; where clips are shared out, of whom they were
# given to.
_GIVEN = """
WITH juror AS (
  SELECT user_id, contest_id, unit_id FROM role_grant WHERE role = 'juror'
  UNION ALL
  SELECT l.user_id, l.contest_id, l.unit_id FROM juror_left l WHERE l.keeps_marks AND NOT EXISTS (
    SELECT 1 FROM role_grant r
    WHERE r.user_id = l.user_id AND r.contest_id = l.contest_id AND r.role = 'juror')
), given AS (
  SELECT b.id, b.submission_id, SUM(m.value * {weight}) AS points
  FROM ballot b
  JOIN mark m ON m.ballot_id = b.id
  JOIN submission s ON s.id = b.submission_id
  JOIN juror g ON g.user_id = b.juror_id AND g.contest_id = s.contest_id
  WHERE s.contest_id = :contest
    AND (g.unit_id IS NULL OR g.unit_id <> s.unit_id)
    AND (b.state = 'submitted' OR (b.state = 'locked' AND b.outcome = 'marked'))
    AND (:shared_out = 0 OR EXISTS (
      SELECT 1 FROM assignment a WHERE a.submission_id = s.id AND a.juror_id = b.juror_id))
  GROUP BY b.id, b.submission_id HAVING COUNT(*) = :criteria
)"""
_PLACED = """, placed AS (
  SELECT submission_id, points,
    ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY points, id) AS low,
    ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY points DESC, id DESC) AS high,
    COUNT(*) OVER (PARTITION BY submission_id) AS jurors
  FROM given
)
SELECT submission_id, SUM(points) AS points, COUNT(*) AS jurors FROM placed
WHERE jurors < 2 * :trim + 2 OR (low > :trim AND high > :trim)
GROUP BY submission_id
"""

_WHOLE = " SELECT submission_id, SUM(points), COUNT(*) FROM given GROUP BY submission_id"
_BALLOTS = " SELECT submission_id, COUNT(*) FROM given GROUP BY submission_id"


@dataclass(frozen=True)
class Tallied:
    """One clip by the second tally: points before the cap, and its total out of 100."""

    code: str
    unit: str
    points: int
    total: Fraction | None
    mean: Fraction | None
    of: tally_counts.Counted


def tally(
    session: Session, contest: Contest, profile: Profile | None = None
) -> list[Tallied]:
    """Every clip on the Page, computed in the database; by default with the rules in force."""
    profile = profile or profiles.profile_of(contest)
    jury = _jury(session, contest, profile)
    rules, before = profile.scoring, second.carried(session, contest, profile)
    part = profile.previous_round.carried if profile.previous_round else 0
    found = []
    for clip in tally_counts.counts(session, contest, profile):
        points = rules.points_per_share * clip.shares + rules.points_per_reaction * clip.reactions
        points += clip.elsewhere
        mean = jury.get(clip.submission_id)
        total = _total(rules, points, mean)
        if total is not None and part:
            total = (total * (100 - part) + before.get(clip.submission_id, 0) * part) / 100
        found.append(Tallied(clip.code, clip.unit, points, total, mean, clip))
    return found


def _jury(session: Session, contest: Contest, profile: Profile) -> Mapping[int, Fraction]:
    """By clip: the mean of the jurors, in 0..1."""
    criteria = profile.jury.criteria
    cases = [f"WHEN :c{i} THEN :w{i}" for i, _ in enumerate(criteria)]
    values: dict[str, Any] = {"contest": contest.id, "criteria": len(criteria)}
    values |= {"shared_out": int(profile.jury.assigned)}
    values |= {"trim": profile.jury.trim} if profile.jury.trim else {}
    values |= {f"c{i}": criterion.id for i, criterion in enumerate(criteria)}
    values |= {f"w{i}": criterion.weight for i, criterion in enumerate(criteria)}
    weight = f"(CASE m.criterion {' '.join(cases)} END)"
    # Where none is left out, the order of a clip's ballots is nobody's question: half the time.
    query = text(_GIVEN.format(weight=weight) + (_PLACED if profile.jury.trim else _WHOLE))
    possible = sum(criterion.weight * criterion.max for criterion in criteria)
    return {
        entry: Fraction(int(points), int(jurors) * possible)
        for entry, points, jurors in session.execute(query, values)
    }


def _total(rules: Scoring, points: int, mean: Fraction | None) -> Fraction | None:
    """Out of 100; None where the jury counts and nobody has marked the clip."""
    if mean is None and rules.jury_weight:
        return None
    public = Fraction(min(points, rules.points_cap), rules.points_cap)
    both = rules.jury_weight * (mean or 0) + rules.interaction_weight * public
    return 100 * both / (rules.jury_weight + rules.interaction_weight)


def differences(
    session: Session, contest: Contest, output: Mapping[str, Any], profile: Profile | None = None,
    names: Names | None = None,
) -> list[str]:
    """Where the two tallies differ: unit, one total, the other. Empty where they agree.

    ``names``: what the result keeps of clips by code; a unit that was renamed since goes by the
    name that it has there.
    """
    profile = profile or profiles.profile_of(contest)
    stated = {row["unit"]: Fraction(row["total"]["exact"]) for row in output["ranking"]}
    clips = tally(session, contest, profile)
    if names and (unknown := [clip.code for clip in clips if clip.unit not in stated]):
        kept = names(unknown)
        clips = [replace(clip, unit=kept.get(clip.code, {"unit": clip.unit})["unit"])
                 for clip in clips]
    again = _units(clips, add=profile.scoring.unit_score == "sum")
    if profile.jury.standardise:  # that changes marks, so only who is ranked can be compared
        totals = sorted(again.keys() ^ stated.keys())
    else:
        totals = [
            f"{unit}: {_shown(stated.get(unit))} ≠ {_shown(again.get(unit))}"
            for unit in sorted(again.keys() | stated.keys())
            if again.get(unit) != stated.get(unit)
        ]
    totals += _short(session, contest, profile, output)
    totals += _of_awards(session, contest, profile, clips, output.get("awards") or [])
    return totals + _of_promotion(session, contest, profile, clips, output)


def _of_promotion(
    session: Session, contest: Contest, profile: Profile, clips: list[Tallied],
    output: Mapping[str, Any],
) -> list[str]:
    """Where who goes on differs; standardised marks are not counted a second time."""
    rule = profile.next_round
    if rule is None or profile.jury.standardise:
        return []
    add = profile.scoring.unit_score == "sum"
    totals = {"": _units(clips, add=add)} | {
        one.id: _units([clip for clip in clips if clip.of.category == one.id], add=add)
        for one in profile.categories
    }
    chosen = second.chosen(session, contest)
    return list(second.promotion(output["promotion"], rule, totals, chosen))


def _short(
    session: Session, contest: Contest, profile: Profile, output: Mapping[str, Any]
) -> list[str]:
    """Clips of which one tally says that too few have marked them, and the other does not."""
    if not profile.jury.quorum or not profile.scoring.jury_weight:
        return []
    values = {"contest": contest.id, "criteria": len(profile.jury.criteria),
              "shared_out": int(profile.jury.assigned)}
    query = text(_GIVEN.format(weight="1") + _BALLOTS)
    given: dict[int, int] = {clip: count for clip, count in session.execute(query, values)}
    counted = tally_counts.counts(session, contest, profile)
    mine = {clip.code: given.get(clip.submission_id, 0) for clip in counted}
    again = {code: count for code, count in mine.items() if count < profile.jury.quorum}
    said = {row["entry"]: row["ballots"] for row in output.get("below_quorum", [])}
    return [
        f"{code}: {said.get(code, '–')} ≠ {again.get(code, '–')}"
        for code in sorted(again.keys() | said.keys()) if again.get(code) != said.get(code)
    ]


def _of_awards(
    session: Session, contest: Contest, profile: Profile, clips: list[Tallied],
    awards: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Where the prizes that go by measures differ; nothing to count where there are none."""
    if not awards:
        return []
    known = [
        tally_awards.Clip(one.of.submission_id, one.unit, one.of.category, one.points,
                          one.of.known, one.mean, one.total)
        for one in clips
    ]
    given = _GIVEN.format(weight="1")
    criteria = tally_awards.criterion_means(session, contest, profile, given)
    return tally_awards.differences(known, awards, profile, criteria)


def _units(clips: list[Tallied], *, add: bool) -> dict[str, Fraction]:
    units: dict[str, list[Fraction]] = {}
    for clip in clips:
        if clip.total is not None:
            units.setdefault(clip.unit, []).append(clip.total)
    return {u: sum(t, Fraction(0)) if add else max(t) for u, t in units.items()}


def _shown(total: Fraction | None) -> str:
    return "–" if total is None else f"{float(total):.4f}"


def require_agreement(
    session: Session, contest: Contest, output: Mapping[str, Any], profile: Profile | None = None,
    names: Names | None = None,
) -> None:
    """Raises ``Conflict`` with both totals where the tallies differ.

    ``profile``: the rules of the result, where they may no longer be those in force; ``names`` as
    in ``differences``.
    """
    session.flush()
    if found := differences(session, contest, output, profile, names):
        listed = "; ".join(found)
        raise Conflict(
            f"Hai cách tính cho kết quả khác nhau, chưa thể tiếp tục: {listed}. "
            "Hãy tính lại; nếu vẫn khác, hãy báo người vận hành.",
            f"The two tallies differ, so this stops here: {listed}. "
            "Compute again; if they still differ, tell the operators.",
            differences=found, mend="compute",
        )
