"""An entry that is no clip as a page shows it: its pages or pictures, its words, its file."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import url_for
from flask_babel import gettext as _

from contest.drawing import stills
from contest.errors import DomainError, not_found
from contest.models import ClipVersion, Leaf, Submission
from contest.services.checking import leaves
from contest.services.core import profiles
from contest.views.shared.media import local
from contest.views.shared.support import current

THUMB = 400  # pixels
LONGEST = 200_000  # characters of a text on a page; the rest is in the file


@dataclass(frozen=True)
class Shown:
    """One page or picture: its address, its size in pixels, what it is called, its caption."""

    src: str
    width: int
    height: int
    name: str
    caption: str = ""


@dataclass(frozen=True)
class Leaves:
    """What is read of an entry: ``kind`` is the contest's; nothing yet while it is being drawn."""

    kind: str
    pages: list[Shown]
    text: str

    @property
    def ready(self) -> bool:
        return bool(self.pages or self.text)


def of_version(submission: Submission, version: ClipVersion | None) -> Leaves | None:
    """The leaves of a version for who may see it; None for a contest of clips."""
    kind = profiles.profile_of(submission.contest).entry.kind
    if kind == "clip":
        return None

    def address(number: int) -> str:
        assert version is not None  # noqa: S101 - a page is of one
        return url_for("media.page", slug=current.contest.slug, code=submission.code,
                       number=version.number, leaf=number)

    return shown(kind, version.id if version else None, address)


def shown(kind: str, version_id: int | None, address: Callable[[int], str]) -> Leaves:
    """The leaves of a version; ``address`` gives each page's."""
    if version_id is None:
        return Leaves(kind, [], "")
    rows = leaves.pages(current.db, version_id)
    pages = [_page(row, kind, address(row.number), len(rows)) for row in rows]
    return Leaves(kind, pages, _text(leaves.find(current.db, version_id, leaves.TEXT)))


def _page(row: Leaf, kind: str, src: str, count: int) -> Shown:
    names = {"number": row.number, "count": count}
    name = (_("Ảnh %(number)s trên %(count)s", **names) if kind == "pictures"
            else _("Trang %(number)s trên %(count)s", **names))
    return Shown(src, row.data.get("width", 0), row.data.get("height", 0), name,
                 row.data.get("caption", ""))


def _text(row: Leaf | None) -> str:
    """The words; nothing where the file is not there any more."""
    try:
        return local(row.sha256).read_text("utf-8").strip()[:LONGEST] if row else ""
    except FileNotFoundError:
        return ""


def small_picture(sha256: str) -> Path:
    """A stranger's stored picture in a small box, drawn anew; kept by its hash, as still frames
    are. Raises ``NotFound`` for what is no picture."""
    target = current.platform.settings.data_dir / "stills" / f"{sha256}-part.jpg"
    if not target.exists():
        with temporary() as drawn:
            try:
                current.platform.pictures.draw_anew(local(sha256), drawn)
            except (DomainError, FileNotFoundError):
                raise not_found() from None
            stills.framed(drawn, THUMB, target)
    return target


@contextmanager
def temporary() -> Iterator[Path]:
    """A file beside the store, gone at the end unless the store took it."""
    with tempfile.NamedTemporaryFile(dir=current.platform.settings.data_dir, delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
