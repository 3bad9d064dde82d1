"""Watching a published clip on the contest's own pages, where its rules allow it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.models import Contest, Derivative, Publication, Submission
from contest.services.captions import captions
from contest.services.captions.cues import Cue
from contest.services.checking import leaves
from contest.services.core import profiles
from contest.services.entry.media import ENDINGS, File
from contest.states import SubmissionState

Row = TypeVar("Row")


def film(session: Session, contest: Contest, code: str, *, at: datetime) -> File | None:
    """The rendition of a clip that is published, from its release on; None for every other.

    Never the original. A clip that leaves the contest is closed with the next request.
    """
    made = _shown(session, contest, code, at=at)
    if made is None:
        return None
    return File(made.sha256, made.media_type, f"{code}.{ENDINGS[made.media_type]}")


def subtitles(
    session: Session, contest: Contest, code: str, *, at: datetime
) -> Mapping[str, list[Cue]]:
    """Language -> the subtitles of a clip that may be watched here; nothing for every other."""
    made = _shown(session, contest, code, at=at)
    return captions.of_version(session, made.version_id) if made else {}


def version_shown(
    session: Session, contest: Contest, code: str, *, at: datetime
) -> int | None:
    """The version of an entry whose leaves everybody may read here now; None: nobody may."""
    if profiles.profile_of(contest).entry.is_clip or not _shows(contest, at):
        return None
    return session.scalar(_open(select(Publication.version_id), contest, code, at))


def leaf(
    session: Session, contest: Contest, code: str, number: int, *, at: datetime
) -> File | None:
    """Page or picture ``number`` of an entry that is published, from its release on."""
    version = version_shown(session, contest, code, at=at)
    found = leaves.find(session, version, leaves.PAGE, number) if version else None
    return File(found.sha256, found.media_type, f"{code}-{number}.jpg") if found else None


def _shown(session: Session, contest: Contest, code: str, *, at: datetime) -> Derivative | None:
    """What is sent of a clip that is published, if anything is."""
    if not _shows(contest, at):
        return None
    query = select(Derivative).join(Publication, Publication.version_id == Derivative.version_id)
    rendition = query.where(Derivative.kind == "rendition")
    return session.scalars(_open(rendition, contest, code, at)).first()


def _shows(contest: Contest, at: datetime) -> bool:
    """Whether anything is shown on the contest's own pages now; asks the rules alone."""
    profile = profiles.profile_of(contest)
    return profile.on_site and at >= profile.release_at


def _open(query: Select[Row], contest: Contest, code: str, at: datetime) -> Select[Row]:
    """Of ``query``, which knows ``Publication``: what is out."""
    return query.join(Submission, Submission.id == Publication.submission_id).where(
        Submission.contest_id == contest.id, Submission.code == code,
        Submission.state == SubmissionState.PUBLISHED, Publication.state == "published",
        Publication.release_at <= at,
    )
