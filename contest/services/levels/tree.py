"""The contests below one, and theirs, with what each has come to: counts only, no names.

A fixed number of statements for a level, however many contests stand on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, joinedload

from contest.models import Contest, Filing, Handover, LevelLink, Result, Submission, Unit
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.levels.links import DEEPEST
from contest.states import IN_CONTEST

READY = ("approved", "published")


@dataclass
class Node:
    """A contest of the tree. ``state``: of its newest result, "" before there is one; ``offered``
    and ``accepted``: of its entries at the contest above it; ``late``: nothing was handed up and
    the contest above takes no more; ``filed`` of ``owed`` filings of its own units."""

    contest: Contest
    profile: Profile
    unit: Unit | None = None
    link_id: int | None = None
    units: int = 0
    entries: int = 0
    approved: int = 0
    state: str = ""
    offered: int = 0
    accepted: int = 0
    declined: int = 0
    filed: int = 0
    owed: int = 0
    late: bool = False
    below: list["Node"] = field(default_factory=list)

    @property
    def whole(self) -> "Sums":
        """This contest and all below it, added up."""
        parts = [one.whole for one in self.below]
        own = Sums(1, self.units, self.entries, self.approved, self.offered + self.accepted)
        return Sums(*(sum(column) for column in zip(
            *(one.columns for one in (own, *parts)), strict=True)))


@dataclass(frozen=True)
class Sums:
    """What contests have come to, added up."""

    contests: int
    units: int
    entries: int
    approved: int
    handed: int

    @property
    def columns(self) -> tuple[int, int, int, int, int]:
        return self.contests, self.units, self.entries, self.approved, self.handed


def of(session: Session, contest: Contest, *, at: datetime) -> Node:
    """The contest with everything below it."""
    root = Node(contest, profiles.profile_of(contest))
    level, known = [root], {contest.id}
    for _ in range(DEEPEST):
        _count(session, level)
        level = _below(session, level, known, at)
        if not level:
            break
    return root


def _below(
    session: Session, level: Sequence[Node], known: set[int], at: datetime
) -> list[Node]:
    """The next level, each hung to its own."""
    above = {node.contest.id: node for node in level}
    links = session.scalars(
        select(LevelLink).where(LevelLink.contest_id.in_(above), LevelLink.state == "confirmed",
                                LevelLink.child_id.is_not(None))
        .options(joinedload(LevelLink.child).joinedload(Contest.revision),
                 joinedload(LevelLink.unit)).order_by(LevelLink.id)
    ).all()
    made = []
    for link in links:
        if link.child is None or link.child.revision is None or link.child_id in known:
            continue
        known.add(link.child.id)
        node = Node(link.child, profiles.profile_of(link.child), link.unit, link.id)
        above[link.contest_id].below.append(node)
        made.append(node)
    _handed(session, made, above, at)
    return made


def _handed(
    session: Session, made: Sequence[Node], above: dict[int, Node], at: datetime
) -> None:
    ids = [node.contest.id for node in made]
    rows = session.execute(
        select(Handover.source_contest_id, Handover.contest_id, Handover.state, func.count())
        .where(Handover.source_contest_id.in_(ids), Handover.contest_id.in_(above))
        .group_by(Handover.source_contest_id, Handover.contest_id, Handover.state)
    ).all() if ids else []
    for parent in above.values():
        closed = at >= parent.profile.schedule.entries_close
        for node in parent.below:
            found = {row[2]: row[3] for row in rows
                     if row[0] == node.contest.id and row[1] == parent.contest.id}
            node.offered, node.accepted, node.declined = (
                found.get(state, 0) for state in ("offered", "accepted", "declined"))
            node.late = closed and not node.offered + node.accepted


def _count(session: Session, level: Sequence[Node]) -> None:
    nodes = {node.contest.id: node for node in level}
    units = select(Unit.contest_id, Unit.group, func.count()).where(
        Unit.contest_id.in_(nodes), Unit.retired_at.is_(None))
    for contest_id, group, count in session.execute(
        units.group_by(Unit.contest_id, Unit.group)
    ):
        node = nodes[contest_id]
        node.units += count
        node.owed += count * sum(rule.owed_by(group) for rule in node.profile.filings)
    entries = select(Submission.contest_id, Submission.state, func.count()).where(
        Submission.contest_id.in_(nodes))
    for row in session.execute(entries.group_by(Submission.contest_id, Submission.state)):
        _entries(nodes[row[0]], row)
    filed = select(Filing.contest_id, func.count()).where(
        Filing.contest_id.in_(nodes), Filing.filed_at.is_not(None))
    for contest_id, count in session.execute(filed.group_by(Filing.contest_id)):
        nodes[contest_id].filed = count
    newest = select(func.max(Result.id)).where(Result.contest_id.in_(nodes))
    states = select(Result.contest_id, Result.state).where(
        Result.id.in_(newest.group_by(Result.contest_id)))
    for contest_id, state in session.execute(states):
        nodes[contest_id].state = state


def _entries(node: Node, row: Row[int, str, int]) -> None:
    _, state, count = row
    node.entries += count if state in IN_CONTEST else 0
    node.approved += count if state in READY else 0
