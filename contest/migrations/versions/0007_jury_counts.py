"""How many ballots each juror has in each state, kept by the database itself.

Progress of the jury is shown on four pages; counting 200,000 ballots at each visit made them slow.
Triggers keep the counts, not services: whoever changes ballots, marks or the state of a clip, by
whatever means, cannot leave them behind.
"""

# ruff: noqa: S608 - every part of these statements stands in this file

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

MARKABLE = "('approved', 'published')"  # states of a clip that jurors mark
TURN = 20_007  # of the advisory locks, one a juror

FILL = (
    "UPDATE ballot SET given = (SELECT COUNT(*) FROM mark WHERE mark.ballot_id = ballot.id)",
    "INSERT INTO jury_count (contest_id, juror_id, state, given, clips)"
    " SELECT s.contest_id, b.juror_id, b.state, b.given, COUNT(*) FROM ballot b"
    f" JOIN submission s ON s.id = b.submission_id WHERE s.state IN {MARKABLE}"
    " GROUP BY s.contest_id, b.juror_id, b.state, b.given",
)
INTO = "INSERT INTO jury_count (contest_id, juror_id, state, given, clips)"
ADD = (
    "ON CONFLICT (contest_id, juror_id, state, given)"
    " DO UPDATE SET clips = jury_count.clips + excluded.clips"
)

# ---------------------------------------------------------------------------- PostgreSQL

# By statement, not by row: freezing changes 200,000 ballots by one. Jurors take turns in one order
# and a clip keeps its state meanwhile, so that nobody counts by what another transaction changes.
ADDED = "SELECT submission_id, juror_id, state, given, 1 AS n FROM added"
REMOVED = "SELECT submission_id, juror_id, state, given, -1 AS n FROM removed"
CHANGES = {"INSERT": ADDED, "DELETE": REMOVED, "UPDATE": f"{ADDED} UNION ALL {REMOVED}"}
TABLES = {
    "INSERT": "NEW TABLE AS added", "DELETE": "OLD TABLE AS removed",
    "UPDATE": "NEW TABLE AS added OLD TABLE AS removed",
}
SAME = """
  IF NOT EXISTS (
    SELECT FROM added a JOIN removed r USING (id)
    WHERE (a.submission_id, a.juror_id, a.state, a.given)
      IS DISTINCT FROM (r.submission_id, r.juror_id, r.state, r.given)
  ) THEN RETURN NULL; END IF;"""
BALLOTS = """
CREATE FUNCTION jury_count_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {same}
  PERFORM FROM submission WHERE id IN (SELECT submission_id FROM ({changes}) AS c)
    ORDER BY id FOR SHARE;
  PERFORM pg_advisory_xact_lock({turn}, juror_id)
    FROM (SELECT DISTINCT juror_id FROM ({changes}) AS c ORDER BY juror_id) AS turns;
  {into}
    SELECT s.contest_id, c.juror_id, c.state, c.given, SUM(c.n) FROM ({changes}) AS c
    JOIN submission s ON s.id = c.submission_id WHERE s.state IN {markable}
    GROUP BY s.contest_id, c.juror_id, c.state, c.given HAVING SUM(c.n) <> 0
  {add};
  RETURN NULL;
END $$"""
CLIPS = f"""
CREATE FUNCTION jury_count_clip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock({TURN}, juror_id)
    FROM (SELECT juror_id FROM ballot WHERE submission_id = NEW.id ORDER BY juror_id) AS turns;
  {INTO}
    SELECT NEW.contest_id, juror_id, state, given,
      CASE WHEN NEW.state IN {MARKABLE} THEN COUNT(*) ELSE -COUNT(*) END
    FROM ballot WHERE submission_id = NEW.id GROUP BY juror_id, state, given
  {ADD};
  RETURN NULL;
END $$"""
MARKS = """
CREATE FUNCTION ballot_given_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE ballot SET given = given {sign} c.n, points = NULL
    FROM (SELECT ballot_id, COUNT(*) AS n FROM {table} GROUP BY ballot_id) AS c
    WHERE ballot.id = c.ballot_id;
  RETURN NULL;
END $$"""
MARK_CHANGED = """
CREATE FUNCTION ballot_given_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.ballot_id <> OLD.ballot_id THEN
    RAISE EXCEPTION 'a mark stays on its ballot';
  END IF;
  UPDATE ballot SET points = NULL WHERE id = NEW.ballot_id AND points IS NOT NULL;
  RETURN NULL;
END $$"""
MOVED = f"(OLD.state IN {MARKABLE}) <> (NEW.state IN {MARKABLE})"
DIFFERS = "OLD.ballot_id <> NEW.ballot_id OR OLD.criterion <> NEW.criterion" \
    " OR OLD.value <> NEW.value"


