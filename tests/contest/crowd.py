"""A contest with ``n`` of everything: what the query budgets are measured on, at 1 and at 30.

Each list that a page shows has ``n`` rows: contests, revisions, units, people, entries in every
state, versions of one entry, ballots, counts, ledger rows, pairs, jobs, results.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.config import Settings
from contest.models import (
    AccessLog,
    Ballot,
    Base,
    ChairDecision,
    Check,
    ClipVersion,
    Contest,
    Correction,
    CorrectionVerdict,
    Derivative,
    DocumentPdf,
    Evidence,
    Filing,
    Invitation,
    Mail,
    Mark,
    PageConnection,
    PageInspection,
    PagePause,
    PrivacyRequest,
    Publication,
    Repair,
    Result,
    RetentionHold,
    Review,
    ShareRecord,
    SimilarPair,
    Snapshot,
    Submission,
    Task,
    TimeGrant,
    Upload,
)
from contest.services.core import audit, profiles
from contest.services.core.sealing import FANPAGE
from contest.services.messages import handing_on
from contest.services.results import results
from contest.services.results.bundles import BundleStore
from contest.states import SUBMISSION
from contest.tokens import new_token
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.conftest import SECRET_KEY, WHILE_OPEN, Client, Visits
from tests.contest.counts.sitting_room import just_typed
from tests.contest.crowd_looked import Looked
from tests.contest.elsewhere.crowded import PLATFORM, posts_of
from tests.contest.factory import QUAN11, Factory, report
from tests.contest.filings.owed import owing
from tests.contest.handover.crowded import handed
from tests.contest.rounds.rules import live
from tests.contest.stage import AFTER, COUNTED

CAP = "points_cap = 300"


class Crowd(Looked):
    """The platform with its contest, and browsers of each role."""

    def __init__(self, folder: Path, n: int, database_url: str) -> None:
        self.n, self.clock = n, FixedClock(WHILE_OPEN)
        self.platform = Platform(Settings(
            data_dir=folder, database_url=database_url, redis_url="",
            storage_url=f"file://{folder}/clips", base_url="http://localhost",
            secret_key=SECRET_KEY, second_factor="optional",
        ))
        self.platform.__dict__["clock"] = self.clock
        self.make = Factory(self.platform)
        self._contests()
        self._people()
        self._entries()
        self._versions(self.entries["in_review"][0])
        self._page()
        self._counts(self.entries["published"])
        self._add(*posts_of(self.contest, self.entries["published"], self.evidence_id))
        self._pairs()
        self._work()
        self._result()
        just_typed(self.make, self.contest, self.entries["published"], self.people["organiser"],
                   self.evidence_id)
        self.app = create_app(self.platform)
        self.app.test_client_class = Client
        self.visit = Visits(self.app, self.make, self.contest)
        self.values = self._values()
        self.browsers = {role: self._browser(role) for role in (
            "public", "unit", "reviewer", "juror", "organiser", "admin")}

    # ------------------------------------------------------------------ what there is

    def _add(self, *rows: Base) -> None:
        with self.platform.db.write() as session:
            session.add_all(rows)

    def _contests(self) -> None:
        """``n`` contests; the first one has ``n`` revisions of its rules and ``n`` units."""
        self.contest = self.make.contest(edit=_with_reminders)
        for number in range(1, self.n):
            self.make.contest(f"quan-{number}")
            source = _with_reminders(QUAN11.read_text().replace(CAP, f"{CAP[:-1]}{number}"))
            with self.platform.db.write() as session:
                profiles.import_profile(
                    session, source, actor=SYSTEM, at=WHILE_OPEN, reason="Sửa trần điểm"
                )
        with self.platform.db.read() as session:
            self.contest = profiles.find(session, self.contest.slug)
        self.units = [self.make.unit(self.contest) for _ in range(self.n)]
        for number in range(self.n):  # who are told by a person
            self.make.unit(self.contest, f"Không email {number}", contact_email="")
        with self.platform.db.write() as session:
            handing_on.prepare(
                session, session.get_one(Contest, self.contest.id), "missing", actor=SYSTEM,
                key=self.platform.keys.unit_codes(session), at=WHILE_OPEN,
            )
        for unit in [*self.units, *self.units[:1] * (self.n - 1)]:
            self.make.unit_link(unit)
            self._add(TimeGrant(
                unit_id=unit.id, until=AFTER, reason="Mất điện", granted_by="system",
                granted_at=WHILE_OPEN,
            ))
        self._add(*(Filing(contest_id=self.contest.id, unit_id=unit.id, filing="report",
                           answers={}, filed_at=WHILE_OPEN) for unit in self.units))
        for _ in range(self.n):
            self.make.unit(self.contest)  # sends nothing

    def _people(self) -> None:
        """``n`` of each role; the first of each has ``n`` sessions and invitations."""
        self.people = {
            role: [
                self.make.user(role, contest=self.contest, unit=unit if number else None)
                for number, unit in enumerate(self.units)
            ]
            for role in ("organiser", "reviewer", "juror")
        }
        for role in self.people:
            for user in [*self.people[role], *self.people[role][:1] * (self.n - 1)]:
                self.make.staff_token(user)
                self.make.add(Invitation(
                    token_hash=new_token(), nonce=new_token(), user_id=user.id, created_by="system",
                    purpose="password", created_at=WHILE_OPEN,
                    expires_at=WHILE_OPEN + timedelta(days=7),
                ))

    def _entries(self) -> None:
        """``n`` entries in every state, one of each unit; the first unit has ``n`` more."""
        reviewer = self.people["reviewer"][0]
        self.entries = {
            state: [self.make.submission(u, state, reviewer=reviewer) for u in self.units]
            for state in SUBMISSION.states
        }
        for _ in range(self.n):
            self.make.submission(self.units[0], "uploading")
        for withdrawn in self.entries["withdrawn"]:
            self.make.asked(withdrawn)
        self._add(*handed(self.contest, self.n), *handed(self.contest, self.n, "declined"))

    def _versions(self, submission: Submission) -> None:
        """``n`` more versions of one entry, each checked, reviewed, mended and in the trail."""
        assert submission.version_id
        with self.platform.db.write() as session:
            for number in range(2, self.n + 2):
                upload = Upload(
                    public_id=new_token(), contest_id=submission.contest_id,
                    unit_id=submission.unit_id, submission_id=submission.id, state="complete",
                    length=9, filename="clip.mp4", begun_at=WHILE_OPEN, finished_at=WHILE_OPEN,
                    expires_at=WHILE_OPEN,
                )
                session.add(upload)
                session.flush()
                version = ClipVersion(
                    submission_id=submission.id, upload_id=upload.id, number=number, size=9,
                    sha256=submission.version.sha256, filename="clip.mp4", begun_at=WHILE_OPEN,
                    received_at=WHILE_OPEN,
                )
                session.add(version)
                session.flush()
                self._judged(session, submission, version)
        with self.platform.db.write() as session:
            session.get_one(Submission, submission.id).version_id = version.id
        self._add(Repair(
            version_id=version.id, state="ready", wish={}, sha256=version.sha256, size=9,
            report=report("pass"), created_at=WHILE_OPEN,
        ), *(self._derivative(version, kind) for kind in ("poster", "rendition")))

    def _judged(self, session: Any, submission: Submission, version: ClipVersion) -> None:
        revision, user = self.contest.revision_id, self.people["reviewer"][-1]
        session.add_all([
            Check(version_id=version.id, kind=kind, state="done", verdict="pass",
                  profile_revision_id=revision, created_at=WHILE_OPEN, report=report("pass"),
                  started_at=WHILE_OPEN, finished_at=WHILE_OPEN)
            for kind in ("quick", "deep")
        ])
        session.add(Review(
            submission_id=submission.id, version_id=version.id, reviewer_id=user.id, until=AFTER,
            profile_revision_id=revision, outcome="changes", reason="Thiếu tên đơn vị.",
            checklist={}, created_at=WHILE_OPEN,
        ))
        for actor in (self.make.actor(self.units[0]), self.make.actor(user)):
            audit.record(session, "submission.changed", submission, actor=actor, at=WHILE_OPEN)

    def _derivative(self, version: ClipVersion, kind: str) -> Derivative:
        return Derivative(
            version_id=version.id, kind=kind, sha256=version.sha256, size=version.size,
            media_type="video/mp4" if kind == "rendition" else "image/jpeg",
            created_at=WHILE_OPEN,
        )

    def _page(self) -> None:
        """Approved clips on their way to the Page, posters of those that are there."""
        states = ("waiting", "failed", "uploading", "unknown")
        for number, submission in enumerate(self.entries["approved"]):
            self._add(Publication(
                submission_id=submission.id, version_id=submission.version_id, page_id="1122334455",
                state=states[number % len(states)], caption=submission.title, error="Lỗi mạng",
                release_at=WHILE_OPEN, created_at=WHILE_OPEN,
            ))
        for submission in self.entries["published"] + self.entries["approved"]:
            assert submission.version
            for kind in ("poster", "rendition"):
                self._add(self._derivative(submission.version, kind))
        for _ in range(self.n):
            self._add(
                PagePause(contest_id=self.contest.id, kind="manual", reason="Tạm dừng",
                          created_by="system", created_at=WHILE_OPEN, lifted_by="system",
                          lifted_at=WHILE_OPEN),
                PageInspection(contest_id=self.contest.id, page_id="1", page_name="Trang",
                               passed=True, created_by="system", created_at=WHILE_OPEN,
                               findings=[]),
            )
        self._add(PageConnection(
            contest_id=self.contest.id, page_id="1122334455", page_name="Trang", checked_at=AFTER,
            token=self.platform.keys.seal(FANPAGE, "EAAB"), created_at=WHILE_OPEN,
            created_by="system", expires_at=AFTER,
        ))

    def _counts(self, clips: list[Submission]) -> None:
        """Marks, counts and shares of every clip on the Page; ``n`` of each of the first clip."""
        criteria = profiles.profile_of(self.contest).jury.criteria
        organiser, second = (f"user:{self.people['organiser'][i].id}" for i in (0, -1))
        self._add(*(
            Ballot(
                submission_id=clip.id, juror_id=juror.id, created_at=WHILE_OPEN, version=1,
                updated_at=WHILE_OPEN, state="submitted", submitted_at=WHILE_OPEN,
                profile_revision_id=self.contest.revision_id,
                marks=[Mark(criterion=c.id, value=c.max - number % 5) for c in criteria],
            )
            for number, clip in enumerate(clips) for juror in self.people["juror"]
        ))
        for number, clip in enumerate([*clips, *clips[:1] * self.n]):
            evidence = Evidence(
                contest_id=self.contest.id, sha256=f"{number:064x}", filename="counts.csv",
                size=10, kind="counts", created_by=organiser, created_at=COUNTED,
            )
            self._add(evidence)
            self.evidence_id = evidence.id
            snapshot = Snapshot(
                submission_id=clip.id, taken_at=COUNTED - timedelta(minutes=number), shares=9,
                source="template", reactions=100 + number, evidence_id=evidence.id,
                created_by=organiser, created_at=COUNTED,
            )
            self._add(snapshot)
            correction = Correction(
                snapshot_id=snapshot.id, reactions=90, reason="Trùng tài khoản",
                created_by=organiser, created_at=COUNTED,
            )
            self._add(correction, ShareRecord(
                submission_id=clip.id, account=f"Tài khoản {number}", evidence_id=evidence.id,
                seen_at=COUNTED - timedelta(hours=1), created_by=organiser, created_at=COUNTED,
                link=f"https://www.facebook.com/{number}",
            ))
            if second != organiser and number % 2:
                self._add(CorrectionVerdict(
                    correction_id=correction.id, agreed=True, entered_by=organiser,
                    decided_by=second, created_at=COUNTED,
                ))

    def _pairs(self) -> None:
        """``n`` pairs of similar clips that wait, and ``n`` that were decided."""
        here, there = self.entries["published"], self.entries["in_review"]
        decided = self.entries["approved"]
        user = self.people["reviewer"][0]
        for one, other, third in zip(here, there, decided, strict=True):
            for two, verdict in ((other, None), (third, "fine")):
                first, second = sorted((self._version(one), self._version(two)))
                self._add(SimilarPair(
                    version_id=second, other_id=first, kind="sound", score=0.5,
                    data={"picture": [], "sound": []}, created_at=WHILE_OPEN, verdict=verdict,
                    reason="Nhạc hiệu chung" if verdict else "",
                    decided_by=user.id if verdict else None,
                    decided_at=WHILE_OPEN if verdict else None,
                ))
        self.pair_entry = here[0]

    def _version(self, submission: Submission) -> int:
        found = self.make.fresh(submission).version_id
        assert found is not None
        return found

    def _work(self) -> None:
        """Jobs and mails in each of their states; requests about personal data."""
        for number in range(self.n):
            self._add(*(
                PrivacyRequest(
                    contest_id=self.contest.id, code=f"YC-{state}{number}", state=state,
                    kind="erase", role="sharer", person_name="Người Lạ Nào Đó",
                    created_by="public", created_at=WHILE_OPEN,
                    due_by=WHILE_OPEN, answer_by=WHILE_OPEN, received_at=WHILE_OPEN,
                )
                for state in ("answered", "done", "unconfirmed")
            ))
            self._add(
                RetentionHold(contest_id=self.contest.id, subject=f"evidence:{number}",
                              reason="đang có khiếu nại", created_by="user:1",
                              created_at=WHILE_OPEN),
                AccessLog(contest_id=self.contest.id, actor=f"user:{number + 1}", what="contacts",
                          subject="list:reminders", at=WHILE_OPEN),
            )
            self._add(*(
                Task(kind="mail.send", row_id=number + 1, key=f"{state} {number}", state=state,
                     contest_id=self.contest.id, due_at=WHILE_OPEN, created_at=WHILE_OPEN)
                for state in ("failed", "done", "pending")
            ))
            self._add(*(
                Mail(contest_id=self.contest.id, to="a@example.vn", template=template, state="sent",
                     params={key: number + 1}, created_at=WHILE_OPEN, sent_at=WHILE_OPEN)
                for template, key in (("reminder", "unit_id"), ("jury_reminder", "user_id"))
            ))

    def _result(self) -> None:
        """``n`` published revisions of the result with ``n`` lines each, and their papers."""
        self.clock.moment = AFTER
        first, second = (self.make.actor(self.people["organiser"][0]),
                         self.make.actor(self.make.user("organiser", contest=self.contest)))
        settings = self.platform.settings
        vault = BundleStore(self.platform.keys, self.platform.blobs, settings.data_dir / "bundles")
        with self.platform.db.write() as session:
            contest = session.merge(self.contest)
            result = results.compute(
                session, contest, keys=self.platform.keys, actor=first, at=AFTER, reason="Chốt"
            )
            results.freeze(session, result, vault=vault, actor=second, at=AFTER)
            results.publish(session, result, actor=first, at=AFTER)
            copied = {c.key: getattr(result, c.key) for c in Result.__table__.columns}
            later = [
                Result(**copied | {"id": None, "number": number, "reason": "Tính lại"})
                for number in range(2, self.n + 1)
            ]
            session.add_all(later)
            session.flush()
            newest = [result, *later][-1]  # the one whose papers are shown
            session.add_all(
                DocumentPdf(contest_id=contest.id, result_id=newest.id, kind="minutes",
                            source=f"{n:064x}", state="failed", created_by="system",
                            error_vi="Lỗi", error_en="Failed", created_at=AFTER)
                for n in range(self.n)
            )
            session.add_all(
                ChairDecision(contest_id=contest.id, ordering=["A", "B"], reason="Biên bản",
                              created_by="system", created_at=AFTER) for _ in range(self.n)
            )
        self.clock.moment = WHILE_OPEN

    def _values(self) -> dict[str, Any]:
        """What stands in the addresses unless a line of the table says otherwise."""
        with self.platform.db.read() as session:
            def first(column: Any) -> Any:
                return session.scalar(select(column).order_by(column).limit(1))

            return {
                "slug": self.contest.slug, "code": self._said("@in_review"), "number": 1,
                "kind": "original", "spoken": "vi", "unit_id": self.units[0].id,
                "user_id": self.people["juror"][0].id,
                "pair_id": first(SimilarPair.id), "correction_id": first(Correction.id),
                "publication_id": first(Publication.id), "sha256": first(Evidence.sha256),
                "fix_id": first(Repair.id), "privacy_id": first(PrivacyRequest.id),
                "retained": "originals", "hold_id": 1, "word_id": 1, "filing": "report",
            }


RETENTION = "[retention]\noriginals = 60\nledgers = 60\nlogs = 30\nmails = 30\n"


def _with_reminders(source: str) -> str:
    reminders = ('[reminders]\nuploads = ["3d"]\nfixing = ["1d"]\nmarking = ["2d"]\n'
                 'filings = ["1d"]\n')
    return live(owing(f"{source}\n{reminders}{RETENTION}{PLATFORM}"))
