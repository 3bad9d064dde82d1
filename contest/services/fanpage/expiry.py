"""The day on which a Page's token ends: told to the organisers before it comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contest.languages import write_time
from contest.models import Contest, PageConnection, SharedPage
from contest.services.core import mail, profiles
from contest.services.fanpage.organisers import organisers_of

EVERY = timedelta(days=1)
KIND = "page.watch"
DAYS = (1, 3, 7, 14)  # before the end, each told once
SOON = timedelta(days=DAYS[-1])


def earlier(*instants: datetime | None) -> datetime | None:
    """The first of them; None where Meta named none."""
    return min((instant for instant in instants if instant is not None), default=None)


Watched = PageConnection | SharedPage


def end_of(row: Watched) -> datetime | None:
    """When posting or reading ends: the token's end, or that of the access to data."""
    return earlier(row.expires_at, row.data_access_expires_at)


def soon(row: Watched | None, *, at: datetime) -> datetime | None:
    """The end where it is over or within ``SOON``; else None."""
    end = end_of(row) if row else None
    return end if end is not None and end - at <= SOON else None


def warn(
    session: Session, row: Watched, contests: Sequence[Contest], *, at: datetime
) -> int | None:
    """Mail the organisers 14, 7, 3 and 1 days before the end, each once; returns which it was.

    A day on which nothing ran is made up for by the next one; days passed by are left out.
    """
    end = end_of(row)
    if end is None or end <= at:
        return None
    days = next((days for days in DAYS if end - at <= timedelta(days=days)), None)
    if days is None or (row.warned_days is not None and row.warned_days <= days):
        return None
    row.warned_days = days
    for contest in contests:
        _mail(session, row, contest, end, at=at)
    return days


def _mail(
    session: Session, row: Watched, contest: Contest, end: datetime, *, at: datetime
) -> None:
    zone = profiles.profile_of(contest).schedule.zone
    for person in organisers_of(session, contest):
        mail.enqueue(
            session, to=person.email, template="page_expiring", language=person.language, at=at,
            contest_id=contest.id, params={
                "user_id": person.id, "page_name": row.page_name, "page_id": row.page_id,
                "ends": write_time(end, zone, person.language),
                "shared": isinstance(row, SharedPage),
                "path": f"/c/{contest.slug}/organiser/page-check",
            },
        )
