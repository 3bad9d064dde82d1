"""What is still missing of the counts: numbers nobody knows, shares nobody checked per account, and
clips whose ledger differs in kind from the others' (keeping none must not pay)."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from contest.models import Contest, Publication, Snapshot, Submission
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.blockers import Blocker
from contest.services.counts import ledger_accounts, ledger_state, official

SHOWN = ("missing", "missing_reactions", "missing_shares", "unverified")  # lists of their own
OF_SHARES = frozenset({"missing_shares", "unverified"})  # matter where shares earn points
LEDGERS = tuple(f"ledger_{state}" for state in ledger_state.STATES)
NAMED = 20  # clips named in one sentence


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
    if what in LEDGERS:
        return _ledger_state(session, contest, rules) == what.removeprefix("ledger_")
    if what == "unverified":
        shares = func.coalesce(official.agreed_shares(), Snapshot.shares)
        some = select(shares.is_distinct_from(0)).where(Snapshot.id == official.shares_anchor())
        state = _ledger_state(session, contest, rules)
        return (state != "complete") & some.correlate(Submission).scalar_subquery()
    kind, needless = _lacking(rules)
    return (kind == what) & ~needless if what == "missing_shares" else kind == what


_OPEN = {
    "missing": ("clip chưa có số tương tác chính thức.", "Posted clips without an official count"),
    "missing_reactions": ("clip chưa có số cảm xúc.", "Posted clips whose reactions are not known"),
    "missing_shares": ("clip chưa có số lượt chia sẻ.", "Posted clips whose shares are not known"),
}


def ledgers(session: Session, contest: Contest, profile: Profile) -> list[Blocker]:
    """Clips with shares that are not verified, and those whose ledger differs in kind."""
    if profile.scoring.points_per_share == 0:
        return []
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
    clips = _clips(session, contest, profile)
    shares = func.coalesce(official.agreed_shares(), Snapshot.shares)
    any_or_unknown = (  # looked up for these alone: there are many more snapshots
        select(shares.is_distinct_from(0)).where(Snapshot.id == clips.c.snapshot).scalar_subquery()
    )
    return select(clips.c.code, clips.c.state).where(any_or_unknown).subquery()


def _clips(session: Session, contest: Contest, profile: Profile) -> Subquery:
    return (
        select(
            Submission.code, _ledger_state(session, contest, profile).label("state"),
            official.shares_anchor().label("snapshot"),
        )
        .where(Submission.contest_id == contest.id)
        .offset(0)  # so that each is found once
        .subquery()
    )


def _ledger_state(session: Session, contest: Contest, profile: Profile) -> ColumnElement[str]:
    """What the ledger of the enclosing query's submission is."""
    lines = ledger_accounts.kept(profile.schedule.counts_close)
    emptied = _emptied(session, contest)
    return case(
        (~lines | Submission.id.in_(emptied), "none"),
        else_=func.coalesce(ledger_state.stated(), "partial"),
    )


def _emptied(session: Session, contest: Contest) -> list[int]:
    """Clips all of whose accounts a correction leaves out: their ledger is none."""
    corrections = official.agreed_corrections(session, contest)
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
