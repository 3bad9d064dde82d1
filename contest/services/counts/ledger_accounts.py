"""Who shared which clip how often, from the lines of the share ledger that count.

A line counts if it was seen and told in time, or another organiser agreed to it, and it is not
void. Several sources may tell of the same share: of a link, however it is spelled, it is one share,
of shares without a link the largest number that a source tells counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.models import Contest, ShareRecord, Submission
from contest.services.core import profiles
from social import accounts
from social.imports import LedgerRow, Problem
from social.links import share_key

OF_ANOTHER_CLIP = "of_another_clip"
COMPARED = 20_000  # shares by their links, while a file is looked at
Only = Collection[int] | None  # submissions' ids; None: every clip of the contest


@dataclass(frozen=True, slots=True)
class Account:
    """One account's shares of one clip. ``days``: (day, shares), the day "" where the cap is not
    per day. ``name``: as it was recorded first."""

    name: str
    identity: str
    days: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        """All its shares of the clip."""
        if len(self.days) == 1:
            return self.days[0][1]
        return sum([count for _, count in self.days])


@dataclass(frozen=True, slots=True)
class Held:
    """How many accounts a ledger holds, and how many shares they have."""

    accounts: int = 0
    shares: int = 0

    @classmethod
    def by(cls, accounts: Collection[Account]) -> "Held":
        return cls(len(accounts), sum(one.count for one in accounts))


def of_contest(
    contest: Contest, column: InstrumentedAttribute[int], only: Only
) -> list[ColumnElement[bool]]:
    """Conditions: the contest's rows, of the clips asked for."""
    found: list[ColumnElement[bool]] = [Submission.contest_id == contest.id]
    return found if only is None else [*found, column.in_(only)]


def counting(cut_off: datetime) -> ColumnElement[bool]:
    """May a line of the ledger count?"""
    in_time = and_(ShareRecord.late_reason == "", ShareRecord.seen_at <= cut_off)
    return and_(~ShareRecord.voided, or_(in_time, ShareRecord.agreed_by.is_not(None)))


def kept(cut_off: datetime) -> ColumnElement[bool]:
    """Has the enclosing query's submission a line that counts?"""
    return (
        select(ShareRecord.id)
        .where(ShareRecord.submission_id == Submission.id, counting(cut_off))
        .correlate(Submission)
        .exists()
    )


def accounts_of(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, list[Account]]:
    """By the submission's id: its accounts, by name; clips without a line that counts are absent.
    """
    profile = profiles.profile_of(contest)
    shares = _shares(
        contest, only, cut_off=profile.schedule.counts_close, per_day=profile.scoring.per_day
    ).subquery()
    query = (
        select(
            shares.c.submission_id, shares.c.identity, shares.c.day, shares.c.count,
            ShareRecord.account,
        )
        .join(ShareRecord, ShareRecord.id == shares.c.first)
        .order_by(shares.c.first)
    )
    known: dict[int, dict[str, Account]] = defaultdict(dict)
    for submission_id, identity, day, count, name in session.execute(query):
        own, told = known[submission_id], (day, int(count))
        if (before := own.get(identity)) is None:
            own[identity] = Account(name, identity, (told,))
        else:  # another day
            own[identity] = Account(before.name, identity, tuple(sorted((*before.days, told))))
    return {clip: sorted(own.values(), key=_by_name) for clip, own in known.items()}


def held(session: Session, contest: Contest, *, only: Only = None) -> dict[int, Held]:
    """The same as numbers, added up by the database: for lists, which name nobody."""
    profile = profiles.profile_of(contest)
    shares = _shares(
        contest, only, cut_off=profile.schedule.counts_close, per_day=profile.scoring.per_day
    ).subquery()
    query = select(
        shares.c.submission_id, func.count(shares.c.identity.distinct()), func.sum(shares.c.count)
    ).group_by(shares.c.submission_id)
    return {clip: Held(accounts, int(count)) for clip, accounts, count in session.execute(query)}


def _by_name(one: Account) -> tuple[str, int]:
    return one.name, one.count


def _shares(
    contest: Contest, only: Only, *, cut_off: datetime, per_day: bool
) -> Select[tuple[int, str, str, int, int]]:
    """Columns submission_id, identity, day, count, first (the earliest line's id)."""
    line = ShareRecord
    slot = case((line.link_key == "", line.day), else_="") if per_day else literal("")
    told = (
        select(
            line.submission_id, line.identity, func.min(line.id).label("first"),
            (func.min(line.day) if per_day else literal("")).label("day"),
            func.max(line.count).label("count"),
        )
        .join(line.submission)
        .where(*of_contest(contest, line.submission_id, only), counting(cut_off))
        .group_by(line.submission_id, line.identity, line.link_key, *([slot] if per_day else []))
        .subquery()
    )
    group = (told.c.submission_id, told.c.identity, *([told.c.day] if per_day else []))
    return select(
        told.c.submission_id, told.c.identity,
        (told.c.day if per_day else literal("")).label("day"),
        func.sum(told.c.count).label("count"), func.min(told.c.first).label("first"),
    ).group_by(*group)


