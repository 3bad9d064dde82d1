"""Keys that outlive the installation's secret key (``services/core/keys.py``)."""

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class StoredKey(Base):
    """A random key for one purpose, sealed with a key derived from ``HOITHI_SECRET_KEY``.

    Empty until its first use where the database is older than these keys.
    """

    __tablename__ = "stored_key"
    __table_args__ = (UniqueConstraint("purpose"),)

    purpose: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column(Text, default="")
