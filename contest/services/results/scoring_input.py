"""From the tables to the input of ``scoring``: ballots under juror codes, official counts,
accounts hashed. The evidence bundle holds the same; no contact data."""

import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from contest import canonical
from contest.models import (
    ChairDecision,
    Contest,
    Evidence,
    LedgerStatement,
    PlatformCount,
    Publication,
    ShareRecord,
    Snapshot,
    Submission,
    Unit,
)
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.keys import Keys
from contest.services.counts import evidence as files
from contest.services.counts import ledger_state, official
from contest.services.counts.ledger_accounts import Account
from contest.services.counts.official import Official
from contest.services.elsewhere import numbers
from contest.services.jury import counted_marks, jurors
from contest.services.results.unheld import Told, quietly
from contest.services.rounds import before
from contest.states import SubmissionState
from scoring import bundle, evidence
from scoring.model import NEXT_ROUND

CLIPS = 500  # whose counts and ledgers are in memory at a time


@dataclass(frozen=True)
class Prepared:
    """``data`` for ``scoring.compute``; by clip ``names``, and for the bundle ``snapshots`` and
    ``raw`` counts: what was read on the Page, and whether a correction applies. ``ledgers``: what
    was said of each clip's ledger, and how many of its lines are void. ``posts``: by
    platform where the counts of a clip's post there come from."""

    data: dict[str, Any]
    names: dict[str, dict[str, Any]]
    snapshots: dict[str, dict[str, Any]]
    raw: dict[str, dict[str, Any]]
    ledgers: dict[str, dict[str, Any]]
    posts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        return canonical.sha256(self.data)


@dataclass(frozen=True, slots=True)
class Clip:
    """What is read of a clip: of ten thousand no more than this is kept in memory."""

    id: int
    code: str
    title: str
    authors: list[str]
    state: str
    state_reason: str
    category: str
    unit_id: int
    unit: str


class _Accounts:
    """Hashed once each, and one dictionary for all equal lines of ledgers: of half a million there
    are some thousands."""

    def __init__(self, salt: bytes) -> None:
        self.hashed = cache(partial(bundle.hash_account, salt))
        self.line = cache(_line)


def _line(account: str, day: str, count: int) -> dict[str, Any]:
    return {"account": account, "count": count} | ({"day": day} if day else {})


def salt_of(session: Session, contest: Contest, keys: Keys) -> bytes:
    """The contest's secret salt for accounts."""
    return hmac.new(keys.ledger(session), f"ledger:{contest.slug}".encode(), "sha256").digest()


def prepare(
    session: Session, contest: Contest, *, keys: Keys, told: Told = quietly
) -> Prepared:
    """Everything that a result is computed from, as it is in the database now.

    Counts and ledgers are read and let go for ``CLIPS`` clips at a time: what is kept of them is
    small, what they are made of is not. ``told``: the share of clips that are done.
    """
    entries = [Clip(*row) for row in session.execute(_entries(contest))]
    marks = counted_marks.by_clip(session, contest, entries)
    given = counted_marks.assigned(session, contest)
    profile = profiles.profile_of(contest)
    attached = files.attached(session, contest)
    voided, hashed = _voided(session, contest), _Accounts(salt_of(session, contest, keys))
    data, earlier = list[dict[str, Any]](), before.before(session, contest, profile, entries)
    found = Prepared(
        data={
            "rules": profile.scoring_rules() | dict(earlier.rules),
            "jurors": [seat.code for seat in jurors.counted(session, contest)],
            "entries": data,
            "chair_decisions": _decisions(session, contest, entries, profile),
        },
        names={e.code: _names(e) for e in entries}, snapshots={}, raw={}, ledgers={},
    )
    for some in _in_parts(entries, CLIPS):
        ids = [one.id for one in some]
        counts = official.official_counts(session, contest, only=ids)
        said = ledger_state.statements(session, contest, only=ids)
        placed = _posts(session, contest, some)
        for e in some:
            row = _submission(e, marks.pop(e.id, {}), counts.get(e.id), hashed)
            whose = {} if given is None else {"jurors": given.get(e.id, [])}
            posts, found.posts[e.code] = placed.get(e.id, ({}, {}))
            data.append(row | _category(e, profile) | whose | earlier.of(e.id) | posts)
            if one := counts.get(e.id):
                found.snapshots[e.code], found.raw[e.code] = _facts(one, attached), _raw(one)
                if one.accounts is not None or e.id in voided:
                    found.ledgers[e.code] = _ledger_of(one, voided.get(e.id, 0), said.get(e.id))
        told(len(data) / len(entries))
    return found


def _posts(
    session: Session, contest: Contest, clips: Sequence[Clip]
) -> dict[int, tuple[dict[str, Any], dict[str, dict[str, Any]]]]:
    """By clip (id) its posts on other platforms, as the input has them, and where the numbers of
    each come from: its last reading. The links stay here, for they name accounts."""
    posts = numbers.counted(session, contest, [one.id for one in clips])
    read = [one.newest.id for some in posts.values() for one in some if one.newest]
    files_of = numbers.proofs(session, read) if read else {}
    return {
        clip: ({"posts": [{"platform": one.post.platform, **one.values} for one in some]},
               {one.post.platform: _read(last, files_of.get(last.id, ()))
                for one in some if (last := one.newest)})
        for clip, some in posts.items()
    }


def _read(last: PlatformCount, files_of: Sequence[Evidence]) -> dict[str, Any]:
    """Where a post's numbers come from; the first file that shows them."""
    return {
        "taken_at": last.taken_at.isoformat(), "source": "manual",
        "source_sha256": files_of[0].sha256 if files_of else None,
        "late_reason": last.late_reason or None,
    }


