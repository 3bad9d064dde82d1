"""Filings: given in by a unit or for it, given back with a note, more time for one unit.

How one stands follows from its instants: given back after it was last filed, else filed, else owed.
Late is what came first after the deadline; a filing that was given back in time stays in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLate, not_found
from contest.languages import write_time
from contest.models import Filing, Unit
from contest.permissions import require
from contest.profile import Profile
from contest.profile.filings import Filing as Rule
from contest.services.core import audit, locks, mail, profiles
from contest.services.questions import answers, attachments
from contest.services.questions.attachments import Sent

MOST_WORDS = 1000  # of a note or a reason


@dataclass(frozen=True)
class Standing:
    """One thing that one unit owes. ``state``: owed, filed, returned; ``late``: it came late, or is
    overdue."""

    rule: Rule
    row: Filing | None
    due: datetime
    state: str
    late: bool


@dataclass(frozen=True)
class Given:
    """What is filed: answers, files that came, files that are let go."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Sequence[Sent]] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()


def rule_of(profile: Profile, key: str) -> Rule:
    """What the rules ask for under this key. Raises ``NotFound``."""
    found = next((one for one in profile.filings if one.id == key), None)
    if found is None:
        raise not_found()
    return found


def standing(rule: Rule, row: Filing | None, *, at: datetime) -> Standing:
    """How one filing of one unit stands now."""
    until = row.until if row else None
    first = row.first_at if row else None
    return Standing(rule, row, rule.due_for(until), row.state if row else "owed",
                    rule.late_at(first or at, until))


def of_unit(session: Session, unit: Unit, *, at: datetime) -> list[Standing]:
    """What a unit owes, in the order of the rules; asks nothing where the rules ask nothing."""
    rules = [one for one in profiles.profile_of(unit.contest).filings if one.owed_by(unit.group)]
    rows = {one.filing: one for one in session.scalars(
        select(Filing).where(Filing.unit_id == unit.id))} if rules else {}
    return [standing(rule, rows.get(rule.id), at=at) for rule in rules]


def find(session: Session, unit: Unit, key: str, *, at: datetime) -> Standing:
    """One filing of a unit. Raises ``NotFound`` where the rules ask it of no such unit."""
    rule = rule_of(profiles.profile_of(unit.contest), key)
    if not rule.owed_by(unit.group):
        raise not_found()
    return standing(rule, _row(session, unit, key), at=at)


def file(
    session: Session, unit: Unit, key: str, given: Given, *, actor: Actor, at: datetime,
    reason: str = "",
) -> Filing:
    """Give it in, or mend what was given in; an organiser for the unit, with the ``reason``.

    Raises ``NotAllowed``; ``Conflict`` for a retired unit; ``TooLate`` where the rules refuse what
    is late; ``Invalid`` where an answer breaks a rule or an organiser gives no reason.
    """
    deputy = actor.kind != "unit"
    require(actor, "unit.manage" if deputy else "entry.edit", _held(session, unit, key))
    if deputy:
        _require_words(reason, "Hãy ghi lý do nộp thay đơn vị; đơn vị đọc được.",
                       "Please state why you file it for the unit; the unit reads it.")
    return put(session, unit, key, given, actor=actor, at=at, reason=reason if deputy else "")


def put(
    session: Session, unit: Unit, key: str, given: Given, *, actor: Actor, at: datetime,
    reason: str = "", source_id: int | None = None,
) -> Filing:
    """As ``file``, of somebody whose right to do so was asked already. ``source_id``: the filing of
    a contest below that this one is made of. Raises as ``file``, but for ``NotAllowed``."""
    row = _held(session, unit, key)
    now = find(session, unit, key, at=at)
    _require_time(profiles.profile_of(unit.contest), now, at)
    row.answers = answers.checked(now.rule.asks, given.answers, row.answers or {})
    row.first_at = row.first_at or at
    row.filed_at, row.filed_by, row.reason = at, actor.label, reason.strip()
    row.source_id = source_id
    session.flush()
    attachments.change(
        session, row, now.rule.asks, given.files, given.dropped, actor=actor, at=at
    )
    audit.record(session, "filing.filed", row, actor=actor, at=at,
                 after={"unit": unit.id, "filing": key, "reason": row.reason,
                        "late": standing(now.rule, row, at=at).late})
    return row


