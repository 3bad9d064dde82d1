"""What is worked out of a result beside the requests.

``pages.render`` writes a contest's published result pages to disk, in every language: publishing
does so itself, and the task covers a process that died in between. ``results.prospects`` computes
which changes would move each prize of a large result. ``result.release`` publishes at the hour that
was planned. ``reel.make`` makes the award reel, and stops where nobody wants it any more.
Computing, freezing and publishing for a large contest are in ``closing``.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from contest import ready_pages
from contest.errors import Conflict, Invalid
from contest.jobs import Later, pages_app
from contest.jobs.clips import work_folder
from contest.jobs.closing import steps
from contest.models import Contest, Result
from contest.services.awards import reel, releasing
from contest.services.results import prospects, standings
from contest.services.results.steps import in_parts
from contest.wiring import Platform

if TYPE_CHECKING:
    from contest.drawing.reel import Part


def render(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Render the contest's newest published result, or remove its pages where there is none."""
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        result = standings.newest(session, contest)
    data_dir = platform.settings.data_dir
    if result is None:
        ready_pages.remove(data_dir, contest.slug)
        return
    beat()
    ready_pages.refresh(pages_app.of(platform), data_dir, contest.slug)


def work_out(platform: Platform, result_id: int, beat: Callable[[], None]) -> None:
    """Compute and cache it; a result computed anew meanwhile has a task of its own."""
    with platform.db.read() as session:
        result = session.get_one(Result, result_id)
        beat()
        folder = prospects.folder_in(platform.settings.data_dir)
        prospects.work_out(result, folder, shelf=platform.shelf)


def release(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    """Keep the plan: publish (which has the page rendered), or tell what is missing. Raises
    ``Later`` where the clock went back."""
    at = platform.clock.now()
    try:
        ahead = in_parts.found_and_stored(
            steps.place_of(platform), lambda session: releasing.agreed(session, row_id, at=at),
            lambda session, known: releasing.keep(session, row_id, at=at, known=known),
        )
    except (Conflict, Invalid) as why:
        with platform.db.write() as session:
            releasing.refuse(session, row_id, why, at=at)
        return
    if ahead is not None:
        raise Later(ahead)


NO_REEL = (
    "Không dựng được phim: một clip không đọc được. Hãy xem lại bản xem của các clip đoạt giải.",
    "The reel could not be made: a clip cannot be read. Look at the winners' clips.",
)


def make_reel(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    """Make the reel piece by piece; its progress is in its row, and so is the wish to stop."""
    with ExitStack() as held:
        local = cache(lambda sha256: held.enter_context(platform.blobs.open_local(sha256)))
        with platform.db.read() as session:
            reel.prepare(session, row_id, local)
        with platform.db.write() as session:
            parts = reel.begin(session, row_id, local, at=platform.clock.now())
        if parts is not None:
            _make_reel(platform, row_id, parts, beat)


def _make_reel(
    platform: Platform, row_id: int, parts: "list[Part]", beat: Callable[[], None]
) -> None:
    from contest.drawing.reel import Stopped, make  # noqa: PLC0415 - loads FFmpeg's bindings

    def told(done_s: float) -> None:
        beat()
        with platform.db.write() as session:
            if not reel.went_on(session, row_id, done_s):
                raise Stopped

    with work_folder(platform, f"reel-{row_id}") as folder:
        film = folder / "reel.mp4"
        try:
            make(parts, film, told=told)
        except Stopped:
            return
        except OSError:
            with platform.db.write() as session:
                reel.fail(session, row_id, *NO_REEL, at=platform.clock.now())
            return
        _keep_reel(platform, row_id, film)


def _keep_reel(platform: Platform, row_id: int, film: Path) -> None:
    """Store the film; earlier ones go."""
    with film.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    platform.blobs.put(film, sha256)
    with platform.db.write() as session:
        gone = reel.keep(session, row_id, sha256, at=platform.clock.now())
    for file_gone in gone:
        platform.blobs.drop(file_gone)


HANDLERS = {"pages.render": render, prospects.TASK: work_out, releasing.KIND: release,
            reel.KIND: make_reel}
