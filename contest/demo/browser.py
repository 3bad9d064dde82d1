"""A person's browser for the demo: pages, cookies, forms as the page has them, uploads by tus.

Requests made while a process restarts raise ``Away``: like a person, ``insist`` then waits, checks
whether the step was done, and otherwise repeats it.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

import requests

T = TypeVar("T")
AWAY = frozenset({502, 503, 504})
TOO_MANY = 429
PIECE = 1 << 20  # bytes sent at once, as a phone would on a slow line


class Away(Exception):
    """The platform does not answer at present; try again."""


class Refused(Exception):
    """The platform refused what the demo expects to work; the message has the page's text."""


@dataclass
class Form:
    """A form of a page, with its prefilled values."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """An HTTP answer: its address after redirects, its text and forms."""

    url: str
    status: int
    text: str
    content: bytes

    @property
    def forms(self) -> list[Form]:
        return _Forms(self.url).read(self.text)

    def form(self, part: str) -> Form:
        """The form whose address ends with ``part``. Raises ``Refused`` where there is none."""
        found = [form for form in self.forms if form.action.split("?")[0].endswith(part)]
        if not found:
            raise Refused(f"{self.url}: no form for {part}\n{words(self.text)[:600]}")
        return found[0]


class Browser:
    """One person's browser at one platform."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "vi"

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def submit(
        self,
        form: Form,
        values: dict[str, str | list[str]] | None = None,
        file: tuple[str, str, bytes] | None = None,
    ) -> Page:
        """Submit a form with ``values`` over its own; ``file`` is (field, name, content).

        Raises ``Away``, or ``Refused`` for a status of 400 and above.
        """
        data = {**form.fields, **(values or {})}
        files = {file[0]: file[1:]} if file else None
        page = self._ask("POST", form.action, data=data, files=files)
        if page.status >= 400:  # noqa: PLR2004
            raise Refused(f"{form.action}: {page.status}\n{words(page.text)[:900]}")
        return page

    def _ask(self, method: str, path: str, **sent: object) -> Page:
        url = urljoin(self.base_url, path)
        try:
            answer = self.session.request(method, url, timeout=60, **sent)  # type: ignore[arg-type]
        except requests.RequestException as error:  # no server, or it ended meanwhile
            raise Away(str(error)) from error
        if answer.status_code in AWAY:
            raise Away(f"{url}: {answer.status_code}")
        if answer.status_code == TOO_MANY:
            time.sleep(min(int(answer.headers.get("Retry-After", "5")), 70))
            raise Away(f"{url}: asked to wait")
        return Page(answer.url, answer.status_code, answer.text, answer.content)

    def upload(self, submission: str, path: Path, *, stop_after: int | None = None) -> None:
        """Send a clip by tus, resuming at the server's offset. The connection drops once after
        ``stop_after`` bytes. Raises ``Refused``."""
        location = insist_on(lambda: self._create(submission, path))
        dropped = stop_after is None
        with path.open("rb") as file:
            while (offset := insist_on(lambda: self._offset(location))) < path.stat().st_size:
                file.seek(offset)
                size = PIECE if dropped else min(PIECE, stop_after or PIECE)
                self._send(location, offset, file.read(size if not dropped else 8 * PIECE))
                dropped = True

    def _create(self, submission: str, path: Path) -> str:
        named = {"entry": submission, "filename": path.name}
        metadata = ",".join(
            f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in named.items()
        )
        answer = self._tus(
            "POST",
            "/uploads/",
            {
                "Upload-Length": str(path.stat().st_size),
                "Upload-Metadata": metadata,
            },
        )
        return urljoin(self.base_url, answer.headers["Location"])

    def _offset(self, location: str) -> int:
        return int(self._tus("HEAD", location, {}).headers["Upload-Offset"])

    def _send(self, location: str, offset: int, data: bytes) -> None:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        try:
            self._tus("PATCH", location, headers, data)
        except Away:
            time.sleep(0.5)  # HEAD then tells what arrived

    def _tus(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None = None
    ) -> requests.Response:
        headers = {"Tus-Resumable": "1.0.0", **headers}
        try:
            answer = self.session.request(
                method, urljoin(self.base_url, url), headers=headers, data=data, timeout=120
            )
        except requests.RequestException as error:  # no server, or it ended meanwhile
            raise Away(str(error)) from error
        if answer.status_code in AWAY | {409, 423, 500}:
            raise Away(f"{method} {url}: {answer.status_code}")
        if answer.status_code >= 400:  # noqa: PLR2004
            raise Refused(f"{method} {url}: {answer.status_code} {words(answer.text)[:400]}")
        return answer


def insist_on(do: Callable[[], T], timeout_s: float = 120) -> T:
    """The result of a repeatable request, retried while ``Away``; raises it after the time-out."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return do()
        except Away:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def insist(done: Callable[[], bool], do: Callable[[], object], timeout_s: float = 180) -> None:
    """Repeat ``do`` until ``done()``; never again once it is. Raises ``Away`` after the time-out.
    """
    deadline = time.monotonic() + timeout_s
    while not insist_on(done):
        try:
            do()
        except Away:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def wait_until(done: Callable[[], bool], what: str, timeout_s: float = 300) -> None:
    """Poll until ``done()``. Raises ``Refused`` after the time-out."""
    deadline = time.monotonic() + timeout_s
    while not insist_on(done):
        if time.monotonic() > deadline:
            raise Refused(f"{what}: not after {timeout_s:.0f} s")
        time.sleep(0.5)


class _Forms(HTMLParser):
    """Parses the forms of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.found = url, list[Form]()
        self.form: Form | None = None
        self.text_of: str | None = None
        self.select_of: str | None = None

    def read(self, text: str) -> list[Form]:
        self.feed(text)
        return self.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.form = Form(urljoin(self.url, given.get("action") or self.url))
            self.found.append(self.form)
        elif self.form is not None and tag == "input":
            self._input(self.form, given)
        elif self.form is not None and tag == "textarea":
            self.text_of = given.get("name")
            self.form.fields[self.text_of or ""] = [""]
        elif tag == "select":
            self.select_of = given.get("name")
        elif self.form is not None and tag == "option" and "selected" in given and self.select_of:
            self.form.fields[self.select_of] = [given.get("value") or ""]

    @staticmethod
    def _input(form: Form, given: dict[str, str | None]) -> None:
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in ("submit", "button"):
            return
        if kind == "file":
            form.files.append(name)
        elif kind not in ("checkbox", "radio") or "checked" in given:
            form.fields.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self.form is not None and self.text_of:
            self.form.fields[self.text_of][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.text_of = None
        elif tag == "select":
            self.select_of = None


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "svg")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "svg")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.found.append(" ".join(data.split()))


def words(text: str) -> str:
    """A page's visible text."""
    reader = _Words()
    reader.feed(text)
    return " ".join(reader.found)
