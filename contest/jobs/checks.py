"""``check.quick`` and ``check.deep``: run media_checks on a stored clip, record what came out."""

from collections.abc import Callable
from pathlib import Path

import media_checks
from contest.jobs import GiveUp, Later, LeaseLost
from contest.jobs.clips import Beat, NotWanted, Tell, store, teller, work_folder
from contest.models import Task
from contest.services.core import outbox
from contest.services.entry import checks
from contest.services.entry.checks import DEEP, QUICK, Made, Outcome, Work
from contest.wiring import Platform

# media_checks' word -> ours
PICTURES = {
    "contact_sheet": "sheet", "poster": "poster", "crop": "crop", "waveform": "waveform",
    "loudness": "loudness",
}
TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


def quick(platform: Platform, check_id: int, beat: Beat) -> None:
    """The verdict that the unit waits for, with contact sheet and poster."""
    _carry_out(platform, check_id, beat, _judge)


def deep(platform: Platform, check_id: int, beat: Beat) -> None:
    """Every frame decoded once: the second look, and the rendition that people watch."""
    _carry_out(platform, check_id, beat, _deepen)


Step = Callable[[Platform, Work, Path, Tell], Outcome]


def _carry_out(platform: Platform, check_id: int, beat: Beat, step: Step) -> None:
    with platform.db.write() as session:
        work = checks.start(session, check_id, at=platform.clock.now())
    if work is None:
        return
    try:
        with work_folder(platform, f"check-{check_id}") as folder:
            tell = teller(platform, check_id, beat, checks.progress)
            outcome = step(platform, work, folder, tell)
            beat()
            with platform.db.write() as session:
                checks.finish(session, check_id, outcome, at=platform.clock.now())
    except NotWanted:
        return
    except (LeaseLost, Later):
        raise
    except FileNotFoundError as error:
        _fail(platform, check_id, f"{error}")
        raise GiveUp(f"the stored clip is missing: {error}") from error
    except Exception as error:
        if _last_attempt(platform, work):
            _fail(platform, check_id, f"{type(error).__name__}: {error}")
        raise


def _judge(platform: Platform, work: Work, folder: Path, tell: Tell) -> Outcome:
    clip = platform.blobs.path(work.sha256)
    policy = media_checks.load_policy(work.media, name=work.policy_name)
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


def _deepen(platform: Platform, work: Work, folder: Path, tell: Tell) -> Outcome:
    clip, out = platform.blobs.path(work.sha256), folder / "web.mp4"
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
) -> Made:
    size = path.stat().st_size
    data = {name: value for name, value in facts.items() if name != "file"}
    return Made(kind, store(platform, path), size, media_type, data)


def _unreadable(error: media_checks.Unreadable, policy: dict[str, str] | None) -> Outcome:
    """A file that is no clip, told in the same shape as every other finding."""
    finding = {
        "rule": "intact", "level": "hard", "outcome": "fail", "found": ["unreadable"],
        "allowed": [], "at": [], "found_vi": "không đọc được", "found_en": "not readable",
        "allowed_vi": "tệp đầy đủ", "allowed_en": "a complete file", **error.to_dict(),
    }
    report: dict[str, object] = {"verdict": "unreadable", "facts": {}, "findings": [finding]}
    return Outcome("unreadable", report | ({"policy": policy} if policy else {}))


def _fail(platform: Platform, check_id: int, error: str) -> None:
    with platform.db.write() as session:
        checks.fail(session, check_id, error, at=platform.clock.now())


def _last_attempt(platform: Platform, work: Work) -> bool:
    with platform.db.read() as session:
        task = session.query(Task).filter_by(key=f"check.{work.kind}:{work.check_id}").one()
    return task.attempts >= outbox.MAX_ATTEMPTS


HANDLERS = {f"check.{QUICK}": quick, f"check.{DEEP}": deep}
