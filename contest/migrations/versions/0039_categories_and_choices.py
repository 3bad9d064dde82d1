"""A clip's category, and the chair's choice of who takes a prize."""

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None

NEW = (("submission", "category"), ("chair_decision", "prize"))


def upgrade() -> None:
    for table, name in NEW:
        op.add_column(
            table, sa.Column(name, sa.String(length=64), nullable=False, server_default="")
        )


def downgrade() -> None:
    for table, name in reversed(NEW):
        op.drop_column(table, name)
