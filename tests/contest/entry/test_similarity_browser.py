"""Two clips side by side in a real browser: a stretch takes both to their own second."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from contest.models import Contest, Derivative, SimilarPair, Submission
from tests.contest.factory import Factory
from tests.media_checks import corpus

pytestmark = pytest.mark.browser
PLACES = "['here', 'there'].map((id) => document.getElementById(id).currentTime)"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def pair(make: Factory, contest: Contest, tmp_path: Path) -> Submission:
    """Two entries whose clips share four seconds, 2 s into the one and 5 s into the other."""
    clip = tmp_path / "clip.mp4"
    corpus.kept_copy(clip, seconds=12, more=("-movflags", "+faststart"))
    entries = [make.submission(make.unit(contest), clip=clip) for _ in range(2)]
    for submission in entries:
        version = submission.version
        assert version is not None
        make.add(Derivative(
            version_id=version.id, kind="rendition", sha256=version.sha256, size=version.size,
            media_type="video/mp4", created_at=make.at,
        ))
    stretch = {"start": 2.0, "other": 5.0, "seconds": 4.0, "differ": 0.1}
    make.add(SimilarPair(
        version_id=entries[1].version_id, other_id=entries[0].version_id, kind="picture",
        score=0.4, data={"picture": [stretch], "sound": []}, created_at=make.at,
    ))
    return entries[1]


@pytest.fixture
def page(browser: Browser, address: str, make: Factory, contest: Contest) -> Iterator[Page]:
    user = make.user("reviewer", contest=contest)
    context = browser.new_context(base_url=address)
    context.add_cookies(
        [{"name": "hoithi_staff", "value": make.staff_token(user), "url": address}]
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def test_a_stretch_takes_both_to_their_own_second(page: Page, pair: Submission) -> None:
    page.goto(f"/c/quan11-2023/review/{pair.code}/copies/1")
    page.get_by_role("link", name="Phát cả hai từ 0:02–0:06 và 0:05–0:09").first.click()
    page.wait_for_function(f"{PLACES}[0] >= 2 && {PLACES}[1] >= 5")
    here, there = page.evaluate(PLACES)
    assert there - here == pytest.approx(3, abs=1.5)  # each plays on its own
    assert page.evaluate("document.getElementById('there').muted")
    page.get_by_role("button", name="Phát cả hai").click()
    page.wait_for_function("document.getElementById('here').paused")
