"""Filters of tables that an organiser keeps under a name, and may share with the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, NotAllowed, not_found
from contest.models import Contest, SavedView
from contest.permissions import require
from contest.services.core import search

# The tables, and what may stand in the address of each.
FILTERS: Mapping[str, Sequence[str]] = {
    "entries": ("state", "check", "category", "q", "order"), "units": ("show", "q"),
    "publications": ("q", "state"), "people": ("q", "role"), "jobs": ("state",),
}
MOST = 30  # of one person on one table
LONGEST = 60  # characters of a name


def of_table(
    session: Session, contest: Contest, place: str, *, actor: Actor
) -> Sequence[SavedView]:
    """The person's own and those that others share, by name. Raises ``NotAllowed``."""
    require(actor, "organiser.read", contest)
    query = (
        select(SavedView)
        .where(SavedView.contest_id == contest.id, SavedView.place == place,
               or_(SavedView.user_id == actor.id, SavedView.shared))
        .options(joinedload(SavedView.user)).order_by(search.sortable(SavedView.name), SavedView.id)
    )
    return session.scalars(query).all()


def keep(
    session: Session, contest: Contest, place: str, name: str, filter_: Mapping[str, str], *,
    shared: bool, actor: Actor, at: datetime,
) -> SavedView:
    """Keep a filter; one of the same name is replaced. Raises ``NotAllowed``; ``Invalid`` without a
    name or with nothing to filter by; ``Conflict`` once there are ``MOST``."""
    require(actor, "organiser.read", contest)
    tidy = " ".join(name.split())[:LONGEST]
    wanted = {key: filter_[key][:100] for key in FILTERS[place] if filter_.get(key)}
    if not tidy:
        raise Invalid("Hãy đặt tên cho bộ lọc.", "Give the filter a name.")
    if not wanted:
        raise Invalid("Chưa lọc gì để lưu. Hãy chọn điều kiện lọc trước.",
                      "Nothing is filtered yet. Choose a filter first.")
    own = [view for view in of_table(session, contest, place, actor=actor)
           if view.user_id == actor.id]
    view = next((one for one in own if one.name == tidy), None)
    if view is None and len(own) >= MOST:
        raise Conflict(f"Mỗi người giữ nhiều nhất {MOST} bộ lọc. Hãy xoá bớt.",
                       f"A person keeps at most {MOST} filters. Delete one first.")
    if view is None:
        view = SavedView(contest_id=contest.id, user_id=actor.id, place=place, name=tidy,
                         created_at=at)
        session.add(view)
    view.filter, view.shared = wanted, shared
    session.flush()
    return view


def delete(session: Session, contest: Contest, view_id: int, *, actor: Actor) -> str:
    """Delete one of the person's own; returns its table. Raises ``NotFound``, and ``NotAllowed``
    for somebody else's."""
    require(actor, "organiser.read", contest)
    view = session.get(SavedView, view_id)
    if view is None or view.contest_id != contest.id:
        raise not_found()
    if view.user_id != actor.id:
        raise NotAllowed("Bộ lọc này của người khác trong Ban Tổ chức; chỉ người đó xoá được.",
                         "This filter is another organiser's; only they can delete it.")
    session.delete(view)
    return view.place
