"""Subtitles from the unit's file to the public player: who puts them there, and who sees them."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from contest.clock import FixedClock
from contest.errors import Conflict, NotAllowed
from contest.models import Captions, Contest, Derivative, Submission
from contest.services.captions import captions
from contest.services.privacy import stored_files
from contest.services.rules import toml_editing
from contest.wiring import Platform
from tests.browsing import sticks_out, wait_for
from tests.contest.conftest import WHILE_OPEN, Client, Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER
from tests.e2e.auditors import html_faults

SRT = b"1\n00:00:01,000 --> 00:00:03,000\nXin ch\xc3\xa0o <b>Qu\xe1\xba\xadn 11</b>\n"
SAID = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nXin chào Quận 11\n"


@pytest.fixture
def here(make: Factory) -> Contest:
    """A contest whose clips are watched on its own pages."""
    return make.contest(
        "xem-o-day", edit=lambda text: toml_editing.edited(text, {"publication.watch_here": True}))


def sent(browser: Client, place: str, content: bytes = SRT, language: str = "vi") -> int:
    file = {"language": language, "file": (BytesIO(content), "phu-de.srt")}
    return browser.post(place, data=file, content_type="multipart/form-data").status_code


def test_a_unit_sends_them_with_its_clip_and_reviewers_see_them(
    make: Factory, here: Contest, visit: Visits, clock: FixedClock, platform: Platform
) -> None:
    clock.moment = WHILE_OPEN
    unit = make.unit(here)
    clip = make.submission(unit, "in_review")
    browser, entry = visit.unit(unit), f"/c/{here.slug}/unit/entries/{clip.code}"
    place = f"{entry}/captions"
    assert f'href="{place}"' in browser.get(entry).text and "Thêm phụ đề" in browser.get(entry).text
    assert sent(browser, place, b"khong phai phu de") == 422
    assert sent(browser, place, SRT.replace(b"00:00:03", b"00:09:03")) == 422  # longer than it is
    assert (sent(browser, place), sent(browser, place)) == (303, 303)
    assert sent(browser, place, language="en") == 303
    page = browser.get(place).text
    assert "Xin chào Quận 11" in page and page.count("<p>1 câu phụ đề.</p>") == 2
    reviewer = visit.user(make.user("reviewer", contest=here))
    track = f"/c/{here.slug}/media/{clip.code}/1/captions-vi.vtt"
    assert reviewer.get(track).text == SAID == browser.get(track).text
    assert reviewer.get(track).headers["Content-Type"].startswith("text/vtt")
    assert visit.unit(make.unit(here)).get(track).status_code == 404
    assert browser.post(f"{place}/en/drop").status_code == 303
    assert browser.get(track.replace("vi.vtt", "en.vtt")).status_code == 404
    assert sent(visit.unit(make.unit(here)), place) == 404
    with platform.db.write() as session:
        [kept] = session.scalars(select(Captions))
        assert kept.data == {"cues": [[1000, 3000, "Xin chào Quận 11"]]}
        submission = session.get_one(Submission, clip.id)
        stored_files.drop_clip(session, submission, clock.moment)  # they go with the clip
        assert session.scalars(select(Captions)).all() == []


def test_after_the_approval_only_organisers_do_and_where_nobody_watches_nobody(
    make: Factory, here: Contest, contest: Contest, visit: Visits, platform: Platform
) -> None:
    clip = make.submission(make.unit(here), "approved")
    elsewhere = make.submission(make.unit(contest), "in_review")
    unit, organiser = visit.unit(clip.unit), visit.user(make.user("organiser", contest=here))
    assert sent(unit, f"/c/{here.slug}/unit/entries/{clip.code}/captions") == 409
    page = unit.get(f"/c/{here.slug}/unit/entries/{clip.code}/captions").text
    assert "Ban Tổ chức thêm phụ đề giúp" in page and 'name="file"' not in page
    place = f"/c/{here.slug}/organiser/entries/{clip.code}"
    assert f'href="{place}/captions"' in organiser.get(place).text
    assert sent(organiser, f"{place}/captions") == 303
    trail = organiser.get(f"/c/{here.slug}/organiser/activity").text
    assert "Nhận phụ đề" in trail
    own = f"/c/{contest.slug}/unit/entries/{elsewhere.code}"
    assert sent(visit.unit(elsewhere.unit), f"{own}/captions") == 409
    assert "phụ đề" not in visit.unit(elsewhere.unit).get(own).text
    people = {role: make.actor(make.user(role, contest=here))
              for role in ("organiser", "reviewer", "juror")}
    with platform.db.write() as session:
        row = session.get_one(Submission, clip.id)
        for role in ("reviewer", "juror"):
            with pytest.raises(NotAllowed):
                captions.keep(session, row, "vi", SRT, actor=people[role], at=make.at)
        row.state = "withdrawn"
        with pytest.raises(Conflict):
            captions.keep(session, row, "vi", SRT, actor=people["organiser"], at=make.at)


@pytest.mark.browser
def test_the_public_player_has_them_from_the_release_on(
    make: Factory, here: Contest, visit: Visits, clock: FixedClock, *, browser: Browser,
    address: str, tmp_path: Path
) -> None:
    clip = make.submission(make.unit(here), "published")
    page, track = f"/c/{here.slug}/clips/{clip.code}", "captions-vi.vtt"
    make.add(Derivative(version_id=clip.version_id, kind="rendition", sha256="a" * 64, size=1,
                        media_type="video/mp4", created_at=make.at))
    make.add(Captions(version_id=clip.version_id, language="vi", created_by="user:1",
                      data={"cues": [[1000, 3000, "Xin chào Quận 11"]]}, created_at=make.at))
    clock.moment = WHILE_OPEN
    assert visit.public().get(f"{page}/{track}").status_code == 409  # as the film itself
    clock.moment = AFTER
    assert visit.public().get(f"{page}/{track}").text == SAID
    assert visit.public().get(f"{page}/captions-en.vtt").status_code == 404
    own = f"/c/{here.slug}/organiser/entries/{clip.code}/captions"
    token = make.staff_token(make.user("organiser", contest=here))
    with browser.new_context(viewport={"width": 320, "height": 844}) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        seen = context.new_page()
        for name, path in (("own", own), ("public", page)):
            answer = seen.goto(f"{address}{path}")
            assert answer is not None
            (tmp_path / f"{name}.html").write_bytes(answer.body())
            assert sticks_out(seen) <= 0, path
        assert html_faults(sorted(tmp_path.glob("*.html")), tmp_path / "told.json") == []
        wait_for(seen, "[...document.querySelector('video').textTracks].some((one) => "
                       "one.mode === 'showing' && one.label === 'Tiếng Việt')")
        wait_for(seen, "document.querySelector('video').textTracks[0].cues?.length === 1")
    with make.platform.db.write() as session:
        session.get_one(Submission, clip.id).state = "disqualified"
        session.get_one(Submission, clip.id).state_reason = "Không đúng thể lệ."
    assert visit.public().get(f"{page}/{track}").status_code == 404
