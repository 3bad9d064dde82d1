"""Which juror was given which clip to mark, and which categories a juror marks."""

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_assignment_submission_id")
        ),
        sa.ForeignKeyConstraint(["juror_id"], ["user.id"], name=op.f("fk_assignment_juror_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "juror_id", "submission_id", name=op.f("uq_assignment_juror_id_submission_id")
        ),
    )
    op.create_index("ix_assignment_submission_id", "assignment", ["submission_id"])
    op.create_table(
        "juror_category",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_juror_category_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["juror_id"], ["user.id"], name=op.f("fk_juror_category_juror_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_juror_category")),
        sa.UniqueConstraint(
            "contest_id", "juror_id", "category",
            name=op.f("uq_juror_category_contest_id_juror_id_category"),
        ),
    )


def downgrade() -> None:
    op.drop_table("juror_category")
    op.drop_table("assignment")
