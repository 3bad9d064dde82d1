"""Follows the links of our own pages as one role, looks at each page, and keeps what it saw.

``build/pages/<state>/<role>/<page>.<language>.html`` and, in the long form alone,
``….<language>.<width>.png`` are for people to look at.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from contest.web import create_app
from tests.e2e.auditors import ROOT, html_faults
from tests.e2e.conftest import AXE, SNIFFER, House
from tests.e2e.in_order import InOrder, Look, Shape

CUT_OFF = (Path(__file__).parent / "cut_off.js").read_text()
SHAPE = (Path(__file__).parent / "shape.js").read_text()
FILES = (".ics", ".toml", ".json", ".jpg", ".png", ".xlsx", ".csv", ".zip", ".pdf", ".docx")
EVERYBODYS = ("public.", "published.", "guide.")  # views that are walked by the public alone
DESK = 1000  # CSS pixels; a wider screen is one
MOST_OF_A_KIND = 2  # pages of one view: entries, units, people look alike
OVERFLOWING = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    e => e.getBoundingClientRect().right > edge + 1 && !e.closest(".nav, .table-wrap"));
  return ["wider than the screen: " + wide.slice(0, 5).map(e => e.tagName + "." + e.className)];
}"""
# What is wrong; where axe is wanted the page's shape; whether axe is there. In one question: each
# takes the browser longer to be asked than to answer.
LOOK = f"""wanted => [
  [...({OVERFLOWING})(), ...({CUT_OFF})()], wanted ? ({SHAPE})() : "", "axe" in window]"""
TWO_FRAMES = """() => new Promise(
  done => requestAnimationFrame(() => requestAnimationFrame(done)))"""
# Of what is in order, axe need not find a selector for each element.
FAULTS = """() => axe.run({resultTypes: ["violations"]}).then(result =>
  result.violations.map(fault => fault.id + ": " +
  fault.nodes.slice(0, 3).map(node => node.target.join(" ")).join(" | ")))"""
# HTML_CodeSniffer, as pa11y asks it: for errors alone.
BARRIERS = """() => new Promise((done, failed) => HTMLCS.process("WCAG2AA", document, error =>
  error ? failed(error) : done(HTMLCS.getMessages().filter(found => found.type === HTMLCS.ERROR)
    .map(found => found.code + ": " + found.msg + " " +
         (found.element.outerHTML ?? "").slice(0, 200)))))"""

# A form's token is another at each answer and shown to nobody.
TOKEN = re.compile(r'(?<=name="csrf_token" )[^>]*')


class Album:
    """Where the pages of one walk are kept; what an earlier walk left there goes."""

    def __init__(self, state: str, role: str, language: str, *, pictures: bool = False) -> None:
        self.folder = ROOT / "build" / "pages" / state / role
        self.language, self.pictures = language, pictures
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"*.{language}.*"):
            old.unlink()

    def keep(self, name: str, html: str) -> None:
        """The page as it was sent."""
        self._file(name, "html").write_text(html)

    def portray(self, page: Page, name: str, width: int) -> None:
        """The page as it is seen at this width; where pictures are wanted, for they are dear."""
        if self.pictures:
            page.screenshot(path=self._file(name, f"{width}.png"), full_page=True)

    def invalid(self) -> list[str]:
        """What html-validate finds in the pages kept."""
        files = sorted(self.folder.glob(f"*.{self.language}.html"))
        return html_faults(files, self.folder / f"faults.{self.language}.json")

    def _file(self, name: str, ending: str) -> Path:
        stem = name.strip("/").replace("/", "_") or "home"
        return self.folder / f"{stem}.{self.language}.{ending}"


