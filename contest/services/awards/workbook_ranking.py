"""What the workbook takes of a revision's output, of which explanations are the most."""

from typing import Any

from contest.models import Result
from contest.profile import Profile
from contest.services.results import standings
from contest.services.results.ranking_rows import Stored

NEEDED = ("rank", "unit", "entry", "entries", "jury", "interactions", "total", "carried")
SILENT = {"explanation": {"vi": "", "en": ""}}


def read(
    stored: Stored, result: Result, profile: Profile, language: str
) -> tuple[list[standings.Line], dict[str, Any]]:
    """The ranking's lines and the output, of both what sheets need: explanations, which are most of
    it, are read again when their sheet is written."""
    lines: list[standings.Line] = []
    rows = []
    for row in stored.each("ranking"):
        lines.extend(standings.lines_of([row | SILENT], result, profile, language))
        rows.append({key: row[key] for key in NEEDED if key in row})
    return lines, stored.others("ranking") | {"ranking": rows}
