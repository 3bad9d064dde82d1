"""By what spellings of one share's link are known as one, a column beside the link; and until when
the token of the installation's own Page holds.

Lines that are there get their key from ``social.links`` as it is when this runs.
"""

import sqlalchemy as sa
from alembic import op

from social.links import share_key

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "share_record",
        sa.Column("link_key", sa.String(length=500), nullable=False, server_default=""),
    )
    connection, last = op.get_bind(), 0
    some = sa.text(
        "SELECT id, link FROM share_record WHERE id > :last AND link <> '' ORDER BY id LIMIT 5000"
    )
    while rows := connection.execute(some, {"last": last}).all():
        connection.execute(
            sa.text("UPDATE share_record SET link_key = :key WHERE id = :id"),
            [{"id": number, "key": share_key(link) or link} for number, link in rows],
        )
        last = rows[-1][0]


    op.create_table(
        "shared_page",
        sa.Column("page_id", sa.String(length=64), nullable=False),
        sa.Column("page_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_access_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_page")),
        sa.UniqueConstraint("page_id", name=op.f("uq_shared_page_page_id")),
    )


def downgrade() -> None:
    op.drop_table("shared_page")
    op.drop_column("share_record", "link_key")