class Walk:
    """Visits what can be reached from ``starts``, a few pages of each kind but ``left_out``.

    Each page is loaded once and looked at in all ``widths``, first in that in which the page before
    was seen last: light on a phone, dark on a desk. ``without_axe`` are widths at which axe would
    find nothing else, at ``sniffed_at`` HTML_CodeSniffer looks at it, too. Of what earlier walks
    found ``in_order``, a page of the same HTML is not looked at again, and axe is not asked about
    one that differs in its words alone: whether these have room is looked at everywhere.
    Unless it ``follows`` links it visits the starts alone; that their links lead somewhere it sees
    as well.
    """

    def __init__(
        self, house: House, page: Page, starts: list[str], album: Album | None = None, *,
        left_out: tuple[str, ...] = (), widths: Sequence[int] = (320,),
        without_axe: Sequence[int] = (), sniffed_at: int | None = None,
        in_order: InOrder | None = None, follows: bool = True,
    ) -> None:
        self.page, self.queue, self.seen, self.album = page, list(starts), set(starts), album
        self.left_out, self.widths, self.without_axe = left_out, widths, without_axe
        self.sniffed_at, self.follows = sniffed_at, follows
        self.in_order = in_order
        self.width = 0  # of the screen now
        self.visited: list[str] = []
        self.views = create_app(house.platform).url_map.bind("localhost")
        self.kinds: dict[str, int] = {}
        # Pages that were there, and their views.
        self.fine, self.met = set[str](), set[str]()
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
        if not self.width:
            self._put_on(self.widths[0])
        answer = self.page.goto(path)
        assert answer is not None
        faults = self.examine(path, answer)
        if answer.status < 400:
            self.fine.add(path)
            self.met.add(self.view_of(urlsplit(path).path))
        for link in self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            self.follow(link)
        return faults

    def examine(self, name: str, answer: Response) -> list[str]:
        """What is wrong with the page that stands in the browser."""
        if answer.status >= 500:
            return [f"status {answer.status}"]
        html = answer.text()
        if self.album:
            self.album.keep(name, html)
        looks = [self._look(html, width) for width in sorted(
            self.widths, key=lambda width: width != self.width)]
        found = self._examine(name, [look for look in looks if not self._known(look)])
        return [*found, *self.errors]

    def _known(self, one: Look | Shape) -> bool:
        return self.in_order is not None and one in self.in_order

    def _keep(self, *found: Look | Shape) -> None:
        if self.in_order is not None:
            self.in_order.add(*found)

    def _look(self, html: str, width: int) -> Look:
        """What decides about all that is found at this width."""
        address = f"http://{urlsplit(self.page.url).netloc}"
        same = TOKEN.sub("", html.replace(address, ""))
        return Look(same, width, width not in self.without_axe, width == self.sniffed_at)

    def _examine(self, name: str, looks: list[Look]) -> list[str]:
        faults: list[str] = []
        for look in looks:
            found = self._examine_at(name, look)
            if not (found or self.errors):
                self._keep(look, replace(look, sniffed=False))
            faults += found
        return faults

    def _examine_at(self, name: str, look: Look) -> list[str]:
        self._put_on(look.width)
        if self.album:
            self.album.portray(self.page, name, look.width)
        found, page, has_axe = self.page.evaluate(LOOK, look.with_axe)
        if look.with_axe:
            found += self._axe_finds(Shape(page, look.width), has_axe=has_axe)
        if look.sniffed:
            self.page.add_script_tag(url=SNIFFER)
            found += self.page.evaluate(BARRIERS)
        return [f"{fault} ({look.width} px)" for fault in found]

    def _axe_finds(self, shape: Shape, *, has_axe: bool) -> list[str]:
        if self._known(shape):
            return []
        if not has_axe:
            self.page.add_script_tag(url=AXE)
        found: list[str] = self.page.evaluate(FAULTS)
        if not found:
            self._keep(shape)
        return found

    def _put_on(self, width: int) -> None:
        """A screen so wide: dark on a desk, light on a phone."""
        if width == self.width:
            return
        self.width = width
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(
            color_scheme="dark" if width > DESK else "light", reduced_motion="reduce"
        )
        self.page.evaluate(TWO_FRAMES)  # else axe may see one part dark and another still light

    def follow(self, link: str) -> None:
        parts = urlsplit(link)
        path = parts.path
        ours = parts.netloc == urlsplit(self.page.url).netloc
        if not ours or path in self.seen or path.endswith(FILES) or "/media/" in path:
            return
        self.seen.add(path)
        view = self.view_of(path)
        if not self.follows or view.startswith(self.left_out):
            return
        self.kinds[view] = self.kinds.get(view, 0) + 1
        if self.kinds[view] <= MOST_OF_A_KIND:
            self.queue.append(path)

    def view_of(self, path: str) -> str:
        """The view behind an address; a link that leads nowhere fails the walk."""
        return str(self.views.match(path, method="GET")[0])
