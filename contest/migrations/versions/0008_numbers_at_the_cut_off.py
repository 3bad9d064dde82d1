"""Numbers typed on the screen of the cut-off, and files that show a number and came after it.

Both tables are append-only, as the snapshots are that they belong to.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

TABLES = ("told_number", "snapshot_proof")


def upgrade() -> None:
    op.create_table(
        "told_number",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("client_id <> ''", name=op.f("ck_told_number_client_id")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_told_number_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_told_number_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_number")),
        sa.UniqueConstraint(
            "contest_id", "client_id", name=op.f("uq_told_number_contest_id_client_id")
        ),
        sa.UniqueConstraint("snapshot_id", name=op.f("uq_told_number_snapshot_id")),
    )
    op.create_table(
        "snapshot_proof",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_snapshot_proof_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_proof_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_proof")),
        sa.UniqueConstraint(
            "snapshot_id", "evidence_id", name=op.f("uq_snapshot_proof_snapshot_id_evidence_id")
        ),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        (_sqlite_guard if sqlite else _postgres_guard)(table)


def _sqlite_guard(table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _postgres_guard(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def downgrade() -> None:
    """The numbers stay as snapshots; that a file shows them is forgotten."""
    for table in TABLES:
        op.drop_table(table)
        if op.get_bind().dialect.name != "sqlite":
            op.execute(f"DROP FUNCTION {table}_append_only()")
