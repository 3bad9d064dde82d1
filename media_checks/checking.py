"""The quick check of an entry, by its kind."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .beside import Beside
from .policy import Policy
from .probing.reading import Reading
from .progress import ProgressReporter, no_progress
from .rules import CLIP

if TYPE_CHECKING:
    from .report import Report

# NumPy imports these two parts when they are first used.
IMPORTED = (".clips", ".deep", ".files.checking", "numpy.fft", "numpy.ma")


def check(
    path: str | Path | Sequence[str | Path],
    policy: Policy,
    *,
    names: Sequence[str] = (),
    artefacts: Path | None = None,
    progress: ProgressReporter | None = None,
) -> Report:
    """The verdict of ``policy`` on the file at ``path``, or on several files of one entry.

    Of a policy for pictures, documents or texts see ``check_files`` (``files/checking.py``): one
    path is one file by itself, a list the whole entry, ``names`` what its sender calls the files.

    Of a clip ``artefacts`` is a folder (made when missing) for contact_sheet.jpg, poster.jpg,
    crop.jpg, waveform.png, loudness.png and fingerprint.json. ``progress`` is called with shares
    from 0 to 1; what it raises ends the check. Raises ``Unreadable`` for a file that is nothing of
    the kind, ``ToolFailed`` or ``ToolsMissing`` when the machine is at fault, ``ValueError`` for
    several clips.
    """
    alone = isinstance(path, str | Path)
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(each) for each in path]
    if policy.kind != CLIP:
        from .files.checking import check_files  # noqa: PLC0415 - as heavy as that of clips

        return check_files(
            paths, policy, names=names, alone=alone, artefacts=artefacts, progress=progress
        )
    if len(paths) != 1:
        raise ValueError("an entry has one clip")
    return _check_clip(paths[0].resolve(), policy, artefacts, progress or no_progress)


def import_all() -> None:
    """Import what checks of any kind need: for a process whose forks make them."""
    for name in IMPORTED:
        import_module(name, __package__)


def _check_clip(
    path: Path, policy: Policy, artefacts: Path | None, progress: ProgressReporter
) -> Report:
    with Beside() as beside:
        reading = Reading.begin(path, beside)
        # Meanwhile: NumPy and Pillow take as long to import as ffprobe to read the headers.
        from .clips import check_clip  # noqa: PLC0415

        return check_clip(reading, beside, policy, artefacts=artefacts, progress=progress)
