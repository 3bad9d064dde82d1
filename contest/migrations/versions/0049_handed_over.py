"""Entries handed from one contest to another, and which contest stands below which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import contest.models.base

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
LIVE = "state IN ('offered', 'accepted')"


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, contest.models.base.UtcDateTime(timezone=True), nullable=nullable)


def _to(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade() -> None:
    _handover()
    _level_link()


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("source_contest_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("packet", JSON, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        _moment("let_go_at"),
        sa.Column("with_clip", sa.Boolean(), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.String(length=64), nullable=False),
        _moment("offered_at", nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        _moment("decided_at"),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('offered', 'accepted', 'declined', 'withdrawn')",
                           name=op.f("ck_handover_state")),
        sa.CheckConstraint("reason IN ('level', 'round')", name=op.f("ck_handover_reason")),
        sa.CheckConstraint("state <> 'accepted' OR submission_id IS NOT NULL",
                           name=op.f("ck_handover_entry")),
        sa.CheckConstraint("(source_id IS NOT NULL) <> (sha256 <> '')",
                           name=op.f("ck_handover_source")),
        *(_to("handover", name, target) for name, target in (
            ("contest_id", "contest"), ("source_contest_id", "contest"),
            ("source_id", "submission"), ("version_id", "clip_version"),
            ("root_id", "submission"), ("unit_id", "unit"), ("submission_id", "submission"),
        )),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_live", "handover", ["contest_id", "origin"], unique=True,
                    sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE))
    op.create_index("ix_handover_contest_id_state", "handover", ["contest_id", "state"])
    for name in ("source_id", "source_contest_id", "submission_id", "root_id", "sha256"):
        op.create_index(f"ix_handover_{name}", "handover", [name])


def _level_link() -> None:
    op.create_table(
        "level_link",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("child_key", sa.String(length=64), nullable=False),
        sa.Column("child_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        _moment("created_at", nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        _moment("decided_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'confirmed', 'refused', 'ended')",
                           name=op.f("ck_level_link_state")),
        sa.CheckConstraint("(child_id IS NOT NULL) <> (child_key <> '')",
                           name=op.f("ck_level_link_child")),
        *(_to("level_link", name, target) for name, target in (
            ("contest_id", "contest"), ("child_id", "contest"), ("unit_id", "unit"),
        )),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_link")),
        sa.UniqueConstraint("contest_id", "child_id",
                            name=op.f("uq_level_link_contest_id_child_id")),
    )
    op.create_index("ix_level_link_child_id", "level_link", ["child_id"])
    op.create_index("ix_level_link_contest_id_child_key", "level_link",
                    ["contest_id", "child_key"])


def downgrade() -> None:
    op.drop_table("level_link")
    op.drop_table("handover")
