"""The database's official counts are those that Python finds row by row, on random ledgers."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import (
    Contest,
    Correction,
    CorrectionVerdict,
    LateApproval,
    LedgerStatement,
    ShareRecord,
    Snapshot,
    Submission,
)
from contest.services.counts import (
    corrections,
    interactions,
    ledger_accounts,
    ledger_state,
    official,
)
from contest.services.counts.ledger_accounts import Account, Held
from contest.services.counts.official import Official
from social.accounts import name_identity
from tests.contest.counts.test_interactions import CUT_OFF, HOUR
from tests.contest.posting import Bench

NAMES = ("Hà", "HÀ", "hà", "Bình", "bình", "Groß", "GROSS", "gross", "İlk", "i̇lk", "Ω", "ω", "Lan")
ROUNDS, CLIPS = 6, 7


class Crowd:
    """Clips whose snapshots, approvals, corrections and ledger rows are drawn by chance."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.dice = bench, random.Random(seed)
        self.clips = [
            bench.make.submission(bench.make.unit(bench.contest), "published").id
            for _ in range(CLIPS)
        ]

    def moment(self) -> datetime:
        return CUT_OFF + HOUR * self.dice.choice((-3, -2, -2, -1, 0, 1, 2))

    def grow(self, session: Session) -> None:
        for clip in self.clips:
            if self.dice.random() < 0.7:
                self.snapshot(session, clip)
            for _ in range(self.dice.randrange(4)):
                self.share(session, clip)
            if self.dice.random() < 0.4:
                self.state(session, clip)

    def snapshot(self, session: Session, clip: int) -> None:
        at, late = self.moment(), self.dice.random() < 0.4
        row = Snapshot(
            submission_id=clip, taken_at=at, source="manual", comments=1,
            reactions=self.dice.choice((None, *range(9))),
            shares=self.dice.choice((None, 0, 3, 8)), late_reason="muộn" if late else "",
            created_by="user:1", created_at=at,
        )
        session.add(row)
        session.flush()
        if late and self.dice.random() < 0.5:
            session.add(LateApproval(
                snapshot_id=row.id, entered_by="user:1", approved_by="user:2", created_at=at
            ))
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            self.correct(session, row)

    def correct(self, session: Session, row: Snapshot) -> None:
        """Of one snapshot, or of two where the shares come from another."""
        query = select(Snapshot.id).where(Snapshot.submission_id == row.submission_id)
        made = Correction(
            snapshot_id=row.id,
            shares_snapshot_id=self.dice.choice((None, *session.scalars(query))),
            reactions=self.dice.choice((None, 0, 5)),
            shares=self.dice.choice((None, 0, 2)), reason="thử", created_by="user:1",
            accounts_out=self.dice.sample(NAMES, self.dice.randrange(3)), created_at=row.taken_at,
        )
        session.add(made)
        session.flush()
        if self.dice.random() < 0.7:
            session.add(CorrectionVerdict(
                correction_id=made.id, agreed=self.dice.random() < 0.7, entered_by="user:1",
                decided_by="user:2", created_at=row.taken_at,
            ))
            session.flush()

    def share(self, session: Session, clip: int) -> None:
        account, link = self.dice.choice(NAMES), f"https://fb.com/{self.dice.randrange(10**9)}"
        late = self.dice.random() < 0.3
        session.add(ShareRecord(
            submission_id=clip, account=account, count=self.dice.randrange(1, 5),
            link=self.dice.choice((link, "https://fb.com/1", "")),
            seen_at=self.moment(), created_by="user:1", created_at=CUT_OFF,
            late_reason="muộn" if late else "", voided=self.dice.random() < 0.1,
            agreed_by="user:2" if late and self.dice.random() < 0.5 else None,
        ))

    def state(self, session: Session, clip: int) -> None:
        late = self.dice.random() < 0.3
        session.add(LedgerStatement(
            submission_id=clip, state=self.dice.choice(ledger_state.STATES), created_by="user:1",
            late_reason="muộn" if late else "", created_at=CUT_OFF,
            agreed_by="user:2" if late and self.dice.random() < 0.5 else None,
        ))


def ledgers_by_hand(session: Session) -> dict[int, list[Account]]:
    """A share of a link once; without a link the largest line of an account."""
    told: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    names: dict[tuple[int, str], str] = {}
    for row in session.scalars(select(ShareRecord).order_by(ShareRecord.id)):
        in_time = not row.late_reason and row.seen_at <= CUT_OFF
        if row.voided or not (in_time or row.agreed_by):
            continue
        key = name_identity(row.account)
        names.setdefault((row.submission_id, key), row.account)
        links = told[row.submission_id][key]
        links[row.link] = max(links.get(row.link, 0), row.count)
    return {
        clip: sorted(
            (Account(names[clip, key], key, (("", sum(links.values())),))
             for key, links in accounts.items()),
            key=lambda one: (one.name, one.count),
        )
        for clip, accounts in told.items()
    }


def states_by_hand(session: Session) -> dict[int, str]:
    return {
        said.submission_id: said.state
        for said in session.scalars(select(LedgerStatement).order_by(LedgerStatement.id))
        if not said.late_reason or said.agreed_by
    }


def counts_by_hand(session: Session) -> dict[int, Official]:
    reactions: dict[int, Snapshot] = {}
    shares: dict[int, Snapshot] = {}
    for row in session.scalars(select(Snapshot).order_by(Snapshot.taken_at, Snapshot.id)):
        if row.late_reason and row.approval is None:
            continue
        if row.reactions is not None:
            reactions[row.submission_id] = row
        if row.shares is not None:
            shares[row.submission_id] = row
    ledgers, states, agreed = (
        ledgers_by_hand(session), states_by_hand(session), agreed_by_hand(session)
    )
    return {
        clip: by_hand(reactions.get(clip), shares.get(clip), ledgers.get(clip, []),
                      states.get(clip, "partial"), agreed)
        for clip in reactions.keys() | shares.keys()
    }


