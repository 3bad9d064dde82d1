"""The workbook of a large result, which takes a minute: made by the worker, kept, taken.

It is of the revision as it was computed last; a text that is erased takes it along
(``services/privacy/stored_files.py``).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Result, ResultStep
from contest.permissions import require
from contest.services.core import locks, outbox
from contest.services.results.steps.under_way import KIND, UNDER_WAY

WHAT = "workbook"


def newest(session: Session, result: Result, language: str) -> ResultStep | None:
    """The one of this revision, as it was computed last, that was asked for last."""
    query = select(ResultStep).where(
        ResultStep.result_id == result.id, ResultStep.what == WHAT,
        ResultStep.language == language, ResultStep.created_at >= result.created_at,
    )
    return session.scalars(query.order_by(ResultStep.id.desc()).limit(1)).first()


def is_ready(row: ResultStep | None) -> bool:
    """Whether there is a file."""
    return row is not None and row.state == "done" and row.sha256 != ""


def ask(
    session: Session, result: Result, language: str, *, actor: Actor, at: datetime
) -> ResultStep:
    """Have it made; one that is there, or under way, is returned as it is. Raises ``NotAllowed``
    without ``export.read``."""
    require(actor, "export.read", result.contest)
    locks.lock(session, result.contest)
    last = newest(session, result, language)
    if last is not None and (last.state in UNDER_WAY or is_ready(last)):
        return last
    row = ResultStep(
        contest_id=result.contest_id, result_id=result.id, what=WHAT, language=language,
        created_by=actor.label, created_at=at,
    )
    session.add(row)
    session.flush()
    outbox.enqueue(session, KIND, row.id, at=at, contest_id=result.contest_id)
    return row


def ready(session: Session, result: Result, language: str) -> ResultStep:
    """The one there is. Raises ``Conflict`` without."""
    row = newest(session, result, language)
    if row is None or not is_ready(row):
        raise Conflict(
            "Chưa có tệp XLSX của bản này. Hãy bấm “Tạo XLSX” ở trang Kết quả.",
            'There is no XLSX file of this revision yet. Press "Make the XLSX" on the page '
            "Results.",
        )
    return row
