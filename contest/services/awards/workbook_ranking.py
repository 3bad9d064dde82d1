"""What the workbook takes of a revision's output, of which explanations are the most."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Result
from contest.profile import Profile
from contest.services.results import ranking_rows, standings


def read(
    session: Session, result: Result, profile: Profile, language: str
) -> tuple[list[standings.Line], dict[str, Any]]:
    """The ranking's lines and the whole output, both without explanations, which are most of it:
    they are read again when their sheet is written."""
    found = output(session, result)
    lines, rows = [], []
    for row in found["ranking"]:
        [line] = standings.lines_of([row], result, profile, language)
        lines.append(replace(line, explanation=()))
        rows.append({key: value for key, value in row.items() if key != "explanation"})
    return lines, found | {"ranking": rows}


def output(session: Session, result: Result) -> dict[str, Any]:
    """What the revision holds, its ranking to be gone through once. PostgreSQL hands it over some
    rows at a time; SQLite would have all of it in memory for that, and then its rows besides."""
    if session.get_bind().dialect.name != "sqlite":
        return ranking_rows.in_pieces(session, result, Result.output, "ranking")
    found = session.scalars(select(Result.output).where(Result.id == result.id)).one()
    return {**found, "ranking": iter(found["ranking"])}
