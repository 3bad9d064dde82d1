"""Which clips go onto the Page by themselves, and which by hand: docs/facebook.md."""

from pathlib import Path

import pytest
from sqlalchemy import select

from contest.models import Check, Contest, Submission
from contest.services.core import profiles
from contest.services.fanpage import publishing_modes
from social.simulator.process import SimulatorProcess
from social.values import Route
from tests.contest.conftest import Visits
from tests.contest.fanpage.test_page_views import POSTS, text
from tests.contest.posting import Bench

DOCS = Path(__file__).parents[3] / "docs" / "facebook.md"


VIDEOS, REELS = Route.VIDEOS, Route.REELS
BOTH = frozenset({VIDEOS, REELS})
UNCHECKED = publishing_modes.UNCHECKED
# routes found open; width, height, seconds as displayed; the way, its route; a word of the reason
CASES = (
    (UNCHECKED, 1440, 1080, 240.0, "api", VIDEOS, ""),
    (UNCHECKED, 1080, 1080, 240.0, "api", VIDEOS, ""),
    (UNCHECKED, 1440, 1080, 60.0, "api", VIDEOS, ""),
    (UNCHECKED, 1440, 1080, 2.9, "manual", VIDEOS, "ngắn hơn 3 giây"),
    (UNCHECKED, 1440, 1080, 3.0, "api", VIDEOS, ""),
    (UNCHECKED, 1080, 1920, 90.0, "manual", VIDEOS, "thành thước phim (Reel)"),
    (UNCHECKED, 1080, 1920, 90.1, "manual", VIDEOS, "ngoài mức 3–90 giây"),
    (UNCHECKED, 1080, 1081, 240.0, "manual", VIDEOS, "lần kiểm tra kết nối"),
    (UNCHECKED, None, None, None, "api", VIDEOS, ""),
    (BOTH, 1440, 1080, 240.0, "api", VIDEOS, ""),
    (BOTH, 1080, 1080, 30.0, "api", VIDEOS, ""),
    (BOTH, 1080, 1920, 80.0, "api", REELS, ""),
    (BOTH, 1080, 1920, 240.0, "api", REELS, ""),
    (BOTH, 1080, 1920, 2.0, "manual", REELS, "ngắn hơn 3 giây"),
    (frozenset({REELS}), 1440, 1080, 240.0, "api", REELS, ""),
    (frozenset({REELS}), 1080, 1080, 60.0, "api", REELS, ""),
    (frozenset({REELS}), 1080, 1920, 60.0, "api", REELS, ""),
    (frozenset({REELS}), None, None, None, "api", REELS, ""),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of server changes nothing here."""
    return sqlite_url


def test_a_clips_shape_and_length_choose_its_way(bench: Bench) -> None:
    submission = bench.make.submission(bench.make.unit(bench.contest), "approved")
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        check = session.scalars(select(Check).where(Check.version_id == row.version_id)).one()
        for open_, width, height, seconds, mode, route, word in CASES:
            facts = {"display_width": width, "display_height": height, "duration_s": seconds}
            check.report = {**check.report, "facts": facts}
            profile = profiles.profile_of(row.contest)
            found, why = publishing_modes.publishing_mode(profile, row, open_)
            assert publishing_modes.route_of(row, open_) is route, facts
            assert (found, sorted(why)) == (mode, ["en", "vi"] if word else []), facts
            assert word in why.get("vi", ""), facts


def test_what_the_check_finds_out_is_remembered_and_the_newest_counts(bench: Bench) -> None:
    def known() -> frozenset[Route]:
        with bench.platform.db.read() as session:
            return publishing_modes.routes(session, session.get_one(Contest, bench.contest.id))

    assert known() == UNCHECKED
    for found, open_ in (
        ((), UNCHECKED), (("videos", "reels"), BOTH), (("reels",), frozenset({REELS})),
        ((), frozenset({REELS})),  # a check that could not ask
    ):
        bench.routes(*found)
        assert known() == open_


def test_a_portrait_clip_is_posted_as_a_reel_once_the_check_has_found_that_route(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission, late = bench.upright(), bench.upright()
    assert bench.publication(submission).mode == "manual"
    bench.at_release()
    bench.work(jumps=3)
    assert simulator.posts() == []
    bench.routes("videos", "reels")
    bench.work()
    assert [bench.state(one) for one in (submission, late)] == [("published", "published")] * 2
    assert {post["permalink"].split("/")[3] for post in simulator.posts()} == {"reel"}
    assert bench.readings() == sorted([submission.code, late.code])


def test_the_board_tells_why_a_clip_is_posted_by_hand(bench: Bench, visit: Visits) -> None:
    submission = bench.upright()
    organiser = visit.role("organiser")
    assert "thành bản nháp không ai xem được. Hãy đăng bằng tay" in text(organiser.get(POSTS))
    assert "On Facebook it becomes a Reel." in text(organiser.english().get(POSTS))
    bench.at_release()
    bench.work(jumps=3)
    assert bench.state(submission) == ("waiting", "approved")
    assert "Dán liên kết bài đã đăng" in text(visit.role("organiser").get(POSTS))


def test_the_limits_of_a_reel_are_in_the_documentation() -> None:
    low, high = publishing_modes.REEL_SECONDS
    assert f"{low} to {high} seconds" in DOCS.read_text()
