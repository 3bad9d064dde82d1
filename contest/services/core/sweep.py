"""Retention: which rows are deleted, and when. Every period is defined here.

==============================  ==========================  =======================================
what                            kept after it ended         why so long
==============================  ==========================  =======================================
sessions, invitations           ``KEPT``, 30 days           "last seen", "this link was used"
finished work (outbox rows)     ``KEPT``, 30 days           the organiser's list of jobs
decisions that were held        ``KEPT``, 30 days           the review's row has what was decided
sent mails                      ``MAILS_KEPT``, 90 days     who was reminded, and when last
letters to browsers             ``MAILS_KEPT``, 90 days     the same
browsers that follow a contest  ``FOLLOWED``, 365 days      no contest is longer; rules may say less
uploads that came to nothing    ``UPLOADS_KEPT``, 90 days   why a clip was not accepted
refusals (security page)        ``EVENTS_KEPT``, 90 days    who tried what, and from where
answered challenges (passkeys)  not at all                  an old one is refused for its age
bytes of such uploads           not at all                  the upload process removes them
bytes of replaced clips         14 days                     ``entry/stored_bytes.py``; reports stay
==============================  ==========================  =======================================

Failed work and failed mails stay until a person has dealt with them. The audit trail keeps its rows
about an upload, but a search by clip no longer finds them once the upload's row is gone.

A finished outbox row also keeps the same task from being enqueued twice, so only rows of the kinds
in ``FORGOTTEN`` are deleted: repeating those changes nothing, or nobody enqueues them twice. Of the
others (``REMEMBERED``) a clip has a handful, and each is still read: ``copies.compare`` shows that
a clip was compared, the numbered steps of a publication which is next.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.models import (
    Base,
    HeldDecision,
    Invitation,
    Mail,
    PushFollower,
    PushMessage,
    SecurityEvent,
    StaffSession,
    Task,
    UnitSession,
    Upload,
    UsedChallenge,
)
from contest.services.core import outbox

Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
KEPT = timedelta(days=30)
MAILS_KEPT = UPLOADS_KEPT = EVENTS_KEPT = timedelta(days=90)
FOLLOWED = timedelta(days=365)
BATCH = 500  # rows of a table in one transaction
KIND = "sessions.sweep"
FORGOTTEN = (
    "check.deep", "check.quick", "documents.pdf", "fix.make", "follow.tell_clips",
    "follow.tell_result", "interactions.poll", "link.fetch",
    "mail.send", "names.read", "page.watch", "page.watch_shared", "privacy.archive",
    "privacy.erase", "privacy.tidy", "push.send", "reel.make", "reminders.tick", "result.step",
    "results.prospects", "reviews.call", "reviews.fall", "reviews.settle", "telegram.look",
    "units.forget_sheets", "units.sheets", "upload.expire", "upload.remind",
)
REMEMBERED = (
    "backup.run", "copies.compare", "follow.clips", "follow.result", "pages.render",
    "publication.check", "publication.finish",
    "publication.reconcile", "publication.release", "publication.upload", "publication.verify",
    "result.release", "result.tell", "results.verify", KIND, "storage.scrub", "trial.end",
)


def schedule(session: Session, *, at: datetime) -> None:
    """Enqueue the daily sweep; nothing is added where it is enqueued already."""
    outbox.enqueue(session, KIND, 0, at=at, key=KIND)


def sweep(session: Session, *, at: datetime) -> int:
    """Delete at most ``BATCH`` expired rows of each table; returns how many in all."""
    return sum(_remove(session, table, over) for table, over in _over(at))


def _over(at: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """What to delete, table by table; a task before the row that it is about."""
    return [
        (StaffSession, _ended(at - KEPT, StaffSession.expires_at, StaffSession.revoked_at)),
        (UsedChallenge, UsedChallenge.expires_at < at),
        (SecurityEvent, SecurityEvent.last_at < at - EVENTS_KEPT),
        (UnitSession, _ended(at - KEPT, UnitSession.expires_at, UnitSession.revoked_at)),
        (Invitation, _ended(at - KEPT, Invitation.expires_at, Invitation.revoked_at,
                            Invitation.used_at)),
        (Task, and_(Task.state == "done", Task.kind.in_(FORGOTTEN), not_last(Task),
                    Task.finished_at < at - KEPT)),
        (HeldDecision, and_(HeldDecision.state != "held", not_last(HeldDecision),
                            HeldDecision.ended_at < at - KEPT)),
        (Mail, and_(Mail.state == "sent", Mail.sent_at < at - MAILS_KEPT, not_last(Mail),
                    _nothing_to_do(Mail, "mail.send"))),
        (PushMessage, and_(PushMessage.created_at < at - MAILS_KEPT, not_last(PushMessage),
                           _nothing_to_do(PushMessage, "push.send"))),
        (PushFollower, PushFollower.created_at < at - FOLLOWED),
        (Upload, and_(Upload.state.in_(("expired", "terminated")), not_last(Upload),
                      Upload.finished_at < at - UPLOADS_KEPT,
                      _nothing_to_do(Upload, "upload.expire", "upload.remind"))),
    ]


def _ended(before: datetime, *ends: Moment) -> ColumnElement[bool]:
    return or_(*(end < before for end in ends))


def not_last(table: type[Base]) -> ColumnElement[bool]:
    """SQLite gives the id of a deleted last row to the next one; the audit trail refers to ids."""
    return and_(table.id < select(func.max(table.id)).scalar_subquery())


def _nothing_to_do(table: type[Base], *kinds: str) -> ColumnElement[bool]:
    """No outbox row refers to it any more."""
    return ~exists().where(Task.kind.in_(kinds), Task.row_id == table.id)


def _remove(session: Session, table: type[Base], over: ColumnElement[bool]) -> int:
    ids = list(session.scalars(select(table.id).where(over).order_by(table.id).limit(BATCH)))
    if ids:
        session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)
