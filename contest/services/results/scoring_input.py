"""From the tables to the input of ``scoring``: ballots under juror codes, official counts,
accounts hashed. The evidence bundle holds the same; no contact data."""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload

from contest import canonical
from contest.models import (
    Ballot,
    ChairDecision,
    Contest,
    Evidence,
    Mark,
    Publication,
    Snapshot,
    Submission,
)
from contest.services.core import profiles
from contest.services.counts import official
from contest.services.counts.official import Official
from contest.services.jury import jurors
from contest.states import SubmissionState
from scoring import bundle

BATCH = 10_000  # rows at a time


@dataclass(frozen=True)
class Prepared:
    """``data`` for ``scoring.compute``; by clip ``names``, and for the bundle ``snapshots`` and
    ``raw`` counts: what was read on the Page, and whether a correction applies."""

    data: dict[str, Any]
    names: dict[str, dict[str, Any]]
    snapshots: dict[str, dict[str, Any]]
    raw: dict[str, dict[str, Any]]

    @cached_property
    def sha256(self) -> str:
        return canonical.sha256(self.data)


class _Accounts:
    """Hashed once each, and one dictionary for all equal lines of ledgers: of half a million there
    are some thousands."""

    def __init__(self, salt: bytes) -> None:
        self.hashed = cache(partial(bundle.hash_account, salt))
        self.line = cache(lambda account, count: {"account": account, "count": count})


def salt_of(contest: Contest, secret_key: str) -> bytes:
    """The contest's secret salt for accounts: from the installation's key, never stored."""
    return hmac.new(secret_key.encode(), f"ledger:{contest.slug}".encode(), "sha256").digest()


def prepare(session: Session, contest: Contest, *, secret_key: str) -> Prepared:
    """Everything that a result is computed from, as it is in the database now."""
    entries = list(session.scalars(_entries(contest)))
    counts = official.official_counts(session, contest)
    facts = _facts(session, contest)
    marks = _marks(session, contest, entries)
    accounts = _Accounts(salt_of(contest, secret_key))
    data = {
        "rules": profiles.profile_of(contest).scoring_rules(),
        "jurors": [seat.code for seat in jurors.counted(session, contest)],
        "entries": [_entry(e, marks[e.id], counts.get(e.id), accounts) for e in entries],
        "chair_decisions": _decisions(session, contest, entries),
    }
    found = {e.code: counts[e.id] for e in entries if e.id in counts}
    return Prepared(
        data=data,
        names={e.code: _names(e) for e in entries},
        snapshots={code: facts[one.snapshot_id] for code, one in found.items()},
        raw={code: _raw(one) for code, one in found.items()},
    )


def _entries(contest: Contest) -> Any:
    """Clips that are on the Page, and those that were on it and then disqualified."""
    was_out = exists().where(
        Publication.submission_id == Submission.id, Publication.state == "published"
    )
    counted = or_(
        Submission.state == SubmissionState.PUBLISHED,
        (Submission.state == SubmissionState.DISQUALIFIED) & was_out,
    )
    return (
        select(Submission)
        .where(Submission.contest_id == contest.id, counted)
        .options(joinedload(Submission.unit))
        .order_by(Submission.code)
    )


def _facts(session: Session, contest: Contest) -> dict[int, dict[str, Any]]:
    """Where each official snapshot comes from, by its id."""
    found = official.ids(contest)
    query = (
        select(
            Snapshot.id, Snapshot.taken_at, Snapshot.source, Evidence.sha256, Snapshot.late_reason
        )
        .join(found, found.c.id == Snapshot.id)
        .outerjoin(Snapshot.evidence)
    )
    return {
        number: {
            "taken_at": taken_at.isoformat(), "source": source, "source_sha256": sha256,
            "late_reason": late_reason or None,
        }
        for number, taken_at, source, sha256, late_reason in session.execute(query)
    }


def _raw(one: Official) -> dict[str, Any]:
    return {
        "reactions": one.raw_reactions, "shares": one.raw_shares,
        "corrected": one.correction_id is not None,
    }


