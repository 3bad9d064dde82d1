"""What is worked out of a result beside the requests.

``pages.render`` writes a contest's published result pages to disk, in every language: publishing
does so itself, and the task covers a process that died in between. ``results.prospects`` computes
which changes would move each prize of a large result.
"""

from collections.abc import Callable

from contest import ready_pages
from contest.jobs import pages_app
from contest.models import Contest, Result
from contest.services.results import prospects, standings
from contest.wiring import Platform


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
        prospects.work_out(result, prospects.folder_in(platform.settings.data_dir))


HANDLERS = {"pages.render": render, prospects.TASK: work_out}
