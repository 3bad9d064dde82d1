"""A phase is postponed ("dời lịch"): seen before in plain words, done in one step, told to those
concerned. The reason stands on the public rules page, as of every revision."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from contest import profile as rule_files
from contest.actors import Actor, Role
from contest.errors import Conflict, DomainError, Invalid
from contest.models import Contest, RoleGrant, TimeGrant, Unit, User
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, locks, mail, profiles, search
from contest.services.core.in_use.effects import REFUSED, Effect
from contest.services.desk import rule_changes
from contest.services.rules.changes import Change, changes, in_words
from contest.services.rules.toml_editing import edited
from contest.services.rules.words import label_of
from contest.services.units import time_grants

# In the order of a contest; those that a rule file does not name follow another one.
PHASES = (
    "schedule.entries_open", "schedule.entries_close", "schedule.publicity_opens",
    "publication.release_at", "schedule.counts_close", "schedule.jury_closes", "schedule.awards",
)
ORDER = tuple(f"schedule.{name}" for name in (
    "entries_open", "entries_close", "publicity_opens", "counts_close", "awards",
))
MOST = timedelta(days=366)
NAMED = 20  # units without an address


@dataclass(frozen=True)
class Move:
    """What is wanted: a phase, how far, and whether everything after it moves along."""

    phase: str
    by: timedelta
    following: bool = True


@dataclass(frozen=True)
class Preview:
    """What the move does. ``source``: the new rule file, empty where it would not be valid;
    ``broken``: what stands against it, in both languages; ``grants``: with their new moment.
    ``units`` are told by mail; the others, ``unreached``, are not: ``without_address`` names the
    first ``NAMED`` of these."""

    source: str
    changes: Sequence[Change]
    effects: Sequence[Effect]
    broken: Sequence[tuple[str, str]]
    posts: int
    uploads: int
    grants: Sequence[tuple[TimeGrant, datetime]]
    units: int
    unreached: int
    without_address: Sequence[str]
    jurors: int

    @property
    def possible(self) -> bool:
        return bool(self.source) and not self.broken


def instants(contest: Contest) -> dict[str, datetime]:
    """The phases that the rule file names, with their moments there."""
    assert contest.revision is not None  # noqa: S101 - a contest is made with its first revision
    data = tomllib.loads(contest.revision.source)
    found = {key: _at(data, key) for key in PHASES}
    return {key: moment for key, moment in found.items() if isinstance(moment, datetime)}


def _at(data: object, key: str) -> Any:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def moved(contest: Contest, move: Move) -> dict[str, datetime]:
    """The moments that change. Raises ``Invalid`` for an unknown phase or no or too long a way."""
    return moved_from(instants(contest), move)


def moved_from(known: dict[str, datetime], move: Move) -> dict[str, datetime]:
    """The same of these moments, by phase."""
    if move.phase not in known:
        raise Invalid("Hãy chọn một mốc trong thể lệ.", "Choose one of the rules' dates.")
    if not timedelta() < abs(move.by) <= MOST:
        raise Invalid("Hãy chọn một ngày khác ngày đang có, trong vòng một năm.",
                      "Choose another day than the present one, within a year.")
    first = known[move.phase]
    later = [key for key in PHASES[PHASES.index(move.phase) + 1:]
             if key in known and known[key] >= first]
    keys = [move.phase, *(later if move.following else [])]
    return {key: known[key] + move.by for key in keys}


def preview(session: Session, contest: Contest, move: Move, *, at: datetime) -> Preview:
    """What the move would do; nothing is stored. Raises as ``moved``."""
    assert contest.revision is not None  # noqa: S101 - as above
    old, source = profiles.profile_of(contest), contest.revision.source
    source = edited(source, moved(contest, move))
    try:
        new = rule_files.load(source).profile
    except DomainError as error:
        faults = [(one["vi"], one["en"]) for one in error.data.get("faults", [])]
        broken = list(_out_of_order(contest, move, old)) or faults or [(error.vi, error.en)]
        return Preview("", [], [], broken, 0, 0, [], 0, 0, [], 0)
    effects = profiles.effects_of(session, contest, new, at=at)
    posts, uploads = rule_changes.planned(session, contest, old, new)
    units, unreached, names = _reached(session, contest)
    return Preview(
        source, changes(old, new), effects,
        [(one.vi, one.en) for one in effects if one.kind == REFUSED],
        posts, uploads, list(_grants(session, contest, move, new)),
        units, unreached, names,
        len(_jurors(session, contest)) if _concerns_jury(old, new) else 0,
    )


def _out_of_order(contest: Contest, move: Move, old: Profile) -> Iterator[tuple[str, str]]:
    """Which dates would come before others that they follow, in words."""
    new, zone = instants(contest) | moved(contest, move), old.schedule.zone
    known = [key for key in ORDER if key in new]
    for first, then in pairwise(known):
        if new[then] < new[first]:
            one, other = label_of(first), label_of(then)
            at, until = in_words(new[first], zone, first), in_words(new[then], zone, then)
            yield (
                f"{one.vi} ({at[0]}) sẽ sau {other.vi} ({until[0]}). Hãy dời cả các mốc sau đó.",
                f"{one.en} ({at[1]}) would be after {other.en} ({until[1]}). Move the dates after "
                "it along.",
            )


def postpone(
    session: Session, contest: Contest, move: Move, *, reason: str, revision: int, actor: Actor,
    at: datetime, tell: bool = True,
) -> int:
    """Move the dates, and all that is planned by them; returns how many mails go out.

    Raises ``NotAllowed`` without ``profile.change``; ``Invalid`` without a reason or for a move
    that is none; ``Conflict`` where it would break something, or the rules are another revision
    than the one that was looked at.
    """
    require(actor, "profile.change", contest)
    locks.lock(session, contest)
    if contest.revision is None or contest.revision.number != revision:
        raise Conflict("Thể lệ vừa được sửa. Hãy xem lại thay đổi rồi lưu.",
                       "The rules have just been changed. Look at the change again.")
    if not reason.strip():
        raise Invalid("Hãy ghi lý do dời lịch; lý do hiện trên trang thể lệ.",
                      "Please state the reason; it is shown on the public rules page.")
    seen, old = preview(session, contest, move, at=at), profiles.profile_of(contest)
    if not seen.possible:
        raise Conflict(" ".join(vi for vi, _ in seen.broken), " ".join(en for _, en in seen.broken))
    rule_changes.adopt(session, seen.source, actor=actor, at=at, reason=reason.strip(), agreed=True)
    own = {grant.unit_id: (grant.until, until) for grant, until in seen.grants}
    for grant, until in seen.grants:
        time_grants.move(session, grant, until, reason=reason.strip(), actor=actor, at=at)
    mails = _tell(session, contest, old, seen, own, reason=reason.strip(), at=at) if tell else 0
    audit.record(
        session, "schedule.postponed", contest, actor=actor, at=at, contest_id=contest.id,
        after={"reason": reason.strip(), "mails": mails, "changes":
               [f"{one.label[0]}: {one.old[0]} → {one.new[0]}" for one in seen.changes]},
    )
    return mails


def _grants(
    session: Session, contest: Contest, move: Move, new: Profile
) -> Iterator[tuple[TimeGrant, datetime]]:
    """Time that units were given moves along, at most to the cut-off of the counts."""
    if not move.following or PHASES.index(move.phase) > PHASES.index("schedule.entries_close"):
        return
    for grant in time_grants.of_contest(session, contest):
        yield grant, min(grant.until + move.by, new.schedule.counts_close)


# ---------------------------------------------------------------------------- who is told


def _units(session: Session, contest: Contest) -> Sequence[Unit]:
    return session.scalars(select(Unit).where(*_live(contest)).order_by(Unit.name)).all()


def _live(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    return Unit.contest_id == contest.id, Unit.retired_at.is_(None)


def _reached(session: Session, contest: Contest) -> tuple[int, int, Sequence[str]]:
    """How many units have an address, how many have none, and the first of these by name."""
    without = case((Unit.contact_email == "", 1), else_=0)
    count, unreached = session.execute(
        select(func.count(), func.sum(without)).where(*_live(contest))).one()
    names = select(Unit.name).where(*_live(contest), Unit.contact_email == "")
    first = session.scalars(names.order_by(search.sortable(Unit.name)).limit(NAMED)).all()
    return count - (unreached or 0), unreached or 0, first


def _jurors(session: Session, contest: Contest) -> Sequence[User]:
    query = (
        select(User).join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.role == Role.JUROR, User.active)
    )
    return session.scalars(query.order_by(User.id)).all()


def _concerns_jury(old: Profile, new: Profile) -> bool:
    return old.schedule.ballots_close != new.schedule.ballots_close


def _tell(
    session: Session, contest: Contest, old: Profile, seen: Preview,
    own: Mapping[int, tuple[datetime, datetime]], *, reason: str, at: datetime,
) -> int:
    """``own``: by unit, its own deadline before and after."""
    lines = [[one.label, one.old, one.new] for one in seen.changes]
    common: dict[str, Any] = {"lines": lines, "reason": reason, "path": f"/c/{contest.slug}/rules"}
    zone = old.schedule.zone
    mails = [
        (unit.contact_email, "vi", common | {
            "unit_id": unit.id, "lines": [*lines, *_own_line(own.get(unit.id), zone)]})
        for unit in _units(session, contest)
    ]
    mails.sort(key=lambda one: len(one[2]["lines"]))  # of one address for two units the longer
    if _concerns_jury(old, profiles.profile_of(contest)):
        mails += [(one.email, one.language, common | {"user_id": one.id})
                  for one in _jurors(session, contest)]
    mails = list({to.strip().casefold(): (to, language, params)
                  for to, language, params in mails if to.strip()}.values())
    mail.enqueue_all(session, "postponed", mails, contest_id=contest.id, at=at)
    return len(mails)


def _own_line(moved: tuple[datetime, datetime] | None, zone: ZoneInfo) -> Iterator[list[object]]:
    """A unit with time of its own reads how that has moved, besides the contest's dates."""
    if moved and moved[0] != moved[1]:
        before, after = (in_words(at, zone, "schedule.entries_close") for at in moved)
        yield [["Hạn riêng của đơn vị", "The unit's own deadline"], before, after]
