"""How long data of persons are kept: who opened what, and exceptions from retention.

The log of openings is append-only: no row changes, and a row goes only up to the id that a
tombstone of its contest names.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

SWEPT = """EXISTS (SELECT 1 FROM tombstone t WHERE t.contest_id = OLD.contest_id
  AND CASE WHEN t.subject = 'access_log' THEN CAST(t.field AS INTEGER) >= OLD.id ELSE {no} END)"""
ENDING = "EXISTS (SELECT 1 FROM trial_end)"  # a dry run takes its rows along (0029)
REFUSED = "access_log is append-only"


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "what IN ('contacts', 'original', 'export', 'signed_form', 'evidence', 'person')",
            name=op.f("ck_access_log_what"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_access_log_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_contest_id_id", "access_log", ["contest_id", "id"])
    op.create_index("ix_access_log_subject", "access_log", ["subject", "actor", "at"])
    op.create_table(
        "retention_hold",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_retention_hold_reason")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_retention_hold_lifted")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_retention_hold_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_hold")),
    )
    op.create_index("ix_retention_hold_contest_id", "retention_hold", ["contest_id"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER access_log_append_only ON access_log")
        op.execute("DROP TRIGGER access_log_no_truncate ON access_log")
    op.drop_table("retention_hold")
    op.drop_table("access_log")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION access_log_append_only()")


def _guard_sqlite() -> None:
    refused = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    op.execute(f"CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log {refused}")
    op.execute(
        "CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log "
        f"WHEN NOT ({SWEPT.format(no=0)} OR {ENDING}) {refused}"
    )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION access_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF {SWEPT.format(no='FALSE')} OR {ENDING} THEN RETURN OLD; "
        "END IF; END IF; "
        f"RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log "
        "FOR EACH ROW EXECUTE FUNCTION access_log_append_only()"
    )
    op.execute(
        "CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_log_append_only()"
    )
