"""A contest's own words for its mails; reminders sent and stopped; who was told by a person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(JSONB(), "postgresql")


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
    _push()


def _push() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("browser_key", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (unit_id IS NULL)",
                           name=op.f("ck_push_subscription_one_owner")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"],
                                name=op.f("fk_push_subscription_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"],
                                name=op.f("fk_push_subscription_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )
    for column in ("user_id", "unit_id"):
        op.create_index(f"ix_push_subscription_{column}", "push_subscription", [column])
    op.create_table(
        "push_message",
        sa.Column("contest_id", sa.Integer(), nullable=True),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("params", Json, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"],
                                name=op.f("fk_push_message_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_message")),
    )
    op.create_index("ix_push_message_subscription_id", "push_message", ["subscription_id"])


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
    for name in ("push_message", "push_subscription", "telling", "reminder_stop", "reminder", "letter_text"):
        op.drop_table(name)
