"""Queued tasks, stored in the transaction that needs them; mails; what was sent, told, worded."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of


class Task(Base):
    """An outbox row: a queued task. A worker claims it by a conditional update with a lease."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("state", ("pending", "leased", "done", "failed", "cancelled")),
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_contest_id_state_id", "contest_id", "state", "id"),
        Index("ix_outbox_kind_row_id", "kind", "row_id"),
    )

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    kind: Mapped[str] = mapped_column(String(64))  # names the handler
    row_id: Mapped[int]  # the one argument
    key: Mapped[str] = mapped_column(String(160))  # the same task enqueued twice is one row
    priority: Mapped[str] = mapped_column(String(8), default="default")
    state: Mapped[str] = mapped_column(String(16), default="pending")
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]  # when the relay last put it into the queue
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


def _of_submission(context: Any) -> int | None:
    found: int | None = context.get_current_parameters()["params"].get("submission_id")
    return found


class Mail(Base):
    """A mail to be sent, rendered when it is sent. ``submission_id``: that of its parameters, so
    that of thousands those about an entry are found by an index."""

    __tablename__ = "mail"
    __table_args__ = (
        one_of("state", ("waiting", "sent", "failed")),
        Index("ix_mail_contest_id_template", "contest_id", "template"),
        Index("ix_mail_submission_id_template", "submission_id", "template"),
    )

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    to: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    params: Mapped[dict[str, Any]]
    submission_id: Mapped[int | None] = mapped_column(default=_of_submission)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class LetterText(Base):
    """A contest's own words for a mail, in one language; both empty: the standard words again."""

    __tablename__ = "letter_text"
    __table_args__ = (
        UniqueConstraint("contest_id", "letter", "language"),
        one_of("language", ("vi", "en")),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    letter: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]


class Reminder(Base):
    """A planned reminder that somebody was sent, or was spared because they had just had one.

    ``subject``: the row's id of the unit, entry or person, as ``about`` says. ``hours`` before
    ``deadline``: the key that keeps it from being sent twice.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("contest_id", "about", "subject", "deadline", "hours"),
        one_of("state", ("sent", "spared")),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    about: Mapped[str] = mapped_column(String(16))
    subject: Mapped[int]
    deadline: Mapped[datetime]
    hours: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    mail_id: Mapped[int | None]  # which is swept 90 days after it was sent
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class ReminderStop(Base):
    """A planned reminder that an organiser has stopped for everybody."""

    __tablename__ = "reminder_stop"
    __table_args__ = (UniqueConstraint("contest_id", "about", "deadline", "hours"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    about: Mapped[str] = mapped_column(String(16))
    deadline: Mapped[datetime]
    hours: Mapped[int]
    stopped_by: Mapped[str] = mapped_column(String(64))
    stopped_at: Mapped[datetime]


class Telling(Base):
    """Somebody without an address who was told of a deadline by a person; taken back: no row."""

    __tablename__ = "telling"
    __table_args__ = (UniqueConstraint("contest_id", "about", "subject", "deadline"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    about: Mapped[str] = mapped_column(String(16))
    subject: Mapped[int]
    deadline: Mapped[datetime]
    told_by: Mapped[str] = mapped_column(String(64))
    told_at: Mapped[datetime]


class PushSubscription(Base):
    """A browser that is told by web push: of a person, or of a unit. ``session_id``: the signed-in
    session in which it asked for it (of staff or unit); when that is revoked, it is told no more.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (
        UniqueConstraint("endpoint"),
        CheckConstraint("(user_id IS NULL) <> (unit_id IS NULL)", name="one_owner"),
        Index("ix_push_subscription_user_id", "user_id"),
        Index("ix_push_subscription_unit_id", "unit_id"),
    )

    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    session_id: Mapped[int]
    endpoint: Mapped[str] = mapped_column(String(1000))
    browser_key: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))  # the browser's 16 bytes
    language: Mapped[str] = mapped_column(String(2), default="vi")
    created_at: Mapped[datetime]


class PushFollower(Base):
    """A browser of somebody without an account, told of a contest's news by web push."""

    __tablename__ = "push_follower"
    __table_args__ = (UniqueConstraint("contest_id", "endpoint"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    endpoint: Mapped[str] = mapped_column(String(1000))
    browser_key: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    created_at: Mapped[datetime]


class PushMessage(Base):
    """A letter on its way to a subscribed browser; rendered when it is sent, as a mail is."""

    __tablename__ = "push_message"
    __table_args__ = (Index("ix_push_message_subscription_id", "subscription_id"),)

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    subscription_id: Mapped[int]  # which may have gone meanwhile
    template: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
