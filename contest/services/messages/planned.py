"""Reminders that the profile plans: what is due when and for whom, sent once, stopped, sent now.

A *wave* is one reminder: so many hours before one deadline, to those concerned when it goes out.
Nothing is stored ahead, so a deadline that moves takes with it what was not sent. What was sent is
a row with a unique key (person, deadline, hours); where the deadline moved by less than ``ANEW``
the same reminder is not sent again.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict
from contest.models import Contest, Mail, Reminder, ReminderStop
from contest.permissions import require
from contest.profile import Profile, reminding
from contest.services.core import audit, locks, mail, profiles, push
from contest.services.desk import reminders
from contest.services.desk.reminders import Recipient
from contest.services.filings import overview

KINDS = {"uploads": "missing", "fixing": "findings", "reviewing": "reviewing", "marking": "jury",
         "counting": "counting"}
LATE = timedelta(hours=6)  # what a worker that was down may still send
FRESH = timedelta(hours=6)  # who had the same letter so lately is spared
ANEW = timedelta(days=1)
TICK = timedelta(minutes=5)


def kind_of(about: str) -> str:
    """The kind of ``reminders.recipients`` that is concerned."""
    return "filings" if about.startswith(reminding.FILING) else KINDS[about]


class Key(NamedTuple):
    """What a wave is known by."""

    about: str
    deadline: datetime
    hours: int


@dataclass(frozen=True)
class Wave:
    """One reminder. ``ahead``: those who would get it now and have not, by mail or in a browser;
    ``unreached``: how many of those concerned have neither. ``state``: waiting, stopped,
    late (not sent in time), over."""

    key: Key
    due_at: datetime
    state: str
    ahead: tuple[Recipient, ...]
    unreached: int
    sent: int
    failed: int
    stop: ReminderStop | None

    @property
    def kind(self) -> str:
        """The page that shows its letter and its recipients."""
        return kind_of(self.key.about)

    @property
    def word(self) -> str:
        """The key in a form."""
        return f"{self.key.about}-{int(self.key.deadline.timestamp())}-{self.key.hours}"


def waves(session: Session, contest: Contest, *, at: datetime) -> list[Wave]:
    """Every wave of the profile, the next one first."""
    profile, log = profiles.profile_of(contest), _Log(session, contest)
    people = _People(session, contest, at)
    found = [
        wave for about in reminding.abouts(profile) if reminding.offsets(profile, about)
        for wave in _of(profile, about, people, log=log, at=at)
    ]
    return sorted(found, key=lambda wave: (wave.state == "over", wave.due_at, wave.word))


class _Log:
    """What was sent and stopped so far."""

    def __init__(self, session: Session, contest: Contest) -> None:
        rows = select(Reminder, Mail.state).outerjoin(Mail, Mail.id == Reminder.mail_id)
        query = rows.where(Reminder.contest_id == contest.id)
        self.told: dict[tuple[str, int, int], list[datetime]] = {}
        self.states: dict[Key, list[str]] = {}
        for row, state in session.execute(query):
            self.told.setdefault((row.about, row.hours, row.subject), []).append(row.deadline)
            if row.state == "sent":
                key = Key(row.about, row.deadline, row.hours)
                self.states.setdefault(key, []).append(state or "sent")
        stops = select(ReminderStop).where(ReminderStop.contest_id == contest.id)
        self.stops = {Key(s.about, s.deadline, s.hours): s for s in session.scalars(stops)}

    def has(self, key: Key, subject: int) -> bool:
        """Was this reminder sent, for this deadline or for one that has hardly moved?"""
        before = self.told.get((key.about, key.hours, subject))
        return before is not None and any(
            abs(key.deadline - deadline) < ANEW for deadline in before)


class _People:
    """Who is concerned now, and which of them a mail or a browser reaches; looked for once."""

    def __init__(self, session: Session, contest: Contest, at: datetime) -> None:
        self.session, self.contest, self.at = session, contest, at
        self.found: dict[str, tuple[list[Recipient], set[int]]] = {}

    def of(self, about: str) -> tuple[list[Recipient], set[int]]:
        kind = kind_of(about)
        if kind not in self.found:
            closed = about == "marking" and self.contest.jury_locked_at is not None
            everybody = [] if closed else reminders.recipients(
                self.session, self.contest, kind, at=self.at)
            self.found[kind] = everybody, _reached(self.session, everybody)
        everybody, reached = self.found[kind]
        return [one for one in everybody if one.about in ("", about)], reached


def _of(
    profile: Profile, about: str, people: _People, *, log: _Log, at: datetime
) -> Iterator[Wave]:
    by_deadline: dict[datetime, list[Recipient]] = {reminding.deadline(profile, about): []}
    found, reached = people.of(about)
    for one in found:
        assert one.until is not None  # noqa: S101 - every kind has its deadline
        by_deadline.setdefault(one.until, []).append(one)
    shown = {key.deadline for key in log.states if key.about == about}
    for deadline in sorted({*by_deadline, *shown}):
        for hours in reminding.offsets(profile, about):
            key = Key(about, deadline, hours)
            concerned = by_deadline.get(deadline, [])
            yield _wave(_State(profile, log, reached, at), key, concerned)


def _reached(session: Session, found: Collection[Recipient]) -> set[int]:
    """Subjects that a mail or a browser reaches."""
    silent = [one for one in found if not one.email]
    pushed = push.reach(session, [one.params for one in silent])
    return {one.subject for one in found if one.email} | {
        one.subject for one, wants in zip(silent, pushed, strict=True) if wants}


@dataclass(frozen=True)
class _State:
    """What is the same for all waves of one kind."""

    profile: Profile
    log: _Log
    reached: set[int]
    at: datetime


def _wave(of: _State, key: Key, concerned: Collection[Recipient]) -> Wave:
    due_at, log, at = reminding.due_at(of.profile, key.deadline, key.hours), of.log, of.at
    stop, states = log.stops.get(key), log.states.get(key, [])
    if at >= key.deadline:
        state = "over"
    elif stop is not None:
        state = "stopped"
    elif at >= _last_chance(of.profile, due_at):
        state = "late" if not states else "over"
    else:
        state = "waiting"
    left = [] if state == "over" else [r for r in concerned if not log.has(key, r.subject)]
    return Wave(
        key, due_at, state, tuple(r for r in left if r.subject in of.reached),
        unreached=sum(r.subject not in of.reached for r in left), sent=len(states),
        failed=states.count("failed"), stop=stop,
    )


def _last_chance(profile: Profile, due_at: datetime) -> datetime:
    """Until when a worker that was down may still send. Where that falls into the quiet hours it is
    an hour after them: else what was due in the evening would be lost to a minute's pause."""
    until = due_at + LATE
    ends = reminding.quiet_until(profile, until)
    return until if ends is None else ends + reminding.HOUR


