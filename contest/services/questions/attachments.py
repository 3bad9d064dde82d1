"""Files that answer a question: which are taken, who may open them."""

import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid, NotAllowed, TooLarge, not_found
from contest.languages import write_size
from contest.models import Attachment, Contest, Filing, Submission
from contest.permissions import can, require
from contest.profile.questions import FileKind, Question
from contest.services.core import profiles
from contest.services.questions import answers
from contest.states import SubmissionState

HEAD = 12  # bytes that tell most kinds
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
HEIC = (b"heic", b"heix", b"mif1", b"msf1")
UNPACKED, PARTS = 200 * 1024**2, 5000  # of an office file
NAMES = {"pdf": ("PDF", "PDF"), "docx": ("Word (DOCX)", "Word (DOCX)"),
         "xlsx": ("Excel (XLSX)", "Excel (XLSX)"), "picture": ("ảnh", "a picture")}


@dataclass(frozen=True)
class Sent:
    """A file that is in the store already; ``kind`` is what its content is."""

    kind: FileKind
    sha256: str
    size: int
    filename: str


def kinds_in_words(question: Question, language: str) -> str:
    """``PDF, Word (DOCX)``."""
    return ", ".join(NAMES[kind][language == "en"] for kind in question.file_kinds)


def kind_of(path: Path, name: str, question: Question) -> FileKind:
    """What a file is by its content. Raises ``Invalid`` for what the question does not take or what
    acts by itself (macros), ``TooLarge`` beyond its bytes."""
    size = path.stat().st_size
    if size > question.bytes:
        raise TooLarge(
            f"Tệp “{name}” nặng {write_size(size, 'vi')}; nhận tối đa "
            f"{write_size(question.bytes, 'vi')}. Hãy thu nhỏ rồi gửi lại.",
            f'The file "{name}" has {write_size(size, "en")}; at most '
            f"{write_size(question.bytes, 'en')} are taken. Make it smaller and send it again.",
        )
    found = _kind(path)
    if found is None or found not in question.file_kinds:
        raise Invalid(
            f"Tệp “{name}” không thuộc loại được nhận ({kinds_in_words(question, 'vi')}). Hãy lưu "
            "dưới dạng đó rồi gửi lại.",
            f'The file "{name}" is of no kind that is taken ({kinds_in_words(question, "en")}). '
            "Save it as one of these and send it again.",
            question=question.id,
        )
    return found


def _kind(path: Path) -> FileKind | None:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(PICTURES) or (head[:4] == b"RIFF" and head[8:] == b"WEBP") or (
        head[4:8] == b"ftyp" and head[8:] in HEIC
    ):
        return "picture"
    return _office(path) if head.startswith(b"PK\x03\x04") else None


def _office(path: Path) -> FileKind | None:
    """A document or a workbook of a sane size, without macros."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    names = {one.filename.casefold() for one in parts}
    acting = any("vbaproject" in name or "activex" in name for name in names)
    if acting or len(parts) > PARTS or sum(one.file_size for one in parts) > UNPACKED:
        return None
    mains: dict[str, FileKind] = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
    return next((kind for main, kind in mains.items() if main in names), None)


# ---------------------------------------------------------------------------- rows


def of(session: Session, owner: Submission | Filing) -> Sequence[Attachment]:
    """The files of an entry or a filing, in the order in which they came. Asks nothing of a contest
    whose rules know no question."""
    if isinstance(owner, Filing):
        query = select(Attachment).where(Attachment.filing_id == owner.id)
    elif profiles.profile_of(owner.contest).questions:
        query = select(Attachment).where(Attachment.submission_id == owner.id)
    else:
        return []
    return session.scalars(query.order_by(Attachment.id)).all()


def names(session: Session, contest: Contest) -> dict[tuple[int, str], str]:
    """The names of a contest's files, by entry and question, for its list."""
    found: dict[tuple[int, str], str] = {}
    if not profiles.profile_of(contest).questions:
        return found
    query = select(Attachment.submission_id, Attachment.question, Attachment.filename).where(
        Attachment.contest_id == contest.id
    )
    for entry, question, name in session.execute(query.order_by(Attachment.id)):
        if entry is not None:
            before = found.get((entry, question))
            found[entry, question] = f"{before}; {name}" if before else name
    return found


