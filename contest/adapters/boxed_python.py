"""Python in a process of its own for files from outside: limits, no environment, a box.

Where bubblewrap works the process sees Python, its libraries and what it is given, and has no
network. Elsewhere the limits and the empty environment remain.
"""

import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from media_checks.fence import fence, works

ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def limits(*, cpu_s: int, memory: int, file_size: int) -> list[str]:
    """The start of a command line that bounds CPU seconds, address space and the largest written
    file in bytes."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        return []
    return [
        prlimit, f"--cpu={cpu_s}", f"--as={memory}", f"--fsize={file_size}", "--nofile=64",
        "--core=0", "--",
    ]


def fenced(code: Iterable[Path], *binds: str) -> list[str]:
    """The start of a command line that fences Python in with ``code`` to read and bubblewrap's own
    ``binds``; empty without bubblewrap."""
    options: list[str] = []
    own = [Path(place) for place in dict.fromkeys((sys.prefix, sys.base_prefix))]
    for place in (p for p in own if not p.is_relative_to("/usr")):
        options += ["--ro-bind", str(place.resolve()), str(place)]
    for place in code:
        options += ["--ro-bind", str(place.resolve()), str(place)]
    return fence([*options, *binds, "--chdir", "/"])


@cache
def isolated(code: tuple[Path, ...], module: str) -> bool:
    """Whether bubblewrap works here; containers often forbid it."""
    return works(fenced(code), [sys.executable, "-I", "-c", f"import {module}"])
