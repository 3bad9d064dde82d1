"""A contest's own questions on its screens: asked, answered, read by whom they are for, and safe
from a change of the rules."""

import io

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from contest.errors import Conflict, DomainError
from contest.models import Attachment, Contest, Submission
from contest.profile import load
from contest.safekeeping.clips import named
from contest.services.core import profiles
from contest.services.core.in_use import rule_guard
from tests.contest.conftest import WHILE_OPEN
from tests.contest.entry.test_unit_views import FORM
from tests.contest.factory import QUAN11
from tests.contest.questions.asked import ANSWERED, QUESTIONS, asking

BASE = "/c/quan11-2023"
SENT = {f"question_{key}": value for key, value in ANSWERED.items()}
PDF = b"%PDF-1.7 mot ke hoach"


@pytest.fixture
def contest(make) -> Contest:
    return make.contest(edit=asking)


@pytest.fixture
def unit(make, contest):
    return make.unit(contest, "Đoàn Phường 1")


@pytest.fixture
def client(visit, unit):
    return visit.unit(unit)


def paper(content: bytes = PDF, name: str = "Kế hoạch.pdf"):
    return io.BytesIO(content), name


def picture():
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "PNG")
    return io.BytesIO(file.getvalue()), "so-do.png"


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.data, "html.parser")


def facts(response) -> dict[str, str]:
    return {row.dt.get_text(" ", strip=True): row.dd.get_text(" ", strip=True)
            for row in soup(response).select("dl.facts > div")}


def sent(client, code="new", **more):
    where = "new" if code == "new" else f"{code}/edit"
    return client.post(f"{BASE}/unit/entries/{where}", data={**FORM, **SENT, **more})


def stored(platform) -> Submission:
    with platform.db.read() as session:
        return session.scalars(select(Submission).order_by(Submission.id.desc())).first()


def attached(platform) -> list[Attachment]:
    with platform.db.read() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def test_the_unit_is_asked_answers_and_mends_its_answers(client, platform):
    page = client.get(f"{BASE}/unit/entries/new")
    labels = [one.get_text(" ", strip=True) for one in soup(page).select("form label, legend")]
    assert "Trường" in labels
    assert "Câu chuyện (không bắt buộc)" in labels
    assert soup(page).select_one("form[data-kept]")["enctype"] == "multipart/form-data"
    refused = sent(client, question_school="", question_people="500", question_plan=paper(b"MZ"))
    assert refused.status_code == 422
    errors = soup(refused).select_one(".errors").text
    assert "“Trường” chưa được trả lời" in errors
    assert "“Số người” là 500; cho phép từ 1 đến 100." in errors
    assert soup(refused).select_one("[name=title]")["value"] == FORM["title"]
    wrong = sent(client, question_plan=paper(b"MZ nothing of the kind"))
    assert wrong.status_code == 422
    assert "không thuộc loại được nhận (PDF, ảnh)" in soup(wrong).select_one(".field__error").text
    assert stored(platform) is None
    assert sent(client, question_plan=[paper(), picture()]).status_code == 303
    entry = stored(platform)
    assert entry.answers["people"] == "12.5"
    assert [(one.question, one.kind) for one in attached(platform)] == [
        ("plan", "pdf"), ("plan", "picture")]
    review = facts(client.get(f"{BASE}/unit/entries/{entry.code}/review"))
    assert (review["Số người"], review["Ngày quay"]) == ("12,5", "1/6/2023")
    edit = soup(client.get(f"{BASE}/unit/entries/{entry.code}/edit"))
    assert edit.select_one("[name=question_people]")["value"] == "12,5"
    assert edit.select_one("[name=question_filmed]")["value"] == "2023-06-01"
    assert [one["value"] for one in edit.select("[name=question_media][checked]")] == [
        "Máy quay", "Flycam"]
    first, second = attached(platform)
    third = sent(client, entry.code, question_plan=paper(b"%PDF-1.7 hai"))
    assert "có 3 tệp; cho phép tối đa 2" in soup(third).select_one(".field__error").text
    assert sent(client, entry.code, question_plan=paper(b"%PDF-1.7 hai"), question_people="3",
                drop_plan=[str(first.id)]).status_code == 303
    assert (stored(platform).answers["people"], len(attached(platform))) == ("3", 2)
    assert second.id in {one.id for one in attached(platform)}
    shown = facts(client.get(f"{BASE}/unit/entries/{entry.code}"))
    assert "so-do.png" in shown["Kế hoạch"]
    with platform.db.engine.connect() as connection:
        assert {one.sha256 for one in attached(platform)} <= set(named(connection))


