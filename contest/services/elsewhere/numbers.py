"""Counts of posts on other platforms: read by people, never changed, and which of them counts.

Each reading keeps the numbers that somebody saw at a moment; a later one takes the place of each
number that it knows, so that a mistake is mended by reading again. A reading of after the cut-off
needs a reason and a second organiser, as any count does; where the rules say ``two_people``, every
one needs that second organiser.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

import scoring.model
from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import (
    Contest,
    Evidence,
    PlatformApproval,
    PlatformCount,
    PlatformPost,
    PlatformProof,
)
from contest.permissions import require
from contest.profile import Profile
from contest.profile.platforms import Platform
from contest.services.core import audit, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.search import Query
from contest.services.counts import interactions
from contest.services.elsewhere import posts
from scoring.model import COUNTS, Post

FIELDS = COUNTS
PAYS = {name: f"points_per_{name.removesuffix('s')}" for name in FIELDS}


@dataclass(frozen=True)
class Counted:
    """What counts of a post: by field its reading. A field without one is not known."""

    post: PlatformPost
    readings: Mapping[str, PlatformCount] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, int | None]:
        """By field the number, None: not known."""
        return {
            name: getattr(self.readings[name], name) if name in self.readings else None
            for name in FIELDS
        }

    @property
    def newest(self) -> PlatformCount | None:
        """The last reading behind the numbers."""
        return max(self.readings.values(), key=lambda one: (one.taken_at, one.id), default=None)


def shown(platform: Platform) -> list[str]:
    """The fields to be read on a platform: those that earn points; all where none does."""
    return [name for name in FIELDS if getattr(platform, PAYS[name])] or list(FIELDS)


def tell(
    session: Session, post: PlatformPost, values: Mapping[str, int | None], *, client_id: str,
    taken_at: datetime, actor: Actor, at: datetime, late_reason: str = "",
    proof: Evidence | None = None,
) -> PlatformCount:
    """Store one reading, once: what has its id already is handed back. None: not read.

    Raises ``NotAllowed`` without ``interaction.import``; ``Conflict`` where the id belongs to other
    numbers, for a link that was taken back, and while counts are locked; ``Invalid`` without a
    number, for a moment in the future, and for a late one without a reason.
    """
    contest = post.submission.contest
    require(actor, "interaction.import", contest)
    interactions.hold(session, contest)
    if (known := _known(session, post, client_id, values)) is not None:
        return known
    _refuse(post, values)
    reason = interactions.reason_of(contest, taken_at, "manual", late_reason, at=at)
    made = PlatformCount(
        post=post, client_id=client_id, taken_at=min(taken_at, at), late_reason=reason,
        created_by=actor.label, created_at=at, **{name: values.get(name) for name in FIELDS},
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "platform.counted", made, actor=actor, at=at, contest_id=contest.id,
        after={"code": post.submission.code, "platform": post.platform, "late": bool(reason),
               **{name: values.get(name) for name in FIELDS}},
    )
    if proof is not None:
        attach(session, [made], proof, actor=actor, at=at)
    return made


def _known(
    session: Session, post: PlatformPost, client_id: str, values: Mapping[str, int | None]
) -> PlatformCount | None:
    query = select(PlatformCount).where(
        PlatformCount.post_id == post.id, PlatformCount.client_id == client_id
    )
    found = session.scalars(query).one_or_none()
    if found is not None and any(getattr(found, n) != values.get(n) for n in FIELDS):
        raise Conflict(
            "Lượt ghi này đã được lưu với số khác. Hãy tải lại trang rồi nhập lại.",
            "This entry is stored with other numbers. Reload the page and type again.",
        )
    return found


def _refuse(post: PlatformPost, values: Mapping[str, int | None]) -> None:
    if post.withdrawn_at is not None:
        raise Conflict("Đường dẫn này đã được bỏ nên không ghi số đếm được.",
                       "This link was taken back, so nothing can be counted on it.")
    if all(values.get(name) is None for name in FIELDS):
        raise Invalid("Chưa có số nào. Hãy nhập ít nhất một số.",
                      "There is no number yet. Enter at least one.")


def attach(
    session: Session, counts: Iterable[PlatformCount], proof: Evidence, *, actor: Actor,
    at: datetime,
) -> None:
    """Link a file to readings that it shows; a link that is there already is no second one."""
    chosen = [one.id for one in counts]
    there = set(session.scalars(select(PlatformProof.count_id).where(
        PlatformProof.evidence_id == proof.id, PlatformProof.count_id.in_(chosen)
    )))
    new = [number for number in chosen if number not in there]
    session.add_all(
        PlatformProof(count_id=number, evidence_id=proof.id, created_by=actor.label, created_at=at)
        for number in new
    )
    if new:
        audit.record(
            session, "platform.shown", proof, actor=actor, at=at, contest_id=proof.contest_id,
            after={"sha256": proof.sha256, "counts": new},
        )


def proofs(session: Session, counts: Collection[int]) -> dict[int, list[Evidence]]:
    """By reading (id) the files that show it, the first one first."""
    query = (
        select(PlatformProof).where(PlatformProof.count_id.in_(counts))
        .options(joinedload(PlatformProof.evidence)).order_by(PlatformProof.id)
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for one in session.scalars(query):
        found[one.count_id].append(one.evidence)
    return dict(found)


# ---------------------------------------------------------------------------- what counts


def needs_second(platform: Platform, count: PlatformCount) -> bool:
    """Does a reading count only once another organiser has agreed to it?"""
    return platform.two_people or bool(count.late_reason)


def counted(
    session: Session, contest: Contest, only: Collection[int] | None = None
) -> dict[int, list[Counted]]:
    """By the submission's id its posts with the numbers that count."""
    found = posts.of_clips(session, contest, only)
    profile = profiles.profile_of(contest)
    readings = _readings(session, [post.id for some in found.values() for post in some])
    return {
        clip: [_counted(post, posts.named(profile, post.platform), readings.get(post.id, ()))
               for post in some]
        for clip, some in found.items()
    }


