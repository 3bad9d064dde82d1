"""One person in every field that people fill in: name, phone, mail and account."""

import gzip
import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.models import (
    Attachment,
    AuthorWord,
    Captions,
    Check,
    ConsentEvent,
    Correction,
    EntryPart,
    EntryRequest,
    EntryText,
    Errand,
    Evidence,
    Filing,
    FlagDecision,
    Handover,
    HeldDecision,
    LateApproval,
    Leaf,
    LedgerStatement,
    LedgerVoid,
    LetterText,
    LevelLink,
    LinkFetch,
    Mail,
    OnscreenNames,
    PageInspection,
    PagePause,
    Passkey,
    PlatformCount,
    PlatformPost,
    PostRemoval,
    PrivacyRequest,
    Publication,
    PushFollower,
    PushMessage,
    PushSubscription,
    Repair,
    RetentionHold,
    Review,
    ReviewVote,
    SavedView,
    SecurityEvent,
    ShareRecord,
    SignedForm,
    SimilarPair,
    Snapshot,
    StaffSession,
    Submission,
    Task,
    TimeGrant,
    Unit,
    Upload,
    Withdrawal,
)
from contest.services.core import audit
from contest.services.privacy.person import Person
from tests.contest.factory import Factory
from tests.contest.privacy.pdfs import pdf
from tests.contest.seen.phases import Phase
from tests.contest.seen.planted import Planted

NAME = "Nguyễn Zằng Thị Quýtplanted"
BARE = "nguyen-zang-thi-quytplanted"  # as files are named
PHONE, MAIL = "0907 713 999", "zqplanted@example.vn"
ACCOUNT = "https://www.facebook.com/zqplanted.account"
PERSON = Person((NAME,), (PHONE,), (MAIL,), (ACCOUNT,))
# What must be nowhere afterwards: in bytes as they are stored, whatever their case.
TRACES = (NAME, "nguyen zang thi quytplanted", BARE, "quytplanted", PHONE, "0907713999",
          "907713999", MAIL, "zqplanted.account", "zqplantedaccount")
SAID = f"Chị {NAME} ({PHONE}, +84907713999, {MAIL}, {ACCOUNT}) có mặt trong clip"
BODIES = ("unit", "group")


class OnePerson(Planted):
    """Plants the one person where ``Planted`` plants a word for each field. Of the staff the
    reviewer is the person."""

    def word(self, phase: str, whose: str, kind: str) -> str:
        if kind in ("decision", "reason", "verdict"):
            return f"Ông {NAME} có tên trong clip"  # bundles take no contacts
        other = kind == "person" and whose != "reviewer"
        if other or kind == "login" or (kind, whose) == ("sharer", "rival") or kind in BODIES:
            return super().word(phase, whose, kind)
        if kind in ("filename", "evidence"):
            return BARE
        return NAME if kind in ("person", "author", "contact", "sharer", "title") else SAID

    def mail(self, phase: str, whose: str, kind: str = "mail") -> str:
        if kind == "login" and whose != "reviewer":
            return super().mail(phase, whose, kind)
        return MAIL

    def phone(self, phase: str, whose: str) -> str:
        return PHONE


def planted(
    make: Factory, clock: FixedClock, name: str = "published", kind: type[Phase] = Phase
) -> Phase:
    """A contest with the person in every field; files on the disk are a day old."""
    phase = kind(make, clock, OnePerson(), name)
    with make.platform.db.write() as session:
        for row in _rows(phase):
            session.add(row)
            session.flush()
        for number in (1, 2):
            audit.record(session, "unit.retired", f"unit:{number}", actor=SYSTEM, at=phase.at,
                         contest_id=phase.contest.id, after={"reason": SAID, "account": ACCOUNT})
        _in_columns(session, phase)
    _files(phase)
    for path in make.platform.settings.storage_dir.glob("*/*"):
        os.utime(path, (1, 1))
    return phase