def test_each_audience_reads_what_is_meant_for_it(client, platform, visit, make, unit):
    sent(client, question_plan=paper())
    entry, [plan] = stored(platform), attached(platform)
    other = make.submission(unit, "in_review", answers={"school": "THPT Khác"})
    make.submission(unit, "published")
    organiser, reviewer = visit.role("organiser"), visit.role("reviewer")
    whole = facts(organiser.get(f"{BASE}/organiser/entries/{entry.code}"))
    assert whole["Câu chuyện"] == "Một ngày"
    assert "Kế hoạch.pdf" in whole["Kế hoạch"]
    found = facts(reviewer.get(f"{BASE}/review/{other.code}"))
    assert found["Trường"] == "THPT Khác"
    assert "Câu chuyện" not in found
    where = f"{BASE}/attachments/{plan.id}"
    for who, status in ((organiser, 200), (reviewer, 200), (client, 200), (visit.public(), 401),
                        (visit.unit(make.unit(visit.contest)), 404), (visit.role("juror"), 403)):
        assert who.get(where).status_code == status
    answer = organiser.get(where)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{entry.code}-')
    assert organiser.get(f"{BASE}/attachments/{plan.id + 1}").status_code == 404
    rows = organiser.get(f"{BASE}/organiser/lists/entries.json").json
    line = next(row for row in rows if row["code"] == entry.code)
    assert (line["question.people"], line["question.plan"]) == (12.5, "Kế hoạch.pdf")
    organiser.set_cookie("lang", "en")
    english = organiser.get(f"{BASE}/organiser/lists/entries.xlsx")
    organiser.set_cookie("lang", "vi")
    sheet = load_workbook(io.BytesIO(english.data)).active
    titles = [cell.value for cell in sheet[1]]
    column = titles.index("Means")
    assert {row[column].value for row in sheet.iter_rows(min_row=2)} >= {"Camera; Drone"}
    text = organiser.get(f"{BASE}/organiser/lists/entries.csv").data.decode()
    assert "THPT Nguyễn Du" in text and "Số người" in text


def test_jurors_and_the_public_read_what_is_meant_for_them(visit, make, contest, unit):
    told = {"school": "THPT Nguyễn Du", "story": "Một ngày", "level": "Phường"}
    entry = make.submission(unit, "published", answers=told)
    juror = facts(visit.role("juror").get(f"{BASE}/jury/{entry.code}"))
    assert (juror["Trường"], juror["Câu chuyện"]) == ("THPT Nguyễn Du", "Một ngày")
    assert "Cấp" not in juror
    public = facts(visit.public().get(f"{BASE}/clips/{entry.code}"))
    assert public["Trường"] == "THPT Nguyễn Du"
    assert not {"Câu chuyện", "Cấp"} & set(public)


def test_nothing_public_is_told_while_a_blind_jury_marks(visit, make):
    hidden = make.contest("kin-2023", lambda text: asking(text.replace(
        "blind = false", "blind = true")))
    entry = make.submission(make.unit(hidden), "published", answers={"school": "THPT Nguyễn Du"})
    page = visit.public().get(f"/c/kin-2023/clips/{entry.code}")
    assert page.status_code == 200
    assert "Nguyễn Du" not in page.text


def test_an_entry_from_paper_is_asked_the_same(platform, visit, unit):
    organiser = visit.role("organiser")
    place = f"{BASE}/organiser/units/{unit.id}/paper"
    assert "Phương tiện" in organiser.get(place).text
    form = {**FORM, **SENT, "reason": "Nộp tại văn phòng", "scans": picture()}
    refused = organiser.post(place, data=form | {"question_level": ""})
    assert "“Cấp” chưa được trả lời" in soup(refused).select_one(".errors").text
    form |= {"scans": picture(), "question_plan": paper()}
    assert organiser.post(place, data=form).status_code == 303
    assert stored(platform).answers["level"] == "Phường"
    assert len(attached(platform)) == 1


@pytest.mark.parametrize("change", [
    ("[[questions]]\nid = \"school\"", "[[questions]]\nid = \"college\"", "không bỏ được"),
    ('kind = "number"', 'kind = "text"', "không đổi loại được"),
    ('"Flycam | Drone"', '"Máy bay | Drone"', "đã được chọn 1 lần"),
    ('most = 2\nseen_by = ["reviewers"]', 'most = 2\nseen_by = ["reviewers", "public"]',
     "không dành cho mọi người"),
    ('[[questions]]\nid = "plan"', '[[questions]]\nid = "map"', "đã có 1 câu trả lời"),
])
def test_rules_that_would_lose_or_expose_answers_are_refused(
    client, platform, make, contest, change
):
    found, instead, said = change
    assert found in QUESTIONS
    sent(client, question_plan=paper())
    source = QUAN11.read_text() + QUESTIONS.replace(found, instead, 1)
    with platform.db.write() as session, pytest.raises(DomainError) as refused:
        profiles.import_profile(session, source, at=WHILE_OPEN, reason="thử",
                                actor=make.actor(make.user("organiser", contest=contest)))
    assert isinstance(refused.value, Conflict)
    assert said in refused.value.vi


def test_rules_may_be_widened_and_a_question_given_up(client, platform, contest):
    sent(client)
    old = load(asking(QUAN11.read_text())).profile
    text = QUESTIONS.replace('"Flycam | Drone"', '"Flycam | Flying camera", "Khác | Other"')
    text = text.replace('id = "story"', 'id = "story"\nretired = true')
    text = text.replace('vi = "Số người"', 'vi = "Số người tham gia"')
    text = text.replace('kind = "date"', 'kind = "date"\nrequired = true')
    new = load(QUAN11.read_text() + text).profile
    with platform.db.read() as session:
        found = rule_guard.effects(
            session, session.get_one(Contest, contest.id), old, new, at=WHILE_OPEN)
    assert [one.kind for one in found] == ["told", "told"]
    assert "lời hỏi cũ: “Số người”" in found[0].vi
    assert "thành câu hỏi bắt buộc" in found[1].vi
    unasked = load(QUAN11.read_text()).profile
    with platform.db.read() as session:
        gone = rule_guard.effects(
            session, session.get_one(Contest, contest.id), old, unasked, at=WHILE_OPEN)
    assert [one.kind for one in gone] == ["refused"] * 6
