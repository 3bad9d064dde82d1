"""Repaired clips: a unit requests one, a worker makes it, the unit accepts or declines it.

Nothing is applied automatically. An accepted clip is a version like any other and checked anew;
the audit trail names its source version and the recipe.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Captions, Check, ClipVersion, Repair, Submission, Upload
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.checking import outcomes
from contest.services.core import audit, outbox, profiles
from contest.services.core.transitions import move
from contest.services.entry import checks, stored_bytes, submissions, uploads
from contest.services.units import units
from contest.states import REPLACEABLE, SubmissionState
from media_checks.repairs import repairable

MOST = 6  # proposals for one entry; each costs as much as a check
OPEN = ("queued", "running", "ready")
FRAMES, CUTS = ("crop", "pad"), ("end", "start")


@dataclass(frozen=True)
class RepairOptions:
    """The unit's options; ``media_checks.repairs.RepairOptions`` defines the values."""

    frame: str = "crop"
    cut: str = "end"
    sound: bool = True


@dataclass(frozen=True)
class RepairJob:
    """What a worker needs. Plain values, no session."""

    repair_id: int
    sha256: str
    report: Mapping[str, object]  # of the source clip
    wish: RepairOptions
    media: Mapping[str, object]  # the profile's [media]
    policy_name: str


@dataclass(frozen=True)
class RepairedClip:
    """The repaired clip; its bytes and the stills are in the store already."""

    sha256: str
    size: int
    recipe: Mapping[str, object]
    report: Mapping[str, object]
    stills: Mapping[str, str]  # before, after -> SHA-256


# ---------------------------------------------------------------------------- asking


def source(submission: Submission) -> Check | None:
    """The finished check of the current clip, from which a recipe is made; None if unfinished."""
    check = checks.latest(submission.version) if submission.version else None
    return check if check is not None and check.state == "done" else None


def offered(submission: Submission) -> list[str]:
    """What can be repaired in the current clip: frame, borders, length, sound. Nothing in what is
    no clip."""
    check = source(submission)
    if check is None or submission.state not in REPLACEABLE:
        return []
    is_clip = profiles.profile_of(submission.contest).entry.is_clip
    return repairable(check.report) if is_clip else []


def left(session: Session, submission: Submission) -> int:
    """How many more proposals this entry may request."""
    query = (
        select(func.count()).select_from(Repair)
        .join(Repair.version).where(ClipVersion.submission_id == submission.id)
    )
    return max(0, MOST - (session.scalar(query) or 0))


def enqueue(
    session: Session, submission: Submission, wish: RepairOptions, *, actor: Actor, at: datetime
) -> Repair:
    """Enqueue a repair of the current clip; open proposals for it are declined.

    Raises ``NotAllowed``, ``TooLate`` after the deadline, ``Conflict`` where the entry is fixed or
    nothing can be repaired, ``Invalid`` beyond ``MOST`` proposals.
    """
    require(actor, "entry.edit", submission)
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    submissions.require_open(profiles.profile_of(submission.contest), at=at, submission=submission)
    check = source(submission)
    if check is None or not offered(submission) or wish.frame not in FRAMES or wish.cut not in CUTS:
        raise Conflict(
            "Clip này không có lỗi nào mà hệ thống sửa giúp được. Hãy tải lại trang.",
            "There is nothing in this clip that can be repaired for you. Please reload the page.",
        )
    if not left(session, submission):
        raise Invalid(
            f"Bài này đã nhờ sửa {MOST} lần, là mức cao nhất. Hãy tự sửa clip rồi gửi lại.",
            f"This entry has asked {MOST} times, the most allowed. Repair the clip and send it.",
        )
    for earlier in session.scalars(select(Repair).where(
        Repair.version_id == check.version_id, Repair.state.in_(OPEN)
    )):
        _end(session, earlier, "declined", actor=actor, at=at)
    repair = Repair(version_id=check.version_id, wish=asdict(wish), created_at=at)
    session.add(repair)
    session.flush()
    audit.record(
        session, "fix.queued", repair, actor=actor, at=at, contest_id=submission.contest_id,
        after={"version": check.version.number, "wish": asdict(wish)},
    )
    outbox.enqueue(
        session, "fix.make", repair.id, at=at, contest_id=submission.contest_id, priority="low"
    )
    return repair


