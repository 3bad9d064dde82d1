"""``pages.render``: puts a contest's published result on disk, in every language."""

from collections.abc import Callable

from flask import Flask, g

from contest import ready_pages
from contest.languages import COOKIE, LANGUAGES
from contest.models import Contest
from contest.services import standings
from contest.views import published
from contest.views.support import db
from contest.web import create_app
from contest.wiring import Platform


def render(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Render the newest published result of contest ``contest_id``; none: no page either."""
    app = create_app(platform)
    pages: dict[str, bytes] = {}
    slug = ""
    for language in LANGUAGES:
        beat()
        slug, pages[language] = _page(app, contest_id, language)
    if all(pages.values()):
        ready_pages.write(platform.settings.data_dir, slug, pages)
    else:
        ready_pages.remove(platform.settings.data_dir, slug)


def _page(app: Flask, contest_id: int, language: str) -> tuple[str, bytes]:
    """The page as a reader of this language is sent it, empty where nothing is published."""
    with app.test_request_context(
        "/", headers={"Cookie": f"{COOKIE}={language}"}
    ):
        contest = db().get_one(Contest, contest_id)
        g.contest = contest
        result = standings.newest(db(), contest)
        if result is None:
            return contest.slug, b""
        g.ready_page = True
        return contest.slug, published.result_page(result).get_data()


HANDLERS = {"pages.render": render}
