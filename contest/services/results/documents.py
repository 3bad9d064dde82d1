"""Documents of a result as DOCX and PDF: their templates, their values, their PDFs.

A document is a draft until its revision is published; certificates until it is frozen, for they
are signed before the ceremony and a frozen revision cannot change.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import SYSTEM, Actor
from contest.docx.filling import fill
from contest.docx.package import Fault
from contest.docx.vetting import faults
from contest.docx.wording import reworded
from contest.errors import Conflict, Invalid
from contest.models import Contest, DocumentPdf, DocumentTemplate, Result, Task
from contest.models.documents import DOCUMENTS, PAPERS, TEMPLATES
from contest.permissions import require
from contest.ports import BlobStore
from contest.profile.entries import spoken
from contest.services.core import audit, outbox, profiles
from contest.services.jury import jurors
from contest.services.results import bundles, document_values, ranking_rows, results
from contest.services.results.bundles import Signer
from contest.services.results.kept import kept
from contest.services.results.ranking_rows import Picked

SHIPPED = Path(__file__).parents[3] / "templates/documents"
PDF_TASK = "documents.pdf"
# The shipped designs of a certificate; the first is in force where nobody chose.
DESIGNS = ("certificates", "certificates_blue", "certificates_printed")
FINAL = {"minutes": ("published",), "decision": ("published",),
         "certificates": ("frozen", "published"), "participation": ("frozen", "published")}
# The design of a certificate -> that of the certificate of participation, which goes with it.
PARTICIPATION = {name: name.replace("certificates", "participation") for name in DESIGNS}


class BadTemplate(Invalid):
    """A template that was refused, with every fault found."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__(found[0].vi, found[0].en)
        self.faults = found


@dataclass(frozen=True)
class DocumentContext:
    """What documents need of the installation. ``folder``: for files on their way to the store."""

    blobs: BlobStore
    folder: Path
    verify_address: str
    fingerprint: str

    @classmethod
    def of(
        cls, contest: Contest, *, blobs: BlobStore, data_dir: Path, base_url: str, seed: bytes
    ) -> "DocumentContext":
        """For a contest, from the installation's settings. ``seed``: its signature's."""
        address = f"{base_url}/c/{contest.slug}/verify"
        return cls(blobs, data_dir / "documents", address, Signer(seed).fingerprint)


@dataclass(frozen=True)
class Document:
    """One document of one revision, ready to be filled."""

    kind: str
    template: bytes
    values: dict[str, object]

    @property
    def draft(self) -> bool:
        return bool(self.values["draft"])

    @cached_property
    def source(self) -> str:
        """SHA-256 of values and template: the same source gives the same document."""
        return canonical.sha256(_plain(self.values), after=_sha256(self.template))

    def docx(self) -> bytes:
        return fill(self.template, self.values)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---------------------------------------------------------------------------- the papers


def paper(session: Session, result: Result, kind: str, *, press: DocumentContext) -> Document:
    """Document ``kind`` of a revision, with the template in force."""
    contest = result.contest
    values = document_values.of_result(
        result, results.revision_of(result), draft=is_draft(result, kind),
        jurors=_jurors(session, contest),
        verify_address=press.verify_address, fingerprint=press.fingerprint,
    )
    if kind == "participation":
        values |= {"certificates": participants(session, result)}
    return Document(kind, template(session, contest, kind, blobs=press.blobs), values)


def only(paper: Document, code: str, author: str = "") -> Document | None:
    """The certificate of one clip's unit, or of one of its authors; None where it won none."""
    own = [line | ({"authors": author} if author else {})
           for line in cast(list[dict[str, str]], paper.values["certificates"])
           if line["code"] == code]
    return replace(paper, values=paper.values | {"certificates": own}) if own else None


@dataclass(frozen=True)
class Listed:
    """One document of a revision as the list shows it: nothing is filled for that."""

    kind: str
    draft: bool
    pdf: DocumentPdf | None


def listed(session: Session, result: Result, *, press: DocumentContext) -> list[Listed]:
    """Every document of a revision; no certificates where nobody won one."""
    query = select(DocumentPdf).where(DocumentPdf.result_id == result.id)
    pdfs = {(row.kind, row.source): row for row in session.scalars(query)}
    asked = {kind for kind, _ in pdfs}
    return [
        Listed(
            kind, is_draft(result, kind),
            pdfs.get((kind, source(session, result, kind, press=press))) if kind in asked else None,
        )
        for kind in PAPERS if _is_made(session, result, kind)
    ]


