"""What is still missing of the counts: numbers nobody knows, shares nobody checked per account, and
clips whose ledger differs in kind from the others' (keeping none must not pay)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from contest.models import (
    AuditRow,
    Contest,
    Correction,
    CorrectionVerdict,
    LateApproval,
    LedgerStatement,
    Publication,
    ShareRecord,
    Snapshot,
    Submission,
)
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.blockers import Blocker
from contest.services.core.kept import kept
from contest.services.counts import ledger_accounts, ledger_state, official

SHOWN = ("missing", "missing_reactions", "missing_shares", "unverified")  # lists of their own
OF_SHARES = frozenset({"missing_shares", "unverified"})  # matter where shares earn points
LEDGERS = tuple(f"ledger_{state}" for state in ledger_state.STATES)
NAMED = 20  # clips named in one sentence
SETTLED = timedelta(minutes=10)  # no transaction takes as long


def blocker(code: str, count: int, vi: str, en: str) -> Blocker:
    return Blocker(f"interactions.{code}", f"{count} {vi}", f"{en}: {count}.", "interactions.list",
                   {"show": code} if code in SHOWN else {}, count=count)


def missing(session: Session, contest: Contest) -> list[Blocker]:
    """Posted clips of which no number counts, and those of which one field is not known."""
    rules = profiles.profile_of(contest)
    if not rules.counts_on_page:
        return []
    kind, needless = _lacking(rules)
    rows = (
        select(kind.label("kind"), needless.label("needless"))
        .select_from(Publication)
        .join(Publication.submission)
        .where(*official.on_page(contest))
        .subquery()
    )
    query = (
        select(rows.c.kind, func.count())
        .where((rows.c.kind != "missing_shares") | ~rows.c.needless)
        .group_by(rows.c.kind)
    )
    counts = {found: count for found, count in session.execute(query)}
    if rules.scoring.points_per_share == 0:
        counts.pop("missing_shares", None)
    return [
        blocker(code, counts[code], vi, en) for code, (vi, en) in _OPEN.items() if counts.get(code)
    ]


def _lacking(rules: Profile) -> tuple[ColumnElement[str], ColumnElement[bool]]:
    """Of the enclosing query's submission: which number is not known, "" if all are; and whether
    its shares need not be, for a correction or a complete ledger tells them."""
    reactions, shares = (
        official.snapshot_id(field) for field in (Snapshot.reactions, Snapshot.shares)
    )
    kind = case(
        (reactions.is_(None) & shares.is_(None), "missing"),
        (reactions.is_(None), "missing_reactions"), (shares.is_(None), "missing_shares"),
        else_="",
    )
    corrected = select(official.agreed_shares()).where(Snapshot.id == official.shares_anchor())
    told = corrected.correlate(Submission).scalar_subquery().is_not(None)
    return kind, told | (ledger_state.stated() == "complete") & ledger_accounts.kept(
        rules.schedule.counts_close
    )


def behind(session: Session, contest: Contest, what: str) -> ColumnElement[bool]:
    """Is the enclosing query's submission, a posted clip, one of those behind a blocker? ``what``:
    one of ``SHOWN``; or is its ledger of the kind that one of ``LEDGERS`` names?"""
    rules = profiles.profile_of(contest)
    if what in LEDGERS or what == "unverified":
        corrected = official.agreed_corrections(session, contest)
        state = _ledger_state(rules, _emptied(session, contest, corrected))
        if what in LEDGERS:
            return state == what.removeprefix("ledger_")
        return (state != "complete") & _any_or_unknown(corrected)
    kind, needless = _lacking(rules)
    return (kind == what) & ~needless if what == "missing_shares" else kind == what


_OPEN = {
    "missing": ("clip chưa có số tương tác chính thức.", "Posted clips without an official count"),
    "missing_reactions": ("clip chưa có số cảm xúc.", "Posted clips whose reactions are not known"),
    "missing_shares": ("clip chưa có số lượt chia sẻ.", "Posted clips whose shares are not known"),
}


def ledgers(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> list[Blocker]:
    """Clips with shares that are not verified, and those whose ledger differs in kind. That takes
    several look-ups a clip, so a reading session is handed what was found before, while nothing has
    changed; whoever closes the contest writes, and asks anew."""
    if profile.scoring.points_per_share == 0:
        return []
    state = _state(session, contest, at=at)
    if state is None:
        return _ledgers(session, contest, profile)
    return kept(session, state, "ledgers", lambda: _ledgers(session, contest, profile))


def _state(session: Session, contest: Contest, *, at: datetime) -> tuple[object, ...] | None:
    """Another tuple as soon as anything changes that a ledger's kind rests on. All but the counts
    that are read from the Page is in the trail, whose numbers are those of the commits. Counts are
    not, and of two on their way the later number may be there first: None until they have settled.
    """
    newest = select(Snapshot.created_at).order_by(Snapshot.id.desc()).limit(1)
    told = select(func.max(AuditRow.seq)).where(AuditRow.contest_id == contest.id)
    rows = [select(func.max(table.id)) for table in (
        Snapshot, LateApproval, ShareRecord, LedgerStatement, CorrectionVerdict)]
    read_at, *numbers = session.execute(
        select(*(query.scalar_subquery() for query in (newest, told, *rows)))).one()
    if read_at is not None and abs(at - read_at) < SETTLED:
        return None
    return ("ledgers", contest.id, contest.revision_id, *numbers)


def _ledgers(session: Session, contest: Contest, profile: Profile) -> list[Blocker]:
    kinds = _kinds(session, contest, profile)
    query = select(kinds.c.state, func.count()).group_by(kinds.c.state)
    counts = {state: count for state, count in session.execute(query)}
    found = []
    if open_ := sum(count for state, count in counts.items() if state != "complete"):
        found.append(blocker(
            "unverified", open_, "clip có lượt chia sẻ chưa đối chiếu tài khoản.",
            "Clips with shares that are not verified per account",
        ))
    return [*found, *_different(session, kinds, counts)]


def _kinds(session: Session, contest: Contest, profile: Profile) -> Subquery:
    """Columns code, state: of clips whose shares are not known to be none, what the ledger is."""
    corrected = official.agreed_corrections(session, contest)
    return (
        select(
            Submission.code,
            _ledger_state(profile, _emptied(session, contest, corrected)).label("state"),
        )
        .where(Submission.contest_id == contest.id, _any_or_unknown(corrected))
        .offset(0)  # so that each is found once
        .subquery()
    )


def _any_or_unknown(corrected: Collection[int]) -> ColumnElement[bool]:
    """Are the shares of the enclosing query's submission, of which some number is known, not known
    to be none? The snapshot itself is looked up only for clips that were ``corrected``, which are
    few: of thousands each look-up tells."""
    shares = func.coalesce(official.agreed_shares(), Snapshot.shares)
    agreed = select(shares.is_distinct_from(0)).where(Snapshot.id == official.shares_anchor())
    read = official.newest(Snapshot.shares, official.counting(), what=Snapshot.shares)
    known = func.coalesce(read != 0, official.snapshot_id(Snapshot.reactions).is_not(None))
    return case(
        (Submission.id.in_(corrected), agreed.correlate(Submission).scalar_subquery()), else_=known
    ) if corrected else known


def _ledger_state(profile: Profile, emptied: Collection[int]) -> ColumnElement[str]:
    """What the ledger of the enclosing query's submission is."""
    lines = ledger_accounts.kept(profile.schedule.counts_close)
    return case(
        (~lines | Submission.id.in_(emptied) if emptied else ~lines, "none"),
        else_=func.coalesce(ledger_state.stated(), "partial"),
    )


