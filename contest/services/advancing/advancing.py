"""The next round is begun: a contest of its own with the rules that this one's file has for it, the
units that go on, and their entries, handed over.

It is begun from a published result: a frozen one may still be discarded, and what another contest
has been made of could not be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from contest import profile as rule_files
from contest.actors import SYSTEM, Actor, Role
from contest.errors import Conflict, not_found
from contest.models import Contest, Finalist, Result, RoleGrant, RoundLink, Submission, Unit
from contest.permissions import require
from contest.profile import Profile
from contest.profile.rounds import NextRound
from contest.services.core import audit, locks, profiles
from contest.services.handover import handovers
from contest.services.handover.handovers import Terms
from contest.services.results import moved_since, ranking_rows, results
from contest.services.rounds import before
from contest.services.rules.next_rules import next_source

HANDED_ON = (Role.ORGANISER, Role.REVIEWER)  # who looks after the next round from its first moment


@dataclass(frozen=True)
class GoingOn:
    """What this round's result says of the next. ``promotion``: as the output has it; ``after``:
    the next round's contest once it is begun, its rules before."""

    rule: NextRound
    result: Result
    promotion: dict[str, Any]
    after: Contest | None


def going_on(session: Session, contest: Contest, *, actor: Actor) -> GoingOn | None:
    """Who goes on; None before the result is frozen. Raises ``NotAllowed`` for all but organisers,
    ``NotFound`` where the rules know of no next round."""
    require(actor, "organiser.read", contest)
    rule = _rule(contest)
    result = results.current(session, contest)
    if result is None or result.state not in results.FINAL:
        return None
    promotion = ranking_rows.promotion(session, result)
    if promotion is None:  # frozen under rules that did not know of it
        return None
    return GoingOn(rule, result, promotion, following(session, contest))


def _rule(contest: Contest) -> NextRound:
    rule = profiles.profile_of(contest).next_round
    if rule is None:
        raise not_found()
    return rule


def following(session: Session, contest: Contest) -> Contest | None:
    """The contest that is this one's next round, once it is begun."""
    query = (
        select(RoundLink).join(RoundLink.contest).where(RoundLink.previous_id == contest.id)
        .options(contains_eager(RoundLink.contest))
    )
    link = session.scalars(query).one_or_none()
    return None if link is None else link.contest


def next_rules(contest: Contest) -> tuple[str, Profile]:
    """The next round's rule file as this one's makes it, and its rules. Raises ``NotFound`` where
    there is none, ``Invalid`` where a later change of the rules has spoilt it."""
    _rule(contest)
    assert contest.revision is not None  # noqa: S101 - as it was found
    made = next_source(contest.revision.source)
    return made, rule_files.load(made).profile


# ---------------------------------------------------------------------------- beginning


def begin(
    session: Session, contest: Contest, *, same_jury: bool, actor: Actor, at: datetime
) -> Contest:
    """Make the next round's contest: its rules, its people, the units that go on, their entries.

    ``same_jury``: this round's jurors mark there, too. Raises ``NotAllowed`` without
    ``result.publish``, ``NotFound`` where no round follows; ``Conflict`` before the result is
    published, where it was begun already, somebody is undecided or nobody goes on, and what a
    handover is refused for.
    """
    require(actor, "result.publish", contest)
    locks.lock(session, contest)
    found = going_on(session, contest, actor=actor)
    result = _published(found)
    moved_since.require_unmoved(session, result)
    assert found is not None  # noqa: S101 - a published result was found
    _require_decided(found)
    source, _ = next_rules(contest)
    after, made = profiles.import_profile(session, source, actor=SYSTEM, at=at)
    if not made:
        raise _begun(after)
    session.add(RoundLink(contest_id=after.id, previous_id=contest.id, result_id=result.id,
                          begun_by=actor.label, begun_at=at))
    entries = _entries(session, contest, found.promotion["promoted"])
    units = _units(session, after, entries, at)
    _people(session, contest, after, units, same_jury=same_jury, at=at)
    finalists = _finalists(session, after, found.promotion["promoted"], entries, units)
    _hand_over(session, contest, after, finalists, entries, actor=actor, at=at)
    for one in (contest, after):
        audit.record(session, "round.begun", one, actor=actor, at=at, contest_id=one.id, after={
            "from": contest.slug, "to": after.slug, "result": result.number,
            "units": len(finalists),
        })
    return after


def _published(found: GoingOn | None) -> Result:
    if found is not None and found.after is not None:
        raise _begun(found.after)
    if found is None or found.result.state != "published":
        raise Conflict(
            "Chưa mở được vòng sau: kết quả vòng này chưa công bố. Hãy công bố kết quả trước.",
            "The next round cannot begin: this round's result is not published. Publish it first.",
            mend="publish",
        )
    return found.result


