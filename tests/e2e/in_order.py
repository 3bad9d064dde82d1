"""What a walk, in any of a run's workers, has looked at and found without a fault."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Look:
    """What decides about all that is found at one width: the page's ``html``, the ``width``,
    whether axe and HTML_CodeSniffer are asked."""

    html: str
    width: int
    with_axe: bool
    sniffed: bool


@dataclass(frozen=True)
class Shape:
    """What decides about what axe finds: the page without its words (``shape.js``) at a width."""

    page: str
    width: int


@dataclass(frozen=True)
class InOrder:
    """Kept in a folder as the digests of what was found in order, so that workers share it."""

    folder: Path

    def add(self, *found: Look | Shape) -> None:
        for one in found:
            self._file(one).touch()

    def __contains__(self, one: Look | Shape) -> bool:
        return self._file(one).exists()

    def _file(self, one: Look | Shape) -> Path:
        return self.folder / hashlib.sha256(repr(one).encode()).hexdigest()