def _rows(phase: Phase) -> list[Any]:
    clip, at, contest_id = phase.clips["shown"], phase.at, phase.contest.id
    version = clip.version_id
    by = f"user:{phase.people['organiser'].id}"
    reviewer = phase.people["reviewer"]
    common: dict[str, Any] = {"created_by": by, "created_at": at}
    late = Snapshot(submission_id=phase.clips["out"].id, taken_at=at, source="manual", reactions=1,
                    late_reason=SAID, raw={"from": {"name": NAME}}, **common)
    return [
        late,
        Evidence(contest_id=contest_id, sha256=kept(phase, _sheet()), size=9, kind="ledger",
                 filename=f"{BARE}.csv", **common),
        Mail(contest_id=contest_id, to=MAIL, template="receipt", created_at=at, state="sent",
             params={"submission_id": clip.id, "said": SAID}, sent_at=at),
        waiting := Mail(contest_id=contest_id, to=MAIL, template="reminder", created_at=at,
                        params={"unit_id": phase.units["home"].id}, error=SAID),
        ShareRecord(submission_id=clip.id, account=NAME, profile=ACCOUNT, link=f"{ACCOUNT}/posts/1",
                    identity="u:zqplanted.account", seen_at=at, late_reason=SAID, **common),
        LedgerVoid(contest_id=contest_id, lines=1, reason=SAID, **common),
        LedgerStatement(submission_id=phase.clips["out"].id, state="partial", late_reason=SAID,
                        **common),
        FlagDecision(submission_id=clip.id, key=f"jump:{NAME}", kind="jump", numbers={"by": NAME},
                     decision="fine", reason=SAID, **common),
        EntryRequest(submission_id=phase.clips["out"].id, kind="reinstate", reason=SAID, **common),
        PageInspection(contest_id=contest_id, page_id=ACCOUNT, page_name=NAME, passed=True,
                       findings=[{"vi": SAID}], **common),
        PagePause(contest_id=contest_id, kind="manual", reason=SAID, details={"said": SAID},
                  **common),
        Passkey(user_id=reviewer.id, name=NAME, credential_id="c", public_key="k", created_at=at),
        StaffSession(user_id=reviewer.id, token_hash="h" * 64, agent=SAID, created_at=at,
                     last_seen_at=at, expires_at=at),
        SecurityEvent(kind="refused", contest_id=contest_id, actor="public", place="192.0.2.1",
                      endpoint="x", path=f"/{MAIL}", count=1, first_at=at, last_at=at),
        TimeGrant(unit_id=phase.units["home"].id, until=at, reason=SAID, granted_by=NAME,
                  granted_at=at),
        Captions(version_id=version, language="vi", data={"cues": [[0, 900, SAID]]},
                 created_by=f"user:{reviewer.id}", created_at=at),
        OnscreenNames(version_id=version, data={"cards": [{"lines": [NAME]}]}, created_at=at),
        Upload(public_id="p", contest_id=contest_id, unit_id=clip.unit_id, submission_id=clip.id,
               length=9, state="terminated", filename=f"{BARE}.mp4", begun_at=at, expires_at=at,
               finished_at=at),
        Review(submission_id=clip.id, version_id=version, reviewer_id=reviewer.id, reason=SAID,
               note=SAID, profile_revision_id=phase.contest.revision_id, outcome="reject",
               checklist={}, created_at=at),
        PrivacyRequest(contest_id=contest_id, code="x", kind="erase", role="author",
                       person_name=NAME, person_phone=PHONE, person_email=MAIL, account=ACCOUNT,
                       message=SAID, created_by="public", created_at=at),
        RetentionHold(contest_id=contest_id, subject="submission:0", reason=SAID, **common),
        AuthorWord(submission_id=clip.id, name=NAME, email=MAIL, objection=SAID, asked_at=at,
                   expires_at=at, guardian_name=NAME, guardian_relation=SAID[:100],
                   guardian_contact=PHONE),
        *_rows_of_this_year(phase, common),
        Task(kind="mail.send", row_id=2, key="waiting", contest_id=contest_id, due_at=at,
             created_at=at, error=SAID),
        waiting,
    ]


