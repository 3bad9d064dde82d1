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
from contest.jobs.clips import Beat, ProgressReporter, Steps, carry_out
from contest.jobs.kinds import documents, pictures, texts
from contest.jobs.kinds.making import MALWARE, infected, made_file, policy_named, unreadable
from contest.models import Contest
from contest.profile import reminding
from contest.services.checking.outcomes import DEEP, QUICK, CheckJob, Outcome
from contest.services.core import appraisal, outbox, profiles
from contest.services.entry import checks, repairs, staff_mails, votes
from contest.services.reviewing import held
from contest.wiring import Platform

# media_checks' artefact -> kind of Derivative
PICTURES = {
    "contact_sheet": "sheet", "poster": "poster", "crop": "crop", "waveform": "waveform",
    "loudness": "loudness",
}
Make = Callable[[Platform, CheckJob, Path, Path, ProgressReporter], Outcome]
TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


# Kind of entry -> its quick and its deep check.
KINDS: Mapping[str, tuple[Make, Make]] = {
    "document": (documents.judge, documents.draw),
    "pictures": (pictures.judge, pictures.pass_on),
    "text": (texts.judge, pictures.pass_on),
}


def quick(platform: Platform, check_id: int, beat: Beat) -> None:
    """Run the quick check, which the unit waits for; makes contact sheet and poster of a clip."""
    carry_out(platform, check_id, beat, _steps(QUICK, 0, _judge))


def deep(platform: Platform, check_id: int, beat: Beat) -> None:
    """Run the deep check: decodes every frame once, makes the rendition that people watch; of a
    document its pages."""
    carry_out(platform, check_id, beat, _steps(DEEP, 1, _deepen))


def _steps(kind: str, place: int, of_clip: Make) -> Steps[CheckJob, Outcome]:
    return Steps(
        name="check", start=checks.start, make=partial(_on_clip, (place, of_clip)),
        progress=checks.progress, finish=_finish, failed=partial(_failed, kind),
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
    of: tuple[int, Make], platform: Platform, work: CheckJob, folder: Path,
    tell: ProgressReporter,
) -> Outcome:
    place, of_clip = of
    make = of_clip if work.entry.is_clip else KINDS[work.entry.kind][place]
    with platform.blobs.open_local(work.sha256) as clip:
        try:
            return make(platform, work, clip, folder, tell)
        except FileNotFoundError as error:  # one that was to be made: the clip is there
            raise RuntimeError(f"a file that was to be made is missing: {error}") from error


def _judge(
    platform: Platform, work: CheckJob, clip: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    policy = media_checks.load_policy(work.media, name=work.policy_name)
    if found := infected(platform, clip):
        return unreadable(found, policy_named(policy), MALWARE)
    try:
        report = media_checks.check(clip, policy, artefacts=folder, progress=tell)
    except media_checks.Unreadable as error:
        return unreadable(error, policy_named(policy))
    files = [
        made_file(platform, folder / facts["file"], kind, TYPES[facts["file"][-4:]], facts)
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
        return unreadable(error, policy_named(policy))
    made = deep.rendition
    facts = {
        "method": made.method, "width": made.width, "height": made.height,
        "duration_s": made.duration_s,
    }
    files = [made_file(platform, out, "rendition", "video/mp4", facts)]
    return Outcome(deep.report.verdict, deep.report.to_dict(), files)


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
