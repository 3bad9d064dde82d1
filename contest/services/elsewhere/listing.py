"""Posts on other platforms as lists show them: with what counts, and the files that show it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from contest.models import Contest, Evidence, PlatformPost, Submission
from contest.profile.platforms import Platform
from contest.services.core import pagination, profiles
from contest.services.core.pagination import Pagination
from contest.services.elsewhere import numbers, posts
from contest.services.elsewhere.numbers import Counted
from scoring.model import Post

ON_A_PAGE = 50  # each has up to four fields


@dataclass(frozen=True)
class Row:
    """A post. ``fields``: the numbers that are read there; ``scored``: what it earns so far."""

    post: PlatformPost
    platform: Platform
    counted: Counted
    scored: Post
    proofs: Sequence[Evidence] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        return numbers.shown(self.platform)


def rows(session: Session, contest: Contest, *, number: int = 1) -> Pagination[Row]:
    """A page of all posts that stand, by clip."""
    known = [one.id for one in profiles.profile_of(contest).platforms]
    query = (
        select(PlatformPost).join(PlatformPost.submission).join(Submission.unit)
        .where(PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
               PlatformPost.platform.in_(known))
        .options(contains_eager(PlatformPost.submission).contains_eager(Submission.unit))
        .order_by(Submission.code, PlatformPost.id)
    )
    found = pagination.take(session, query, number, size=ON_A_PAGE)
    made = of_clips(session, contest, [post.submission_id for post in found.rows])
    shown = {row.post.id: row for some in made.values() for row in some}
    return Pagination([shown[post.id] for post in found.rows], found.number, found.count,
                      found.total)


def of_clips(session: Session, contest: Contest, only: Sequence[int]) -> dict[int, list[Row]]:
    """By the submission's id its posts."""
    if not profiles.profile_of(contest).platforms:
        return {}
    found = numbers.counted(session, contest, only)
    read = {one.id for some in found.values() for c in some for one in c.readings.values()}
    files = numbers.proofs(session, read) if read else {}
    profile = profiles.profile_of(contest)
    return {
        clip: [_row(one, posts.named(profile, one.post.platform), files) for one in some]
        for clip, some in found.items()
    }


def _row(
    counted: Counted, platform: Platform, files: dict[int, list[Evidence]]
) -> Row:
    shown = {
        file.id: file for one in counted.readings.values() for file in files.get(one.id, ())
    }
    return Row(counted.post, platform, counted, numbers.scored(counted, platform),
               list(shown.values()))
