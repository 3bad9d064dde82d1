"""The filing of a contest below that a filing was made of."""

import sqlalchemy as sa
from alembic import op

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("filing", sa.Column("source_id", sa.Integer(), nullable=True))
    op.create_index("ix_filing_source_id", "filing", ["source_id"])


def downgrade() -> None:
    op.drop_index("ix_filing_source_id", "filing")
    with op.batch_alter_table("filing") as table:
        table.drop_column("source_id")
