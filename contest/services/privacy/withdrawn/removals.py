"""Proofs that a post left the Page: pictures and PDFs, kept until an erasure takes them.

What can be read in one is looked into as in any evidence; a picture is named by who looks at it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid, not_found
from contest.models import Contest, PostRemoval, Submission
from contest.permissions import require
from contest.ports import BlobStore, PdfReader
from contest.services.core import audit
from contest.services.privacy.places import Finds
from contest.services.privacy.stored_files import is_shown

PDF, PHOTO, DRAWN = "application/pdf", "image/jpeg", "image/png"
LARGEST = 16 * 1024**2


def media_type_of(head: bytes, size: int, filename: str) -> str:
    """As what a file from outside, by its first bytes, is kept: a PDF, or a picture of either kind.
    Raises ``Invalid``."""
    if size > LARGEST:
        raise Invalid("Tệp quá 16 MB. Hãy gửi ảnh chụp màn hình hoặc PDF nhỏ hơn.",
                      "The file is larger than 16 MB. Send a screenshot or a smaller PDF.")
    is_pdf = head.startswith(b"%PDF-")
    if filename.lower().endswith(".pdf") != is_pdf:
        raise Invalid("Tệp này không phải PDF. Hãy gửi ảnh (JPEG, PNG, WebP, HEIC) hoặc PDF.",
                      "This file is no PDF. Send a picture (JPEG, PNG, WebP, HEIC) or a PDF.")
    if is_pdf:
        return PDF
    photo = head.startswith(b"\xff\xd8") or head[4:8] == b"ftyp"  # as pictures are drawn anew
    return PHOTO if photo else DRAWN


def keep(
    session: Session, submission: Submission, sha256: str, size: int, media_type: str, *,
    actor: Actor, at: datetime,
) -> PostRemoval:
    """Note a file of the store as proof; the same file again is the same proof. Raises
    ``NotAllowed`` without ``privacy.manage``."""
    require(actor, "privacy.manage", submission.contest)
    query = select(PostRemoval).where(
        PostRemoval.submission_id == submission.id, PostRemoval.sha256 == sha256
    )
    if (known := session.scalars(query).one_or_none()) is not None:
        return known
    made = PostRemoval(
        contest_id=submission.contest_id, submission_id=submission.id, sha256=sha256, size=size,
        media_type=media_type, created_by=actor.label, created_at=at,
    )
    session.add(made)
    session.flush()
    audit.record(session, "post.removal_proved", submission, actor=actor, at=at,
                 after={"code": submission.code, "sha256": sha256})
    return made


def of_contest(session: Session, contest: Contest) -> Sequence[PostRemoval]:
    """The proofs of a contest, the newest first."""
    query = select(PostRemoval).where(PostRemoval.contest_id == contest.id)
    return session.scalars(query.order_by(PostRemoval.id.desc()).limit(200)).all()


def find(session: Session, contest: Contest, sha256: str) -> PostRemoval:
    """Raises ``NotFound``."""
    query = select(PostRemoval).where(
        PostRemoval.contest_id == contest.id, PostRemoval.sha256 == sha256
    )
    found = session.scalars(query.order_by(PostRemoval.id).limit(1)).first()
    if found is None:
        raise not_found()
    return found


def telling(
    session: Session, contest: Contest, finder: Finds, blobs: BlobStore, pdfs: PdfReader, *,
    named: Sequence[int],
) -> list[PostRemoval]:
    """Those that tell of a person, and those that somebody says show them (their ids)."""
    query = select(PostRemoval).where(PostRemoval.contest_id == contest.id)
    return [one for one in session.scalars(query)
            if one.id in named or is_shown(blobs, one.sha256, finder, pdfs)]
