"""Which contest stands below which: the one below names its parent in its rules and asks, an
organiser of the one above confirms. Nobody hangs a contest below a stranger's.

What comes from a contest below is an entry of one unit above: the ward, not its branch. So the
quota of the rules above ("mỗi phường 03 clip"), its filings and its ranking count wards, as plans
say; the branch stays readable in the history of the entry.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, LevelLink, Unit
from contest.permissions import require
from contest.services.core import audit, locks, mail, profiles
from contest.services.core.transitions import move
from contest.services.fanpage.organisers import organisers_of
from contest.services.handover import in_the_way
from contest.services.units import unit_changes
from contest.services.units.unit_import import Row

ASKS = "level_asks"
DEEPEST = 6  # levels; a nation has four


def parent_of(session: Session, contest: Contest) -> Contest | None:
    """The contest above that the rules name, where it is one of this installation."""
    parent = profiles.profile_of(contest).parent
    if not parent.named or parent.installation:
        return None
    return session.scalars(select(Contest).where(
        Contest.slug == parent.contest, Contest.revision_id.is_not(None)
    ).options(joinedload(Contest.revision))).one_or_none()


def of_child(session: Session, contest: Contest) -> LevelLink | None:
    """The link of a contest to the parent that its rules name; None before it has asked."""
    parent = parent_of(session, contest)
    if parent is None:
        return None
    return session.scalars(select(LevelLink).where(
        LevelLink.contest_id == parent.id, LevelLink.child_id == contest.id
    )).one_or_none()


def confirmed_above(session: Session, contest: Contest) -> LevelLink:
    """The same, once the parent has confirmed it. Raises ``Conflict`` before."""
    link = of_child(session, contest)
    if link is None or link.state != "confirmed":
        raise Conflict(
            "Cấp trên chưa xác nhận hội thi này là cấp dưới. Hãy xin gắn với cấp trên và chờ xác "
            "nhận.",
            "The contest above has not confirmed this one. Ask to be linked and wait for it.",
        )
    return link


def find(session: Session, contest: Contest, link_id: int) -> LevelLink:
    """A link of a contest below to this one. Raises ``NotFound``."""
    link = session.get(LevelLink, link_id)
    if link is None or link.contest_id != contest.id:
        raise not_found()
    return link


def confirmed(session: Session, contest: Contest, link_id: int) -> Contest:
    """The contest below of a confirmed link, of this installation. Raises ``NotFound``;
    ``Conflict`` before the link is confirmed."""
    link = find(session, contest, link_id)
    if link.state != "confirmed" or link.child is None:
        raise Conflict("Hội thi này chưa được xác nhận là cấp dưới. Hãy xác nhận trước.",
                       "This contest is not confirmed as one below. Confirm it first.")
    return link.child


def of_parent(session: Session, contest: Contest) -> list[LevelLink]:
    """The links of contests below: what waits first."""
    return list(session.scalars(
        select(LevelLink).where(LevelLink.contest_id == contest.id)
        .options(joinedload(LevelLink.child).joinedload(Contest.revision),
                 joinedload(LevelLink.unit))
        .order_by((LevelLink.state == "asked").desc(), LevelLink.id)
    ))


def ask(
    session: Session, contest: Contest, *, note: str = "", actor: Actor, at: datetime
) -> LevelLink:
    """Ask the parent that the rules name. What waits or is confirmed stays as it is.

    Raises ``NotAllowed`` without ``handover.offer``; ``Invalid`` where the rules name no parent
    here, or one that stands below this contest; ``Conflict`` between a dry run and a real contest.
    """
    require(actor, "handover.offer", contest)
    locks.lock(session, contest)
    parent = _parent(session, contest)
    link = of_child(session, contest)
    if link is None:
        link = LevelLink(contest_id=parent.id, child_id=contest.id, note=note.strip(),
                         created_by=actor.label, created_at=at)
        session.add(link)
        session.flush()
        audit.record(session, "level_link.asked", link, actor=actor, at=at)
    elif link.state in ("refused", "ended"):
        move(session, link, "asked", actor=actor, at=at)
        link.note = note.strip()
    else:
        return link
    audit.record(session, "level_link.asked", link, actor=actor, at=at, contest_id=contest.id)
    _tell(session, parent, contest, at)
    return link


def _parent(session: Session, contest: Contest) -> Contest:
    named, parent = profiles.profile_of(contest).parent, parent_of(session, contest)
    if parent is None:
        raise Invalid(
            f"Thể lệ chưa ghi cấp trên nào có trên hệ thống này (parent.contest: "
            f"“{named.contest or '–'}”). Hãy sửa ở trang Thể lệ, mục Cấp trên.",
            f'The rules name no parent on this system (parent.contest: "{named.contest or "–"}"). '
            "Mend it on the page Rules, The level above.",
        )
    if why := in_the_way.of_contests(contest, parent):
        raise why
    above: Contest | None = parent
    for _ in range(DEEPEST):
        above = parent_of(session, above) if above is not None else None
        if above is not None and above.id == contest.id:
            raise Invalid(
                f"“{parent.slug}” đang đứng dưới hội thi này; không thể vừa là cấp trên vừa là cấp "
                "dưới. Hãy sửa parent.contest.",
                f'"{parent.slug}" stands below this contest; it cannot be above it as well. Mend '
                "parent.contest.",
            )
    return parent


def _tell(session: Session, parent: Contest, contest: Contest, at: datetime) -> None:
    title = profiles.profile_of(contest).contest.title
    for user in organisers_of(session, parent):
        mail.enqueue(
            session, to=user.email, template=ASKS, language=user.language, at=at,
            params={"user_id": user.id, "source": title[user.language],
                    "path": f"/c/{parent.slug}/organiser/levels"},
            contest_id=parent.id,
        )


# ---------------------------------------------------------------------------- deciding


def unit_name(link: LevelLink) -> str:
    """As which unit a contest below asks to stand: what its rules say, else its organiser."""
    if link.child is None:
        return link.child_name
    profile = profiles.profile_of(link.child)
    return profile.parent.unit or profile.contest.organiser.vi


def confirm(
    session: Session, link: LevelLink, *, name: str = "", actor: Actor, at: datetime
) -> Unit:
    """Take a contest as one below, as the unit of this name; the unit is made where there is none.

    Raises ``NotAllowed`` without ``handover.accept`` above; ``Conflict`` for a link that waits for
    nobody, and for a unit that is retired or another contest's already.
    """
    require(actor, "handover.accept", link.contest)
    locks.lock(session, link.contest)
    wanted = " ".join(name.split()) or unit_name(link)
    unit = in_the_way.named(session, link.contest, wanted) or unit_changes.add(
        session, link.contest, Row(0, wanted), actor=actor, at=at)
    _require_free(session, link, unit)
    move(session, link, "confirmed", actor=actor, at=at, unit=unit.id)
    link.unit_id, link.decided_by, link.decided_at = unit.id, actor.label, at
    _below(session, link, "level_link.confirmed", actor, at)
    return unit


def _require_free(session: Session, link: LevelLink, unit: Unit) -> None:
    if unit.retired_at is not None:
        raise Conflict(f"{unit.name} đã thôi tham gia. Hãy cho đơn vị tham gia trở lại trước.",
                       f"{unit.name} takes part no more. Have the unit take part again first.")
    other = session.scalar(select(LevelLink.id).where(
        LevelLink.contest_id == link.contest_id, LevelLink.unit_id == unit.id,
        LevelLink.id != link.id, LevelLink.state == "confirmed",
    ))
    if other is not None:
        raise Conflict(
            f"{unit.name} đã là đơn vị của một hội thi cấp dưới khác. Hãy ghi tên đơn vị khác.",
            f"{unit.name} is the unit of another contest below. Give another unit's name.",
        )


def refuse(
    session: Session, link: LevelLink, *, why: str, actor: Actor, at: datetime
) -> None:
    """Do not take it. Raises ``NotAllowed``, ``Conflict`` for a link that waits for nobody."""
    _end(session, link, "refused", why, actor=actor, at=at)


def end(session: Session, link: LevelLink, *, why: str, actor: Actor, at: datetime) -> None:
    """It stands below no more; entries that came from it stay. Raises as ``refuse``."""
    _end(session, link, "ended", why, actor=actor, at=at)


def _end(
    session: Session, link: LevelLink, to: str, why: str, *, actor: Actor, at: datetime
) -> None:
    require(actor, "handover.accept", link.contest)
    move(session, link, to, actor=actor, at=at, reason=why.strip())
    link.decided_by, link.decided_at = actor.label, at
    _below(session, link, f"level_link.{to}", actor, at)


def _below(
    session: Session, link: LevelLink, action: str, actor: Actor, at: datetime
) -> None:
    if link.child_id is not None:
        audit.record(session, action, link, actor=actor, at=at, contest_id=link.child_id)
