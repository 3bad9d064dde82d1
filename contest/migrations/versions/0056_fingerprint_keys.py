"""What the index of near-duplicates needs of a fingerprint; made when it is first wanted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0056"
down_revision: str | None = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clip_print", sa.Column("keys", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("clip_print") as table:
        table.drop_column("keys")
