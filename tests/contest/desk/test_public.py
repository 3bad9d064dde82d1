"""What everybody sees: phases, clips on the Page, rules in plain words, calendar."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar

from contest.clock import FixedClock
from contest.models import Contest
from contest.services.core import profiles
from contest.services.desk import calendar, public
from contest.services.desk.public import Phase
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2023-05-24T23:59:59", Phase.BEFORE),
        ("2023-05-25T00:00:00", Phase.ENTRIES),
        ("2023-06-10T23:59:59", Phase.ENTRIES),
        ("2023-06-11T00:00:00", Phase.REVIEW),
        ("2023-06-12T08:00:00", Phase.PUBLICITY),
        ("2023-06-19T15:59:59", Phase.PUBLICITY),
        ("2023-06-19T16:00:00", Phase.CLOSING),
    ],
)
def test_phase_changes_at_the_plans_instants(contest: Contest, moment: str, phase: Phase):
    assert public.phase_of(profiles.profile_of(contest), at=at(moment)) == phase


def test_a_published_result_is_the_last_phase(contest: Contest):
    profile = profiles.profile_of(contest)
    steps = public.steps(profile, at=at("2023-06-20T09:00:00"), published=True)
    assert [step.state for step in steps] == ["done", "done", "done", "done", "now"]


def test_only_clips_on_the_page_are_shown(make: Factory, contest: Contest, platform: Platform):
    unit = make.unit(contest, "Đoàn Phường 1")
    shown = make.submission(unit, "published", title="Đã đăng")
    for state in ("approved", "in_review", "disqualified", "withdrawn"):
        make.submission(unit, state)
    with platform.db.read() as session:
        found = public.clips(session, contest)
    assert [(clip.code, clip.title, clip.unit) for clip in found] == [
        (shown.code, "Đã đăng", "Đoàn Phường 1")
    ]


def test_a_clip_page_tells_nothing_of_its_contact(make: Factory, contest: Contest, visit: Visits):
    submission = make.submission(make.unit(contest), "published")
    page = visit.public().get(f"/c/quan11-2023/clips/{submission.code}")
    assert page.status_code == 200
    assert submission.title in page.text
    for secret in (submission.contact_name, submission.contact_phone, submission.contact_email):
        assert secret not in page.text


def test_a_clip_that_is_not_on_the_page_does_not_exist(
    make: Factory, contest: Contest, visit: Visits
):
    submission = make.submission(make.unit(contest), "approved")
    assert visit.public().get(f"/c/quan11-2023/clips/{submission.code}").status_code == 404


def test_the_only_contest_is_the_home_page(visit: Visits):
    assert visit.public().get("/").location == "/c/quan11-2023/"


def test_an_empty_installation_says_how_to_begin(app: Flask):
    page = app.test_client().get("/")
    assert 'href="/setup"' in page.text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Dài từ 3 phút đến 5 phút."),
        ("vi", "Full HD trở lên: ít nhất 1440 × 1080 điểm ảnh."),
        ("vi", "1 lượt chia sẻ = 2 điểm; mỗi tài khoản tính tối đa 2 lượt cho một clip."),
        ("vi", "từ 25/5/2023 đến hết ngày 10/6/2023"),
        ("vi", "16g00 ngày 19/6/2023"),
        ("en", "3 min to 5 min long."),
        ("en", "At most 300 interaction points count for a clip."),
    ],
)
def test_rules_in_plain_words_come_from_the_profile(visit: Visits, language: str, sentence: str):
    client = visit.public().english() if language == "en" else visit.public()
    page = BeautifulSoup(client.get("/c/quan11-2023/rules").text, "html.parser")
    assert sentence in [item.get_text(" ", strip=True) for item in page.select("li, dd")]


def test_pages_stay_light(make: Factory, contest: Contest, visit: Visits):
    for _ in range(6):
        make.submission(make.unit(contest), "published")
    for path in ("", "rules", "clips"):
        assert len(visit.public().get(f"/c/quan11-2023/{path}").data) < 60_000


def test_calendar_has_the_plans_instants(contest: Contest, clock: FixedClock):
    profile = profiles.profile_of(contest)
    text = calendar.write(
        profile, [("counts", profile.schedule.counts_close, "Chốt; số")], language="vi",
        address="http://localhost/", at=clock.now(),
    )
    assert "DTSTART:20230619T090000Z\r\n" in text
    assert "SUMMARY:Chốt\\; số · Hội thi" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    [event] = Calendar.from_ical(text).events
    assert event.start == profile.schedule.counts_close
    assert event.stamp == clock.now().replace(microsecond=0)
    assert event["SUMMARY"] == f"Chốt; số · {profile.contest.title['vi']}"
    assert (event["UID"], event["URL"]) == ("quan11-2023-counts@hoithi", "http://localhost/")


def test_the_calendar_file_parses_to_the_schedule(contest: Contest, visit: Visits):
    answer = visit.public().get("/c/quan11-2023/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    read = Calendar.from_ical(answer.data)
    assert (read["VERSION"], read["METHOD"]) == ("2.0", "PUBLISH")
    s = profiles.profile_of(contest).schedule
    assert [event.start for event in read.events] == [
        s.entries_close, s.publicity_opens, s.counts_close, s.awards
    ]
    assert {event.start.utcoffset() for event in read.events} == {timedelta(0)}


def test_next_deadline_is_what_the_countdown_runs_to(contest: Contest):
    profile = profiles.profile_of(contest)
    close = profile.schedule.entries_close
    assert public.next_deadline(profile, at=close - timedelta(seconds=1)) == close
    assert public.next_deadline(profile, at=close) == profile.schedule.publicity_opens
