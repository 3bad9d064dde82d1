"""``fix.make``: mend a clip as the unit asked, check the result, take a still before and after."""

from pathlib import Path

import media_checks
from contest.jobs import LeaseLost
from contest.jobs.clips import Beat, NotWanted, Tell, store, teller, work_folder
from contest.services.entry import fixes
from contest.services.entry.fixes import Made, Work
from contest.wiring import Platform
from media_checks.fixes import Wish, mend, recipe_for, still

MENDING = 0.8  # the share of the work before the result is checked


def make(platform: Platform, fix_id: int, beat: Beat) -> None:
    """Make the proposal; what goes wrong is told to the unit, who may ask again."""
    with platform.db.write() as session:
        work = fixes.start(session, fix_id, at=platform.clock.now())
    if work is None:
        return
    try:
        with work_folder(platform, f"fix-{fix_id}") as folder:
            tell = teller(platform, fix_id, beat, fixes.progress)
            made = _make(platform, work, folder, tell)
            with platform.db.write() as session:
                fixes.finish(session, fix_id, made, at=platform.clock.now())
    except NotWanted:
        return
    except LeaseLost:
        raise
    except media_checks.MediaCheckError as error:
        _fail(platform, fix_id, error.message_vi)
    except Exception as error:
        _fail(platform, fix_id, f"{type(error).__name__}: {error}")
        raise


def _make(platform: Platform, work: Work, folder: Path, tell: Tell) -> Made:
    clip, out = platform.blobs.path(work.sha256), folder / "mended.mp4"
    wish = Wish(frame=work.wish.frame, cut=work.wish.cut, sound=work.wish.sound)
    recipe = recipe_for(work.report, wish)
    mend(clip, out, recipe, progress=lambda share: tell(MENDING * share))
    policy = media_checks.load_policy(work.media, name=work.policy_name)
    report = media_checks.check(
        out, policy, progress=lambda share: tell(MENDING + (1 - MENDING) * share)
    )
    at, size = report.facts.video.duration_s / 3, out.stat().st_size
    still(clip, at + recipe.start, folder / "before.jpg")  # the same moment in both
    still(out, at, folder / "after.jpg")
    stills = {name: store(platform, folder / f"{name}.jpg") for name in ("before", "after")}
    return Made(store(platform, out), size, recipe.to_dict(), _told(report), stills)


def _told(report: media_checks.Report) -> dict[str, object]:
    return {"verdict": report.verdict, **{
        key: value for key, value in report.to_dict().items() if key in ("findings", "facts")
    }}


def _fail(platform: Platform, fix_id: int, error: str) -> None:
    with platform.db.write() as session:
        fixes.fail(session, fix_id, error, at=platform.clock.now())


HANDLERS = {"fix.make": make}
