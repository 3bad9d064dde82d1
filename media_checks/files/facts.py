"""What is true of entries that are no clip. Rules judge these facts, nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class PictureFile:
    """A picture. ``width`` and ``height`` in pixels as it is shown, after the camera's turning.

    ``format`` by its bytes: jpeg, png, webp, heic, avif, gif, tiff, bmp; ``suffix`` is the one of
    its name, in small letters. ``colours``: rgb, grey, cmyk. ``damage``: truncated, damaged or "";
    then nothing was measured. ``contrast`` is the spread of brightness or of one colour (0 to 127),
    ``sharpness`` how much neighbouring pixels differ in the sharpest parts, both on a picture of
    about 1,600 pixels. ``location``: the file tells where it was taken. ``hash`` finds pictures
    that look alike, "" for one of one colour.
    """

    size: int
    format: str
    width: int
    height: int
    turned: int = 1
    colours: str = "rgb"
    frames: int = 1
    animated: bool = False
    location: bool = False
    taken: str = ""
    camera: str = ""
    software: str = ""
    damage: str = ""
    contrast: float | None = None
    sharpness: float | None = None
    hash: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class DocumentFile:
    """A PDF, DOCX or DOCM. Lengths of ``papers`` in millimetres, each with its number of pages.

    ``pages`` is None where the file does not say; ``pages_sure`` is False where only the program
    that wrote it does; ``pages_promised`` is how many a PDF says that it has. ``words`` are counted
    by spaces, as people count. ``picture_pages`` are pages (from 1) that are pictures of text;
    ``unread_pages`` those that could not be read, or only in too long a time. ``fonts_missing`` are
    used and not embedded; ``old_fonts`` are of the time before Unicode. ``active`` are things that
    run or reach out: macros, javascript, launch, submit, template, remote, media, controls,
    dde.
    ``attachments`` counts files within, ``links`` addresses.
    ``odd_pct`` of the letters are none; ``old_code``: they are those of TCVN3 or VNI.
    ``restricted``: printing or copying is forbidden by it.
    """

    size: int
    format: str
    pages: int | None = None
    pages_sure: bool = True
    pages_promised: int | None = None
    words: int = 0
    characters: int = 0
    papers: list[tuple[int, int, int]] = field(default_factory=list)
    picture_pages: list[int] = field(default_factory=list)
    unread_pages: list[int] = field(default_factory=list)
    fonts_missing: list[str] = field(default_factory=list)
    old_fonts: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    attachments: int = 0
    links: int = 0
    odd_pct: float = 0.0
    old_code: bool = False
    damage: str = ""
    restricted: bool = False
    made_by: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class TextFile:
    """A text. ``words`` are counted by spaces, ``characters`` without white space at either end.

    ``odd_pct`` of the characters are no letters, digits, marks or spaces that people write;
    ``old_code``: many words are written with the signs of TCVN3 or VNI.
    ``distinct_pct`` of the words are different ones.
    """

    size: int
    format: str = "text"
    words: int = 0
    characters: int = 0
    odd_pct: float = 0.0
    old_code: bool = False
    distinct_pct: float = 100.0
    damage: str = ""
    suffix: str = ""


OneFile = PictureFile | DocumentFile | TextFile


@dataclass(frozen=True)
class FilesFacts:
    """All files of an entry. ``alike``: pairs of numbers (from 1) of pictures that look alike, with
    the share of their signs that differ, 0 for the same."""

    kind: str
    files: list[OneFile]
    alike: list[tuple[int, int, float]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all together."""
        return sum(file.size for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"kind": self.kind, "size": self.size, **asdict(self)}
