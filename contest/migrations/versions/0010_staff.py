"""Recovery codes stored as passwords are, wrong codes at an invitation, what was refused.

A hash of argon2id is longer than one of SHA-256. On the way down recovery codes made since go.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recovery_code") as table:
        table.alter_column("code_hash", existing_type=sa.String(64), type_=sa.Text())
    op.add_column(
        "invitation", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "security_event",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_security_event_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_last_at", "security_event", ["last_at"])
    op.create_index("ix_security_event_contest_id", "security_event", ["contest_id", "last_at"])


def downgrade() -> None:
    op.drop_table("security_event")
    op.drop_column("invitation", "wrong_codes")
    op.execute("DELETE FROM recovery_code WHERE code_hash LIKE '$argon2%'")
    with op.batch_alter_table("recovery_code") as table:
        table.alter_column("code_hash", existing_type=sa.Text(), type_=sa.String(64))
