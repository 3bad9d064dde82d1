"""Flags on odd counts, and what people decided about them. A flag never changes a count."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import (
    AuditRow,
    Contest,
    FlagDecision,
    LateApproval,
    Publication,
    ShareRecord,
    Snapshot,
    Submission,
    Unit,
)
from contest.permissions import require
from contest.services.core import audit, pagination, profiles, search
from contest.services.core.blockers import Blocker
from contest.services.core.pagination import Pagination
from contest.services.counts import corrections, interactions, ledger_accounts, official
from contest.services.counts.ledger_accounts import Account, Elsewhere
from social.anomalies import LEAST_OF_ONE, Flag, Point, Series, find

LEDGER_CHANGES = (
    "ledger.imported", "ledger.share_added", "ledger.voided", "ledger.withdrawn",
    "ledger.late_agreed",
)
DECISIONS = ("fine", "corrected")
CARDS = 20  # flags on a page: each is a card with a chart and a form


@dataclass(frozen=True)
class Raised:
    """A flag on a clip, the clip's whole series for the chart, and the decision, if any."""

    flag: Flag
    submission: Submission
    series: Sequence[Snapshot]
    decision: FlagDecision | None


@dataclass(frozen=True)
class FlagPage(Pagination[Raised]):
    """A page of flags; ``open``: how many of those asked for nobody has decided about; ``kinds``:
    how many there are of each, whatever was asked for."""

    open: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)


def flags(session: Session, contest: Contest) -> Sequence[Flag]:
    """All flags on posted clips, in the order of their release.

    Every clip is compared with all others, so a reading session caches the flags in the process
    until a count or the ledger changes. A writing one does not: its transaction may be rolled back.
    """
    if session.info.get("writes"):
        return _find(session, contest, _heavy(session, contest))
    counts, ledger = _versions(session, contest)
    known = _kept.setdefault(session.get_bind(), {}).get(contest.id)
    if known is None or (known.counts, known.ledger) != (counts, ledger):
        same = known is not None and known.ledger == ledger
        heavy = known.heavy if known and same else _heavy(session, contest)
        known = _Kept(counts, ledger, heavy, _find(session, contest, heavy))
        _kept[session.get_bind()][contest.id] = known
    return known.flags


def listed(
    session: Session, contest: Contest, *, words: str = "", kind: str = "", number: int = 1
) -> FlagPage:
    """A page of flags, undecided ones first; ``words``: of clips whose code, title or unit has
    them; ``kind``: of one kind."""
    known = {(d.submission.code, d.key): d for d in decisions(session, contest)}
    everything = flags(session, contest)
    codes = _codes(session, contest, words) if words else None
    found = sorted(
        (flag for flag in everything if (not kind or flag.kind == kind)
         and (codes is None or flag.clip in codes)),
        key=lambda flag: (flag.clip, flag.key) in known,
    )
    some = pagination.part(found, number, size=CARDS)
    entries = _entries(session, contest, {flag.clip for flag in some.rows})
    series = interactions.series(session, [submission.id for submission in entries.values()])
    rows = [
        Raised(flag, entries[flag.clip], series.get(entries[flag.clip].id, []),
               known.get((flag.clip, flag.key)))
        for flag in some.rows
    ]
    open_ = sum((flag.clip, flag.key) not in known for flag in found)
    kinds = Counter(flag.kind for flag in everything)
    return FlagPage(rows, some.number, some.count, some.total, open=open_, kinds=kinds)


def _codes(session: Session, contest: Contest, words: str) -> set[str]:
    query = select(Submission.code).join(Submission.unit).where(Submission.contest_id == contest.id)
    return set(session.scalars(
        search.matching(query, words, Submission.code, Submission.title, Unit.name)
    ))


def _entries(
    session: Session, contest: Contest, codes: Collection[str]
) -> dict[str, Submission]:
    query = (
        select(Submission)
        .where(Submission.contest_id == contest.id, Submission.code.in_(codes))
        .options(joinedload(Submission.unit))
    )
    return {submission.code: submission for submission in session.scalars(query)}


def decide(
    session: Session, contest: Contest, code: str, key: str, *, decision: str, reason: str,
    actor: Actor, at: datetime,
) -> FlagDecision:
    """Record what a person decided about a flag, once. ``decision``: fine, corrected.

    Raises ``NotAllowed`` without ``interaction.import``, ``NotFound`` for an unknown flag or clip,
    ``Invalid`` for an unknown decision or without a reason, ``Conflict`` if the flag was decided
    before, or for ``corrected`` while the clip has no correction (a step of its own, with a second
    organiser).
    """
    require(actor, "interaction.import", contest)
    flag = next((f for f in flags(session, contest) if (f.clip, f.key) == (code, key)), None)
    if flag is None:
        raise not_found()
    submission = interactions.of_code(session, contest, code)
    _refuse(session, submission, key, decision, reason)
    row = FlagDecision(
        submission_id=submission.id, key=key, kind=flag.kind, numbers=dict(flag.numbers),
        decision=decision, reason=reason.strip(), created_by=actor.label, created_at=at,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "flag.decided", row, actor=actor, at=at, contest_id=contest.id,
        after={"code": code, "kind": flag.kind, "numbers": dict(flag.numbers),
               "decision": decision, "reason": row.reason},
    )
    return row


