"""A contest's own words for its mails; reminders sent and stopped; who was told by a person."""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _table(
        "letter_text", ["contest_id", "letter", "language"],
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_letter_text_language")),
    )
    _table(
        "reminder", ["contest_id", "about", "subject", "deadline", "hours"],
        *_what(),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('sent', 'spared')", name=op.f("ck_reminder_state")),
    )
    _table(
        "reminder_stop", ["contest_id", "about", "deadline", "hours"],
        *_what(),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("stopped_by", sa.String(length=64), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
    )
    _table(
        "telling", ["contest_id", "about", "subject", "deadline"],
        *_what(),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("told_by", sa.String(length=64), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
    )


def _what() -> tuple[sa.schema.SchemaItem, ...]:
    return (sa.Column("about", sa.String(length=16), nullable=False),
            sa.Column("deadline", MOMENT, nullable=False))


def _table(name: str, key: list[str], *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("contest_id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"],
                                name=op.f(f"fk_{name}_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*key, name=op.f(f"uq_{name}_{'_'.join(key)}")),
    )


def downgrade() -> None:
    for name in ("telling", "reminder_stop", "reminder", "letter_text"):
        op.drop_table(name)
