"""A new contest from last year's: the same rules, every date moved by the same days."""

from datetime import date, datetime

import pytest
from bs4 import BeautifulSoup

from contest import profile as rule_files
from contest.models import Contest
from contest.services.desk.setup import reference_source
from contest.services.rules import cloning
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

REFERENCE = rule_files.load(reference_source()).profile


def test_every_date_moves_by_the_same_days_and_hours_stay() -> None:
    opens = date(2024, 5, 23)
    source = cloning.moved(reference_source(), REFERENCE, slug="quan11-2024", opens=opens)
    new = rule_files.load(source).profile
    old_times = REFERENCE.schedule.model_dump()
    apart = {
        (getattr(new.schedule, name) - at).days
        for name, at in old_times.items() if isinstance(at, datetime)
    }
    assert apart == {364}
    assert new.schedule.counts_close.isoformat() == "2024-06-17T16:00:00+07:00"
    assert (new.contest.slug, new.form.notice_version) == ("quan11-2024", "2024-05-23")
    assert new.prizes == REFERENCE.prizes


def test_days_that_an_answer_may_name_move_by_whole_years() -> None:
    asked = '''
[[questions]]
id = "born"
kind = "date"
earliest = 1988-02-29
latest = "2005-12-31"
label = { vi = "Ngày sinh", en = "Date of birth" }
'''
    source = cloning.moved(
        reference_source() + asked, REFERENCE, slug="quan11-2025", opens=date(2025, 5, 22))
    [born] = rule_files.load(source).profile.questions
    assert (born.earliest, born.latest) == ("1990-02-28", "2007-12-31")


@pytest.mark.parametrize(("year", "day"), [
    (2024, date(2024, 5, 23)), (2025, date(2025, 5, 22)), (2026, date(2026, 5, 28)),
])
def test_the_same_day_of_the_week_is_offered(year: int, day: date) -> None:
    found = cloning.same_weekday(REFERENCE, year)
    assert (found, found.weekday()) == (day, 3)


def test_from_last_years_contest_to_this_years(make: Factory, visit: Visits, contest: Contest):
    admin = visit.user(make.user(admin=True))
    assert "/setup/clone" in admin.get("/setup").text
    assert contest.slug in admin.get("/setup/clone").text
    answer = admin.post("/setup/clone", data={
        "contest": contest.slug, "slug": "quan11-2024", "opens": "2024-05-23"})
    assert "<strong>hết ngày 8/6/2024 (thứ Bảy)</strong>" in answer.text
    source = BeautifulSoup(answer.text, "html.parser").find("textarea", attrs={"name": "source"})
    made = admin.post("/setup", data={"source": source.text.removeprefix("\n")})
    assert made.location == "/c/quan11-2024/organiser/"


def test_what_is_missing_is_said(make: Factory, visit: Visits, contest: Contest):
    admin = visit.user(make.user(admin=True))
    answer = admin.post("/setup/clone", data={"contest": "other", "slug": "Quận 11", "opens": ""})
    assert answer.status_code == 422
    for sentence in ("Hãy chọn một mục", "Chỉ dùng chữ thường", "Hãy điền mục này."):
        assert sentence in answer.text
