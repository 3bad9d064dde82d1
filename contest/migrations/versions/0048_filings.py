"""What units file, and the files that come with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import contest.models.base

revision: str = "0048"
down_revision: str | None = "0046"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, contest.models.base.UtcDateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table(
        "filing",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("filing", sa.String(length=64), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        _moment("first_at"), _moment("filed_at"),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _moment("returned_at"),
        sa.Column("note", sa.Text(), nullable=False),
        _moment("until"),
        sa.Column("until_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"],
                                name=op.f("fk_filing_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("unit_id", "filing", name=op.f("uq_filing_unit_id_filing")),
    )
    op.create_index("ix_filing_contest_id_filing", "filing", ["contest_id", "filing"])
    op.add_column("attachment", sa.Column("filing_id", sa.Integer(), nullable=True))
    op.create_index("ix_attachment_filing_id", "attachment", ["filing_id"])


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE filing_id IS NOT NULL")
    op.drop_index("ix_attachment_filing_id", "attachment")
    op.drop_column("attachment", "filing_id")
    op.drop_table("filing")
