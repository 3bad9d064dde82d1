"""Locking a row until the end of the transaction, in one way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models.base import LOCK, Base


def lock(session: Session, row: Base) -> None:
    """Wait for whoever has locked ``row``, and lock it; its values are read anew.

    A row that was loaded by another session is locked, and keeps the values it has.
    """
    session.flush()
    model = type(row)
    if row in session:
        session.refresh(row, with_for_update={"of": model, **LOCK})
    else:
        session.execute(select(model.id).where(model.id == row.id).with_for_update(**LOCK))
