"""Long work about a contest, done before the contest is held, since others wait for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import AuditRow, Contest, Snapshot
from contest.services.jury import jury_round

Found = TypeVar("Found")
Version = tuple[object, ...]
Told = Callable[[float], None]  # told the share that is done, 0 to 1; raises to stop the work


def quietly(share: float) -> None:
    """For whom nobody waits."""


class Stale(Exception):
    """The contest has changed since an answer was found: find it anew, with nothing held."""


@dataclass(frozen=True)
class Ahead(Generic[Found]):
    """An answer, and the state of the contest of which it is true. ``last``: where it is true no
    more it is found again while the contest is held, not by whoever found it (``Stale``)."""

    version: Version
    found: Found
    last: bool = True


def ahead(session: Session, contest: Contest, work: Callable[[], Found]) -> Ahead[Found]:
    """``work``'s answer, while nobody waits. ``session`` may be one for reading."""
    session.flush()
    before = _version(session, contest)
    return Ahead(before, work())


def answer(
    session: Session, contest: Contest, work: Callable[[], Found],
    known: Ahead[Found] | None = None,
) -> Found:
    """``work``'s answer, and from here on the contest is held, so that the answer stays true.

    Work takes a minute for a large contest and others wait for the contest, so it is done before
    (``known``: it was, in another session); only where something has changed meanwhile it is done
    again while the contest is held. Raises ``Stale`` there, unless ``known`` is the last.
    """
    known = known or ahead(session, contest, work)
    jury_round.hold(session, contest)
    if _version(session, contest) == known.version:
        return known.found
    if not known.last:
        raise Stale
    return work()


def _version(session: Session, contest: Contest) -> Version:
    """Another one as soon as anything of the contest has changed. Whatever a result rests on is
    written into the audit trail, but for counts that are read from the Page, which are only ever
    added, and marks, which do not change while the round is locked. A ballot that freezing has
    locked counts as before."""
    newest = select(func.max(AuditRow.seq)).where(
        AuditRow.contest_id == contest.id, AuditRow.action != jury_round.BALLOT_LOCKED
    )
    own = Snapshot.submission.has(contest_id=contest.id)
    counts = select(func.count(Snapshot.id)).where(own)
    columns = select(Contest.revision_id, Contest.jury_locked_at, newest.scalar_subquery(),
                     counts.scalar_subquery())
    return tuple(session.execute(columns.where(Contest.id == contest.id)).one())
