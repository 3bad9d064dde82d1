"""Files made from a clip: pictures, the rendition; what the store was found to lack."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of


class Derivative(Base):
    """A file made from a version: contact sheet, poster, web rendition. Can be made again."""

    __tablename__ = "derivative"
    __table_args__ = (
        UniqueConstraint("version_id", "kind"),
        one_of("kind", ("sheet", "poster", "rendition", "crop", "waveform", "loudness")),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class Captions(Base):
    """Subtitles of a version in one language. ``data``: ``cues``, each [begin, end, text], in
    milliseconds; kept in the database, where a person who is named in them is found."""

    __tablename__ = "captions"
    __table_args__ = (UniqueConstraint("version_id", "language"), one_of("language", ("vi", "en")))

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    data: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class StoredLook(Base):
    """What the slow look through the store found. ``reached``: the one row that says after which
    file it goes on; the others name files, until the next look finds them whole."""

    __tablename__ = "stored_look"
    __table_args__ = (
        UniqueConstraint("what", "sha256"),
        one_of("what", ("reached", "missing", "damaged")),
    )

    what: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    found_at: Mapped[datetime]