def failures(session: Session, contest: Contest) -> list[Mail]:
    """Letters of planned reminders that could not be sent, the newest first."""
    query = (
        select(Mail).join(Reminder, Reminder.mail_id == Mail.id)
        .where(Reminder.contest_id == contest.id, Mail.state == "failed")
        .order_by(Mail.id.desc()).limit(50)
    )
    return list(session.scalars(query))


# ---------------------------------------------------------------------------- sending


def send_due(session: Session, contest: Contest, *, at: datetime) -> int:
    """Queue the letters that are due; returns how many. In quiet hours nothing is sent.

    The contest's row is locked and what is sent has a unique key: twice at once sends once, and a
    kill before the commit sends nothing.
    """
    profile = profiles.profile_of(contest)
    if reminding.quiet_until(profile, at) is not None:
        return 0
    locks.lock(session, contest)
    count, reached = 0, set[tuple[str, int]]()
    due = [w for w in waves(session, contest, at=at) if w.state == "waiting" and w.due_at <= at]
    for wave in sorted(due, key=lambda wave: wave.key.hours):  # the latest of several, once
        ahead = [r for r in wave.ahead if (wave.key.about, r.subject) not in reached]
        reached |= {(wave.key.about, r.subject) for r in wave.ahead}
        spared = [r for r in wave.ahead if r not in ahead or _fresh(r, at)]
        chosen = [r for r in ahead if not _fresh(r, at)]
        _keep(session, contest, wave.key, spared, actor=SYSTEM, at=at, send=False)
        _keep(session, contest, wave.key, chosen, actor=SYSTEM, at=at)
        count += len(chosen)
    return count


def _fresh(one: Recipient, at: datetime) -> bool:
    return one.last_at is not None and at - one.last_at < FRESH


def send_now(session: Session, contest: Contest, word: str, *, actor: Actor, at: datetime) -> int:
    """Send a wave before its time, whatever the hour: an organiser says so; returns how many.

    Raises ``NotAllowed`` without ``reminder.send``, ``Conflict`` where it is not there any more or
    its deadline has passed.
    """
    require(actor, "reminder.send", contest)
    locks.lock(session, contest)
    wave = find(session, contest, word, at=at)
    if wave.stop is not None:
        session.delete(wave.stop)
    _keep(session, contest, wave.key, wave.ahead, actor=actor, at=at)
    return len(wave.ahead)


