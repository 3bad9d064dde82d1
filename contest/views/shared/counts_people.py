"""Names of everybody who stands for the numbers on a page."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from contest.services.desk import activity

FIELDS = ("created_by", "decided_by", "agreed_by", "approved_by")


def names(session: Session, rows: Iterable[object]) -> dict[str, str]:
    """Reference -> name, of those who entered, agreed to or decided about these rows and the late
    approvals beside them; one query."""
    labels: set[str] = set()
    for row in rows:
        for one in (row, getattr(row, "approval", None)):
            labels |= {str(label) for f in FIELDS if (label := getattr(one, f, None))}
    return activity.names(session, labels)
