"""Persons: requests about their data, what was erased, consents as they were given and withdrawn;
and texts of the audit trail beside it, where they can be erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("privacy_request", "consent_event", "audit_note", "tombstone", "audit_former")
# Only the form of a unit ticks consents, so the unit is who gave them; which browser is not known.
CARRIED = """
INSERT INTO consent_event
  (submission_id, purpose, act, given_by, session, notice_version, notice_sha256, at)
SELECT c.submission_id, c.purpose, '{act}', 'unit:' || s.unit_id, '', c.notice_version,
  c.notice_sha256, c.{at}
FROM consent c JOIN submission s ON s.id = c.submission_id
WHERE c.{at} IS NOT NULL ORDER BY c.{at}, c.id
"""


def upgrade() -> None:
    op.create_table(
        "tombstone",
        sa.Column("contest_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("erased_by", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_tombstone_contest_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    op.create_index("ix_tombstone_subject", "tombstone", ["subject", "field"])
    op.create_table(
        "audit_note",
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_note")),
    )
    op.create_index("ix_audit_note_audit_seq", "audit_note", ["audit_seq"])
    op.create_table(
        "consent_event",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("notice_version", sa.String(length=32), nullable=False),
        sa.Column("notice_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "act IN ('given', 'withdrawn')",
            name=op.f("ck_consent_event_act"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_consent_event_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    op.create_index("ix_consent_event_submission_id", "consent_event", ["submission_id"])
    op.create_table(
        "privacy_request",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("person_phone", sa.String(length=32), nullable=False),
        sa.Column("person_email", sa.String(length=254), nullable=False),
        sa.Column("account", sa.String(length=500), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("with_clip", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("vouched_by", sa.String(length=64), nullable=True),
        sa.Column("vouched_how", sa.Text(), nullable=False),
        sa.Column("confirm_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=False),
        sa.Column("spared", JSON, nullable=False),
        sa.Column("also", JSON, nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("second_by", sa.String(length=64), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_sha256", sa.String(length=64), nullable=False),
        sa.Column("archive_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "extended_at IS NULL OR extension_reason <> ''",
            name=op.f("ck_privacy_request_extension"),
        ),
        sa.CheckConstraint(
            "kind IN ('see', 'correct', 'withdraw', 'erase', 'object')",
            name=op.f("ck_privacy_request_kind"),
        ),
        sa.CheckConstraint(
            "proof IN ('none', 'unit', 'mail', 'vouched')",
            name=op.f("ck_privacy_request_proof"),
        ),
        sa.CheckConstraint(
            "role IN ('author', 'contact', 'staff', 'sharer')",
            name=op.f("ck_privacy_request_role"),
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'received', 'answered', 'refused', 'done',"
            " 'taken_back', 'lapsed')",
            name=op.f("ck_privacy_request_state"),
        ),
        sa.CheckConstraint(
            "second_by IS NULL OR second_by <> decided_by",
            name=op.f("ck_privacy_request_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_privacy_request_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_privacy_request_submission_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_privacy_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sa.UniqueConstraint("code", name=op.f("uq_privacy_request_code")),
    )
    op.create_index(
        "ix_privacy_request_contest_id_state", "privacy_request", ["contest_id", "state"]
    )
    op.create_table(
        "audit_former",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_former")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_former_seq")),
    )
    op.add_column(
        "evidence", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("result", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "result", sa.Column("erased_bundle_sha256", sa.String(length=64), server_default="", nullable=False)
    )
    op.execute(CARRIED.format(act="given", at="given_at"))
    op.execute(CARRIED.format(act="withdrawn", at="withdrawn_at"))


def downgrade() -> None:
    op.drop_column("result", "erased_bundle_sha256")
    op.drop_column("result", "erased_at")
    op.drop_column("evidence", "erased_at")
    for table in TABLES:
        op.drop_table(table)
