"""What is asked about an entry and decided by another person: its return, its withdrawal."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_request",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('reinstate', 'withdraw')", name=op.f("ck_entry_request_kind")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_entry_request_reason")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> created_by",
            name=op.f("ck_entry_request_two_people"),
        ),
        sa.CheckConstraint(
            "(agreed IS NULL) = (decided_by IS NULL) AND (agreed IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_entry_request_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_entry_request_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_request")),
    )
    waiting = sa.text("agreed IS NULL")
    op.create_index(
        "uq_entry_request_waiting", "entry_request", ["submission_id"], unique=True,
        sqlite_where=waiting, postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_table("entry_request")
