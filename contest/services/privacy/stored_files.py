"""Stored files that show a person: found by what they say, deleted when no row needs them.

Pictures and films are not looked into: a person names them (``also`` of a request).
"""

import contextlib
import email
import email.policy
import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from contest.models import (
    Attachment,
    AwardReel,
    Captions,
    ClipFingerprint,
    ClipVersion,
    Contest,
    Derivative,
    DocumentPdf,
    DocumentTemplate,
    Evidence,
    Filing,
    Handover,
    LinkFetch,
    OnscreenNames,
    PostRemoval,
    PrivacyRequest,
    Repair,
    Result,
    ResultStep,
    SignedForm,
    SimilarPair,
    Submission,
    UnitSheet,
)
from contest.ports import BlobStore, PdfReader
from contest.services.checking import leaves
from contest.services.privacy.places import Finds, texts

LARGEST = 64 * 1024**2  # of a file that is read for words
UNPACKED = 256 * 1024**2
ZIPPED, GZIPPED, PDF = b"PK\x03\x04", b"\x1f\x8b", b"%PDF-"
PACKED, MAIL = (ZIPPED, GZIPPED), b"\nMIME-Version:"
HEAD = 8192  # bytes in which a file says what it is
DEEPEST = 4  # archives in archives; some hold themselves
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, LookupError, ValueError, RuntimeError)
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")  # as JSON may write a letter
TAG = re.compile(r"<[^<>]*>")
ENDS = re.compile(  # of what stands apart from what follows
    r"</(?:\w+:)?(?:p|c|t[dhr]|li|div|h\d|title|row|si|option|dd|dt)>|<(?:\w+:)?(?:br|tab)\b[^<>]*>"
)
ENCODINGS = ("utf-8", "utf-16", "cp1258")


def shows(path: Path, finder: Finds, pdfs: PdfReader) -> bool:
    """Whether a file's text or name tells of the person: of archives (XLSX, DOCX) and mails each
    part's, of PDFs what is compressed in them as well. One that is gone tells nothing; of one that
    cannot be read nobody knows: raises ``OSError``."""
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except FileNotFoundError:
        return False
    return finder.finds(path.name) or any(map(finder.finds, _readable(content, pdfs)))


def is_shown(blobs: BlobStore, sha256: str, finder: Finds, pdfs: PdfReader) -> bool:
    """As ``shows``, of a stored file; one that is gone shows nobody."""
    try:
        with blobs.open_local(sha256) as path:
            return shows(path, finder, pdfs)
    except FileNotFoundError:
        return False


def _readable(content: bytes, pdfs: PdfReader, depth: int = 0) -> Iterator[str]:
    """Its text, and that of what is packed in it."""
    with contextlib.suppress(*BROKEN):
        for name, part in _parts(content):
            yield name
            if depth < DEEPEST:
                yield from _readable(part, pdfs, depth + 1)
    if content.startswith(PACKED):
        return
    for encoding in ENCODINGS:
        with contextlib.suppress(UnicodeError):
            yield (text := html.unescape(content.decode(encoding)))
            if "<" in text:
                yield _without_tags(text)
            if "\\u" in text:
                yield ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if PDF in content[:HEAD]:
        yield from pdfs.texts(content)


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed in archives and mails, each part with its name or a mail's headers."""
    if content.startswith(ZIPPED):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) <= UNPACKED:
                yield from ((name, archive.read(name)) for name in archive.namelist())
    elif content.startswith(GZIPPED):
        with gzip.open(io.BytesIO(content)) as packed:
            yield "", packed.read(UNPACKED)
    elif MAIL in content[:HEAD]:
        for part in email.message_from_bytes(content, policy=email.policy.default).walk():
            said = part.get_payload(decode=True)
            encoding = part.get_content_charset() or "utf-8"
            if isinstance(said, bytes) and part.get_content_maintype() == "text":
                said = said.decode(encoding, "replace").encode()
            yield "\n".join(map(str, part.values())), said if isinstance(said, bytes) else b""


