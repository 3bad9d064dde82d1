"""Which contest follows which, who went on, and marks that are typed at the table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import contest.models.base

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = contest.models.base.UtcDateTime(timezone=True)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "round_link",
        _number("contest_id"), _number("previous_id"), _number("result_id"),
        sa.Column("begun_by", sa.String(length=64), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        _number("id"),
        _refers("round_link", "contest_id", "contest"),
        _refers("round_link", "previous_id", "contest"),
        _refers("round_link", "result_id", "result"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_link")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_round_link_contest_id")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_round_link_previous_id")),
    )
    op.create_table(
        "finalist",
        _number("contest_id"), _number("unit_id"), _number("submission_id"),
        _number("place"), _number("rank"),
        sa.Column("total", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        _number("entry_id", nullable=True),
        _number("id"),
        _refers("finalist", "contest_id", "contest"),
        _refers("finalist", "unit_id", "unit"),
        _refers("finalist", "submission_id", "submission"),
        _refers("finalist", "entry_id", "submission"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finalist")),
        sa.UniqueConstraint("contest_id", "place", name=op.f("uq_finalist_contest_id_place")),
    )
    op.create_index("ix_finalist_unit_id", "finalist", ["unit_id"])
    op.create_table(
        "live_round",
        _number("contest_id"),
        sa.Column("ordering", JSON, nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        _number("id"),
        _refers("live_round", "contest_id", "contest"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_round")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_live_round_contest_id")),
    )
    op.add_column("ballot", sa.Column("typed_by", sa.String(length=64), nullable=False,
                                      server_default=""))


    op.add_column("stage_show", sa.Column("live", sa.Boolean(), nullable=False,
                                          server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("stage_show", "live")
    op.drop_column("ballot", "typed_by")
    for table in ("live_round", "finalist", "round_link"):
        op.drop_table(table)
