"""What the slow look through the stored files found."""

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_look",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "what IN ('reached', 'missing', 'damaged')", name=op.f("ck_stored_look_what")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_look")),
        sa.UniqueConstraint("what", "sha256", name=op.f("uq_stored_look_what_sha256")),
    )


def downgrade() -> None:
    op.drop_table("stored_look")
