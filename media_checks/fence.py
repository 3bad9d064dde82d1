"""Fences a program in with bubblewrap: it sees what it is given, and nobody outside sees it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
# One glibc arena per thread would spend the address-space limit on nothing.
# Tesseract is slower with several threads than with one.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "OMP_THREAD_LIMIT": "1"}
LINKING = ("/etc/ld.so.cache", "/etc/alternatives")  # how Debian finds some libraries


def fence(options: Sequence[str]) -> list[str]:
    """The start of a command line, to stand before the program; empty without bubblewrap.

    The program sees the system's programs and libraries, read-only, and has no network, no rights
    and no other processes. ``options`` are bubblewrap's own: what else it may see, and where.
    """
    wrapper = shutil.which("bwrap")
    if wrapper is None:
        return []
    command = [wrapper, "--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--new-session"]
    for folder in SYSTEM:
        if Path(folder).is_symlink():
            command += ["--symlink", str(Path(folder).readlink()), folder]
        elif Path(folder).exists():
            command += ["--ro-bind", folder, folder]
    for path in LINKING:
        command += ["--ro-bind-try", path, path]
    return [*command, "--dev", "/dev", *options, "--"]


def around(program: Path, *binds: str) -> list[str]:
    """The fence before ``program``, wherever that lies; else as ``nobody``."""
    shown = [] if program.is_relative_to("/usr") else ["--ro-bind", str(program), str(program)]
    return nobody(*shown, *binds)


def nobody(*binds: str) -> list[str]:
    """The fence for a program that is nobody and knows nothing but our own environment; ``binds``
    are bubblewrap's options for what else it may see. Empty without bubblewrap."""
    options = ["--uid", "65534", "--gid", "65534", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        options += ["--setenv", name, value]
    return fence([*options, *binds, "--chdir", "/"])


def works(fenced: Sequence[str], trial: Sequence[str]) -> bool:
    """Whether ``trial`` runs behind the fence here; containers often forbid bubblewrap."""
    if not fenced:
        return False
    try:
        tried = subprocess.run(
            [*fenced, *trial], capture_output=True, env={}, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
