"""Who opened what about persons."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of

OPENED = ("contacts", "original", "export", "signed_form", "evidence", "person")


class AccessLog(Base):
    """Somebody of the staff opened personal data that are not their own; append-only.

    People and things by reference only: ``actor`` ``user:5``, ``subject`` ``entry:CX7QK2``,
    ``unit:3``, ``request:7``, ``evidence:<SHA-256>``, ``list:entries``. Rows whose time is over go
    up to the id that a tombstone names (``services/privacy/retention``); migration 0031 guards it.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        one_of("what", OPENED),
        Index("ix_access_log_contest_id_id", "contest_id", "id"),
        Index("ix_access_log_subject", "subject", "actor", "at"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    actor: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
