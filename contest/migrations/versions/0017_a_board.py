"""A board that votes about clips, and its chair."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("role_grant") as table:
        table.add_column(
            sa.Column("chair", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.create_check_constraint(
            op.f("ck_role_grant_chair"), "role = 'reviewer' OR NOT chair"
        )
    op.create_index(
        "uq_role_grant_chair", "role_grant", ["contest_id"], unique=True,
        sqlite_where=sa.text("chair"), postgresql_where=sa.text("chair"),
    )
    _votes()


def _votes() -> None:
    op.create_table(
        "review_vote",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("profile_revision_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("casting", sa.Boolean(), nullable=False),
        sa.Column(
            "checklist", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        *_rules(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_vote")),
    )
    op.create_index(
        "ix_review_vote_submission_id", "review_vote", ["submission_id", "version_id"]
    )
    op.create_index("ix_review_vote_given_at", "review_vote", ["given_at"])
    op.create_index(
        "uq_review_vote_in_force", "review_vote", ["version_id", "member_id"], unique=True,
        sqlite_where=sa.text("ended = ''"), postgresql_where=sa.text("ended = ''"),
    )


def _rules() -> list[sa.Constraint]:
    checks = {
        "outcome": "outcome IN ('approve', 'changes', 'reject', 'excused')",
        "ended": "ended IN ('', 'changed', 'withdrawn', 'removed', 'decided')",
        "reason": "outcome = 'approve' OR reason <> ''",
        "until": "(outcome = 'changes') = (until IS NOT NULL)",
        "end": "(ended = '') = (ended_at IS NULL)",
        "decided": "(ended = 'decided') = (review_id IS NOT NULL)",
    }
    keys = {
        "submission_id": "submission", "version_id": "clip_version", "member_id": "user",
        "profile_revision_id": "profile_revision", "review_id": "review",
    }
    return [
        *(sa.CheckConstraint(rule, name=op.f(f"ck_review_vote_{name}"))
          for name, rule in checks.items()),
        *(sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_review_vote_{column}"))
          for column, table in keys.items()),
    ]


def downgrade() -> None:
    op.drop_table("review_vote")
    op.drop_index("uq_role_grant_chair", "role_grant")
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint(op.f("ck_role_grant_chair"), type_="check")
        table.drop_column("chair")
