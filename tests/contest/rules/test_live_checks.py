"""A section is checked while it is being filled in: what it would be told after saving."""

from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select

from contest import profile as rule_files
from contest.models import Contest, ProfileRevision
from contest.services.desk.setup import reference_source
from contest.services.rules.doubts import doubts, out_of_order
from contest.services.rules.toml_editing import edited
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.rules.test_sections import RULES, sent

REFERENCE = rule_files.load(reference_source()).profile


def checked(client: Client, name: str, **changed: str) -> list[tuple[str, str, str]]:
    """Field, kind and sentence of each finding."""
    page = client.get(f"{RULES}/sections/{name}")
    answer = client.post(f"{RULES}/sections/{name}/check", data=sent(page, **changed))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    found: dict[str, Any] = answer.get_json()
    return [(one["field"], one["kind"], one["text"]) for one in found["findings"]]


# Section, what is typed, the field of the sentence, how grave, words of it.
TYPED: list[tuple[str, dict[str, str], str, str, str]] = [
    ("schedule", {"schedule__entries_close": "2023-06-12T09:00"}, "schedule__publicity_opens",
     "bad", "Bắt đầu tuyên truyền, tính điểm (08g00 ngày 12/6/2023 (thứ Hai)) đang trước Hạn nhận"),
    ("schedule", {"schedule__awards": "2023-06-18T08:00"}, "schedule__awards", "bad",
     "Trao giải (08g00 ngày 18/6/2023 (Chủ nhật)) đang trước Chốt tương tác (16g00 ngày 19/6/2023"),
    ("schedule", {"schedule__entries_close": "2023-06-12T00:00"}, "schedule__entries_close",
     "info", "hết ngày 11/6/2023 (Chủ nhật)"),
    ("schedule", {"schedule__jury_closes": "2023-06-12T07:00"}, "schedule__jury_closes", "look",
     "Hạn chấm của giám khảo không nằm giữa"),
    ("schedule", {"schedule__jury_closes": "2023-07-02T08:00"}, "schedule__jury_closes", "bad",
     "giám khảo còn chấm sau giờ trao giải"),
    ("schedule", {"schedule__grace_minutes": "2000"}, "schedule__grace_minutes", "bad",
     "Hãy nhập số từ 0 đến 1440."),
    ("schedule", {"schedule__entries_open": ""}, "schedule__entries_open", "bad",
     "Hãy điền mục này."),
    ("scoring", {"scoring__jury_weight": "50"}, "scoring__interaction_weight", "look",
     "Hai tỉ trọng cộng lại 110, không phải 100: giám khảo được tính 45,5 %."),
    ("scoring", {"scoring__points_cap": "0"}, "scoring__points_cap", "bad", "Số nhỏ nhất là 1"),
    ("scoring", {"scoring__points_per_share": "0", "scoring__points_per_reaction": "0"},
     "scoring__points_per_reaction", "look", "đều 0 điểm"),
    ("scoring", {"tie_breaks__1": "jury_mean"}, "", "bad", "trùng"),
    ("jury", {"jury__criteria__0__max": "35"}, "", "look", "cộng lại 95 điểm, không phải 100"),
    ("jury", {"jury__criteria__0__max": "35"}, "", "look", "mà tối đa chỉ 35 điểm"),
    ("entrants", {"quota__minimum": "6"}, "quota__minimum", "bad", "ít nhất 6 bài mà"),
    ("publication", {"publication__release_at": "2023-06-10T08:00"}, "publication__release_at",
     "look", "Giờ đăng clip không nằm giữa"),
    ("publication", {"publication__release_at": "2023-06-20T08:00"}, "publication__release_at",
     "bad", "đã chốt tương tác"),
    ("review", {"review__approvals": "3", "review__quorum": "2"}, "review__quorum", "look",
     "không có tác dụng"),
    ("media", {"media__rules__duration__min_s": "400"}, "media__rules__duration__max_s", "bad",
     "phải từ min_s (400)"),
    ("media", {"media__rules__aspect_ratio__ratio": "vuông"}, "media__rules__aspect_ratio__ratio",
     "bad", "tỉ lệ"),
    ("prizes", {"prizes__0__name__vi": "", "prizes__0__name__en": "", "prizes__2__name__en": ""},
     "prizes__2__name__en", "bad", "không được để trống"),
]


def test_what_is_wrong_or_odd_is_said_at_its_field(visit: Visits, contest: Contest) -> None:
    client = visit.role("organiser")
    for name, changed, field, kind, says in TYPED:
        found = checked(client, name, **changed)
        assert [one for one in found if one[:2] == (field, kind) and says in one[2]], (says, found)


def test_what_saving_would_do_to_what_is_there_is_said(
    visit: Visits, make: Factory, platform: Platform, contest: Contest
) -> None:
    """Rules in use: two clips of a unit, and a maximum of one; a deadline that has passed."""
    client, unit = visit.role("organiser"), make.unit(contest)
    for _ in range(2):
        make.submission(unit, "in_review")
    found = checked(client, "entrants", quota__maximum="1")
    assert any(kind == "bad" and unit.name in text for _, kind, text in found), found
    past = checked(client, "schedule", schedule__entries_close="2023-05-26T00:00")
    assert any(kind == "bad" and "đã qua" in text for _, kind, text in past), past
    assert checked(client, "schedule") == []
    with platform.db.read() as session:
        assert len(session.scalars(select(ProfileRevision)).all()) == 1


def test_without_the_script_the_page_of_changes_says_what_is_odd(
    visit: Visits, contest: Contest
) -> None:
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/scoring")
    answer = client.post(f"{RULES}/sections/scoring", data=sent(page, scoring__jury_weight="50"))
    shown = BeautifulSoup(answer.text, "html.parser").select_one(".notice--look").text
    assert "Hai tỉ trọng cộng lại 110" in shown
    assert client.post(f"{RULES}/sections/nothing/check").status_code == 404


def test_the_reference_rules_leave_no_doubt_and_each_odd_rule_does() -> None:
    assert doubts(REFERENCE) == []
    odd = rule_files.load(edited(reference_source(), {
        "scoring.jury_weight": 30,
        "schedule.jury_closes": datetime.fromisoformat("2023-06-12T07:00:00+07:00"),
    })).profile
    assert [one.key for one in doubts(odd)] == [
        "schedule.jury_closes", "scoring.interaction_weight"]
    late = {"schedule.entries_close": REFERENCE.schedule.awards,
            "schedule.awards": REFERENCE.schedule.entries_close,
            "schedule.publicity_opens": None}
    assert [one.key for one in out_of_order(late, REFERENCE.schedule.zone)] == ["schedule.awards"]
