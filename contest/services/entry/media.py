"""Which file of a clip a person may have: the original, the rendition, the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Gone, not_found
from contest.models import ClipVersion, Contest, Derivative, Submission
from contest.permissions import can, require
from contest.services.checking import leaves
from contest.services.core import profiles
from contest.services.entry import checks
from contest.states import SubmissionState

ORIGINAL = "original"
KINDS = (ORIGINAL, "rendition", "sheet", "poster", "crop", "waveform", "loudness")
ENDINGS = {"video/mp4": "mp4", "image/jpeg": "jpg", "image/png": "png"}
SHOWN_TO_JURORS = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)
# By file extension: serving a clip does not probe it again.
TYPES = {"mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
         "mkv": "video/x-matroska", "avi": "video/x-msvideo", "pdf": "application/pdf",
         "zip": "application/zip", "txt": "text/plain",
         "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


@dataclass(frozen=True)
class File:
    """A file in the store: its SHA-256, its media type, and the name for the download."""

    sha256: str
    media_type: str
    name: str


def find(
    session: Session, contest: Contest, code: str, number: int, kind: str, *, actor: Actor
) -> File:
    """One file of version ``number`` of entry ``code``; ``kind`` is one of ``KINDS``.

    Raises ``SignInNeeded`` or ``NotAllowed`` without ``media.watch``, ``NotFound`` where the file
    does not exist or is hidden from this person, ``Gone`` where it was erased.
    """
    version = version_for(session, contest, code, number, kind, actor=actor)
    stem = f"{code}-{number}"
    if kind == ORIGINAL:
        if version.bytes_gone_at is not None:
            raise Gone("Tệp clip này đã xoá theo thời hạn lưu giữ hoặc theo yêu cầu.",
                       "This clip's file was erased, by its retention period or on request.")
        ending = version.filename.rpartition(".")[2].casefold()
        media_type = TYPES.get(ending, "application/octet-stream")
        return File(version.sha256, media_type, f"{stem}.{ending}")
    made = checks.derivatives(session, version).get(kind)
    if made is None:
        raise not_found()
    ending = ENDINGS[made.media_type]
    return File(made.sha256, made.media_type, f"{stem}-{kind}.{ending}")


def find_leaf(
    session: Session, contest: Contest, code: str, number: int, leaf: int, *, actor: Actor
) -> File:
    """Page or picture ``leaf`` of version ``number``; raises as ``find``."""
    version = version_for(session, contest, code, number, leaves.PAGE, actor=actor)
    found = leaves.find(session, version.id, leaves.PAGE, leaf)
    if found is None:
        raise not_found()
    return File(found.sha256, found.media_type, f"{code}-{number}-{leaf}.jpg")


def version_for(
    session: Session, contest: Contest, code: str, number: int, kind: str, *, actor: Actor
) -> ClipVersion:
    """The version that this person may see a file of this kind of; raises as ``find``."""
    version = session.scalars(
        select(ClipVersion)
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(
            Submission.contest_id == contest.id, Submission.code == code,
            ClipVersion.number == number,
        )
    ).one_or_none()
    if version is None or not _may_watch(actor, version, kind):
        require(actor, "media.watch", contest)
        raise not_found()
    return version


def with_poster(session: Session, versions: Sequence[ClipVersion]) -> frozenset[int]:
    """Which of these versions have a still frame, for a list: one query."""
    query = select(Derivative.version_id).where(
        Derivative.kind == "poster", Derivative.version_id.in_([one.id for one in versions])
    )
    return frozenset(session.scalars(query)) if versions else frozenset()


def _may_watch(actor: Actor, version: ClipVersion, kind: str) -> bool:
    """Units see their own clips, reviewers and organisers all, jurors those that are approved.

    A blind juror gets no original: what a camera or an editor wrote into it may name people.
    """
    submission = version.submission
    if can(actor, "entry.read", submission):
        return True
    if kind == ORIGINAL and profiles.profile_of(submission.contest).jury.blind:
        return False
    approved = submission.state in SHOWN_TO_JURORS and submission.version_id == version.id
    return approved and can(actor, "jury.read", submission)