def _refuse(
    session: Session, submission: Submission, key: str, decision: str, reason: str
) -> None:
    made = select(FlagDecision.id).where(
        FlagDecision.submission_id == submission.id, FlagDecision.key == key
    )
    if session.scalar(made) is not None:
        raise Conflict("Dấu hiệu này đã có quyết định.", "This flag has been decided already.")
    if decision not in DECISIONS or not reason.strip():
        raise Invalid("Hãy chọn một quyết định và ghi lý do.",
                      "Choose a decision and give a reason.")
    if decision == "corrected" and not corrections.of_clip(session, submission):
        raise Conflict(
            "Clip chưa có điều chỉnh nào. Hãy ghi số điều chỉnh ở trang của clip trước.",
            "The clip has no correction yet. Write one on the clip's page first.",
        )


def decisions(session: Session, contest: Contest) -> Sequence[FlagDecision]:
    """Every decision with its clip, the oldest first."""
    query = (
        select(FlagDecision)
        .join(FlagDecision.submission)
        .where(Submission.contest_id == contest.id)
        .options(contains_eager(FlagDecision.submission))
        .order_by(FlagDecision.id)
    )
    return session.scalars(query).all()


def open_count(session: Session, contest: Contest) -> int:
    """How many flags nobody has decided about."""
    query = (
        select(Submission.code, FlagDecision.key)
        .join(FlagDecision.submission)
        .where(Submission.contest_id == contest.id)
    )
    decided = {(code, key) for code, key in session.execute(query)}
    return sum((flag.clip, flag.key) not in decided for flag in flags(session, contest))


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """A blocker where flags are undecided."""
    count = open_count(session, contest)
    if not count:
        return []
    return [Blocker(
        "anomalies.open", f"{count} dấu hiệu bất thường chờ người quyết định.",
        f"Odd counts that wait for a person's decision: {count}.", "anomalies.list", count=count,
    )]


# ------------------------------------------------------------------------------------- internal


@dataclass(frozen=True)
class _Kept:
    """Cached flags, and the versions of counts and ledger that they were computed from."""

    counts: tuple[object, ...]
    ledger: tuple[object, ...]
    heavy: Mapping[int, Mapping[str, Any]]
    flags: Sequence[Flag]


# engine -> contest -> found
_kept: WeakKeyDictionary[Engine | Connection, dict[int, _Kept]] = WeakKeyDictionary()


def _versions(session: Session, contest: Contest) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Versions of the counts and of the ledger, for the cache: one small query.

    Snapshots and approvals are only ever added; a row of the ledger may be counted up, which the
    audit trail records.
    """
    told = (
        select(func.max(AuditRow.seq))
        .where(AuditRow.contest_id == contest.id, AuditRow.action.in_(LEDGER_CHANGES))
    )
    on_page = (
        select(func.count(Publication.id))
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id, Publication.state == "published")
    )
    newest = [select(func.max(t.id)) for t in (Snapshot, LateApproval, ShareRecord)]
    row = session.execute(
        select(*(query.scalar_subquery() for query in (*newest, told, on_page)))
    ).one()
    snapshots, approvals, shares, changed, clips = row
    rules = contest.revision_id
    return (rules, snapshots, approvals, clips), (rules, shares, changed)


def _find(
    session: Session, contest: Contest, heavy: Mapping[int, Mapping[str, Any]]
) -> list[Flag]:
    points = _points(session, contest)
    clips = [
        Series(clip.code, points.get(clip.submission_id, []), **heavy.get(clip.submission_id, {}))
        for clip in interactions.posted(session, contest)
    ]
    return find(clips, zone=profiles.profile_of(contest).schedule.zone)


def _points(session: Session, contest: Contest) -> dict[int, list[Point]]:
    """Each clip's counting snapshots; columns only, for there may be hundreds of thousands."""
    query = (
        select(Snapshot.submission_id, Snapshot.taken_at, Snapshot.reactions, Snapshot.shares)
        .join(Snapshot.submission)
        .where(
            Submission.contest_id == contest.id, official.counting(),
            Snapshot.reactions.is_not(None),
        )
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    found: dict[int, list[Point]] = defaultdict(list)
    for submission_id, taken_at, reactions, shares in session.execute(query):
        found[submission_id].append(Point(taken_at, reactions or 0, shares))
    return found


def _heavy(session: Session, contest: Contest) -> Mapping[int, Mapping[str, Any]]:
    """Of each clip's ledger what flags need: how many shares it holds, and its accounts where one
    of them has enough shares to be flagged; and which of its links count for other clips."""
    elsewhere = ledger_accounts.told_elsewhere(session, contest)
    return {
        number: {
            "kept": sum(one.count for one in accounts),
            "accounts": _by_name(accounts)
            if max(one.count for one in accounts) >= LEAST_OF_ONE else {},
            **_shared(elsewhere.get(number)),
        }
        for number, accounts in ledger_accounts.accounts_of(session, contest).items()
    }


def _shared(elsewhere: Elsewhere | None) -> dict[str, Any]:
    if elsewhere is None:
        return {}
    return {"links": elsewhere.links, "others": elsewhere.clips, "example": elsewhere.example}


def _by_name(accounts: Sequence[Account]) -> dict[str, int]:
    """Accounts of one name are told apart by their profile."""
    names = Counter(one.name for one in accounts)
    return {
        one.name if names[one.name] == 1 else f"{one.name} ({one.identity})": one.count
        for one in accounts
    }