class Repeats:
    """While a file is looked at: its rows that tell of a share which the ledger, or a row before,
    has told, of their clip or of another: a share is of one clip. As far as ``COMPARED`` links:
    a larger ledger is folded by the database alone."""

    def __init__(self, session: Session, contest: Contest) -> None:
        line = ShareRecord
        told = (
            select(line.submission_id, line.link_key, line.identity, Submission.code)
            .join(line.submission)
            .where(Submission.contest_id == contest.id, line.link_key != "", ~line.voided)
            .order_by(line.id.desc())  # so that the earliest of several has the last word
            .limit(COMPARED)
        )
        known = session.execute(told).all()
        self._told = {(clip, key): (0, owner) for clip, key, owner, _ in known}
        self._first = {key: (0, clip, code) for clip, key, _, code in known}

    def note(self, row: LedgerRow, clip: int) -> Problem | None:
        """What a person should know of this row; None for a share that is new."""
        if not row.link or len(self._told) >= COMPARED:
            return None
        owner = accounts.identity(row.account, row.profile)
        key = share_key(row.link)
        before, whose = self._told.setdefault((clip, key), (row.row, owner))
        if before == row.row:
            first, other, code = self._first.setdefault(key, (row.row, clip, row.clip_code))
            return None if other == clip else _of_another_clip(row.row, code, _where(first))
        where = _where(before)
        return _told_again(row.row, where) if whose == owner else _of_another(row.row, where)


def _where(row: int) -> tuple[str, str]:
    """Of what was told before: in which row, 0 for the ledger."""
    return (f"ở dòng {row}", f"in row {row}") if row else ("trong sổ", "in the ledger")


def _of_another_clip(row: int, clip: str, where: tuple[str, str]) -> Problem:
    return Problem(
        row, OF_ANOTHER_CLIP,
        f"Dòng {row}: liên kết này đã ghi cho clip {clip} {where[0]}, mà một bài chia sẻ chỉ chia "
        "sẻ một clip; hãy mở liên kết để xem là clip nào.",
        f"Row {row}: this link is told of the clip {clip} {where[1]}, but a share is of one clip; "
        "open the link to see which.", "warning",
    )


def _told_again(row: int, where: tuple[str, str]) -> Problem:
    return Problem(
        row, "told_again",
        f"Dòng {row}: lượt chia sẻ này đã có {where[0]}; chỉ tính một lần.",
        f"Row {row}: this share is {where[1]} already; it counts once.", "skipped",
    )


def _of_another(row: int, where: tuple[str, str]) -> Problem:
    return Problem(
        row, "of_another",
        f"Dòng {row}: liên kết này đã ghi cho một tài khoản khác {where[0]}, mà một bài chia sẻ "
        "chỉ của một người; hãy mở liên kết để xem của ai.",
        f"Row {row}: this link is told of another account {where[1]}, but a share is one person's; "
        "open the link to see whose.", "warning",
    )


@dataclass(frozen=True)
class Elsewhere:
    """How many of a clip's links are told of other clips, too, which (their codes), and one of
    these links as it was told."""

    links: int
    clips: tuple[str, ...]
    example: str


def told_elsewhere(
    session: Session, contest: Contest, *, key: str | None = None
) -> dict[int, Elsewhere]:
    """By the submission's id: the links in its ledger that count for another clip as well. ``key``:
    of this link alone."""
    line = ShareRecord
    told = (
        select(line.link_key).join(line.submission)
        .where(*of_contest(contest, line.submission_id, None), line.link_key != "",
               counting(profiles.profile_of(contest).schedule.counts_close),
               *([line.link_key == key] if key else []))
    )
    several = told.group_by(line.link_key).having(
        func.min(line.submission_id) != func.max(line.submission_id)
    )
    lines = (
        told.add_columns(line.submission_id, Submission.code, func.min(line.link))
        .where(line.link_key.in_(several))
        .group_by(line.link_key, line.submission_id, Submission.code)
        .order_by(line.link_key, Submission.code)
    )
    clips: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for link_key, number, code, link in session.execute(lines):
        clips[link_key].append((number, code, link))
    return _by_clip(clips.values())


def _by_clip(shared: Iterable[list[tuple[int, str, str]]]) -> dict[int, Elsewhere]:
    """From the clips of each link (submission's id, code, link)."""
    links: dict[int, list[str]] = defaultdict(list)
    others: dict[int, set[str]] = defaultdict(set)
    for clips in shared:
        codes = {code for _, code, _ in clips}
        for number, code, link in clips:
            links[number].append(link)
            others[number] |= codes - {code}
    return {
        number: Elsewhere(len(told), tuple(sorted(others[number])), min(told))
        for number, told in links.items()
    }


def told_before(session: Session, lines: Collection[ShareRecord]) -> dict[int, ShareRecord]:
    """Lines of one clip whose share an earlier line tells: by their id, the earliest one."""
    keys = {line.link_key for line in lines if line.link_key and not line.voided}
    clips = {line.submission_id for line in lines}
    first = (
        select(func.min(ShareRecord.id))
        .where(ShareRecord.submission_id.in_(clips), ShareRecord.link_key.in_(keys),
               ~ShareRecord.voided)
        .group_by(ShareRecord.submission_id, ShareRecord.link_key)
    )
    known = {
        (one.submission_id, one.link_key): one
        for one in session.scalars(select(ShareRecord).where(ShareRecord.id.in_(first)))
    }
    found = {line.id: known.get((line.submission_id, line.link_key)) for line in lines}
    return {
        line.id: one for line in lines
        if not line.voided and (one := found[line.id]) is not None and one.id != line.id
    }
