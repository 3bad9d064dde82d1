"""The only code that changes a state: locks the row, checks the machine, writes the audit row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict
from contest.models import Base
from contest.models.base import LOCK
from contest.services.core import audit
from contest.states import (
    BALLOT,
    CHECK,
    DECISION,
    FIX,
    HANDOVER,
    LEVEL_LINK,
    MACHINES,
    PRIVACY_REQUEST,
    PUBLICATION,
    RESULT,
    SUBMISSION,
    Machine,
)

OF_TABLE: dict[str, Machine] = {
    "submission": SUBMISSION,
    "check": CHECK,
    "publication": PUBLICATION,
    "result": RESULT,
    "ballot": BALLOT,
    "fix": FIX,
    "privacy_request": PRIVACY_REQUEST,
    "held_decision": DECISION,
    "handover": HANDOVER,
    "level_link": LEVEL_LINK,
}
assert list(OF_TABLE.values()) == list(MACHINES)  # noqa: S101 - each machine has its table


class Stateful(Protocol):
    """A row with a state."""

    id: int
    state: str


def move(
    session: Session,
    row: Stateful,
    to: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    contest_id: int | None = None,
    **details: object,
) -> None:
    """Move ``row`` to state ``to``; the caller has checked the permission.

    The row is read again under a lock, so that of two concurrent moves one is refused. ``details``
    go into the audit row. Raises ``Conflict`` where the machine has no such move.
    """
    assert isinstance(row, Base)  # noqa: S101
    session.flush()
    session.refresh(row, with_for_update={"of": type(row), **LOCK})
    machine, before = OF_TABLE[row.__tablename__], str(row.state)
    _require_allowed(machine, before, to)
    row.state = to
    if reason and hasattr(row, "state_reason"):
        row.state_reason = reason
    if hasattr(row, "updated_at"):
        row.updated_at = at
    audit.record(
        session, f"{machine.name}.{to}", row, actor=actor, at=at,
        contest_id=contest_id or _contest_id(row),
        before={"state": before}, after={"state": to, "reason": reason, **details},
    )


def move_all(
    session: Session, table: type[Base], where: Iterable[ColumnElement[bool]], to: str, *,
    actor: Actor, at: datetime, contest_id: int, **values: Any,
) -> int:
    """As ``move``, for every row of ``table`` that ``where`` selects: locked by one statement,
    changed by another, each with its audit row. ``values``: what else is set. Returns how many.
    Raises ``Conflict`` where the machine has no such move for one of them.
    """
    session.flush()
    columns: Any = table
    machine = OF_TABLE[table.__tablename__]
    query = select(columns.id, columns.state).where(*where).order_by(columns.id)
    found = session.execute(query.with_for_update(of=table, **LOCK)).all()
    for before in {row.state for row in found}:
        _require_allowed(machine, before, to)
    values = {"state": to, **values} | ({"updated_at": at} if hasattr(table, "updated_at") else {})
    session.execute(
        update(table).where(*where).values(values).execution_options(synchronize_session=False)
    )
    states = {before: {"state": before} for before in {row.state for row in found}}
    audit.record_many(
        session, f"{machine.name}.{to}",
        [(f"{table.__tablename__}:{row_id}", states[before]) for row_id, before in found],
        actor=actor, at=at, contest_id=contest_id, after={"state": to, "reason": ""},
    )
    return len(found)


def _require_allowed(machine: Machine, before: str, to: str) -> None:
    if not machine.allows(before, to):
        raise Conflict(
            f"Không thể chuyển từ “{before}” sang “{to}”: có thể người khác vừa xử lý. "
            "Hãy tải lại trang.",
            f'This cannot go from "{before}" to "{to}": somebody may have dealt with it just now. '
            "Please reload the page.",
            before=before, to=to,
        )


def _contest_id(row: object) -> int | None:
    if hasattr(row, "contest_id"):
        return int(row.contest_id)
    for parent in ("submission", "version"):
        if (owner := getattr(row, parent, None)) is not None:
            return _contest_id(owner)
    return None
