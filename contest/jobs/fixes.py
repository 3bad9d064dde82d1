"""``fix.make``: mend a clip as the unit asked, check the result, take a still before and after."""

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import media_checks
from contest.jobs import LeaseLost
from contest.services import fixes
from contest.services.fixes import Made, Work
from contest.wiring import Platform
from media_checks.fixes import Wish, mend, recipe_for, still

Beat = Callable[[], None]
TELL_EVERY_S = 1.5
MENDING = 0.8  # the share of the work before the result is checked


class NotWanted(Exception):
    """The unit declined meanwhile, or asked for another one."""


def make(platform: Platform, fix_id: int, beat: Beat) -> None:
    """Make the proposal; what goes wrong is told to the unit, who may ask again."""
    with platform.db.write() as session:
        work = fixes.start(session, fix_id, at=platform.clock.now())
    if work is None:
        return
    folder = platform.settings.data_dir / "work" / f"fix-{fix_id}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        made = _make(platform, work, folder, _Teller(platform, fix_id, beat))
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
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(platform: Platform, work: Work, folder: Path, tell: Callable[[float], None]) -> Made:
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
    stills = {name: _store(platform, folder / f"{name}.jpg") for name in ("before", "after")}
    return Made(_store(platform, out), size, recipe.to_dict(), _told(report), stills)


def _told(report: media_checks.Report) -> dict[str, Any]:
    return {"verdict": report.verdict, **{
        key: value for key, value in report.to_dict().items() if key in ("findings", "facts")
    }}


def _store(platform: Platform, path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    platform.blobs.put(path, digest)
    return digest


def _fail(platform: Platform, fix_id: int, error: str) -> None:
    with platform.db.write() as session:
        fixes.fail(session, fix_id, error, at=platform.clock.now())


class _Teller:
    """Writes the share done to the row now and then, and keeps the lease alive."""

    def __init__(self, platform: Platform, fix_id: int, beat: Beat) -> None:
        self.platform, self.fix_id, self.beat = platform, fix_id, beat
        self.told = time.monotonic()

    def __call__(self, share: float) -> None:
        self.beat()
        if time.monotonic() - self.told < TELL_EVERY_S:
            return
        self.told = time.monotonic()
        with self.platform.db.write() as session:
            wanted = fixes.progress(session, self.fix_id, round(share, 3))
        if not wanted:
            raise NotWanted


HANDLERS = {"fix.make": make}
