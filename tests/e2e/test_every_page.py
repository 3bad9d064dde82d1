"""Every page, as every role sees it: no accessibility fault (axe-core), nothing beyond the edge,
no error in the console, in both languages, on a phone of 320 px and on a desk."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from contest.web import create_app
from tests.e2e.conftest import AXE, House

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
    ],
    "reviewer": ["reviews.clip"],
    "juror": ["jury.clip"],
    "unit": ["unit.entry"],
    "admin": ["account.home"],
}
FILES = (".ics", ".toml", ".json", ".jpg", ".png", ".xlsx", ".csv", ".zip", ".pdf", ".docx")
MOST_OF_A_KIND = 2  # pages of one view: entries, units, people look alike
OVERFLOWING = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    e => e.getBoundingClientRect().right > edge + 1 && !e.closest(".nav, .table-wrap"));
  return ["wider than the screen: " + wide.slice(0, 5).map(e => e.tagName + "." + e.className)];
}"""
FAULTS = """() => axe.run().then(result => result.violations.map(fault =>
  fault.id + ": " + fault.nodes.slice(0, 3).map(node => node.target.join(" ")).join(" | ")))"""


class Walk:
    """Follows the links of our own pages, a few of each kind."""

    def __init__(self, house: House, page: Page, starts: list[str]) -> None:
        self.page, self.queue, self.seen = page, list(starts), set(starts)
        self.views = create_app(house.platform).url_map.bind("localhost")
        self.kinds: dict[str, int] = {}
        self.faults: dict[str, list[str]] = {}
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))

    def go(self) -> dict[str, list[str]]:
        while self.queue:
            path = self.queue.pop(0)
            if found := self.look(path):
                self.faults[path] = found
        return self.faults

    def look(self, path: str) -> list[str]:
        self.errors.clear()
        answer = self.page.goto(path)
        assert answer is not None
        if answer.status >= 500:
            return [f"status {answer.status}"]
        self.page.add_script_tag(path=str(AXE))
        faults = [*self.page.evaluate(FAULTS), *self.page.evaluate(OVERFLOWING), *self.errors]
        for link in self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            self.follow(link)
        return [str(fault) for fault in faults]

    def follow(self, link: str) -> None:
        parts = urlsplit(link)
        path = parts.path
        ours = parts.netloc == urlsplit(self.page.url).netloc
        if not ours or path in self.seen or path.endswith(FILES) or "/media/" in path:
            return
        self.seen.add(path)
        view = self.view_of(path)
        self.kinds[view] = self.kinds.get(view, 0) + 1
        if self.kinds[view] <= MOST_OF_A_KIND:
            self.queue.append(path)

    def view_of(self, path: str) -> str:
        """The view behind an address; a link that leads nowhere fails the walk."""
        return str(self.views.match(path, method="GET")[0])


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 320), ("vi", 1280)])
@pytest.mark.parametrize("role", sorted(STARTS))
def test_every_page_of_a_role(
    house: House, browser: Browser, role: str, language: str, width: int
):
    with house.visitor(browser, role, language=language, width=width) as context:
        walk = Walk(house, context.new_page(), STARTS[role])
        assert walk.go() == {}
    assert set(KINDS[role]) <= set(walk.kinds)


def test_the_walk_finds_faults(house: House, browser: Browser):
    with house.visitor(browser, "public", language="vi", width=320) as context:
        page = context.new_page()
        page.route("**/c/quan11-2023/", lambda route: route.fulfill(
            body="<!doctype html><html lang=vi><title>x</title><h1>x</h1><img src=/x.png>"
            "<p>" + "W" * 200, content_type="text/html",
        ))
        found = Walk(house, page, [f"{CONTEST}/"]).go()[f"{CONTEST}/"]
    assert any(fault.startswith("image-alt") for fault in found)
    assert any(fault.startswith("wider than the screen") for fault in found)
