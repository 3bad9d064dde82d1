"""Whether a unit asked with its upload that the clip be mended, and when a repair began."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "upload", sa.Column("mend", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("fix", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("fix", "started_at")
    op.drop_column("upload", "mend")
