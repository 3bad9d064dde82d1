"""Reactions and shares each have their own official value: what a reading lacks stays as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from contest.errors import Invalid
from contest.models import Contest, Evidence, Snapshot
from contest.services.counts import (
    anomalies,
    corrections,
    count_import,
    evidence,
    interactions,
    official,
)
from contest.services.counts.corrections import Adjusted
from contest.services.counts.interactions import Reading
from contest.services.results import scoring_input, tally
from scoring import compute
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, room, template

__all__ = ["room"]
MINUTE = timedelta(minutes=1)


def read(room: Room, reading: Reading, minutes: int, reason: str = "") -> int:
    """A reading so many minutes before the cut-off, told in its own minute."""
    room.bench.clock.moment = moment = CUT_OFF - minutes * MINUTE
    with room.write() as (session, contest):
        return interactions.write_down(
            session, contest, room.one.code, reading, taken_at=moment, actor=room.first,
            at=moment, late_reason=reason,
        ).id


def counts(room: Room) -> tuple[int | None, int | None]:
    one = room.official()[room.one.id]
    return one.reactions, one.shares


def points(room: Room) -> int:
    """The clip's points by ``scoring``; the second tally in SQL agrees."""
    with room.write() as (session, contest):
        data = scoring_input.prepare(session, contest, keys=room.keys).data
        rules = data["rules"] | {"jury_weight": 0}
        line = next(row for row in compute(data | {"rules": rules})["ranking"]
                    if row["entry"] == room.one.code)
        again = {one.code: one.points for one in tally.tally(session, contest)}
    assert again[room.one.code] == line["points"]
    return int(line["points"])


def test_a_reading_that_lacks_a_field_never_erases_it(room: Room) -> None:
    read(room, Reading(100, 90), 60)
    assert (counts(room), points(room)) == ((100, 90), 280)
    read(room, Reading(101), 5)
    assert (counts(room), points(room)) == ((101, 90), 281)
    read(room, Reading(shares=91), 4)
    read(room, Reading(comments=3), 3)
    assert (counts(room), points(room)) == ((101, 91), 283)


def test_each_number_has_its_own_moment_source_and_snapshot(room: Room, tmp_path: Path) -> None:
    first = read(room, Reading(100, 90), 60)
    room.bench.clock.moment = CUT_OFF - 30 * MINUTE
    room.apply(template(tmp_path / "t.xlsx", ("CX1111", 101, None, None)), CUT_OFF - 30 * MINUTE)
    one = room.official()[room.one.id]
    assert one.reactions_from and one.shares_from
    assert (one.reactions_from.source, one.shares_from.source) == ("template", "manual")
    assert (one.shares_from.id, one.shares_from.taken_at) == (first, CUT_OFF - 60 * MINUTE)
    with room.write() as (session, contest):
        facts = scoring_input.prepare(session, contest, keys=room.keys).snapshots["CX1111"]
    assert (facts["source"], facts["shares_from"]["source"]) == ("template", "manual")
    assert len(facts["source_sha256"]) == 64
    assert facts["shares_from"]["source_sha256"] is None


def test_one_snapshot_for_both_fields_is_told_as_before(room: Room) -> None:
    read(room, Reading(100, 90), 60)
    with room.write() as (session, contest):
        prepared = scoring_input.prepare(session, contest, keys=room.keys)
    assert prepared.snapshots["CX1111"].keys() == {
        "taken_at", "source", "source_sha256", "late_reason",
    }
    [entry] = [e for e in prepared.data["entries"] if e["id"] == "CX1111"]
    assert entry["interactions"] == {"reactions": 100, "shares": 90, "share_ledger": None}


def test_a_late_field_waits_while_the_other_counts(room: Room) -> None:
    read(room, Reading(100, 90), 60)
    late = read(room, Reading(shares=120), -30, "Facebook không mở được lúc 16g00")
    assert counts(room) == (100, 90)
    with room.write() as (session, contest):
        interactions.approve_late(
            session, contest, [late], actor=room.second, at=CUT_OFF + HOUR
        )
    one = room.official()[room.one.id]
    assert (one.reactions, one.shares, one.late) == (100, 120, True)
    assert one.shares_from and one.shares_from.approval
    assert one.shares_from.approval.approved_by == room.second.label


