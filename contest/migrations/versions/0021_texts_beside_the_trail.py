"""Texts leave the audit trail: they become notes that can be erased, of which the trail keeps a
salted hash. Old rows are sealed anew; each keeps its former hash, and a last row says so. Evidence
bundles name no row of the trail, so they hold as before.

Guards of append-only tables let one change through from now on: an erasure, of a row that has a
tombstone, in the columns where people type.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# An append-only table -> the columns in which an erasure may change something.
ERASABLE: dict[str, tuple[str, ...]] = {
    "profile_revision": ("source", "content", "reason"),
    "snapshot": ("raw", "late_reason"),
    "correction": ("accounts_out", "identities_out", "reason"),
    "flag_decision": ("key", "numbers", "reason"),
    "chair_decision": ("reason",),
    "review": ("reason", "note"),
    "audit_note": ("salt", "value", "erased_at"),
}
NEW = ("audit_note", "consent_event", "tombstone")  # append-only from now on

# As contest/models/audit.py has it today.
NOTE = "$note"
FREE = frozenset({
    "account", "accounts_out", "changes", "comment", "device", "email", "link", "name", "names",
    "note", "numbers", "page_name", "permalink", "phone", "reason", "late_reason", "title", "error",
})
CODE = re.compile(r"[A-Za-z0-9_.:+/-]{0,200}")
AUDIT = sa.table(
    "audit", sa.column("id", sa.Integer), sa.column("seq", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)), sa.column("contest_id", sa.Integer),
    sa.column("actor", sa.String), sa.column("action", sa.String), sa.column("subject", sa.String),
    sa.column("before", JSON), sa.column("after", JSON), sa.column("prev_hash", sa.String),
    sa.column("hash", sa.String),
)
FORMER = sa.table("audit_former", sa.column("seq", sa.Integer), sa.column("hash", sa.String))
NOTES = sa.table(
    "audit_note", sa.column("audit_seq", sa.Integer), sa.column("sha256", sa.String),
    sa.column("salt", sa.String), sa.column("value", JSON),
    sa.column("erased_at", sa.DateTime(timezone=True)),
)
HEAD = sa.table("audit_head", sa.column("seq", sa.Integer), sa.column("hash", sa.String))
BATCH = 1000


def upgrade() -> None:
    _unguard("audit")
    notes, sealed = _resealed(_without_texts)
    if notes:
        _say(sealed, notes)
    _guard("audit", ())
    for table in NEW:
        _guard(table, ERASABLE.get(table, ()))
    for table in ERASABLE.keys() - set(NEW):
        _unguard(table)
        _guard(table, ERASABLE[table])


def downgrade() -> None:
    for table in NEW:
        _unguard(table)
    for table in ERASABLE.keys() - set(NEW):
        _unguard(table)
        _guard(table, ())
    _unguard("audit")
    op.get_bind().execute(sa.delete(FORMER))
    _resealed(_with_texts)
    for rows in (NOTES, FORMER):
        op.get_bind().execute(sa.delete(rows))
    _guard("audit", ())


# ---------------------------------------------------------------------------- the chain


def _resealed(change: Any) -> tuple[int, str]:
    """Seal every row anew, its ``before`` and ``after`` changed; how many texts moved, and the
    former head."""
    connection, previous, moved, former = op.get_bind(), "0" * 64, 0, "0" * 64
    for rows in _batches():
        for row in rows:
            parts, notes = change(row)
            fresh = _sealed(row, parts, previous)
            if notes:
                connection.execute(sa.insert(NOTES), notes)
            if fresh != row.hash:
                connection.execute(sa.update(AUDIT).where(AUDIT.c.id == row.id).values(
                    **parts, prev_hash=previous, hash=fresh,
                ))
                connection.execute(sa.insert(FORMER).values(seq=row.seq, hash=row.hash))
            previous, former, moved = fresh, row.hash, moved + len(notes)
    connection.execute(sa.update(HEAD).values(hash=previous))
    return moved, former


def _batches() -> Iterator[list[Any]]:
    connection, last = op.get_bind(), 0
    while rows := connection.execute(
        sa.select(AUDIT).where(AUDIT.c.seq > last).order_by(AUDIT.c.seq).limit(BATCH)
    ).all():
        yield list(rows)
        last = rows[-1].seq


def _without_texts(row: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    notes: list[dict[str, Any]] = []

    def kept(key: str, value: Any) -> Any:
        words = _words(value)
        if not words or (key not in FREE and all(CODE.fullmatch(word) for word in words)):
            return value
        salt = secrets.token_hex(16)
        digest = hashlib.sha256((salt + _text(value)).encode()).hexdigest()
        notes.append({"audit_seq": row.seq, "sha256": digest, "salt": salt, "value": value})
        return {NOTE: digest}

    parts = {name: {key: kept(key, one) for key, one in getattr(row, name).items()}
             for name in ("before", "after")}
    return parts, notes


def _with_texts(row: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    query = sa.select(NOTES.c.sha256, NOTES.c.value).where(NOTES.c.audit_seq == row.seq)
    known = dict(op.get_bind().execute(query).all())

    def told(value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {NOTE}:
            return known.get(value[NOTE], "")
        return value

    parts = {name: {key: told(one) for key, one in getattr(row, name).items()}
             for name in ("before", "after")}
    return parts, []


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [word for pair in value.items() for one in pair for word in _words(one)]
    if isinstance(value, list):
        return [word for one in value for word in _words(one)]
    return []


def _sealed(row: Any, parts: dict[str, Any], previous: str) -> str:
    at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
    content = {
        "seq": row.seq, "at": at.isoformat(timespec="microseconds"), "contest": row.contest_id,
        "actor": row.actor, "action": row.action, "subject": row.subject, **parts,
    }
    return hashlib.sha256((previous + _text(content)).encode()).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _say(former: str, notes: int) -> None:
    """A last row that says what was done, and the head as it was before."""
    connection = op.get_bind()
    head = connection.execute(sa.select(HEAD)).one()
    now = datetime.now(UTC)
    values = {"seq": head.seq + 1, "at": now, "contest_id": None, "actor": "system",
              "action": "audit.resealed", "subject": "audit_head:1"}
    parts = {"before": {"head": former}, "after": {"rows": head.seq, "texts": notes}}
    row = sa.util.immutabledict(values)
    digest = _sealed(_Row(row), parts, head.hash)
    connection.execute(sa.insert(AUDIT).values(
        **values, **parts, prev_hash=head.hash, hash=digest,
    ))
    connection.execute(sa.update(HEAD).values(seq=head.seq + 1, hash=digest))


class _Row:
    """Values as attributes."""

    def __init__(self, values: Any) -> None:
        self.__dict__.update(values)


# ---------------------------------------------------------------------------- the guards


def _unguard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        return
    for name in ("append_only", "erasure_only"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")
        op.execute(f"DROP FUNCTION IF EXISTS {table}_{name}()")


def _guard(table: str, erasable: tuple[str, ...]) -> None:
    """Refuse every change; of ``erasable`` columns one is let through that has its tombstone."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    (_sqlite_guard if sqlite else _postgres_guard)(table, erasable)


def _sqlite_guard(table: str, erasable: tuple[str, ...]) -> None:
    let = f"WHEN NOT ({_erasure(table, erasable, 'IS')}) " if erasable else ""
    for verb, when in (("UPDATE", let), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _postgres_guard(table: str, erasable: tuple[str, ...]) -> None:
    refused = f"RAISE EXCEPTION '{table} is append-only'"
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {refused}; END $$"
    )
    verbs = "DELETE OR TRUNCATE" if erasable else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
    if not erasable:
        return
    op.execute(
        f"CREATE FUNCTION {table}_erasure_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_erasure(table, erasable, 'IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        f"{refused}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_erasure_only BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_erasure_only()"
    )


def _erasure(table: str, erasable: tuple[str, ...], same: str) -> str:
    """The condition under which a change is an erasure."""
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    kept = [f'NEW."{c}" {same} OLD."{c}"' for c in columns if c not in erasable]
    buried = f"EXISTS (SELECT 1 FROM tombstone t WHERE t.subject = '{table}:' || OLD.id)"  # noqa: S608
    return " AND ".join([*kept, buried])