def _rows_of_this_year(phase: Phase, common: dict[str, Any]) -> list[Any]:
    """Votes, errands, links, paper, letters, devices."""
    clip, at, contest_id = phase.clips["shown"], phase.at, phase.contest.id
    reviewer = phase.people["reviewer"]
    return [
        ReviewVote(submission_id=clip.id, version_id=clip.version_id, member_id=reviewer.id,
                   profile_revision_id=phase.contest.revision_id, outcome="reject", checklist={},
                   reason=SAID, note=SAID, given_at=at),
        HeldDecision(submission_id=clip.id, version_id=clip.version_id, user_id=reviewer.id,
                     state="taken_back", content={"reason": SAID, "note": SAID}, said={},
                     made_at=at, due_at=at, ended_at=at),
        Errand(public_id="errand", submission_id=clip.id, user_id=reviewer.id, kind="paper",
               reason=SAID, created_at=at),
        SignedForm(submission_id=clip.id, sha256=kept(phase, f"form: {SAID}".encode()), size=9,
                   **common),
        Attachment(contest_id=contest_id, submission_id=clip.id, question="plan", kind="pdf",
                   sha256=kept(phase, f"%PDF-1.4 plan: {SAID}".encode()), size=9,
                   filename=f"{BARE}.pdf", **common),
        Filing(contest_id=contest_id, unit_id=phase.units["home"].id, filing="report",
               answers={"leader": SAID}, filed_by="system", reason=SAID, note=SAID,
               until_reason=SAID, filed_at=at),
        Attachment(contest_id=contest_id, filing_id=1, question="file", kind="pdf",
                   sha256=kept(phase, f"%PDF-1.4 report: {SAID}".encode()), size=9,
                   filename="bao-cao.pdf", **common),
        EntryPart(submission_id=clip.id, number=1, sha256=kept(phase, f"part: {SAID}".encode()),
                  size=9, filename=f"{BARE}.jpg", caption=SAID, created_at=at),
        EntryText(submission_id=clip.id, body=SAID, saved_at=at),
        Leaf(version_id=clip.version_id, kind="page", number=2, size=9, media_type="image/jpeg",
             sha256=kept(phase, f"leaf: {SAID}".encode()), data={"caption": SAID}, created_at=at),
        LinkFetch(public_id="link", submission_id=clip.id, state="failed", said={"vi": SAID},
                  address=f"https://drive.example/{BARE}", filename=f"{BARE}.mp4", begun_at=at,
                  expires_at=at, finished_at=at),
        LetterText(contest_id=contest_id, letter="reminder", language="vi", subject=NAME, body=SAID,
                   changed_by="user:1", changed_at=at),
        PushSubscription(user_id=reviewer.id, session_id=1, endpoint=f"https://push.example/{BARE}",
                         browser_key="k", auth="a", created_at=at),
        PushFollower(contest_id=contest_id, endpoint=f"https://push.example/{BARE}",
                     browser_key="k", auth="a", created_at=at),
        SavedView(contest_id=contest_id, user_id=reviewer.id, place="entries", name=NAME,
                  filter={"q": NAME}, shared=True, created_at=at),
        Withdrawal(contest_id=contest_id, submission_id=clip.id, purpose="rules", follows="stays",
                   due_by=at, done_by="user:1", done_at=at, how=SAID, **common),
        PostRemoval(contest_id=contest_id, submission_id=phase.clips["out"].id, size=9,
                    sha256=kept(phase, pdf(SAID)),
                    media_type="application/pdf", **common),
        Handover(contest_id=contest_id, state="declined", reason="level", unit_name=SAID[:200],
                 origin="key/ward/CX1", sha256=kept(phase, f"handed on: {SAID}".encode()), size=9,
                 packet={"authors": [NAME], "contact_phone": PHONE}, filename=f"{BARE}.mp4",
                 note=SAID, offered_by="public", offered_at=at, state_reason=SAID),
        LevelLink(contest_id=contest_id, child_key="k", child_name=SAID[:200], note=SAID,
                  state_reason=SAID, **common),
        PlatformCount(
            client_id="1", likes=1, taken_at=at, late_reason=SAID, **common,
            post=PlatformPost(contest_id=contest_id, submission_id=clip.id, platform="tiktok",
                              url=f"https://www.tiktok.com/@{BARE}/video/12345",
                              post_key=f"www.tiktok.com/@{BARE}/video/12345", **common),
        ),
        PushMessage(contest_id=contest_id, subscription_id=1, template="receipt",
                    params={"said": SAID}, created_at=at),
    ]


