"""What became of one file, as plain values that all reports are written from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
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
    """``verdict`` is pass, look, fail or unreadable.

    ``report`` is the JSON of the report, None for an unreadable file; ``error`` the two sentences
    then. ``sheet`` is the contact sheet's file, if one was kept.
    """

    path: str
    verdict: str
    report: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    sheet: str = ""

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
    path: Path, policy: Policy, artefacts: Path | None, progress: ProgressReporter | None
) -> Result:
    """Checks one file. Raises ``ToolFailed`` or ``ToolsMissing`` when the machine is at fault."""
    try:
        report = check(path, policy, artefacts=artefacts, progress=progress)
    except Unreadable as error:
        return Result(str(path), "unreadable", error=error.to_dict())
    kept = artefacts / "contact_sheet.jpg" if artefacts else None
    sheet = str(kept) if kept and kept.exists() else ""
    return Result(str(path), report.verdict, report=report.to_dict(), sheet=sheet)


def write_whole(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
