"""Sheets of codes for many units, made by the worker; an index for each order in which lists are
offered.

Titles are sorted as people read them, with numbers by their size. PostgreSQL keeps that in an index
of the expression (``services/core/search.py``: ``sortable``, as it stood); on SQLite it is a
function of ours, which an index may not need, for other programs open the file as well.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0041"
down_revision: str | None = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
MARKS, DIGITS = r"[\u0300-\u036F]", 10
BY_STATE = (  # the index before it, the table, the columns
    ("ix_submission_contest_id_state", "submission", ["contest_id", "state"], "updated_at"),
    ("ix_outbox_contest_id_state", "outbox", ["contest_id", "state"], "id"),
)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
UNDER_WAY = sa.text("state IN ('waiting', 'working')")


def upgrade() -> None:
    op.create_table(
        "unit_sheet",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_ids", JSON, nullable=False),
        sa.Column("link_ids", JSON, nullable=False),
        sa.Column("rotate", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("error_vi", sa.Text(), nullable=False),
        sa.Column("error_en", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'ready', 'failed', 'cancelled', 'gone')",
            name=op.f("ck_unit_sheet_state"),
        ),
        sa.CheckConstraint(
            "(state = 'ready') = (sha256 <> '')", name=op.f("ck_unit_sheet_kept")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_unit_sheet_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_sheet")),
    )
    op.create_index(op.f("ix_unit_sheet_contest_id"), "unit_sheet", ["contest_id"])
    op.create_index(
        "ix_unit_sheet_under_way", "unit_sheet", ["contest_id"], unique=True,
        sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY,
    )
    for before, table, columns, last in BY_STATE:
        op.create_index(f"{before}_{last}", table, [*columns, last])
        op.drop_index(before, table)
    if op.get_bind().dialect.name == "postgresql":
        titles = f"(contest_id, {_sortable('title')}, code)"
        op.execute(f"CREATE INDEX ix_submission_sorted_title ON submission {titles}")


def _sortable(column: str) -> str:
    bare = f"regexp_replace(normalize({column}, NFD), '{MARKS}', '', 'g')"
    folded = f"lower(translate({bare}, 'đĐ', 'dd'))"
    wide = rf"regexp_replace({folded}, '([0-9]+)', '{'0' * DIGITS}\1', 'g')"
    return rf"""(regexp_replace({wide}, '0*([0-9]{{{DIGITS},}})', '\1', 'g') COLLATE "C")"""


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_submission_sorted_title", "submission")
    for before, table, columns, last in BY_STATE:
        op.create_index(before, table, columns)
        op.drop_index(f"{before}_{last}", table)
    op.drop_table("unit_sheet")
