"""Handing the winners of a contest up to the level above, within what the rules allow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Contest, Handover, LevelLink, Submission
from contest.profile import Profile, Text
from contest.profile.levels import most_of
from contest.services.core import locks, profiles, search
from contest.services.handover import handovers, in_the_way
from contest.services.handover.handovers import LEVEL, Terms
from contest.services.levels import links
from contest.services.results import standings
from contest.services.results.ranking_rows import Picked
from contest.services.results.standings import Line

MOST = 60  # entries that a page shows


@dataclass(frozen=True)
class Candidate:
    """An entry that may be handed up. ``line``: its place in the published result; ``handover``:
    the newest offer of it to the parent; ``lacks``: consents without which it may not go up."""

    submission: Submission
    line: Line | None
    handover: Handover | None
    lacks: Sequence[Text]

    @property
    def under_way(self) -> bool:
        """Offered or accepted already."""
        return self.handover is not None and self.handover.state in ("offered", "accepted")


@dataclass(frozen=True)
class Room:
    """How many entries are handed up and may be: of a ``category`` ("" all together)."""

    category: str
    count: int
    most: int


def candidates(
    session: Session, contest: Contest, language: str, *, words: str = ""
) -> list[Candidate]:
    """Approved entries: the winners first, then in the order of the ranking, ``MOST`` of them;
    those alone in whose code or title ``words`` stand, where some are given."""
    profile, link = profiles.profile_of(contest), links.of_child(session, contest)
    placed, won = _places(session, contest, profile, language)
    sent = _sent(session, link)
    query = select(Submission).where(
        Submission.contest_id == contest.id, Submission.state.in_(in_the_way.READY)
    ).options(joinedload(Submission.unit), selectinload(Submission.consents))
    if words:
        query = search.matching(query, words, Submission.code, Submission.title)
    elif placed:
        query = query.where(or_(Submission.code.in_([*placed, *won]), Submission.id.in_(sent)))
    found = session.scalars(query.order_by(Submission.code).limit(MOST)).all()
    made = [Candidate(one, placed.get(one.code), sent.get(one.id), _lacks(link, profile, one))
            for one in found]
    last = len(placed) + 1
    return sorted(made, key=lambda one: (
        one.submission.code not in won, one.line.rank if one.line else last, one.submission.code))


def _places(
    session: Session, contest: Contest, profile: Profile, language: str
) -> tuple[dict[str, Line], list[str]]:
    """The first lines of the published result by the entry's code, and who won."""
    result = standings.newest(session, contest)
    if result is None:
        return {}, []
    lines = standings.some_lines(session, result, profile, language, Picked(most=MOST))
    won = standings.winners(session, result, profile, language)
    return {line.code: line for line in [*won, *lines]}, [line.code for line in won]


def _sent(session: Session, link: LevelLink | None) -> dict[int, Handover]:
    """By entry the newest offer to the parent."""
    if link is None:
        return {}
    query = select(Handover).where(Handover.contest_id == link.contest_id,
                                   Handover.source_contest_id == link.child_id)
    return {one.source_id: one for one in session.scalars(query.order_by(Handover.id))
            if one.source_id is not None}


def _lacks(link: LevelLink | None, profile: Profile, one: Submission) -> list[Text]:
    """Consents that are asked for above, or for handing up, and are not given: in their words.
    What is asked for on another server is known there alone."""
    given = {c.purpose for c in one.consents if c.withdrawn_at is None}
    needed = {p.id: p.text for p in profile.form.consents if p.id == profile.parent.consent}
    if link is not None:
        above = profiles.profile_of(link.contest)
        needed = {p.id: p.text for p in above.form.consents if p.required} | needed
    return [text for purpose, text in needed.items() if purpose not in given]


def _terms(link: LevelLink, note: str = "") -> Terms:
    assert link.child is not None  # noqa: S101 - found by its contest
    assert link.unit is not None  # noqa: S101 - it is confirmed
    name = link.unit.name
    return Terms(LEVEL, note=note, consent=profiles.profile_of(link.child).parent.consent,
                 unit_of=lambda _: name)


def rooms(session: Session, contest: Contest) -> list[Room]:
    """What the rules allow to be handed up, and how much of it was."""
    profile, counts = profiles.profile_of(contest), _counts(session, contest)
    return [Room(category, counts[category], most)
            for category, most in most_of(profile.parent, profile.categories).items()]


def _counts(session: Session, contest: Contest) -> Counter[str]:
    """Entries offered or accepted, by category, and ("") all together."""
    link = links.of_child(session, contest)
    if link is None:
        return Counter()
    found = session.scalars(
        select(Submission.category).join(Handover, Handover.source_id == Submission.id).where(
            Handover.contest_id == link.contest_id, Handover.source_contest_id == contest.id,
            Handover.state.in_(("offered", "accepted")))
    ).all()
    return Counter(found) | Counter({"": len(found)})


def hand_up(
    session: Session, contest: Contest, codes: Sequence[str], *, note: str = "", actor: Actor,
    at: datetime,
) -> list[Handover]:
    """Offer these entries to the level above: all of them, or none.

    Raises ``Conflict`` before the parent has confirmed the link, and beyond what the rules allow;
    ``Invalid`` where none is named; ``NotAllowed`` and the refusals of ``handovers.offer``.
    """
    locks.lock(session, contest)
    link = links.confirmed_above(session, contest)
    found = session.scalars(select(Submission).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes)
    ).order_by(Submission.id)).all()
    if not found:
        raise Invalid("Hãy chọn ít nhất một bài để gửi lên.", "Choose at least one entry.")
    made = handovers.offer(session, contest, found, link.contest, _terms(link, note),
                           actor=actor, at=at)
    _require_room(session, contest)
    return made


def _require_room(session: Session, contest: Contest) -> None:
    names = {one.id: one.name for one in profiles.profile_of(contest).categories}
    for room in rooms(session, contest):
        if room.count <= room.most:
            continue
        of = names.get(room.category)
        vi, en = (f" của mảng “{of.vi}”", f' of the category "{of.en}"') if of else ("", "")
        raise Conflict(
            f"Gửi lên {room.count} bài{vi}, thể lệ cho phép {room.most}. Hãy bỏ bớt, hoặc thu lại "
            "một bài đã gửi.",
            f"That makes {room.count} entries{en}; the rules allow {room.most} to be handed up. "
            "Choose fewer, or take one back.",
        )