def change(
    session: Session, owner: Submission | Filing, questions: Sequence[Question],
    sent: Mapping[str, Sequence[Sent]], dropped: Collection[int], *, actor: Actor, at: datetime,
) -> None:
    """Take in what was sent, let go what was ticked. Raises ``Invalid`` where a question then has
    no file that needs one, or more than it takes."""
    entry = isinstance(owner, Submission)
    known = [one for one in of(session, owner) if one.id not in dropped]
    for question in (one for one in questions if one.kind == "file" and one.asked):
        there = {one.sha256 for one in known if one.question == question.id}
        fresh = {one.sha256: one for one in sent.get(question.id, ()) if one.sha256 not in there}
        _count(question, len(there) + len(fresh))
        for new in fresh.values():
            session.add(Attachment(
                contest_id=owner.contest_id, submission_id=owner.id if entry else None,
                filing_id=None if entry else owner.id, question=question.id,
                kind=new.kind, sha256=new.sha256, size=new.size,
                filename=new.filename, created_by=actor.label, created_at=at,
            ))
    for one in of(session, owner) if dropped else ():
        if one.id in dropped:
            session.delete(one)
    session.flush()


def _count(question: Question, count: int) -> None:
    if question.required and not count:
        raise answers.refusal(question, "chưa có tệp; hãy chọn tệp",
                              "has no file; please choose one")
    if count > question.files:
        raise answers.refusal(
            question, f"có {count} tệp; cho phép tối đa {question.files}. Hãy bỏ bớt",
            f"has {count} files; at most {question.files} may be sent. Take some out",
        )


def find(session: Session, contest: Contest, attachment_id: int, *, actor: Actor) -> Attachment:
    """A file that this person may open. Raises ``NotFound`` also to a unit for another's;
    ``NotAllowed`` or ``SignInNeeded``."""
    found = session.get(Attachment, attachment_id)
    if found is None or found.contest_id != contest.id:
        require(actor, "media.watch", contest)
        raise not_found() if _reads(actor, contest) else _not_yours()
    owner = found.submission or found.filing
    assert owner is not None  # noqa: S101 - a file came with one of the two
    if actor.kind == "unit" and actor.unit_id != owner.unit_id:
        raise not_found()
    require(actor, "media.watch", owner)
    questions = profiles.profile_of(contest).questions
    readers = _readers(actor, owner)
    asked = {one.id for reader in readers for one in answers.readable(questions, reader)
             if found.submission}
    if found.question not in asked and not set(readers) & set(answers.EVERYTHING):
        raise _not_yours()
    return found


def _reads(actor: Actor, contest: Contest) -> bool:
    """Whether there may be files for this person at all."""
    readers = _readers(actor, contest)
    questions = profiles.profile_of(contest).questions
    asked = [one for reader in readers for one in answers.readable(questions, reader)]
    return bool(set(readers) & set(answers.EVERYTHING)) or any(one.kind == "file" for one in asked)


def _not_yours() -> NotAllowed:
    return NotAllowed("Tệp này chỉ đơn vị và Ban Tổ chức mở được.",
                      "Only the unit and the organisers may open this file.")


def _readers(actor: Actor, owner: Submission | Filing | Contest) -> list[str]:
    roles = (("entry.edit", "unit"), ("organiser.read", "organiser"),
             ("review.decide", "reviewers"), ("jury.mark", "jurors"))
    judged = getattr(owner, "state", "") in (SubmissionState.APPROVED, SubmissionState.PUBLISHED)
    return [reader for action, reader in roles
            if can(actor, action, owner) and (judged or reader != "jurors")]
