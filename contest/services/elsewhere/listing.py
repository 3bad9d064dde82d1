"""Posts on other platforms as lists show them: with what counts, and the files that show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from contest.models import Contest, Evidence, PlatformPost, Submission, Unit
from contest.profile.platforms import Platform
from contest.services.core import pagination, profiles, search
from contest.services.core.pagination import Pagination
from contest.services.elsewhere import numbers, posts
from contest.services.elsewhere.numbers import Counted
from scoring.model import Post

ON_A_PAGE = 50  # each has up to four fields
LACKING = "!lacking"  # beside the platforms' ids, of which none begins so
SOUGHT = (Submission.code, Submission.title, Unit.name)


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


def rows(
    session: Session, contest: Contest, *, words: str = "", show: str = "", number: int = 1
) -> Pagination[Row]:
    """A page of all posts that stand, by clip. ``words``: of the clip's code, title or unit;
    ``show``: those of one platform (its id), or ``LACKING`` a number that earns points."""
    platforms = profiles.profile_of(contest).platforms
    chosen = [one.id for one in platforms if one.id == show] or [one.id for one in platforms]
    query = search.matching(_standing(contest, chosen), words, *SOUGHT)
    if show == LACKING:
        query = query.where(numbers.lacking(platforms))
    total = None if words or show == LACKING else _count(session, contest, chosen)
    found = pagination.take(session, query.order_by(Submission.code, PlatformPost.id), number,
                            size=ON_A_PAGE, total=total)
    return Pagination(_rows(session, contest, found.rows), found.number, found.count, found.total)


def chosen(session: Session, contest: Contest, ids: Collection[int]) -> list[Row]:
    """Those of these posts that stand, by clip: what a form named stays what it is about, whatever
    the list has become meanwhile."""
    known = [one.id for one in profiles.profile_of(contest).platforms]
    query = _standing(contest, known).where(PlatformPost.id.in_(ids))
    found = session.scalars(query.order_by(Submission.code, PlatformPost.id))
    return _rows(session, contest, list(found))


def _standing(contest: Contest, platforms: Sequence[str]) -> Select[PlatformPost]:
    return (
        select(PlatformPost).join(PlatformPost.submission).join(Submission.unit)
        .where(PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
               PlatformPost.platform.in_(platforms))
        .options(contains_eager(PlatformPost.submission).contains_eager(Submission.unit))
    )


def _count(session: Session, contest: Contest, platforms: Sequence[str]) -> int:
    """Without clips and units, which an index does."""
    return session.scalar(select(func.count()).select_from(PlatformPost).where(
        PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
        PlatformPost.platform.in_(platforms),
    )) or 0


def _rows(session: Session, contest: Contest, found: Sequence[PlatformPost]) -> list[Row]:
    made = of_clips(session, contest, [post.submission_id for post in found])
    shown = {row.post.id: row for some in made.values() for row in some}
    return [shown[post.id] for post in found]


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
