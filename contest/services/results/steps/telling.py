"""Telling every ranked clip's contact person of a published result: at once where there are few;
of a national contest by the worker, some hundred mails in a transaction, so that nobody waits for
ten thousand rows.

Which have been told is read off the mails themselves, so a worker that died goes on where it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import ProfileRevision, Result, Submission
from contest.services.core import mail, outbox, profiles
from contest.services.results import ranking_rows, standings

KIND, TEMPLATE = "result.tell", "result"
AT_ONCE = 300  # mails in one transaction, and in the request of whoever publishes


Place = tuple[str, int, str, list[str]]  # clip's code, rank, rounded total, prizes


def begin(session: Session, result: Result, *, at: datetime) -> None:
    """Part of publishing: queue the mails, or the task that does."""
    if ranking_rows.length(session, result) <= AT_ONCE:
        tell(session, result, ranking_rows.places(session, result), at=at)
    else:
        outbox.enqueue(session, KIND, result.id, at=at, contest_id=result.contest_id)


def left(session: Session, result: Result) -> list[Place]:
    """Of the ranked clips, best first, those behind the last one that has a mail of this revision;
    none where it is not, or no longer, the public one."""
    since = result.published_at
    if since is None or result.state != "published":
        return []
    own = select(Submission.id).where(Submission.contest_id == result.contest_id)
    last = mail.last_of_each(session, result.contest, [TEMPLATE], "submission_id", only=own)
    told = {row_id for row_id, when in last[TEMPLATE].items() if when >= since}
    codes = set(session.scalars(select(Submission.code).where(Submission.id.in_(told))))
    places = ranking_rows.places(session, result)
    done = (number for number, (code, *_) in enumerate(places, 1) if code in codes)
    return places[max(done, default=0):]


def tell(session: Session, result: Result, places: Sequence[Place], *, at: datetime) -> None:
    """Queue a mail with points and rank to the contact person of each of these clips."""
    revision = session.get_one(ProfileRevision, result.profile_revision_id)
    rules = profiles.profile_at(revision)
    query = select(
        Submission.code, Submission.id, Submission.contact_email, Submission.language
    ).where(
        Submission.contest_id == result.contest_id,
        Submission.code.in_([code for code, *_ in places]),
    )
    contacts = {row.code: row for row in session.execute(query)}
    mails: list[tuple[str, str, dict[str, Any]]] = []
    for code, rank, total, prizes in places:
        to = contacts[code]
        mails.append((to.contact_email, to.language, {
            "submission_id": to.id, "rank": str(rank),
            "points": standings.written(total, to.language),
            "prize": standings.prize_names({"prizes": prizes}, rules, to.language) or "",
        }))
    mail.enqueue_all(session, TEMPLATE, mails, contest_id=result.contest_id, at=at)
