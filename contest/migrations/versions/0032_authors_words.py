"""What each named author says for themselves, and a child's guardian."""

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "author_word",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("guardian", sa.String(length=16), nullable=False),
        sa.Column("guardian_name", sa.String(length=200), nullable=False),
        sa.Column("guardian_relation", sa.String(length=100), nullable=False),
        sa.Column("guardian_contact", sa.String(length=254), nullable=False),
        sa.Column("guardian_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'objected')", name=op.f("ck_author_word_state")
        ),
        sa.CheckConstraint(
            "guardian IN ('none', 'asked', 'agreed', 'refused')",
            name=op.f("ck_author_word_guardian"),
        ),
        sa.CheckConstraint("way IN ('', 'link', 'paper')", name=op.f("ck_author_word_way")),
        sa.CheckConstraint(
            "(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_author_word_answered")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_author_word_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_word")),
    )
    op.create_index("ix_author_word_submission_id", "author_word", ["submission_id"])


def downgrade() -> None:
    op.drop_table("author_word")
