"""A platform whose Page is a simulator in its own process, and a bench to post clips from; the
screen of the cut-off in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from contest.models import Contest, User
from tests.browsing import sticks_out
from tests.contest.counts.sitting_room import Open, Sitting, opened
from tests.contest.factory import Factory
from tests.contest.posting import bench, settings

__all__ = ["bench", "settings"]


@pytest.fixture
def three(make: Factory, contest: Contest) -> Sitting:
    return Sitting(make, contest, clips=3)


@pytest.fixture
def thirty(make: Factory, contest: Contest) -> Sitting:
    return Sitting(make, contest)


@pytest.fixture
def open_as(browser: Browser, address: str, make: Factory) -> Iterator[Open]:
    """A person's page; no script may fail in it, and nothing stick out of it."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_page(user: User, **how: object) -> Page:
        page = opened(browser, address, make, user, **how)  # type: ignore[arg-type]
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        if page.is_closed():
            continue
        wide = sticks_out(page)
        errors.extend([f"{page.url}: {wide} px too wide"] if wide > 0 else [])
        page.context.close()
    assert errors == []
