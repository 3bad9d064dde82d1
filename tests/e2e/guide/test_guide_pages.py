"""Every page of the guide: valid HTML, no barrier, nothing beyond the edge, phone and desk."""

from collections.abc import Callable
from pprint import pformat

import pytest
from playwright.sync_api import Browser

from contest.guide.book import contents
from contest.languages import LANGUAGES
from tests.e2e.conftest import House
from tests.e2e.guide import shots
from tests.e2e.in_order import InOrder
from tests.e2e.walk import Album, Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROLES = [role["key"] for role in contents()["roles"]]
KEYS = [f"{role['key']}/{slug}" for role in contents()["roles"] for slug in role["topics"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_has_no_faults(
    open_house: Callable[[str], House], browser: Browser, in_order: InOrder | None, language: str
) -> None:
    """The page of a role that is there for printing holds all that its single pages hold."""
    house, album = open_house("empty"), Album("guide", "public", language)
    with house.visitor(browser, "public", language=language, width=320) as context:
        walk = Walk(house, context.new_page(), [], album, widths=(320, 1280), in_order=in_order)
        walk.page.set_viewport_size({"width": 320, "height": 800})
        looked = ["/help", "/help/search?q=clip", "/help/search?q=xyzzy", "/help/unit",
                  "/help/unit/send-a-clip", *(f"/help/{role}/all" for role in ROLES)]
        faults = {path: found for path in looked if (found := walk.look(path))}
        assert not faults, pformat(faults, width=200)
        client = shots.pages(house, "public")
        client.client.set_cookie("lang", language)
        for key in KEYS:
            album.keep(f"help/{key}", client.get(f"/help/{key}"))
    assert not (invalid := album.invalid()), pformat(invalid, width=200)
