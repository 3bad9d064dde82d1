"""The marks that a result is made of, as ``scoring`` takes them: by clip, under juror codes."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from contest.models import Ballot, Contest, Mark, Submission
from contest.services.jury import assignments, jurors

BATCH = 10_000  # rows at a time


class Clip(Protocol):
    """What has to be known of a clip."""

    @property
    def id(self) -> int: ...

    @property
    def unit_id(self) -> int: ...


def assigned(session: Session, contest: Contest) -> dict[int, list[str]] | None:
    """Clip's id -> the codes of the jurors it was given to, of those whose ballots count; None
    where every clip is everybody's."""
    if not assignments.shared_out(contest):
        return None
    codes = {seat.user.id: seat.code for seat in jurors.counted(session, contest)}
    return {
        clip: sorted(codes[juror] for juror in given if juror in codes)
        for clip, given in assignments.by_clip(session, contest).items()
    }


def by_clip(
    session: Session, contest: Contest, clips: Sequence[Clip]
) -> dict[int, dict[str, Any]]:
    """By clip: juror's code -> marks, or ``recused`` or ``abstained``.

    A juror is recused from the clips of the own unit. A ballot that was not submitted is left out,
    so that ``scoring`` reports it as missing; that of a juror who has left counts as abstained.
    Where clips were given out, those of whom a clip was not given to are left out.
    """
    marks: dict[int, dict[str, Any]] = defaultdict(dict)
    seats, given_to = jurors.counted(session, contest), assigned(session, contest)
    codes = {seat.user.id: seat.code for seat in seats}

    def own(clip: int, code: str) -> bool:
        return given_to is None or code in given_to.get(clip, ())

    for seat in seats:
        for clip in clips:
            related = seat.unit_id is not None and clip.unit_id == seat.unit_id
            if related and own(clip.id, seat.code):
                marks[clip.id][seat.code] = "recused"
    for submission_id, juror_id, outcome, given in _ballots(session, contest):
        code = codes.get(juror_id)
        if code is None or outcome == "missing" or code in marks[submission_id]:
            continue
        if not own(submission_id, code):
            continue
        marks[submission_id][code] = given if outcome == "marked" else outcome
    for seat in (seat for seat in seats if seat.left):
        for clip in clips:
            if own(clip.id, seat.code):
                marks[clip.id].setdefault(seat.code, "abstained")
    return marks


def _ballots(
    session: Session, contest: Contest
) -> Iterator[tuple[int, int, str, dict[str, int]]]:
    """(submission's id, juror's id, outcome, criterion -> points), by the ballot's id.

    The database writes each ballot's marks as one text, because there are as many ballots as clips
    times jurors. Ballots with the same marks share one dictionary, which nobody changes.
    """
    written = _written(session.get_bind().dialect.name)
    given = select(written).where(Mark.ballot_id == Ballot.id).scalar_subquery()
    query = (
        select(Ballot.submission_id, Ballot.juror_id, Ballot.state, Ballot.outcome, given)
        .join(Ballot.submission)
        .where(Submission.contest_id == contest.id)
        .order_by(Ballot.id)
        .execution_options(yield_per=BATCH)
    )
    known: dict[str | None, dict[str, int]] = {None: {}}
    for submission_id, juror_id, state, outcome, text in session.execute(query):
        if text not in known:
            known[text] = dict(sorted(json.loads(text).items()))
        yield submission_id, juror_id, outcome_of(state, outcome), known[text]


def _written(dialect: str) -> ColumnElement[str]:
    """The marks of a ballot as the text of a JSON object."""
    if dialect == "postgresql":
        ordered = aggregate_order_by(Mark.value, Mark.criterion)
        return cast(func.json_object_agg(Mark.criterion, ordered), String)
    return func.json_group_object(Mark.criterion, Mark.value)


def outcome_of(state: str, outcome: str | None) -> str:
    """What a ballot counts as: marked, recused, abstained, missing."""
    if state == "locked":
        return outcome or "missing"
    return {"submitted": "marked", "open": "missing"}.get(state, state)
