"""What became of one file or one entry, as plain values that all reports are written from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..checking import check
from ..errors import Unreadable
from ..policy import Policy
from ..progress import ProgressReporter

EXIT_PASS, EXIT_FAIL, EXIT_UNREADABLE, EXIT_USAGE = 0, 1, 2, 3
Checked = Callable[[Path], "Result"]


@dataclass(frozen=True)
class Result:
    """``verdict`` is pass, look, fail or unreadable. ``path``: of an entry of several files their
    names.

    ``report`` is the JSON of the report, None for an unreadable file; ``error`` the two sentences
    then. ``sheet`` is the contact sheet's file, if one was kept, ``thumbnails`` those of pictures.
    """

    path: str
    verdict: str
    report: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    sheet: str = ""
    thumbnails: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The exit status of the command for this file alone."""
        return {"fail": EXIT_FAIL, "unreadable": EXIT_UNREADABLE}.get(self.verdict, EXIT_PASS)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings of the report; none of an unreadable file."""
        return list(self.report["findings"]) if self.report else []

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; ``Result(**them)`` is the same again."""
        return asdict(self)


def check_one(
    path: Path | Sequence[Path],
    policy: Policy,
    artefacts: Path | None,
    progress: ProgressReporter | None,
) -> Result:
    """Checks one file, or the files of one entry.

    Raises ``ToolFailed`` or ``ToolsMissing`` when the machine is at fault.
    """
    name = str(path) if isinstance(path, Path) else ", ".join(one.name for one in path)
    try:
        report = check(path, policy, artefacts=artefacts, progress=progress)
    except Unreadable as error:
        return Result(name, "unreadable", error=error.to_dict())
    told = report.to_dict()
    if artefacts is None:
        return Result(name, report.verdict, report=told)
    sheet = artefacts / "contact_sheet.jpg"
    small = [kept["thumbnail"]["file"] for kept in told["artefacts"].get("files", ())
             if "thumbnail" in kept]
    return Result(
        name, report.verdict, report=told, sheet=str(sheet) if sheet.exists() else "",
        thumbnails=[str(artefacts / file) for file in small],
    )  # fmt: skip


def write_whole(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