def _keep(
    session: Session, contest: Contest, key: Key, chosen: Collection[Recipient], *,
    actor: Actor, at: datetime, send: bool = True,
) -> None:
    letters = _queued(session, contest, chosen, at=at) if send else {}
    if chosen:
        session.execute(insert(Reminder), [
            {"contest_id": contest.id, "about": key.about, "subject": one.subject,
             "deadline": key.deadline, "hours": key.hours, "state": "sent" if send else "spared",
             "mail_id": letters.get(one.subject), "created_by": actor.label, "created_at": at}
            for one in chosen
        ])
    if chosen and send:
        audit.record(session, "reminder.sent", contest, actor=actor, at=at, contest_id=contest.id,
                     after={"kind": kind_of(key.about), "mails": len(chosen), "hours": key.hours})


def _queued(
    session: Session, contest: Contest, chosen: Collection[Recipient], *, at: datetime
) -> dict[int, int]:
    """Subject -> its letter's id, of those with an address: a thousand in as many statements as
    one."""
    letters: dict[int, int] = {}
    for template in dict.fromkeys(one.template for one in chosen):
        some = [one for one in chosen if one.template == template]
        subjects = {frozenset(one.params.items()): one.subject for one in some}
        for number, params in mail.enqueue_all(session, template, [
            (one.email, one.language, dict(one.params)) for one in some
        ], contest_id=contest.id, at=at):
            letters[subjects[frozenset(params.items())]] = number
    return letters


def look(session: Session, contest: Contest, *, at: datetime) -> tuple[bool, datetime | None]:
    """Whether somebody is to be sent something now, and when to look again: None once no deadline
    is ahead. Only reads, so that a look in vain keeps nobody waiting."""
    profile = profiles.profile_of(contest)
    if not reminding.planned(profile) or at >= _last_instant(session, contest, profile):
        return False, None
    found = waves(session, contest, at=at)
    due = any(w.state == "waiting" and w.due_at <= at and w.ahead for w in found)
    again = min([at + TICK, *(w.due_at for w in found if w.due_at > at)])
    return due and reminding.quiet_until(profile, at) is None, again


def _last_instant(session: Session, contest: Contest, profile: Profile) -> datetime:
    """After this nobody is reminded: a unit's own time for a filing may be later than all else."""
    last = reminding.last_instant(profile)
    own = overview.latest_until(session, contest) if profile.reminders.filings else None
    return max(last, own or last)


# ---------------------------------------------------------------------------- stopping


def find(session: Session, contest: Contest, word: str, *, at: datetime) -> Wave:
    """The wave of this word. Raises ``Conflict`` where it is not there or is over."""
    found = next((w for w in waves(session, contest, at=at) if w.word == word), None)
    if found is None or found.state == "over":
        raise Conflict(
            "Lời nhắc này không còn trong lịch (đã qua, hoặc hạn vừa được dời). Hãy tải lại trang.",
            "This reminder is not planned any more: it is over, or its deadline has just moved. "
            "Please reload the page.",
        )
    return found


def stop(session: Session, contest: Contest, word: str, *, actor: Actor, at: datetime) -> None:
    """Let a wave go to nobody. Raises as ``send_now``; twice changes nothing."""
    require(actor, "reminder.send", contest)
    locks.lock(session, contest)
    wave = find(session, contest, word, at=at)
    if wave.stop is None:
        session.add(ReminderStop(
            contest_id=contest.id, about=wave.key.about, deadline=wave.key.deadline,
            hours=wave.key.hours, stopped_by=actor.label, stopped_at=at,
        ))
        audit.record(session, "reminder.stopped", contest, actor=actor, at=at,
                     contest_id=contest.id, after=_named(wave.key))


def resume(session: Session, contest: Contest, word: str, *, actor: Actor, at: datetime) -> None:
    """Let a stopped wave go out after all. Raises as ``stop``; twice changes nothing."""
    require(actor, "reminder.send", contest)
    locks.lock(session, contest)
    wave = find(session, contest, word, at=at)
    if wave.stop is not None:
        session.delete(wave.stop)
        audit.record(session, "reminder.resumed", contest, actor=actor, at=at,
                     contest_id=contest.id, after=_named(wave.key))


def _named(key: Key) -> dict[str, object]:
    return {"kind": kind_of(key.about), "hours": key.hours, "deadline": key.deadline.isoformat()}