def _is_made(session: Session, result: Result, kind: str) -> bool:
    """Certificates only where somebody won one, those of participation where the rules say so."""
    if kind == "participation":
        return results.profile_of(result).awards.participation
    return kind != "certificates" or _anybody_won_one(session, result)


def certified(
    session: Session, result: Result, *, press: DocumentContext
) -> list[dict[str, str]]:
    """The lines of the certificates, worked out once while the revision stays as it is."""
    values = kept(session, result, "certified", lambda: paper(
        session, result, "certificates", press=press).values["certificates"])
    return cast(list[dict[str, str]], values)


def participants(session: Session, result: Result) -> list[dict[str, str]]:
    """The lines of the certificates of participation; none where the rules give none."""
    if not results.profile_of(result).awards.participation:
        return []
    return document_values.participants(result, ranking_rows.register(session, result))


def source(session: Session, result: Result, kind: str, *, press: DocumentContext) -> str:
    """``Paper.source`` of the paper as it is now, worked out once while all it says stays so."""
    contest = result.contest
    what = (
        kind, _sha256(template(session, contest, kind, blobs=press.blobs)), press.verify_address,
        press.fingerprint, *_jurors(session, contest),
    )
    return kept(session, result, what, lambda: paper(session, result, kind, press=press).source)


def is_draft(result: Result, kind: str) -> bool:
    """Whether the paper still says so: its revision may change, or is not public yet."""
    return result.state not in FINAL[kind]


def _jurors(session: Session, contest: Contest) -> list[str]:
    return [seat.user.name for seat in jurors.counted(session, contest)]


def _anybody_won_one(session: Session, result: Result) -> bool:
    with_certificate = document_values.with_certificate(results.profile_of(result))
    prizes = ranking_rows.pick(session, result, Picked(prizes=True))
    won = {prize for row in prizes for prize in row.get("prizes", [row["prize"]])}
    return bool(won & with_certificate)


# ---------------------------------------------------------------------------- templates


def own_template(session: Session, contest: Contest, kind: str) -> DocumentTemplate | None:
    """The contest's own template of this kind, or None while the shipped one is in force."""
    query = select(DocumentTemplate).where(
        DocumentTemplate.contest_id == contest.id, DocumentTemplate.kind == kind
    )
    return session.scalars(query).one_or_none()


def own_templates(session: Session, contest: Contest) -> dict[str, DocumentTemplate]:
    """The contest's own templates, by kind."""
    query = select(DocumentTemplate).where(DocumentTemplate.contest_id == contest.id)
    return {row.kind: row for row in session.scalars(query)}


@lru_cache(64)
def shipped(name: str, kind: str) -> bytes:
    """A shipped template as contests of this kind of entry say it; of clips, the file itself."""
    file = (SHIPPED / f"{name}.docx").read_bytes()
    return file if kind == "clip" else reworded(file, lambda text: spoken(text, kind, "vi"))


def template(session: Session, contest: Contest, kind: str, *, blobs: BlobStore) -> bytes:
    """The template in force, as a DOCX."""
    own = own_template(session, contest, kind)
    if own:
        return b"".join(blobs.chunks(own.sha256))
    if kind == "participation":
        kind = PARTICIPATION[design(session, contest) or DESIGNS[0]]
    return shipped(kind, profiles.profile_of(contest).entry.kind)


def take_template(
    session: Session,
    contest: Contest,
    kind: str,
    data: bytes,
    *,
    filename: str,
    press: DocumentContext,
    actor: Actor,
    at: datetime,
) -> DocumentTemplate:
    """Put a contest's own template in force. Raises ``BadTemplate`` with every fault of it,
    ``NotAllowed`` without ``document.manage``."""
    require(actor, "document.manage", contest)
    if found := faults(data, document_values.SAMPLES[kind]):
        raise BadTemplate(found)
    sha256 = bundles.store([data], press.blobs, press.folder)
    row = own_template(session, contest, kind)
    before = row.sha256 if row else ""
    row = row or DocumentTemplate(contest_id=contest.id, kind=kind)
    row.sha256, row.filename = sha256, filename[:255]
    row.created_by, row.created_at = actor.label, at
    session.add(row)
    session.flush()
    audit.record(
        session, "document_template.taken", row, actor=actor, at=at, contest_id=contest.id,
        before={"sha256": before}, after={"kind": kind, "sha256": sha256},
    )
    return row