def _readings(session: Session, ids: Collection[int]) -> dict[int, list[PlatformCount]]:
    """By post its readings, the oldest first."""
    query = (
        select(PlatformCount).where(PlatformCount.post_id.in_(ids))
        .options(joinedload(PlatformCount.approval))
        .order_by(PlatformCount.taken_at, PlatformCount.id)
    )
    found: dict[int, list[PlatformCount]] = defaultdict(list)
    for one in session.scalars(query) if ids else ():
        found[one.post_id].append(one)
    return found


def _counted(post: PlatformPost, platform: Platform, rows: Sequence[PlatformCount]) -> Counted:
    fit = [one for one in rows if one.approval is not None or not needs_second(platform, one)]
    return Counted(post, {
        name: one for one in fit for name in FIELDS if getattr(one, name) is not None
    })


def scored(counts: Counted, platform: Platform) -> Post:
    """The post as ``scoring`` takes it: what it earns (``counted``), what it lacks."""
    pays = {name: int(getattr(platform, PAYS[name])) for name in FIELDS}
    return Post(scoring.model.Platform(platform.id, pays, platform.views_per_step, platform.cap),
                counts.values)


# --------------------------------------------------------------------- a second organiser


def waiting(
    session: Session, contest: Contest, *, but: str = "", only: Collection[int] | None = None,
    most: int | None = None,
) -> list[PlatformCount]:
    """Readings that wait for a second organiser, the newest first; not of links taken back.
    ``but``: none that this person made; ``only``: of these ids; ``most``: no more than so many."""
    query = (
        _waiting(select(PlatformCount), contest).join(PlatformPost.submission)
        .options(contains_eager(PlatformCount.post).contains_eager(PlatformPost.submission),
                 joinedload(PlatformCount.approval))
        .where(PlatformCount.created_by != but)
        .order_by(PlatformCount.taken_at.desc(), PlatformCount.id.desc()).limit(most)
    )
    if only is not None:
        query = query.where(PlatformCount.id.in_(only))
    return list(session.scalars(query))