def enqueue_as_asked(session: Session, check_id: int, *, at: datetime) -> Repair | None:
    """Enqueue the repair that the unit asked for when it sent the clip ("gửi và nhờ sửa"); None
    where it did not, the clip passed, or nothing can be repaired any more. Once for each clip."""
    check = session.get_one(Check, check_id)
    version, submission = check.version, check.version.submission
    asked = session.get_one(Upload, version.upload_id).mend
    failed = submission.state == SubmissionState.NEEDS_FIX and submission.version_id == version.id
    if not asked or not failed or check.kind != outcomes.QUICK:
        return None
    close = submissions.closes_at(profiles.profile_of(submission.contest), submission)
    if not offered(submission) or not left(session, submission) or at >= close:
        return None
    if session.scalar(select(Repair.id).where(Repair.version_id == version.id).limit(1)):
        return None
    actor = units.actor_of(submission.unit)
    return enqueue(session, submission, RepairOptions(), actor=actor, at=at)


def ahead(session: Session, repair: Repair) -> int:
    """How many queued or running repairs, of all contests, were requested before this one."""
    query = select(func.count()).select_from(Repair).where(
        Repair.state.in_(("queued", "running")), Repair.id < repair.id
    )
    return session.scalar(query) or 0


# ---------------------------------------------------------------------------- the worker's steps


def start(session: Session, repair_id: int, *, at: datetime) -> RepairJob | None:
    """Begin, or begin again after a worker died; None when it is no longer needed."""
    repair = session.get_one(Repair, repair_id, with_for_update=LOCK)
    if repair.state not in ("queued", "running", "failed"):
        return None
    if repair.state == "failed":
        move(session, repair, "queued", actor=SYSTEM, at=at)
    if repair.state == "queued":
        move(session, repair, "running", actor=SYSTEM, at=at)
    repair.progress, repair.error, repair.started_at = 0.0, "", at
    submission = repair.version.submission
    check = checks.latest(repair.version)
    return RepairJob(
        repair.id,
        repair.version.sha256,
        check.report if check else {},
        RepairOptions(**repair.wish),
        profiles.profile_of(submission.contest).media,
        submission.contest.slug,
    )


