"""DOCX to PDF by headless LibreOffice: sandboxed, with limits and a profile of its own.

A template may come from an organiser's machine. Where bubblewrap works, LibreOffice sees the
system's programs and fonts, its own folder, and no network.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from contest.ports import PdfFailed, PdfUnavailable
from media_checks.fence import fence, works

WALL_S = 120.0
CPU_S = 120
FILE_SIZE = 256 * 1024**2
FILTER = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
# At each start LibreOffice draws tests of its own into dozens of large pictures and frees each.
# Memory that it keeps for the next one, in place of the kernel's, spares a third of a start.
KEEPS_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**30),
                "MALLOC_TOP_PAD_": str(2**26)}
READABLE = ("/etc/fonts", "/etc/libreoffice", "/var/cache/fontconfig", "/var/lib/libreoffice")


class LibreOffice:
    """A ``PdfMaker``: converts one document at a time and keeps nothing between runs."""

    def ready(self) -> bool:
        return shutil.which("soffice") is not None

    def pdf(self, docx: bytes) -> bytes:
        """The PDF of ``docx``. Raises ``PdfUnavailable`` without LibreOffice; ``PdfFailed`` when
        it writes none or exceeds ``WALL_S``."""
        program = shutil.which("soffice")
        if program is None:
            raise PdfUnavailable
        with TemporaryDirectory(prefix="hoithi-office-") as name:
            folder = Path(name)
            (folder / "document.docx").write_bytes(docx)
            said = _run([*_limits(), *_fence(folder), *_command(program, folder)], folder)
            made = folder / "document.pdf"
            if not made.exists():
                raise PdfFailed(said or "no PDF was written")
            return made.read_bytes()


def _command(program: str, folder: Path) -> list[str]:
    return [
        program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
        "--nolockcheck", "--nologo", "--convert-to", FILTER, "--outdir", str(folder),
        str(folder / "document.docx"),
    ]


def _run(command: list[str], folder: Path) -> str:
    """Run for at most ``WALL_S`` seconds; returns the end of its output. Kills its process group.

    Raises ``PdfFailed`` after the time limit.
    """
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder),
                   "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp", **KEEPS_MEMORY}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, start_new_session=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    try:
        said, _ = process.communicate(timeout=WALL_S)
    except subprocess.TimeoutExpired:
        raise PdfFailed(f"not done after {WALL_S:.0f} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return said.strip()[-300:]


def _limits() -> list[str]:
    """Limits set by util-linux before the program starts; without it only ``WALL_S`` applies."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        return []
    return [prlimit, f"--cpu={CPU_S}", f"--fsize={FILE_SIZE}", "--core=0", "--"]


def _fence(folder: Path) -> list[str]:
    place = str(folder)
    return _fenced("--bind", place, place, "--chdir", place) if _isolated() else []


@cache
def _isolated() -> bool:
    """Whether bubblewrap works here; containers often forbid it."""
    return works(_fenced(), ["/usr/bin/true"])


def _fenced(*binds: str) -> list[str]:
    options = ["--proc", "/proc"]
    for path in READABLE:
        options += ["--ro-bind-try", path, path]
    return fence([*options, *binds])
