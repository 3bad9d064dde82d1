"""Dry runs: of which contest one is, who began it; and guards that let its rows go when it ends.

While a row stands in ``trial_end`` (never beyond the transaction that writes it) append-only tables
let rows be deleted. The audit trail, its notes and tombstones never do.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

STAY = frozenset({"audit", "audit_note", "tombstone"})
ENDING = "EXISTS (SELECT 1 FROM trial_end)"


def upgrade() -> None:
    for column in ("trial_of", "trial_by"):
        op.add_column("contest", sa.Column(column, sa.Integer(), nullable=True))
    op.create_table(
        "trial_end",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_end")),
    )
    for table in _guarded():
        _guard(table, ending=True)


def downgrade() -> None:
    for table in _guarded():
        _guard(table, ending=False)
    op.drop_table("trial_end")
    for column in ("trial_by", "trial_of"):
        op.drop_column("contest", column)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guarded() -> list[str]:
    """The append-only tables whose rows a dry run takes along."""
    query = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' "
        "AND name = tbl_name || '_no_delete'"
        if _sqlite() else
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname = c.relname || '_append_only'"
    )
    found = {str(name) for name in op.get_bind().execute(sa.text(query)).scalars()}
    return sorted(found - STAY)


def _guard(table: str, *, ending: bool) -> None:
    refused = f"'{table} is append-only'"
    if _sqlite():
        when = f"WHEN NOT {ENDING} " if ending else ""
        op.execute(f"DROP TRIGGER {table}_no_delete")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {when}"
                   f"BEGIN SELECT RAISE(ABORT, {refused}); END")
        return
    let = f"IF TG_OP = 'DELETE' AND {ENDING} THEN RETURN NULL; END IF; " if ending else ""
    op.execute(f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger "
               f"LANGUAGE plpgsql AS $$ BEGIN {let}RAISE EXCEPTION {refused}; END $$")