def _require_time(profile: Profile, now: Standing, at: datetime) -> None:
    if now.rule.taken_at(at, now.state, now.due):
        return
    zone = profile.schedule.zone
    raise TooLate(
        f"Đã hết hạn “{now.rule.name.vi}” lúc {write_time(now.due, zone, 'vi')}. Hãy liên hệ Ban "
        "Tổ chức nếu có lý do đặc biệt.",
        f'"{now.rule.name.en}" was due at {write_time(now.due, zone, "en")}. Ask the organisers if '
        "there is a special reason.",
    )


def give_back(
    session: Session, unit: Unit, key: str, note: str, *, actor: Actor, at: datetime
) -> None:
    """Ask the unit to mend it; it is told so. Raises ``NotAllowed``; ``Invalid`` without a note;
    ``Conflict`` for what was not filed or was given back already."""
    require(actor, "unit.manage", unit)
    _require_words(note, "Hãy ghi chỗ cần sửa; đơn vị đọc được.",
                   "Please say what is to be corrected; the unit reads it.")
    row = _held(session, unit, key)
    if find(session, unit, key, at=at).state != "filed":
        raise Conflict("Đơn vị chưa nộp, hoặc báo cáo đã được trả lại. Hãy tải lại trang.",
                       "It was not filed, or was given back already. Please reload the page.")
    row.returned_at, row.note = at, note.strip()
    _tell(session, unit, key, "filing_returned", at=at)
    audit.record(session, "filing.returned", row, actor=actor, at=at,
                 after={"unit": unit.id, "filing": key, "reason": row.note})


def give_time(
    session: Session, unit: Unit, key: str, until: datetime, reason: str, *, actor: Actor,
    at: datetime,
) -> None:
    """More time for one unit, which is told so. Raises ``NotAllowed``; ``Invalid`` without a
    reason, or for a moment that has passed or is not after the deadline of all."""
    require(actor, "unit.manage", unit)
    _require_words(reason, "Hãy ghi lý do gia hạn.", "Please state why more time is given.")
    row, profile = _held(session, unit, key), profiles.profile_of(unit.contest)
    least, zone = max(at, rule_of(profile, key).due), profile.schedule.zone
    if until <= least:
        raise Invalid(
            f"Hạn mới là {write_time(until, zone, 'vi')}; phải sau "
            f"{write_time(least, zone, 'vi')}.",
            f"The new deadline is {write_time(until, zone, 'en')}; it must be after "
            f"{write_time(least, zone, 'en')}.",
        )
    row.until, row.until_reason = until, reason.strip()
    session.flush()
    profiles.plan_reminders(session, unit.contest, profile, at=at)  # of the new deadline
    _tell(session, unit, key, "filing_time_given", at=at)
    audit.record(session, "filing.time_given", row, actor=actor, at=at,
                 after={"unit": unit.id, "filing": key, "until": until.isoformat(),
                        "reason": row.until_reason})


def _tell(session: Session, unit: Unit, key: str, template: str, *, at: datetime) -> None:
    """By mail and in the browsers of the unit; the letter reads its note or reason when it goes."""
    mail.enqueue(session, to=unit.contact_email, template=template, contest_id=unit.contest_id,
                 params={"unit_id": unit.id, "filing": key}, at=at)


def _held(session: Session, unit: Unit, key: str) -> Filing:
    """Its row, made where there is none, under the unit's lock: a second tab waits."""
    find(session, unit, key, at=unit.created_at)
    locks.lock(session, unit)
    if unit.retired_at:
        raise Conflict(f"{unit.name} đã thôi tham gia.", f"{unit.name} was retired.")
    row = _row(session, unit, key)
    if row is None:
        row = Filing(contest_id=unit.contest_id, unit_id=unit.id, filing=key, answers={})
        session.add(row)
        session.flush()
    return row


def _row(session: Session, unit: Unit, key: str) -> Filing | None:
    query = select(Filing).where(Filing.unit_id == unit.id, Filing.filing == key)
    return session.scalars(query).one_or_none()


def _require_words(text: str, vi: str, en: str) -> None:
    if not text.strip() or len(text) > MOST_WORDS:
        raise Invalid(vi, en)
