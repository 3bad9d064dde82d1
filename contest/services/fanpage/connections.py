"""A contest's own Fanpage: connected, replaced and disconnected by an organiser.

Its token and app secret are sealed with a key derived from the installation's, never shown again,
and in no audit row. A contest without one uses the installation's Page, if the settings name one.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, PageConnection
from contest.permissions import require
from contest.services.core import audit, locks, outbox
from contest.services.core.sealing import FANPAGE, Keyring
from contest.services.fanpage import expiry
from contest.services.fanpage.page_match import FanpageName
from social.values import PageCheck

NO_FAULT = "clock"  # a server's wrong clock is nothing that another token would mend


@dataclass(frozen=True)
class Credentials:
    """What a Fanpage client needs. ``name`` and ``username`` as far as they are known."""

    page_id: str
    token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)
    name: str = ""
    username: str = ""

    @property
    def page(self) -> FanpageName:
        return FanpageName(self.page_id, self.name, self.username)


def of(session: Session, contest_id: int) -> PageConnection | None:
    """The contest's own connection, or None."""
    query = select(PageConnection).where(PageConnection.contest_id == contest_id)
    return session.scalars(query).one_or_none()


def credentials(session: Session, contest_id: int, *, keys: Keyring) -> Credentials | None:
    """The contest's own, unsealed; None where it has no connection.

    Raises ``InvalidToken`` where no secret key opens them.
    """
    row = of(session, contest_id)
    if row is None:
        return None
    return Credentials(
        row.page_id, keys.unseal(FANPAGE, row.token),
        keys.unseal(FANPAGE, row.app_secret) if row.app_secret else "",
        name=row.page_name, username=row.username,
    )


def connect(
    session: Session, contest: Contest, given: Credentials, found: PageCheck, *, keys: Keyring,
    actor: Actor, at: datetime,
) -> PageConnection:
    """Connect the contest to a Page, or put another in its place.

    ``found``: what Meta answered about this token just now. Raises ``NotAllowed`` without
    ``publication.manage``, ``Invalid`` with every fault that was found: nothing is stored then.
    """
    require(actor, "publication.manage", contest)
    _refuse_faults(found)
    locks.lock(session, contest)  # else two make one each
    row = of(session, contest.id)
    before = {"page_id": row.page_id, "page_name": row.page_name} if row else None
    if row is None:
        row = PageConnection(contest_id=contest.id)
        session.add(row)
    row.page_id, row.created_by, row.created_at = given.page_id, actor.label, at
    row.token = keys.seal(FANPAGE, given.token)
    row.app_secret = keys.seal(FANPAGE, given.app_secret) if given.app_secret else ""
    row.page_name, row.warned_days = found.page_name or "", None
    _note(row, found, at=at)
    session.flush()
    audit.record(
        session, "page.replaced" if before else "page.connected", contest, actor=actor, at=at,
        contest_id=contest.id, before=before,
        after={"page_id": row.page_id, "page_name": row.page_name},
    )
    _watch(session, contest, at=at)
    return row


def _refuse_faults(found: PageCheck) -> None:
    faults = [f for f in found.findings if f.outcome == "fail" and f.name != NO_FAULT]
    if faults:
        raise Invalid(
            "Chưa kết nối được. " + " ".join(f"{f.message_vi} {f.remedy_vi}" for f in faults),
            "Not connected. " + " ".join(f"{f.message_en} {f.remedy_en}" for f in faults),
        )


def _note(row: PageConnection, found: PageCheck, *, at: datetime) -> None:
    row.expires_at, row.checked_at = found.expires_at, at
    row.data_access_expires_at = found.data_access_expires_at
    row.username = found.username or ""


def _watch(session: Session, contest: Contest, *, at: datetime) -> None:
    """Have the token looked at daily from tomorrow on."""
    tomorrow = at + expiry.EVERY
    task = outbox.enqueue(
        session, expiry.KIND, contest.id, at=at, due_at=tomorrow, contest_id=contest.id
    )
    if task.state in ("done", "failed"):  # of a connection that was ended
        outbox.enqueue_again(session, task, at=at, due_at=tomorrow)


def checked(session: Session, contest: Contest, found: PageCheck, *, at: datetime) -> None:
    """Keep the expiry that a later check was told; nothing where it was another Page's."""
    row = of(session, contest.id)
    if row is None or row.page_id != found.page_id or found.page_name is None:
        return
    if expiry.end_of(row) != expiry.earlier(found.expires_at, found.data_access_expires_at):
        row.warned_days = None  # another day, so it is told anew
    row.page_name = found.page_name
    _note(row, found, at=at)


def disconnect(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """End the connection: its secrets are deleted. Nothing where there is none.

    Raises ``NotAllowed`` without ``publication.manage``.
    """
    require(actor, "publication.manage", contest)
    row = of(session, contest.id)
    if row is None:
        return
    before = {"page_id": row.page_id, "page_name": row.page_name}
    session.delete(row)
    audit.record(
        session, "page.disconnected", contest, actor=actor, at=at, contest_id=contest.id,
        before=before,
    )
