"""A unit sees what is wrong: the frame where it begins, the finding and the remedy together."""

from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.models import Check, Contest, Derivative, Submission
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

TILES = [{"at": at, "x": 160 * n, "y": 0, "width": 160, "height": 120}
         for n, at in enumerate((0.0, 60.0, 120.0))]


def _failing(make: Factory, contest: Contest, **finding: Any) -> Submission:
    """An entry whose check found this, with a contact sheet of three frames."""
    submission = make.submission(make.unit(contest), "needs_fix")
    made = {"rule": "black", "level": "hard", "outcome": "fail", "message_vi": "Hình đen.",
            "message_en": "Black.", "remedy_vi": "Cắt bỏ đoạn đen.", "remedy_en": "Cut it."}
    with make.platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == submission.version_id)
        ).one()
        check.report = check.report | {"findings": [made | finding]}
        session.add(
            Derivative(
                version_id=submission.version_id, kind="sheet", sha256="a" * 64, size=9,
                created_at=make.at, media_type="image/jpeg",
                data={"width": 480, "height": 120, "tiles": TILES},
            )
        )
    return submission


def _page(visit: Visits, submission: Submission) -> BeautifulSoup:
    answer = visit.unit(submission.unit).get(f"/c/quan11-2023/unit/entries/{submission.code}")
    return BeautifulSoup(answer.text, "html.parser")


def test_the_frame_where_it_begins_stands_beside_the_remedy(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    submission = _failing(make, contest, at=[[58.0, 63.0]])
    page = _page(visit, submission)
    finding = page.select_one(".finding--still")
    assert finding.svg["viewbox"] == "160 0 160 120"
    assert finding.image["href"].endswith(f"/media/{submission.code}/1/sheet")
    assert "Tại 1:00" in finding.text
    assert "Cắt bỏ đoạn đen." in finding.text
    parts = [section.get("aria-labelledby") for section in page.select("main section")]
    assert parts.index("findings") < parts.index("receipt")


def test_what_lasts_for_the_whole_clip_shows_its_middle(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    page = _page(visit, _failing(make, contest, rule="aspect_ratio"))
    assert page.select_one(".finding--still").svg["viewbox"] == "160 0 160 120"


def test_a_sound_shows_no_picture(make: Factory, contest: Contest, visit: Visits) -> None:
    page = _page(visit, _failing(make, contest, rule="audio_level"))
    assert page.select_one(".finding")
    assert not page.select(".finding--still")
