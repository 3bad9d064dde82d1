"""One share told twice is one, however its link is spelled: typed, imported, or one of each."""

from pathlib import Path

import pytest

from contest.errors import Invalid
from contest.models import Contest, ShareRecord
from contest.services.counts import anomalies, ledger_accounts, share_ledger
from social.anomalies import Flag
from tests.contest.counts.test_cap_per_day import daily
from tests.contest.counts.test_fields import points
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, ledger, room
from tests.contest.counts.test_ledger_lines import add, say, void

__all__ = ["daily", "room"]
POST = "123456789012345"
SPELLINGS = [
    f"https://www.facebook.com/lan.nguyen/posts/{POST}",
    f"http://m.facebook.com/lan.nguyen/posts/{POST}/?__tn__=-R&mibextid=Nif5oz",
    f"https://m.facebook.com/story.php?story_fbid={POST}&id=100001&fbclid=IwAR",
    f"https://web.facebook.com/permalink.php?id=100001&story_fbid={POST}&__cft__[0]=AZX",
]


@pytest.fixture
def ninety(room: Room) -> Room:
    """A clip with 100 reactions and 90 shares."""
    room.count(room.one, 100, taken_at=CUT_OFF - HOUR, shares=90)
    return room


def lines(*links: str) -> list[str]:
    return [f'CX1111,Lan,"{link}",18/6/2023 9:00' for link in links]


def test_typed_twice_it_is_one(ninety: Room) -> None:
    for link in SPELLINGS:
        add(ninety, link=link)
    say(ninety, "complete")
    assert ninety.official()[ninety.one.id].ledger == [("Lan", 1)]
    assert points(ninety) == 100 + 2


def test_imported_twice_it_is_one_in_one_file_and_in_two(ninety: Room, tmp_path: Path) -> None:
    assert ninety.ledger(ledger(tmp_path / "a.csv", *lines(*SPELLINGS[:3]))) == 1
    assert ninety.rows(ShareRecord) == 1
    assert ninety.ledger(ledger(tmp_path / "b.csv", *lines(SPELLINGS[3]))) == 0
    assert ninety.official()[ninety.one.id].ledger == [("Lan", 1)]
    assert points(ninety) == 102


def test_typed_and_imported_it_is_one_and_a_void_line_leaves_the_other(
    ninety: Room, tmp_path: Path
) -> None:
    typed = add(ninety, link=SPELLINGS[1])
    ninety.ledger(ledger(tmp_path / "a.csv", *lines(SPELLINGS[0], "https://fb.com/share/p/1Ab/")))
    assert points(ninety) == 100 + 4
    void(ninety, typed)
    assert points(ninety) == 100 + 4


def test_two_coded_links_are_two_for_they_cannot_be_decoded(ninety: Room, tmp_path: Path) -> None:
    ninety.ledger(ledger(tmp_path / "a.csv", *lines(
        SPELLINGS[0], "https://www.facebook.com/lan.nguyen/posts/pfbid0AbC?ref=1",
        "https://m.facebook.com/story.php?story_fbid=pfbid0AbC&id=100001",
    )))
    assert ninety.official()[ninety.one.id].ledger == [("Lan", 2)]


def test_with_a_cap_per_day_too(daily: Room, tmp_path: Path) -> None:
    days = [f'CX1111,Lan,"{link}",{day}/6/2023 9:00'
            for day, link in zip((16, 17, 18, 18), SPELLINGS, strict=True)]
    daily.ledger(ledger(tmp_path / "a.csv", *days))
    assert points(daily) == 2


def test_late_and_in_time_in_one_file_it_is_one_and_in_time(ninety: Room, tmp_path: Path) -> None:
    ninety.bench.clock.moment = CUT_OFF + HOUR
    file = ledger(tmp_path / "a.csv", *lines(SPELLINGS[0]),
                  f"CX1111,Lan,{SPELLINGS[1]},19/6/2023 16:30")
    assert ninety.ledger(file, reason="chép lại") == 1
    assert ninety.official()[ninety.one.id].ledger == [("Lan", 1)]


