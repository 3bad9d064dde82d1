"""Follows the links of our own pages as one role, looks at each page, and keeps what it saw.

``build/pages/<state>/<role>/<page>.<language>.<width>.png`` and ``.html`` are for people to look
at: CI keeps them, and so does every run on a developer's machine.
"""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from contest.web import create_app
from tests.e2e.auditors import MODULES, ROOT, html_faults
from tests.e2e.conftest import House

AXE = MODULES / "axe-core/axe.min.js"
CUT_OFF = (Path(__file__).parent / "cut_off.js").read_text()
FILES = (".ics", ".toml", ".json", ".jpg", ".png", ".xlsx", ".csv", ".zip", ".pdf", ".docx")
EVERYBODYS = ("public.", "published.")  # views that are walked by the public alone
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


class Album:
    """Where the pages of one walk are kept; what an earlier walk left there goes."""

    def __init__(self, state: str, role: str, language: str, width: int) -> None:
        self.folder = ROOT / "build" / "pages" / state / role
        self.ending = f".{language}.{width}"
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"*{self.ending}.*"):
            old.unlink()

    def keep(self, page: Page, name: str, html: str) -> None:
        """The page as it was sent and as it is seen."""
        stem = (name.strip("/").replace("/", "_") or "home") + self.ending
        (self.folder / f"{stem}.html").write_text(html)
        page.screenshot(path=self.folder / f"{stem}.png", full_page=True)

    def invalid(self) -> list[str]:
        """What html-validate finds in the pages kept."""
        files = sorted(self.folder.glob(f"*{self.ending}.html"))
        return html_faults(files, self.folder / f"faults{self.ending}.json")


class Walk:
    """Visits what can be reached from ``starts``, a few pages of each kind but ``left_out``."""

    def __init__(
        self, house: House, page: Page, starts: list[str], album: Album | None = None,
        left_out: tuple[str, ...] = (),
    ) -> None:
        self.page, self.queue, self.seen, self.album = page, list(starts), set(starts), album
        self.left_out, self.axe = left_out, True
        self.visited: list[str] = []
        self.views = create_app(house.platform).url_map.bind("localhost")
        self.kinds: dict[str, int] = {}
        self.faults: dict[str, list[str]] = {}
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))

    def go(self) -> dict[str, list[str]]:
        """Every page with a fault, and what is wrong with it."""
        while self.queue:
            path = self.queue.pop(0)
            if found := self.look(path):
                self.faults[path] = found
        return self.faults

    def look(self, path: str) -> list[str]:
        self.errors.clear()
        self.visited.append(path)
        answer = self.page.goto(path)
        assert answer is not None
        faults = self.examine(path, answer)
        for link in self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            self.follow(link)
        return faults

    def examine(self, name: str, answer: Response) -> list[str]:
        """What is wrong with the page that stands in the browser."""
        if answer.status >= 500:
            return [f"status {answer.status}"]
        if self.album:
            self.album.keep(self.page, name, answer.text())
        found = [*self.page.evaluate(OVERFLOWING), *self.page.evaluate(CUT_OFF), *self.errors]
        if self.axe:
            self.page.add_script_tag(path=str(AXE))
            found += self.page.evaluate(FAULTS)
        return [str(fault) for fault in found]

    def follow(self, link: str) -> None:
        parts = urlsplit(link)
        path = parts.path
        ours = parts.netloc == urlsplit(self.page.url).netloc
        if not ours or path in self.seen or path.endswith(FILES) or "/media/" in path:
            return
        self.seen.add(path)
        view = self.view_of(path)
        if view.startswith(self.left_out):
            return
        self.kinds[view] = self.kinds.get(view, 0) + 1
        if self.kinds[view] <= MOST_OF_A_KIND:
            self.queue.append(path)

    def view_of(self, path: str) -> str:
        """The view behind an address; a link that leads nowhere fails the walk."""
        return str(self.views.match(path, method="GET")[0])
