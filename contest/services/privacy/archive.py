"""Everything that is held about a person, as one archive: a page for people, JSON for programs, and
the clips of the entry that the request names.

What stands in a row beside the person is other people's and left out: of each place only the value
in which the person stands. Whoever judged is not named.
"""

import contextlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contest.models import (
    Attachment,
    ClipVersion,
    Contest,
    PostRemoval,
    PrivacyRequest,
    SignedForm,
    Submission,
)
from contest.ports import BlobStore
from contest.services.core import mail, profiles
from contest.services.entry import consents
from contest.services.handover import onward
from contest.services.privacy import access, account, places, requests
from contest.services.privacy.person import Finder

LIFE = timedelta(days=7)
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
# Kept from the person, too: what others wrote in confidence, and how we find people.
WITHHELD = frozenset({("ballot", "comment"), ("review", "note"), ("held_decision", "content"),
                      ("outbox", "error")})


@dataclass(frozen=True)
class Held:
    """What is held: places of the person, consents, files (name in the archive, hash): clips,
    pictures of the form that they signed, files that came with it, proofs that a post was removed,
    files of a filing that names them; who opened what about them."""

    finder: Finder
    places: list[places.Place]
    consents: list[dict[str, Any]]
    clips: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    proofs: list[tuple[str, str]]
    filed: list[tuple[str, str]]
    opened: list[dict[str, Any]]
    handed: list[dict[str, str]]  # contests that the entry was handed to: title, code there

    @property
    def files(self) -> list[tuple[str, str]]:
        return [*self.clips, *self.forms, *self.proofs, *self.filed]


def held(session: Session, contest: Contest, request: PrivacyRequest) -> Held:
    """Everything about the person of a request."""
    finder = Finder(places.person_behind(session, request))
    found = [place for place in places.found(session, contest.id, finder)
             if (place.table, place.column) not in WITHHELD]
    submission = session.get(Submission, request.submission_id) if request.submission_id else None
    return Held(
        finder,
        found,
        [{"purpose": e.purpose, "act": e.act, "at": e.at.isoformat(),
          "notice_version": e.notice_version, "by": e.given_by}
         for e in (consents.history(session, submission) if submission else [])],
        list(_clips(session, submission)) if submission else [],
        list(_forms(session, submission)) if submission else [],
        list(_proofs(session, submission)) if submission else [],
        list(_filed(session, contest, found)),
        _opened(session, contest, request, submission),
        [{"contest": profiles.profile_of(one.contest).contest.title[request.language],
          "code": one.code}
         for one in (onward.made_of(session, submission) if submission else [])],
    )


def _forms(session: Session, submission: Submission) -> Iterator[tuple[str, str]]:
    query = select(SignedForm).where(SignedForm.submission_id == submission.id)
    for number, form in enumerate(session.scalars(query.order_by(SignedForm.id)), start=1):
        yield f"forms/{submission.code}-{number}.jpg", form.sha256
    files = select(Attachment).where(Attachment.submission_id == submission.id)
    for file in session.scalars(files.order_by(Attachment.id)):
        yield f"forms/{submission.code}-{_ended(file)}", file.sha256


def _filed(
    session: Session, contest: Contest, found: list[places.Place]
) -> Iterator[tuple[str, str]]:
    """Files of the filings whose answers, or the note on what is to be mended, name the person, and
    files that are called by their name. Why somebody filed or had more time is not in a file."""
    filings = [place.row_id for place in found
               if place.table == "filing" and place.column in ("answers", "note")]
    called = [place.row_id for place in found if place.table == "attachment"]
    files = select(Attachment).where(
        Attachment.contest_id == contest.id, Attachment.filing_id.is_not(None),
        or_(Attachment.filing_id.in_(filings), Attachment.id.in_(called)),
    )
    for file in session.scalars(files.order_by(Attachment.id)):
        yield f"filings/{file.filing_id}-{_ended(file)}", file.sha256


def _ended(file: Attachment) -> str:
    return f"{file.question}-{file.id}.{'jpg' if file.kind == 'picture' else file.kind}"


def _proofs(session: Session, submission: Submission) -> Iterator[tuple[str, str]]:
    query = select(PostRemoval).where(PostRemoval.submission_id == submission.id)
    for number, proof in enumerate(session.scalars(query.order_by(PostRemoval.id)), start=1):
        ending = ENDINGS.get(proof.media_type, "")
        yield f"proofs/{submission.code}-{number}{ending}", proof.sha256


def _opened(
    session: Session, contest: Contest, request: PrivacyRequest, submission: Submission | None
) -> list[dict[str, Any]]:
    """Who opened it, by their part in the contest; what a person of the staff opened themselves."""
    user = account.of_mail(session, contest, request.person_email)
    mine = user.id if user and request.role == "staff" else None
    subjects = [f"request:{request.id}"]
    subjects += [f"{access.ENTRY}{submission.code}"] if submission else []
    return [
        {"at": row.at.isoformat(), "what": row.what, "subject": row.subject,
         "by": "you" if row.actor == f"user:{mine}" else "staff"}
        for row in access.of_person(session, contest, subjects, mine)
    ]


def _clips(session: Session, submission: Submission) -> Iterator[tuple[str, str]]:
    query = select(ClipVersion).where(
        ClipVersion.submission_id == submission.id, ClipVersion.bytes_gone_at.is_(None)
    )
    for version in session.scalars(query.order_by(ClipVersion.number)):
        ending = Path(version.filename).suffix.lower()[:8]
        yield f"clips/{submission.code}-{version.number}{ending}", version.sha256


