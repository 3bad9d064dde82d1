"""What models cannot say: an append-only audit trail, and PostgreSQL's two circular keys."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

# SQLite takes the circular keys within CREATE TABLE; PostgreSQL needs both tables first.
CIRCULAR = (
    ("contest", "revision_id", "profile_revision"),
    ("submission", "version_id", "clip_version"),
)

# Rows that are evidence: once written they are neither changed nor removed.
APPEND_ONLY = (
    "audit",
    "profile_revision",
    "snapshot",
    "late_approval",
    "correction",
    "correction_verdict",
    "flag_decision",
    "chair_decision",
    "review",
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        (_sqlite_guard if sqlite else _postgres_guard)(table)
    if not sqlite:
        for table, column, target in CIRCULAR:
            op.create_foreign_key(f"fk_{table}_{column}", table, target, [column], ["id"])
    op.execute("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")


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
    op.execute("DELETE FROM audit_head")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        if sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            op.execute(f"DROP FUNCTION {table}_append_only()")
    if not sqlite:
        for table, column, _ in CIRCULAR:
            op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
