"""Reads a stranger's picture or document in the box, by Python in a process of its own.

The process sees Python, its libraries, ``boxed/`` and the one file, read-only; it has no network,
and limits on processor time, memory, written bytes and wall time.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ToolFailed, confirm_room
from ..fence import nobody, works
from ..sandbox import Collector, Limits, Sandbox, TooMuchOutput

CODE = Path(__file__).parents[1] / "boxed"
LIMITS = Limits(cpu_s=90, wall_s=360, file_size=400 << 20, log=1 << 20)
MOST_ANSWER = 32 << 20  # bytes; the words of a very long book are a few millions
# The folder as a package of its own, wherever it lies, with nothing of what lies beside it.
BEGIN = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
place, *rest = sys.argv[1:]
spec = spec_from_file_location("boxed", place + "/__init__.py", submodule_search_locations=[place])
sys.modules["boxed"] = module_from_spec(spec)
from boxed.start import main
main(rest)
"""
# Python cannot begin, or a library of ours is missing.
MACHINE = ("ModuleNotFoundError", "ImportError", "No module named", "Fatal Python error: init")
TOO_LONG = (-9, -24, 128 + 9, 128 + 24)  # killed by the limit on processor time


class PythonBox(Sandbox):
    """A box whose program is this Python."""

    def _works(self) -> bool:
        return python_isolated()

    def _fence(self, program: Path) -> list[str]:
        return nobody(*_python(), *self._binds()) if self.isolated else []


def python_isolated() -> bool:
    """Whether Python runs behind bubblewrap on this machine; tried once a process."""
    return _python_isolated()


@cache
def _python_isolated() -> bool:
    return works(nobody(*_python()), [sys.executable, "-I", "-c", "import PIL, lxml"])


def describe() -> str:
    """``bubblewrap`` or ``limits``: how well files of these kinds are fenced in here."""
    return "bubblewrap" if python_isolated() else "limits"


@cache
def _python() -> tuple[str, ...]:
    """Bubblewrap's binds for Python, its libraries and what it is to run."""
    own = [Path(place) for place in dict.fromkeys((sys.prefix, sys.base_prefix))]
    shown = [place for place in own if not place.is_relative_to("/usr")]
    return tuple(
        part for place in (*shown, CODE) for part in ("--ro-bind", str(place.resolve()), str(place))
    )


def read_boxed(reader: str, path: Path, folder: Path | None = None) -> dict[str, Any]:
    """What ``reader`` (a module of ``boxed/``) says of the file, as plain values.

    A file that cannot be read is answered with ``{"refused": why, "detail": …}``. Raises
    ``ToolFailed`` when the machine is at fault.
    """
    box, out, err = PythonBox(path, folder), Collector(MOST_ANSWER), Collector(LIMITS.log)
    places = (box.clip_url, box.out("") if folder else "")
    inside = [place.removeprefix("file:") for place in places]
    args = ["-I", "-c", BEGIN, str(CODE), reader, *inside]
    try:
        ended = box.run(Path(sys.executable), args, limits=LIMITS, stdout=out, stderr=err)
    except TooMuchOutput:
        return {"refused": "too_complex", "detail": "answer"}
    if ended.timed_out or ended.too_much_log or ended.status in TOO_LONG:
        return {"refused": "too_complex", "detail": "time"}
    if ended.status == 0:
        answer: dict[str, Any] = json.loads(out.data)
        return answer
    return _died(ended.status, err.data.decode("utf-8", "replace"))


def _died(status: int, log: str) -> dict[str, Any]:
    confirm_room(log)
    if any(word in log for word in MACHINE):
        last = log.strip().splitlines()[-1]
        raise ToolFailed(f"Không chạy được Python: {last}", f"Python could not run: {last}")
    # Memory that is refused inside a library of C ends the process.
    return {"refused": "too_complex" if "MemoryError" in log else "damaged", "detail": str(status)}
