"""Decisions of reviewers that are held for some seconds, in which they are taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0026"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None
HELD = sa.text("state = 'held'")


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "held_decision",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("casting", sa.Boolean(), nullable=False),
        sa.Column("content", json, nullable=False),
        sa.Column("said", json, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'given', 'taken_back', 'lapsed')",
            name=op.f("ck_held_decision_state"),
        ),
        sa.CheckConstraint(
            "state = 'held' OR ended_at IS NOT NULL", name=op.f("ck_held_decision_end")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_held_decision_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["clip_version.id"], name=op.f("fk_held_decision_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_held_decision_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_decision")),
    )
    op.create_index("ix_held_decision_user_id_state", "held_decision", ["user_id", "state"])
    op.create_index(
        "uq_held_decision_in_force", "held_decision", ["submission_id", "user_id"], unique=True,
        sqlite_where=HELD, postgresql_where=HELD,
    )


def downgrade() -> None:
    op.drop_table("held_decision")