def progress(session: Session, repair_id: int, share: float) -> bool:
    """Store the progress (0 to 1); False when the repair is no longer needed."""
    changed = session.execute(
        update(Repair)
        .where(Repair.id == repair_id, Repair.state == "running")
        .values(progress=share)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def finish(session: Session, repair_id: int, made: RepairedClip, *, at: datetime) -> None:
    """Store the repaired clip, ready for the unit to see. Finishing twice changes nothing."""
    repair = session.get_one(Repair, repair_id, with_for_update=LOCK)
    if repair.state != "running":
        return
    if stored_bytes.came_too_late(
        session, repair.version, [made.sha256, *made.stills.values()], at=at
    ):
        move(session, repair, "failed", actor=SYSTEM, at=at)
        return
    repair.sha256, repair.size = made.sha256, made.size
    repair.recipe, repair.report, repair.stills = (
        dict(made.recipe),
        dict(made.report),
        dict(made.stills),
    )
    repair.progress, repair.finished_at = 1.0, at
    move(session, repair, "ready", actor=SYSTEM, at=at, recipe=dict(made.recipe))


def fail(session: Session, repair_id: int, error: str, *, at: datetime) -> None:
    """Record that it could not be made; the unit sees that and may request it again."""
    repair = session.get_one(Repair, repair_id, with_for_update=LOCK)
    if repair.state == "running":
        repair.error = error
        move(session, repair, "failed", actor=SYSTEM, at=at)


# ---------------------------------------------------------------------------- reading


def latest(session: Session, submission: Submission) -> Repair | None:
    """The newest open or failed proposal for the current clip, or None."""
    query = (
        select(Repair)
        .where(
            Repair.version_id == submission.version_id,
            Repair.state.not_in(("declined", "accepted")),
        )
        .order_by(Repair.id.desc())
    )
    return session.scalars(query.limit(1)).one_or_none()


def find(session: Session, submission: Submission, repair_id: int) -> Repair:
    """A proposal of this entry. Raises ``NotFound`` for any other."""
    repair = session.get(Repair, repair_id)
    if repair is None or repair.version.submission_id != submission.id:
        raise not_found()
    return repair


def made_by_us(session: Session, submission: Submission) -> dict[int, Repair]:
    """Versions of this entry that the platform repaired: version's id -> proposal."""
    query = select(Repair).join(Repair.version).where(
        ClipVersion.submission_id == submission.id, Repair.state == "accepted"
    )
    return {
        repair.made_id: repair for repair in session.scalars(query) if repair.made_id is not None
    }


def passes(repair: Repair) -> bool:
    """Whether the repaired clip passed its check."""
    return repair.report.get("verdict") in outcomes.GOOD


# ---------------------------------------------------------------------------- deciding


def accept(session: Session, repair: Repair, *, actor: Actor, at: datetime) -> ClipVersion:
    """Make the repaired clip a version of the entry, to be checked like any other.

    Raises ``NotAllowed``, ``TooLate`` after the deadline, ``Conflict`` where the entry is fixed or
    has a newer clip, ``Invalid`` where the repaired clip did not pass.
    """
    submission = repair.version.submission
    require(actor, "entry.edit", submission)
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    submissions.require_open(profiles.profile_of(submission.contest), at=at, submission=submission)
    if repair.state != "ready" or repair.version_id != submission.version_id:
        raise Conflict(
            "Bản sửa này không còn dùng được vì đã có clip mới hơn. Hãy tải lại trang.",
            "This repaired clip is out of date, there is a newer one. Please reload the page.",
        )
    if not passes(repair) or repair.sha256 is None or repair.size is None:
        raise Invalid(
            "Bản sửa vẫn chưa đạt yêu cầu kỹ thuật. Hãy tự sửa clip rồi gửi lại.",
            "The repaired clip does not meet the rules either. Repair the clip and send it again.",
        )
    stem = repair.version.filename.rpartition(".")[0][:200] or "clip"
    made = uploads.adopt(
        session, submission, sha256=repair.sha256, size=repair.size,
        filename=f"{stem} (da sua).mp4", actor=actor, at=at,
    )
    repair.made_id, repair.decided_at = made.id, at
    move(session, repair, "accepted", actor=actor, at=at, made_from=repair.version.number,
         made=made.number, recipe=repair.recipe)
    _carry_subtitles(session, repair, made, actor=actor, at=at)
    return made


def _carry_subtitles(
    session: Session, repair: Repair, made: ClipVersion, *, actor: Actor, at: datetime
) -> None:
    """The repaired clip has the subtitles of the clip that it was made of, at its own times."""
    submission = repair.version.submission
    query = select(Captions).where(Captions.version_id == repair.version_id)
    for row in session.scalars(query.order_by(Captions.id)).all():
        if cues := moved_cues(row.data["cues"], repair.recipe):
            session.add(Captions(version_id=made.id, language=row.language, data={"cues": cues},
                                 created_by=row.created_by, created_at=at))
            audit.record(session, "captions.kept", submission, actor=actor, at=at, after={
                "code": submission.code, "language": row.language, "count": len(cues)})


def moved_cues(
    cues: Iterable[tuple[int, int, str]], recipe: Mapping[str, Any]
) -> list[list[int | str]]:
    """Cues (begin and end in ms, words) of a clip at the times of what ``recipe`` made of it:
    earlier by what was cut at its start; what was cut away altogether is left out."""
    start, seconds = recipe.get("start") or 0, recipe.get("seconds")
    cut, end = round(start * 1000), None if seconds is None else round(seconds * 1000)
    moved = [(max(begin - cut, 0), until - cut, words) for begin, until, words in cues]
    if end is not None:
        moved = [(begin, min(until, end), words) for begin, until, words in moved]
    return [[begin, until, words] for begin, until, words in moved if begin < until]


def decline(session: Session, repair: Repair, *, actor: Actor, at: datetime) -> None:
    """Decline a proposal; the clip stays. Raises ``NotAllowed``; ``Conflict`` if it was decided."""
    require(actor, "entry.edit", repair.version.submission)
    _end(session, repair, "declined", actor=actor, at=at)


def _end(session: Session, repair: Repair, to: str, *, actor: Actor, at: datetime) -> None:
    repair.decided_at = at
    move(session, repair, to, actor=actor, at=at)
