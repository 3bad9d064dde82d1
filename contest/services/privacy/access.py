"""Who opened what about persons: noted, listed for the organisers, told to the person.

Opening the same again within ten minutes is one opening: a player asks for a file in many parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from contest.models import AccessLog, Contest, User
from contest.services.core import pagination
from contest.services.core.pagination import Pagination

AGAIN = timedelta(minutes=10)
ENTRY = "entry:"
COMMAND = "command"  # who has the machine's own command line


@dataclass(frozen=True)
class Opening:
    """Somebody of the staff opened something. ``what``: ``contacts``, ``original``, ``export``,
    ``signed_form``, ``evidence``, ``person``; ``subject``: ``entry:CX7QK2``, ``list:entries``."""

    contest_id: int
    actor: str
    what: str
    subject: str


def note(session: Session, opened: Opening, *, at: datetime) -> None:
    """Store an opening, by one statement, unless the same was just stored."""
    row = AccessLog
    just = exists().where(
        row.subject == opened.subject, row.actor == opened.actor, row.at > at - AGAIN,
        row.what == opened.what, row.contest_id == opened.contest_id,
    )
    values = select(
        literal(opened.contest_id), literal(opened.actor), literal(opened.what),
        literal(opened.subject), literal(at, row.at.type),
    ).where(~just)
    session.execute(
        insert(AccessLog).from_select(["contest_id", "actor", "what", "subject", "at"], values)
    )


def listed(
    session: Session, contest: Contest, *, user_id: int | None = None, code: str = "",
    number: int = 1,
) -> Pagination[AccessLog]:
    """The openings of a contest, the latest first; of one person, of one entry."""
    query = select(AccessLog).where(AccessLog.contest_id == contest.id)
    if user_id is not None:
        query = query.where(AccessLog.actor == f"user:{user_id}")
    if code.strip():
        query = query.where(AccessLog.subject == f"{ENTRY}{code.strip().upper()}")
    return pagination.take(session, query.order_by(AccessLog.id.desc()), number, count_to=1000)


def people(session: Session, contest: Contest) -> Sequence[User]:
    """Who has opened anything, by name."""
    label = select(AccessLog.actor).where(AccessLog.contest_id == contest.id).distinct()
    ids = [int(one.removeprefix("user:")) for one in session.scalars(label)
           if one.startswith("user:")]
    return session.scalars(select(User).where(User.id.in_(ids)).order_by(User.name)).all()


def of_person(
    session: Session, contest: Contest, subjects: Sequence[str], user_id: int | None
) -> Sequence[AccessLog]:
    """The openings that concern a person: of what they stand in, and lists of everything; and
    what they opened themselves, if they belong to the staff."""
    wanted = [AccessLog.subject.in_(subjects), AccessLog.subject.startswith("list:")]
    if user_id is not None:
        wanted.append(AccessLog.actor == f"user:{user_id}")
    query = select(AccessLog).where(AccessLog.contest_id == contest.id, or_(*wanted))
    return session.scalars(query.order_by(AccessLog.id)).all()
