"""Flags and corrections: nothing counts differently before two people said so."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Correction, CorrectionVerdict, FlagDecision
from contest.services.counts import anomalies, corrections, interactions, official, share_ledger
from contest.services.counts.corrections import Adjusted
from contest.services.results import closing
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, two_posted
from tests.contest.posting import Bench
from tests.contest.stage import Build


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    room = two_posted(built, bench)
    room.count(room.one, 300, shares=90, taken_at=CUT_OFF - 2 * HOUR)
    room.count(room.two, 41, shares=12, taken_at=CUT_OFF - 2 * HOUR)
    return room


def propose(room: Room, adjusted: Adjusted, reason: str = "Tài khoản ảo") -> int:
    with room.write() as (session, contest):
        return corrections.propose(
            session, contest, room.one.code, adjusted, reason=reason, actor=room.first,
            at=room.bench.clock.now(),
        ).id


def verdict(room: Room, number: int, *, agreed: bool = True, second: bool = True) -> None:
    with room.write() as (session, contest):
        corrections.decide(
            session, contest, number, agreed=agreed, actor=room.second if second else room.first,
            at=room.bench.clock.now(),
        )


def counted(room: Room) -> tuple[int, int | None, int, int | None]:
    found = room.official()[room.one.id]
    return found.reactions, found.shares, found.raw_reactions, found.raw_shares


def gap_codes(room: Room) -> list[str]:
    with room.write() as (session, contest):
        return [gap.code for gap in closing.blockers(session, contest, at=room.bench.clock.now())]


# ----------------------------------------------------------------------------------- corrections


def test_a_correction_counts_once_a_second_organiser_agrees(room: Room) -> None:
    number = propose(room, Adjusted(reactions=250))
    assert counted(room) == (300, 90, 300, 90)
    assert "corrections.waiting" in gap_codes(room)
    with pytest.raises(Conflict):
        verdict(room, number, second=False)
    assert counted(room) == (300, 90, 300, 90)
    verdict(room, number)
    assert counted(room) == (250, 90, 300, 90)
    assert room.official()[room.one.id].correction_id == number
    assert "corrections.waiting" not in gap_codes(room)
    assert room.official()[room.two.id].correction_id is None


def test_a_refused_correction_never_counts_and_is_kept(room: Room) -> None:
    number = propose(room, Adjusted(reactions=250, shares=3))
    verdict(room, number, agreed=False)
    assert counted(room) == (300, 90, 300, 90)
    with pytest.raises(Conflict):
        verdict(room, number)
    assert (room.rows(Correction), room.rows(CorrectionVerdict)) == (1, 1)


def test_a_correction_may_be_corrected(room: Room) -> None:
    verdict(room, propose(room, Adjusted(reactions=250, shares=0)))
    assert counted(room) == (250, 0, 300, 90)
    waiting = propose(room, Adjusted(reactions=1))
    with pytest.raises(Conflict):
        propose(room, Adjusted(reactions=2))
    verdict(room, waiting, agreed=False)
    verdict(room, propose(room, Adjusted()))  # back to what was read
    assert counted(room) == (300, 90, 300, 90)


def test_a_newer_official_count_sets_a_correction_aside_and_says_so(room: Room) -> None:
    verdict(room, propose(room, Adjusted(reactions=250)))
    room.count(room.one, 310, shares=91, taken_at=CUT_OFF - HOUR)
    assert counted(room) == (310, 91, 310, 91)
    assert "corrections.lapsed" in gap_codes(room)
    verdict(room, propose(room, Adjusted(reactions=260)))
    assert counted(room) == (260, 91, 310, 91)
    assert "corrections.lapsed" not in gap_codes(room)


def test_accounts_of_the_ledger_may_be_left_out(room: Room) -> None:
    with room.write() as (session, contest):
        for account in ("Hà", "Hà", "Bình"):
            share_ledger.add(session, contest, room.one.code, account, actor=room.first,
                             seen_at=CUT_OFF - 3 * HOUR, at=room.bench.clock.now())
    with pytest.raises(Invalid, match="Lan"):
        propose(room, Adjusted(accounts_out=("Lan",)))
    verdict(room, propose(room, Adjusted(accounts_out=("HÀ",))))
    assert room.official()[room.one.id].ledger == [("Bình", 1)]
    with room.write() as (session, contest):
        assert official.ledger_of(session, contest)[room.one.id] == [("Bình", 1), ("Hà", 2)]


@pytest.mark.parametrize(("adjusted", "reason"), [
    (Adjusted(reactions=250), " "), (Adjusted(), "x"), (Adjusted(reactions=300, shares=90), "x"),
])
def test_nothing_to_correct_or_no_reason(room: Room, adjusted: Adjusted, reason: str) -> None:
    with pytest.raises(Invalid):
        propose(room, adjusted, reason)
    assert room.rows(Correction) == 0


def test_corrections_and_decisions_are_never_changed(room: Room) -> None:
    verdict(room, propose(room, Adjusted(reactions=250)))
    decide(room, "round:reactions:300")
    for table in ("correction", "correction_verdict", "flag_decision"):
        for statement in (f"UPDATE {table} SET created_at = created_at", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="append-only"), room.write() as (session, _):
                session.execute(text(statement))


# ---------------------------------------------------------------------------------------- flags


def raised(room: Room) -> list[tuple[str, str, str | None]]:
    with room.write() as (session, contest):
        return [
            (one.submission.code, one.flag.key, one.decision and one.decision.decision)
            for one in anomalies.listed(session, contest).rows
        ]


def decide(
    room: Room, key: str, decision: str = "fine", reason: str = "Đã xem bài viết"
) -> None:
    with room.write() as (session, contest):
        anomalies.decide(
            session, contest, room.one.code, key, decision=decision, reason=reason,
            actor=room.first, at=room.bench.clock.now(),
        )


def test_a_flag_changes_no_count_and_waits_for_a_person(room: Room) -> None:
    assert raised(room) == [("CX1111", "round:reactions:300", None)]
    assert counted(room) == (300, 90, 300, 90)
    assert "anomalies.open" in gap_codes(room)
    decide(room, "round:reactions:300")
    assert raised(room) == [("CX1111", "round:reactions:300", "fine")]
    assert "anomalies.open" not in gap_codes(room)
    assert counted(room) == (300, 90, 300, 90)
    with room.bench.platform.db.read() as session:
        [row] = session.query(FlagDecision).all()
        [audited] = session.query(AuditRow).filter_by(action="flag.decided").all()
    assert (row.numbers, row.reason, row.created_by) == (
        {"what": "reactions", "total": 300}, "Đã xem bài viết", room.first.label
    )
    assert audited.after["reason"] == "Đã xem bài viết"


def test_a_decision_stands_once_and_needs_a_reason(room: Room) -> None:
    key = "round:reactions:300"
    for error, arguments in (
        (NotFound, ("round:reactions:400",)), (Invalid, (key, "fine", " ")),
        (Invalid, (key, "deleted")), (Conflict, (key, "corrected")),
    ):
        with pytest.raises(error):
            decide(room, *arguments)
    propose(room, Adjusted(reactions=250))
    decide(room, key, "corrected")
    with pytest.raises(Conflict):
        decide(room, key)


def test_late_counts_raise_no_flag_before_they_count(room: Room) -> None:
    room.bench.clock.moment = CUT_OFF + timedelta(hours=5)
    late = room.count(room.two, 400, taken_at=CUT_OFF + HOUR, reason="Trang chậm")
    assert [code for code, _, _ in raised(room)] == ["CX1111"]
    with room.write() as (session, contest):
        interactions.approve_late(session, contest, [late], actor=room.second,
                                  at=room.bench.clock.now())
    assert ("CX2222", "round:reactions:400", None) in raised(room)


def test_only_organisers_correct_and_decide(room: Room) -> None:
    juror = room.make.actor(room.make.user("juror", contest=room.bench.contest))
    at = room.bench.clock.now()
    number = propose(room, Adjusted(reactions=1))
    with room.write() as (session, contest):
        with pytest.raises(NotAllowed):
            corrections.propose(session, contest, room.two.code, Adjusted(2), reason="x",
                                actor=juror, at=at)
        with pytest.raises(NotAllowed):
            corrections.decide(session, contest, number, agreed=True, actor=juror, at=at)
        with pytest.raises(NotAllowed):
            anomalies.decide(session, contest, room.one.code, "round:reactions:300",
                             decision="fine", reason="x", actor=juror, at=at)