def _without_tags(text: str) -> str:
    """XML and HTML as one reads it: Word cuts a name in two wherever it has an opinion on it."""
    return TAG.sub("", ENDS.sub(" ", text))


def evidence_of(
    session: Session, contest: Contest, finder: Finds, blobs: BlobStore, pdfs: PdfReader
) -> list[Evidence]:
    """Evidence of a contest that tells of the person."""
    query = select(Evidence).where(Evidence.contest_id == contest.id, Evidence.erased_at.is_(None))
    return [one for one in session.scalars(query.order_by(Evidence.id))
            if is_shown(blobs, one.sha256, finder, pdfs)]


def templates_of(
    session: Session, contest: Contest, finder: Finds, blobs: BlobStore, pdfs: PdfReader
) -> list[DocumentTemplate]:
    """The contest's own templates that name the person."""
    query = select(DocumentTemplate).where(DocumentTemplate.contest_id == contest.id)
    return [one for one in session.scalars(query)
            if is_shown(blobs, one.sha256, finder, pdfs)]


def drop_papers(session: Session, contest: Contest) -> list[str]:
    """Forget the printed papers, workbooks and the award reel of a contest: they are made again of
    what stands now."""
    where, reels = DocumentPdf.contest_id == contest.id, AwardReel.contest_id == contest.id
    files = list(session.scalars(select(DocumentPdf.sha256).where(where)))
    files += session.scalars(select(AwardReel.sha256).where(reels))
    books = ResultStep.contest_id == contest.id
    files += session.scalars(select(ResultStep.sha256).where(books))
    session.execute(delete(DocumentPdf).where(where))
    session.execute(update(AwardReel).where(reels).values(state="cancelled", sha256=""))
    session.execute(update(ResultStep).where(books).values(sha256=""))
    return [sha256 for sha256 in files if sha256]


def drop_forms(session: Session, forms: Sequence[SignedForm | Attachment]) -> list[str]:
    """Give up pictures of signed forms, for which the consents' events stay, and files that came
    with a form."""
    for one in forms:
        session.delete(one)
    return [one.sha256 for one in forms]


def signed_forms_of(
    session: Session, contest: Contest, finder: Finds, clips: tuple[int, ...]
) -> list[SignedForm]:
    """Signed forms of these clips, and of entries whose own fields name the person: nothing can be
    read in a picture, but whoever signs stands on the form."""
    query = select(SignedForm, Submission).join(
        Submission, Submission.id == SignedForm.submission_id
    ).where(Submission.contest_id == contest.id)
    return [form for form, submission in session.execute(query)
            if submission.id in clips or _names(submission, finder)]


def attachments_of(
    session: Session, contest: Contest, finder: Finds, blobs: BlobStore, pdfs: PdfReader, *,
    clips: tuple[int, ...],
) -> list[Attachment]:
    """Files that came with the form of such an entry, with a filing whose answers name the person,
    and any whose name or text does: most are pictures and PDFs, in which nothing can be read."""
    query = select(Attachment, Submission).join(
        Submission, Submission.id == Attachment.submission_id
    ).where(Submission.contest_id == contest.id)
    found = [
        one for one, submission in session.execute(query)
        if submission.id in clips or _names(submission, finder) or finder.finds(one.filename)
        or is_shown(blobs, one.sha256, finder, pdfs)
    ]
    filed = select(Attachment, Filing).join(Filing, Filing.id == Attachment.filing_id).where(
        Filing.contest_id == contest.id)
    return found + [
        one for one, filing in session.execute(filed)
        if any(map(finder.finds, (one.filename, *texts(filing.answers))))
        or is_shown(blobs, one.sha256, finder, pdfs)
    ]


def drop_handed(
    session: Session, contest: Contest, finder: Finds, at: datetime
) -> list[Handover]:
    """Let go of clips of another installation that nobody has accepted, where what came with them
    names the person; the rows stay."""
    query = select(Handover).where(
        Handover.contest_id == contest.id, Handover.sha256 != "", Handover.let_go_at.is_(None)
    )
    found = [one for one in session.scalars(query)
             if any(map(finder.finds, (one.filename, *texts(one.packet))))]
    for one in found:
        one.let_go_at = at
    return found