def _in_columns(session: Any, phase: Phase) -> None:
    """Fields of rows that the contest has anyway."""
    clip = session.get_one(Submission, phase.clips["shown"].id)
    clip.state_reason, clip.description = SAID, SAID
    clip.answers = {"story": SAID, "media": [NAME, "Máy quay"], "people": PHONE}
    phase_contest = session.get_one(type(phase.contest), phase.contest.id)
    phase_contest.publishing_paused = SAID
    for check in session.query(Check).filter_by(version_id=clip.version_id):
        check.report = {"facts": {"title": NAME}}
    for repair in session.query(Repair).filter_by(version_id=clip.version_id):
        repair.wish, repair.error = {"title": NAME}, SAID
    for post in session.query(Publication).filter_by(submission_id=clip.id):
        post.caption, post.error_data = SAID, {"message": SAID}
    late = session.query(Snapshot).filter(Snapshot.late_reason != "").one()
    first = session.query(Snapshot).filter_by(submission_id=clip.id).first()
    session.add_all([
        LateApproval(snapshot_id=late.id, entered_by="user:1", approved_by="user:2",
                     created_at=phase.at),
        Correction(snapshot_id=first.id, reason=SAID, accounts_out=[NAME, "Người khác"],
                   identities_out=["u:zqplanted.account", "n:người khác"], created_by="user:1",
                   created_at=phase.at),
        SimilarPair(version_id=max(phase.clips["shown"].version_id or 0,
                                   phase.clips["rival"].version_id or 0),
                    other_id=min(phase.clips["shown"].version_id or 0,
                                 phase.clips["rival"].version_id or 0),
                    kind="both", score=0.5, data={}, verdict="fine", reason=SAID, decided_by=1,
                    created_at=phase.at),
    ])
    unit = session.get_one(Unit, phase.units["home"].id)
    unit.contact_name = NAME
    session.add(ConsentEvent(submission_id=clip.id, purpose="rules", act="given", given_by="unit:1",
                             notice_version="1", notice_sha256="0" * 64, at=phase.at))


def _sheet() -> bytes:
    return f"account,link\n{NAME},{ACCOUNT}\n".encode("utf-16")


def kept(phase: Phase, content: bytes) -> str:
    platform = phase.platform
    digest = hashlib.sha256(content).hexdigest()
    incoming = platform.settings.data_dir / f"in-{digest}"
    incoming.write_bytes(content)
    platform.blobs.put(incoming, digest)
    os.utime(platform.blobs.path(digest), (1, 1))  # yesterday's: today's are not removed yet
    return digest


def _files(phase: Phase) -> None:
    """What lies about: mails of a set-up without a mail server, caches, previews, forms."""
    root: Path = phase.platform.settings.data_dir
    for place in (f"mail/1-{BARE}.eml", "incoming/tmp1", "work/1/a.json", "cards/a.png",
                  "stills/a.webp", f"published/{phase.contest.slug}/results.vi.html",
                  "prospects/a.json", "documents/a.docx", "tmpform"):
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SAID)
    (root / "incoming/tmp2").write_bytes(pdf(title=SAID))
    (root / "work/1/a.json.gz").write_bytes(gzip.compress(SAID.encode()))
    kept(phase, pdf(f"{SAID} twice"))
    kept(phase, f"never applied: {SAID}".encode())


def traces(content: bytes) -> list[str]:
    """Which of the person's traces stand in bytes: as UTF-8, as JSON escapes, as UTF-16."""
    found = []
    for encoding in ("utf-8", "utf-16-le"):
        text = content.decode(encoding, "ignore").casefold()
        found += [t for t in TRACES if t.casefold() in text]
        found += [t for t in TRACES if t.encode("unicode_escape").decode().casefold() in text
                  and not t.isascii()]
    return found


LATER = timedelta(days=2)