def test_the_preview_names_the_rows_that_tell_a_share_again(room: Room, tmp_path: Path) -> None:
    add(room, link=SPELLINGS[0])
    other = "https://facebook.com/lan/posts/99999999"
    file = ledger(tmp_path / "a.csv", *lines(SPELLINGS[1], other, f"{other}?ref=share"),
                  f"CX1111,Minh,{other}/,18/6/2023 9:00", f"CX2222,Lan,{other},18/6/2023 9:00")
    with room.write() as (session, contest):
        plan = share_ledger.preview(session, contest, file, at=room.bench.clock.now())
    assert [(note.row, note.code) for note in plan.repeats] == [
        (2, "told_again"), (4, "told_again"), (5, "of_another"),
    ]
    assert plan.repeats[0].message_en == (
        "Row 2: this share is in the ledger already; it counts once."
    )
    assert "in row 3 already" in plan.repeats[1].message_en
    assert (plan.usable, plan.repeat_count, plan.rows) == (True, 3, 5)
    assert [(note.row, note.code) for note in plan.elsewhere] == [(6, "of_another_clip")]
    assert plan.elsewhere[0].message_en.startswith(
        "Row 6: this link is told of the clip CX1111 in row 3, but a share is of one clip"
    )


def test_the_preview_names_a_link_that_the_ledger_tells_of_another_clip(
    room: Room, tmp_path: Path
) -> None:
    add(room, link=SPELLINGS[0])
    file = tmp_path / "a.csv"
    file.write_text(f"Mã clip,Người chia sẻ,Ghi chú,Link\nCX-2222,Lan,xong,{SPELLINGS[3]}", "utf-8")
    with room.write() as (session, contest):
        plan = share_ledger.preview(session, contest, file, at=CUT_OFF)
    assert "clip CX1111 trong sổ" in plan.elsewhere[0].message_vi
    assert (plan.usable, plan.repeat_count, plan.elsewhere_count) == (True, 0, 1)
    assert list(plan.unread) == ["Ghi chú"]


def test_a_link_told_of_two_clips_is_a_flag_on_both_until_one_line_is_void(
    ninety: Room, tmp_path: Path
) -> None:
    wrong = add(ninety, link=SPELLINGS[0])
    ninety.ledger(ledger(tmp_path / "a.csv", f"CX2222,Minh,{SPELLINGS[3]},18/6/2023 9:00",
                         "CX2222,Minh,https://facebook.com/minh/posts/99999999,18/6/2023 9:00"))
    one, two = found(ninety)
    assert (one.clip, one.numbers) == (
        "CX1111", {"links": 1, "others": "CX2222", "example": SPELLINGS[0]}
    )
    assert (two.clip, two.key, two.numbers["others"]) == ("CX2222", "two_clips:1:1", "CX1111")
    void(ninety, wrong)
    assert found(ninety) == []


def found(room: Room) -> list[Flag]:
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        flags = anomalies.flags(session, contest)
    return [flag for flag in flags if flag.kind == "two_clips"]


def test_a_ledger_beyond_what_is_compared_still_counts_each_share_once(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_accounts, "COMPARED", 2)
    many = [f"https://facebook.com/lan/posts/1000{n}" for n in range(5)]
    file = ledger(tmp_path / "a.csv", *lines(*many, *(f"{link}?ref=1" for link in many)))
    with room.write() as (session, contest):
        assert share_ledger.preview(session, contest, file, at=CUT_OFF).repeats == []
    assert room.ledger(file) == 5


def test_a_typed_line_knows_the_earlier_one(room: Room) -> None:
    first = add(room, link=SPELLINGS[0])
    again, another = add(room, link=SPELLINGS[2]), add(room, "Minh", link=SPELLINGS[3])
    alone = add(room, link="https://facebook.com/lan/posts/99999999")
    without = add(room)
    with room.write() as (session, _):
        kept = [session.get_one(ShareRecord, n) for n in (first, again, another, alone, without)]
        told = ledger_accounts.told_before(session, kept)
        assert {number: line.id for number, line in told.items()} == {again: first, another: first}


def test_a_link_too_long_because_of_tracking_is_taken_and_another_is_refused(room: Room) -> None:
    add(room, link=f"{SPELLINGS[0]}?__cft__[0]={'A' * 700}")
    with room.write() as (session, _):
        [line] = share_ledger.lines_of(session, room.one, most=9)
        assert line.link == SPELLINGS[0]
    with pytest.raises(Invalid, match="at most 500 characters"):
        add(room, link=f"https://example.vn/{'a' * 600}")
