"""When the bytes of a replaced clip went; its row and its reports stay."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clip_version", sa.Column("bytes_gone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("clip_version", "bytes_gone_at")
