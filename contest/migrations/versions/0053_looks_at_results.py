"""Whether the stored bundle of a published result still verifies, and when that was looked at."""

import sqlalchemy as sa
from alembic import op

import contest.models.base

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "result_look",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("looked_at", contest.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_look_result_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_look")),
        sa.UniqueConstraint("result_id", name=op.f("uq_result_look_result_id")),
    )


def downgrade() -> None:
    op.drop_table("result_look")
