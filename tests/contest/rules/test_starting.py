"""Contests from templates: each valid and commented, with the organiser's names and dates."""

import tomllib
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from contest import profile as rule_files
from contest.errors import Invalid
from contest.models import Contest
from contest.services.rules import cloning, starting
from contest.services.rules.starting import TEMPLATES, Start, Template
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

NAMES = {
    "title": "Hội thi “Phường em xanh”", "theme": "Sống xanh", "organiser": "Đoàn Phường 5",
    "contact": "Văn phòng Đoàn Phường 5", "page_name": "Tuổi trẻ Phường 5",
    "page_url": "https://www.facebook.com/phuong5",
}
OF_THE_REFERENCE = ("Quận 11", "Quận Đoàn 11", "3 trách nhiệm", "quandoan11", "(III", "(II.")
each = pytest.mark.parametrize("one", TEMPLATES, ids=lambda one: one.name)


@each
def test_a_template_is_whole_commented_and_nobodys_own(one: Template) -> None:
    source = starting.source_of(one)
    profile = rule_files.load(source).profile
    assert source.count("#") > 20
    body = source if one.file != "quan11-2023.toml" else ""  # its own names are replaced below
    assert [text for text in OF_THE_REFERENCE if text in body] == []
    assert all((one.label.vi, one.label.en, one.whom.vi, one.whom.en))
    assert profile.schedule.entries_open.weekday() == (3 if one.name == "clip-quan" else 0)


@each
def test_names_and_dates_are_the_organisers(one: Template) -> None:
    opens, closes = date(2027, 3, 1), date(2027, 3, 21)
    source = starting.rule_file(one, Start(NAMES, opens, closes))
    assert [text for text in OF_THE_REFERENCE if text in source] == []
    profile, old = rule_files.load(source).profile, rule_files.load(starting.source_of(one)).profile
    schedule = profile.schedule
    assert schedule.entries_open.astimezone(schedule.zone).date() == opens
    assert schedule.entries_close.isoformat() == "2027-03-22T00:00:00+07:00"
    assert schedule.awards - schedule.entries_close == (
        old.schedule.awards - old.schedule.entries_close)
    assert profile.contest.slug == "doan-phuong-5-2027"
    assert not profile.entry.is_clip or profile.media["name"] == profile.contest.slug
    assert profile.contest.title.vi == NAMES["title"] == profile.contest.title.en
    assert (profile.contest.page_url, profile.form.notice_version) == (
        NAMES["page_url"], "2027-03-01")
    assert profile.prizes == old.prizes
    years = {at.year for _, at in cloning.instants(source)}
    assert years == {2027}
    apart = schedule.entries_close - old.schedule.entries_close
    assert [f.due - apart for f in profile.filings] == [f.due for f in old.filings]


@pytest.mark.parametrize("name", ["ba-cap", "de-cu"])
def test_the_level_above_stands_once_its_lines_are_no_comments(name: str) -> None:
    source = starting.source_of(starting.template(name))
    before, said, behind = source.partition("# [parent]\n")
    table, _, rest = behind.partition("\n\n")
    table = "\n".join(line.removeprefix("# ") for line in table.splitlines())
    rest = rest.replace("# hand_up", "hand_up")
    profile = rule_files.load(f"{before}{said[2:]}{table}\n\n{rest}").profile
    assert (profile.parent.named, profile.parent.consent) == (True, "handing_up")
    assert sum(one.hand_up for one in profile.categories) in (0, profile.parent.quota)


def test_the_age_of_those_nominated_is_reckoned_in_the_awards_year() -> None:
    source = starting.rule_file(starting.template("de-cu"), Start(NAMES, date(2027, 3, 1)))
    born = next(one for one in rule_files.load(source).profile.questions if one.id == "born")
    assert (born.earliest, born.latest) == ("1992-01-01", "2009-12-31")


def test_without_a_last_day_the_template_says_how_long() -> None:
    ward = starting.template("clip-phuong")
    source = starting.rule_file(ward, Start(NAMES, date(2027, 3, 1), slug="p5"))
    schedule = rule_files.load(source).profile.schedule
    assert schedule.awards - schedule.entries_open == timedelta(days=14, hours=8)
    assert tomllib.loads(source)["contest"]["slug"] == "p5"
    with pytest.raises(Invalid):
        starting.rule_file(ward, Start(NAMES, date(2027, 3, 2), date(2027, 3, 1)))
    with pytest.raises(Invalid):
        starting.template("../quan11-2023")


def test_a_contest_is_made_of_a_template_by_taps(make: Factory, visit: Visits, contest: Contest):
    admin = visit.user(make.user(admin=True))
    assert "/setup/templates" in admin.get("/setup").text
    page = BeautifulSoup(admin.get("/setup/templates").text, "html.parser")
    assert len(page.select("input[name=template]")) == len(TEMPLATES)
    assert "cấp quận" in page.select_one("ul.choices").text
    opens = date.fromisoformat(page.select_one("input[name=opens]")["value"])
    assert opens.weekday() == 0
    data = NAMES | {"template": "clip-phuong", "opens": "2027-03-01", "closes": "", "slug": ""}
    shown = admin.post("/setup/templates", data=data)
    assert "<strong>hết ngày 9/3/2027 (thứ Ba)</strong>" in shown.text
    source = BeautifulSoup(shown.text, "html.parser").find("textarea", attrs={"name": "source"})
    made = admin.post("/setup", data={"source": source.text.removeprefix("\n")})
    assert made.location == "/c/doan-phuong-5-2027/organiser/"
    wrong = admin.post("/setup/templates", data=data | {
        "template": "other", "title": "", "page_url": "facebook.com", "closes": "x"})
    assert wrong.status_code == 422
    for sentence in ("Hãy chọn một mục", "Hãy điền mục này.", "Địa chỉ bắt đầu bằng https://."):
        assert sentence in wrong.text
    late = admin.post("/setup/templates", data=data | {"closes": "2027-02-01"})
    assert late.status_code == 422
    assert "Ngày cuối nhận clip phải từ ngày bắt đầu trở đi" in late.text


def test_a_contest_of_the_jury_alone_needs_no_page(make: Factory, visit: Visits) -> None:
    admin = visit.user(make.user(admin=True))
    data = NAMES | {"page_name": "", "page_url": "", "opens": "2027-03-01", "closes": "",
                    "slug": "", "template": "clip-phuong"}
    refused = admin.post("/setup/templates", data=data)
    assert (refused.status_code, refused.text.count("Hãy điền mục này.") >= 2) == (422, True)
    shown = admin.post("/setup/templates", data=data | {"template": "chi-giam-khao"})
    source = BeautifulSoup(shown.text, "html.parser").find("textarea", attrs={"name": "source"})
    profile = rule_files.load(source.text).profile
    assert (profile.on_page, profile.on_site, profile.contest.page_url) == (False, True, "")
    assert [prize.by for prize in profile.prizes][-2:] == ["criterion:content", "chair"]
