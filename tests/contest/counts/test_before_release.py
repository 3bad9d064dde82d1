"""A count from before the clip's post is none: typed, at 16:00, or in a file."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contest.errors import Invalid
from contest.models import Contest, Evidence, Publication, Snapshot
from contest.services.counts import share_ledger, sitting
from contest.services.counts.sitting import Typed
from tests.contest.counts.test_count_import import export, own
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, LINK, Room, ledger, room, template

__all__ = ["room"]
RELEASE = datetime.fromisoformat("2023-06-12T08:00:00+07:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def posted(room: Room) -> None:
    """Both clips, as they appeared on the Page."""
    for submission in (room.one, room.two):
        posted_at(room, submission, RELEASE + timedelta(seconds=30))


def posted_at(room: Room, submission: object, moment: datetime | None, mode: str = "api") -> None:
    number = room.bench.publication(submission).id  # type: ignore[arg-type]
    with room.write() as (session, _):
        row = session.get_one(Publication, number)
        row.published_at, row.mode, row.release_at = moment, mode, RELEASE


@pytest.mark.parametrize("early", [MINUTE, 3 * HOUR, timedelta(days=400)])
def test_a_typed_one_is_refused_with_what_was_found_and_what_is_allowed(
    room: Room, early: timedelta
) -> None:
    with pytest.raises(Invalid) as refused:
        room.count(room.one, 10, taken_at=RELEASE - early)
    vi, en = refused.value.message("vi"), refused.value.message("en")
    assert "CX1111" in vi and "08g00 ngày 12/6/2023 đến lúc này" in vi and "Hãy sửa" in vi
    assert "before the clip CX1111 was posted" in en
    assert "from 08:00 on 12 June 2023 until now" in en and "Mend the date" in en
    assert room.rows(Snapshot) == 0


def test_the_minute_of_the_post_itself_can_be(room: Room) -> None:
    room.count(room.one, 0, taken_at=RELEASE)
    assert room.official()[room.one.id].reactions == 0


def test_each_clip_has_its_own_moment(room: Room) -> None:
    posted_at(room, room.two, RELEASE + timedelta(days=2))
    room.count(room.one, 10, taken_at=RELEASE + HOUR)
    with pytest.raises(Invalid, match="before the clip CX2222 was posted"):
        room.count(room.two, 10, taken_at=RELEASE + HOUR)


def test_where_the_page_was_not_seen_the_planned_release_counts(room: Room) -> None:
    posted_at(room, room.one, None)
    with pytest.raises(Invalid, match="was posted"):
        room.count(room.one, 10, taken_at=RELEASE - HOUR)


def test_a_link_pasted_days_after_the_post_refuses_nothing_from_before_the_pasting(
    room: Room,
) -> None:
    posted_at(room, room.one, RELEASE + timedelta(days=3), "manual")
    room.count(room.one, 10, taken_at=RELEASE + HOUR)
    with room.write() as (session, contest):
        share_ledger.add(session, contest, "CX1111", "Lan", seen_at=RELEASE + HOUR,
                         actor=room.first, at=room.bench.clock.now())
    with pytest.raises(Invalid, match="was posted"):
        room.count(room.one, 10, taken_at=RELEASE - HOUR)


def test_on_the_screen_of_the_cut_off_a_clock_that_is_days_slow_is_refused(room: Room) -> None:
    with room.write() as (session, contest), pytest.raises(Invalid, match="device's clock"):
        sitting.tell(
            session, contest, Typed("a-1", "CX1111", "shares", 7, RELEASE - HOUR),
            actor=room.first, at=room.bench.clock.now(),
        )
    assert room.rows(Snapshot) == 0


@pytest.mark.parametrize("kind", ["template", "export"])
def test_a_files_rows_are_marked_and_nothing_goes_in(
    room: Room, tmp_path: Path, kind: str
) -> None:
    posted_at(room, room.two, RELEASE - timedelta(days=2))
    path = template(tmp_path / "a.xlsx", ("CX2222", 5, 1, 0), ("CX1111", 5, 1, 0)) \
        if kind == "template" else \
        export(tmp_path / "a.csv", own(room, room.two), own(room, room.one))
    early = RELEASE - HOUR
    plan = room.preview(path, early)
    [problem] = plan.errors
    assert (problem.row, problem.code, plan.usable) == (3, "before_release", False)
    assert "07g00 ngày 12/6/2023, trước khi clip CX1111 được đăng" in problem.message_vi
    assert "07:00 on 12 June 2023" in problem.message_en
    assert "«Số liệu lúc»" in problem.message_vi
    with pytest.raises(Invalid, match="Row 3: the counts are said to be of"):
        room.apply(path, early)
    assert (room.rows(Snapshot), room.rows(Evidence)) == (0, 0)
    assert room.apply(path, CUT_OFF - HOUR) == 2


def test_the_ledger_and_the_counts_mean_the_same_moment(room: Room, tmp_path: Path) -> None:
    posted_at(room, room.one, RELEASE + timedelta(days=1))
    path = ledger(tmp_path / "a.csv", f"CX1111,Lan,{LINK},12/6/2023 15:00")
    with room.write() as (session, contest):
        assert isinstance(contest, Contest)
        plan = share_ledger.preview(session, contest, path, at=room.bench.clock.now(), order="day")
    assert [one.code for one in plan.problems] == ["before_release"]
    with pytest.raises(Invalid, match="was posted"):
        room.count(room.one, 1, taken_at=RELEASE + 7 * HOUR)
