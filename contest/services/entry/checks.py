"""Checks of clips: requested with the clip, carried out by a worker, read by unit and reviewer.

The quick check gives the verdict that the unit waits for. The deep check decodes every frame, makes
the rendition that people watch, may revise the verdict, and must be done before publication.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict
from contest.models import (
    Check,
    ClipVersion,
    Derivative,
    ProfileRevision,
    Repair,
    Submission,
    Task,
)
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.checking import leaves
from contest.services.checking.outcomes import DEEP, GOOD, QUICK, CheckJob, DerivedFile, Outcome
from contest.services.core import deadlines, locks, mail, outbox, profiles
from contest.services.core.transitions import move
from contest.services.entry import onscreen_names, similarity, staff_mails, stored_bytes
from contest.services.fanpage import publications
from contest.states import SubmissionState

OPEN = ("queued", "running", "failed")
FIRST_SHARE = 0.02  # below this progress the time left cannot be estimated


# ---------------------------------------------------------------------------- wanting one


def enqueue_quick(session: Session, version: ClipVersion, *, actor: Actor, at: datetime) -> Check:
    """Enqueue the quick check of a version and end open checks of the entry's earlier clips."""
    _supersede(session, version, actor=actor, at=at)
    return _enqueue(session, version, QUICK, at=at)


def enqueue_deep(session: Session, version: ClipVersion, *, at: datetime) -> Check:
    """Enqueue the deep check of a version at low priority: nobody waits for it."""
    return _enqueue(session, version, DEEP, at=at)


def _enqueue(session: Session, version: ClipVersion, kind: str, *, at: datetime) -> Check:
    """Enqueue a check; version, kind and profile revision identify it."""
    contest = version.submission.contest
    query = select(Check).where(
        Check.version_id == version.id, Check.kind == kind,
        Check.profile_revision_id == contest.revision_id,
    )
    check = session.scalars(query).one_or_none()
    if check is None:
        check = Check(
            version_id=version.id, kind=kind, profile_revision_id=contest.revision_id,
            created_at=at,
        )
        session.add(check)
        session.flush()
    _task(session, check, at=at)
    return check


def _task(session: Session, check: Check, *, at: datetime) -> Task:
    """The check's queued task; a new one where it is missing or was swept."""
    return outbox.enqueue(
        session, f"check.{check.kind}", check.id, at=at,
        contest_id=check.version.submission.contest_id,
        priority="default" if check.kind == QUICK else "low",
    )


def _supersede(session: Session, version: ClipVersion, *, actor: Actor, at: datetime) -> None:
    query = (
        select(Check)
        .join(Check.version)
        .where(
            ClipVersion.submission_id == version.submission_id,
            ClipVersion.id != version.id, Check.state.in_(OPEN),
        )
    )
    for check in session.scalars(query):
        move(session, check, "superseded", actor=actor, at=at)


def retry(session: Session, check: Check, *, actor: Actor, at: datetime) -> None:
    """Enqueue a check again that failed for a technical reason.

    Raises ``NotAllowed``, and ``Conflict`` where the check has not failed.
    """
    require(actor, "check.retry", check.version.submission)
    if check.state != "failed":
        raise Conflict(
            "Chỉ chạy lại được lần kiểm tra bị lỗi. Hãy tải lại trang.",
            "Only a check that failed can be run again. Please reload the page.",
        )
    move(session, check, "queued", actor=actor, at=at)
    check.error, check.progress = "", 0.0
    outbox.enqueue_again(session, _task(session, check, at=at), at=at)


# ---------------------------------------------------------------------------- the worker's steps


def start(session: Session, check_id: int, *, at: datetime) -> CheckJob | None:
    """Begin a check, or begin it again after a worker died; None when it is no longer needed."""
    check = session.get_one(Check, check_id, with_for_update=LOCK)
    if check.state in ("done", "superseded"):
        return None
    if check.state == "failed":
        move(session, check, "queued", actor=SYSTEM, at=at)
    if check.state == "queued":
        move(session, check, "running", actor=SYSTEM, at=at)
    check.started_at, check.progress, check.error = at, 0.0, ""
    named = session.get_one(ProfileRevision, check.profile_revision_id)
    profile = profiles.profile_at(named)
    return CheckJob(
        check_id=check.id, kind=check.kind, sha256=check.version.sha256, media=profile.media,
        policy_name=check.version.submission.contest.slug, entry=profile.entry,
        filename=check.version.filename,
    )


