"""Rows in any state, made in short transactions of their own; what comes back is detached.

Read a row again with ``make.fresh(row)``, or in a session of the test's own.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor, unit_actor
from contest.models import (
    Ballot,
    Base,
    Check,
    ClipVersion,
    Consent,
    Contest,
    EntryRequest,
    Mark,
    Publication,
    Review,
    RoleGrant,
    StaffSession,
    Submission,
    Unit,
    UnitLink,
    UnitSession,
    Upload,
    User,
)
from contest.services.core import profiles
from contest.services.people import people
from contest.tokens import hash_code, hash_token, new_code, new_token
from contest.wiring import Platform

QUAN11 = Path(__file__).parents[2] / "contest/profiles/quan11-2023.toml"
NAMES = ("Phường 1", "Phường 3", "Phường 5", "Phường 8", "Công an Quận", "THPT Nguyễn Hiền")
Row = TypeVar("Row", bound=Base)
CHECKED = {  # state of an entry -> its check's state and verdict
    "checking": ("queued", None), "needs_fix": ("done", "fail"), "in_review": ("done", "pass"),
    "changes_requested": ("done", "pass"), "approved": ("done", "pass"),
    "published": ("done", "pass"), "disqualified": ("done", "pass"),
}
REVIEWED = {"changes_requested": "changes", "approved": "approve", "published": "approve"}


class Factory:
    """Makes contests, people, units and entries for a platform."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.numbers = platform, count(1)

    @property
    def at(self) -> datetime:
        return self.platform.clock.now()

    def add(self, row: Row, *also: Base) -> Row:
        """Store rows as they are, in one transaction."""
        with self.platform.db.write() as session:
            session.add_all([row, *also])
        return row

    def fresh(self, row: Row) -> Row:
        """The row as the database has it now."""
        with self.platform.db.read() as session:
            return session.get_one(type(row), row.id)

    # ------------------------------------------------------------------ contests and people

    def contest(self, slug: str = "quan11-2023", edit: Callable[[str], str] = str) -> Contest:
        """A contest with the reference profile; ``edit`` changes the TOML text first."""
        source = edit(QUAN11.read_text().replace('slug = "quan11-2023"', f'slug = "{slug}"'))
        with self.platform.db.write() as session:
            made, _ = profiles.import_profile(
                session, source, actor=SYSTEM, at=self.at, reason="thử"
            )
            assert made.revision is not None  # loaded, so that the detached row has it
        return made

    def user(
        self, *roles: str, contest: Contest | None = None, unit: Unit | None = None, **values: Any
    ) -> User:
        """A person with these roles in ``contest``; ``unit`` is a juror's own."""
        number = next(self.numbers)
        values = {"email": f"nguoi{number}@example.vn", "name": f"Người Thứ {number}"} | values
        user = User(**values, created_at=self.at)
        with self.platform.db.write() as session:
            session.add(user)
            session.flush()
            for role in roles:
                assert contest is not None
                session.add(RoleGrant(
                    user_id=user.id, contest_id=contest.id, role=role, created_at=self.at,
                    unit_id=unit.id if unit and role == "juror" else None,
                ))
        return user

    def actor(self, who: User | Unit, *, second_factor: bool = False) -> Actor:
        """Who acts, for calls of services."""
        if isinstance(who, Unit):
            return unit_actor(who.id, who.contest_id, who.name)
        with self.platform.db.read() as session:
            user = session.get_one(User, who.id)
            return people.actor_of(session, user, second_factor=second_factor)

    def staff_token(self, user: User, *, second_factor: bool = False) -> str:
        """The token of a signed-in browser's cookie."""
        token = new_token()
        self.add(StaffSession(
            token_hash=hash_token(token), user_id=user.id, created_at=self.at, last_seen_at=self.at,
            expires_at=self.at + timedelta(hours=12),
            second_factor_at=self.at if second_factor else None,
        ))
        return token

    # ------------------------------------------------------------------ units

    def unit(self, contest: Contest, name: str = "", **values: Any) -> Unit:
        number = next(self.numbers)
        name = name or f"Đoàn {NAMES[number % len(NAMES)]} ({number})"
        values = {"contact_email": f"donvi{number}@example.vn"} | values
        return self.add(Unit(contest_id=contest.id, name=name, created_at=self.at, **values))

    def unit_link(self, unit: Unit, **values: Any) -> tuple[UnitLink, str, str]:
        """A link of a unit, with its token and its typed code."""
        token, code = new_token(), new_code(8)
        values = {"expires_at": self.at + timedelta(days=60)} | values
        with self.platform.db.read() as session:
            key = self.platform.keys.unit_codes(session)
        link = self.add(UnitLink(
            unit_id=unit.id, token_hash=hash_token(token), created_at=self.at,
            code_hash=hash_code(code, key), **values,
        ))
        return link, token, code

    def unit_token(self, unit: Unit, link: UnitLink | None = None) -> str:
        """The token of a browser's cookie that has exchanged a link."""
        link, token = link or self.unit_link(unit)[0], new_token()
        self.add(UnitSession(
            token_hash=hash_token(token), unit_id=unit.id, link_id=link.id, created_at=self.at,
            expires_at=self.at + timedelta(days=30),
        ))
        return token

    # ------------------------------------------------------------------ entries

    def submission(
        self, unit: Unit, state: str = "in_review", *, clip: Path | bytes | None = None,
        reviewer: User | None = None, **values: Any,
    ) -> Submission:
        """An entry in ``state`` with the rows that belong to it.

        That is: form and consents; from ``checking`` on a clip (``clip`` or a few bytes that are
        no video) with its check; after a review the review (by ``reviewer`` or somebody new);
        when published the post.
        """
        number, at = next(self.numbers), self.at
        values = {
            "code": f"CX{new_code(6)}", "title": f"Ba trách nhiệm, câu chuyện thứ {number}",
            "kind": "team", "authors": ["Nguyễn Văn An", "Trần Thị Bích"],
            "contact_name": "Lê Thị Cúc", "contact_phone": "0903 123 456",
            "contact_email": f"nhom{number}@example.vn",
        } | values
        reviewer = reviewer or (self.user() if state in REVIEWED else None)
        with self.platform.db.write() as session:
            submission = Submission(
                contest_id=unit.contest_id, unit_id=unit.id, state=state, created_at=at,
                updated_at=at, **values,
            )
            session.add(submission)
            session.flush()
            self._consents(session, submission)
            if state in CHECKED:
                self._clip(session, submission, clip or f"clip {number}".encode())
                self._check(session, submission, *CHECKED[state])
            if state in REVIEWED and reviewer:
                self._review(session, submission, REVIEWED[state], reviewer)
            if state == "published":
                self._publication(session, submission)
            if state == "disqualified":
                submission.state_reason = values.get("state_reason", "Không đúng thể lệ.")
            session.flush()
            _ = (
                submission.unit, submission.contest.revision, submission.version,
                submission.versions, submission.consents,
            )
        return submission

    def _consents(self, session: Session, submission: Submission) -> None:
        form = profiles.profile_of(submission.contest).form
        digest = hashlib.sha256(form.notice.vi.encode()).hexdigest()
        given = [
            {"submission_id": submission.id, "purpose": one.id, "given_at": submission.created_at,
             "notice_version": form.notice_version, "notice_sha256": digest}
            for one in form.consents if one.required
        ]
        if given:
            session.execute(insert(Consent), given)

    def _clip(self, session: Session, submission: Submission, clip: Path | bytes) -> None:
        content = clip.read_bytes() if isinstance(clip, Path) else clip
        digest, at = hashlib.sha256(content).hexdigest(), submission.created_at
        incoming = self.platform.settings.data_dir / f"incoming-{digest}"
        incoming.write_bytes(content)
        self.platform.blobs.put(incoming, digest)
        upload = Upload(
            public_id=new_token(), contest_id=submission.contest_id, unit_id=submission.unit_id,
            submission_id=submission.id, state="complete", length=len(content), filename="clip.mp4",
            begun_at=at, finished_at=at, expires_at=at + timedelta(days=3), sha256=digest,
        )
        session.add(upload)
        session.flush()
        version = ClipVersion(
            submission_id=submission.id, upload_id=upload.id, number=1, sha256=digest,
            size=len(content), filename="clip.mp4", begun_at=at, received_at=at,
        )
        session.add(version)
        session.flush()
        submission.version_id = version.id

    def _check(
        self, session: Session, submission: Submission, state: str, verdict: str | None
    ) -> None:
        assert submission.version_id and submission.contest.revision_id
        at = submission.created_at
        session.add(Check(
            version_id=submission.version_id, kind="quick", state=state, verdict=verdict,
            profile_revision_id=submission.contest.revision_id, created_at=at,
            report=report(verdict) if verdict else {}, progress=1.0 if verdict else 0.0,
            started_at=at if verdict else None, finished_at=at if verdict else None,
        ))

    def _review(
        self, session: Session, submission: Submission, outcome: str, reviewer: User
    ) -> None:
        assert submission.version_id and submission.contest.revision_id
        items = profiles.profile_of(submission.contest).review.checklist
        until = submission.created_at + timedelta(days=2) if outcome == "changes" else None
        submission.changes_until = until
        reason = submission.state_reason or "Chưa có tên đơn vị trong clip."
        reason = submission.state_reason = "" if outcome == "approve" else reason
        session.add(Review(
            submission_id=submission.id, version_id=submission.version_id, reviewer_id=reviewer.id,
            profile_revision_id=submission.contest.revision_id, outcome=outcome, reason=reason,
            checklist={item.id: outcome == "approve" for item in items}, until=until,
            created_at=submission.created_at,
        ))

    def _publication(self, session: Session, submission: Submission) -> None:
        assert submission.version_id
        release = profiles.profile_of(submission.contest).release_at
        session.add(
            Publication(
                submission_id=submission.id, version_id=submission.version_id, page_id="1122334455",
                state="published", caption=submission.title, release_at=release,
                created_at=submission.created_at, video_id=f"9{submission.id:08}",
                post_id=f"1122334455_{submission.id:08}", published_at=release,
                permalink=f"https://www.facebook.com/quandoan11/videos/9{submission.id:08}",
            )
        )

    def asked(self, submission: Submission) -> EntryRequest:
        """A proposal that an entry which has left comes back, waiting for a second organiser."""
        return self.add(EntryRequest(
            submission_id=submission.id, kind="reinstate", reason="Bấm nhầm nút rút bài",
            created_by="user:99", created_at=self.at,
        ))

    def ballot(
        self, submission: Submission, juror: User, marks: dict[str, int] | None = None,
        **values: Any,
    ) -> Ballot:
        """A juror's ballot; with ``marks`` (criterion -> points) and submitted unless told."""
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, submission.contest_id)
            values = {"state": "submitted" if marks else "open"} | values
            ballot = Ballot(
                submission_id=submission.id, juror_id=juror.id, created_at=self.at,
                updated_at=self.at, profile_revision_id=contest.revision_id, **values,
            )
            ballot.marks = [Mark(criterion=c, value=v) for c, v in (marks or {}).items()]
            session.add(ballot)
        return ballot


def report(verdict: str) -> dict[str, Any]:
    """A report of ``media_checks`` with this verdict: a clip of 4 minutes, or one of 5:42."""
    seconds = 342.0 if verdict == "fail" else 240.0
    finding = {
        "rule": "duration", "level": "hard", "outcome": "fail" if verdict == "fail" else "pass",
        "found": f"{seconds:.0f} s", "allowed": "180–300 s",
        "message_vi": "Clip dài 5 phút 42 giây; cho phép 3–5 phút. Hãy cắt bớt ít nhất 42 giây."
        if verdict == "fail" else "Clip dài 4 phút.",
        "message_en": "The clip is 5 min 42 s long; 3–5 minutes are allowed. Cut at least 42 s."
        if verdict == "fail" else "The clip is 4 min long.",
    }
    return {
        "verdict": verdict, "policy": {"name": "quan11-2023", "revision": "0" * 64},
        "facts": {"duration_s": seconds, "display_width": 1440, "display_height": 1080},
        "findings": [finding],
    }
