"""Browsers without an account that follow a contest's news."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_follower",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("browser_key", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"],
                                name=op.f("fk_push_follower_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_follower")),
        sa.UniqueConstraint("contest_id", "endpoint",
                            name=op.f("uq_push_follower_contest_id_endpoint")),
    )


def downgrade() -> None:
    op.drop_table("push_follower")
