"""The installation's own Fanpage, which contests without one of their own use: until when its token
holds, and who has to know."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, PageConnection, SharedPage
from contest.services.core import outbox, profiles
from contest.services.fanpage import expiry, page_match
from contest.services.fanpage.page_match import FanpageName
from social.values import PageCheck

KIND = "page.watch_shared"


def watch(session: Session, *, at: datetime) -> None:
    """Have the token looked at now and daily; for the start of a process, whose settings may name
    another token than before."""
    task = outbox.enqueue(session, KIND, 0, at=at, key=KIND)
    if task.state in ("done", "failed"):
        outbox.enqueue_again(session, task, at=at)
    else:
        outbox.hasten(session, KIND, at=at)


def of(session: Session, page_id: str) -> SharedPage | None:
    """What is known of this Page; None before it was asked about."""
    return session.scalars(select(SharedPage).where(SharedPage.page_id == page_id)).one_or_none()


def newest(session: Session) -> SharedPage | None:
    """The Page that was asked about last."""
    query = select(SharedPage).order_by(SharedPage.checked_at.desc(), SharedPage.id.desc())
    return session.scalars(query.limit(1)).first()


def note(session: Session, found: PageCheck, *, at: datetime) -> SharedPage:
    """Keep what Meta said of the token. Another end than before is told anew."""
    row = of(session, found.page_id)
    if row is None:
        row = SharedPage(page_id=found.page_id)
        session.add(row)
    end = expiry.earlier(found.expires_at, found.data_access_expires_at)
    if row.checked_at is None or (found.page_name is not None and expiry.end_of(row) != end):
        row.warned_days = None
    if row.checked_at is None or found.page_name is not None:  # else Meta told nothing of it
        row.page_name, row.username = found.page_name or "", found.username or ""
        row.expires_at = found.expires_at
        row.data_access_expires_at = found.data_access_expires_at
    row.checked_at = at
    session.flush()
    return row


def used(session: Session, contest: Contest, shared: FanpageName | None) -> SharedPage | None:
    """What is known of the installation's Page, where this contest uses it.

    ``shared``: the Page that the settings name. None, too, where the rules name another.
    """
    row = of(session, shared.page_id) if shared else None
    if row is None:
        return None
    return row if page_match.wrong_page(profiles.profile_of(contest), _named(row)) is None else None


def users(session: Session, row: SharedPage, *, at: datetime) -> list[Contest]:
    """The contests that post on this Page or read it: without a connection of their own, not over,
    and with rules that name no other."""
    own = select(PageConnection.id).where(PageConnection.contest_id == Contest.id)
    query = select(Contest).where(Contest.revision_id.is_not(None), ~own.exists())
    page = _named(row)
    return [
        contest for contest in session.scalars(query.order_by(Contest.id))
        if (profile := profiles.profile_of(contest)).schedule.awards >= at
        and page_match.wrong_page(profile, page) is None
    ]


def _named(row: SharedPage) -> FanpageName:
    return FanpageName(row.page_id, row.page_name, row.username)
