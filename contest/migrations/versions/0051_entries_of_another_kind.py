"""Pages drawn of a document, the files of a set of pictures, a text while it is being written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

import contest.models.base

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _key(table: str, column: str, of: str, *, nullable: bool = False) -> list[SchemaItem]:
    return [
        sa.Column(column, sa.Integer(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def _file() -> list[SchemaItem]:
    return [
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
    ]


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, contest.models.base.UtcDateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "leaf",
        *_key("leaf", "version_id", "clip_version"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *_file(),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("data", JSON, nullable=False),
        _moment("created_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('page', 'text')", name=op.f("ck_leaf_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaf")),
        sa.UniqueConstraint("version_id", "kind", "number",
                            name=op.f("uq_leaf_version_id_kind_number")),
    )
    op.create_table(
        "entry_part",
        *_key("entry_part", "submission_id", "submission"),
        *_key("entry_part", "version_id", "clip_version", nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        *_file(),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        _moment("created_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_part")),
    )
    op.create_index("ix_entry_part_submission_id_version_id", "entry_part",
                    ["submission_id", "version_id"])
    op.create_index("ix_entry_part_version_id", "entry_part", ["version_id"])
    op.create_table(
        "entry_text",
        *_key("entry_text", "submission_id", "submission"),
        sa.Column("body", sa.Text(), nullable=False),
        _moment("saved_at"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_text")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_entry_text_submission_id")),
    )


def downgrade() -> None:
    op.drop_table("entry_text")
    op.drop_table("entry_part")
    op.drop_table("leaf")
