"""What a unit's entry came to: its post, and after the publication its place, points and prize."""

from dataclasses import dataclass
from datetime import datetime

from contest.models import Submission
from contest.services.desk import public
from contest.services.results import results, standings
from contest.services.results.ranking_rows import Picked
from contest.services.results.standings import Line
from contest.states import SubmissionState
from contest.views.shared.support import current


@dataclass(frozen=True)
class Outcome:
    """``permalink``: the post; ``announced_at``: when the contest's result was published; ``line``:
    the entry's own, where the entry is in it."""

    permalink: str | None = None
    line: Line | None = None
    announced_at: datetime | None = None


def outcome(submission: Submission) -> Outcome:
    """What can be told of a published entry; of any other only whether the result is out."""
    result = standings.newest(current.db, current.contest)
    if submission.state != SubmissionState.PUBLISHED:
        return Outcome(announced_at=result.published_at if result else None)
    permalink = public.clip(current.db, current.contest, submission.code).permalink
    if result is None:
        return Outcome(permalink)
    lines = results.some_lines(result, current.language, Picked(code=submission.code))
    return Outcome(permalink, lines[0] if lines else None, result.published_at)
