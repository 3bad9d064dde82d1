"""The rules by forms: every rule of the schema has its place, its name and its way back."""

from datetime import datetime

import pytest
from bs4 import BeautifulSoup

from contest import profile as rule_files
from contest.models import Contest
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.desk.setup import reference_source
from contest.services.rules.changes import changes
from contest.services.rules.fields import FIXED, SECTIONS, Rows, section
from contest.services.rules.toml_editing import edited
from contest.services.rules.words import CHOICES, label_of
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

RULES = "/c/quan11-2023/organiser/rules"
REFERENCE = rule_files.load(reference_source()).profile


def sent(answer, **changed: str) -> dict[str, str]:
    """What a browser would send from the section's form, with some fields changed."""
    form = BeautifulSoup(answer.text, "html.parser").select_one("main form[method=post]")
    found = {}
    for tag in form.select("input, textarea, select"):
        if tag.get("type") == "checkbox" and not tag.has_attr("checked"):
            continue
        chosen = tag.select_one("option[selected]") if tag.name == "select" else None
        found[tag["name"]] = (
            (chosen["value"] if chosen else "") if tag.name == "select"
            else tag.text.removeprefix("\n") if tag.name == "textarea" else tag.get("value", "y")
        )
    return found | changed


def keys(data: object, prefix: str = "") -> set[str]:
    if isinstance(data, dict):
        return {key for name, part in data.items() for key in keys(part, f"{prefix}{name}.")}
    return {prefix.rstrip(".")}


def test_every_rule_of_the_profile_has_its_place() -> None:
    shown = {one.key for name in SECTIONS for one in section(name)}
    there = {key for key in keys(REFERENCE.model_dump()) if not key.startswith(
        ("rules_note", "next_round", "previous_round"))}
    assert there - shown - set(FIXED) == set()
    assert {table.split(".")[0] for tables in SECTIONS.values() for table in tables} == set(
        Profile.model_fields)


def test_every_rule_column_and_choice_has_its_name_in_both_languages() -> None:
    found = [one for name in SECTIONS for one in section(name)]
    rules = [one for one in found if not isinstance(one, Rows)]
    columns = [column for one in found if isinstance(one, Rows) for column in one.columns]
    for one in [*found, *columns]:
        label = label_of(one.key)
        assert label.vi and label.en and one.key not in (label.vi, label.en), one.key
    words = {c for rule in [*rules, *columns] for c in rule.choices if "media" not in rule.key}
    assert words - set(CHOICES) == set()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_sent_as_it_came_changes_nothing(visit: Visits, contest: Contest, name: str):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/{name}")
    assert page.status_code == 200
    answer = client.post(f"{RULES}/sections/{name}", data=sent(page))
    assert BeautifulSoup(answer.text, "html.parser").select(".errors li") == []
    assert "Nội dung không có gì thay đổi." in answer.text


def test_questions_of_the_form_sent_as_they_came_change_nothing(visit: Visits, make: Factory):
    """What is left empty in a row (a day, a hint) is not there, and no empty text."""
    choice = {"id": "size", "label": {"vi": "Quy mô", "en": "Size"}, "kind": "choice",
              "options": ["Phường | Ward", "Quận | District"]}
    make.contest(edit=lambda source: edited(source, {"questions": [choice]}))
    client, at = visit.role("organiser"), f"{RULES}/sections/questions"
    page = client.get(at)
    assert "Nội dung không có gì thay đổi." in client.post(at, data=sent(page)).text
    answer = client.post(at, data=sent(page, questions__0__options="A | A\nB | B"))
    assert rule_files.load(source_in(answer)).profile.questions[0].options == ["A | A", "B | B"]


def test_a_later_deadline_is_said_in_words_and_saved(
    visit: Visits, contest: Contest, platform: Platform
):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/schedule")
    assert "hết ngày 10/6/2023 (thứ Bảy)" in page.text
    assert "00g00 ngày 25/5/2023 (thứ Năm)" in page.text
    assert "<h1>Thời gian</h1>" in page.text
    answer = client.post(f"{RULES}/sections/schedule", data=sent(
        page, schedule__entries_close="2023-06-12T00:00"))
    assert answer.status_code == 200
    assert "hết ngày 10/6/2023 (thứ Bảy) → <strong>hết ngày 11/6/2023 (Chủ nhật)" in answer.text
    shown = client.post(f"{RULES}/sections/preview", data={"source": source_in(answer)})
    assert "11/6/2023" in shown.text
    saved = client.post(RULES, data={"source": source_in(answer), "reason": "Dời hạn."})
    assert saved.status_code == 303
    with platform.db.read() as session:
        rules = profiles.profile_of(profiles.find(session, "quan11-2023"))
    assert rules.schedule.entries_close == datetime.fromisoformat("2023-06-12T00:00:00+07:00")


