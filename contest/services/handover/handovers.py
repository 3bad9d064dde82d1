"""Handing entries from one contest to another: offered by the one, accepted by the other.

The clip is the same stored file, not a copy. What is offered and not yet accepted may be taken
back; after that the entry leaves as any other does. ``reason`` says whether it goes to the level
above or to the next round; nothing here depends on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, DomainError, Invalid, not_found
from contest.models import Contest, Handover, LevelLink, Submission, Unit
from contest.permissions import require
from contest.services.core import audit, locks, profiles
from contest.services.core.transitions import move
from contest.services.handover import arriving, coming, in_the_way, letters

LEVEL, ROUND = "level", "round"
WORDS = 3  # a reason for declining has at least so many


def same_unit(submission: Submission) -> str:
    """The unit of the same name."""
    return submission.unit.name


def same_category(submission: Submission) -> str:
    """The category of the same id, where there is one."""
    return submission.category


@dataclass(frozen=True)
class Terms:
    """How entries go on. ``with_clip``: with the clip they have, else for a new one. ``consent``:
    a purpose without which none goes on, "": those that the receiving contest asks. ``unit_of``:
    the name of the unit that an entry is to be one of, made there if there is none. ``note``: to
    whoever decides."""

    reason: str
    note: str = ""
    with_clip: bool = True
    consent: str = ""
    unit_of: Callable[[Submission], str] = same_unit
    category_of: Callable[[Submission], str] = same_category


# ---------------------------------------------------------------------------- offering


def offer(
    session: Session, source: Contest, found: Sequence[Submission], target: Contest, terms: Terms,
    *, actor: Actor, at: datetime,
) -> list[Handover]:
    """Offer entries of ``source`` to ``target``: all of them, or none. What was offered or
    accepted already is handed back as it is.

    Raises ``NotAllowed`` without ``handover.offer`` in ``source``; for the first entry that may
    not go on what ``refusal`` gives.
    """
    require(actor, "handover.offer", source)
    if why := in_the_way.of_contests(source, target, with_clip=terms.with_clip):
        raise why
    before = {one.source_id: one for one in _live(session, target, found)}
    made = [before.get(one.id) or _offer(session, one, target, terms, actor=actor, at=at)
            for one in found]
    if new := [one for one in made if one.source_id not in before]:
        letters.tell_waiting(session, target, source, new, at=at)
    return made


def refusal(
    session: Session, submission: Submission, target: Contest, terms: Terms, *, at: datetime
) -> DomainError | None:
    """What would refuse to offer this entry, in the words that say the way; None where it may."""
    try:
        _require_possible(session, submission, target, terms, at=at)
    except DomainError as why:
        return why
    return None


def _live(session: Session, target: Contest, found: Sequence[Submission]) -> list[Handover]:
    return list(session.scalars(select(Handover).where(
        Handover.contest_id == target.id, Handover.source_id.in_([one.id for one in found]),
        Handover.state.in_(("offered", "accepted")),
    )))


def _offer(
    session: Session, submission: Submission, target: Contest, terms: Terms, *, actor: Actor,
    at: datetime,
) -> Handover:
    locks.lock(session, submission)
    _require_possible(session, submission, target, terms, at=at)
    category = in_the_way.category_for(
        profiles.profile_of(target), terms.category_of(submission))
    made = Handover(
        contest_id=target.id, reason=terms.reason, origin=f"submission:{submission.id}",
        source_contest_id=submission.contest_id, source_id=submission.id,
        version_id=submission.version_id, root_id=_root(session, submission),
        with_clip=terms.with_clip, unit_name=terms.unit_of(submission).strip(),
        category=category, note=terms.note.strip(), offered_by=actor.label, offered_at=at,
    )
    session.add(made)
    session.flush()
    trail(session, made, "handover.offered", actor=actor, at=at, code=submission.code)
    return made


def _require_possible(
    session: Session, submission: Submission, target: Contest, terms: Terms, *, at: datetime
) -> None:
    code, profile = submission.code, profiles.profile_of(target)
    form = coming.of_submission(session, submission)
    unit_name = terms.unit_of(submission).strip()
    for why in (
        in_the_way.of_source(session, submission, with_clip=terms.with_clip),
        _consent(submission, terms, form),
        in_the_way.of_target(session, target, code, form, unit_name=unit_name, offered_at=at),
        in_the_way.authors_object(session, submission, profile),
        in_the_way.no_room(session, target, unit_name, code),
    ):
        if why is not None:
            raise why


def _consent(
    submission: Submission, terms: Terms, form: coming.Coming
) -> Conflict | None:
    if not terms.consent or terms.consent in form.purposes:
        return None
    words = {p.id: p.text for p in profiles.profile_of(submission.contest).form.consents}
    found = words.get(terms.consent)
    return in_the_way.consent_lacks(
        submission.code, found.vi if found else terms.consent,
        found.en if found else terms.consent,
    )


def _root(session: Session, submission: Submission) -> int:
    """The entry from which the first handover of all went out."""
    root = session.scalar(
        select(Handover.root_id).where(Handover.submission_id == submission.id)
    )
    return root or submission.id


def trail(
    session: Session, handover: Handover, action: str, *, actor: Actor, at: datetime,
    **after: object,
) -> None:
    """The same line in both contests' trails."""
    for contest_id in (handover.source_contest_id, handover.contest_id):
        if contest_id is not None:
            audit.record(session, action, handover, actor=actor, at=at, contest_id=contest_id,
                         after={"reason": handover.reason, **after})


