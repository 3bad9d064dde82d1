"""Lines of the share ledger: late ones need two people, wrong ones are voided by two, the same
account is one however it is named, and a ledger is what a person says it is."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Contest, ShareRecord, Snapshot
from contest.services.core.profiles import profile_of
from contest.services.counts import (
    anomalies,
    corrections,
    count_gaps,
    interactions,
    ledger_late,
    ledger_statements,
    ledger_voids,
    share_ledger,
)
from contest.services.counts.corrections import Adjusted
from contest.services.counts.official import Official
from contest.services.results import scoring_input
from tests.contest.counts.test_fields import points
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, LINK, Room, ledger, room

__all__ = ["room"]
DAY = timedelta(days=1)
EIGHTY = [f"CX1111,Người {n},{LINK}{n},18/6/2023 9:00" for n in range(80)]


@pytest.fixture
def ninety(room: Room) -> Room:
    """A clip with 100 reactions and 90 shares: 280 points."""
    room.count(room.one, 100, taken_at=CUT_OFF - HOUR, shares=90)
    return room


def one(room: Room) -> Official:
    return room.official()[room.one.id]


def add(
    room: Room, account: str = "Lan", *, link: str = "", reason: str = "", profile: str = "",
    seen_at: datetime = CUT_OFF - 2 * HOUR,
) -> int:
    with room.write() as (session, contest):
        return share_ledger.add(
            session, contest, "CX1111", account, link=link, profile=profile, seen_at=seen_at,
            actor=room.first, at=room.bench.clock.now(), late_reason=reason,
        ).id


def say(room: Room, state: str, reason: str = "") -> int:
    with room.write() as (session, contest):
        return ledger_statements.say(
            session, contest, "CX1111", state, actor=room.first, at=room.bench.clock.now(),
            late_reason=reason,
        ).id


def void(room: Room, *lines: int, agreed: bool | None = True) -> int:
    with room.write() as (session, contest):
        made = ledger_voids.propose(
            session, contest, lines, reason="gõ nhầm clip", actor=room.first,
            at=room.bench.clock.now(),
        )
        if agreed is not None:
            ledger_voids.decide(
                session, contest, made.id, agreed=agreed, actor=room.second,
                at=room.bench.clock.now(),
            )
        return made.id


# ------------------------------------------------------------------------------------------ late


def test_days_later_nobody_alone_moves_a_score(ninety: Room) -> None:
    ninety.bench.clock.moment = CUT_OFF + HOUR
    say(ninety, "none")  # as with counts, there are two hours to tell of what was there in time
    ninety.bench.clock.moment = CUT_OFF + 5 * DAY
    with pytest.raises(Invalid, match="need a reason"):
        add(ninety)
    with pytest.raises(Invalid, match="need a reason"):
        say(ninety, "complete")
    for _ in range(3):
        add(ninety, reason="Sổ giấy")
    said = say(ninety, "complete", "Đã đối chiếu xong sổ giấy")
    assert (points(ninety), one(ninety).ledger) == (280, None)
    agree(ninety, said)
    assert (points(ninety), one(ninety).ledger) == (104, [("Lan", 3)])


def agree(room: Room, *statements: int) -> None:
    with room.write() as (session, contest):
        at = room.bench.clock.now()
        waiting = [one.key for one in ledger_late.waiting(session, contest)]
        with pytest.raises(Conflict, match="cannot agree"):
            ledger_late.agree(session, contest, waiting, actor=room.first, at=at)
        with pytest.raises(Conflict, match="cannot agree"):
            ledger_statements.agree(session, contest, statements, actor=room.first, at=at)
        blocked = {b.code for b in ledger_late.blockers(session, contest, at=at)}
        assert blocked == {"ledger.late", "ledger.statements"}
        ledger_late.agree(session, contest, waiting, actor=room.second, at=at)
        ledger_statements.agree(session, contest, statements, actor=room.second, at=at)
        assert ledger_late.blockers(session, contest, at=at) == []


def test_a_file_of_lines_in_time_and_late_ones_waits_for_the_late_ones_only(
    ninety: Room, tmp_path: Path
) -> None:
    ninety.bench.clock.moment = CUT_OFF + HOUR
    path = ledger(
        tmp_path / "l.csv", f"CX1111,Lan,{LINK},18/6/2023 9:00",
        f"CX1111,Minh,{LINK}1,19/6/2023 16:30", "CX1111,Hà,,18/6/2023 9:00",
        "CX1111,Hà,,19/6/2023 16:30",
    )
    with ninety.write() as (session, contest):
        plan = share_ledger.preview(session, contest, path, at=CUT_OFF + HOUR)
        assert (plan.late, plan.rows, plan.usable) == (2, 4, True)
    assert ninety.ledger(path, reason="mạng chậm") == 3
    assert one(ninety).ledger == [("Hà", 1), ("Lan", 1)]
    with ninety.write() as (session, contest):
        [waiting] = ledger_late.waiting(session, contest)
        assert (waiting.lines, waiting.clips, waiting.reason) == (2, 1, "mạng chậm")
        assert ledger_late.agree(
            session, contest, [waiting.key], actor=ninety.second, at=CUT_OFF + HOUR
        ) == 2
    assert one(ninety).ledger == [("Hà", 2), ("Lan", 1), ("Minh", 1)]


def test_lines_of_another_contest_are_not_agreed_to(ninety: Room) -> None:
    ninety.bench.clock.moment = CUT_OFF + 5 * DAY
    add(ninety, reason="Sổ giấy")
    with ninety.write() as (session, contest):
        keys = [w.key for w in ledger_late.waiting(session, contest)]
    other = ninety.make.contest("khac")
    stranger = ninety.make.actor(ninety.make.user("organiser", contest=other))
    with ninety.write() as (session, contest):
        with pytest.raises(NotAllowed):
            ledger_late.agree(session, contest, keys, actor=stranger, at=CUT_OFF + 5 * DAY)
        theirs = session.get_one(Contest, other.id)
        assert ledger_late.agree(
            session, theirs, keys, actor=stranger, at=CUT_OFF + 5 * DAY
        ) == 0


# ------------------------------------------------------------------------------------------ void


def test_a_line_on_the_wrong_clip_is_taken_back_by_two_and_shown_to_be(ninety: Room) -> None:
    say(ninety, "complete")
    line = add(ninety)
    assert (points(ninety), one(ninety).verified) == (102, True)
    ninety.bench.clock.moment = CUT_OFF - HOUR / 2
    proposal = void(ninety, line, agreed=None)
    assert points(ninety) == 102, "it counts until another organiser agrees"
    with ninety.write() as (session, contest):
        with pytest.raises(Conflict, match="cannot agree"):
            ledger_voids.decide(
                session, contest, proposal, agreed=True, actor=ninety.first, at=CUT_OFF
            )
        assert [b.code for b in ledger_late.blockers(session, contest, at=CUT_OFF)] == [
            "ledger.voids"
        ]
        ledger_voids.decide(
            session, contest, proposal, agreed=True, actor=ninety.second, at=CUT_OFF
        )
        with pytest.raises(Conflict, match="already"):
            ledger_voids.decide(
                session, contest, proposal, agreed=False, actor=ninety.second, at=CUT_OFF
            )
        kept = session.get_one(ShareRecord, line)
        assert (kept.voided, kept.void_id) == (True, proposal)
        about = scoring_input.prepare(session, contest, keys=ninety.keys).ledgers
        assert about["CX1111"]["voided"] == 1
    assert (points(ninety), one(ninety).verified, one(ninety).ledger) == (280, False, None)


def test_an_emptied_ledger_is_no_ledger(ninety: Room) -> None:
    say(ninety, "complete")
    add(ninety)
    with ninety.write() as (session, contest):
        made = corrections.propose(
            session, contest, "CX1111", Adjusted(accounts_out=("lan",)), reason="Nhầm clip",
            actor=ninety.first, at=CUT_OFF - HOUR,
        )
        corrections.decide(
            session, contest, made.id, agreed=True, actor=ninety.second, at=CUT_OFF - HOUR
        )
        codes = [b.code for b in interactions.blockers(session, contest, at=CUT_OFF)]
    found = one(ninety)
    assert (found.ledger, found.verified, found.shares) == (None, False, 89)
    assert "interactions.unverified" in codes
    assert points(ninety) == 100 + 2 * 89


def test_a_refused_proposal_leaves_the_line_which_may_be_proposed_again(ninety: Room) -> None:
    line = add(ninety)
    void(ninety, line, agreed=False)
    assert one(ninety).ledger == [("Lan", 1)]
    proposal = void(ninety, line, agreed=None)
    with pytest.raises(Conflict, match="waits to be voided"):
        void(ninety, line)
    with ninety.write() as (session, contest):
        ledger_voids.decide(
            session, contest, proposal, agreed=True, actor=ninety.second, at=CUT_OFF
        )
    with pytest.raises(Conflict, match="void"):
        void(ninety, line)
    assert one(ninety).ledger is None


def test_a_whole_file_is_voided_and_what_another_file_told_stays(
    ninety: Room, tmp_path: Path
) -> None:
    ninety.ledger(ledger(tmp_path / "a.csv", f"CX1111,Lan,{LINK},", "CX2222,Hà,,"))
    ninety.ledger(ledger(tmp_path / "b.csv", f"CX1111,Lan,{LINK},", "CX1111,Minh,,"))
    with ninety.write() as (session, contest):
        files = share_ledger.files(session, contest)
        assert [(f.evidence.filename, f.lines, f.void) for f in files] == [
            ("b.csv", 2, 0), ("a.csv", 2, 0)
        ]
    for place, expected in ((1, [("Lan", 1), ("Minh", 1)]), (0, None)):
        with ninety.write() as (session, contest):
            made = ledger_voids.propose_file(
                session, contest, files[place].evidence.id, reason="Tệp của hội thi khác",
                actor=ninety.first, at=CUT_OFF,
            )
            ledger_voids.decide(
                session, contest, made.id, agreed=True, actor=ninety.second, at=CUT_OFF
            )
        assert one(ninety).ledger == expected
    assert points(ninety) == 280


def test_what_was_void_by_mistake_is_entered_again(ninety: Room) -> None:
    void(ninety, add(ninety, link=LINK))
    add(ninety, link=LINK)
    assert one(ninety).ledger == [("Lan", 1)]


def test_a_line_just_typed_is_withdrawn_by_its_own_author_alone(ninety: Room) -> None:
    ninety.bench.clock.moment = CUT_OFF - HOUR
    first, second = add(ninety), add(ninety, "Minh")

    def withdraw(line: int, actor: object) -> None:
        with ninety.write() as (session, contest):
            ledger_voids.withdraw(
                session, contest, line, actor=actor, at=ninety.bench.clock.now(),  # type: ignore[arg-type]
            )

    with pytest.raises(Conflict, match="of one's own"):
        withdraw(first, ninety.second)
    withdraw(first, ninety.first)
    assert one(ninety).ledger == [("Minh", 1)]
    ninety.bench.clock.moment += timedelta(minutes=16)
    with pytest.raises(Conflict, match="within 15 minutes"):
        withdraw(second, ninety.first)
    ninety.bench.clock.moment = CUT_OFF - timedelta(minutes=1)
    third = add(ninety, "Hà")
    ninety.bench.clock.moment = CUT_OFF + timedelta(minutes=1)
    with pytest.raises(Conflict, match="before the cut-off"):
        withdraw(third, ninety.first)
    with pytest.raises(NotFound):
        withdraw(10**9, ninety.first)
    with ninety.bench.platform.db.read() as session:
        assert "ledger.withdrawn" in session.scalars(select(AuditRow.action)).all()


def test_nothing_is_voided_without_a_line_a_reason_and_the_right(ninety: Room) -> None:
    line = add(ninety)
    juror = ninety.make.actor(ninety.make.user("juror", contest=ninety.bench.contest))
    with ninety.write() as (session, contest):
        for error, lines, reason, actor in (
            (Invalid, [], "x", ninety.first), (Invalid, [line], " ", ninety.first),
            (NotFound, [line, line + 7], "x", ninety.first), (NotAllowed, [line], "x", juror),
        ):
            with pytest.raises(error):
                ledger_voids.propose(
                    session, contest, lines, reason=reason, actor=actor, at=CUT_OFF
                )
        with pytest.raises(NotFound):
            ledger_voids.propose_file(
                session, contest, 77, reason="x", actor=ninety.first, at=CUT_OFF
            )
    assert one(ninety).ledger == [("Lan", 1)]


# ------------------------------------------------------------------------- complete, partial, none


def test_a_ledger_is_partial_until_somebody_says_it_is_complete(
    ninety: Room, tmp_path: Path
) -> None:
    for _ in range(5):
        add(ninety)
    found = one(ninety)
    assert (found.ledger_state, found.verified, found.shares) == ("partial", False, 90)
    assert points(ninety) == 100 + 2 * (90 - 3)
    ninety.ledger(ledger(tmp_path / "l.csv", *EIGHTY), state=None)
    assert (one(ninety).ledger_state, points(ninety)) == ("partial", 100 + 2 * 87)
    say(ninety, "complete")
    assert (one(ninety).verified, points(ninety)) == (True, 100 + 2 * 82)
    say(ninety, "none")
    assert (one(ninety).ledger, points(ninety)) == (None, 280)
    with pytest.raises(Invalid):
        say(ninety, "đủ")


def test_a_file_says_what_the_ledgers_of_its_clips_are(ninety: Room, tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.csv", f"CX1111,Lan,{LINK},", "CX2222,Hà,,")
    ninety.ledger(path, state="complete")
    assert (one(ninety).ledger_state, points(ninety)) == ("complete", 102)
    ninety.ledger(ledger(tmp_path / "m.csv", f"CX1111,Minh,{LINK}1,"), state="partial")
    assert one(ninety).ledger_state == "partial"


def test_a_ledger_that_differs_in_kind_is_named(ninety: Room, tmp_path: Path) -> None:
    for number in range(2):
        clip = ninety.make.submission(
            ninety.make.unit(ninety.bench.contest), "published", code=f"CX300{number}"
        )
        ninety.count(clip, 5, taken_at=CUT_OFF - HOUR, shares=9)
    lines = (f"CX3000,Lan,{LINK},", f"CX3001,Lan,{LINK}1,")
    ninety.ledger(ledger(tmp_path / "l.csv", *lines), state="complete")
    with ninety.write() as (session, contest):
        [said] = [b for b in interactions.blockers(session, contest, at=CUT_OFF)
                  if b.code == "interactions.ledgers_differ"]
    assert said.count == 1
    assert "CX1111 (không có)" in said.vi
    assert "CX1111 (none)" in said.en


def test_what_is_kept_of_the_ledgers_kinds_follows_every_change(ninety: Room) -> None:
    later = CUT_OFF + DAY  # the counts that were read have settled

    def kinds() -> list[tuple[str, int]]:
        with ninety.bench.platform.db.read() as session:
            contest = session.get_one(Contest, ninety.bench.contest.id)
            found = [count_gaps.ledgers(session, contest, profile_of(contest), at=later)
                     for _ in range(2)]
        assert found[0] is found[1]  # kept, as long as nothing changes
        return [(one.code.partition(".")[2], one.count) for one in found[0]]

    assert kinds() == [("unverified", 1)]
    line = add(ninety, link=LINK)
    say(ninety, "complete")
    assert kinds() == []
    void(ninety, line)
    assert kinds() == [("unverified", 1)]
    add(ninety, link=f"{LINK}1")
    ninety.bench.clock.moment = later
    late = say(ninety, "partial", reason="kiểm lại")
    assert kinds() == []
    with ninety.write() as (session, contest):
        ledger_statements.agree(session, contest, [late], actor=ninety.second, at=later)
    assert kinds() == [("unverified", 1)]


def test_counts_that_may_still_be_on_their_way_are_asked_for_anew(ninety: Room) -> None:
    with ninety.bench.platform.db.read() as session:
        contest = session.get_one(Contest, ninety.bench.contest.id)
        newest = session.scalar(select(func.max(Snapshot.created_at)))
        assert newest is not None
        for after, is_kept in ((timedelta(minutes=9), False), (timedelta(minutes=11), True)):
            found = [count_gaps.ledgers(session, contest, profile_of(contest), at=newest + after)
                     for _ in range(2)]
            assert (found[0] is found[1]) is is_kept
            assert found[0] == found[1]


def test_more_shares_in_the_ledger_than_on_the_page_is_a_flag(room: Room) -> None:
    room.count(room.one, 100, taken_at=CUT_OFF - HOUR, shares=1)
    add(room, link=LINK)
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        assert anomalies.flags(session, contest) == []
    add(room, link=f"{LINK}1")
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        assert [(f.kind, f.numbers) for f in anomalies.flags(session, contest)] == [
            ("ledger", {"kept": 2, "total": 1})
        ]