def progress(session: Session, check_id: int, share: float) -> bool:
    """Store a check's progress (0 to 1); False when it is no longer needed."""
    changed = session.execute(
        update(Check)
        .where(Check.id == check_id, Check.state == "running")
        .values(progress=share)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def finish(session: Session, check_id: int, outcome: Outcome, *, at: datetime) -> None:
    """Store a check's result and move the entry on. Finishing twice changes nothing.

    Raises ``Conflict`` while a clip that the deep check refuses is being posted.
    """
    check = _held(session, check_id)
    if check.state != "running":
        return
    version = check.version
    files = [made.sha256 for made in outcome.files] + [one.sha256 for one in outcome.leaves]
    if stored_bytes.came_too_late(session, version, files, at=at):
        move(session, check, "superseded", actor=SYSTEM, at=at)
        return
    check.verdict, check.report = outcome.verdict, dict(outcome.report)
    check.progress, check.finished_at, check.error = 1.0, at, ""
    move(session, check, "done", actor=SYSTEM, at=at, verdict=outcome.verdict)
    for made in outcome.files:
        _keep(session, version, made, at=at)
    leaves.keep(session, version.id, outcome.leaves, at=at)
    if outcome.fingerprint:
        similarity.keep(session, version, outcome.fingerprint, at=at)
    if check.kind == QUICK:
        _after_quick(session, version, outcome.verdict, at=at)
    elif outcome.verdict not in GOOD:
        _after_deep(session, version, outcome.verdict, at=at)


def _held(session: Session, check_id: int) -> Check:
    """The check, locked after its entry: the order in which a new clip locks them too."""
    check = session.get_one(Check, check_id)
    locks.lock(session, check.version.submission)
    session.refresh(check, with_for_update=LOCK)
    return check


def fail(session: Session, check_id: int, error: str, *, at: datetime) -> None:
    """Record a technical failure; the entry waits, and the organiser's desk shows the error."""
    check = session.get_one(Check, check_id, with_for_update=LOCK)
    if check.state == "running":
        check.error = error
        move(session, check, "failed", actor=SYSTEM, at=at)


def _keep(session: Session, version: ClipVersion, made: DerivedFile, *, at: datetime) -> None:
    query = select(Derivative).where(
        Derivative.version_id == version.id, Derivative.kind == made.kind
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        row = Derivative(version_id=version.id, kind=made.kind)
        session.add(row)
    row.sha256, row.size, row.media_type = made.sha256, made.size, made.media_type
    row.data, row.created_at = dict(made.data), at


def _in_force(submission: Submission, version: ClipVersion, *states: str) -> bool:
    return submission.version_id == version.id and submission.state in states


def _after_quick(session: Session, version: ClipVersion, verdict: str, *, at: datetime) -> None:
    submission = version.submission
    if not _in_force(submission, version, SubmissionState.CHECKING):
        return
    profile = profiles.profile_of(submission.contest)
    if verdict in GOOD:
        move(session, submission, SubmissionState.IN_REVIEW, actor=SYSTEM, at=at, verdict=verdict)
        staff_mails.call_members(session, submission.contest, at=at)
        enqueue_deep(session, version, at=at)
        if profile.entry.is_clip:
            onscreen_names.enqueue(session, version, at=at)
        return
    late = at >= deadlines.until(profile, submission)
    _needs_fix(session, submission, at=at, verdict=verdict, give_time=late)


def _after_deep(session: Session, version: ClipVersion, verdict: str, *, at: datetime) -> None:
    """The deep check refused the clip: if it is not on the Page yet, the entry needs a fix."""
    submission = version.submission
    if not _in_force(submission, version, SubmissionState.IN_REVIEW, SubmissionState.APPROVED):
        return
    if submission.state == SubmissionState.APPROVED:
        publications.cancel(session, submission, actor=SYSTEM, at=at)
    else:
        move(session, submission, SubmissionState.CHECKING, actor=SYSTEM, at=at)
    _needs_fix(session, submission, at=at, verdict=verdict, give_time=True)


def _needs_fix(
    session: Session, submission: Submission, *, at: datetime, verdict: str, give_time: bool
) -> None:
    """``give_time``: the unit learns it late, through no fault of its own, and gets time to mend
    by itself: the reviewers' days, or what is left until the cut-off."""
    submission.held_by = submission.held_until = None
    given = (
        deadlines.time_to_mend(profiles.profile_of(submission.contest), at=at)
        if give_time
        else None
    )
    if given is not None:
        submission.changes_until = max(given, submission.changes_until or given)
    move(
        session, submission, SubmissionState.NEEDS_FIX, actor=SYSTEM, at=at, verdict=verdict,
        until=given and given.isoformat(),
    )
    mail.enqueue(
        session, to=submission.contact_email, template="findings", language=submission.language,
        params={"submission_id": submission.id}, contest_id=submission.contest_id, at=at,
    )


# ---------------------------------------------------------------------------- reading


def latest(version: ClipVersion, kind: str = QUICK) -> Check | None:
    """The newest check of a kind of this version."""
    found = [check for check in version.checks if check.kind == kind]
    return found[-1] if found else None


def telling(version: ClipVersion) -> Check | None:
    """The check whose findings apply: the deep one once it has findings, else the quick one."""
    deep = latest(version, DEEP)
    return deep if deep and deep.report.get("findings") else latest(version)


@dataclass(frozen=True)
class DeepPass:
    """Whether the deep check lets a version be published.

    ``state`` is done, running, waiting (not begun), failed (a technical error) or refused (the clip
    breaks the rules); ``why_*`` explains it to a person, empty when done.
    """

    state: str
    why_vi: str = ""
    why_en: str = ""


def deep_check_pending(session: Session, version: ClipVersion, *, at: datetime) -> str:
    """Why the deep check does not let ``version`` be posted yet; empty when it does.

    Enqueues the deep check of a version that has none.
    """
    if latest(version, DEEP) is None:
        enqueue_deep(session, version, at=at)
    return deep_pass(version).why_en


def deep_pass(version: ClipVersion) -> DeepPass:
    """The state of a version's deep check; nothing is published before it is done."""
    check = latest(version, DEEP)
    if check is None or check.state in ("queued", "superseded"):
        return DeepPass("waiting", "Chưa kiểm tra sâu clip này.", "The deep check has not begun.")
    if check.state == "running":
        share = round(100 * check.progress)
        return DeepPass(
            "running", f"Đang kiểm tra sâu: {share} %.", f"The deep check is at {share}%."
        )
    if check.state == "failed":
        return DeepPass(
            "failed", f"Kiểm tra sâu bị lỗi máy: {check.error} Hãy cho chạy lại.",
            f"The deep check failed on this machine: {check.error} Please run it again.",
        )
    if check.verdict not in GOOD:
        return DeepPass(
            "refused", f"Kiểm tra sâu không đạt: {revision(check, 'vi')}",
            f"The deep check refused the clip: {revision(check, 'en')}",
        )
    return DeepPass("done")


def revised(version: ClipVersion) -> list[str]:
    """Rules whose outcome differs between the deep and the quick check."""
    quick, deep = latest(version), latest(version, DEEP)
    if quick is None or deep is None:
        return []
    before = {row["rule"]: row["outcome"] for row in quick.report.get("findings", [])}
    rows = deep.report.get("findings", [])
    return [r["rule"] for r in rows if before.get(r["rule"], "pass") != r["outcome"]]


def revision(check: Check | None, language: str) -> str:
    """What the deep check changed, as sentences with time codes; empty when it changed nothing."""
    if check is None or check.kind != DEEP:
        return ""
    rules = revised(check.version)
    rows = [row for row in check.report.get("findings", []) if row["rule"] in rules]
    return " ".join(row[f"message_{language}"] for row in rows)


def seconds_left(check: Check | Repair | None, *, at: datetime) -> float | None:
    """Seconds a running check or repair still needs, by its progress so far; None: unknown."""
    if check is None or check.state != "running" or check.started_at is None:
        return None
    if check.progress < FIRST_SHARE:
        return None
    return (at - check.started_at).total_seconds() * (1 - check.progress) / check.progress


def derivatives(session: Session, version: ClipVersion) -> dict[str, Derivative]:
    """The files made from a version, by kind."""
    rows = session.scalars(select(Derivative).where(Derivative.version_id == version.id))
    return {row.kind: row for row in rows}


def rendition(session: Session, version: ClipVersion) -> Derivative | None:
    """The file that people watch; None until the deep check has made it."""
    return derivatives(session, version).get("rendition")


def findings(check: Check | None, language: str) -> list[dict[str, Any]]:
    """A check's findings in one language: faults first, passes last."""
    return shown(check.report if check else {}, language)


def shown(report: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """As ``findings``, for a report without a check."""
    rows = [_shown(row, language) for row in report.get("findings", [])]
    return sorted(rows, key=lambda row: ("bad", "look", "ok").index(row["kind"]))


def _shown(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    kind = "ok" if row["outcome"] == "pass" else "bad" if row["level"] == "hard" else "look"
    remedy = row.get(f"remedy_{language}", "")
    return {
        "rule": row["rule"], "level": row["level"], "outcome": row["outcome"], "kind": kind,
        "message": row[f"message_{language}"].removesuffix(remedy).strip(), "remedy": remedy,
        "found": row.get(f"found_{language}", ""), "allowed": row.get(f"allowed_{language}", ""),
        "at": [tuple(span) for span in row.get("at", [])],
    }
