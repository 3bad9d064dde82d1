"""The quick check and the deep pass of one clip under one policy, by FFmpeg once a worker.

A test of jobs and rows needs a verdict, a report and files that are there, the same that another
test has had of the same bytes. They are handed out again, and the progress is told again; what
FFmpeg finds is seen in ``tests/media_checks``, and here by whoever comes first.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import media_checks
from media_checks import DeepResult, Policy, Report

Progress = Callable[[float], None]
RENDITION = "rendition.mp4"


@dataclass
class Once:
    """What was found, the shares that were told on the way, the files that were made."""

    found: Any
    shares: list[float] = field(default_factory=list)
    files: Path = Path()

    def again(self, progress: Progress | None, folder: Path | None) -> Any:
        """The same once more, told to ``progress``, its files put into ``folder``."""
        for share in self.shares:
            if progress:
                progress(share)
        if folder:
            shutil.copytree(self.files, folder, dirs_exist_ok=True)
        return deepcopy(self.found)


@contextmanager
def checked_once(kept: Path) -> Iterator[dict[object, Once]]:
    """Until the block ends; ``kept`` is an empty folder for the files."""
    known: dict[object, Once] = {}
    check, deepen = media_checks.check, media_checks.deepen

    def checked(path: Any, policy: Policy, **options: Any) -> Report:
        artefacts, progress = options.get("artefacts"), options.get("progress")
        if not isinstance(path, Path) or policy.kind != "clip":
            return check(path, policy, **options)
        key = ("quick", _digest(path), policy.name, policy.revision, artefacts is None)
        if key not in known:
            shares, tell = _told(progress)
            found = check(path, policy, **options | {"progress": tell})
            known[key] = _keep(found, shares, artefacts)
        else:
            found = known[key].again(progress, artefacts)
        return found  # type: ignore[no-any-return]

    def deepened(
        path: Path, policy: Policy, out: Path, *, progress: Progress | None = None
    ) -> DeepResult:
        key = ("deep", _digest(path), policy.name, policy.revision)
        if key not in known:
            shares, tell = _told(progress)
            found = deepen(path, policy, out, progress=tell)
            known[key] = _keep(found, shares, out)
            return found
        again: DeepResult = known[key].again(progress, None)
        shutil.copyfile(known[key].files / RENDITION, out)
        return again

    def _keep(found: Any, shares: list[float], made: Path | None) -> Once:
        files = kept / str(len(known))
        files.mkdir()
        if made and made.is_dir():
            shutil.copytree(made, files, dirs_exist_ok=True)
        elif made:
            shutil.copyfile(made, files / RENDITION)
        return Once(deepcopy(found), shares, files)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(media_checks, "check", checked)
        patch.setattr(media_checks, "deepen", deepened)
        yield known


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _told(progress: Progress | None) -> tuple[list[float], Progress]:
    """A list of the shares to come, and who keeps them there and tells them."""
    shares: list[float] = []

    def tell(share: float) -> None:
        shares.append(share)
        if progress:
            progress(share)

    return shares, tell
