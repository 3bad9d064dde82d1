"""``pages.render``: writes a contest's published result pages to disk, in every language.

Publishing does so itself; this task covers a process that died in between.
"""

from collections.abc import Callable

from contest import ready_pages
from contest.jobs import pages_app
from contest.models import Contest
from contest.services.results import standings
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


HANDLERS = {"pages.render": render}
