"""Subtitles of a clip, to be read while it is watched on the contest's own pages."""

import sqlalchemy as sa
from alembic import op

from contest.models.base import Json

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captions",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_captions_language")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["clip_version.id"], name=op.f("fk_captions_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captions")),
        sa.UniqueConstraint("version_id", "language", name=op.f("uq_captions_version_id_language")),
    )


def downgrade() -> None:
    op.drop_table("captions")
