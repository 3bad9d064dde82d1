"""Indexes from which pages of a large contest are read: a juror's own ballots, units' clips, mails
about an entry, late counts on other platforms, posts whose counts are unread."""

import sqlalchemy as sa
from alembic import op

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels = None
depends_on = None

WIDER = {  # index -> table, columns, and how many of these another index had before
    "ix_ballot_juror_id_state_submission_id": ("ballot", ("juror_id", "state", "submission_id"), 2),
    "ix_submission_contest_id_unit_id_state_version_id": (
        "submission", ("contest_id", "unit_id", "state", "version_id"), 3),
}
NEW = {
    "ix_ballot_juror_id_rubric_points": ("juror_id", "rubric", "points", "submission_id", "state"),
    "ix_ballot_juror_id_updated_at": ("juror_id", "updated_at"),
}
FEW = {  # of thousands of rows: index -> table, column, which rows
    "ix_platform_count_late": ("platform_count", "post_id", "late_reason <> ''"),
    "ix_publication_error": ("publication", "submission_id", "error <> ''"),
}
OF_PARAMS = {"sqlite": "json_extract(params, '$.submission_id')",
            "postgresql": "CAST(params ->> 'submission_id' AS INTEGER)"}


def upgrade() -> None:
    for name, (table, columns, known) in WIDER.items():
        op.create_index(name, table, columns)
        op.drop_index(f"ix_{table}_{'_'.join(columns[:known])}", table)
    for name, columns in NEW.items():
        op.create_index(name, "ballot", columns)
    for name, (table, column, where) in FEW.items():
        op.create_index(name, table, [column], sqlite_where=sa.text(where),
                        postgresql_where=sa.text(where))
    op.add_column("mail", sa.Column("submission_id", sa.Integer(), nullable=True))
    found = OF_PARAMS[op.get_bind().dialect.name]
    op.execute(f"UPDATE mail SET submission_id = {found}")  # noqa: S608 - one of the two above
    op.create_index("ix_mail_submission_id_template", "mail", ["submission_id", "template"])


def downgrade() -> None:
    op.drop_index("ix_mail_submission_id_template", "mail")
    with op.batch_alter_table("mail") as table:
        table.drop_column("submission_id")
    for name, (table_name, *_) in FEW.items():
        op.drop_index(name, table_name)
    for name in NEW:
        op.drop_index(name, "ballot")
    for name, (table_name, columns, known) in WIDER.items():
        op.create_index(f"ix_{table_name}_{'_'.join(columns[:known])}", table_name, columns[:known])
        op.drop_index(name, table_name)