def waiting_counts(session: Session, contest: Contest, actor: Actor) -> tuple[int, int]:
    """How many readings wait for a second organiser: those of ``actor``, and all others."""
    mine = case((PlatformCount.created_by == actor.label, 1), else_=0)
    query = select(func.count(PlatformCount.id), func.sum(mine))
    count, own = session.execute(_waiting(query, contest)).one()
    return own or 0, count - (own or 0)


def _waiting_count(session: Session, contest: Contest) -> int:
    return session.scalar(_waiting(select(func.count(PlatformCount.id)), contest)) or 0


def _waiting(query: Query, contest: Contest) -> Query:
    """The readings that wait, of the platforms that the rules know."""
    platforms = profiles.profile_of(contest).platforms
    two = [one.id for one in platforms if one.two_people]
    late = PlatformCount.late_reason != ""  # alone an index lists them
    agreed = select(PlatformApproval.id).where(PlatformApproval.count_id == PlatformCount.id)
    return query.join(PlatformCount.post).where(
        PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
        PlatformPost.platform.in_([one.id for one in platforms]),
        or_(late, PlatformPost.platform.in_(two)) if two else late, ~agreed.exists(),
    )


def approve(
    session: Session, contest: Contest, count_ids: Iterable[int], *, actor: Actor, at: datetime
) -> int:
    """A second organiser agrees to readings; returns to how many. Raises ``NotAllowed`` without
    ``interaction.late``, ``Conflict`` for one that the actor entered, or while counts are locked.
    """
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    chosen = waiting(session, contest, only=set(count_ids))
    interactions.require_another(
        chosen, actor, "nhập số liệu", "entered the counts cannot agree to them"
    )
    for one in chosen:
        session.add(PlatformApproval(
            count_id=one.id, entered_by=one.created_by, approved_by=actor.label, created_at=at
        ))
        audit.record(session, "platform.agreed", one, actor=actor, at=at, contest_id=contest.id,
                     after={"reason": one.late_reason})
    return len(chosen)


# ----------------------------------------------------------------------------- blockers


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Posts of which a number that earns points is not known; readings that wait for a second
    organiser."""
    profile = profiles.profile_of(contest)
    if not profile.platforms:
        return []
    found = [*_unread(session, contest, profile)]
    if late := _waiting_count(session, contest):
        found.append(Blocker(
            "platforms.waiting", f"{late} lượt ghi số trên nền tảng khác chờ người thứ hai xác "
            "nhận.", f"Counts on other platforms that wait for a second organiser: {late}.",
            "elsewhere.show", count=late,
        ))
    return found


def _unread(session: Session, contest: Contest, profile: Profile) -> list[Blocker]:
    if not profile.scoring.interaction_weight:
        return []
    if not (count := _lacking(session, contest, profile)):
        return []
    return [Blocker(
        "platforms.unread", f"{count} bài đăng trên nền tảng khác chưa đủ số đếm.",
        f"Posts on other platforms whose counts are not complete: {count}.", "elsewhere.show",
        count=count,
    )]


def _lacking(session: Session, contest: Contest, profile: Profile) -> int:
    """Of how many posts ``scored`` would lack a number: the database counts them, for a page that
    shows the number reads none of the thousands."""
    query = select(func.count(PlatformPost.id)).where(
        PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
        lacking(profile.platforms),
    )
    return (session.scalar(query) or 0) if any(one.pays for one in profile.platforms) else 0


def lacking(platforms: Iterable[Platform]) -> ColumnElement[bool]:
    """Posts of these platforms of which a number that earns points is not known."""
    return or_(false(), *(
        (PlatformPost.platform == one.id) & ~_known_to_count(one, name)
        for one in platforms for name in FIELDS if getattr(one, PAYS[name])
    ))


def _known_to_count(platform: Platform, name: str) -> ColumnElement[bool]:
    """Has the enclosing query's post a reading that counts and knows this field?"""
    agreed = select(PlatformApproval.id).where(PlatformApproval.count_id == PlatformCount.id)
    counts = agreed.exists() if platform.two_people else or_(
        PlatformCount.late_reason == "", agreed.exists())
    return select(PlatformCount.id).where(
        PlatformCount.post_id == PlatformPost.id, getattr(PlatformCount, name).is_not(None), counts
    ).exists()
