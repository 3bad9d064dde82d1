"""How many ballots each juror has in each state: read here, kept by the database's triggers
(migration 0007), so that no page counts ballots and nobody who writes one can forget the count.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    delete,
    func,
    insert,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from contest.models import Assignment, Ballot, Contest, JuryCount, Submission
from contest.services.jury import assignments
from contest.services.jury.ballots import MARKABLE

Query = Select[*tuple[Any, ...]]
Units = Mapping[int, int | None]  # juror's id -> the juror's own unit, if any
Key = tuple[int, int, str, int]  # contest, juror, state, marks given
log = logging.getLogger("hoithi.jury")


@dataclass(frozen=True)
class Counted:
    """Of all ``clips`` to be marked those ``due`` from one juror, who marks none of the own unit's
    and only those given to them; and the juror's ballots on them: by state and marks given, how
    many."""

    clips: int
    due: int
    ballots: Mapping[tuple[str, int], int]

    @property
    def states(self) -> dict[str, int]:
        """By state, ``new`` for clips without a ballot; no zeros."""
        found: Counter[str] = Counter()
        for (state, _), count in self.ballots.items():
            found[state] += count
        found["new"] = self.due - found.total()
        return {state: count for state, count in found.items() if count}


def of_jurors(session: Session, contest: Contest, units: Units) -> dict[int, Counted]:
    """By juror; two queries whatever the number of clips and jurors."""
    if assignments.shared_out(contest):
        return _given_out(session, contest, units)
    clips = _clips(session, contest, units)
    counts = _by_key(session, union_all(_kept(contest, units), _own(contest, units)))
    found = {}
    for juror, unit in units.items():
        ballots = {key[2:]: count for key, count in counts.items() if count and key[1] == juror}
        due = clips[None] - (clips.get(unit, 0) if unit is not None else 0)
        found[juror] = Counted(clips[None], due, ballots)
    return found


def _given_out(session: Session, contest: Contest, units: Units) -> dict[int, Counted]:
    """By juror, of the clips that each was given; these are fewer, and counted."""
    own = (Ballot.submission_id == Submission.id) & (Ballot.juror_id == Assignment.juror_id)
    key = (Assignment.juror_id, Submission.unit_id, Ballot.state, Ballot.given)
    query = (
        select(*key, func.count())
        .join(Submission, Submission.id == Assignment.submission_id).outerjoin(Ballot, own)
        .where(*markable(contest), Assignment.juror_id.in_(units)).group_by(*key)
    )
    due: Counter[int] = Counter()
    ballots: dict[int, Counter[tuple[str, int]]] = {juror: Counter() for juror in units}
    for juror, unit, state, given, count in session.execute(query):
        if units[juror] is None or units[juror] != unit:
            due[juror] += count
            if state is not None:
                ballots[juror][state, given] += count
    return {juror: Counted(due[juror], due[juror], ballots[juror]) for juror in units}


def _clips(session: Session, contest: Contest, units: Units) -> dict[int | None, int]:
    """By jurors' own units, and under None in all."""
    own = {unit for unit in units.values() if unit is not None}
    clips = select(null().label("unit"), func.count()).where(*markable(contest))
    by_unit = select(Submission.unit_id, func.count()).where(
        *markable(contest), Submission.unit_id.in_(own)
    )
    both: CompoundSelect[Any] = union_all(clips, by_unit.group_by(Submission.unit_id))
    return {unit: count for unit, count in session.execute(both)}


def _kept(contest: Contest, units: Units | None = None) -> Query:
    query: Query = select(
        JuryCount.contest_id, JuryCount.juror_id, JuryCount.state, JuryCount.given, JuryCount.clips
    ).where(JuryCount.contest_id == contest.id)
    return query if units is None else query.where(JuryCount.juror_id.in_(units))


def _own(contest: Contest, units: Units) -> Query:
    """To be taken away: ballots on clips of the juror's own unit; these few are counted."""
    pairs = [(juror, unit) for juror, unit in units.items() if unit is not None]
    return _fresh(contest, -func.count()).where(
        tuple_(Ballot.juror_id, Submission.unit_id).in_(pairs),
        Submission.unit_id.in_({unit for _, unit in pairs}),
    )


def markable(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    """The clips that jurors mark."""
    return Submission.contest_id == contest.id, Submission.state.in_(MARKABLE)


# ---------------------------------------------------------------------------- checking


def _fresh(contest: Contest, how_many: ColumnElement[int] | None = None) -> Query:
    """The counts, counted."""
    key = (Submission.contest_id, Ballot.juror_id, Ballot.state, Ballot.given)
    counted: Query = select(*key, func.count() if how_many is None else how_many)
    return (
        counted
        .join(Ballot, Ballot.submission_id == Submission.id)
        .where(*markable(contest)).group_by(*key)
    )


def _by_key(session: Session, query: Query | CompoundSelect[Any]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for *key, count in session.execute(query):
        found[tuple(key)] += count
    return found


def differences(session: Session, contest: Contest) -> dict[Key, tuple[int, int]]:
    """Where what is kept differs from a fresh count: kept, counted. Empty unless somebody has
    switched the triggers off."""
    kept, fresh = _by_key(session, _kept(contest)), _by_key(session, _fresh(contest))
    return {
        key: (kept[key], fresh[key]) for key in sorted(kept.keys() | fresh.keys())
        if kept[key] != fresh[key]
    }


def correct(session: Session, contest: Contest) -> int:
    """Count afresh where the kept counts differ; returns how many did. Before anything official
    rests on them, and with the contest locked, so that no ballot changes meanwhile."""
    session.flush()
    found = differences(session, contest)
    if found:
        log.error("counts of ballots differed and were counted again: %s", found)
        recount(session, contest)
    return len(found)


def recount(session: Session, contest: Contest) -> None:
    """Replace the kept counts by a fresh count."""
    session.execute(delete(JuryCount).where(JuryCount.contest_id == contest.id))
    columns = ["contest_id", "juror_id", "state", "given", "clips"]
    session.execute(insert(JuryCount).from_select(columns, _fresh(contest)))
