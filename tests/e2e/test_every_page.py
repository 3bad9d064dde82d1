"""Every page, as every role sees it: no accessibility fault (axe-core, pa11y), valid HTML
(html-validate), nothing beyond the edge and no word cut off, no error in the console; in both
languages, on a phone and on a desk, in a contest that is empty, full, or decided. The pages are
kept as `Album` says.
"""

from collections.abc import Callable
from pprint import pformat

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import House
from tests.e2e.walk import EVERYBODYS, Album, Walk

pytestmark = pytest.mark.browser

CONTEST = "/c/quan11-2023"
# Where each role begins; from there every link is followed.
STARTS = {
    "public": ["/", f"{CONTEST}/", "/account/sign-in", "/u", f"{CONTEST}/verify", "/nowhere",
               "/design"],
    "organiser": [f"{CONTEST}/organiser/", "/account/"],
    "reviewer": [f"{CONTEST}/review/"],
    "juror": [f"{CONTEST}/jury/"],
    "unit": [f"{CONTEST}/unit"],
    "admin": ["/setup"],
}
# Views that the walk of a role must have met: a page without a link to it is found missing here.
KINDS = {
    "public": ["public.rules", "public.clips", "public.clip"],
    "organiser": [
        "organiser.jobs", "organiser.log", "organiser.profile", "entries.listed", "entries.entry",
        "units.manage", "units.detail", "units.import_", "reviews.queue", "publications.list",
        "interactions.list", "ballots.overview", "results.overview", "people.manage",
        "documents.list", "documents.template",
    ],
    "reviewer": ["reviews.clip", "copies.listed"],
    "juror": ["jury.clip"],
    "unit": ["unit.entry"],
    "admin": ["account.home"],
}
Screen = tuple[str, int]  # language, width in CSS pixels
PHONE = ("vi", 320)
# Forms that refuse to be sent with nothing in them: while the contest takes entries; and those of
# a clip, here by its state, in a full house.
REFUSING = {
    "public": ["/account/sign-in", "/u"],
    "organiser": [f"{CONTEST}/organiser/people/new", f"{CONTEST}/organiser/units/import",
                  f"{CONTEST}/organiser/interactions/import"],
    "unit": [f"{CONTEST}/unit/entries/new"],
    "admin": ["/setup", "/account/password"],
    "reviewer": [f"{CONTEST}/review/{{in_review}}"],
    "juror": [f"{CONTEST}/jury/{{approved}}"],
}
SEND_NOTHING = """() => {
  const inputs = "input:not([type=hidden]), textarea";
  const form = document.querySelector(`main form[method=post]:has(${inputs})`);
  for (const input of form.querySelectorAll(inputs)) {
    if (/checkbox|radio/.test(input.type)) input.checked = false; else input.value = "";
  }
  form.requestSubmit(form.querySelector("[type=submit]"));
}"""
# On the last, axe would find what it finds on those before it.
SCREENS = [PHONE, ("en", 360), ("vi", 1280), ("en", 1280)]
Houses = Callable[[str], House]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
@pytest.mark.parametrize("role", sorted(STARTS))
def test_every_page_of_a_role(open_house: Houses, browser: Browser, role: str, screen: Screen):
    assert set(KINDS[role]) <= walked(open_house("full"), browser, role, screen)


@pytest.mark.parametrize("role", sorted(STARTS))
def test_every_page_while_there_is_nothing(open_house: Houses, browser: Browser, role: str):
    walked(open_house("empty"), browser, role, PHONE)


@pytest.mark.parametrize("role", ["public", "organiser", "juror"])
def test_every_page_once_there_is_a_result(open_house: Houses, browser: Browser, role: str):
    kinds = walked(open_house("decided"), browser, role, PHONE)
    assert role != "public" or {"published.results", "published.entry"} <= kinds


@pytest.mark.parametrize("role", sorted(REFUSING))
def test_every_refusal(open_house: Houses, browser: Browser, role: str):
    """The page that says what is missing is a page, too."""
    about_a_clip = role in ("reviewer", "juror")
    house = open_house("full" if about_a_clip else "empty")
    album, codes = Album("refused", role, *PHONE), {s: e.code for s, e in house.entries.items()}
    with house.visitor(browser, role, language=PHONE[0], width=PHONE[1]) as context:
        walk = Walk(house, context.new_page(), [], album)
        for path in (path.format(**codes) for path in REFUSING[role]):
            walk.page.goto(path)
            if (take := walk.page.get_by_role("button", name="Nhận thẩm định")).count():
                take.click()
            with walk.page.expect_navigation() as sent:
                walk.page.evaluate(SEND_NOTHING)
            assert 400 <= sent.value.status < 500, path
            assert walk.page.locator(".errors, .field__error").count() > 0, path
            assert walk.examine(path, sent.value) == []
    assert album.invalid() == []


def walked(house: House, browser: Browser, role: str, screen: Screen) -> set[str]:
    """The kinds of pages met on a walk that found no fault."""
    album = Album(house.state, role, *screen)
    language, width = screen
    with house.visitor(browser, role, language=language, width=width) as context:
        left_out = () if role == "public" else EVERYBODYS
        walk = Walk(house, context.new_page(), STARTS[role], album, left_out)
        walk.axe = screen != SCREENS[-1]
        assert not (faults := walk.go()), pformat(faults, width=200)
    assert not (faults := album.invalid()), pformat(faults, width=200)
    if screen == PHONE:
        assert not (faults := house.barriers(role, walk.visited)), pformat(faults, width=200)
    return set(walk.kinds)


def test_the_walk_finds_faults(open_house: Houses, browser: Browser):
    house = open_house("full")
    with house.visitor(browser, "public", language="vi", width=320) as context:
        page = context.new_page()
        page.route("**/c/quan11-2023/", lambda route: route.fulfill(
            body="<!doctype html><html lang=vi><title>x</title><h1>x</h1><img src=/x.png>"
            "<p>" + "W" * 200 + "<p style='overflow:hidden;width:40px'>Quan_Doan_11",
            content_type="text/html",
        ))
        found = Walk(house, page, [f"{CONTEST}/"]).go()[f"{CONTEST}/"]
    for fault in ("image-alt", "wider than the screen", "cut off by P.: Quan_Doan_11"):
        assert any(one.startswith(fault) for one in found)


def test_html_that_is_not_valid_is_found(open_house: Houses, browser: Browser):
    album = Album("broken", "public", "vi", 320)
    with open_house("full").visitor(browser, "public", language="vi", width=320) as context:
        album.keep(context.new_page(), "page", "<!doctype html><p id=a><p id=a>")
    assert any("no-dup-id" in fault for fault in album.invalid())