def _emptied(
    session: Session, contest: Contest, corrections: Mapping[int, Iterable[Correction]]
) -> list[int]:
    """Clips all of whose accounts a correction leaves out: their ledger is none."""
    only = [
        number for number, made in corrections.items() if any(one.accounts_out for one in made)
    ]
    found = official.official_counts(session, contest, only=only) if only else {}
    return [number for number, one in found.items() if one.accounts is None]


def _different(session: Session, kinds: Subquery, counts: Mapping[str, int]) -> list[Blocker]:
    """The clips whose ledger is of another kind than most; between equals the fuller one."""
    if len(counts) < 2:  # noqa: PLR2004 - one kind: all alike
        return []
    usual = max(counts, key=lambda state: (counts[state], -ledger_state.STATES.index(state)))
    query = select(kinds.c.code, kinds.c.state).where(kinds.c.state != usual)
    some = [tuple(row) for row in session.execute(query.order_by(kinds.c.code).limit(NAMED))]
    others = sum(counts.values()) - counts[usual]
    said = {language: _named(some, language) for language in ("vi", "en")}
    dots = ", …" if others > NAMED else ""
    most = ledger_state.words(usual)
    return [Blocker(
        "interactions.ledgers_differ",
        f"Sổ chia sẻ của phần lớn clip là “{most['vi']}”; {others} clip khác: {said['vi']}{dots}. "
        "Hãy đối chiếu mọi clip như nhau.",
        f"The share ledger of most clips is “{most['en']}”; {others} differ: {said['en']}{dots}. "
        "Check all clips alike.",
        "share_ledger.list", count=others,
    )]


def _named(some: Iterable[tuple[str, str]], language: str) -> str:
    return ", ".join(f"{code} ({ledger_state.words(state)[language]})" for code, state in some)
