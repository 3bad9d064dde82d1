"""A count may lack its reactions; a slip may be mended with the same evidence in the same minute.

``snapshot`` is made anew on SQLite, for it cannot drop a constraint: rows wait in a copy, so that
those that refer to them find them again (deferred keys) before the transaction ends.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SOMETHING = "reactions IS NOT NULL OR shares IS NOT NULL OR comments IS NOT NULL"
UNIQUE = ("submission_id", "evidence_id", "taken_at")
UNIQUE_NAME = "uq_snapshot_submission_id_evidence_id_taken_at"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_snapshot(partial=True)
        return
    op.drop_constraint(UNIQUE_NAME, "snapshot")
    op.alter_column("snapshot", "reactions", nullable=True)
    op.drop_constraint("ck_snapshot_reactions", "snapshot")
    op.create_check_constraint(
        op.f("ck_snapshot_reactions"), "snapshot", "reactions IS NULL OR reactions >= 0"
    )
    op.create_check_constraint(op.f("ck_snapshot_something"), "snapshot", SOMETHING)


def downgrade() -> None:
    """Raises where a count lacks its reactions or was mended: older code cannot hold either."""
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_snapshot(partial=False)
        return
    op.drop_constraint("ck_snapshot_something", "snapshot")
    op.drop_constraint("ck_snapshot_reactions", "snapshot")
    op.create_check_constraint(op.f("ck_snapshot_reactions"), "snapshot", "reactions >= 0")
    op.alter_column("snapshot", "reactions", nullable=False)
    op.create_unique_constraint(UNIQUE_NAME, "snapshot", list(UNIQUE))


def _sqlite_snapshot(*, partial: bool) -> None:
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMPORARY TABLE snapshot_copy AS SELECT * FROM snapshot")
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER snapshot_no_{verb}")
    op.drop_table("snapshot")
    _create_snapshot(partial=partial)
    op.execute("INSERT INTO snapshot SELECT * FROM snapshot_copy")  # the same columns in order
    op.execute("DROP TABLE snapshot_copy")
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER snapshot_no_{verb.lower()} BEFORE {verb} ON snapshot "
            "BEGIN SELECT RAISE(ABORT, 'snapshot is append-only'); END"
        )


def _create_snapshot(*, partial: bool) -> None:
    op.create_table(
        "snapshot",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reactions", sa.Integer(), nullable=partial),
        sa.Column("reactions_by_kind", JSON, nullable=False),
        sa.Column("shares", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=True),
        sa.Column("raw", JSON, nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *_constraints(partial=partial),
    )
    op.create_index(
        "ix_snapshot_submission_id_taken_at", "snapshot", ["submission_id", "taken_at"]
    )
    late = sa.text("late_reason <> ''")
    op.create_index("ix_snapshot_late", "snapshot", ["submission_id"], sqlite_where=late)


def _constraints(*, partial: bool) -> list[sa.Constraint]:
    sources = "source IN ('graph', 'export', 'template', 'manual')"
    no_less = "reactions IS NULL OR reactions >= 0" if partial else "reactions >= 0"
    return [
        sa.CheckConstraint(sources, name=op.f("ck_snapshot_source")),
        sa.CheckConstraint("comments IS NULL OR comments >= 0", name=op.f("ck_snapshot_comments")),
        sa.CheckConstraint(no_less, name=op.f("ck_snapshot_reactions")),
        sa.CheckConstraint("shares IS NULL OR shares >= 0", name=op.f("ck_snapshot_shares")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_snapshot_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_snapshot_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.CheckConstraint(SOMETHING, name=op.f("ck_snapshot_something")) if partial
        else sa.UniqueConstraint(*UNIQUE, name=op.f(UNIQUE_NAME)),
    ]
