"""Counts field by field; a share ledger whose lines can be late, voided, and told by several.

A count may lack its reactions; a slip may be mended with the same evidence in the same minute. What
ledgers held before counted as all of a clip's shares, and stays so: a statement says it.
``snapshot`` is made anew on SQLite, for it cannot drop a constraint: rows wait in a copy, so that
those that refer to them find them again (deferred keys) before the transaction ends.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SOMETHING = "reactions IS NOT NULL OR shares IS NOT NULL OR comments IS NOT NULL"
TWO_PEOPLE = "agreed_by IS NULL OR agreed_by <> created_by"
ADDED = (
    "identity", "profile", "day", "late_reason", "agreed_by", "agreed_at", "void_id", "voided",
)
PARTS = (
    ("ix_share_record_late", "submission_id", "late_reason <> ''"),
    ("ix_share_record_void_id", "void_id", "void_id IS NOT NULL"),
)
UNIQUE = ("submission_id", "evidence_id", "taken_at")
UNIQUE_NAME = "uq_snapshot_submission_id_evidence_id_taken_at"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_snapshot(partial=True)
    else:
        _postgres_snapshot()
    _create_void()
    _create_statement()
    _correction_columns()
    _ledger_columns()
    _identify()
    _bind_ledger()
    op.execute(
        "INSERT INTO ledger_statement (submission_id, state, late_reason, created_by, created_at) "
        "SELECT submission_id, 'complete', '', 'system', MIN(created_at) FROM share_record "
        "GROUP BY submission_id ORDER BY submission_id"
    )


def downgrade() -> None:
    """Raises where a count lacks its reactions or was mended: older code cannot hold either.

    Of the ledger only what counts stays: the best line of each account and link.
    """
    _unbind_ledger()
    for name in ("identities_out", "shares_snapshot_id"):
        op.drop_column("correction", name)
    op.drop_table("ledger_statement")
    op.drop_table("ledger_void")
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_snapshot(partial=False)
        return
    op.drop_constraint("ck_snapshot_something", "snapshot")
    op.drop_constraint("ck_snapshot_reactions", "snapshot")
    op.create_check_constraint(op.f("ck_snapshot_reactions"), "snapshot", "reactions >= 0")
    op.alter_column("snapshot", "reactions", nullable=False)
    op.create_unique_constraint(UNIQUE_NAME, "snapshot", list(UNIQUE))


def _postgres_snapshot() -> None:
    op.drop_constraint(UNIQUE_NAME, "snapshot")
    op.alter_column("snapshot", "reactions", nullable=True)
    op.drop_constraint("ck_snapshot_reactions", "snapshot")
    op.create_check_constraint(
        op.f("ck_snapshot_reactions"), "snapshot", "reactions IS NULL OR reactions >= 0"
    )
    op.create_check_constraint(op.f("ck_snapshot_something"), "snapshot", SOMETHING)


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


# ----------------------------------------------------------------------------------- the ledger


def _create_void() -> None:
    op.create_table(
        "ledger_void",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'refused', 'withdrawn')",
            name=op.f("ck_ledger_void_state"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_ledger_void_reason")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> created_by", name=op.f("ck_ledger_void_two_people")
        ),
        sa.CheckConstraint(
            "(decided_by IS NOT NULL) = (state IN ('agreed', 'refused'))",
            name=op.f("ck_ledger_void_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_ledger_void_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_ledger_void_evidence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_void")),
    )
    op.create_index("ix_ledger_void_contest_id", "ledger_void", ["contest_id", "state"])


def _create_statement() -> None:
    op.create_table(
        "ledger_statement",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.String(length=64), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('complete', 'partial', 'none')", name=op.f("ck_ledger_statement_state")
        ),
        sa.CheckConstraint(TWO_PEOPLE, name=op.f("ck_ledger_statement_two_people")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_ledger_statement_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_ledger_statement_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_statement")),
    )
    op.create_index(
        "ix_ledger_statement_submission_id", "ledger_statement", ["submission_id"]
    )


def _correction_columns() -> None:
    """Added in place: a table made anew would lose its guards."""
    json = "JSON" if op.get_bind().dialect.name == "sqlite" else "JSONB"
    op.execute(
        "ALTER TABLE correction ADD COLUMN shares_snapshot_id INTEGER "
        "CONSTRAINT fk_correction_shares_snapshot_id REFERENCES snapshot (id)"
    )
    op.execute(f"ALTER TABLE correction ADD COLUMN identities_out {json} NOT NULL DEFAULT '[]'")


def _ledger_columns() -> None:
    for column in (
        sa.Column("identity", sa.String(length=255), nullable=True),
        sa.Column("profile", sa.String(length=500), nullable=False, server_default=""),
        sa.Column("day", sa.String(length=10), nullable=False, server_default=""),
        sa.Column("late_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("agreed_by", sa.String(length=64), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_id", sa.Integer(), nullable=True),
        sa.Column("voided", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("share_record", column)


def _identify() -> None:
    """Until now an account was its name, without case, in Unicode NFC."""
    connection, last = op.get_bind(), 0
    some = sa.text("SELECT id, account FROM share_record WHERE id > :last ORDER BY id LIMIT 5000")
    while rows := connection.execute(some, {"last": last}).all():
        connection.execute(
            sa.text("UPDATE share_record SET identity = :identity WHERE id = :id"),
            [{"id": number, "identity": _identity(account)} for number, account in rows],
        )
        last = rows[-1][0]


def _identity(account: str) -> str:
    folded = " ".join(unicodedata.normalize("NFC", account).casefold().split())
    return f"n:{folded}"[:255]


def _bind_ledger() -> None:
    with op.batch_alter_table("share_record") as batch:
        batch.drop_constraint("uq_share_record_submission_id_account_link", type_="unique")
        batch.alter_column("identity", existing_type=sa.String(length=255), nullable=False)
        for name in ("profile", "day", "late_reason", "voided"):
            batch.alter_column(name, server_default=None)
        batch.create_check_constraint(op.f("ck_share_record_identity"), "identity <> ''")
        batch.create_check_constraint(op.f("ck_share_record_two_people"), TWO_PEOPLE)
        batch.create_foreign_key(
            op.f("fk_share_record_void_id"), "ledger_void", ["void_id"], ["id"]
        )
    for column in ("submission_id", "evidence_id"):
        op.create_index(f"ix_share_record_{column}", "share_record", [column])
    for name, column, where in PARTS:
        found = sa.text(where)
        op.create_index(
            name, "share_record", [column], sqlite_where=found, postgresql_where=found
        )


def _unbind_ledger() -> None:
    op.execute("DELETE FROM share_record WHERE voided OR (late_reason <> '' AND agreed_by IS NULL)")
    op.execute(
        "DELETE FROM share_record WHERE EXISTS (SELECT 1 FROM share_record o "
        "WHERE o.submission_id = share_record.submission_id AND o.account = share_record.account "
        "AND o.link = share_record.link AND (o.count > share_record.count "
        "OR (o.count = share_record.count AND o.id < share_record.id)))"
    )
    for name, *_ in PARTS:
        op.drop_index(name, "share_record")
    for column in ("evidence_id", "submission_id"):
        op.drop_index(f"ix_share_record_{column}", "share_record")
    with op.batch_alter_table("share_record") as batch:
        batch.drop_constraint("fk_share_record_void_id", type_="foreignkey")
        for name in ("two_people", "identity"):
            batch.drop_constraint(op.f(f"ck_share_record_{name}"), type_="check")
        for column in ADDED:
            batch.drop_column(column)
        batch.create_unique_constraint(
            op.f("uq_share_record_submission_id_account_link"),
            ["submission_id", "account", "link"],
        )
