"""From the plan's file to an open contest: read in a box, looked at, taken, created."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup

from contest import profile as rule_files
from contest.models import Contest
from contest.services.core import profiles
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.plan_reading.test_plans import REFERENCE, docx


@pytest.fixture
def admin(make: Factory, visit: Visits) -> Client:
    return visit.user(make.user(admin=True))


def read(client: Client, data: bytes, name: str = "kế hoạch.docx"):
    return client.post("/setup/plan", data={"file": (BytesIO(data), name)})


def filled(answer) -> dict[str, str]:
    """What a browser without JavaScript would send from the page's form."""
    form = BeautifulSoup(answer.text, "html.parser").find("form", action=True, method="post",
                                                          attrs={"novalidate": True})
    sent = {}
    for tag in form.find_all(["input", "textarea"]):
        if tag.get("type") == "checkbox" and not tag.has_attr("checked"):
            continue
        sent[tag["name"]] = tag.text if tag.name == "textarea" else tag.get("value", "y")
    return sent


def test_from_the_plans_word_file_to_the_contest(admin: Client, platform: Platform):
    assert "/setup/plan" in admin.get("/setup").text
    draft = read(admin, docx(REFERENCE))
    assert draft.status_code == 200
    assert "Nhận video clip của các đơn vị" in draft.text
    sent = filled(draft)
    assert (sent["slug"], sent["unsaid_0"]) == ("quan-doan-11-2023", "")
    shown = admin.post("/setup/plan/rules", data={
        **sent, "slug": "ba-trach-nhiem", "unsaid_0": "https://www.facebook.com/quandoan11"})
    assert shown.status_code == 200, BeautifulSoup(shown.text, "html.parser").find(class_="errors")
    made = admin.post("/setup", data=filled(shown))
    assert made.location == "/c/ba-trach-nhiem/organiser/"
    with platform.db.read() as session:
        rules = profiles.profile_of(profiles.find(session, "ba-trach-nhiem"))
    assert rules.contest.organiser.vi == "Quận Đoàn 11"
    assert rules.schedule.entries_close.isoformat() == "2023-06-11T00:00:00+07:00"
    assert (rules.scoring.jury_weight, rules.scoring.points_cap) == (40, 300)
    assert [(prize.id, prize.count) for prize in rules.prizes] == [
        ("first", 1), ("second", 1), ("third", 1), ("consolation", 3)]


def test_nothing_is_taken_that_was_not_ticked_and_edits_win(admin: Client):
    sent = filled(read(admin, docx(REFERENCE)))
    names = {label: name for name, label in labels(read(admin, docx(REFERENCE))).items()}
    cap, low = names["Điểm tương tác tối đa"], names["Độ dài ít nhất (giây)"]
    del sent[cap.replace("value", "take")]
    shown = admin.post("/setup/plan/rules", data={
        **sent, "unsaid_0": "https://www.facebook.com/x", cap: "999", low: "60"})
    source = filled(shown)["source"]
    assert "points_cap = 300" in source and "min_s = 60" in source


def test_lists_are_changed_row_by_row_each_with_its_sentence(admin: Client):
    """Add, take out, reorder and change; what Enter or "add rows" sends loses nothing."""
    page = read(admin, docx(REFERENCE))
    rows = {
        card["aria-label"]: card for card in BeautifulSoup(page.text, "html.parser").select(
            ".draft-row")}
    third = rows["Giải thưởng 3"]
    assert "01 Giải ba + Hiện kim + Giấy khen" in third.blockquote.text
    assert rows["Giải thưởng 5"].blockquote is None  # an empty one
    assert "hợp thuần phong, mỹ tục" in rows["Danh mục thẩm định 6"].blockquote.text
    sent = filled(page) | {"unsaid_0": "https://www.facebook.com/quandoan11"}
    prizes = next(name for name, value in sent.items() if value == "Giải nhất")[: -len("0_text")]
    items = next(name for name, value in sent.items() if value.startswith("Trong clip có tên"))
    items = items[: -len("0_text")]
    sent |= {
        f"{prizes}4_text": "Giải  tập thể", f"{prizes}4_number": "2", f"{prizes}4_place": "1",
        f"{prizes}1_text": "", f"{prizes}3_number": "5", f"{prizes}2_place": "1",
        f"{items}0_text": "Có tên tác giả ở cuối clip", f"{items}6_text": "",
    }
    more = admin.post("/setup/plan/rules", data=sent | {"more": prizes.split("_")[1]})
    assert more.status_code == 200
    again = filled(more)
    typed = [name for name in sent if name.startswith(("row_", "take_", "slug", "unsaid_"))]
    assert {name: again[name] for name in typed} == {name: sent[name] for name in typed}
    again |= {f"{prizes}8_text": "Giải sáng tạo", f"{prizes}8_number": "1"}
    source = filled(admin.post("/setup/plan/rules", data=again))["source"]
    rules = rule_files.load(source).profile
    assert [(one.id, one.name.vi, one.count) for one in rules.prizes] == [
        ("first", "Giải nhất", 1), ("third", "Giải ba", 1), ("prize-5", "Giải tập thể", 2),
        ("consolation", "Giải khuyến khích", 5), ("prize-9", "Giải sáng tạo", 1)]
    assert rules.prizes[0].name.en == "First prize"
    assert rules.prizes[2].certificate and not rules.prizes[2].cash
    checklist = {one.id: one.text.vi for one in rules.review.checklist}
    assert checklist["names"] == "Có tên tác giả ở cuối clip"
    assert "sound" not in checklist and "decency" in checklist


