"""Which numbers of a clip are the official ones, and what stands beside them: ledger, corrections.

Counts only grow and cannot be queried for a past moment, so an official number is that of the last
snapshot taken at or before the cut-off (product 10), or of a later one that a second organiser
agreed to. Reactions and shares each have their own: a reading that lacks one of them does not erase
what was known of it. The database does the grouping, and ``only`` limits it to the clips of one
page.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, load_only

from contest.models import (
    Contest,
    Correction,
    CorrectionVerdict,
    LateApproval,
    LedgerStatement,
    Publication,
    Snapshot,
    Submission,
)
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.counts import ledger_accounts, ledger_state
from contest.services.counts.ledger_accounts import Account, Held, Only, of_contest
from scoring.interactions import count_shares
from scoring.model import Entry, LedgerRow
from social.accounts import name_identity

Ledger = list[tuple[str, int]]  # (account, shares), by account
NONE_HELD = Held()


@dataclass(frozen=True)
class Official:
    """What counts for a clip. ``raw_…``: what was read, None: not known; the others differ where
    agreed corrections (``corrections``: their ids) apply.

    ``…_from``: the snapshot of each number. ``accounts``: those in the ledger, None without one, or
    where a list asks for no more than how many these are (``held``). ``ledger_state``: complete,
    partial or none. ``free``: shares earn nothing.
    """

    reactions: int | None
    shares: int | None
    raw_reactions: int | None
    raw_shares: int | None
    reactions_from: Snapshot | None
    shares_from: Snapshot | None
    accounts: list[Account] | None
    ledger_state: str
    free: bool
    corrections: tuple[int, ...] = ()
    held: Held = NONE_HELD

    @property
    def ledger(self) -> Ledger | None:
        """(account, shares) of a ledger; None if there is none."""
        return None if self.accounts is None else [(a.name, a.count) for a in self.accounts]

    @property
    def verified(self) -> bool:
        """Can all shares be capped per account, or do they earn nothing?"""
        return self.free or self.ledger_state == "complete"

    @property
    def sources(self) -> list[Snapshot]:
        """The snapshots behind the numbers: one, or two where each has its own."""
        found = [self.reactions_from, self.shares_from]
        return list(dict.fromkeys(one for one in found if one is not None))

    @property
    def snapshot_id(self) -> int:
        """The snapshot of the reactions; of the shares where only these are known."""
        return self.sources[0].id

    @property
    def shares_snapshot_id(self) -> int:
        """The snapshot of the shares; of the reactions where only these are known."""
        return (self.shares_from or self.sources[0]).id

    @property
    def taken_at(self) -> datetime:
        """When the newest of the numbers was read."""
        return max(one.taken_at for one in self.sources)

    @property
    def late(self) -> bool:
        """Did a second organiser have to agree to one of the numbers?"""
        return any(one.late_reason for one in self.sources)

    @property
    def correction_id(self) -> int | None:
        """The last correction that applies."""
        return self.corrections[-1] if self.corrections else None


def on_page(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a query with publications: the contest's clips on the Page."""
    return Submission.contest_id == contest.id, Publication.state == "published"


def on_page_since() -> ColumnElement[datetime]:
    """Of the enclosing query's publication: since when its post can have counts and shares.

    When the platform posted it, else when it was to be released. The link of a post made by hand is
    often pasted long after the post.
    """
    seen = func.coalesce(Publication.published_at, Publication.release_at)
    by_hand = (Publication.mode == "manual") & (Publication.release_at < seen)
    return case((by_hand, Publication.release_at), else_=seen)


def approved() -> ColumnElement[bool]:
    """Did a second organiser agree to the enclosing query's snapshot?"""
    agreed = select(LateApproval.id).where(LateApproval.snapshot_id == Snapshot.id)
    return agreed.correlate(Snapshot).exists()


def counting() -> ColumnElement[bool]:
    """May a snapshot become the official one?"""
    return or_(Snapshot.late_reason == "", approved())


def snapshot_id(field: InstrumentedAttribute[int | None]) -> ScalarSelect[int | None]:
    """The snapshot of the official value of a field (``Snapshot.reactions``, ``Snapshot.shares``)
    of the enclosing query's submission."""
    return newest(field, counting())


