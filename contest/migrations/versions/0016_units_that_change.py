"""Units that retire or become one, and more time for a unit."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("unit", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.add_column("unit", sa.Column("entries_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "time_grant",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_time_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_grant")),
    )
    op.create_index("ix_time_grant_unit_id", "time_grant", ["unit_id"])


def downgrade() -> None:
    op.drop_table("time_grant")
    for column in ("entries_until", "merged_into_id", "retired_at"):
        op.drop_column("unit", column)