def write(
    path: Path, found: Held, contest: Contest, request: PrivacyRequest, blobs: BlobStore, *,
    at: datetime,
) -> None:
    """Write the archive; clips are copied as they stream, not held in memory."""
    title = profiles.profile_of(contest).contest.title
    said = title.en if request.language == "en" else title.vi
    document = {
        "contest": said, "request": request.code, "made_at": at.isoformat(),
        "person": {"name": request.person_name, "phone": request.person_phone,
                   "email": request.person_email, "account": request.account},
        "held": [{"where": f"{p.table}.{p.column}", "called": p.called(request.language),
                  "row": p.row_id, "value": _own(p, found.finder)} for p in found.places],
        "consents": found.consents, "clips": [name for name, _ in found.clips],
        "signed_forms": [name for name, _ in found.forms],
        "proofs_of_removed_posts": [name for name, _ in found.proofs],
        "files_of_filings": [name for name, _ in found.filed], "opened": found.opened,
        **({"handed_to": found.handed} if found.handed else {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=1))
        archive.writestr("data.html", _page(document, request.language))
        for name, sha256 in found.files:
            with contextlib.suppress(FileNotFoundError), blobs.open_local(sha256) as file:
                archive.write(file, name)


def _own(place: places.Place, finder: Finder) -> list[str]:
    """The texts of a place in which the person stands; other people's are left out."""
    return [text for text in places.texts(place.value) if finder.finds(text)]


def _page(document: dict[str, Any], language: str) -> str:
    words = _WORDS[language]
    rows = "".join(
        f"<tr><td>{escape(one['called'])}</td><td>{escape('; '.join(one['value']))}</td></tr>"
        for one in document["held"]
    )
    steps = "".join(f"<li>{escape(one['at'][:16])}: {escape(one['purpose'])} – "
                    f"{words[one['act']]}</li>" for one in document["consents"])
    clips = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>'
                    for name in (*document["clips"], *document["signed_forms"],
                                 *document["proofs_of_removed_posts"],
                                 *document["files_of_filings"]))
    openings = "".join(f"<li>{escape(one['at'][:16])}: {words[one['what']]} "
                       f"({escape(one['subject'])}), {words[one['by']]}</li>"
                       for one in document["opened"])
    handed = "".join(f"<li>{escape(one['contest'])} ({escape(one['code'])})</li>"
                     for one in document.get("handed_to", []))
    further = f"<h2>{words['handed']}</h2><ul>{handed}</ul>" if handed else ""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f"<title>{words['title']}</title><h1>{words['title']}</h1>"
        f"<p>{escape(document['contest'])} · {escape(document['request'])} · "
        f"{escape(document['made_at'][:16])}</p>"
        f"<h2>{words['held']}</h2><table border=1><tr><th>{words['where']}</th>"
        f"<th>{words['value']}</th></tr>{rows}</table>"
        f"<h2>{words['consents']}</h2><ul>{steps}</ul><h2>{words['clips']}</h2><ul>{clips}</ul>"
        f"<h2>{words['opened']}</h2><ul>{openings}</ul>{further}"
    )


_WORDS = {
    "vi": {"title": "Dữ liệu về bạn", "held": "Dữ liệu đang giữ", "where": "Ở đâu",
           "value": "Nội dung", "consents": "Sự đồng ý",
           "clips": "Clip, phiếu có chữ ký, tệp kèm theo, bằng chứng đã gỡ bài đăng, tệp báo cáo",
           "given": "đồng ý",
           "withdrawn": "rút lại", "opened": "Ai đã mở dữ liệu", "you": "chính bạn",
           "staff": "người của hội thi", "contacts": "xem liên hệ", "original": "tải clip gốc",
           "export": "tải danh sách", "signed_form": "xem phiếu có chữ ký",
           "evidence": "tải minh chứng", "person": "xem dữ liệu của bạn",
           "handed": "Chuyển sang hội thi khác"},
    "en": {"title": "Data about you", "held": "Data held", "where": "Where", "value": "What",
           "consents": "Consents",
           "clips": "Clips, signed forms, files with them, proofs of removed posts, files filed",
           "given": "given",
           "withdrawn": "withdrawn", "opened": "Who opened your data", "you": "yourself",
           "staff": "staff of the contest", "contacts": "contacts looked at",
           "original": "original clip downloaded", "export": "list downloaded",
           "signed_form": "signed form looked at", "evidence": "evidence downloaded",
           "person": "your data looked at", "handed": "Handed to other contests"},
}


def made(session: Session, request: PrivacyRequest, sha256: str, *, at: datetime) -> None:
    """The archive is in the store: keep its name for a while, and mail the person the link."""
    request.archive_sha256, request.archive_until = sha256, at + LIFE
    mail.enqueue(
        session, to=request.person_email, template=requests.TOLD, language=request.language,
        params={"privacy_request_id": request.id, "said_state": "archive", "extended": False},
        contest_id=request.contest_id, at=at,
    )


def over(session: Session, *, at: datetime) -> list[str]:
    """Forget archives whose time is over; returns their files."""
    query = select(PrivacyRequest).where(
        PrivacyRequest.archive_sha256 != "", PrivacyRequest.archive_until < at
    )
    files = []
    for request in session.scalars(query):
        files.append(request.archive_sha256)
        request.archive_sha256 = ""
    return files
