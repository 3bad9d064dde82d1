"""``pages.render``: puts a contest's published result on disk, in every language."""

from collections.abc import Callable

from contest import ready_pages
from contest.languages import COOKIE, LANGUAGES
from contest.models import Contest
from contest.services import standings
from contest.web import create_app
from contest.wiring import Platform


def render(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Render the newest published result of contest ``contest_id``; none: no page either."""
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        result = standings.newest(session, contest)
    if result is None:
        ready_pages.remove(platform.settings.data_dir, contest.slug)
        return
    pages: dict[str, bytes] = {}
    for language in LANGUAGES:
        beat()
        pages[language] = _page(platform, contest.slug, language)
    ready_pages.write(platform.settings.data_dir, contest.slug, pages)


def _page(platform: Platform, slug: str, language: str) -> bytes:
    """The page as a reader of this language is sent it; an error fails the job."""
    answer = create_app(platform).test_client(use_cookies=False).get(
        f"/c/{slug}/results",
        headers={"Cookie": f"{COOKIE}={language}"},
        environ_overrides={ready_pages.RENDERING: True},
    )
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"the page of {slug} answered {answer.status_code}")
    return answer.get_data()


HANDLERS = {"pages.render": render}
