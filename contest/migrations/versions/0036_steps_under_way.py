"""Steps of closing that the worker takes: how far each is."""

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNDER_WAY = sa.text("state IN ('waiting', 'working', 'ending') AND what <> 'workbook'")


def upgrade() -> None:
    op.create_table(
        "result_step",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("error_vi", sa.Text(), nullable=False),
        sa.Column("error_en", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "what IN ('compute', 'replace', 'freeze', 'publish', 'workbook')",
            name=op.f("ck_result_step_what"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'ending', 'done', 'failed', 'cancelled')",
            name=op.f("ck_result_step_state"),
        ),
        sa.CheckConstraint(
            "(what IN ('freeze', 'publish', 'workbook')) = (result_id IS NOT NULL)",
            name=op.f("ck_result_step_of"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_result_step_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_step_result_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_step")),
    )
    op.create_index(op.f("ix_result_step_contest_id"), "result_step", ["contest_id"])
    op.create_index(
        "ix_result_step_under_way", "result_step", ["contest_id"], unique=True,
        sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY,
    )


def downgrade() -> None:
    op.drop_table("result_step")
