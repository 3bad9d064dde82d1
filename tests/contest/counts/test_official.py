"""The database's official counts are those that Python finds row by row, on random ledgers."""

import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import (
    Contest,
    Correction,
    CorrectionVerdict,
    LateApproval,
    ShareRecord,
    Snapshot,
    Submission,
)
from contest.services.counts import corrections, interactions, official
from contest.services.counts.official import Official
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

    def snapshot(self, session: Session, clip: int) -> None:
        at, late = self.moment(), self.dice.random() < 0.4
        row = Snapshot(
            submission_id=clip, taken_at=at, source="manual", reactions=self.dice.randrange(9),
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
        made = Correction(
            snapshot_id=row.id, reactions=self.dice.choice((None, 0, 5)),
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
        session.add(ShareRecord(
            submission_id=clip, account=account, link=link, count=self.dice.randrange(1, 5),
            seen_at=self.moment(), created_by="user:1", created_at=CUT_OFF,
        ))


def ledgers_by_hand(session: Session) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for row in session.scalars(select(ShareRecord).order_by(ShareRecord.id)):
        if row.seen_at <= CUT_OFF:
            key = row.account.casefold()
            name, before = found[row.submission_id].get(key, (row.account, 0))
            found[row.submission_id][key] = (name, before + row.count)
    return {clip: sorted(accounts.values()) for clip, accounts in found.items()}


def counts_by_hand(session: Session) -> dict[int, Official]:
    last: dict[int, Snapshot] = {}
    query = select(Snapshot).order_by(Snapshot.taken_at, Snapshot.id)
    for row in session.scalars(query):
        if not row.late_reason or row.approval is not None:
            last[row.submission_id] = row
    agreed = agreed_by_hand(session)
    ledgers = ledgers_by_hand(session)
    return {
        clip: by_hand(row, ledgers.get(clip), agreed.get(row.id)) for clip, row in last.items()
    }


def agreed_by_hand(session: Session) -> dict[int, Correction]:
    verdicts = session.scalars(select(CorrectionVerdict).order_by(CorrectionVerdict.id))
    rows = [session.get_one(Correction, v.correction_id) for v in verdicts if v.agreed]
    return {row.snapshot_id: row for row in rows}


def by_hand(
    row: Snapshot, ledger: list[tuple[str, int]] | None, correction: Correction | None
) -> Official:
    reactions, shares = row.reactions, row.shares
    if correction is not None:
        out = {name.casefold() for name in correction.accounts_out}
        reactions = reactions if correction.reactions is None else correction.reactions
        shares = shares if correction.shares is None else correction.shares
        ledger = ledger and [pair for pair in ledger if pair[0].casefold() not in out]
    return Official(
        reactions=reactions, shares=shares, ledger=ledger, snapshot_id=row.id,
        late=bool(row.late_reason), verified=ledger is not None, taken_at=row.taken_at,
        raw_reactions=row.reactions, raw_shares=row.shares,
        correction_id=correction.id if correction else None,
    )


def gaps_by_hand(session: Session, clips: list[int]) -> dict[str, int]:
    counted = counts_by_hand(session)
    late = [s for s in session.scalars(select(Snapshot)) if s.late_reason and s.approval is None]
    now = {one.snapshot_id for one in counted.values()}
    made = list(session.scalars(select(Correction)))
    again = {c.snapshot.submission_id for c in made if c.snapshot_id in now}
    lapsed = [
        c for c in agreed_by_hand(session).values()
        if c.snapshot_id not in now and c.snapshot.submission_id not in again
    ]
    found = {
        "interactions.missing": sum(clip not in counted for clip in clips),
        "interactions.late": len(late),
        "interactions.unverified": sum(
            not one.verified and one.shares != 0 for one in counted.values()
        ),
        "corrections.waiting": sum(c.verdict is None for c in made),
        "corrections.lapsed": len(lapsed),
    }
    return {code: count for code, count in found.items() if count}


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
            assert official.ledger_of(session, contest) == ledgers_by_hand(session)
            assert official.official_counts(session, contest) == by_python
            assert official.official_counts(session, contest, only=some) == {
                clip: one for clip, one in by_python.items() if clip in some
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
        for entry in session.scalars(select(Submission)):
            entry.contest_id = other.id
        for _ in range(3):
            crowd.grow(session)
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        assert official.official_counts(session, contest) == {}
        its_own = official.official_counts(session, session.get_one(Contest, other.id))
        assert its_own == counts_by_hand(session) != {}
        assert interactions.blockers(session, contest, at=CUT_OFF + HOUR) == []
