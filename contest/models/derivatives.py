"""Files made from a clip: pictures, and the rendition that people watch."""

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
