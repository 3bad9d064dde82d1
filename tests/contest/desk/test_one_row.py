"""The organisers' rooms stand in one row at 1280 px in both languages; what destroys is smaller
than the main action; counts by hour and the disk are drawn of what is stored."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from contest.clock import FixedClock
from contest.languages import COOKIE
from contest.models import Contest, Snapshot, Submission
from contest.services.core import profiles
from contest.services.desk import charts
from contest.services.entry import submissions
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import TIME

DESK = "/c/quan11-2023/organiser"


@pytest.mark.browser
def test_the_rooms_stand_in_one_row_and_a_decision_is_previewed(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> None:
    make.submission(make.unit(contest, "Phường 2"), "in_review", title="Một ngày số")
    token = make.staff_token(make.user("organiser", contest=contest))
    with browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page = context.new_page()
        rooms = []
        for language in ("vi", "en"):
            context.add_cookies([{"name": COOKIE, "value": language, "url": address}])
            page.goto(f"{DESK}/entries")
            rooms.append(page.locator(".nav li").last.inner_text())
            assert page.evaluate("document.querySelector('.nav ul').offsetHeight") < 60
        assert rooms == ["Nhật ký", "Activity"]
        page.get_by_label("Choose Một ngày số").check()
        page.get_by_label("What to do with the ticked rows").select_option("disqualify")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name="1 row to be disqualified")).to_be_visible()
        act = page.get_by_role("button", name="Disqualify")
        small, usual = (
            float(page.evaluate("one => parseFloat(getComputedStyle(one).fontSize)", element))
            for element in (act.element_handle(), page.locator("textarea").element_handle())
        )
        assert small < usual


def test_counts_by_hour_are_what_the_readings_added(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    clips = [make.submission(make.unit(contest), "published") for _ in range(2)]
    profile = profiles.profile_of(contest)
    for clip, minutes, reactions, shares in (
        (clips[0], 0, 10, None), (clips[0], 70, 17, 2), (clips[0], 200, 15, 5),
        (clips[1], 10, 1, 0), (clips[1], 75, 4, 0), (clips[1], 76, None, 3),
        (clips[1], 190, 6, None),
    ):
        moment = TIME + timedelta(minutes=minutes)
        make.add(Snapshot(submission_id=clip.id, taken_at=moment, source="manual", shares=shares,
                          reactions=reactions, created_by="user:1", created_at=moment))
    with platform.db.read() as session:
        found = charts.by_hour(session, contest, profile, at=TIME + timedelta(hours=5))
        assert charts.stored(session, contest) > 0
    assert [(hour.hour, count) for hour, count in found] == [(16, 0), (17, 13), (18, 0), (19, 5)]


def test_what_is_drawn_is_kept_until_something_is_recorded(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    clip, profile = make.submission(make.unit(contest), "published"), profiles.profile_of(contest)
    actor, at = make.actor(make.user("organiser", contest=contest)), TIME + timedelta(hours=5)
    with platform.db.read() as session:
        first = charts.drawn(session, contest, profile, at=at)
        assert charts.drawn(session, contest, profile, at=at + timedelta(seconds=1)) is first
        assert charts.drawn(session, contest, profile, at=at + timedelta(minutes=1)) is not first
    with platform.db.write() as session:
        submissions.disqualify(
            session, session.get_one(Submission, clip.id), reason="Sai thể lệ", actor=actor, at=at)
    with platform.db.read() as session:
        found = charts.drawn(session, contest, profile, at=at)
    assert (first.entries, found.entries) == ({"published": 1}, {"disqualified": 1})
