"""Numbers of posts typed one after another, as those of the Page's clips are (``counts/sitting``).

Each number is a reading of its own with the moment at which it was typed, stored once however often
the browser sends it. A post is named by its id, for a clip may have several.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Invalid, not_found
from contest.models import Contest, Evidence, PlatformCount, PlatformPost
from contest.permissions import require
from contest.services.counts.interactions import CLOCKS_DIFFER
from contest.services.counts.sitting import Typed
from contest.services.elsewhere import numbers, posts
from contest.services.elsewhere.numbers import FIELDS

LONGEST = 18  # digits of a post's id
Key = tuple[int, str]  # a post's id and one of FIELDS


def tell(
    session: Session, contest: Contest, number: Typed, *, actor: Actor, at: datetime,
    late_reason: str = "",
) -> PlatformCount:
    """Store one number, whose ``code`` is its post's id; a clock that is a little fast is set
    right. Raises ``NotFound`` for a post that does not stand, and as ``numbers.tell``."""
    if not (number.code.isascii() and number.code.isdecimal() and len(number.code) <= LONGEST):
        raise not_found()
    post = posts.find(session, contest, int(number.code))
    taken_at = at if at < number.at <= at + CLOCKS_DIFFER else number.at
    return numbers.tell(
        session, post, {number.field: number.value}, client_id=number.id, taken_at=taken_at,
        actor=actor, at=at, late_reason=late_reason,
    )


def mine(
    session: Session, contest: Contest, *, actor: Actor, since: datetime,
    only: Collection[int] | None = None,
) -> dict[Key, PlatformCount]:
    """The newest reading of each field that ``actor`` has typed since then, of posts that stand; of
    the posts ``only`` (ids), None: of all."""
    query = (
        select(PlatformCount).join(PlatformCount.post)
        .where(PlatformPost.contest_id == contest.id, PlatformPost.withdrawn_at.is_(None),
               PlatformCount.created_by == actor.label, PlatformCount.created_at >= since)
        .options(joinedload(PlatformCount.post), joinedload(PlatformCount.approval))
        .order_by(PlatformCount.taken_at, PlatformCount.id)
    )
    if only is not None:
        query = query.where(PlatformCount.post_id.in_(only))
    return {(one.post_id, name): one for one in session.scalars(query)
            for name in FIELDS if getattr(one, name) is not None}


def attach(
    session: Session, contest: Contest, proof: Evidence, *, actor: Actor, at: datetime,
    since: datetime, only: Collection[int] = (),
) -> dict[Key, PlatformCount]:
    """Link a file to the numbers of this sitting that have none, or to those of the posts ``only``.
    Raises ``NotAllowed``; ``Invalid`` where nothing is left to link."""
    require(actor, "interaction.import", contest)
    found = mine(session, contest, actor=actor, since=since)
    shown = numbers.proofs(session, {one.id for one in found.values()}) if found else {}
    chosen = {key: one for key, one in found.items()
              if (key[0] in only if only else one.id not in shown)}
    if not chosen:
        raise Invalid(
            "Chưa có số nào để kèm tệp này. Hãy nhập số trước, hoặc chọn bài đăng.",
            "There is no number to attach this file to. Type the numbers first, or choose posts.",
        )
    readings = {one.id: one for one in chosen.values()}
    numbers.attach(session, readings.values(), proof, actor=actor, at=at)
    return chosen
