"""Indexes in the order in which lists are shown: entries that other contests hand over, the posts
that stand elsewhere, units by group and name.

Units are sorted as people read their names; PostgreSQL keeps that in an index of the expression
(``services/core/search.py``: ``sortable``), as it does for titles (0041).
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels = None
depends_on = None

MARKS, DIGITS = r"[\u0300-\u036F]", 10
WIDER = {"ix_handover_contest_id_state": ("contest_id", "state"),
         "ix_handover_source_contest_id": ("source_contest_id",)}
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    for before, columns in WIDER.items():
        op.create_index(f"{before}_id", "handover", [*columns, "id"])
        op.drop_index(before, "handover")
    op.create_index(
        "ix_platform_post_contest_id_platform", "platform_post", ["contest_id", "platform"],
        sqlite_where=STANDS, postgresql_where=STANDS,
    )
    if op.get_bind().dialect.name == "postgresql":
        keys = ", ".join(_sortable(column) for column in ('"group"', "name"))
        op.execute(f"CREATE INDEX ix_unit_sorted_name ON unit (contest_id, {keys}, id)")


def _sortable(column: str) -> str:
    bare = f"regexp_replace(normalize({column}, NFD), '{MARKS}', '', 'g')"
    folded = f"lower(translate({bare}, 'đĐ', 'dd'))"
    wide = rf"regexp_replace({folded}, '([0-9]+)', '{'0' * DIGITS}\1', 'g')"
    return rf"""(regexp_replace({wide}, '0*([0-9]{{{DIGITS},}})', '\1', 'g') COLLATE "C")"""


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_unit_sorted_name", "unit")
    op.drop_index("ix_platform_post_contest_id_platform", "platform_post")
    for before, columns in WIDER.items():
        op.create_index(before, "handover", list(columns))
        op.drop_index(f"{before}_id", "handover")
