"""``check.quick`` and ``check.deep``: run media_checks on a stored clip and record the result.
``reviews.settle``: count the board's votes about every clip again. ``reviews.call``: tell its
members of clips that wait for them. ``reviews.fall``: give a decision that nobody took back in the
seconds in which it was held."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

import media_checks
from contest.errors import DomainError
from contest.jobs import GiveUp, Later
from contest.jobs.clips import Beat, ProgressReporter, Steps, carry_out, store
from contest.models import Contest
from contest.profile import reminding
from contest.services.core import appraisal, outbox, profiles
from contest.services.entry import checks, repairs, staff_mails, votes
from contest.services.entry.checks import DEEP, QUICK, CheckJob, DerivedFile, Outcome
from contest.services.reviewing import held
from contest.wiring import Platform

# media_checks' artefact -> kind of Derivative
PICTURES = {
    "contact_sheet": "sheet", "poster": "poster", "crop": "crop", "waveform": "waveform",
    "loudness": "loudness",
}
Make = Callable[[Platform, CheckJob, Path, Path, ProgressReporter], Outcome]
TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


def quick(platform: Platform, check_id: int, beat: Beat) -> None:
    """Run the quick check, which the unit waits for; makes contact sheet and poster."""
    carry_out(platform, check_id, beat, _steps(QUICK, _judge))


def deep(platform: Platform, check_id: int, beat: Beat) -> None:
    """Run the deep check: decodes every frame once, makes the rendition that people watch."""
    carry_out(platform, check_id, beat, _steps(DEEP, _deepen))


def _steps(kind: str, make: Make) -> Steps[CheckJob, Outcome]:
    return Steps(
        name="check", start=checks.start, make=partial(_on_clip, make), progress=checks.progress,
        finish=_finish, failed=partial(_failed, kind),
    )


def _finish(session: Session, check_id: int, outcome: Outcome, *, at: datetime) -> None:
    checks.finish(session, check_id, outcome, at=at)
    repairs.enqueue_as_asked(session, check_id, at=at)


def _failed(kind: str, platform: Platform, check_id: int, error: Exception) -> bool:
    """Record an error: only the last attempt fails the check, unless the clip is missing.

    Raises ``GiveUp`` for a missing clip.
    """
    missing = isinstance(error, FileNotFoundError)
    with platform.db.write() as session:
        if missing:
            checks.fail(session, check_id, f"{error}", at=platform.clock.now())
        elif outbox.is_last_attempt(session, f"check.{kind}", check_id):
            told = f"{type(error).__name__}: {error}"
            checks.fail(session, check_id, told, at=platform.clock.now())
    if missing:
        raise GiveUp(f"the stored clip is missing: {error}") from error
    return True


def _on_clip(
    make: Make, platform: Platform, work: CheckJob, folder: Path, tell: ProgressReporter
) -> Outcome:
    with platform.blobs.open_local(work.sha256) as clip:
        return make(platform, work, clip, folder, tell)


def _judge(
    platform: Platform, work: CheckJob, clip: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    policy = media_checks.load_policy(work.media, name=work.policy_name)
    if infected := _infected(platform, clip):
        return _unreadable(infected, {"name": policy.name, "revision": policy.revision}, _MALWARE)
    try:
        report = media_checks.check(clip, policy, artefacts=folder, progress=tell)
    except media_checks.Unreadable as error:
        return _unreadable(error, {"name": policy.name, "revision": policy.revision})
    files = [
        _made(platform, folder / facts["file"], kind, TYPES[facts["file"][-4:]], facts)
        for word, kind in PICTURES.items()
        if (facts := report.artefacts.get(word))
    ]
    taken = report.fingerprint.to_dict() if report.fingerprint else None
    return Outcome(report.verdict, report.to_dict(), files, taken)


def _deepen(
    platform: Platform, work: CheckJob, clip: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    out = folder / "web.mp4"
    policy = media_checks.load_policy(work.media, name=work.policy_name)
    try:
        deep = media_checks.deepen(clip, policy, out, progress=tell)
    except media_checks.Unreadable as error:
        return _unreadable(error, {"name": policy.name, "revision": policy.revision})
    made = deep.rendition
    facts = {
        "method": made.method, "width": made.width, "height": made.height,
        "duration_s": made.duration_s,
    }
    files = [_made(platform, out, "rendition", "video/mp4", facts)]
    return Outcome(deep.report.verdict, deep.report.to_dict(), files)


def _made(
    platform: Platform, path: Path, kind: str, media_type: str, facts: dict[str, object]
) -> DerivedFile:
    size = path.stat().st_size
    data = {name: value for name, value in facts.items() if name != "file"}
    return DerivedFile(kind, store(platform, path), size, media_type, data)


def _infected(platform: Platform, clip: Path) -> media_checks.Unreadable | None:
    """What the antivirus says, before FFmpeg opens the clip. Raises ``ScanUnavailable``."""
    found = platform.antivirus.scan(clip) if platform.antivirus else None
    if not found:
        return None
    return media_checks.Unreadable(
        f"Tệp có mã độc ({found}) nên không được kiểm tra. Hãy quét máy đã xuất clip rồi "
        "xuất lại.",
        f"The file carries malware ({found}) and was not checked. Scan the computer that the clip "
        "was made on and export it again.",
    )


_NOT_READABLE = {"found_vi": "không đọc được", "found_en": "not readable"}
_MALWARE = {"found_vi": "có mã độc", "found_en": "malware"}


def _unreadable(
    error: media_checks.Unreadable, policy: dict[str, str] | None,
    found: Mapping[str, str] = _NOT_READABLE,
) -> Outcome:
    """The outcome of a file that is no clip, shaped like a report with one finding."""
    finding = {
        "rule": "intact", "level": "hard", "outcome": "fail", "found": ["unreadable"],
        "allowed": [], "at": [], **found,
        "allowed_vi": "tệp đầy đủ", "allowed_en": "a complete file", **error.to_dict(),
    }
    report: dict[str, object] = {"verdict": "unreadable", "facts": {}, "findings": [finding]}
    return Outcome("unreadable", report | ({"policy": policy} if policy else {}))


def settle(platform: Platform, contest_id: int, beat: Beat) -> None:
    """Look at every clip before the board again, after the rules or the board have changed."""
    with platform.db.write() as session:
        votes.settle(session, session.get_one(Contest, contest_id), at=platform.clock.now())
    beat()


def call(platform: Platform, contest_id: int, beat: Beat) -> None:
    """Tell the board's members what waits for their votes. Raises ``Later`` in quiet hours."""
    at = platform.clock.now()
    with platform.db.write() as session:
        contest = session.get_one(Contest, contest_id)
        quiet = reminding.quiet_until(profiles.profile_of(contest), at)
        if quiet is None:
            staff_mails.tell_members(session, contest, at=at)
    if quiet is not None:
        raise Later(quiet)
    beat()


def fall(platform: Platform, held_id: int, beat: Beat) -> None:
    """Give a reviewer's decision that was not taken back, or have its reviewer told why not."""
    try:
        with platform.db.write() as session:
            held.give(session, held_id, at=platform.clock.now())
    except DomainError as refused:
        with platform.db.write() as session:
            held.lapse(session, held_id, refused, at=platform.clock.now())
    beat()


HANDLERS = {
    f"check.{QUICK}": quick, f"check.{DEEP}": deep, appraisal.SETTLE: settle,
    staff_mails.CALL: call, held.FALL: fall,
}