def newest(
    field: InstrumentedAttribute[int | None], which: ColumnElement[bool], *,
    what: InstrumentedAttribute[int] | InstrumentedAttribute[int | None] = Snapshot.id,
) -> ScalarSelect[int | None]:
    """The last snapshot that knows a field, of the enclosing query's submission and of those that
    ``which`` selects: one look-up in the index. ``what``: this of it, instead of its id."""
    return (
        select(what)
        .where(Snapshot.submission_id == Submission.id, field.is_not(None), which)
        .order_by(Snapshot.taken_at.desc(), Snapshot.id.desc())
        .limit(1)
        .correlate(Submission)
        .scalar_subquery()
    )


def reactions_anchor() -> ColumnElement[int | None]:
    """The snapshot that a correction of the reactions belongs to."""
    return func.coalesce(snapshot_id(Snapshot.reactions), snapshot_id(Snapshot.shares))


def shares_anchor() -> ColumnElement[int | None]:
    """The snapshot that a correction of the shares belongs to."""
    return func.coalesce(snapshot_id(Snapshot.shares), snapshot_id(Snapshot.reactions))


def agreed_shares() -> ScalarSelect[int | None]:
    """The shares of the last agreed correction whose shares belong to the enclosing query's
    snapshot."""
    return (
        select(Correction.shares)
        .join(Correction.verdict)
        .where(
            func.coalesce(Correction.shares_snapshot_id, Correction.snapshot_id) == Snapshot.id,
            CorrectionVerdict.agreed,
        )
        .order_by(CorrectionVerdict.id.desc())
        .limit(1)
        .correlate(Snapshot)
        .scalar_subquery()
    )


_NUMBERS = (
    Snapshot.submission_id, Snapshot.taken_at, Snapshot.reactions, Snapshot.shares,
    Snapshot.comments, Snapshot.source, Snapshot.late_reason, Snapshot.evidence_id,
    Snapshot.created_by, Snapshot.created_at,
)


@dataclass(frozen=True)
class LastCounting:
    """The last value that counts of each field, None if not known: what a new reading is compared
    with. ``…_from``: its snapshot, without ``raw`` data."""

    reactions: int | None
    shares: int | None
    comments: int | None
    reactions_from: Snapshot | None
    shares_from: Snapshot | None


def last_counting(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, LastCounting]:
    """Each clip's last values that count, by the submission's id; clips without any are absent."""
    fields = (Snapshot.reactions, Snapshot.shares, Snapshot.comments)
    wanted = (
        select(Submission.id.label("clip"), *(snapshot_id(f).label(f.key) for f in fields))
        .where(*of_contest(contest, Submission.id, only))
        .subquery()
    )
    places = [aliased(Snapshot) for _ in fields]
    query = select(wanted.c.clip, *places)
    for field, place in zip(fields, places, strict=True):
        query = query.outerjoin(place, place.id == wanted.c[field.key]).options(
            load_only(*(getattr(place, column.key) for column in _NUMBERS)),
            joinedload(place.evidence), joinedload(place.approval),
        )
    rows = session.execute(query.where(or_(*(p.id.is_not(None) for p in places)))).all()
    return {row[0]: _last(*row[1:]) for row in rows}


def _last(
    reactions: Snapshot | None, shares: Snapshot | None, comments: Snapshot | None
) -> LastCounting:
    return LastCounting(
        reactions.reactions if reactions else None, shares.shares if shares else None,
        comments.comments if comments else None, reactions, shares,
    )


def official_counts(
    session: Session, contest: Contest, *, only: Only = None,
    accounts: Mapping[int, list[Account]] | None = None,
) -> dict[int, Official]:
    """The official counts of every posted clip that has any, by the submission's id.

    ``accounts``: the result of ``accounts_of`` for the same clips, where the caller has it.
    """
    if accounts is None:
        accounts = ledger_accounts.accounts_of(session, contest, only=only)
    corrections = agreed_corrections(session, contest, only=only)
    return _by_clip(session, contest, only, accounts=accounts, held={}, corrections=corrections)


def listed_counts(
    session: Session, contest: Contest, held: Mapping[int, Held], *, only: Only
) -> dict[int, Official]:
    """The same for a list, with ``ledger_accounts.held`` of these clips: only the ledgers that a
    correction leaves accounts out of are read account by account."""
    corrections = agreed_corrections(session, contest, only=only)
    touched = [number for number, made in corrections.items() if any(map(left_out, made))]
    accounts = ledger_accounts.accounts_of(session, contest, only=touched) if touched else {}
    return _by_clip(session, contest, only, accounts=accounts, held=held, corrections=corrections)


