"""Watching a published clip on the contest's own pages, where its rules allow it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Derivative, Publication, Submission
from contest.services.captions import captions
from contest.services.captions.cues import Cue
from contest.services.core import profiles
from contest.services.entry.media import ENDINGS, File
from contest.states import SubmissionState


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


def _shown(session: Session, contest: Contest, code: str, *, at: datetime) -> Derivative | None:
    """What is sent of a clip that is published, if anything is."""
    profile = profiles.profile_of(contest)
    if not profile.on_site or at < profile.release_at:
        return None
    return session.scalars(
        select(Derivative)
        .join(Publication, Publication.version_id == Derivative.version_id)
        .join(Submission, Submission.id == Publication.submission_id)
        .where(
            Submission.contest_id == contest.id, Submission.code == code,
            Submission.state == SubmissionState.PUBLISHED, Publication.state == "published",
            Publication.release_at <= at, Derivative.kind == "rendition",
        )
    ).first()
