"""Long contests: a page of a list at a time, what is looked for found by the database, and what is
kept between visits never older than the counts."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from contest.models import Contest, Publication, ShareRecord, Snapshot
from contest.services.core import pagination
from contest.services.counts import anomalies, interactions, ledger_statements, share_ledger
from contest.services.fanpage import board
from tests.contest.conftest import Visits
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, two_posted
from tests.contest.fanpage.test_page_views import COUNTS, LEDGER, POSTS, text
from tests.contest.posting import Bench
from tests.contest.stage import Build

ODD = "/c/quan11-2023/organiser/anomalies"
MORE = pagination.ROWS + 5


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


@pytest.fixture
def many(bench: Bench, built: Build) -> list[int]:
    """More posted clips than a page holds, in the order of their release; publications' ids."""
    made: list[int] = built(("many", bench.contest.revision_id), lambda: _many(bench))
    return made


def _many(bench: Bench) -> list[int]:
    unit = bench.make.unit(bench.contest, "Đoàn Phường 5")
    codes = [f"CX{number:04}" for number in range(1, MORE + 1)]
    for code in codes:
        bench.make.submission(unit, "published", code=code, title=f"Clip {code}")
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        posted = interactions.posted(session, contest)
        for place, clip in enumerate(sorted(posted, key=lambda clip: clip.code), start=1):
            session.get_one(Publication, clip.publication_id).position = place
    return [clip.publication_id for clip in sorted(posted, key=lambda clip: clip.code)]


@pytest.mark.parametrize("path", [COUNTS, LEDGER, POSTS, "/c/quan11-2023/clips"])
def test_a_list_goes_on_on_the_next_page_and_can_be_searched(
    many: list[int], visit: Visits, path: str
) -> None:
    browser = visit.role("organiser")
    first, second = (text(browser.get(f"{path}?page={number}")) for number in (1, 2))
    last = f"Clip CX{MORE:04}"
    assert "Clip CX0001" in first and last not in first
    assert last in second and "Clip CX0001" not in second
    found = text(browser.get(f"{path}?q=cx{MORE:04}"))
    assert last in found and "Clip CX0001" not in found
    assert "Không có clip nào như vậy" in text(browser.get(f"{path}?q=khong-co"))


def listed(room: Room, show: str, words: str = "") -> list[str]:
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        found = interactions.listed(session, contest, show=show, words=words)
        assert found.total == len(found.rows)
        return [one.submission.code for one in found.rows]


def test_the_clips_behind_a_blocker_are_found_by_the_database(room: Room, visit: Visits) -> None:
    assert listed(room, "missing") == listed(room, "") == ["CX1111", "CX2222"]
    assert listed(room, "missing", "cx22") == listed(room, "ledger_none", "cx22") == ["CX2222"]
    room.count(room.one, 300, taken_at=CUT_OFF - HOUR)
    assert [listed(room, f"missing{field}") for field in ("", "_reactions", "_shares")] == [
        ["CX2222"], [], ["CX1111"]
    ]
    room.count(room.two, None, shares=0, taken_at=CUT_OFF - HOUR)
    assert listed(room, "missing_reactions") == ["CX2222"]
    assert listed(room, "unverified") == ["CX1111"]
    with room.write() as (session, contest):
        share_ledger.add(session, contest, "CX1111", "Hà", actor=room.first,
                         seen_at=CUT_OFF - HOUR, at=room.bench.clock.now())
    assert listed(room, "ledger_partial") == ["CX1111"]
    with room.write() as (session, contest):
        ledger_statements.say(session, contest, "CX1111", "complete", actor=room.first,
                              at=room.bench.clock.now())
        blockers = interactions.blockers(session, contest, at=room.bench.clock.now())
    assert listed(room, "ledger_complete") == ["CX1111"]
    assert listed(room, "missing_shares") == listed(room, "unverified") == []
    assert [(one.code, one.values) for one in blockers if one.values] == [
        ("interactions.missing_reactions", {"show": "missing_reactions"})
    ]
    page = text(visit.role("organiser").get(f"{COUNTS}?show=missing_reactions"))
    assert "CX2222" in page and "CX1111" not in page
    page = text(visit.role("organiser").get(f"{LEDGER}?show=ledger_partial"))
    assert "Không có clip nào như vậy" in page