# ---------------------------------------------------------------------------- deciding


def accept(
    session: Session, handover: Handover, *, unit: Unit | None = None, category: str = "",
    actor: Actor, at: datetime,
) -> Submission:
    """Make an entry of what was offered; what was accepted before: that entry. ``unit``: as whose,
    in place of the unit of the name; ``category``: in place of the one that it comes with.

    Raises ``NotAllowed`` without ``handover.accept``; ``Conflict`` for what was declined or taken
    back, where the entry has changed or left since, and as ``in_the_way`` says; ``Invalid`` where
    the unit's quota is full.
    """
    require(actor, "handover.accept", handover.contest)
    locks.lock(session, handover)
    if handover.submission is not None:
        return handover.submission
    target, form = handover.contest, coming.of(session, handover)
    _require_as_offered(session, handover)
    unit_name = unit.name if unit else handover.unit_name
    if why := in_the_way.of_target(session, target, code_of(handover), form, unit_name=unit_name,
                                   offered_at=handover.offered_at):
        raise why
    made = arriving.make(session, handover, form, unit=unit, category=category, actor=actor, at=at)
    handover.submission_id, handover.unit_id = made.id, made.unit_id
    handover.let_go_at = at if handover.sha256 else None  # the new entry keeps the file
    handover.decided_by, handover.decided_at = actor.label, at
    move(session, handover, "accepted", actor=actor, at=at, code=made.code)
    _in_source(session, handover, "handover.accepted", actor=actor, at=at, code=made.code)
    letters.tell_accepted(session, handover, made, at=at)
    session.expire(handover, ["submission", "unit"])
    return made


def _require_as_offered(session: Session, handover: Handover) -> None:
    """What was offered must still be what is there."""
    if handover.state != "offered":
        raise Conflict("Bài này đã được trả lại hoặc thu lại. Hãy tải lại trang.",
                       "This entry was declined or taken back. Please reload the page.")
    source = handover.source
    if source is None:
        _require_key(session, handover)
        return
    locks.lock(session, source)
    if why := in_the_way.of_source(session, source, with_clip=handover.with_clip):
        raise why
    if handover.with_clip and source.version_id != handover.version_id:
        raise Conflict(
            f"Clip của bài {source.code} đã được thay sau khi gửi lên. Hãy trả lại, để nơi gửi gửi "
            "bản mới.",
            f"The clip of entry {source.code} was replaced after it was handed on. Decline it, so "
            "that the new one is handed on.",
        )


