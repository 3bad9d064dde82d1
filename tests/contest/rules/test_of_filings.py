"""What a filing asks, by forms as the entry form's own questions: rows, choices, refusals."""

from datetime import datetime

import pytest
from bs4 import BeautifulSoup

from contest import profile as rule_files
from contest.models import Contest
from contest.services.core import profiles
from contest.services.desk.setup import reference_source
from contest.services.rules.changes import changes
from contest.services.rules.toml_editing import edited
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.rules.test_sections import RULES, sent, source_in

DUE = datetime.fromisoformat("2023-06-20T17:00:00+07:00")
NAME = {"vi": "Báo cáo", "en": "Report"}
SIZE = {"id": "size", "label": {"vi": "Quy mô", "en": "Size"}, "kind": "choice",
        "options": ["Phường | Ward", "Quận | District"], "required": True}
REPORT = {"id": "report", "name": NAME, "due": DUE, "questions": [SIZE]}
PLAN = {"id": "plan", "name": {"vi": "Kế hoạch", "en": "Plan"}, "due": DUE}
AT = f"{RULES}/sections/filings.report"


def with_filings(source: str) -> str:
    return edited(source, {"filings": [REPORT, PLAN]})


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=with_filings)


def test_the_options_of_a_choice_are_changed_and_saved(
    visit: Visits, contest: Contest, platform: Platform
) -> None:
    client = visit.role("organiser")
    listed = client.get(f"{RULES}/sections/filings").text
    assert f'href="{AT}"' in listed and 'filings.plan"' in listed
    page = client.get(AT)
    assert "<h1>Báo cáo</h1>" in page.text and "Phường | Ward\nQuận | District" in page.text
    assert "seen_by" not in page.text
    options = "Phường | Ward\nQuận | District\nThành phố | City"
    answer = client.post(AT, data=sent(page, filings__0__questions__0__options=options))
    assert "report › size: Các lựa chọn" in answer.text and "Thành phố | City" in answer.text
    saved = client.post(RULES, data={"source": source_in(answer), "reason": "Thêm cấp."})
    assert saved.status_code == 303
    with platform.db.read() as session:
        rules = profiles.profile_of(profiles.find(session, contest.slug))
    assert rules.filings[0].questions[0].options == options.split("\n")
    assert rules.filings[0].due == DUE and rules.filings[1].questions == []


def test_questions_are_added_and_taken_out(visit: Visits, contest: Contest) -> None:
    client, base = visit.role("organiser"), "filings__0__questions__1__"
    page = client.get(AT)
    new = {f"{base}label__vi": "Mảng", f"{base}label__en": "Field", f"{base}kind": "several",
           f"{base}options": "A | A\nB | B"}
    answer = client.post(AT, data=sent(page, **new))
    asked = rule_files.load(source_in(answer)).profile.filings[0].questions
    assert [(one.id, one.kind, one.options) for one in asked] == [
        ("size", "choice", SIZE["options"]), ("questions-2", "several", ["A | A", "B | B"])]
    first = "filings__0__questions__0__"
    emptied = client.post(AT, data=sent(page, **{
        f"{first}label__vi": "", f"{first}label__en": "", f"{first}options": ""}))
    assert rule_files.load(source_in(emptied)).profile.filings[0].questions == []


def test_a_filing_without_questions_gets_its_first(visit: Visits, contest: Contest) -> None:
    client, at = visit.role("organiser"), f"{RULES}/sections/filings.plan"
    base = "filings__1__questions__0__"
    answer = client.post(at, data=sent(client.get(at), **{
        f"{base}label__vi": "Số người", f"{base}label__en": "People", f"{base}kind": "number"}))
    filings = rule_files.load(source_in(answer)).profile.filings
    assert [one.kind for one in filings[1].questions] == ["number"]
    assert [one.id for one in filings[0].questions] == ["size"]


@pytest.mark.parametrize(("field", "value", "says"), [
    ("options", "Phường | Ward", "ít nhất hai lựa chọn"),
    ("options", "Phường | Ward\nPhường | Ward", "ít nhất hai lựa chọn"),
    ("kind", "text", "chỉ câu hỏi chọn"), ("label__en", "", "không được để trống"),
])
def test_what_cannot_be_asked_is_said_where_it_stands(
    visit: Visits, contest: Contest, field: str, value: str, says: str
) -> None:
    client, name = visit.role("organiser"), f"filings__0__questions__0__{field}"
    form = sent(client.get(AT), **{name: value})
    refused = client.post(AT, data=form)
    assert (refused.status_code, says in refused.text) == (422, True)
    found = client.post(f"{AT}/check", data=form).json["findings"]
    assert any(one["kind"] == "bad" and says in one["text"] for one in found)
    if field == "options":
        assert found[0]["field"] == name


def test_the_list_of_filings_keeps_what_they_ask(visit: Visits, contest: Contest) -> None:
    client, at = visit.role("organiser"), f"{RULES}/sections/filings"
    answer = client.post(at, data=sent(client.get(at), filings__1__name__vi="Kế hoạch năm"))
    filings = rule_files.load(source_in(answer)).profile.filings
    assert [one.id for one in filings[0].questions] == ["size"]
    assert filings[1].name.vi == "Kế hoạch năm"


def test_a_form_sent_as_it_came_changes_nothing(visit: Visits, contest: Contest) -> None:
    client = visit.role("organiser")
    unchanged = client.post(AT, data=sent(client.get(AT)))
    assert "Nội dung không có gì thay đổi." in unchanged.text
    assert BeautifulSoup(unchanged.text, "html.parser").select(".errors li") == []


@pytest.mark.parametrize("part", ["filings.none", "filings.", "filings.0", "filings.report.x"])
def test_an_unknown_filing_is_not_there(visit: Visits, contest: Contest, part: str) -> None:
    assert visit.role("organiser").get(f"{RULES}/sections/{part}").status_code == 404


def test_each_question_of_a_filing_is_named_in_the_changes() -> None:
    source = with_filings(reference_source())
    new = edited(source, {"filings.0.questions": [SIZE | {"options": ["A | B", "C | D"]}]})
    [one] = changes(rule_files.load(source).profile, rule_files.load(new).profile)
    assert one.label[1].endswith("report › size: Options")
    assert one.new == ("A | B, C | D", "A | B, C | D")
