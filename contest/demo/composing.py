"""The demo's entries that are put together on the platform's own pages: sets of pictures, texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contest.demo.browser import Browser, Page, insist, insist_on, words
from contest.demo.sample import sha256_of

KINDS = ("pictures", "text")
CAPTION = re.compile(r'name="(caption-\d+)"')
EXCHANGE = re.compile(r"/pictures/\d+$")
CAPTIONS = ("Buổi sáng ra quân", "Việc còn dang dở", "Lúc xong việc")
WAITING = ("Chưa gửi xong", "Cần sửa", "chỉnh sửa")  # for the unit


@dataclass(frozen=True)
class Entry:
    """A unit's entry: its browser, the entry's code and address."""

    browser: Browser
    code: str
    address: str

    def composing(self) -> Page:
        return self.browser.get(f"{self.address}/send")

    def shown(self) -> Page:
        return self.browser.get(self.address)


def hand_in(entry: Entry, kind: str, files: Sequence[Path], *, again: bool) -> None:
    """Put the entry together and hand it in; ``again``: what is handed in takes another's place."""
    if kind == "text":
        _text(entry, files[0])
    else:
        _pictures(entry, files, again=again)


def _text(entry: Entry, file: Path) -> None:
    """Some of it is kept first, as somebody does who goes on writing later."""
    body, sha256 = file.read_text("utf-8").strip(), sha256_of(file)

    def do() -> None:
        begun = entry.composing().form("/text")
        page = entry.browser.submit(begun, {"body": body[: len(body) // 2], "do": "save"})
        entry.browser.submit(page.form("/text"), {"body": body, "do": "hand-in"})

    insist(lambda: sha256[:16] in entry.shown().text, do)


def _pictures(entry: Entry, files: Sequence[Path], *, again: bool) -> None:
    for file in files:
        insist(
            lambda file=file: file.name in words(entry.composing().text),  # type: ignore[misc]
            lambda file=file: _exchange(entry, file) if again  # type: ignore[misc]
            else entry.browser.upload(entry.code, file),
        )

    def done() -> bool:
        page = entry.shown()
        head = words(page.text.split('id="status"')[0])
        waits = again and any(word in head for word in WAITING)
        return f"{entry.code}.zip" in words(page.text) and not waits

    insist(done, lambda: _seal(entry))


def _exchange(entry: Entry, file: Path) -> None:
    """Another picture in the place of the first."""
    forms = entry.composing().forms
    first = next(form for form in forms if EXCHANGE.search(form.action))
    entry.browser.submit(first, file=("clip", file.name, file.read_bytes()))


def _seal(entry: Entry) -> None:
    """Write under each picture what it shows, and hand the set in."""
    page = insist_on(entry.composing)
    names = list(dict.fromkeys(CAPTION.findall(page.text)))
    said = dict(zip(names, CAPTIONS, strict=True))
    entry.browser.submit(page.form("/pictures"), {**said, "do": "hand-in"})
