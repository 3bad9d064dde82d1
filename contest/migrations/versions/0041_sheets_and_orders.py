"""Sheets of codes for many units, made by the worker."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0041"
down_revision: str | None = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
UNDER_WAY = sa.text("state IN ('waiting', 'working')")


def upgrade() -> None:
    op.create_table(
        "unit_sheet",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_ids", JSON, nullable=False),
        sa.Column("link_ids", JSON, nullable=False),
        sa.Column("rotate", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("error_vi", sa.Text(), nullable=False),
        sa.Column("error_en", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'ready', 'failed', 'cancelled', 'gone')",
            name=op.f("ck_unit_sheet_state"),
        ),
        sa.CheckConstraint(
            "(state = 'ready') = (sha256 <> '')", name=op.f("ck_unit_sheet_kept")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_unit_sheet_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_sheet")),
    )
    op.create_index(op.f("ix_unit_sheet_contest_id"), "unit_sheet", ["contest_id"])
    op.create_index(
        "ix_unit_sheet_under_way", "unit_sheet", ["contest_id"], unique=True,
        sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY,
    )


def downgrade() -> None:
    op.drop_table("unit_sheet")