def _names(submission: Submission, finder: Finds) -> bool:
    return any(map(finder.finds, (
        *submission.authors, submission.contact_name, submission.contact_phone,
        submission.contact_email, *texts(submission.answers),
    )))


def drop_clip(
    session: Session, submission: Submission, at: datetime, *, poster: bool = False
) -> list[str]:
    """Give up every version of a clip and all that was made of it; returns the files. ``poster``:
    the still picture of the version in force stays, for pages of results."""
    ids = list(session.scalars(
        select(ClipVersion.id).where(ClipVersion.submission_id == submission.id)
    ))
    session.execute(  # first: what a job is just storing is waited for
        update(ClipVersion).where(ClipVersion.id.in_(ids), ClipVersion.bytes_gone_at.is_(None))
        .values(bytes_gone_at=at)
    )
    files = list(session.scalars(select(ClipVersion.sha256).where(ClipVersion.id.in_(ids))))
    files += session.scalars(select(Derivative.sha256).where(Derivative.version_id.in_(ids)))
    files += leaves.give_up(session, ids) + leaves.give_up_drafts(session, submission.id)
    for repair in session.scalars(select(Repair).where(Repair.version_id.in_(ids))):
        files += [repair.sha256 or "", *repair.stills.values()]
        repair.stills, repair.report = {}, {}
    session.execute(  # a link that people share is as good as a password
        update(LinkFetch).where(LinkFetch.submission_id == submission.id).values(address="")
    )
    pair = or_(SimilarPair.version_id.in_(ids), SimilarPair.other_id.in_(ids))
    session.execute(update(SimilarPair).where(pair).values(data={}))
    for table in (Captions, ClipFingerprint, OnscreenNames):
        session.execute(delete(table).where(table.version_id.in_(ids)))
    made = delete(Derivative).where(Derivative.version_id.in_(ids))
    if poster and submission.version_id:
        made = made.where(~((Derivative.version_id == submission.version_id)
                            & (Derivative.kind == "poster")))
    session.execute(made)
    return sorted({sha256 for sha256 in files if sha256})


def unneeded(session: Session, files: list[str]) -> list[str]:
    """Those of ``files`` that no row shows any more."""
    session.flush()
    return [sha256 for sha256 in sorted(set(files)) if not session.scalar(
        select(or_(*_needs(sha256)))
    ) and sha256 not in _stills(session)]


def _stills(session: Session) -> set[str]:
    return {sha for stills in session.scalars(select(Repair.stills)) for sha in stills.values()}


def _needs(sha256: str) -> list[ColumnElement[bool]]:
    kept = ClipVersion.bytes_gone_at.is_(None)
    return [
        exists().where(ClipVersion.sha256 == sha256, kept),
        exists().where(Derivative.sha256 == sha256), *leaves.needs(sha256),
        exists().where(Repair.sha256 == sha256, Repair.version_id == ClipVersion.id, kept),
        exists().where(Evidence.sha256 == sha256, Evidence.erased_at.is_(None)),
        exists().where(DocumentTemplate.sha256 == sha256),
        exists().where(DocumentPdf.sha256 == sha256),
        exists().where(AwardReel.sha256 == sha256),
        exists().where(ResultStep.sha256 == sha256),
        exists().where(UnitSheet.sha256 == sha256),
        exists().where(Result.bundle_sha256 == sha256, Result.erased_bundle_sha256 == ""),
        exists().where(Result.erased_bundle_sha256 == sha256),
        exists().where(SignedForm.sha256 == sha256),
        exists().where(Handover.sha256 == sha256, Handover.let_go_at.is_(None)),
        exists().where(Attachment.sha256 == sha256),
        exists().where(PostRemoval.sha256 == sha256),
        exists().where(PrivacyRequest.archive_sha256 == sha256),
    ]
