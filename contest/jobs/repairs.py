"""``fix.make``: repair a clip as requested, check the result, take a still before and after."""

from pathlib import Path

import media_checks
from contest.jobs.clips import Beat, ProgressReporter, Steps, carry_out, store
from contest.services.entry import repairs
from contest.services.entry.repairs import RepairedClip, RepairJob
from contest.wiring import Platform
from media_checks.repairs import RepairOptions, recipe_for, repair, still

MENDING = 0.8  # the share of the work before the result is checked


def make(platform: Platform, repair_id: int, beat: Beat) -> None:
    """Make the proposal; errors are shown to the unit, who may request it again."""
    carry_out(platform, repair_id, beat, Steps(
        name="fix", start=repairs.start, make=_make, progress=repairs.progress,
        finish=repairs.finish, failed=_failed,
    ))


def _failed(platform: Platform, repair_id: int, error: Exception) -> bool:
    """Record an error; only technical ones are retried, not a clip that cannot be repaired."""
    told, again = f"{type(error).__name__}: {error}", True
    if isinstance(error, media_checks.MediaCheckError):
        told, again = error.message_vi, False
    with platform.db.write() as session:
        repairs.fail(session, repair_id, told, at=platform.clock.now())
    return again


def _make(
    platform: Platform, work: RepairJob, folder: Path, tell: ProgressReporter
) -> RepairedClip:
    with platform.blobs.open_local(work.sha256) as clip:
        return _mended(platform, work, clip, folder, tell)


def _mended(
    platform: Platform, work: RepairJob, clip: Path, folder: Path, tell: ProgressReporter
) -> RepairedClip:
    out = folder / "mended.mp4"
    options = RepairOptions(frame=work.wish.frame, cut=work.wish.cut, sound=work.wish.sound)
    recipe = recipe_for(work.report, options)
    repair(clip, out, recipe, progress=lambda share: tell(MENDING * share))
    policy = media_checks.load_policy(work.media, name=work.policy_name)
    report = media_checks.check(
        out, policy, progress=lambda share: tell(MENDING + (1 - MENDING) * share)
    )
    at, size = report.facts.video.duration_s / 3, out.stat().st_size
    still(clip, at + recipe.start, folder / "before.jpg")  # the same moment in both
    still(out, at, folder / "after.jpg")
    stills = {name: store(platform, folder / f"{name}.jpg") for name in ("before", "after")}
    return RepairedClip(store(platform, out), size, recipe.to_dict(), _told(report), stills)


def _told(report: media_checks.Report) -> dict[str, object]:
    return {"verdict": report.verdict, **{
        key: value for key, value in report.to_dict().items() if key in ("findings", "facts")
    }}


HANDLERS = {"fix.make": make}