def test_a_list_that_lacks_something_is_said_at_its_row(admin: Client):
    sent = filled(read(admin, docx(REFERENCE))) | {"unsaid_0": "https://www.facebook.com/q"}
    first = next(name for name, value in sent.items() if value == "Giải nhất")
    base = first[: -len("0_text")]
    lacks = admin.post("/setup/plan/rules", data=sent | {f"{base}0_number": ""})
    assert lacks.status_code == 422 and "Hãy điền số cho dòng này" in lacks.text
    emptied = {name: "" for name in sent if name.startswith(base) and name.endswith("_text")}
    none = admin.post("/setup/plan/rules", data=sent | emptied)
    assert none.status_code == 422 and "Danh sách cần ít nhất một dòng" in none.text
    strange = admin.post("/setup/plan/rules", data=sent | {
        "more": "99", base.replace("row", "added").rstrip("_"): "²"})
    assert strange.status_code == 200


def labels(answer) -> dict[str, str]:
    found = BeautifulSoup(answer.text, "html.parser").find_all("label", attrs={"for": True})
    return {label["for"]: label.text.strip() for label in found}


def test_what_the_rules_need_must_be_said(admin: Client):
    sent = filled(read(admin, docx(REFERENCE)))
    answer = admin.post("/setup/plan/rules", data=sent)
    assert answer.status_code == 422 and "Hãy điền mục này." in answer.text
    sent["unsaid_0"] = "https://www.facebook.com/x"
    closes = next(n for n, label in labels(read(admin, docx(REFERENCE))).items()
                  if label == "Hạn nhận clip").replace("value", "take")
    answer = admin.post("/setup/plan/rules", data={k: v for k, v in sent.items() if k != closes})
    assert answer.status_code == 422 and "Thể lệ cần mục này" in answer.text


def test_dates_out_of_order_are_refused_before_anything_is_made(admin: Client, contest: Contest):
    sent = filled(read(admin, docx(REFERENCE))) | {"unsaid_0": "https://www.facebook.com/x"}
    closes = next(n for n, label in labels(read(admin, docx(REFERENCE))).items()
                  if label == "Hạn nhận clip")
    answer = admin.post("/setup/plan/rules", data={**sent, closes: "2023-07-30T00:00"})
    assert answer.status_code == 422 and "các mốc phải theo thứ tự" in answer.text


def test_a_false_weekday_and_two_readings_are_shown_and_not_ticked(admin: Client):
    plan = "Nộp clip trước ngày 06/5/2023 (thứ Sáu).\n\nTrao giải ngày 30/6/2023."
    page = read(admin, plan.encode(), "plan.txt")
    assert "06/5/2023 là thứ Bảy, kế hoạch ghi thứ Sáu." in page.text
    assert "Cũng đọc được: 00g00 ngày 7/5/2023" in page.text
    sent = filled(page)
    assert "take_0" not in sent and "take_1" in sent
    assert "06/5/2023 is a Saturday" in read(admin.english(), plan.encode(), "plan.txt").text


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"PK\x03\x04 nothing", "không phải văn bản Word"), (b"\0" * 90, "không phải DOCX"),
     (b"", "không có chữ")],
)
def test_what_cannot_be_read_is_said_at_the_field(admin: Client, data: bytes, says: str):
    answer = read(admin, data)
    assert answer.status_code in (400, 422) and says in answer.text
    assert admin.post("/setup/plan", data={}).status_code == 422


def test_a_forged_draft_is_refused(admin: Client):
    answer = admin.post("/setup/plan/rules", data={"token": "x.y.z", "slug": "a"})
    assert answer.status_code == 422 and "Bản nháp đã quá cũ" in answer.text


def test_only_who_may_create_contests_reads_plans(visit: Visits):
    assert visit.role("organiser").get("/setup/plan").status_code == 403
    assert visit.public().get("/setup/plan").status_code == 401


def test_nothing_of_the_plan_stays_on_the_disk(admin: Client, platform: Platform):
    read(admin, docx(REFERENCE))
    read(admin, b"PK\x03\x04 nothing")
    assert list((platform.settings.data_dir / "incoming").iterdir()) == []
