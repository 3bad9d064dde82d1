"""A ``PageDrawer``: one boxed process for each document, LibreOffice before it for a DOCX."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from contest.adapters.boxed_python import ENVIRONMENT, fenced, isolated, limits
from contest.ports import DrawnPages, PdfFailed, PdfMaker, PdfUnavailable, Unreadable
from media_checks.errors import confirm_room

SCRIPT = Path(__file__).with_name("page_drawing.py")
MOST = 200  # pages that are drawn; of a longer document the first ones
WALL_S, CPU_S = 240.0, 200
MEMORY, FILE_SIZE = 2 << 30, 64 << 20


class BoxedPages:
    """Draws PDFs with pdfium; a DOCX as LibreOffice prints it, its words alone without that."""

    def __init__(self, office: PdfMaker) -> None:
        self.office = office

    def draw(self, source: Path, folder: Path) -> DrawnPages:
        """Draw a document into ``folder``, which is empty. Raises ``Unreadable``, or ``ToolFailed``
        where the disk is full."""
        printed = folder / "printed.pdf"
        if not _is_pdf(source):
            self._print(source, printed)
        sizes = _run(printed if printed.exists() else source.resolve(), folder)
        pages = [folder / f"page-{number}.jpg" for number in range(1, len(sizes) + 1)]
        poster = folder / "poster.jpg"
        return DrawnPages(
            list(zip(pages, sizes, strict=True)), folder / "text.txt",
            poster if poster.exists() else None, printed if printed.exists() else None,
        )

    def _print(self, source: Path, target: Path) -> None:
        with suppress(PdfUnavailable, PdfFailed):
            target.write_bytes(self.office.pdf(source.read_bytes()))


def _is_pdf(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _run(source: Path, folder: Path) -> list[tuple[int, int]]:
    command = [*limits(cpu_s=CPU_S, memory=MEMORY, file_size=FILE_SIZE), *_box(source, folder),
               sys.executable, "-I", str(SCRIPT), str(source), str(folder), str(MOST)]
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, timeout=WALL_S, check=False, stdin=subprocess.DEVNULL,
            capture_output=True, cwd="/",
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("took too long") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        confirm_room(said)
        raise Unreadable(said[-300:])
    return [(width, height) for width, height in json.loads(done.stdout)]


def _box(source: Path, folder: Path) -> list[str]:
    if not isolated((SCRIPT,), "pypdfium2, lxml, PIL"):
        return []
    shown = ["--ro-bind", str(source), str(source)] if not source.is_relative_to(folder) else []
    return fenced([SCRIPT], *shown, "--bind", str(folder), str(folder), "--ro-bind-try",
                  "/etc/fonts", "/etc/fonts")
