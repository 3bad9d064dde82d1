"""How strict each juror was, once the round is locked: against the others on the same clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import scoring
from contest.actors import Actor
from contest.errors import Conflict
from contest.models import AuditRow, Contest, Submission
from contest.permissions import require
from contest.services.core import profiles
from contest.services.jury import counted_marks, jurors, jury_counts
from contest.services.jury.jurors import Seat

_known: WeakKeyDictionary[object, tuple[object, list[dict[str, Any]]]] = WeakKeyDictionary()


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
    the round is locked and nobody and no clip comes or goes: the last one is kept in the process.
    """
    query = select(Submission.id, Submission.code, Submission.unit_id)
    clips = session.execute(query.where(*jury_counts.markable(contest))).all()
    given = counted_marks.assigned(session, contest)
    locked = select(func.max(AuditRow.seq)).where(
        AuditRow.contest_id == contest.id, AuditRow.action == "jury.locked"
    )
    state = (
        contest.id, contest.revision_id, contest.jury_locked_at, session.scalar(locked),
        tuple((one.user.id, one.code, one.unit_id, one.left is None) for one in seats),
        hash(tuple(map(tuple, clips))), given and hash(tuple(sorted(
            (clip, *codes) for clip, codes in given.items()))),
    )
    known = _known.get(session.get_bind())
    if known is None or known[0] != state:
        asked = _input(session, contest, [one.code for one in seats], clips)
        known = _known[session.get_bind()] = state, scoring.strictness(asked)["jurors"]
    return known[1]


def _input(
    session: Session, contest: Contest, codes: list[str], clips: Sequence[Any]
) -> dict[str, object]:
    """The ballots as ``scoring`` takes them, of the clips that are being marked; no counts."""
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
