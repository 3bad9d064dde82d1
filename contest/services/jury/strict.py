"""How strict each juror was, once the round is locked: against the others on the same clips."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

import scoring
from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Contest, Submission
from contest.permissions import require
from contest.services.core import profiles
from contest.services.jury import counted_marks, jurors, jury_counts
from contest.services.jury.jurors import Seat


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
    lines = scoring.strictness(_input(session, contest, list(seats)))["jurors"]
    return [
        Strictness(
            seats[line["juror"]], line["clips"], line["compared"],
            *(_exact(line[name]) for name in ("mean", "difference", "spread")),
        )
        for line in sorted(lines, key=lambda line: seats[line["juror"]].number)
    ]


def _exact(value: dict[str, str] | None) -> Fraction | None:
    return None if value is None else Fraction(value["exact"])


def _input(session: Session, contest: Contest, codes: list[str]) -> dict[str, object]:
    """The ballots as ``scoring`` takes them, of the clips that are being marked; no counts."""
    query = select(Submission.id, Submission.code, Submission.unit_id)
    clips = list(session.execute(query.where(*jury_counts.markable(contest))))
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
