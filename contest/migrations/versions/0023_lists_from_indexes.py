"""Indexes from which lists and the desk's numbers are read alone; on SQLite, the long columns of a
result behind its short ones."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_outbox_contest_id_state", "outbox", ["contest_id", "state"]),
    ("ix_submission_contest_id_unit_id_state", "submission", ["contest_id", "unit_id", "state"]),
    ("ix_check_version_id_kind_state", "check", ["version_id", "kind", "state"]),
)
LONG = ("input", "output", "names")


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    op.drop_index("ix_outbox_contest_id", "outbox")
    if op.get_bind().dialect.name == "sqlite":
        _long_columns_last()


def _long_columns_last() -> None:
    """SQLite walks through megabytes to reach what lies behind them. Column by column, for another
    table refers to this one, which therefore cannot be made anew."""
    for column in LONG:
        last = f"{column}_last"
        op.execute(f"ALTER TABLE result ADD COLUMN {last} JSON NOT NULL DEFAULT '{{}}'")
        result = sa.table("result", sa.column(column), sa.column(last))
        op.execute(result.update().values({last: result.c[column]}))
        op.execute(f"ALTER TABLE result DROP COLUMN {column}")
        op.execute(f"ALTER TABLE result RENAME COLUMN {last} TO {column}")


def downgrade() -> None:
    op.create_index("ix_outbox_contest_id", "outbox", ["contest_id"])
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
