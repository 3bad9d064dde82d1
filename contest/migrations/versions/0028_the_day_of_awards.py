"""The hour of publication, the show on the stage, award reels."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("outcome = 'waiting'")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _contest() -> sa.Column[Any]:
    return sa.Column("contest_id", sa.Integer(), nullable=False)


def _of_contest(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f(f"fk_{table}_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    _releases()
    _shows()
    _reels()


def _releases() -> None:
    op.create_table(
        "planned_release", _contest(),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        _text("why_vi"), _text("why_en"),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.String(64), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'moved', 'cancelled', 'published', 'refused')",
            name=op.f("ck_planned_release_outcome"),
        ),
        *_of_contest("planned_release"),
    )
    op.create_index(
        "ix_planned_release_waiting", "planned_release", ["contest_id"], unique=True,
        sqlite_where=WAITING, postgresql_where=WAITING,
    )


def _shows() -> None:
    op.create_table(
        "stage_show", _contest(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("black", sa.Boolean(), nullable=False),
        sa.Column("playing", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pairing_hash", sa.String(64), nullable=False),
        sa.Column("pairing_until", INSTANT, nullable=True),
        sa.Column("remote_hash", sa.String(64), nullable=False),
        sa.Column("remote_until", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_stage_show_position")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_stage_show_contest_id")),
        *_of_contest("stage_show"),
    )


def _reels() -> None:
    op.create_table(
        "award_reel", _contest(),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done_s", sa.Double(), nullable=False),
        sa.Column("length_s", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        _text("error_vi"), _text("error_en"),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'ready', 'failed', 'cancelled')",
            name=op.f("ck_award_reel_state"),
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR sha256 <> ''", name=op.f("ck_award_reel_kept")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_award_reel_result_id")
        ),
        *_of_contest("award_reel"),
    )
    op.create_index(op.f("ix_award_reel_contest_id"), "award_reel", ["contest_id"])


def downgrade() -> None:
    for table in ("award_reel", "stage_show", "planned_release"):
        op.drop_table(table)
