"""The award reel: asked for on the page Results, made by a worker, seen on its way, stopped, taken.

It may be made from a frozen result on, before that is public, for organisers alone. A contest keeps
one reel: a newer one takes the place of the file before it.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.drawing.reel import Part, length_of
from contest.errors import Conflict
from contest.models import AwardReel, Contest, Result, Submission
from contest.permissions import require
from contest.services.awards import stage
from contest.services.core import locks, outbox
from contest.services.entry import checks
from contest.services.results import results, standings
from contest.services.results.standings import Line

KIND = "reel.make"
UNDER_WAY = ("waiting", "working")
Local = Callable[[str], Path]  # the SHA-256 of a clip -> a file to read it from


def parts(session: Session, result: Result, local: Local, language: str) -> list[Part]:
    """A title card, then a part for each prize, the last one first."""
    profile = results.profile_of(result)
    title = Part([profile.contest.title[language], profile.contest.organiser[language]], None)
    winners = standings.winners(session, result, profile, language)
    return [title, *(_part(session, result, local, line) for line in reversed(winners))]


def of_published(
    session: Session, contest: Contest, local: Local, language: str
) -> list[Part]:
    """The same of the published result. Raises ``Conflict`` without one."""
    result = results.published(session, contest)
    if result is None:
        raise Conflict(
            "Chưa công bố kết quả nên chưa có phim tổng kết.",
            "There is no published result yet, so there is no reel.",
        )
    return parts(session, result, local, language)


def _part(session: Session, result: Result, local: Local, line: Line) -> Part:
    submission = session.scalars(
        select(Submission).where(
            Submission.contest_id == result.contest_id, Submission.code == line.code
        )
    ).one()
    shown = checks.rendition(session, submission.version) if submission.version else None
    clip = local(shown.sha256) if shown else None
    return Part([str(line.prize), line.unit, f"“{line.title}”", line.measured or line.total], clip)


# ---------------------------------------------------------------------------- asking for one


def newest(session: Session, contest: Contest) -> AwardReel | None:
    """The reel that was asked for last."""
    query = select(AwardReel).where(AwardReel.contest_id == contest.id)
    return session.scalars(query.order_by(AwardReel.id.desc()).limit(1)).first()


def ask(
    session: Session, contest: Contest, *, language: str, actor: Actor, at: datetime
) -> AwardReel:
    """Have the reel of the newest final result made; one that is under way is returned as it is.
    Raises ``NotAllowed`` without ``document.manage``, ``Conflict`` before the result is frozen."""
    require(actor, "document.manage", contest)
    result = stage.result_of(session, contest, actor=actor)
    locks.lock(session, contest)
    last = newest(session, contest)
    if last is not None and last.state in UNDER_WAY:
        return last
    row = AwardReel(
        contest_id=contest.id, result_id=result.id, language=language, created_by=actor.label,
        created_at=at,
    )
    session.add(row)
    session.flush()
    outbox.enqueue(session, KIND, row.id, at=at, contest_id=contest.id)
    return row


def cancel(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """Stop the one under way. Raises ``NotAllowed``, ``Conflict`` where none is."""
    require(actor, "document.manage", contest)
    locks.lock(session, contest)
    row = newest(session, contest)
    if row is None or row.state not in UNDER_WAY:
        raise Conflict("Không có phim nào đang dựng.", "No reel is being made.")
    row.state, row.finished_at = "cancelled", at


def ready(session: Session, contest: Contest, *, actor: Actor) -> AwardReel:
    """The newest reel there is. Raises ``NotAllowed``, ``Conflict`` where none was made."""
    require(actor, "organiser.read", contest)
    query = select(AwardReel).where(
        AwardReel.contest_id == contest.id, AwardReel.state == "ready"
    )
    row = session.scalars(query.order_by(AwardReel.id.desc()).limit(1)).first()
    if row is None:
        raise Conflict(
            "Chưa có phim trao giải. Hãy bấm “Dựng phim” ở trang Kết quả.",
            'There is no award reel yet. Press "Make the reel" on the page Results.',
        )
    return row


def seconds_left(row: AwardReel, *, at: datetime) -> float | None:
    """How long it will take, by what it has taken; None before the first piece."""
    if row.started_at is None or not row.done_s or row.state != "working":
        return None
    taken = (at - row.started_at).total_seconds()
    return max(0.0, taken / row.done_s * (row.length_s - row.done_s))


# ---------------------------------------------------------------------------- the worker's side


def begin(
    session: Session, row_id: int, local: Local, *, at: datetime
) -> list[Part] | None:
    """Mark it under way; its parts, or None where it is no longer wanted."""
    row = _locked(session, row_id)
    if row.state not in UNDER_WAY:
        return None
    result = session.get_one(Result, row.result_id)
    found = parts(session, result, local, row.language)
    row.state, row.started_at, row.done_s = "working", at, 0.0
    row.length_s = length_of(found)
    return found


def prepare(session: Session, row_id: int, local: Local) -> None:
    """Have the clips brought here, before anything is held."""
    row = session.get_one(AwardReel, row_id)
    if row.state in UNDER_WAY:
        parts(session, session.get_one(Result, row.result_id), local, row.language)


def went_on(session: Session, row_id: int, done_s: float) -> bool:
    """Record how far it is; False where it is no longer wanted."""
    still = (AwardReel.id == row_id) & (AwardReel.state == "working")
    changed = session.execute(update(AwardReel).where(still).values(done_s=done_s))
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def keep(session: Session, row_id: int, sha256: str, *, at: datetime) -> list[str]:
    """Mark it ready. Returns the files of reels before it, which nobody needs any more."""
    row = _locked(session, row_id)
    if row.state != "working":
        return [sha256]
    older = session.scalars(select(AwardReel).where(
        AwardReel.contest_id == row.contest_id, AwardReel.state == "ready"
    )).all()
    gone = [one.sha256 for one in older if one.sha256 != sha256]
    for one in older:
        one.state, one.sha256 = "cancelled", ""
    row.sha256, row.state, row.done_s, row.finished_at = sha256, "ready", row.length_s, at
    return gone


def fail(session: Session, row_id: int, vi: str, en: str, *, at: datetime) -> None:
    """Mark it failed, with a sentence for the screen."""
    row = _locked(session, row_id)
    if row.state in UNDER_WAY:
        row.state, row.error_vi, row.error_en, row.finished_at = "failed", vi, en, at


def _locked(session: Session, row_id: int) -> AwardReel:
    row = session.get_one(AwardReel, row_id)
    locks.lock(session, row)
    return row