def test_only_shares_known_count_and_the_gap_names_the_field(room: Room) -> None:
    read(room, Reading(shares=20), 60)
    assert (counts(room), points(room)) == ((None, 20), 40)
    with room.write() as (session, contest):
        found = {b.code: b.count for b in interactions.blockers(session, contest, at=CUT_OFF)}
        data = scoring_input.prepare(session, contest, keys=room.keys).data
    assert found["interactions.missing_reactions"] == 1
    assert (found["interactions.missing"], "interactions.missing_shares" in found) == (1, False)
    assert [gap["what"] for gap in compute(data)["missing"] if gap["entry"] == "CX1111"] == [
        "reactions"
    ]


def test_a_correction_belongs_to_the_snapshot_of_each_number(room: Room) -> None:
    read(room, Reading(100, 90), 60)
    with room.write() as (session, contest):
        made = corrections.propose(
            session, contest, "CX1111", Adjusted(80, 70), reason="Tài khoản ảo", actor=room.first,
            at=CUT_OFF - HOUR,
        )
        corrections.decide(session, contest, made.id, agreed=True, actor=room.second, at=CUT_OFF)
    assert counts(room) == (80, 70)
    read(room, Reading(101), 5)
    assert counts(room) == (101, 70), "the shares are still those that were corrected"
    assert points(room) == 101 + 2 * 70
    with room.write() as (session, contest):
        [lapsed] = [b for b in corrections.blockers(session, contest, at=CUT_OFF)
                    if b.code == "corrections.lapsed"]
        again = corrections.propose(
            session, contest, "CX1111", Adjusted(81, None), reason="Như trước", actor=room.first,
            at=CUT_OFF,
        )
        corrections.decide(session, contest, again.id, agreed=True, actor=room.second, at=CUT_OFF)
        assert lapsed.count == 1
        assert corrections.blockers(session, contest, at=CUT_OFF) == []
    assert counts(room) == (81, 90), "the last word on the shares leaves them as read"


def test_a_preview_compares_with_what_is_known_of_each_field(room: Room, tmp_path: Path) -> None:
    read(room, Reading(100, 90), 60)
    read(room, Reading(101), 5)
    room.bench.clock.moment = CUT_OFF - MINUTE
    path = template(tmp_path / "t.xlsx", ("CX1111", 101, 70, None))
    with room.write() as (session, contest):
        plan = count_import.preview(
            session, contest, path, taken_at=CUT_OFF - MINUTE, at=CUT_OFF - MINUTE
        )
    [line] = plan.lines
    assert line.before and (line.before.reactions, line.before.shares) == (101, 90)
    assert line.drops


def test_flags_look_past_readings_that_lack_the_field(room: Room) -> None:
    for minutes, reading in ((60, Reading(100, 90)), (5, Reading(101)), (4, Reading(102, 60))):
        read(room, reading, minutes)
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        kinds = [(f.kind, f.numbers) for f in anomalies.flags(session, contest)]
    assert kinds == [("drop", {"what": "shares", "before": 90, "after": 60})]


def test_the_last_known_values_are_found_for_every_clip_at_once(room: Room) -> None:
    read(room, Reading(100, 90), 60)
    with room.write() as (session, contest):
        found = official.last_counting(session, contest)
    assert list(found) == [room.one.id]


def written(room: Room, reading: Reading, **more: object) -> int:
    with room.write() as (session, contest):
        return interactions.write_down(
            session, contest, room.one.code, reading, taken_at=CUT_OFF - HOUR, actor=room.first,
            at=room.bench.clock.now(), **more,  # type: ignore[arg-type]
        ).id


def test_a_reading_may_lack_its_reactions_but_must_say_something(room: Room) -> None:
    for reading in (Reading(shares=4), Reading(comments=0), Reading(5)):
        written(room, reading)
    with pytest.raises(Invalid, match="no number"):
        written(room, Reading())
    assert room.rows(Snapshot) == 3


def test_a_slip_is_mended_in_the_same_minute_with_the_same_screenshot(room: Room) -> None:
    with room.write() as (session, contest):
        proof = evidence.keep(
            session, contest, "a" * 64, kind="screenshot", filename="c.png", size=1,
            actor=room.first, at=room.bench.clock.now(),
        ).id
    for more in ({"evidence": True}, {}):
        for reactions in (930, 93):
            with room.write() as (session, contest):
                kept = session.get_one(Evidence, proof) if more else None
                interactions.write_down(
                    session, contest, room.one.code, Reading(reactions), taken_at=CUT_OFF - HOUR,
                    actor=room.first, at=room.bench.clock.now(), evidence=kept,
                )
        assert room.official()[room.one.id].reactions == 93
