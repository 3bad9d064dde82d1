"""Codes for many units and the sheets that show them: asked for on the page Units, made by a worker
some units at a time, seen on their way, stopped and gone on with, taken within four hours.

A few units have theirs within the request. Codes lie in the database hashed and sealed, and so does
the file: what the worker makes is sealed piece by piece before it is kept.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.docx.filling import fill
from contest.errors import Conflict, DomainError, not_found
from contest.models import Contest, Unit, UnitSheet
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, locks, outbox
from contest.services.core.sealing import UNIT_SHEETS, Keyring, sealed_by_another
from contest.services.results import document_values
from contest.services.results.steps import under_way
from contest.services.results.steps.under_way import Stopped
from contest.services.units import unit_links
from contest.services.units.unit_links import Issued

KIND, FORGET = "units.sheets", "units.forget_sheets"
UNDER_WAY = ("waiting", "working")
AT_ONCE = 60  # units of one transaction, of one file, and of what is made within the request
LIFE = timedelta(hours=4)  # how long the file can be taken
ISSUED = 0.2  # of the whole: what is done once every unit has its code


def are_many(unit_ids: Sequence[int]) -> bool:
    """Whether these are left to the worker."""
    return len(unit_ids) > AT_ONCE


def newest(session: Session, contest: Contest) -> UnitSheet | None:
    """The sheets that were asked for last."""
    query = select(UnitSheet).where(UnitSheet.contest_id == contest.id)
    return session.scalars(query.order_by(UnitSheet.id.desc()).limit(1)).first()


def find(session: Session, contest: Contest, sheet_id: int) -> UnitSheet:
    """Sheets of this contest. Raises ``NotFound``."""
    row = session.get(UnitSheet, sheet_id)
    if row is None or row.contest_id != contest.id:
        raise not_found()
    return row


def ask(
    session: Session, contest: Contest, unit_ids: Sequence[int], *, rotate: bool, actor: Actor,
    at: datetime,
) -> UnitSheet:
    """Have codes and sheets made by the worker. Raises ``NotAllowed`` without ``unit.manage``,
    ``NotFound`` for a unit of another contest, ``Conflict`` where some are under way."""
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)
    _require_free(session, contest)
    wanted = list(dict.fromkeys(unit_ids))
    own = set(session.scalars(select(Unit.id).where(Unit.contest_id == contest.id)))
    if not own.issuperset(wanted):
        raise not_found()
    row = UnitSheet(
        contest_id=contest.id, unit_ids=wanted, rotate=rotate, created_by=actor.label,
        created_at=at,
    )
    session.add(row)
    session.flush()
    outbox.enqueue(session, KIND, row.id, at=at, contest_id=contest.id, priority="high")
    audit.record(session, "unit_sheet.asked", row, actor=actor, at=at, contest_id=contest.id,
                 after={"units": len(wanted), "rotate": rotate})
    return row


def _require_free(session: Session, contest: Contest) -> None:
    last = newest(session, contest)
    if last is not None and last.state in UNDER_WAY:
        raise Conflict(
            "Máy chủ đang tạo một loạt tờ mã khác. Hãy chờ xong, hoặc dừng loạt đó.",
            "Other sheets are being made. Wait until they are done, or stop them.",
        )


def cancel(session: Session, row: UnitSheet, *, actor: Actor, at: datetime) -> None:
    """Stop; codes that were made stay. Raises ``NotAllowed``, ``Conflict`` where nothing is under
    way."""
    require(actor, "unit.manage", _contest(session, row))
    locks.lock(session, row)
    if row.state not in UNDER_WAY:
        raise Conflict("Việc tạo tờ mã đã xong hoặc đã dừng.", "This is done or stopped already.")
    row.state, row.finished_at = "cancelled", at


def go_on(session: Session, row: UnitSheet, *, actor: Actor, at: datetime) -> None:
    """Make the rest, or the file once more: units that have a code keep it. Raises ``NotAllowed``,
    ``Conflict`` where it is ready or some are under way."""
    contest = _contest(session, row)
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)
    _require_free(session, contest)
    if row.state == "ready":
        raise Conflict("Tờ mã đã có, hãy tải về.", "The sheets are there to be downloaded.")
    row.state, row.finished_at, row.error_vi, row.error_en = "waiting", None, "", ""
    row.created_by = actor.label
    task = outbox.enqueue(session, KIND, row.id, at=at, contest_id=contest.id, priority="high")
    outbox.enqueue_again(session, task, at=at)


def taken(session: Session, row: UnitSheet, *, actor: Actor, at: datetime) -> str:
    """The SHA-256 of the sealed file, for whoever takes it; the trail names who did. Raises
    ``NotAllowed`` without ``unit.manage``, ``Conflict`` where there is none."""
    require(actor, "unit.manage", _contest(session, row))
    if row.state != "ready":
        raise Conflict(
            "Tệp tờ mã chưa có hoặc đã quá giờ. Hãy bấm “Tạo lại tệp”; các mã vẫn như cũ.",
            'The file is not there yet, or was there too long. Press "Make the file again"; the '
            "codes stay the same.",
        )
    audit.record(session, "unit_sheet.taken", row, actor=actor, at=at, contest_id=row.contest_id)
    return row.sha256


def seconds_left(row: UnitSheet, *, at: datetime) -> float | None:
    """How long it will take, by what it has taken; None at its very beginning."""
    if row.started_at is None or not row.done or row.state != "working":
        return None
    return under_way.going_on_so(row.started_at, row.done, at=at)


def _contest(session: Session, row: UnitSheet) -> Contest:
    return session.get_one(Contest, row.contest_id)


# ---------------------------------------------------------------------------- the worker's side


def begin(session: Session, row_id: int, *, at: datetime) -> UnitSheet | None:
    """Mark it under way; None where it is no longer wanted."""
    row = session.get_one(UnitSheet, row_id)
    locks.lock(session, row)
    if row.state not in UNDER_WAY:
        return None
    row.state, row.started_at, row.done = "working", at, 0.0
    return row


def issue_some(
    session: Session, row_id: int, *, key: str, keys: Keyring, at: datetime
) -> bool:
    """Make the codes of the next ``AT_ONCE`` units; returns whether some are left. Raises
    ``Stopped``, ``NotAllowed`` where whoever asked may no longer."""
    row = _wanted(session, row_id)
    contest, first = _contest(session, row), len(row.link_ids)
    units = row.unit_ids[first:first + AT_ONCE]
    issued = unit_links.issue_all(
        session, contest, units, key=key, actor=under_way.asked_by(session, row.created_by), at=at,
        rotate=row.rotate, keys=keys,
    )
    row.link_ids = [*row.link_ids, *(one.link.id for one in issued)]
    row.done = ISSUED * len(row.link_ids) / len(row.unit_ids)
    return len(row.link_ids) < len(row.unit_ids)


def _wanted(session: Session, row_id: int) -> UnitSheet:
    row = session.get_one(UnitSheet, row_id)
    locks.lock(session, row)
    if row.state != "working":
        raise Stopped
    return row


def parts(row: UnitSheet) -> int:
    """In how many files its units stand."""
    return -(-len(row.link_ids) // AT_ONCE)


def part(session: Session, row: UnitSheet, number: int, *, keys: Keyring) -> list[Issued]:
    """The codes of file ``number`` (from 0) in their order; those revoked since are left out."""
    ids = row.link_ids[number * AT_ONCE:(number + 1) * AT_ONCE]
    return unit_links.opened_all(session, _contest(session, row), ids, keys=keys)


def filled(
    issued: Sequence[Issued], rules: Profile, template: bytes, *, base_url: str
) -> bytes:
    """One file of codes as DOCX, by the contest's template (``documents.template``)."""
    codes = [(one.unit.name, one.spaced_code, f"{base_url}/u#{one.token}", one.link.expires_at)
             for one in issued]
    return fill(template, document_values.of_sheet(
        rules, codes, host=urlsplit(base_url).netloc, closes=rules.schedule.entries_close
    ))


