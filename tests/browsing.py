"""What every test that looks at a page in a browser needs: an address, and the page's width."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, Page, Route
from werkzeug.serving import ThreadedWSGIServer

from tests.served import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A page that is just being left has no document for a moment, and one that arrives is not laid out.
WIDTHS = """() => document.readyState === "complete" && {
  outside: document.documentElement.scrollWidth - document.documentElement.clientWidth}"""


@contextmanager
def serving(app: "WSGIApplication") -> Iterator[str]:
    """The application on a port of this machine while the block lasts: its address."""
    with served(Pages("127.0.0.1", 0, closing(app))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


class Pages(ThreadedWSGIServer):
    """Ends when it has answered what was asked, whose database is about to go; a browser also holds
    lines on which it asks nothing yet."""

    daemon_threads = False

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        self.lines = set[socket.socket]()
        super().__init__(host, port, app)

    def get_request(self) -> tuple[socket.socket, Any]:
        line, address = super().get_request()
        self.lines.add(line)
        return line, address

    def shutdown_request(self, request: Any) -> None:
        self.lines.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for line in self.lines.copy():
            with suppress(OSError):  # it ends by itself
                line.shutdown(socket.SHUT_RD)
        super().server_close()


def closing(app: "WSGIApplication") -> "WSGIApplication":
    """The application, its answers closed even where a browser hangs up in the middle of a clip:
    Werkzeug's server, which nothing but tests uses, forgets it then."""

    def closed(environ: "WSGIEnvironment", start: "StartResponse") -> Iterator[bytes]:
        answer = app(environ, start)
        try:
            yield from answer
        finally:
            getattr(answer, "close", lambda: None)()

    return closed


def wait_for(page: Page, what: str) -> None:
    """Until this expression is true. Asks again and again: the pages' security policy forbids
    Playwright's own way."""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {what}")


def focused(page: Page) -> Locator:
    """What the keyboard acts on; to be waited for, as all that a script does."""
    return page.locator(":focus")


def sticks_out(page: Page) -> int:
    """Pixels by which the page is wider than its screen, 0 if it fits; a page that is still
    arriving is waited for."""
    return int(page.wait_for_function(WIDTHS).json_value()["outside"])


def portray(page: Page, name: str) -> None:
    """The whole page for whoever looks at it, in the folder that HOITHI_PICTURES names, if any."""
    if folder := os.environ.get("HOITHI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


MOVES = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries())
      if (!hadRecentInput) window.moved.push(`${value.toFixed(4)} ${sources.map(({ node }) =>
        node?.outerHTML?.slice(0, 80) ?? node?.textContent).join(" | ")}`);
  }).observe({ type: "layout-shift" });
}"""
DRAWN = "() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)))"
PARSED = "document.readyState !== 'loading' && document.querySelector('.footer') !== null"


def moved_by_scripts(page: Page, address: str) -> list[str]:
    """Opens a page whose scripts come late, as on a phone, and tells what moves when they come, by
    the browser's own measure (layout shifts): how much, and what."""
    held: list[Route] | None = []
    late = re.compile(r"/static/(?!early-)[^/]*\.js$")

    def hold(script: Route) -> None:
        script.continue_() if held is None else held.append(script)

    page.route(late, hold)
    page.goto(address, wait_until="commit")
    wait_for(page, PARSED)
    page.evaluate(DRAWN)
    page.evaluate(MOVES)
    first, held = held, None
    for script in first:
        script.continue_()
    page.wait_for_load_state("networkidle")
    page.evaluate(DRAWN)
    page.unroute(late)
    found: list[str] = page.evaluate("window.moved")
    return found