def _require_key(session: Session, handover: Handover) -> None:
    """What came from another installation is accepted once its key was confirmed."""
    link = session.scalars(select(LevelLink).where(
        LevelLink.contest_id == handover.contest_id, LevelLink.state == "confirmed",
        LevelLink.child_key == handover.origin.partition("/")[0],
    )).one_or_none()
    if link is None or link.unit is None:
        raise Conflict(
            "Khoá đã ký tệp này chưa được xác nhận. Hãy so dấu vân khoá với nơi gửi rồi xác nhận ở "
            "trang Các cấp.",
            "The key that signed this file is not confirmed. Compare its fingerprint with whoever "
            "sent it, then confirm it on the page Levels.",
        )
    handover.unit_name = link.unit.name


def decline(
    session: Session, handover: Handover, *, why: str, actor: Actor, at: datetime
) -> None:
    """Give it back, with a reason. Raises ``NotAllowed`` without ``handover.accept``; ``Invalid``
    below ``WORDS`` words; ``Conflict`` where it was decided or taken back."""
    require(actor, "handover.accept", handover.contest)
    if len(why.split()) < WORDS:
        raise Invalid(f"Hãy ghi vì sao trả lại: ít nhất {WORDS} từ.",
                      f"Say why it is declined: at least {WORDS} words.")
    move(session, handover, "declined", actor=actor, at=at, reason=why.strip())
    handover.decided_by, handover.decided_at = actor.label, at
    _in_source(session, handover, "handover.declined", actor=actor, at=at, why=why.strip())
    letters.tell_declined(session, handover, at=at)


def take_back(session: Session, handover: Handover, *, actor: Actor, at: datetime) -> None:
    """Withdraw an offer that nobody has decided on. Raises ``NotAllowed`` without
    ``handover.offer`` in the contest that it comes from; ``Conflict`` once it was decided."""
    if handover.source_contest is None:
        raise not_found()
    require(actor, "handover.offer", handover.source_contest)
    move(session, handover, "withdrawn", actor=actor, at=at)
    handover.decided_by, handover.decided_at = actor.label, at
    _in_source(session, handover, "handover.withdrawn", actor=actor, at=at)


def _in_source(
    session: Session, handover: Handover, action: str, *, actor: Actor, at: datetime,
    **after: object,
) -> None:
    if handover.source_contest_id is not None:
        audit.record(session, action, handover, actor=actor, at=at,
                     contest_id=handover.source_contest_id, after=after)


# ---------------------------------------------------------------------------- reading


def code_of(handover: Handover) -> str:
    """The code of the entry where it comes from."""
    return handover.source.code if handover.source else str(handover.packet.get("code", ""))


def waiting(session: Session, contest: Contest) -> tuple[int, int]:
    """How many entries, and how many contests below, wait for this contest's organisers."""
    entries = select(func.count(Handover.id)).where(
        Handover.contest_id == contest.id, Handover.state == "offered").scalar_subquery()
    asking = select(func.count(LevelLink.id)).where(
        LevelLink.contest_id == contest.id, LevelLink.state == "asked").scalar_subquery()
    row = session.execute(select(entries, asking)).one()
    return int(row[0]), int(row[1])


def find(session: Session, contest: Contest, handover_id: int) -> Handover:
    """One that was offered to this contest. Raises ``NotFound``."""
    found = session.get(Handover, handover_id)
    if found is None or found.contest_id != contest.id:
        raise not_found()
    return found


def find_sent(session: Session, contest: Contest, handover_id: int) -> Handover:
    """One that this contest has offered. Raises ``NotFound``."""
    found = session.get(Handover, handover_id)
    if found is None or found.source_contest_id != contest.id:
        raise not_found()
    return found


def of_submission(session: Session, submission: Submission) -> list[Handover]:
    """Where an entry came from and where it went, in the order of the offers."""
    return list(session.scalars(with_rows(select(Handover)).where(
        or_(Handover.source_id == submission.id, Handover.submission_id == submission.id)
    ).order_by(Handover.id)))


def with_rows(query: Select[Handover]) -> Select[Handover]:
    """The same with what a page shows of each."""
    return query.options(
        joinedload(Handover.source).joinedload(Submission.unit), joinedload(Handover.contest),
        joinedload(Handover.source_contest), joinedload(Handover.submission),
        joinedload(Handover.unit),
    )
