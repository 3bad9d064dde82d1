"""A contest with any number of entries, units, marks and shares, inserted straight into the tables.

Large tables are filled by INSERT … SELECT, so that half a million rows take seconds. The audit rows
have no true hashes: no page verifies them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import (
    Integer,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session

import scoring
from bench import crowd_beside
from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.config import Settings
from contest.db import MIGRATIONS
from contest.models import (
    AuditHead,
    AuditRow,
    Ballot,
    Base,
    Check,
    ClipVersion,
    Contest,
    Derivative,
    Evidence,
    Invitation,
    Mail,
    Mark,
    Publication,
    Result,
    Review,
    RoleGrant,
    ShareRecord,
    SimilarPair,
    Snapshot,
    StaffSession,
    Submission,
    Task,
    Unit,
    UnitLink,
    Upload,
    User,
)
from contest.services.core import profiles
from contest.services.jury import ballots, jury_counts
from contest.services.results import scoring_input
from contest.tokens import hash_token, new_token
from contest.web import create_app
from contest.wiring import Platform

OPEN = datetime.fromisoformat("2023-06-05T09:00:00+07:00")
COUNTED = datetime.fromisoformat("2023-06-19T15:55:00+07:00")
AFTER = datetime.fromisoformat("2023-06-26T09:00:00+07:00")
PROFILE = Path(__file__).parents[1] / "contest/profiles/quan11-2023.toml"
RULES = PROFILE.read_text("utf-8") + crowd_beside.RULES
KEY = "a secret key that only benchmarks know, 40 and more"
BATCH = 5_000
# Of twenty entries; the reviewers' and organisers' lists hold every kind.
STATES = ("published",) * 14 + ("approved",) * 2 + (
    "in_review", "in_review", "needs_fix", "changes_requested")
FINDING = {
    "rule": "duration", "level": "hard", "outcome": "pass", "found": "240 s",
    "allowed": "180–300 s", "message_vi": "Clip dài 4 phút.", "message_en": "4 minutes long.",
}
REPORT = {"verdict": "pass", "facts": {"duration_s": 240.0}, "findings": [FINDING]}


@dataclass(frozen=True)
class Size:
    """The numbers of rows; every juror marks five of six clips."""

    entries: int
    units: int
    jurors: int = 30
    shares_per_clip: int = 72


class Crowd:
    """A platform on the database ``url`` with such a contest; ``browser`` signs in for a role."""

    def __init__(self, url: str, folder: Path, size: Size) -> None:
        self.size = size
        self.platform = Platform(Settings(
            data_dir=folder, database_url=url, redis_url="", storage_url=f"file://{folder}/clips",
            base_url="http://localhost", secret_key=KEY, second_factor="optional",
        ))
        self.platform.__dict__["clock"] = FixedClock(OPEN)
        self._note = folder / f"made.{self.platform.db.engine.dialect.name}"  # from what recipe
        if not self._made(folder):
            self._make()
            folder.mkdir(parents=True, exist_ok=True)
            self._note.write_text(self._recipe())
        with self.platform.db.read() as session:
            contest = session.scalars(select(Contest)).one()
            self.contest_id, self.slug = contest.id, contest.slug
        self.app = create_app(self.platform)

    def _made(self, folder: Path) -> bool:
        """Whether the database is there, from this very recipe; another one is emptied."""
        known = self._note
        if known.exists() and known.read_text() == self._recipe():
            return True
        known.unlink(missing_ok=True)
        with self.platform.db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        if self.platform.db.url.startswith("sqlite"):
            self.platform.db.engine.dispose()
            for path in folder.parent.glob(f"{folder.name}.db*"):
                path.unlink()
        return False

    def _recipe(self) -> str:
        """What the rows follow from: this file, the tables' migrations, the rules, the size."""
        migrations = sorted((MIGRATIONS / "versions").glob("*.py"))
        files = [Path(__file__), Path(crowd_beside.__file__), PROFILE, *migrations]
        content = b"".join(file.read_bytes() for file in files)
        return hashlib.sha256(content).hexdigest() + f" {self.size}"

    def _make(self) -> None:
        self.platform.db.upgrade()
        with self.platform.db.write() as session:
            contest, _ = profiles.import_profile(
                session, RULES, actor=SYSTEM, at=OPEN
            )
            self.contest_id, self.revision_id = contest.id, contest.revision_id
            _unchecked(session)
            for table, rows in self._rows():
                _insert(session, table, rows)
            _marks(session, [c.id for c in profiles.profile_of(contest).jury.criteria], self)
            _shares(session, self.size.shares_per_clip)
            session.execute(update(Submission).values(version_id=Submission.id))
        self._result()
        with self.platform.db.write() as session:
            _unchecked(session)
            _trail(session, self.contest_id)
        self._analyze()

    def _analyze(self) -> None:
        word = "VACUUM ANALYZE" if self.platform.db.engine.name == "postgresql" else "ANALYZE"
        with self.platform.db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(word))

    def _rows(self) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
        numbers = range(1, self.size.entries + 1)
        yield Unit, self._units()
        yield UnitLink, (
            {"unit_id": n, "token_hash": new_token(), "code_hash": new_token(), "uses": 3,
             "created_at": OPEN, "expires_at": AFTER, "last_used_at": OPEN}
            for n in range(1, self.size.units + 1)
        )
        yield from self._people()
        yield Submission, (self._submission(n) for n in numbers)
        yield Upload, (self._upload(n) for n in numbers)
        yield ClipVersion, (
            {"id": n, "submission_id": n, "upload_id": n, "number": 1, "size": 9,
             "sha256": _sha(n), "filename": "clip.mp4", "begun_at": OPEN,
             "received_at": OPEN + timedelta(seconds=n)} for n in numbers
        )
        yield from self._judged(numbers)
        yield from self._page(numbers)
        yield from self._work(numbers)
        shown = [n for n in numbers if STATES[n % 20] == "published"]
        yield from crowd_beside.rows(self.contest_id, self.size.units, shown, at=COUNTED)

    def _units(self) -> Iterator[dict[str, Any]]:
        for n in range(1, self.size.units + 1):
            yield {"id": n, "contest_id": self.contest_id, "name": f"Đoàn phường {n}",
                   "group": f"Khối {n % 8}", "created_at": OPEN,
                   "contact_email": f"donvi{n}@example.vn" if n % 12 else ""}  # told by chat

    def _people(self) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
        """Jurors first (ids 1 …), then as many reviewers and organisers."""
        count = 3 * self.size.jurors
        roles = [role for role in ("juror", "reviewer", "organiser") for _ in
                 range(self.size.jurors)]
        yield User, (
            {"id": n, "email": f"nguoi{n}@example.vn", "name": f"Nguyễn Văn {n}",
             "created_at": OPEN} for n in range(1, count + 1)
        )
        yield RoleGrant, (
            {"user_id": n, "contest_id": self.contest_id, "role": roles[n - 1],
             "created_at": OPEN, "unit_id": n if 1 < n <= self.size.jurors // 2 else None}
            for n in range(1, count + 1)
        )
        yield Invitation, (
            {"user_id": n, "token_hash": new_token(), "nonce": new_token(), "purpose": "password",
             "created_by": "system", "created_at": OPEN, "expires_at": AFTER}
            for n in range(1, count + 1)
        )

    def _submission(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "contest_id": self.contest_id, "unit_id": 1 + n % self.size.units,
            "code": f"CX-{n:06}", "state": STATES[n % 20], "title": f"Câu chuyện thứ {n}",
            "kind": "team", "authors": ["Nguyễn Văn An", "Trần Thị Bích"],
            "contact_name": "Lê Thị Cúc", "contact_phone": "0903 123 456",
            "contact_email": f"nhom{n}@example.vn", "created_at": OPEN,
            "updated_at": OPEN + timedelta(seconds=n), "answers": crowd_beside.answers(n),
        }

    def _upload(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "public_id": new_token(), "contest_id": self.contest_id,
            "unit_id": 1 + n % self.size.units, "submission_id": n, "state": "complete",
            "length": 9, "filename": "clip.mp4", "begun_at": OPEN, "finished_at": OPEN,
            "expires_at": AFTER, "sha256": _sha(n),
        }

    def _judged(self, numbers: range) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
        yield Check, (
            {"version_id": n, "kind": kind, "state": "done", "verdict": "pass", "report": REPORT,
             "profile_revision_id": self.revision_id, "created_at": OPEN, "started_at": OPEN,
             "finished_at": OPEN} for n in numbers for kind in ("quick", "deep")
        )
        yield Derivative, (
            {"version_id": n, "kind": kind, "sha256": _sha(n), "size": 9,
             "media_type": "image/jpeg", "created_at": OPEN, "data": {}}
            for n in numbers for kind in ("poster", "rendition", "sheet")
        )
        yield Review, (
            {"submission_id": n, "version_id": n, "reviewer_id": self.size.jurors + 1,
             "profile_revision_id": self.revision_id, "outcome": "approve", "checklist": {},
             "created_at": OPEN} for n in numbers if STATES[n % 20] in ("published", "approved")
        )
        yield SimilarPair, (
            {"version_id": n, "other_id": n - 1, "kind": "sound", "score": (n % 100) / 100,
             "data": {"picture": [], "sound": []}, "created_at": OPEN}
            for n in numbers if n % 5 == 0
        )

    def _page(self, numbers: range) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
        yield Evidence, [
            {"id": 1, "contest_id": self.contest_id, "sha256": "0" * 64, "filename": "counts.csv",
             "size": 10, "kind": "counts", "created_by": "user:61", "created_at": COUNTED}]
        yield Publication, (
            {"submission_id": n, "version_id": n, "page_id": "1122334455",
             "state": "published" if STATES[n % 20] == "published" else "waiting",
             "caption": f"Câu chuyện thứ {n}", "release_at": OPEN, "created_at": OPEN,
             "post_id": f"1122334455_{n}", "published_at": OPEN,
             "permalink": f"https://www.facebook.com/quandoan11/videos/9{n}"}
            for n in numbers if STATES[n % 20] in ("published", "approved")
        )
        yield Snapshot, (
            {"submission_id": n, "taken_at": COUNTED - timedelta(days=day), "source": "template",
             "reactions": 900 - n % 700 - 90 * day, "shares": 60 - 10 * day, "evidence_id": 1,
             "created_by": "user:61", "created_at": COUNTED}
            for n in numbers for day in range(3) if STATES[n % 20] == "published"
        )

    def _work(self, numbers: range) -> Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]:
        yield Task, (
            {"contest_id": self.contest_id, "kind": kind, "row_id": n, "key": f"{kind}:{n}",
             "state": "done", "due_at": OPEN, "created_at": OPEN, "finished_at": OPEN}
            for n in numbers for kind in ("checks.quick", "checks.deep", "copies.compare")
        )
        yield Mail, (
            {"contest_id": self.contest_id, "to": f"nhom{n}@example.vn", "template": template,
             "params": {"submission_id": n}, "state": "sent", "created_at": OPEN, "sent_at": OPEN}
            for n in numbers for template in ("findings", "approved")
        )

    def _result(self) -> None:
        """Store a result, computed as the service does, without a bundle: no page opens that."""
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest_id)
            contest.jury_locked_at = AFTER
            prepared = scoring_input.prepare(session, contest, keys=self.platform.keys)
            session.add(Result(
                contest_id=contest.id, number=1, state="published", names=prepared.names,
                profile_revision_id=self.revision_id, input=prepared.data, created_at=AFTER,
                output=scoring.compute(prepared.data), input_sha256=prepared.sha256,
                output_sha256="0" * 64, created_by="user:61", frozen_at=AFTER, published_at=AFTER,
                bundle_sha256="0" * 64,
            ))

    def browser(self, role: str) -> FlaskClient:
        """A browser signed in as the first person with this role."""
        first = {"juror": 0, "reviewer": 1, "organiser": 2}[role] * self.size.jurors + 1
        token, client = new_token(), self.app.test_client()
        with self.platform.db.write() as session:
            session.add(StaffSession(
                token_hash=hash_token(token), user_id=first, created_at=OPEN, last_seen_at=OPEN,
                expires_at=OPEN + timedelta(hours=12),
            ))
        client.set_cookie("hoithi_staff", token)
        return client