def sealed(content: bytes, keys: Keyring) -> str:
    """A file of codes as it is kept."""
    return keys.seal(UNIT_SHEETS, b64encode(content).decode())


def unsealed(text: str, keys: Keyring) -> bytes:
    """Raises ``ConfigError`` where none of the secret keys opens it."""
    try:
        return b64decode(keys.unseal(UNIT_SHEETS, text))
    except InvalidToken:
        raise sealed_by_another() from None


def went_on(session: Session, row_id: int, share: float) -> None:
    """Record which share of the files there is. Raises ``Stopped``."""
    _wanted(session, row_id).done = ISSUED + (1 - ISSUED) * share


def keep(session: Session, row_id: int, sha256: str, *, at: datetime) -> None:
    """The file is in the store. Raises ``Stopped``."""
    row = _wanted(session, row_id)
    row.state, row.sha256, row.done, row.finished_at = "ready", sha256, 1.0, at
    outbox.enqueue(session, FORGET, row.id, at=at, due_at=at + LIFE, contest_id=row.contest_id,
                   key=f"{FORGET}:{row.id}:{sha256[:16]}", priority="low")


def fail(session: Session, row_id: int, why: DomainError, *, at: datetime) -> None:
    """Mark it failed, with a sentence for the screen."""
    row = session.get_one(UnitSheet, row_id)
    locks.lock(session, row)
    if row.state in UNDER_WAY:
        row.state, row.error_vi, row.error_en, row.finished_at = "failed", why.vi, why.en, at


def forget(session: Session, row_id: int, *, at: datetime) -> str | datetime:
    """End the file's time. Returns the SHA-256 of what is to be dropped, empty where nothing is, or
    the moment until which it stays (the clock went back, or it was made anew)."""
    row = session.get_one(UnitSheet, row_id)
    locks.lock(session, row)
    if row.state != "ready" or row.finished_at is None:
        return ""
    if row.finished_at + LIFE > at:
        return row.finished_at + LIFE
    gone, row.state, row.sha256 = row.sha256, "gone", ""
    audit.record(session, "unit_sheet.gone", row, actor=SYSTEM, at=at, contest_id=row.contest_id)
    return gone
