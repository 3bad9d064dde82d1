"""Posts of clips on other platforms, their counts, who agreed to them, what shows them; papers of
participation.

Counts, agreements and proofs are append-only: no figure changes, and a row goes only with a dry
run (0029). The reason of a late count is a person's text, which an erasure may take out.
"""

import sqlalchemy as sa
from alembic import op

import contest.models.base

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels = None
depends_on = None

COUNTS = ("likes", "shares", "comments", "views")
STANDS = "withdrawn_at IS NULL"
ENDING = "EXISTS (SELECT 1 FROM trial_end)"  # a dry run takes its rows along (0029)
PAPERS = {"document_pdf": ("minutes", "decision", "certificates"),
          "document_template": ("minutes", "decision", "certificates", "qr_sheet")}
FIXED = {
    "platform_count": ("id", "post_id", "client_id", *COUNTS, "taken_at", "created_by",
                       "created_at"),
    "platform_approval": ("id", "count_id", "entered_by", "approved_by", "created_at"),
    "platform_proof": ("id", "count_id", "evidence_id", "created_by", "created_at"),
}


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, contest.models.base.UtcDateTime(timezone=True), nullable=nullable)


def _by(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _posts()
    _counts()
    _beside_counts()
    _papers("participation")
    (_guard_sqlite if op.get_bind().dialect.name == "sqlite" else _guard_postgres)()


def downgrade() -> None:
    for table in PAPERS:
        kind = sa.column("kind", sa.String)
        op.execute(sa.delete(sa.table(table, kind)).where(kind == "participation"))
    _papers()
    for table in ("platform_proof", "platform_approval", "platform_count", "platform_post"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION platform_append_only()")


def _papers(*more: str) -> None:
    """Which kinds of papers there are."""
    for table, kinds in PAPERS.items():
        listed = ", ".join(f"'{kind}'" for kind in (*kinds, *more))
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_kind"), f"kind IN ({listed})")


def _posts() -> None:
    op.create_table(
        "platform_post",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("post_key", sa.String(length=500), nullable=False),
        _by("created_by"), _moment("created_at"),
        _by("withdrawn_by", nullable=True), _moment("withdrawn_at", nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("post_key <> ''", name=op.f("ck_platform_post_post_key")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_platform_post_withdrawn"),
        ),
        _refers("platform_post", "contest_id", "contest"),
        _refers("platform_post", "submission_id", "submission"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_post")),
    )
    for name, columns in (("one", ["submission_id", "platform"]),
                          ("post_key", ["contest_id", "post_key"])):
        op.create_index(
            f"ix_platform_post_{name}", "platform_post", columns, unique=True,
            sqlite_where=sa.text(STANDS), postgresql_where=sa.text(STANDS),
        )


def _counts() -> None:
    op.create_table(
        "platform_count",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in COUNTS),
        _moment("taken_at"),
        sa.Column("late_reason", sa.Text(), nullable=False),
        _by("created_by"), _moment("created_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(f"{name} IS NULL OR {name} >= 0",
                             name=op.f(f"ck_platform_count_{name}")) for name in COUNTS),
        sa.CheckConstraint(
            "COALESCE(likes, shares, comments, views) IS NOT NULL",
            name=op.f("ck_platform_count_something"),
        ),
        _refers("platform_count", "post_id", "platform_post"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_count")),
        sa.UniqueConstraint(
            "post_id", "client_id", name=op.f("uq_platform_count_post_id_client_id")
        ),
    )
    op.create_index(
        "ix_platform_count_post_id_taken_at", "platform_count", ["post_id", "taken_at"]
    )


def _beside_counts() -> None:
    op.create_table(
        "platform_approval",
        sa.Column("count_id", sa.Integer(), nullable=False),
        _by("entered_by"), _by("approved_by"), _moment("created_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "entered_by <> approved_by", name=op.f("ck_platform_approval_two_people")
        ),
        _refers("platform_approval", "count_id", "platform_count"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_approval")),
        sa.UniqueConstraint("count_id", name=op.f("uq_platform_approval_count_id")),
    )
    op.create_table(
        "platform_proof",
        sa.Column("count_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        _by("created_by"), _moment("created_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        _refers("platform_proof", "count_id", "platform_count"),
        _refers("platform_proof", "evidence_id", "evidence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_proof")),
        sa.UniqueConstraint(
            "count_id", "evidence_id", name=op.f("uq_platform_proof_count_id_evidence_id")
        ),
    )


def _guard_sqlite() -> None:
    for table, fixed in FIXED.items():
        refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {', '.join(fixed)} ON "
                   f"{table} {refused}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                   f"WHEN NOT {ENDING} {refused}")


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION platform_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF {ENDING} THEN RETURN OLD; "
        "END IF; END IF; RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table, fixed in FIXED.items():
        for name, when in (("update", f"UPDATE OF {', '.join(fixed)}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION platform_append_only()"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION platform_append_only()"
        )
