"""What an organiser does in a unit's place: clips sent, fetched from a link, entries from paper.
Codes of units that can be printed again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('upload', 'link', 'paper')", name=op.f("ck_errand_kind")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_errand_submission_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_errand_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("public_id", name=op.f("uq_errand_public_id")),
    )
    op.create_index("ix_errand_submission_id", "errand", ["submission_id"])
    op.create_table(
        "signed_form",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_signed_form_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_form")),
        sa.UniqueConstraint(
            "submission_id", "sha256", name=op.f("uq_signed_form_submission_id_sha256")
        ),
    )
    op.create_table(
        "link_fetch",
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("errand_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("validator", sa.String(length=300), nullable=False),
        sa.Column(
            "said", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed', 'cancelled')", name=op.f("ck_link_fetch_state")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_link_fetch_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["errand_id"], ["errand.id"], name=op.f("fk_link_fetch_errand_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_fetch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_link_fetch_public_id")),
    )
    op.create_index("ix_link_fetch_submission_id", "link_fetch", ["submission_id"])
    op.add_column(
        "unit_link", sa.Column("sealed", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("upload", sa.Column("errand_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("upload", "errand_id")
    op.drop_column("unit_link", "sealed")
    for table in ("link_fetch", "signed_form", "errand"):
        op.drop_table(table)