def _begun(after: Contest) -> Conflict:
    return Conflict(
        f"Vòng sau đã mở ({after.slug}). Hãy mở trang của vòng đó.",
        f"The next round has begun ({after.slug}). Please open its page.",
    )


def _require_decided(found: GoingOn) -> None:
    open_ = found.promotion["undecided"]
    if open_:
        listed = ", ".join(open_)
        raise Conflict(
            f"Chưa phân định ai vào vòng sau: {listed} cùng đứng ở chỗ cuối. Hãy ghi quyết định "
            "của Trưởng ban ở trang Kết quả rồi lập bản mới.",
            f"Undecided: {listed} share the last place. Record the chair's decision on the page "
            "Results, then make a new revision.", mend="decide",
        )
    if not found.promotion["promoted"]:
        raise Conflict(
            "Không đơn vị nào đạt điều kiện vào vòng sau. Hãy xem lại thể lệ, mục Vòng thi.",
            "No unit goes on to the next round. Look at the rules, section Rounds.", mend="decide",
        )


def _entries(
    session: Session, contest: Contest, promoted: Sequence[dict[str, Any]]
) -> dict[str, Submission]:
    """By code the entries with which units go on."""
    codes = [line["entry"] for line in promoted]
    query = (
        select(Submission).join(Submission.unit)
        .where(Submission.contest_id == contest.id, Submission.code.in_(codes))
        .options(contains_eager(Submission.unit)).order_by(Submission.id)
    )
    return {one.code: one for one in session.scalars(query)}


def _units(
    session: Session, after: Contest, entries: dict[str, Submission], at: datetime
) -> dict[int, Unit]:
    """By the old unit's id the same unit in the next round."""
    found: dict[int, Unit] = {}
    for one in (entry.unit for entry in entries.values()):
        if one.id not in found:
            found[one.id] = Unit(
                contest_id=after.id, name=one.name, group=one.group, created_at=at,
                contact_name=one.contact_name, contact_email=one.contact_email,
                contact_phone=one.contact_phone,
            )
    session.add_all(found.values())
    session.flush()
    return found


def _people(
    session: Session, contest: Contest, after: Contest, units: dict[int, Unit], *, same_jury: bool,
    at: datetime,
) -> None:
    roles = (*HANDED_ON, Role.JUROR) if same_jury else HANDED_ON
    query = select(RoleGrant).where(
        RoleGrant.contest_id == contest.id, RoleGrant.role.in_(roles)
    ).order_by(RoleGrant.id)
    for grant in session.scalars(query).all():
        own = units.get(grant.unit_id) if grant.unit_id else None
        session.add(RoleGrant(user_id=grant.user_id, contest_id=after.id, role=grant.role,
                              unit_id=own.id if own else None, created_at=at))
    session.flush()


def _finalists(
    session: Session, after: Contest, promoted: Sequence[dict[str, Any]],
    entries: dict[str, Submission], units: dict[int, Unit],
) -> list[Finalist]:
    found = [
        Finalist(
            contest_id=after.id, unit_id=units[entries[line["entry"]].unit_id].id,
            submission_id=entries[line["entry"]].id, place=place, rank=line["rank"],
            total=line["total"]["exact"], category=line.get("category", ""),
        )
        for place, line in enumerate(promoted)
    ]
    session.add_all(found)
    session.flush()
    return found


def _hand_over(
    session: Session, contest: Contest, after: Contest, finalists: Sequence[Finalist],
    entries: dict[str, Submission], *, actor: Actor, at: datetime,
) -> None:
    """Every entry once, by the one act with which entries go from contest to contest."""
    rule = _rule(contest)
    terms = Terms(handovers.ROUND, with_clip=rule.clip == "same")
    both = replace(actor, roles={**actor.roles, after.id: frozenset({str(Role.ORGANISER)})})
    made: dict[int, int] = {}
    for one in handovers.offer(session, contest, list(entries.values()), after, terms,
                               actor=both, at=at):
        entry = handovers.accept(session, one, actor=both, at=at)
        made[one.source_id or 0] = entry.id
    for finalist in finalists:
        finalist.entry_id = made[finalist.submission_id]
    session.flush()


def behind(session: Session, contest: Contest) -> int | None:
    """The number of a newer published result of the round before than the one that this contest was
    begun from; None where there is none."""
    link = before.link_of(session, contest)
    if link is None:
        return None
    newest = results.published(session, link.previous)
    if newest is None or newest.id == link.result_id:
        return None
    return newest.number