def source_in(answer) -> str:
    return BeautifulSoup(answer.text, "html.parser").select_one("input[name=source]")["value"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("schedule", {"schedule__entries_close": "2023-07-30T00:00"}, "các mốc phải theo thứ tự"),
        ("schedule", {"schedule__grace_minutes": "2000"}, "Hãy nhập số từ 0 đến 1440."),
        ("contest", {"contest__page_url": "facebook.com/x"}, "Chưa đúng mẫu."),
        ("contest", {"contest__title__vi": ""}, "Hãy điền mục này."),
        ("scoring", {"scoring__points_cap": "0"}, "Số nhỏ nhất là 1"),
        ("scoring", {"tie_breaks__1": "jury_mean"}, "có mục trùng tên"),
        ("media", {"media__rules__aspect_ratio__ratio": "vuông"}, "tỉ lệ như"),
        ("media", {"media__rules__duration__min_s": "400"}, "Độ dài"),
        ("prizes", {"prizes__0__count": "0"}, "Số nhỏ nhất là 1"),
    ],
)
def test_a_wrong_value_is_said_before_anything_is_stored(
    visit: Visits, contest: Contest, name: str, data: dict[str, str], says: str
):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/{name}")
    answer = client.post(f"{RULES}/sections/{name}", data=sent(page, **data))
    assert (answer.status_code, says in answer.text) == (422, True)


def test_rows_are_added_changed_and_taken_out(visit: Visits, contest: Contest):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/prizes")
    answer = client.post(f"{RULES}/sections/prizes", data=sent(
        page, prizes__1__count="2", prizes__2__name__vi="", prizes__2__name__en="",
        prizes__4__name__vi="Giải tập thể", prizes__4__name__en="Collective prize",
        prizes__4__count="1"))
    prizes = rule_files.load(source_in(answer)).profile.prizes
    assert [(prize.id, prize.count) for prize in prizes] == [
        ("first", 1), ("second", 2), ("consolation", 3), ("prizes-5", 1)]
    assert "Giải thưởng, second: Số giải: 1 → <strong>2</strong>" in answer.text


def test_a_category_and_its_prize_are_added_in_one_go(visit: Visits, contest: Contest):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/prizes")
    new = {"categories__0__name__vi": "Cải cách hành chính", "categories__0__name__en": "Reform",
           "awards__several": ""}
    refused = client.post(f"{RULES}/sections/prizes", data=sent(page, **new))
    assert (refused.status_code, "không có giải nào" in refused.text) == (422, True)
    answer = client.post(f"{RULES}/sections/prizes", data=sent(
        page, **new, prizes__3__by="category:categories-1", prizes__2__by="criterion:content"))
    rules = rule_files.load(source_in(answer)).profile
    assert [(prize.id, prize.by) for prize in rules.prizes] == [
        ("first", "overall"), ("second", "overall"), ("third", "criterion:content"),
        ("consolation", "category:categories-1")]
    assert [one.id for one in rules.categories] == ["categories-1"]
    assert not rules.awards.several


def test_a_criterion_keeps_its_levels(visit: Visits, contest: Contest):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/jury")
    answer = client.post(f"{RULES}/sections/jury", data=sent(
        page, **{"jury__criteria__0__name__vi": "Nội dung"}))
    rules = rule_files.load(source_in(answer)).profile
    assert rules.jury.criteria[0].name.vi == "Nội dung"
    assert rules.jury.criteria[0].levels == REFERENCE.jury.criteria[0].levels


def test_a_check_that_is_switched_off_goes_with_its_limits(visit: Visits, contest: Contest):
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/media")
    answer = client.post(f"{RULES}/sections/media", data=sent(
        page, media__rules__borders__level="", media__rules__duration__max_s="240"))
    rules = rule_files.load(source_in(answer)).profile.media["rules"]
    assert "borders" not in rules and rules["duration"]["max_s"] == 240


def test_an_unknown_section_is_not_there(visit: Visits, contest: Contest):
    assert visit.role("organiser").get(f"{RULES}/sections/nothing").status_code == 404


def test_what_changes_is_said_in_both_languages() -> None:
    new = rule_files.load(edited(reference_source(), {
        "schedule.counts_close": datetime.fromisoformat("2023-06-19T17:30:00+07:00"),
        "scoring.unit_score": "sum", "jury.blind": True, "schedule.jury_closes": None,
    })).profile
    assert [(one.label[0], one.old[0], one.new[0]) for one in changes(REFERENCE, new)] == [
        ("Chốt tương tác", "16g00 ngày 19/6/2023 (thứ Hai)", "17g30 ngày 19/6/2023 (thứ Hai)"),
        ("Hạn chấm của giám khảo", "23g59 ngày 25/6/2023 (Chủ nhật)", "không có"),
        ("Chấm kín: giấu tên đơn vị, tác giả", "không", "có"),
        ("Điểm của đơn vị", "Clip cao điểm nhất", "Tổng các clip"),
    ]
    assert changes(REFERENCE, new)[0].new[1] == "17:30 on 19/6/2023 (Monday)"


def test_the_same_rules_have_no_change() -> None:
    assert changes(REFERENCE, REFERENCE) == []
