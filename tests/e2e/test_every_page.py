"""Every page, as every role sees it: no accessibility fault (axe-core, pa11y), valid HTML
(html-validate), nothing beyond the edge and no word cut off, no error in the console; in both
languages, on a phone and on a desk, in a contest that is empty, full, or decided. The pages are
kept as `Album` says.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from pprint import pformat
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route

from contest.config import Settings
from contest.web import create_app
from contest.wiring import Platform
from tests.browsing import serving
from tests.e2e.auditors import look
from tests.e2e.conftest import STATES, House
from tests.e2e.further import further
from tests.e2e.in_order import InOrder
from tests.e2e.tours import TOURS
from tests.e2e.walk import EVERYBODYS, SHAPE, Album, Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATES["further"] = further
CONTEST = "/c/quan11-2023"
# Where each role begins; from there every link is followed.
STARTS = {
    "public": ["/", f"{CONTEST}/", "/account/sign-in", "/u", f"{CONTEST}/verify", "/nowhere",
               "/design", "/help/search?q=clip"],
    "organiser": [f"{CONTEST}/organiser/", "/account/"],
    "reviewer": [f"{CONTEST}/review/"],
    "juror": [f"{CONTEST}/jury/"],
    "unit": [f"{CONTEST}/unit"],
    "admin": ["/setup"],
}
# State -> role or tour -> the views that its walk must have met: a page without a link to it is
# found missing here.
MET = tomllib.loads((Path(__file__).parent / "met.toml").read_text())
# Language -> the widths, in CSS pixels, at which each page is looked at.
WIDTHS = {"vi": (320, 1280), "en": (360, 1280)}
# On the last of all, axe would find what it finds on those before it.
WITHOUT_AXE = {"vi": (), "en": (1280,)}
PHONE = 320
# Forms that refuse to be sent with nothing in them: while the contest takes entries; and those of
# a clip, here by its state, in a full house.
REFUSING = {
    "public": ["/account/sign-in", "/u"],
    "organiser": [f"{CONTEST}/organiser/people/new", f"{CONTEST}/organiser/units/import",
                  f"{CONTEST}/organiser/interactions/import"],
    "unit": [f"{CONTEST}/unit/entries/new"],
    "admin": ["/setup", "/setup/plan", "/account/password"],
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
Houses = Callable[[str], House]


@pytest.fixture
def walked(
    open_house: Houses, browser: Browser, in_order: InOrder | None, pytestconfig: pytest.Config
) -> Callable[..., set[str]]:
    """Walks through a state as a role, in a language; the kinds of pages met, without a fault."""
    long = pytestconfig.getoption("long")

    def walk(
        state: str, role: str, language: str, widths: Sequence[int], *, barriers: bool
    ) -> set[str]:
        house, album = open_house(state), Album(state, role, language, pictures=long)
        with house.visitor(browser, role, language=language, width=widths[0]) as context:
            walk = Walk(
                house, context.new_page(), STARTS[role], album, widths=widths,
                left_out=() if role == "public" else EVERYBODYS, without_axe=WITHOUT_AXE[language],
                sniffed_at=PHONE if barriers else None, in_order=in_order,
            )
            assert not (faults := walk.go()), pformat(faults, width=200)
        assert not (faults := album.invalid()), pformat(faults, width=200)
        for width in widths if long else ():
            faults = house.barriers(role, walk.visited, language=language, width=width)
            assert not faults, pformat(faults, width=200)
        return walk.met

    return walk


@pytest.mark.parametrize("language", WIDTHS)
@pytest.mark.parametrize("role", sorted(STARTS))
def test_every_page_of_a_role(walked: Callable[..., set[str]], role: str, language: str):
    """HTML_CodeSniffer, which pa11y asks, looks once: at the page in Vietnamese on a phone. pa11y
    itself loads each page anew, in a browser of its own: in the long form."""
    kinds = walked("full", role, language, WIDTHS[language], barriers=language == "vi")
    assert set(MET["full"][role]) <= kinds


@pytest.mark.parametrize("role", sorted(STARTS))
def test_every_page_while_there_is_nothing(walked: Callable[..., set[str]], role: str):
    """The pages are those of a full house, which both have seen; axe sees them here, too."""
    walked("empty", role, "vi", [PHONE], barriers=False)


@pytest.mark.parametrize("role", ["public", "organiser", "juror"])
def test_every_page_once_there_is_a_result(walked: Callable[..., set[str]], role: str):
    kinds = walked("decided", role, "vi", [PHONE], barriers=role == "public")
    assert set(MET["decided"].get(role, ())) <= kinds


@pytest.mark.parametrize("name", sorted(TOURS))
def test_every_page_of_further_contests(
    open_house: Houses, browser: Browser, in_order: InOrder | None, pytestconfig: pytest.Config,
    name: str,
):
    """Entries of other kinds, levels, rounds, a jury's shares: the pages that look otherwise there.
    In the long form in English, too, and by HTML_CodeSniffer."""
    long, house, met = pytestconfig.getoption("long"), open_house("further"), set[str]()
    for language in WIDTHS if long else ("vi",):
        album = Album(f"further_{name}", "all", language, pictures=long)
        for tour in TOURS[name]:
            house.platform.__dict__["clock"].moment = tour.at
            with house.visitor(browser, tour.visitor(), language=language, width=PHONE) as context:
                walk = Walk(
                    house, context.new_page(), list(tour.addresses(house)), album,
                    widths=WIDTHS[language], without_axe=() if long else (1280,),
                    sniffed_at=PHONE if long else None, follows=False,
                    in_order=in_order,
                )
                assert not (faults := walk.go()), pformat(faults, width=200)
            assert len(walk.fine) == len(tour.paths), sorted(set(walk.visited) - walk.fine)
            met |= walk.met
        assert not (invalid := album.invalid()), pformat(invalid, width=200)
    assert set(MET["further"].get(name, ())) <= met


def test_every_view_is_met_by_a_walk(tmp_path: Path):
    """A new GET route is walked, or says in ``met.toml`` why not."""
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/none.db",
                        redis_url="", storage_url=f"file://{tmp_path}", base_url="http://localhost",
                        secret_key="a secret key that only tests know, 40 and more")
    app = create_app(Platform(settings))
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    said = Counter(view for walks in MET.values() for views in walks.values() for view in views)
    assert set(said) == routes
    assert {view for view, times in said.items() if times > 1} == set()


@pytest.mark.parametrize("role", sorted(REFUSING))
def test_every_refusal(open_house: Houses, browser: Browser, role: str):
    """The page that says what is missing is a page, too."""
    about_a_clip = role in ("reviewer", "juror")
    house = open_house("full" if about_a_clip else "empty")
    album, codes = Album("refused", role, "vi"), {s: e.code for s, e in house.entries.items()}
    with house.visitor(browser, role, language="vi", width=PHONE) as context:
        walk = Walk(house, context.new_page(), [], album)
        for path in (path.format(**codes) for path in REFUSING[role]):
            walk.page.goto(path)
            if (take := walk.page.get_by_role("button", name="Nhận thẩm định")).count():
                with walk.page.expect_navigation():
                    take.click()
            with walk.page.expect_navigation() as sent:
                walk.page.evaluate(SEND_NOTHING)
            status = sent.value.status  # a juror's marks are kept: led back, nothing is sent twice
            assert status == 200 if role == "juror" else 400 <= status < 500, path
            assert walk.page.locator(".errors, .field__error").count() > 0, path
            assert walk.examine(path, sent.value) == []
    assert album.invalid() == []


PAGE = ("<!doctype html><html lang=vi><title>{0}</title><main><h1>{0}</h1>"
        "<a href=/{1} id=x>{0}</a>{2}</main>")


def test_the_walk_finds_faults(open_house: Houses, browser: Browser, tmp_path: Path):
    """Words that have no room are found where axe is not asked again, too."""
    house, in_order = open_house("full"), InOrder(tmp_path)
    faulty = ("<img src=/x.png><p>" + "W" * 200
              + "<p style='overflow:hidden;width:40px'>Quan_Doan_11")
    bad, fine, long = (f"{CONTEST}/{path}" for path in ("", "clips", "rules"))
    bodies = {bad: PAGE.format("Mot", "u", faulty), fine: PAGE.format("Mot", "u", ""),
              long: PAGE.format("W" * 200, "help", "")}

    def answer(route: Route) -> None:
        body = bodies[urlsplit(route.request.url).path]
        route.fulfill(body=body, content_type="text/html")

    with house.visitor(browser, "public", language="vi", width=320) as context:
        page = context.new_page()
        page.route(lambda address: urlsplit(address).path in bodies, answer)
        walk = Walk(house, page, [], sniffed_at=320, left_out=("",), in_order=in_order)
        found, again = ({path: walk.look(path) for path in bodies} for _ in range(2))
    assert found == again  # what has a fault is looked at again
    assert any("H37: " in one for one in found[bad])
    for fault in ("image-alt", "wider than the screen", "cut off by P.: Quan_Doan_11"):
        assert any(one.startswith(fault) for one in found[bad])
    assert found[fine] == []
    assert {one.split(":")[0] for one in found[long]} == {"wider than the screen",
                                                          "cut off by BODY."}
    # Of the fine page the look, that without HTML_CodeSniffer, and the shape: the long one's, too.
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(("body", "same"), [
    (PAGE.format("Hai", "help", ""), True),
    (PAGE.format("Mot", "u", "<p hidden>"), False),
    (PAGE.format("Mot", "u", "").replace("lang=vi", "lang=en"), False),
    (PAGE.format("Mot", "u", "").replace("id=x", "id=x class=y"), False),
    (PAGE.format("Mot", "u", "").replace("Mot</a>", "</a>"), False),
    (PAGE.format("Mot", "u", "").replace("Mot</a>", "Hai</a>"), False),
    (PAGE.format("Mot", "u", "<style>h1 { display: none }</style>"), False),
    (PAGE.format("Mot", "u", "").replace("<main>", "<div>"), False),
])
def test_axe_is_not_asked_again_where_only_words_differ(browser: Browser, body: str, same: bool):
    page = browser.new_page()
    page.set_content(PAGE.format("Mot", "u", ""))
    first = page.evaluate(SHAPE)
    page.set_content(body)
    assert (page.evaluate(SHAPE) == first) is same
    page.close()


def test_html_that_is_not_valid_is_found():
    album = Album("broken", "public", "vi")
    album.keep("page", "<!doctype html><p id=a><p id=a>")
    assert any("no-dup-id" in fault for fault in album.invalid())


def test_pa11y_finds_faults_on_the_second_page_too_and_is_still_signed_in():
    """It looks at all pages in one tab, so none may be taken for the one before; and where a page
    sets a cookie, the person's own is still sent."""

    def served(environ, start):
        known = "staff=me" in environ.get("HTTP_COOKIE", "")
        image = "<img src=x.png>" if known and environ["PATH_INFO"] == "/bad" else ""
        start("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "another=1")])
        return [f"<!doctype html><html lang=vi><title>x</title><h1>x</h1>{image}".encode()]

    with serving(served) as address:
        good, bad = f"{address}/good", f"{address}/bad"
        found = look("pa11y", [good, bad], "staff=me; lang=vi")
    assert found[good] == []
    assert any("H37" in fault for fault in found[bad])
