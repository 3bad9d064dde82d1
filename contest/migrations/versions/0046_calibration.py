"""A trial clip that all jurors mark, so that they compare how they understand the rubric."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calibration",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_calibration_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_calibration_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index("ix_calibration_contest_id", "calibration", ["contest_id"])
    op.create_table(
        "calibration_ballot",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibration.id"],
            name=op.f("fk_calibration_ballot_calibration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["juror_id"], ["user.id"], name=op.f("fk_calibration_ballot_juror_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_ballot")),
        sa.UniqueConstraint(
            "calibration_id", "juror_id",
            name=op.f("uq_calibration_ballot_calibration_id_juror_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("calibration_ballot")
    op.drop_table("calibration")