def _postgres() -> None:
    for verb, changes in CHANGES.items():
        op.execute(BALLOTS.format(
            name=verb.lower(), same=SAME if verb == "UPDATE" else "", changes=changes, turn=TURN,
            into=INTO, markable=MARKABLE, add=ADD,
        ))
        _by_statement("jury_count", "ballot", verb)
    for verb, sign, table in (("INSERT", "+", "added"), ("DELETE", "-", "removed")):
        op.execute(MARKS.format(name=verb.lower(), sign=sign, table=table))
        _by_statement("ballot_given", "mark", verb)
    op.execute(MARK_CHANGED)
    op.execute(f"CREATE TRIGGER ballot_given_update AFTER UPDATE ON mark FOR EACH ROW"
               f" WHEN ({DIFFERS}) EXECUTE FUNCTION ballot_given_update()")
    op.execute(CLIPS)
    op.execute(f"CREATE TRIGGER jury_count_clip AFTER UPDATE OF state ON submission FOR EACH ROW"
               f" WHEN ({MOVED}) EXECUTE FUNCTION jury_count_clip()")


def _by_statement(name: str, table: str, verb: str) -> None:
    op.execute(f"CREATE TRIGGER {name}_{verb.lower()} AFTER {verb} ON {table} REFERENCING"
               f" {TABLES[verb]} FOR EACH STATEMENT EXECUTE FUNCTION {name}_{verb.lower()}()")


# ---------------------------------------------------------------------------- SQLite

COUNT_ONE = INTO + (
    " SELECT s.contest_id, {row}.juror_id, {row}.state, {row}.given, {n} FROM submission s"
    f" WHERE s.id = {{row}}.submission_id AND s.state IN {MARKABLE} {ADD};"
)
ONE_MORE, ONE_LESS = COUNT_ONE.format(row="NEW", n=1), COUNT_ONE.format(row="OLD", n=-1)
GIVEN = "UPDATE ballot SET given = given {by}, points = NULL WHERE id = {row}.ballot_id;"
SQLITE: dict[str, tuple[str, str]] = {  # trigger -> when, what
    "jury_count_insert": ("AFTER INSERT ON ballot", ONE_MORE),
    "jury_count_delete": ("AFTER DELETE ON ballot", ONE_LESS),
    "jury_count_update": (
        "AFTER UPDATE OF submission_id, juror_id, state, given ON ballot WHEN"
        " (OLD.submission_id, OLD.juror_id, OLD.state, OLD.given)"
        " <> (NEW.submission_id, NEW.juror_id, NEW.state, NEW.given)",
        f"{ONE_LESS} {ONE_MORE}",
    ),
    "jury_count_clip": (
        f"AFTER UPDATE OF state ON submission WHEN {MOVED}",
        f"{INTO} SELECT NEW.contest_id, juror_id, state, given,"
        f" CASE WHEN NEW.state IN {MARKABLE} THEN COUNT(*) ELSE -COUNT(*) END"
        f" FROM ballot WHERE submission_id = NEW.id GROUP BY juror_id, state, given {ADD};",
    ),
    "ballot_given_insert": ("AFTER INSERT ON mark", GIVEN.format(by="+ 1", row="NEW")),
    "ballot_given_delete": ("AFTER DELETE ON mark", GIVEN.format(by="- 1", row="OLD")),
    "ballot_given_update": (
        f"AFTER UPDATE ON mark WHEN {DIFFERS}",
        "SELECT RAISE(ABORT, 'a mark stays on its ballot') WHERE NEW.ballot_id <> OLD.ballot_id;"
        " UPDATE ballot SET points = NULL WHERE id = NEW.ballot_id AND points IS NOT NULL;",
    ),
}


def _sqlite() -> None:
    for name, (when, what) in SQLITE.items():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {what} END")


# ---------------------------------------------------------------------------- both


def upgrade() -> None:
    op.create_table("jury_count", *_columns(), sa.PrimaryKeyConstraint("id", name="pk_jury_count"),
                    sa.UniqueConstraint("contest_id", "juror_id", "state", "given",
                                        name="uq_jury_count_contest_id_juror_id_state_given"))
    zero = sa.text("0")
    op.add_column("ballot", sa.Column("given", sa.Integer(), nullable=False, server_default=zero))
    op.add_column("ballot", sa.Column("points", sa.Integer(), nullable=True))
    empty = sa.text("''")
    op.add_column("ballot", sa.Column("rubric", sa.String(16), nullable=False,
                                      server_default=empty))
    for statement in FILL:
        op.execute(statement)
    (_sqlite if op.get_bind().dialect.name == "sqlite" else _postgres)()


def _columns() -> list[Any]:
    return [
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("clips", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_jury_count_contest_id"),
        sa.ForeignKeyConstraint(["juror_id"], ["user.id"], name="fk_jury_count_juror_id"),
    ]


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (when, _) in SQLITE.items():
        table = when.partition(" ON ")[2].split()[0]
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("ballot", "rubric")
    op.drop_column("ballot", "points")
    op.drop_column("ballot", "given")
    op.drop_table("jury_count")
