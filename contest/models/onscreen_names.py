"""Which names were read in a clip's title and end cards."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class OnscreenNames(Base):
    """What was read in one version; it assists the reviewer and decides nothing.

    ``data``: the cards, each a ``media_checks.picture.onscreen_names.Card``.
    """

    __tablename__ = "names_seen"
    __table_args__ = (UniqueConstraint("version_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
