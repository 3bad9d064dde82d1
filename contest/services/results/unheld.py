"""Long work about a contest, done before the contest is held, since others wait for it."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import AuditRow, Contest, Snapshot
from contest.services.jury import jury_round

Found = TypeVar("Found")


def answer(session: Session, contest: Contest, work: Callable[[], Found]) -> Found:
    """``work``'s answer, and from here on the contest is held, so that the answer stays true.

    Work takes a minute for a large contest and others wait for the contest, so it is done before;
    only where something has changed meanwhile it is done again while the contest is held.
    """
    session.flush()
    before = _version(session, contest)
    found = work()
    jury_round.hold(session, contest)
    return found if _version(session, contest) == before else work()


def _version(session: Session, contest: Contest) -> tuple[object, ...]:
    """Another one as soon as anything of the contest has changed. Whatever a result rests on is
    written into the audit trail, but for counts that are read from the Page, which are only ever
    added, and marks, which do not change while the round is locked."""
    newest = select(func.max(AuditRow.seq)).where(AuditRow.contest_id == contest.id)
    own = Snapshot.submission.has(contest_id=contest.id)
    counts = select(func.count(Snapshot.id)).where(own)
    columns = select(Contest.revision_id, Contest.jury_locked_at, newest.scalar_subquery(),
                     counts.scalar_subquery())
    return tuple(session.execute(columns.where(Contest.id == contest.id)).one())
