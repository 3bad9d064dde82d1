"""Which clips go onto the Page by themselves, and which by hand: docs/facebook.md."""

from pathlib import Path

import pytest
from sqlalchemy import select

from contest.models import Check, Submission
from contest.services.core import profiles
from contest.services.fanpage import publishing_modes
from tests.contest.conftest import Visits
from tests.contest.fanpage.test_page_views import POSTS, text
from tests.contest.posting import Bench

DOCS = Path(__file__).parents[3] / "docs" / "facebook.md"


CASES = (  # width, height, seconds as displayed; the way; a word of the reason
    (1440, 1080, 240.0, "api", ""),
    (1080, 1080, 240.0, "api", ""),
    (1440, 1080, 60.0, "api", ""),
    (1440, 1080, 2.9, "manual", "ngắn hơn 3 giây"),
    (1440, 1080, 3.0, "api", ""),
    (1080, 1920, 90.0, "manual", "thành thước phim (Reel)"),
    (1080, 1920, 90.1, "manual", "ngoài mức 3–90 giây"),
    (1080, 1081, 240.0, "manual", "bản nháp"),
    (None, None, None, "api", ""),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of server changes nothing here."""
    return sqlite_url


def test_a_clips_shape_and_length_choose_its_way(bench: Bench) -> None:
    entry = bench.make.submission(bench.make.unit(bench.contest), "approved")
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, entry.id)
        check = session.scalars(select(Check).where(Check.version_id == row.version_id)).one()
        for width, height, seconds, mode, word in CASES:
            facts = {"display_width": width, "display_height": height, "duration_s": seconds}
            check.report = {**check.report, "facts": facts}
            found, why = publishing_modes.publishing_mode(profiles.profile_of(row.contest), row)
            assert (found, sorted(why)) == (mode, ["en", "vi"] if word else []), facts
            assert word in why.get("vi", ""), facts


def test_the_board_tells_why_a_clip_is_posted_by_hand(bench: Bench, visit: Visits) -> None:
    entry = bench.upright()
    organiser = visit.role("organiser")
    assert "thành bản nháp không ai xem được. Hãy đăng bằng tay" in text(organiser.get(POSTS))
    assert "On Facebook it becomes a Reel." in text(organiser.english().get(POSTS))
    bench.at_release()
    bench.work(jumps=3)
    assert bench.state(entry) == ("waiting", "approved")
    assert "Dán liên kết bài đã đăng" in text(visit.role("organiser").get(POSTS))


def test_the_limits_of_a_reel_are_in_the_documentation() -> None:
    low, high = publishing_modes.REEL_SECONDS
    assert f"{low} to {high} seconds" in DOCS.read_text()
