"""What the award reel shows: the published prizes, the last one first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.drawing.reel import Part
from contest.errors import Conflict
from contest.models import Contest, Submission
from contest.ports import BlobStore
from contest.services.entry import checks
from contest.services.results import results
from contest.services.results.standings import Line


def parts(session: Session, contest: Contest, blobs: BlobStore, language: str) -> list[Part]:
    """A title card, then a part for each prize. Raises ``Conflict`` without a published result."""
    result = results.published(session, contest)
    if result is None:
        raise Conflict(
            "Chưa công bố kết quả nên chưa có phim tổng kết.",
            "There is no published result yet, so there is no reel.",
        )
    profile = results.profile_of(result)
    title = Part([profile.contest.title[language], profile.contest.organiser[language]], None)
    winners = [line for line in results.lines(result, language) if line.prize]
    return [title, *(_part(session, contest, blobs, line) for line in reversed(winners))]


def _part(session: Session, contest: Contest, blobs: BlobStore, line: Line) -> Part:
    submission = session.scalars(
        select(Submission).where(
            Submission.contest_id == contest.id, Submission.code == line.code
        )
    ).one()
    assert submission.version is not None  # noqa: S101 - it was published
    shown = checks.rendition(session, submission.version)
    clip = blobs.path(shown.sha256) if shown else None
    return Part([str(line.prize), line.unit, f"“{line.title}”", line.total], clip)