def _in_parts(rows: list[Clip], size: int) -> Iterator[list[Clip]]:
    """``rows`` in parts of ``size``."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _voided(session: Session, contest: Contest) -> dict[int, int]:
    """By clip: how many lines of its ledger are void."""
    void = (
        select(ShareRecord.submission_id, func.count(ShareRecord.id))
        .join(ShareRecord.submission)
        .where(Submission.contest_id == contest.id, ShareRecord.voided)
        .group_by(ShareRecord.submission_id)
    )
    return dict(session.execute(void).all())


def _ledger_of(one: Official, voided: int, said: LedgerStatement | None) -> dict[str, Any]:
    """Of a clip of which a ledger was kept; nothing about who shared, or who said it."""
    return {
        "state": one.ledger_state,
        "voided": voided,
        "said_at": said.created_at.isoformat() if said else None,
        "two_people": said is not None and said.agreed_by is not None,
    }


def _entries(
    contest: Contest,
) -> Select[int, str, str, list[str], str, str, str, int, str]:
    """Clips that are on the Page, and those that were on it and then disqualified."""
    was_out = exists().where(
        Publication.submission_id == Submission.id, Publication.state == "published"
    )
    counted = or_(
        Submission.state == SubmissionState.PUBLISHED,
        (Submission.state == SubmissionState.DISQUALIFIED) & was_out,
    )
    return (
        select(
            Submission.id, Submission.code, Submission.title, Submission.authors, Submission.state,
            Submission.state_reason, Submission.category, Submission.unit_id, Unit.name,
        )
        .join(Submission.unit)
        .where(Submission.contest_id == contest.id, counted)
        .order_by(Submission.code)
    )


def _facts(one: Official, attached: Mapping[int, str]) -> dict[str, Any]:
    """Where a clip's numbers come from; ``shares_from`` only where the shares have a snapshot of
    their own. ``attached``: the files' hashes of snapshots that came without one."""
    first, *others = one.sources
    more = {evidence.SHARES_FROM: _fact(others[0], attached)} if others else {}
    return _fact(first, attached) | more


def _fact(snapshot: Snapshot, attached: Mapping[int, str]) -> dict[str, Any]:
    file = snapshot.evidence.sha256 if snapshot.evidence else attached.get(snapshot.id)
    return {
        "taken_at": snapshot.taken_at.isoformat(), "source": snapshot.source,
        "source_sha256": file,
        "late_reason": snapshot.late_reason or None,
    }


def _raw(one: Official) -> dict[str, Any]:
    return {
        "reactions": one.raw_reactions, "shares": one.raw_shares,
        "corrected": one.correction_id is not None,
    }


def _submission(
    submission: Clip, marks: dict[str, Any], counted: Official | None, hashed: _Accounts
) -> dict[str, Any]:
    out = submission.state == SubmissionState.DISQUALIFIED
    return {
        "id": submission.code,
        "unit": submission.unit,
        "marks": marks,
        "interactions": None if counted is None else _counts(counted, hashed),
        "disqualified": out,
        "reason": (submission.state_reason or None) if out else None,
    }


def _category(submission: Clip, profile: Profile) -> dict[str, str]:
    """The clip's category, as long as the rules know it."""
    known = any(one.id == submission.category for one in profile.categories)
    return {"category": submission.category} if known else {}


def _counts(counted: Official, hashed: _Accounts) -> dict[str, Any]:
    """A complete ledger is not said to be: that is what one without a word means."""
    found: dict[str, Any] = {
        "reactions": counted.reactions, "shares": counted.shares, "share_ledger": None,
    }
    if counted.accounts is not None:
        found["share_ledger"] = _ledger(counted.accounts, hashed)
        if counted.ledger_state != "complete":
            found["ledger_state"] = counted.ledger_state
    return found


def _ledger(accounts: list[Account], hashed: _Accounts) -> list[dict[str, Any]]:
    """Rows of accounts as hashes: of the profile, or of the name where only that is known."""
    shares: dict[tuple[str, str], int] = defaultdict(int)
    for one in accounts:
        named = one.name if one.identity.startswith("n:") else one.identity
        for day, count in one.days:
            shares[hashed.hashed(named), day] += count
    return [hashed.line(account, day, count) for (account, day), count in sorted(shares.items())]


def _names(submission: Clip) -> dict[str, Any]:
    return {
        "title": submission.title, "unit": submission.unit,
        "authors": list(submission.authors),
    }


def _decisions(
    session: Session, contest: Contest, entries: list[Clip], profile: Profile
) -> list[dict[str, Any]]:
    """The chair's decisions in their order, as units; clips not in the result are left out, and
    choices for a prize that is no longer the chair's."""
    chosen = {"", *(prize.id for prize in profile.prizes if prize.by == "chair")}
    if profile.next_round is not None and profile.next_round.by == "chair":
        chosen.add(NEXT_ROUND)
    units = {submission.code: submission.unit for submission in entries}
    query = select(ChairDecision).where(ChairDecision.contest_id == contest.id)
    decisions = []
    made = session.scalars(query.order_by(ChairDecision.id))
    for decision in (one for one in made if one.prize in chosen):
        named = [units[code] for code in decision.ordering if code in units]
        prize = {"prize": decision.prize} if decision.prize else {}
        decisions.append(
            {"units": list(dict.fromkeys(named)), "reason": decision.reason, **prize}
        )
    return decisions
