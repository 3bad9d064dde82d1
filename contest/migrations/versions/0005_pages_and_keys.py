"""A Fanpage per contest, and stored keys that outlive the secret key. A database that holds
contests or people gets empty rows of stored keys: they become what its secret key gave until now."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

PURPOSES = ("invitations", "ledger salt", "result signature", "unit codes")
KINDS = ("credential", "policy", "no_page", "wrong_page", "manual")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("page_pause") as table:
        table.drop_constraint(op.f("ck_page_pause_kind"), type_="check")
        table.create_check_constraint(op.f("ck_page_pause_kind"), f"kind IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "stored_key",
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_key")),
        sa.UniqueConstraint("purpose", name=op.f("uq_stored_key_purpose")),
    )
    op.create_table(
        "page_connection",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.String(length=20), nullable=False),
        sa.Column("page_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("app_secret", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_access_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_page_connection_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_connection")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_page_connection_contest_id")),
    )
    _kinds(KINDS)
    held = sa.text('SELECT EXISTS (SELECT 1 FROM contest) OR EXISTS (SELECT 1 FROM "user")')
    if op.get_bind().execute(held).scalar():
        keys = sa.table("stored_key", sa.column("purpose"), sa.column("sealed"))
        op.bulk_insert(keys, [{"purpose": purpose, "sealed": ""} for purpose in PURPOSES])


def downgrade() -> None:
    op.execute("DELETE FROM page_pause WHERE kind = 'wrong_page'")
    _kinds(tuple(kind for kind in KINDS if kind != "wrong_page"))
    op.drop_table("page_connection")
    op.drop_table("stored_key")
