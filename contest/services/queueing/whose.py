"""Which clip a task is about, for whoever follows one through the logs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.models import (
    Check,
    ClipFingerprint,
    ClipVersion,
    Publication,
    Repair,
    Submission,
    Task,
)


def ids(session: Session, task: Task) -> Mapping[str, object]:
    """The ids that a record about this task carries: the row itself, and its clip's code."""
    told: dict[str, object] = {
        "job": task.id, "kind": task.kind, "row": task.row_id, "contest": task.contest_id
    }
    query = _code(task)
    code = session.scalar(query) if query is not None else None
    return told | ({"clip": code} if code else {})


def _code(task: Task) -> "Select[Any] | None":
    """The code of the entry that a task's row belongs to, by the kind of task."""
    code, row = select(Submission.code), task.row_id
    of_version = code.join(ClipVersion, ClipVersion.submission_id == Submission.id)
    if task.kind.startswith("check."):
        return of_version.join(Check, Check.version_id == ClipVersion.id).where(Check.id == row)
    if task.kind == "copies.compare":
        return of_version.join(
            ClipFingerprint, ClipFingerprint.version_id == ClipVersion.id
        ).where(ClipFingerprint.id == row)
    if task.kind == "names.read":
        return of_version.where(ClipVersion.id == row)
    if task.kind == "fix.make":
        return of_version.join(Repair, Repair.version_id == ClipVersion.id).where(Repair.id == row)
    if task.kind.startswith("publication.") and task.kind != "publication.release":
        return code.join(Publication, Publication.submission_id == Submission.id).where(
            Publication.id == row
        )
    return None
