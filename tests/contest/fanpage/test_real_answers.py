"""Posting on a Page that answers as real ones do: every switch of the simulator, on both routes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.models import Publication
from contest.services.fanpage import publishing, waiting
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Visits
from tests.contest.fanpage.test_page_views import POSTS, text
from tests.contest.posting import Bench

PUBLISHED = ("published", "published")
FAILED = ("failed", "approved")
SWITCHES: list[dict[str, object]] = [
    {}, {"post_id": "full"}, {"bare_error": 100}, {"shares": "told"}, {"reels": "route"},
    {"permalink": "absolute"}, {"copyright": "complete"}, {"start": "zero"}, {"start": "skip"},
    {"offset_error": "data"}, {"offset_error": "text"}, {"bytes_name": "bytes_transferred"},
    {"owner": "absent"}, {"foreign": "told"}, {"refused_fields": "shares"}, {"paging": "address"},
    {"numbers": "text"}, {"start": "zero", "offset_error": "text", "numbers": "text"},
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing of what a Page answers."""
    return sqlite_url


@pytest.mark.usefixtures("route")
@pytest.mark.parametrize("switches", SWITCHES, ids=lambda values: "-".join(map(str, values)))
def test_every_answer_ends_in_one_post_and_one_reading_a_clip(
    bench: Bench, simulator: SimulatorProcess, switches: dict[str, object]
) -> None:
    simulator.answers(**switches)
    simulator.fault("transfer", "reset_at", bytes=700, keep=True)
    simulator.fault("finish", "error_after")
    entries = bench.planned(2)
    bench.at_release()
    bench.work()
    assert [bench.state(submission) for submission in entries] == [PUBLISHED] * 2
    assert len(simulator.posts()) == 2
    assert bench.readings() == sorted(submission.code for submission in entries)
    assert {bench.publication(submission).permalink for submission in entries} == {
        post["permalink"] for post in simulator.posts()
    }


@pytest.mark.usefixtures("route")
@pytest.mark.parametrize("kind", ["permission", "invalid_input"])
def test_a_status_that_is_refused_fails_no_post(
    bench: Bench, simulator: SimulatorProcess, kind: str
) -> None:
    simulator.fault("status", kind, times=3)
    [submission] = bench.planned()
    bench.at_release()
    bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)
    assert bench.readings() == [submission.code]


@pytest.mark.usefixtures("route")
def test_a_post_whose_status_nobody_tells_ends_with_a_person(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("status", "error_before", times=5000)
    simulator.fault("posts", "error_before", times=5000)
    [submission] = bench.planned()
    bench.at_release()
    bench.work(jumps=400)
    assert bench.state(submission) == FAILED
    assert "mở Trang" in bench.publication(submission).error_data["vi"]
    simulator.control("DELETE", "faults")
    bench.decide(submission, "look")
    bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)


@pytest.mark.usefixtures("route")
def test_an_upload_without_progress_ends(bench: Bench, simulator: SimulatorProcess) -> None:
    simulator.fault("transfer", "wrong_offset", times=500)
    [submission] = bench.planned()
    bench.at_release()
    bench.work()
    assert (bench.state(submission), simulator.posts()) == (FAILED, [])
    [fault] = simulator.control("GET", "faults")["faults"]
    assert 500 - fault["remaining"] < 20


@pytest.mark.usefixtures("route")
def test_a_post_id_that_is_told_late_is_read_in_time(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("finish", "no_post_id", polls=3)
    [submission] = bench.planned()
    bench.at_release()
    bench.work()
    assert (bench.state(submission), bench.publication(submission).post_id) == (PUBLISHED, None)
    while not bench.readings():
        assert "Facebook không cho biết video này" in bench.publication(submission).error_data["vi"]
    found = bench.publication(submission)
    assert (found.post_id, found.error) == (simulator.posts()[0]["id"], "")


def test_the_thirty_first_reel_of_a_day_waits_and_says_until_when(
    bench: Bench, simulator: SimulatorProcess, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_A_DAY", 2)
    simulator.answers(routes="reels")
    bench.routes("reels")
    entries = [bench.approved() for _ in range(3)]
    bench.at_release()
    released = bench.clock.now()
    bench.work(until=lambda: len(simulator.posts()) == 2)
    bench.work(jumps=3)
    [waits] = [submission for submission in entries if bench.state(submission) != PUBLISHED]
    assert len(simulator.posts()) == 2
    board = text(visit.role("organiser").get(POSTS))
    assert "thước phim (Reel) trong 24 giờ" in board
    assert "13/6/2023" in board
    bench.work()
    assert (bench.state(waits), len(simulator.posts())) == (PUBLISHED, 3)
    assert bench.clock.now() - released >= timedelta(hours=24)


def test_videos_have_no_such_limit(
    bench: Bench, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_A_DAY", 1)
    [bench.approved() for _ in range(3)]
    bench.at_release()
    bench.work(jumps=10)
    assert len(simulator.posts()) == 3


def test_a_throttle_is_told_on_the_board(
    bench: Bench, simulator: SimulatorProcess, visit: Visits
) -> None:
    simulator.fault("start", "throttle", minutes=30)
    [submission] = bench.planned()
    bench.at_release()
    bench.work(jumps=2, until=lambda: bool(bench.publication(submission).error))
    assert "Facebook yêu cầu chờ đến 08g30" in text(visit.role("organiser").get(POSTS))
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert bench.publication(submission).error == ""


def test_a_session_kept_from_before_with_no_end_goes_on(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """As stored by an earlier version after ``start`` had answered 0..0."""
    [submission] = bench.planned()
    bench.at_release()
    simulator.fault("transfer", "drop")
    bench.work(until=lambda: bench.publication(submission).session_id is not None, jumps=3)
    with bench.platform.db.write() as session:
        row = session.scalars(select(Publication)).one()
        row.offset = row.offset_end = 0
    simulator.answers(start="zero")
    bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)
    assert bench.publication(submission).uploads <= publishing.MAX_UPLOADS
