"""Reminders sent by an organiser: the recipients, their mails, who has no address, when last.

==========  ===========================================  ==========================================
kind        who                                          mail
==========  ===========================================  ==========================================
missing     units below their quota (plan II.2)          ``reminder``
findings    entries that the unit has to repair          ``findings``, ``changes_requested``
jury        jurors who still owe ballots                 ``jury_reminder``
reviewing   reviewers, while clips wait for them         ``review_reminder``
counting    organisers: clips without a count of the     ``count_reminder``
            last day, what waits for a second person
==========  ===========================================  ==========================================

``recipients`` also finds ``granted``: units with time of their own (``time_granted``), which an
organiser hands on by chat where they have no address; and ``filings``: units that still have to
file something (``filing_reminder``), one for each thing. Those are reminded as the rules plan it.

Recipients mailed within the last hour are skipped unless the sender chooses "again": a second
click does no harm.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from contest import folding
from contest.actors import Actor, Role
from contest.errors import TooLate
from contest.models import Contest, Mail, RoleGrant, Submission, TimeGrant, Unit, User
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Profile, reminding
from contest.profile.filings import Filing as FilingRule
from contest.services.core import audit, deadlines, mail, pagination, profiles, search
from contest.services.core.pagination import Pagination
from contest.services.counts import corrections
from contest.services.desk import desk
from contest.services.entry import entry_requests
from contest.services.filings import overview
from contest.services.jury import jury_round
from contest.states import SubmissionState

KINDS = ("missing", "findings", "jury", "reviewing", "counting")
PAUSE = timedelta(hours=1)
REACHED_BY = (Unit.contact_email, Unit.contact_phone, Unit.contact_name)
TO_MEND: dict[str, str] = {
    SubmissionState.NEEDS_FIX: "findings",
    SubmissionState.CHANGES_REQUESTED: "changes_requested",
}
NOBODY: Mapping[str, Mapping[int, datetime]] = {name: {} for name in TO_MEND.values()}


class Recipient(NamedTuple):
    """Somebody to be reminded, one of a thousand. ``subject`` is a row's id: of the unit, the entry
    or the juror."""

    subject: int
    name: str
    template: str
    email: str = ""
    phone: str = ""
    person: str = ""
    language: str = "vi"
    code: str = ""  # of the entry, and its title
    title: str = ""
    owed: int = 0
    params: Mapping[str, object] = MappingProxyType({})
    last_at: datetime | None = None
    unit_id: int = 0  # of a unit or an entry
    until: datetime | None = None  # what is asked for is due then
    filing: FilingRule | None = None  # that the unit has to file

    @property
    def about(self) -> str:
        """What tells one filing of a unit from another; empty for all else."""
        return reminding.about_filing(self.filing.id) if self.filing else ""

    def lately(self, at: datetime) -> bool:
        return self.last_at is not None and at - self.last_at < PAUSE


def recipients(
    session: Session, contest: Contest, kind: str, *, at: datetime
) -> list[Recipient]:
    """Everybody concerned by a reminder of ``KINDS``, with or without an e-mail address."""
    profile = profiles.profile_of(contest)
    return list(FOUND[kind](session, contest, profile, at))


class Listed(NamedTuple):
    """A page of a reminder's recipients: with an e-mail address, and without. ``shown``: whose mail
    is shown; ``lately``: how many with an address were mailed within ``PAUSE``."""

    reached: Pagination[Recipient]
    unreached: Pagination[Recipient]
    shown: Recipient | None
    lately: int


def listed(
    session: Session, contest: Contest, kind: str, *, at: datetime, number: int = 1,
    to: int | None = None,
) -> Listed:
    """Page ``number`` of everybody concerned by a reminder of ``KINDS``. ``to``: the subject whose
    mail is shown; else that of the first with an address."""
    if kind == "findings":
        return _listed_entries(session, contest, at, number, to)
    found = recipients(session, contest, kind, at=at)
    reached = [one for one in found if one.email]
    shown = next((one for one in reached if one.subject == to), None)
    return Listed(
        pagination.part(reached, number),
        pagination.part([one for one in found if not one.email], number),
        shown or next(iter(reached), None), sum(one.lately(at) for one in reached),
    )


def over(contest: Contest, kind: str, *, at: datetime) -> bool:
    """Whether the deadline for what this reminder asks has passed."""
    schedule = profiles.profile_of(contest).schedule
    if kind == "jury":
        return contest.jury_locked_at is not None or at >= schedule.ballots_close
    if kind == "reviewing":
        return at >= schedule.counts_close  # late clips are appraised after the release, too
    return at >= (schedule.entries_close if kind == "missing" else schedule.counts_close)


def send(
    session: Session, contest: Contest, kind: str, *, actor: Actor, at: datetime,
    again: bool = False,
) -> int:
    """Enqueue the mails; returns how many. ``again``: also to those mailed within ``PAUSE``.

    The contest's row is locked, so two organisers who click at once mail nobody twice.
    Raises ``NotAllowed`` without ``reminder.send``, ``TooLate`` after the deadline.
    """
    require(actor, "reminder.send", contest)
    _hold(session, contest)
    if over(contest, kind, at=at):
        raise TooLate("Đã quá hạn nên không gửi thư nhắc nữa.",
                      "The deadline has passed, so no reminder is sent.")
    chosen = [r for r in recipients(session, contest, kind, at=at)
              if r.email and (again or not r.lately(at))]
    for template in dict.fromkeys(one.template for one in chosen):
        mail.enqueue_all(session, template, [
            (one.email, one.language, dict(one.params))
            for one in chosen if one.template == template
        ], contest_id=contest.id, at=at)
    if chosen:
        audit.record(session, "reminder.sent", contest, actor=actor, at=at,
                     contest_id=contest.id, after={"kind": kind, "mails": len(chosen)})
    return len(chosen)


def letter(contest: Contest, one: Recipient, *, at: datetime) -> Mail:
    """The mail as it would be enqueued, for a preview; never stored."""
    return Mail(contest_id=contest.id, to=one.email, template=one.template, created_at=at,
                language=one.language, params=dict(one.params))


def _hold(session: Session, contest: Contest) -> None:
    query = select(Contest).where(Contest.id == contest.id).with_for_update(of=Contest, **LOCK)
    session.scalars(query.execution_options(populate_existing=True)).one()


def _units(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    last = mail.last_asked(session, contest, "reminder", "unit_id")
    query = desk.short(select(Unit.id, Unit.name, Unit.entries_until, *REACHED_BY), contest,
                       profile)
    for unit in sorted(session.execute(query), key=lambda row: folding.sortable(row.name)):
        yield Recipient(
            unit.id, unit.name, "reminder", email=unit.contact_email, phone=unit.contact_phone,
            person=unit.contact_name, last_at=last.get(unit.id), params={"unit_id": unit.id},
            until=deadlines.clip_until(profile, unit.entries_until), unit_id=unit.id,
        )


def _entries(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    """The entries that can still be repaired in time."""
    last = _last_of_entries(session, contest, select(Submission.id).where(*to_mend(contest)))
    for row in session.execute(_entry_rows(contest, profile, at)):
        yield _entry(row, profile, last)


def to_mend(contest: Contest) -> list[ColumnElement[bool]]:
    """Entries that their units have to repair."""
    return [Submission.contest_id == contest.id, Submission.state.in_(TO_MEND)]


def _entry_rows(contest: Contest, profile: Profile, at: datetime) -> search.Rows:
    """Of each such entry what a recipient is made of; columns only: there may be thousands."""
    query = (
        select(
            Submission.id, Submission.code, Submission.title, Submission.state,
            Submission.changes_until, Submission.contact_email.label("email"),
            Submission.contact_phone.label("phone"), Submission.contact_name.label("person"),
            Submission.unit_id, Submission.language, Unit.name.label("unit"), Unit.entries_until,
        )
        .join(Submission.unit)
        .where(*to_mend(contest))
        .order_by(Submission.code)
    )
    if at < profile.schedule.entries_close:
        return query
    return query.where(or_(Submission.changes_until > at, Unit.entries_until > at))


def _last_of_entries(
    session: Session, contest: Contest, only: Select[int]
) -> Mapping[str, Mapping[int, datetime]]:
    return mail.last_of_each(session, contest, TO_MEND.values(), "submission_id", only=only)


def _entry(
    row: Row[*tuple[Any, ...]], profile: Profile, last: Mapping[str, Mapping[int, datetime]]
) -> Recipient:
    (row_id, code, title, state, changes_until, email, phone, person, unit_id, language, unit,
     entries_until) = row  # as ``_entry_rows`` has it: of thousands of rows no name is looked for
    template = TO_MEND[state]
    return Recipient(
        row_id, unit, template, email, phone, person, language, code, title, unit_id=unit_id,
        until=deadlines.clip_until(profile, changes_until, entries_until),
        last_at=last[template].get(row_id), params={"submission_id": row_id},
    )


def _listed_entries(
    session: Session, contest: Contest, at: datetime, number: int, to: int | None
) -> Listed:
    """``listed`` for entries: pages and numbers are the database's, letters are looked for only for
    those on the page."""
    profile = profiles.profile_of(contest)
    rows = _entry_rows(contest, profile, at)
    reached = rows.where(Submission.contact_email != "")
    has_mail = case((Submission.contact_email != "", 1), else_=0)
    count, all_reached = session.execute(
        rows.with_only_columns(func.count(), func.sum(has_mail)).order_by(None)
    ).one()
    listed = pagination.take(session, reached, number, whole=True, total=all_reached or 0)
    others = pagination.take(
        session, rows.where(Submission.contact_email == ""), number, whole=True,
        total=count - (all_reached or 0),
    )
    ids = [row.id for row in listed.rows]
    last = _last_of_entries(session, contest, select(Submission.id).where(Submission.id.in_(ids)))
    page = replace(listed, rows=[_entry(row, profile, last) for row in listed.rows])
    unreached = replace(others, rows=[_entry(row, profile, NOBODY) for row in others.rows])
    shown = next((one for one in page.rows if one.subject == to), None)
    if shown is None and (to is not None or number > 1):
        wanted = session.execute(reached.where(Submission.id == to)).first()
        wanted = wanted or session.execute(reached.limit(1)).first()
        shown = _entry(wanted, profile, NOBODY) if wanted else None
    return Listed(page, unreached, shown or next(iter(page.rows), None),
                  _lately_mended(session, reached, at))


def _lately_mended(
    session: Session, reached: search.Rows, at: datetime
) -> int:
    """Of how many of these entries the last letter is younger than ``PAUSE``."""
    lately = select(Mail.id).where(
        Mail.submission_id == Submission.id,
        Mail.template == case(TO_MEND, value=Submission.state), Mail.state != "failed",
        func.coalesce(Mail.sent_at, Mail.created_at) > at - PAUSE,
    )
    query = reached.with_only_columns(func.count()).order_by(None).where(lately.exists())
    return session.scalar(query) or 0


def _jurors(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    for juror in jury_round.progress(session, contest):
        if juror.owed and juror.user.active:
            user, owed = juror.user, juror.owed
            yield Recipient(
                user.id, user.name, "jury_reminder", email=user.email, language=user.language,
                owed=owed, last_at=juror.reminded_at, until=profile.schedule.ballots_close,
                params={"user_id": user.id, "count": owed, "path": f"/c/{contest.slug}/jury/"},
            )


def _reviewers(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    waiting = session.scalar(
        select(func.count()).where(
            Submission.contest_id == contest.id, Submission.state == SubmissionState.IN_REVIEW
        )
    )
    if waiting:
        yield from _staff(session, contest, Role.REVIEWER, "review_reminder", waiting,
                          until=profile.release_at, page="review/")


def _organisers(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    """While clips on the Page have no fresh count, or something waits for a second person."""
    left = desk.snapshots_due(session, contest, profile, at=at)
    left += corrections.waiting_count(session, contest)
    left += entry_requests.waiting_count(session, contest)
    if left:
        yield from _staff(session, contest, Role.ORGANISER, "count_reminder", left,
                          until=profile.schedule.counts_close,
                          page="organiser/counts-at-close")


def _staff(
    session: Session, contest: Contest, role: Role, template: str, count: int, *,
    until: datetime, page: str,
) -> Iterator[Recipient]:
    last = mail.last_asked(session, contest, template, "user_id")
    query = (
        select(User).join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.role == role, User.active)
        .order_by(User.name, User.id)
    )
    for user in session.scalars(query):
        yield Recipient(
            user.id, user.name, template, email=user.email, language=user.language, owed=count,
            last_at=last.get(user.id), until=until,
            params={"user_id": user.id, "count": count, "path": f"/c/{contest.slug}/{page}"},
        )


def _granted(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    """Units that have time of their own, which is not over. Told by mail when it was granted; the
    others from the list of texts to hand on."""
    query = (
        select(TimeGrant).join(TimeGrant.unit).options(contains_eager(TimeGrant.unit))
        .where(Unit.contest_id == contest.id, Unit.retired_at.is_(None),
               TimeGrant.revoked_at.is_(None), TimeGrant.until == Unit.entries_until,
               TimeGrant.until > at)
        .order_by(Unit.name, TimeGrant.id)
    )
    for unit, reason in {row.unit: row.reason for row in session.scalars(query)}.items():
        yield Recipient(
            unit.id, unit.name, "time_granted", email=unit.contact_email, unit_id=unit.id,
            phone=unit.contact_phone, person=unit.contact_name,
            until=deadlines.clip_until(profile, unit.entries_until),
            params={"unit_id": unit.id, "reason": reason},
        )


def _filings(
    session: Session, contest: Contest, profile: Profile, at: datetime
) -> Iterator[Recipient]:
    if not profile.filings:
        return
    last = _last_of_filings(session, contest)
    for rule, due, (unit_id, _, name, _, email, phone, person) in overview.ahead(
        session, contest, REACHED_BY, at=at
    ):
        yield Recipient(
            unit_id, name, "filing_reminder", email, phone, person, unit_id=unit_id, until=due,
            filing=rule, last_at=last.get((unit_id, rule.id)),
            params={"unit_id": unit_id, "filing": rule.id},
        )


def _last_of_filings(session: Session, contest: Contest) -> dict[tuple[int, str], datetime]:
    """When a unit was last reminded of a filing, by both."""
    mails = select(
        Mail.params["unit_id"].as_integer().label("unit"),
        Mail.params["filing"].as_string().label("filing"),
        func.coalesce(Mail.sent_at, Mail.created_at).label("at"),
    ).where(Mail.contest_id == contest.id, Mail.template == "filing_reminder",
            Mail.state != "failed").subquery()
    query = select(mails.c.unit, mails.c.filing, func.max(mails.c.at))
    rows = session.execute(query.group_by(mails.c.unit, mails.c.filing))
    return {(unit, filing): at for unit, filing, at in rows}


FOUND: dict[str, Callable[[Session, Contest, Profile, datetime], Iterator[Recipient]]] = {
    "missing": _units, "findings": _entries, "jury": _jurors, "reviewing": _reviewers,
    "counting": _organisers, "granted": _granted,
    "filings": _filings,
}
