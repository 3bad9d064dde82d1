"""One decision for many rows of a table: tried first, so that each row says what would happen to
it, then done row by row. Each row is asked its own permission and leaves its own line in the
trail; a row that is refused changes nothing and stops no other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.errors import DomainError, Invalid, not_found
from contest.models import (
    ClipVersion,
    Contest,
    Publication,
    RoleGrant,
    Submission,
    Task,
    Unit,
    User,
)
from contest.permissions import require
from contest.services.desk import tasks
from contest.services.entry import checks, submissions
from contest.services.fanpage import publications
from contest.services.people import people
from contest.services.units import unit_changes

MOST = 500  # rows of one decision
TRIAL = "…"  # stands for the reason while it is only tried


@dataclass(frozen=True)
class Doing:
    """Who decides, when, why; ``key`` signs invitations."""

    session: Session
    contest: Contest
    actor: Actor
    at: datetime
    reason: str = ""
    key: str = ""

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.actor, "at": self.at}


@dataclass(frozen=True)
class Deed:
    """What is done to a row. ``needs_reason``: a person has to say why."""

    do: Callable[[Doing, Any], object]
    needs_reason: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a row, or would: ``refused`` says why nothing."""

    id: int
    label: str
    refused: DomainError | None = None


def _recheck(doing: Doing, row: Submission) -> None:
    found = checks.latest(row.version) if row.version else None
    if found is None:
        raise Invalid("Bài này chưa có lần kiểm tra nào.", "This entry has no check yet.")
    checks.retry(doing.session, found, **doing.by)


def _retire(doing: Doing, row: Unit) -> None:
    unit_changes.retire(doing.session, row, reason=doing.reason, **doing.by)


def _disqualify(doing: Doing, row: Submission) -> None:
    submissions.disqualify(doing.session, row, reason=doing.reason, **doing.by)


def _look(doing: Doing, row: Publication) -> None:
    publications.look_again(doing.session, row, **doing.by)


def _invite(doing: Doing, row: User) -> None:
    people.invite(doing.session, doing.contest, row, purpose="password", key=doing.key, **doing.by)


def _sign_out(doing: Doing, row: User) -> None:
    people.sign_out_everywhere(doing.session, doing.contest, row, **doing.by)


def _retry(doing: Doing, row: Task) -> None:
    tasks.retry(doing.session, doing.contest, row.id, **doing.by)


DEEDS: Mapping[str, Mapping[str, Deed]] = {
    "entries": {"recheck": Deed(_recheck), "disqualify": Deed(_disqualify, needs_reason=True)},
    "units": {"retire": Deed(_retire, needs_reason=True)},
    "publications": {"look": Deed(_look)},
    "people": {"invite": Deed(_invite), "sign_out": Deed(_sign_out)},
    "jobs": {"retry": Deed(_retry)},
}


def tried(table: str, name: str, ids: Sequence[int], doing: Doing) -> list[Outcome]:
    """What ``done`` would do to each row: it is done and taken back. Raises as ``done``, but asks
    for no reason."""
    trial = Doing(doing.session, doing.contest, doing.actor, doing.at, TRIAL, doing.key)
    return list(_each(table, name, ids, trial, keep=False))


def done(table: str, name: str, ids: Sequence[int], doing: Doing) -> list[Outcome]:
    """Do it to each of these rows. Raises ``NotAllowed`` for who does not organise the contest,
    ``NotFound`` for an unknown table or deed, ``Invalid`` without rows, with more than ``MOST``, or
    without a reason where one is needed."""
    if _deed(table, name).needs_reason and not doing.reason.strip():
        raise Invalid("Hãy ghi lý do.", "Please state the reason.")
    return list(_each(table, name, ids, doing, keep=True))


def _deed(table: str, name: str) -> Deed:
    found = DEEDS.get(table, {}).get(name)
    if found is None:
        raise not_found()
    return found


def _each(
    table: str, name: str, ids: Sequence[int], doing: Doing, *, keep: bool
) -> Iterator[Outcome]:
    require(doing.actor, "organiser.read", doing.contest)
    deed, session = _deed(table, name), doing.session
    wanted = sorted(set(ids))  # rows are locked in one order
    if not wanted or len(wanted) > MOST:
        raise _wrong_number(len(wanted))
    for row_id, label, row in _rows(session, doing.contest, table, wanted):
        savepoint = session.begin_nested()
        try:
            deed.do(doing, row)
            session.flush()
        except DomainError as refused:
            savepoint.rollback()
            yield Outcome(row_id, label, refused)
        else:
            savepoint.commit() if keep else savepoint.rollback()
            yield Outcome(row_id, label)


def _wrong_number(count: int) -> Invalid:
    if not count:
        return Invalid("Chưa chọn dòng nào. Hãy đánh dấu các dòng trước.",
                       "No row is chosen. Tick the rows first.")
    return Invalid(
        f"Đã chọn {count} dòng; mỗi lần làm nhiều nhất {MOST}. Hãy lọc bớt rồi làm từng phần.",
        f"{count} rows are chosen; at most {MOST} at a time. Filter, and do it in parts.",
    )


def _rows(
    session: Session, contest: Contest, table: str, ids: Sequence[int]
) -> list[tuple[int, str, Any]]:
    """Id, name and row of those that belong to this contest; the others are nobody's business."""
    query, label = _QUERIES[table]
    rows = session.scalars(query(contest, ids)).unique()
    return [(row.id, label(row), row) for row in sorted(rows, key=lambda row: row.id)]


def _entries(contest: Contest, ids: Sequence[int]) -> Any:
    return select(Submission).where(
        Submission.contest_id == contest.id, Submission.id.in_(ids)
    ).options(joinedload(Submission.version).selectinload(ClipVersion.checks))


def _publications(contest: Contest, ids: Sequence[int]) -> Any:
    return select(Publication).join(Publication.submission).where(
        Submission.contest_id == contest.id, Publication.id.in_(ids)
    ).options(selectinload(Publication.submission))


_QUERIES: Mapping[str, tuple[Callable[[Contest, Sequence[int]], Any], Callable[[Any], str]]] = {
    "entries": (_entries, lambda row: f"{row.code} · {row.title}"),
    "units": (
        lambda contest, ids: select(Unit).where(Unit.contest_id == contest.id, Unit.id.in_(ids)),
        lambda row: str(row.name),
    ),
    "publications": (
        _publications, lambda row: f"{row.submission.code} · {row.submission.title}"
    ),
    "people": (
        lambda contest, ids: select(User).join(RoleGrant).where(
            RoleGrant.contest_id == contest.id, User.id.in_(ids)),
        lambda row: str(row.name),
    ),
    "jobs": (
        lambda contest, ids: select(Task).where(Task.contest_id == contest.id, Task.id.in_(ids)),
        lambda row: f"{row.id}",
    ),
}
