"""One unit changed by an organiser: added, renamed, its contact, retired and brought back."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.languages import counted
from contest.models import Contest, Unit
from contest.permissions import require
from contest.services.core import audit, locks
from contest.services.units import unit_import, unit_links, units
from contest.services.units.unit_import import Row


def add(session: Session, contest: Contest, row: Row, *, actor: Actor, at: datetime) -> Unit:
    """One more unit. Raises ``NotAllowed`` without ``unit.manage``; ``Invalid`` for a faulty value;
    ``Conflict`` where the contest has a unit of this name."""
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)  # names are compared
    _require_sound(row)
    _require_free(session, contest.id, row.name)
    unit = Unit(contest_id=contest.id, created_at=at, **row.values())
    session.add(unit)
    audit.record(session, "unit.added", unit, actor=actor, at=at)
    return unit


def row_of(unit: Unit) -> Row:
    """A unit's values as a form or a file gives them."""
    return Row(0, unit.name, unit.group, unit.contact_name, unit.contact_email, unit.contact_phone)


def change(session: Session, unit: Unit, row: Row, *, actor: Actor, at: datetime) -> None:
    """Store a unit's name, group and contact. Its links stay, and results that were frozen keep the
    name that they were frozen with. Raises as ``add`` does."""
    require(actor, "unit.manage", unit)
    locks.lock(session, unit.contest)
    locks.lock(session, unit)
    _require_sound(row)
    if row.name.casefold() != unit.name.casefold():
        _require_free(session, unit.contest_id, row.name)
    changed = {k: v for k, v in row.values().items() if getattr(unit, k) != v}
    for name, value in changed.items():
        setattr(unit, name, value)
    if changed:
        audit.record(session, "unit.changed", unit, actor=actor, at=at,
                     after={"columns": sorted(changed)})


def _require_sound(row: Row) -> None:
    faults = unit_import.faults(row)
    if faults:
        raise Invalid(" ".join(vi for vi, _ in faults), " ".join(en for _, en in faults))


def _require_free(session: Session, contest_id: int, name: str) -> None:
    query = select(Unit).where(Unit.contest_id == contest_id)
    other = next((u for u in session.scalars(query) if u.name.casefold() == name.casefold()), None)
    if other is None:
        return
    raise Conflict(
        f"Hội thi đã có đơn vị “{other.name}”"
        + (", đã thôi tham gia. Hãy cho đơn vị ấy trở lại." if other.retired_at
           else ". Hãy đặt tên khác, hoặc gộp hai đơn vị."),
        f'The contest has a unit "{other.name}"'
        + (" that was retired. Bring that one back." if other.retired_at
           else ". Choose another name, or join the two units."),
    )


def require_reason(reason: str) -> None:
    """Raises ``Invalid`` where nothing is said."""
    if not reason.strip():
        raise Invalid("Hãy ghi lý do.", "Please state the reason.")


def retire(session: Session, unit: Unit, *, reason: str, actor: Actor, at: datetime) -> None:
    """A unit takes part no more: it owes nothing, gets no reminder, its links end.

    Raises ``NotAllowed``; ``Invalid`` without a reason; ``Conflict`` while clips of it are in the
    contest: they are withdrawn, disqualified or given to another unit first.
    """
    require(actor, "unit.manage", unit)
    locks.lock(session, unit)
    if unit.retired_at:
        return
    require_reason(reason)
    if clips := units.counted(session, unit.id):
        raise Conflict(
            f"{unit.name} còn {clips} clip trong hội thi. Hãy chuyển clip sang đơn vị khác, hoặc "
            "rút, loại clip trước.",
            f"{unit.name} still has {counted(clips, 'clip', 'clips')} in the contest. Give them to "
            "another unit, or have them withdrawn or disqualified first.",
        )
    unit.retired_at = at
    for link in unit_links.live_links(session, unit, at=at):
        unit_links.revoke(session, link, actor=actor, at=at)
    audit.record(session, "unit.retired", unit, actor=actor, at=at, after={"reason": reason})


def restore(session: Session, unit: Unit, *, actor: Actor, at: datetime) -> None:
    """A retired unit takes part again; it needs a new link. Raises ``NotAllowed``."""
    require(actor, "unit.manage", unit)
    locks.lock(session, unit)
    if unit.retired_at is None:
        return
    unit.retired_at = unit.merged_into_id = None
    audit.record(session, "unit.restored", unit, actor=actor, at=at)


def of_contest(session: Session, contest: Contest) -> list[Row]:
    """The units of a contest as rows that another one can import, contacts included."""
    found = units.of_contest(session, contest)
    return [replace(row_of(unit), line=number) for number, unit in enumerate(found, 1)]
