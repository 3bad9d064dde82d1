"""How strict each juror was, once the round is locked: against the others on the same clips."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

import scoring
from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Assignment, AuditRow, Contest, Submission
from contest.permissions import require
from contest.services.core import profiles
from contest.services.core.kept import kept
from contest.services.jury import assignments, counted_marks, jurors, jury_counts
from contest.services.jury.jurors import Seat

Known = tuple[object, ...]


@dataclass(frozen=True)
class Strictness:
    """A juror's ``clips`` marked in full, their ``mean`` and its ``spread`` in percent; of those
    ``compared``, which others marked too, how far the juror stood from them (``difference``, below
    zero: stricter). None where there is nothing to take a mean of."""

    seat: Seat
    clips: int
    compared: int
    mean: Fraction | None
    difference: Fraction | None
    spread: Fraction | None


def report(session: Session, contest: Contest, *, actor: Actor) -> list[Strictness]:
    """By code, every juror whose ballots count. Raises ``NotAllowed`` without ``organiser.read``,
    ``Conflict`` until the round is locked: before that nobody sees anything of marks."""
    require(actor, "organiser.read", contest)
    if contest.jury_locked_at is None:
        raise Conflict(
            "Điểm được giữ kín cho đến khi khoá vòng chấm. Hãy khoá vòng chấm rồi xem lại.",
            "Marks are sealed until the jury round is locked. Lock it, then look again.",
        )
    seats = {seat.code: seat for seat in jurors.counted(session, contest)}
    lines = _lines(session, contest, list(seats.values()))
    return [
        Strictness(
            seats[line["juror"]], line["clips"], line["compared"],
            *(_exact(line[name]) for name in ("mean", "difference", "spread")),
        )
        for line in sorted(lines, key=lambda line: seats[line["juror"]].number)
    ]


def _exact(value: dict[str, str] | None) -> Fraction | None:
    return None if value is None else Fraction(value["exact"])


def _lines(session: Session, contest: Contest, seats: list[Seat]) -> list[dict[str, Any]]:
    """By juror, as ``scoring`` has it. Of 200,000 ballots that takes seconds, and it stays while
    the round is locked and nobody and no clip comes or goes.
    """
    locked = select(func.max(AuditRow.seq)).where(
        AuditRow.contest_id == contest.id, AuditRow.action == "jury.locked"
    )
    state = (
        contest.id, contest.revision_id, contest.jury_locked_at, session.scalar(locked),
        tuple((one.user.id, one.code, one.unit_id, one.left is None) for one in seats),
        _clips_now(session, contest), _given_now(session, contest),
    )
    codes = [one.code for one in seats]
    return kept(session, state, "strictness",
                lambda: scoring.strictness(_input(session, contest, codes))["jurors"])


def _clips_now(session: Session, contest: Contest) -> Known:
    """Other numbers as soon as a clip comes, goes or becomes another unit's: rows of thousands are
    not read to see that they are the same."""
    clip, unit = (cast(one, BigInteger) for one in (Submission.id, Submission.unit_id))
    query = select(func.count(), func.sum(clip), func.sum(clip * clip), func.sum(clip * unit))
    return tuple(session.execute(query.where(*jury_counts.markable(contest))).one())


def _given_now(session: Session, contest: Contest) -> Known:
    """The same of which clips were given to whom; empty where every clip is everybody's."""
    if not assignments.shared_out(contest):
        return ()
    clip, juror = (cast(one, BigInteger) for one in (
        Assignment.submission_id, Assignment.juror_id))
    query = select(func.count(), func.sum(Assignment.id), func.sum(clip * juror),
                   func.sum(clip * clip * juror)).select_from(Assignment)
    query = query.join(Submission, Submission.id == Assignment.submission_id)
    return tuple(session.execute(query.where(*jury_counts.markable(contest))).one())


def _input(session: Session, contest: Contest, codes: list[str]) -> dict[str, object]:
    """The ballots as ``scoring`` takes them, of the clips that are being marked; no counts."""
    query = select(Submission.id, Submission.code, Submission.unit_id)
    clips = session.execute(query.where(*jury_counts.markable(contest))).all()
    marks = counted_marks.by_clip(session, contest, clips)
    return {
        "rules": {"criteria": profiles.profile_of(contest).scoring_rules()["criteria"]},
        "jurors": codes,
        "entries": [
            {"id": clip.code, "unit": str(clip.unit_id), "marks": marks.get(clip.id, {}),
             "interactions": None}
            for clip in clips
        ],
    }