def test_flags_are_narrowed_by_kind_and_by_words(room: Room, visit: Visits) -> None:
    room.count(room.one, 300, taken_at=CUT_OFF - HOUR)
    room.count(room.two, 200, shares=300, taken_at=CUT_OFF - HOUR)
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        found = anomalies.listed(session, contest, kind="round", words="cx22")
        assert {one.submission.code for one in found.rows} == {"CX2222"}
        assert {one.flag.kind for one in found.rows} == {"round"}
        assert (found.open, dict(found.kinds)) == (2, {"round": 3, "shares_ratio": 1})
        assert anomalies.listed(session, contest, words="khong-co").rows == []
    page = text(visit.role("organiser").get(f"{ODD}?show=shares_ratio&q=CX2222"))
    assert "Chia sẻ nhiều hơn cảm xúc (1)" in page and "CX1111" not in page
    assert "Không có dấu hiệu nào như vậy" in text(visit.role("organiser").get(f"{ODD}?q=khong"))


def test_a_form_that_comes_back_shows_its_clip_wherever_it_stands(
    many: list[int], bench: Bench, visit: Visits
) -> None:
    with bench.platform.db.write() as session:
        session.get_one(Publication, many[-1]).state = "failed"
    answer = visit.role("organiser").post(f"{POSTS}/{many[-1]}/again")
    assert answer.status_code == 422
    assert f"Clip CX{MORE:04}" in text(answer)
    assert "page=1" in answer.get_data(as_text=True)
    found = text(visit.role("organiser").get(f"{POSTS}?state=failed"))
    assert f"Clip CX{MORE:04}" in found and "Clip CX0001" not in found


def test_a_clip_is_typed_where_there_are_too_many_to_choose_from(
    many: list[int], bench: Bench, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.at_release()
    browser = visit.role("organiser")
    assert "<option value=\"CX0001\">" in browser.get(f"{COUNTS}/write").get_data(as_text=True)
    monkeypatch.setattr("contest.views.organiser.interactions.MOST_CHOICES", MORE - 1)
    page = browser.get(f"{COUNTS}/write?code=CX0003").get_data(as_text=True)
    assert "<option" not in page.split("<main", 1)[1] and 'value="CX0003"' in page
    data = {"code": "cx0003", "reactions": "7", "taken_at": "2023-06-12T08:00"}
    assert browser.post(f"{COUNTS}/write", data=data).status_code == 303
    assert browser.post(f"{COUNTS}/write", data={**data, "code": "CX9999"}).status_code == 404


def open_flags(room: Room) -> list[str]:
    """As a visitor of the page sees them, from what is kept."""
    with room.bench.platform.db.read() as session:
        contest = session.get_one(Contest, room.bench.contest.id)
        found = [flag.key for flag in anomalies.flags(session, contest)]
        assert anomalies.open_count(session, contest) == len(found)
    return found


def test_flags_that_are_kept_follow_every_count_and_share(room: Room) -> None:
    assert open_flags(room) == []
    room.count(room.one, 300, taken_at=CUT_OFF - 2 * HOUR)
    assert open_flags(room) == ["round:reactions:300"]
    room.count(room.one, 301, taken_at=CUT_OFF - HOUR)
    assert open_flags(room) == []
    for count in range(1, 12):
        with room.write() as (session, contest):
            share_ledger.add(session, contest, room.two.code, "Hà", actor=room.first,
                             seen_at=CUT_OFF - HOUR, at=room.bench.clock.now())
        assert open_flags(room) == ([f"account:hà:{count}"] if count > 9 else [])
    with room.bench.platform.db.write() as session:
        session.execute(insert(ShareRecord).values(
            submission_id=room.one.id, account="Lan", count=30, link="", created_by="user:1",
            seen_at=CUT_OFF - HOUR, created_at=CUT_OFF,
        ))
    assert open_flags(room) == ["account:lan:30", "account:hà:11"]


def test_what_a_transaction_saw_that_was_rolled_back_is_not_kept(room: Room) -> None:
    with pytest.raises(ZeroDivisionError), room.write() as (session, contest):
        session.add(Snapshot(
            submission_id=room.one.id, taken_at=CUT_OFF - HOUR, source="manual", reactions=400,
            created_by="user:1", created_at=CUT_OFF,
        ))
        session.flush()
        assert [f.key for f in anomalies.flags(session, contest)] == ["round:reactions:400"]
        raise ZeroDivisionError
    room.count(room.one, 401, taken_at=CUT_OFF - HOUR - timedelta(minutes=1))
    assert open_flags(room) == []


def test_the_board_counts_what_stands_in_each_state(many: list[int], bench: Bench) -> None:
    with bench.platform.db.write() as session:
        session.get_one(Publication, many[0]).state = "failed"
        contest = session.get_one(Contest, bench.contest.id)
        session.flush()
        assert board.counts(session, contest) == {"failed": 1, "published": MORE - 1}
        assert board.page_of(session, contest, many[-1]) == 2