def _by_clip(
    session: Session, contest: Contest, only: Only, *, accounts: Mapping[int, list[Account]],
    held: Mapping[int, Held], corrections: Mapping[int, Sequence[Correction]],
) -> dict[int, Official]:
    free = profiles.profile_of(contest).scoring.points_per_share == 0
    said = ledger_state.statements(session, contest, only=only)
    return {
        number: _official(
            last, accounts.get(number), held.get(number), said.get(number),
            corrections.get(number, []), free=free,
        )
        for number, last in last_counting(session, contest, only=only).items()
        if last.reactions_from or last.shares_from
    }


def _official(
    last: LastCounting, accounts: list[Account] | None, held: Held | None,
    said: LedgerStatement | None, corrections: Sequence[Correction], *, free: bool,
) -> Official:
    """A clip's counts, as corrected where somebody corrected them and another agreed."""
    of_reactions, of_shares = applying(last, corrections)
    out = left_out(of_shares) if of_shares else set()
    rest = [one for one in accounts or [] if one.identity not in out] if out else accounts or []
    whole = Held.by(accounts or [])
    left = Held.by(rest) if out else whole
    if accounts is None and held is not None:
        whole = left = held
    said_state = ledger_state.effective(said, lines=bool(whole.accounts))
    state = said_state if left.accounts else "none"  # an emptied ledger is none
    shares = last.shares
    if of_shares and of_shares.shares is not None:
        shares = of_shares.shares
    elif shares is not None and said_state != "none" and state != "complete":
        # the total is what counts, and those who are left out are in it
        shares = max(shares - (whole.shares - left.shares), 0)
    reactions = of_reactions.reactions if of_reactions else None
    applied = {one.id for one in (of_reactions, of_shares) if one}
    return Official(
        reactions=last.reactions if reactions is None else reactions, shares=shares,
        raw_reactions=last.reactions, raw_shares=last.shares,
        reactions_from=last.reactions_from, shares_from=last.shares_from,
        accounts=None if state == "none" or accounts is None else rest,
        ledger_state=state, free=free, corrections=tuple(sorted(applied)),
        held=NONE_HELD if state == "none" else left,
    )


def applying(
    last: LastCounting, corrections: Sequence[Correction]
) -> tuple[Correction | None, Correction | None]:
    """The last agreed corrections of the reactions and of the shares that are official now."""
    reactions = last.reactions_from or last.shares_from
    shares = last.shares_from or last.reactions_from
    found: list[Correction | None] = [None, None]
    for one in corrections:
        if reactions and one.snapshot_id == reactions.id:
            found[0] = one
        if shares and (one.shares_snapshot_id or one.snapshot_id) == shares.id:
            found[1] = one
    return found[0], found[1]


def left_out(correction: Correction) -> set[str]:
    """The identities of the accounts that a correction leaves out."""
    return set(correction.identities_out) or {name_identity(n) for n in correction.accounts_out}


def agreed_corrections(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, list[Correction]]:
    """By the submission's id: what a second organiser agreed to, in that order."""
    query = (
        select(Correction, Snapshot.submission_id)
        .join(Correction.snapshot)
        .join(Snapshot.submission)
        .join(Correction.verdict)
        .where(*of_contest(contest, Submission.id, only), CorrectionVerdict.agreed)
        .order_by(CorrectionVerdict.id)
    )
    found: dict[int, list[Correction]] = defaultdict(list)
    for correction, submission_id in session.execute(query):
        found[submission_id].append(correction)
    return dict(found)


def ledger_of(session: Session, contest: Contest, *, only: Only = None) -> dict[int, Ledger]:
    """Who shared which clip how often, of the lines that count."""
    found = ledger_accounts.accounts_of(session, contest, only=only)
    return {number: [(one.name, one.count) for one in rows] for number, rows in found.items()}


def shares_counted(counted: Official, profile: Profile) -> int | None:
    """The shares that count under the cap per account, as ``scoring`` counts them."""
    rows: list[LedgerRow] | None = None
    if counted.accounts is not None:
        rows = [
            {"account": one.identity, "count": count, "day": day}
            for one in counted.accounts for day, count in one.days
        ]
    entry = Entry(
        id="", unit="", marks={}, reactions=counted.reactions, shares=counted.shares, ledger=rows,
        disqualified=False, reason=None, ledger_complete=counted.ledger_state == "complete",
    )
    rules = profile.scoring
    return count_shares(entry, rules.shares_per_account, per_day=rules.per_day).counted