def back_to_shipped(
    session: Session, contest: Contest, kind: str, *, actor: Actor, at: datetime
) -> None:
    """Put the shipped template in force again; the own one stays in the store. Raises
    ``NotAllowed`` without ``document.manage``, ``Conflict`` if there is no own one."""
    require(actor, "document.manage", contest)
    row = own_template(session, contest, kind)
    if row is None:
        raise Conflict("Mẫu có sẵn đang được dùng.", "The shipped template is in force already.")
    audit.record(
        session, "document_template.dropped", row, actor=actor, at=at, contest_id=contest.id,
        before={"kind": kind, "sha256": row.sha256}, after={},
    )
    session.delete(row)


def design(session: Session, contest: Contest) -> str | None:
    """Which shipped design of the certificate is in force; None for a template of one's own."""
    own = own_template(session, contest, DESIGNS[0])
    if own is None:
        return DESIGNS[0]
    return {_sha256(shipped(name, "clip")): name for name in DESIGNS}.get(own.sha256)


def choose_design(
    session: Session, contest: Contest, name: str, *, press: DocumentContext, actor: Actor,
    at: datetime,
) -> None:
    """Put one of ``DESIGNS`` in force. Raises ``NotAllowed`` without ``document.manage``,
    ``Invalid`` for another name."""
    require(actor, "document.manage", contest)
    if name not in DESIGNS:
        raise Invalid("Hãy chọn một mẫu trong danh sách.", "Please choose one of the designs.")
    if design(session, contest) == name:
        return
    if name == DESIGNS[0]:
        back_to_shipped(session, contest, name, actor=actor, at=at)
        return
    file = SHIPPED / f"{name}.docx"
    take_template(session, contest, DESIGNS[0], file.read_bytes(), filename=file.name, press=press,
                  actor=actor, at=at)


# ---------------------------------------------------------------------------- PDFs


def pdf(session: Session, result: Result, kind: str, source: str) -> DocumentPdf | None:
    """The PDF of this document from this source, whatever its state; None if never requested."""
    return session.scalars(
        select(DocumentPdf).where(
            DocumentPdf.result_id == result.id, DocumentPdf.kind == kind,
            DocumentPdf.source == source,
        )
    ).one_or_none()


def ask_pdf(
    session: Session, result: Result, one: Document, *, actor: Actor, at: datetime
) -> DocumentPdf:
    """Request the PDF; a failed one is tried again, any other is returned as it is. Raises
    ``NotAllowed`` without ``document.manage``."""
    require(actor, "document.manage", result.contest)
    row = pdf(session, result, one.kind, one.source)
    if row is not None and row.state != "failed":
        return row
    if row is None:
        row = DocumentPdf(
            contest_id=result.contest_id, result_id=result.id, kind=one.kind, source=one.source,
            created_by=actor.label, created_at=at,
        )
        session.add(row)
        session.flush()
    row.state, row.error_vi, row.error_en = "waiting", "", ""
    task: Task = outbox.enqueue(
        session, PDF_TASK, row.id, at=at, contest_id=result.contest_id, priority="high"
    )
    if task.state in ("done", "failed"):
        outbox.enqueue_again(session, task, at=at)
    return row


def keep_pdf(
    session: Session, row: DocumentPdf, content: bytes, *, press: DocumentContext, at: datetime
) -> None:
    """Store a PDF that was made, and mark it ready."""
    row.sha256 = bundles.store([content], press.blobs, press.folder)
    row.state, row.finished_at = "ready", at
    audit.record(
        session, "document.printed", row, actor=SYSTEM, at=at, contest_id=row.contest_id,
        after={"kind": row.kind, "sha256": row.sha256, "result_id": row.result_id},
    )


def fail_pdf(row: DocumentPdf, vi: str, en: str, *, at: datetime) -> None:
    """Mark a PDF failed, with a sentence for the screen, from where it can be tried again."""
    row.state, row.error_vi, row.error_en, row.finished_at = "failed", vi, en, at


__all__ = [
    "DESIGNS",
    "DOCUMENTS",
    "TEMPLATES",
    "BadTemplate",
    "Document",
    "DocumentContext",
    "Listed",
    "ask_pdf",
    "back_to_shipped",
    "certified",
    "choose_design",
    "design",
    "fail_pdf",
    "is_draft",
    "keep_pdf",
    "listed",
    "only",
    "own_template",
    "own_templates",
    "paper",
    "participants",
    "pdf",
    "source",
    "take_template",
    "template",
]