def agreed_by_hand(session: Session) -> list[Correction]:
    verdicts = session.scalars(select(CorrectionVerdict).order_by(CorrectionVerdict.id))
    return [session.get_one(Correction, v.correction_id) for v in verdicts if v.agreed]


def by_hand(
    reacted: Snapshot | None, shared: Snapshot | None, accounts: list[Account], state: str,
    agreed: list[Correction],
) -> Official:
    anchors = [(one or other).id for one, other in ((reacted, shared), (shared, reacted))
               if one or other]  # type: ignore[union-attr]
    of_reactions = [c for c in agreed if c.snapshot_id == anchors[0]][-1:]
    of_shares = [c for c in agreed if (c.shares_snapshot_id or c.snapshot_id) == anchors[1]][-1:]
    out = {name_identity(name) for c in of_shares for name in c.accounts_out}
    rest = [one for one in accounts if one.identity not in out]
    state, said = (state if rest else "none"), (state if accounts else "none")
    raw = reacted.reactions if reacted else None, shared.shares if shared else None
    reactions, shares = raw
    for c in of_reactions:
        reactions = reactions if c.reactions is None else c.reactions
    if said != "none" and state != "complete" and shares is not None:
        shares = max(shares - sum(one.count for one in accounts if one.identity in out), 0)
    for c in of_shares:
        shares = shares if c.shares is None else c.shares
    return Official(
        reactions=reactions, shares=shares, raw_reactions=raw[0], raw_shares=raw[1],
        reactions_from=reacted, shares_from=shared, accounts=None if state == "none" else rest,
        ledger_state=state, free=False,
        corrections=tuple(sorted({c.id for c in (*of_reactions, *of_shares)})),
        held=Held() if state == "none" else Held.by(rest),
    )


def gaps_by_hand(session: Session, clips: list[int]) -> dict[str, int]:
    counted = counts_by_hand(session)
    late = [s for s in session.scalars(select(Snapshot)) if s.late_reason and s.approval is None]
    made = list(session.scalars(select(Correction)))
    open_ = [one for one in counted.values() if one.shares != 0]
    kinds = Counter(one.ledger_state for one in open_)
    found = {
        "interactions.missing": sum(clip not in counted for clip in clips),
        "interactions.missing_reactions": sum(
            one.raw_reactions is None for one in counted.values()
        ),
        "interactions.missing_shares": sum(
            one.raw_reactions is not None and one.shares is None
            and one.ledger_state != "complete" for one in counted.values()
        ),
        "interactions.late": len(late),
        "interactions.unverified": sum(not one.verified for one in open_),
        "interactions.ledgers_differ": sum(kinds.values()) - max(kinds.values(), default=0),
        "corrections.waiting": sum(c.verdict is None for c in made),
        "corrections.lapsed": sum(
            lapsed(counted.get(clip), [c for c in agreed_by_hand(session)
                                       if c.snapshot.submission_id == clip], made)
            for clip in clips
        ),
    }
    return {code: count for code, count in found.items() if count}


def lapsed(one: Official | None, agreed: list[Correction], made: list[Correction]) -> bool:
    """Is a number corrected of which the snapshot is official no more, and nothing said since?"""
    if one is None:
        return bool(agreed)
    of_reactions = {c.snapshot_id for c in made}
    of_shares = {c.shares_snapshot_id or c.snapshot_id for c in made}
    return (
        any(c.reactions is not None for c in agreed) and one.snapshot_id not in of_reactions
    ) or (
        any(c.shares is not None or c.accounts_out for c in agreed)
        and one.shares_snapshot_id not in of_shares
    )


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_sql_and_python_agree_after_every_change(bench: Bench, seed: int) -> None:
    crowd, at = Crowd(bench, seed), CUT_OFF + timedelta(days=1)
    for _ in range(ROUNDS):
        with bench.platform.db.write() as session:
            crowd.grow(session)
        with bench.platform.db.read() as session:
            contest = session.get_one(Contest, bench.contest.id)
            by_python = counts_by_hand(session)
            some = set(crowd.dice.sample(crowd.clips, 3))
            assert ledger_accounts.accounts_of(session, contest) == ledgers_by_hand(session)
            assert official.official_counts(session, contest) == by_python
            assert official.official_counts(session, contest, only=some) == {
                clip: one for clip, one in by_python.items() if clip in some
            }
            held = ledger_accounts.held(session, contest, only=some)
            assert held == {clip: Held.by(accounts) for clip, accounts
                            in ledgers_by_hand(session).items() if clip in some}
            listed = official.listed_counts(session, contest, held, only=some)
            assert {clip: replace(one, accounts=None) for clip, one in listed.items()} == {
                clip: replace(one, accounts=None) for clip, one in by_python.items() if clip in some
            }
            gaps = [
                *interactions.blockers(session, contest, at=at),
                *corrections.blockers(session, contest, at=at),
            ]
            assert {gap.code: gap.count for gap in gaps} == gaps_by_hand(session, crowd.clips)


def test_other_contests_do_not_count(bench: Bench) -> None:
    other = bench.make.contest("khac-2023")
    crowd = Crowd(bench, 1)
    with bench.platform.db.write() as session:
        for submission in session.scalars(select(Submission)):
            submission.contest_id = other.id
        for _ in range(3):
            crowd.grow(session)
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        assert official.official_counts(session, contest) == {}
        its_own = official.official_counts(session, session.get_one(Contest, other.id))
        assert its_own == counts_by_hand(session) != {}
        assert interactions.blockers(session, contest, at=CUT_OFF + HOUR) == []