def _marks(
    session: Session, contest: Contest, entries: list[Submission]
) -> Mapping[int, dict[str, Any]]:
    """By clip: juror's code -> marks, or ``recused`` or ``abstained``.

    A juror is recused from the clips of the own unit. A ballot that was not submitted is left out,
    so that ``scoring`` reports it as missing; that of a juror who has left counts as abstained.
    """
    marks: dict[int, dict[str, Any]] = defaultdict(dict)
    codes: dict[int, str] = {}
    seats = jurors.counted(session, contest)
    for seat in seats:
        codes[seat.user.id] = seat.code
        for entry in entries:
            if seat.unit_id is not None and entry.unit_id == seat.unit_id:
                marks[entry.id][seat.code] = "recused"
    for submission_id, juror_id, outcome, given in _ballots(session, contest):
        code = codes.get(juror_id)
        if code is None or outcome == "missing" or code in marks[submission_id]:
            continue
        marks[submission_id][code] = given if outcome == "marked" else outcome
    for seat in (seat for seat in seats if seat.left):
        for entry in entries:
            marks[entry.id].setdefault(seat.code, "abstained")
    return marks


def _ballots(
    session: Session, contest: Contest
) -> Iterator[tuple[int, int, str, dict[str, int]]]:
    """(submission's id, juror's id, outcome, criterion -> points), by the ballot's id.

    The database writes each ballot's marks as one text, because there are as many ballots as clips
    times jurors. Ballots with the same marks share one dictionary, which nobody changes.
    """
    written = _written(session.get_bind().dialect.name)
    given = select(written).where(Mark.ballot_id == Ballot.id).scalar_subquery()
    query = (
        select(Ballot.submission_id, Ballot.juror_id, Ballot.state, Ballot.outcome, given)
        .join(Ballot.submission)
        .where(Submission.contest_id == contest.id)
        .order_by(Ballot.id)
        .execution_options(yield_per=BATCH)
    )
    known: dict[str | None, dict[str, int]] = {None: {}}
    for submission_id, juror_id, state, outcome, text in session.execute(query):
        if text not in known:
            known[text] = dict(sorted(json.loads(text).items()))
        yield submission_id, juror_id, outcome_of(state, outcome), known[text]


def _written(dialect: str) -> ColumnElement[str]:
    """The marks of a ballot as the text of a JSON object."""
    if dialect == "postgresql":
        ordered = aggregate_order_by(Mark.value, Mark.criterion)
        return cast(func.json_object_agg(Mark.criterion, ordered), String)
    return func.json_group_object(Mark.criterion, Mark.value)


def outcome_of(state: str, outcome: str | None) -> str:
    """What a ballot counts as: marked, recused, abstained, missing."""
    if state == "locked":
        return outcome or "missing"
    return {"submitted": "marked", "open": "missing"}.get(state, state)


def _entry(
    entry: Submission, marks: dict[str, Any], counted: Official | None, accounts: _Accounts
) -> dict[str, Any]:
    out = entry.state == SubmissionState.DISQUALIFIED
    return {
        "id": entry.code,
        "unit": entry.unit.name,
        "marks": marks,
        "interactions": None if counted is None else _counts(counted, accounts),
        "disqualified": out,
        "reason": (entry.state_reason or None) if out else None,
    }


def _counts(counted: Official, accounts: _Accounts) -> dict[str, Any]:
    ledger = None
    if counted.ledger is not None:
        by_account: dict[str, int] = defaultdict(int)
        for account, count in counted.ledger:
            by_account[accounts.hashed(account)] += count
        ledger = [accounts.line(a, n) for a, n in sorted(by_account.items())]
    return {"reactions": counted.reactions, "shares": counted.shares, "share_ledger": ledger}


def _names(entry: Submission) -> dict[str, Any]:
    return {"title": entry.title, "unit": entry.unit.name, "authors": list(entry.authors)}


def _decisions(
    session: Session, contest: Contest, entries: list[Submission]
) -> list[dict[str, Any]]:
    """The chair's decisions in their order, as units; clips not in the result are left out."""
    units = {entry.code: entry.unit.name for entry in entries}
    query = select(ChairDecision).where(ChairDecision.contest_id == contest.id)
    decisions = []
    for decision in session.scalars(query.order_by(ChairDecision.id)):
        named = [units[code] for code in decision.ordering if code in units]
        decisions.append({"units": list(dict.fromkeys(named)), "reason": decision.reason})
    return decisions
