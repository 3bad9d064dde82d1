"""Indexes for the pages' own queries: what a juror marked, a contest's jobs and mails, an entry's
uploads, the newest entries, clips in the order of the Page, late counts, and who did what in the
audit trail."""

from alembic import op
from sqlalchemy import text

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

INDEXES = (
    ("audit", "contest_id", "action", "seq"),
    ("audit", "contest_id", "actor", "seq"),
    ("ballot", "juror_id", "state"),
    ("mail", "contest_id", "template"),
    ("outbox", "contest_id"),
    ("outbox", "kind", "row_id"),
    ("publication", "position", "id"),
    ("submission", "contest_id", "updated_at"),
    ("upload", "submission_id"),
)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"


def upgrade() -> None:
    for table, *columns in INDEXES:
        op.create_index(_name(table, tuple(columns)), table, columns)
    late = text("late_reason <> ''")
    op.create_index(
        "ix_snapshot_late", "snapshot", ["submission_id"], sqlite_where=late, postgresql_where=late
    )


def downgrade() -> None:
    op.drop_index("ix_snapshot_late", "snapshot")
    for table, *columns in reversed(INDEXES):
        op.drop_index(_name(table, tuple(columns)), table)
