"""The board of publications: the queue to the Page, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from contest.errors import Conflict
from contest.models import Check, ClipVersion, Contest, Publication, Submission, Unit
from contest.services.core import pagination, search
from contest.services.core.pagination import Pagination
from contest.states import PUBLICATION, SubmissionState

UNREAD = "unread"  # beside the states: posted, and its counts cannot be read
ON_THE_WAY = ("armed", "unknown", "verifying")  # until the Page has answered


def listed(
    session: Session, contest: Contest, *, words: str = "", state: str = "", number: int = 1,
    known: Mapping[str, int] | None = None,
) -> Pagination[Publication]:
    """The publications board, a page at a time: by release order, unreleased ones last. ``known``:
    what ``counts`` says."""
    query = search.matching(_board(contest), words, Submission.code, Submission.title, Unit.name)
    if state == UNREAD:
        query = query.where(Publication.state == "published", Publication.error != "")
    if state in PUBLICATION.states:
        query = query.where(Publication.state == state)
    query = query.options(
        contains_eager(Publication.submission).contains_eager(Submission.unit),
        joinedload(Publication.version).selectinload(ClipVersion.checks).defer(Check.report),
    )
    total = None if words or known is None else _total(known, state)
    found = pagination.take(session, query, number, by=Publication.id, total=total)
    _read_refusals(session, found.rows)
    return found


def _total(known: Mapping[str, int], state: str) -> int:
    if state == UNREAD or state in PUBLICATION.states:
        return known.get(state, 0)
    return sum(count for name, count in known.items() if name != UNREAD)


def on_the_way(session: Session, submission: Submission) -> bool:
    """Whether an approved clip is being posted just now: until the Page has answered, nothing takes
    it back (``publications.cancel``), and no screen offers to."""
    return bool(all_on_the_way(session, [submission]))


def all_on_the_way(session: Session, found: Iterable[Submission]) -> set[int]:
    """The ids of those of these entries that are ``on_the_way``."""
    approved = [one.id for one in found if one.state == SubmissionState.APPROVED]
    if not approved:
        return set()
    query = select(Publication.submission_id).where(
        Publication.submission_id.in_(approved), Publication.state.in_(ON_THE_WAY)
    )
    return set(session.scalars(query))


def being_posted() -> Conflict:
    """Why nothing takes a clip back until the Page has answered."""
    return Conflict(
        "Clip đang được đăng lên Trang. Hãy chờ vài phút rồi thử lại.",
        "The clip is being posted on the Page right now. Wait a few minutes and try again.",
    )


def page_of(session: Session, contest: Contest, publication_id: int) -> int:
    """The number of the board's page that shows this publication; 1 if none does."""
    ids = list(session.scalars(_board(contest).with_only_columns(Publication.id)))
    return ids.index(publication_id) // pagination.ROWS + 1 if publication_id in ids else 1


def counts(session: Session, contest: Contest) -> Mapping[str, int]:
    """How many publications there are in each state; ``UNREAD`` ones are counted once more, under
    that word, if there are any."""
    told = func.count(case((Publication.error != "", 1)))
    query = (
        select(Publication.state, func.count(), told)
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id)
        .group_by(Publication.state)
    )
    rows = {state: (count, errors) for state, count, errors in session.execute(query)}
    found = {state: count for state, (count, _) in rows.items()}
    unread = rows.get("published", (0, 0))[1]
    return found | ({UNREAD: unread} if unread else {})


def _board(contest: Contest) -> Select[Publication]:
    return (
        select(Publication)
        .join(Publication.submission)
        .join(Submission.unit)
        .where(Submission.contest_id == contest.id)
        .order_by(Publication.position.is_(None), Publication.position, Publication.id)
    )


def _read_refusals(session: Session, rows: Sequence[Publication]) -> None:
    """Load the reports of failed checks in one query: the board shows the reasons."""
    refused = [
        publication.version_id for publication in rows
        for check in publication.version.checks if check.verdict in ("fail", "unreadable")
    ]
    query = select(Check).where(Check.version_id.in_(refused)).options(undefer(Check.report))
    session.scalars(query).all()