def _sha(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _insert(session: Session, table: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        session.execute(insert(table.__table__), batch)  # type: ignore[arg-type]
    _continue_after(session, table)


def _unchecked(session: Session) -> None:
    """Do not look up what each of a million rows refers to: it is there."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))


def _continue_after(session: Session, table: type[Base]) -> None:
    """Set PostgreSQL's sequence to continue after the inserted ids."""
    if session.get_bind().dialect.name == "postgresql":
        name = f'"{table.__tablename__}"'
        session.execute(text(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
        ))


def _marks(session: Session, criteria: list[str], crowd: Crowd) -> None:
    """Ballots of five of six pairs of clip and juror, each with a mark in every criterion."""
    fixed = {"state": "submitted", "reason": "", "comment": "", "skipped": False, "version": 1}
    moments = ("created_at", "updated_at", "submitted_at")
    marked = (
        select(Submission.id, User.id, literal(crowd.revision_id),
               *(literal(value) for value in fixed.values()),
               *(literal(OPEN, Ballot.created_at.type) for _ in moments))
        .select_from(Submission).join(User, true())
        .where(Submission.state.in_(("published", "approved")), User.id <= crowd.size.jurors,
               (Submission.id + User.id) % 6 != 0)
    )
    columns = ["submission_id", "juror_id", "profile_revision_id", *fixed, *moments]
    session.execute(insert(Ballot).from_select(columns, marked))
    for place, name in enumerate(criteria):
        given = select(Ballot.id, literal(name), (Ballot.id + place) % 6)
        session.execute(insert(Mark).from_select(["ballot_id", "criterion", "value"], given))
    _added_up(session, session.get_one(Contest, crowd.contest_id))


def _added_up(session: Session, contest: Contest) -> None:
    """What the database and ``ballots.save`` keep on each ballot."""
    criteria = profiles.profile_of(contest).jury.criteria
    weight = case({c.id: c.weight for c in criteria}, value=Mark.criterion)
    of_ballot = select(func.sum(Mark.value * weight)).where(Mark.ballot_id == Ballot.id)
    session.execute(update(Ballot).values(
        given=len(criteria), points=of_ballot.scalar_subquery(), rubric=ballots.rubric(contest)
    ))
    jury_counts.recount(session, contest)


def _shares(session: Session, each: int) -> None:
    """``each`` ledger rows of every clip on the Page; neighbouring clips share accounts."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < each))
    account = literal("Nguyễn Thị ").concat(cast(Submission.id + numbers.c.n, String))
    rows = select(
        Submission.id, account, func.lower(literal("n:").concat(account)), literal(""), literal(""),
        literal(""), literal("2023-06-19"), literal(1), literal(""), literal(False), literal(1),
        literal("user:61"), *(literal(COUNTED, ShareRecord.seen_at.type) for _ in range(2)),
    ).select_from(Submission).join(numbers, true()).where(Submission.state == "published")
    session.execute(insert(ShareRecord).from_select(
        ["submission_id", "account", "identity", "profile", "link", "link_key", "day", "count",
         "late_reason", "voided", "evidence_id", "created_by", "seen_at", "created_at"], rows,
    ))


def _trail(session: Session, contest_id: int) -> None:
    """Two audit rows per entry and one per ledger row, for a realistic length of the log."""
    head = session.scalars(select(AuditHead)).one()
    for table, times in ((Submission, 2), (ShareRecord, 1)):
        for _ in range(times):
            number = cast(func.row_number().over(order_by=table.id), Integer) + head.seq
            subject = literal(f"{table.__tablename__}:").concat(cast(table.id, String))
            session.execute(insert(AuditRow).from_select(
                ["seq", "at", "contest_id", "actor", "action", "subject", "before", "after",
                 "prev_hash", "hash"],
                select(number, literal(OPEN, AuditRow.at.type), literal(contest_id),
                       literal("user:61"), literal(f"{table.__tablename__}.changed"), subject,
                       literal_column("'{}'"), literal_column("'{}'"), literal(""), literal("")),
            ))
            head.seq = session.scalar(select(func.max(AuditRow.seq))) or 0
