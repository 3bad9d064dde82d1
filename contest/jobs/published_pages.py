"""``pages.render``: puts a contest's published result on disk, in every language.

Who publishes has done so already; this is for one that died on the way.
"""

from collections.abc import Callable

from contest import ready_pages
from contest.models import Contest
from contest.services.results import standings
from contest.web import create_app
from contest.wiring import Platform


def render(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Render the newest published result of contest ``contest_id``; none: no page either."""
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        result = standings.newest(session, contest)
    data_dir = platform.settings.data_dir
    if result is None:
        ready_pages.remove(data_dir, contest.slug)
        return
    beat()
    ready_pages.refresh(create_app(platform), data_dir, contest.slug)


HANDLERS = {"pages.render": render}
