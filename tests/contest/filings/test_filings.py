"""What units file besides clips: by when, late or not, given back, more time, who has filed."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select

from contest.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, TooLate
from contest.jobs.mail import write
from contest.models import Attachment, AuditRow, Contest, Filing, Mail, Unit
from contest.profile import load
from contest.services.core import profiles
from contest.services.filings import filings, overview
from contest.services.filings.filings import Given
from contest.services.filings.overview import Wanted
from contest.services.questions.attachments import Sent
from contest.services.units import unit_merging, units
from tests.contest.conftest import WHILE_OPEN
from tests.contest.factory import QUAN11
from tests.contest.filings.owed import FILINGS, owing

BASE = "/c/quan11-2023"
DUE = datetime.fromisoformat("2023-06-06T11:00:00+07:00")
REPORT_DUE = datetime.fromisoformat("2023-06-20T11:00:00+07:00")
MOMENT = timedelta(seconds=1)
PEOPLE = Given({"people": "12", "leader": "Lê Thị Cúc"})
PAPER = Given(files={"file": [Sent("pdf", "a" * 64, 9, "bao-cao.pdf")]})
PDF = b"%PDF-1.7 bao cao"


class Office:
    """Units of a contest that owe filings, and what they and the organisers do."""

    def __init__(self, platform, make, contest):
        self.platform, self.make, self.contest = platform, make, contest
        self.unit = make.unit(contest, "Đoàn Phường 2")
        self.school = make.unit(contest, "Đoàn trường Nguyễn Du", group="Trường học")
        self.far = make.unit(contest, "Đoàn Phường 10")
        self.person = make.actor(make.user("organiser", contest=contest))

    def file(self, key="registration", given=PEOPLE, *, unit=None, at=WHILE_OPEN, reason=None):
        with self.platform.db.write() as session:
            here = units.find(session, self._contest(session), (unit or self.unit).id)
            who = units.actor_of(here) if reason is None else self.person
            return filings.file(session, here, key, given, actor=who, at=at, reason=reason or "")

    def deed(self, deed, *args, unit=None, at=WHILE_OPEN, actor=None):
        with self.platform.db.write() as session:
            here = units.find(session, self._contest(session), (unit or self.unit).id)
            deed(session, here, *args, actor=actor or self.person, at=at)

    def standing(self, key="registration", *, unit=None, at=WHILE_OPEN):
        with self.platform.db.read() as session:
            here = units.find(session, self._contest(session), (unit or self.unit).id)
            found = filings.find(session, here, key, at=at)
            return found.state, found.late

    def grid(self, key="", show="", words="", at=WHILE_OPEN):
        with self.platform.db.read() as session:
            found = overview.listed(session, self._contest(session), Wanted(key, show, words),
                                    at=at)
            return [line.unit.name for line in found.rows]

    def sums(self, at=WHILE_OPEN):
        with self.platform.db.read() as session:
            found = overview.sums(session, self._contest(session), at=at)
            return {one.rule.id: (one.owing, one.filed, one.late) for one in found}

    def _contest(self, session) -> Contest:
        return session.get_one(Contest, self.contest.id)


@pytest.fixture
def contest(make) -> Contest:
    return make.contest(edit=owing)


@pytest.fixture
def office(platform, make, contest) -> Office:
    return Office(platform, make, contest)


def test_rules_that_owe_nothing_keep_their_hash():
    assert "filings" not in load(QUAN11.read_text()).content
    found = load(owing(QUAN11.read_text())).profile.filings
    assert [one.id for one in found] == ["registration", "report", "article"]
    assert [one.id for one in found[1].asks] == ["file"]
    assert [one.owed_by("Phường") for one in found] == [True, True, False]


@pytest.mark.parametrize(("found", "instead", "key", "said"), [
    ('id = "leader"', 'id = "people"', "filings.0.questions", "trùng"),
    ('id = "article"', 'id = "report"', "profile", "trùng"),
    ("least = 1", "least = 1\nmost = 0", "filings.0.questions.0.least", "lớn hơn most"),
    ("least = 1", 'seen_by = ["public"]', "filings.0.questions", "seen_by"),
    ("due = 2023-06-20T11:00:00+07:00", "due = 2023-06-20T11:00:00", "filings.1.due", "múi giờ"),
])
def test_a_filing_that_contradicts_itself_is_refused(found, instead, key, said):
    assert found in FILINGS
    with pytest.raises(Invalid) as refused:
        load(QUAN11.read_text() + FILINGS.replace(found, instead, 1))
    assert [said in one["vi"] for one in refused.value.data["faults"] if one["key"] == key] == [
        True]


def test_the_deadline_is_the_first_instant_that_is_late(office):
    assert office.standing(at=DUE - MOMENT) == ("owed", False)
    assert office.standing(at=DUE) == ("owed", True)
    office.file(at=DUE - MOMENT)
    assert office.standing(at=DUE + MOMENT) == ("filed", False)
    with pytest.raises(TooLate, match="was due at 11:00 on 6 June 2023"):
        office.file(at=DUE, unit=office.far)
    office.file("report", PAPER, at=REPORT_DUE)
    assert office.standing("report", at=REPORT_DUE) == ("filed", True)


def test_what_was_filed_in_time_is_given_back_and_mended_without_being_late(office, platform):
    office.file()
    with pytest.raises(Invalid):
        office.deed(filings.give_back, "registration", "  ")
    office.deed(filings.give_back, "registration", "Ghi lại số người.", at=DUE)
    assert office.standing(at=DUE) == ("returned", False)
    with pytest.raises(Conflict):
        office.deed(filings.give_back, "registration", "Lần nữa", at=DUE)
    office.file(given=Given({"people": "30"}), at=DUE + timedelta(days=1))
    assert office.standing(at=DUE + timedelta(days=2)) == ("filed", False)
    with platform.db.read() as session:
        row = session.scalars(select(Filing)).one()
        assert row.answers == {"people": "30"}
        actions = session.scalars(select(AuditRow.action).where(
            AuditRow.action.startswith("filing.")).order_by(AuditRow.seq)).all()
    assert actions == ["filing.filed", "filing.returned", "filing.filed"]


def test_one_unit_has_more_time_than_the_others(office):
    later = DUE + timedelta(days=2)
    for until, reason in ((DUE, "Mất điện"), (later, " ")):
        with pytest.raises(Invalid):
            office.deed(filings.give_time, "registration", until, reason)
    office.deed(filings.give_time, "registration", later, "Mất điện", at=DUE)
    assert office.standing(at=DUE) == ("owed", False)
    assert office.grid("registration", "overdue", at=DUE) == [
        "Đoàn Phường 10", "Đoàn trường Nguyễn Du"]
    office.file(at=later - MOMENT)
    assert office.standing(at=later) == ("filed", False)
    with pytest.raises(TooLate):
        office.file(at=later, unit=office.far)


def test_a_unit_is_told_at_once_what_is_to_be_mended_and_of_more_time(office, platform, make):
    office.file("report", PAPER)
    office.deed(filings.give_back, "report", "Thiếu dấu của Đoàn")
    office.deed(filings.give_time, "registration", DUE + timedelta(days=2), "Mất điện", at=DUE)
    with platform.db.write() as session:
        session.get_one(Unit, office.far.id).contact_email = ""
    office.deed(filings.give_time, "report", REPORT_DUE + MOMENT, "Bão", unit=office.far)
    with platform.db.read() as session:
        back, time = session.scalars(select(Mail).order_by(Mail.id))
    assert [back.to, time.to] == [office.unit.contact_email] * 2
    letter = write(platform, back)
    assert letter.subject == "Cần sửa “Báo cáo” của Đoàn Phường 2"
    assert "Thiếu dấu của Đoàn" in letter.text and "Thiếu dấu của Đoàn" in letter.html
    assert "Hãy sửa rồi nộp lại trước 11g00 ngày 20/6/2023." in letter.text
    assert f"http://localhost{BASE}/unit/filings/report" in letter.text
    letter = write(platform, time)
    assert "được nộp “Đăng ký thi đua” đến 11g00 ngày 8/6/2023" in letter.text
    assert "Lý do: Mất điện" in letter.text
    office.file("report", PAPER, at=DUE)  # what is done is not asked for by a letter that waited
    assert "Hãy sửa" not in write(platform, back).text
    assert "không cần làm gì thêm" in write(platform, back).html


def test_an_organiser_files_for_a_unit_with_a_reason_and_nobody_else_does(office, make, contest):
    with pytest.raises(Invalid):
        office.file(reason=" ")
    office.file(reason="Gửi qua Zalo")
    assert office.standing() == ("filed", False)
    other = units.actor_of(office.far)
    for deed, *values in ((filings.file, "registration", PEOPLE),
                          (filings.give_back, "registration", "x"),
                          (filings.give_time, "registration", DUE + MOMENT, "x")):
        with pytest.raises(NotAllowed):
            office.deed(deed, *values, actor=other)
    with pytest.raises(NotFound):
        office.file("article", PAPER)
    office.file("article", PAPER, unit=office.school)
    with pytest.raises(Invalid, match="has no file"):
        office.file("report", Given())
    with pytest.raises(Invalid, match='"People" has no answer'):
        office.file(given=Given(), unit=office.far)


def test_the_grid_says_who_has_filed_and_who_has_not(office):
    office.file()
    office.file("report", PAPER, unit=office.far, at=REPORT_DUE)
    everybody = ["Đoàn Phường 2", "Đoàn Phường 10", "Đoàn trường Nguyễn Du"]
    assert sorted(office.grid()) == sorted(everybody)
    assert office.grid("registration", "filed") == ["Đoàn Phường 2"]
    assert set(office.grid("registration", "missing")) == set(everybody[1:])
    assert office.grid("registration", "overdue") == []
    assert set(office.grid("registration", "overdue", at=DUE)) == set(everybody[1:])
    assert office.grid("article") == ["Đoàn trường Nguyễn Du"]
    assert office.grid(words="phuong 10") == ["Đoàn Phường 10"]
    office.deed(filings.give_back, "registration", "Thiếu")
    assert office.grid("", "returned") == ["Đoàn Phường 2"]
    assert office.grid("registration", "filed") == []
    after = REPORT_DUE + MOMENT
    assert set(office.grid("report", "late", at=after)) == set(everybody)
    assert office.sums(at=after) == {
        "registration": (3, 1, 2), "report": (3, 1, 3), "article": (1, 0, 0)}


def test_what_is_still_owed_and_what_is_due_soon_is_found_by_each_units_own_time(
    office, platform, visit
):
    soon = REPORT_DUE - timedelta(days=3)
    assert office.grid("report", "soon", at=soon - MOMENT) == []
    assert len(office.grid("report", "soon", at=soon)) == 3
    assert office.grid("report", "soon", at=REPORT_DUE) == []
    office.deed(filings.give_time, "report", REPORT_DUE + timedelta(days=5), "Bão")
    office.file("report", PAPER, unit=office.far)
    assert office.grid("report", "soon", at=soon) == ["Đoàn trường Nguyễn Du"]
    assert office.grid("report", "soon", at=REPORT_DUE + timedelta(days=2)) == ["Đoàn Phường 2"]
    office.deed(filings.give_back, "report", "Thiếu", unit=office.far, at=soon)
    assert sorted(office.grid("report", "soon", at=soon)) == [
        "Đoàn Phường 10", "Đoàn trường Nguyễn Du"]
    assert len(office.grid("report", "owing")) == 3
    desk = soup(visit.role("organiser").get(f"{BASE}/organiser/"))
    [grid] = {one["href"] for one in desk.select("a[href*='organiser/filings?']")}
    assert grid == f"{BASE}/organiser/filings?show=soon"
    shown = soup(visit.role("organiser").get(grid))
    assert "3 đơn vị còn phải nộp" in desk.text and len(shown.select("tbody tr")) == 3


def test_merged_units_keep_what_they_filed(office, platform):
    office.file()
    office.file("report", PAPER)
    office.file(unit=office.far, given=Given({"people": "3"}))
    with platform.db.write() as session:
        one, into = (session.get_one(Unit, unit.id) for unit in (office.unit, office.far))
        unit_merging.merge(session, one, into, reason="Sắp xếp", actor=office.person,
                           at=WHILE_OPEN)
    assert office.standing("report", unit=office.far) == ("filed", False)
    with platform.db.read() as session:
        rows = session.scalars(select(Filing).where(Filing.unit_id == office.far.id)).all()
        assert {row.filing: row.answers.get("people") for row in rows} == {
            "registration": "3", "report": None}


@pytest.mark.parametrize("change", [
    ('id = "report"', 'id = "essay"', "không bỏ được"),
    ('kind = "number"\nrequired = true\nleast = 1', "required = true", "không đổi loại được"),
])
def test_rules_that_would_lose_what_was_filed_are_refused(office, platform, change):
    found, instead, said = change
    assert found in FILINGS
    office.file()
    office.file("report", PAPER)
    with platform.db.write() as session, pytest.raises(DomainError) as refused:
        profiles.import_profile(
            session, QUAN11.read_text() + FILINGS.replace(found, instead, 1), at=WHILE_OPEN,
            reason="thử", actor=office.person,
        )
    assert said in refused.value.vi


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.data, "html.parser")


def test_the_way_through_the_screens(office, visit, platform):
    client, organiser = visit.unit(office.unit), visit.role("organiser")
    home = client.get(f"{BASE}/unit")
    assert "Hạn nộp: 11g00 ngày 6/6/2023." in home.text
    place = f"{BASE}/unit/filings/report"
    assert client.get(f"{BASE}/unit/filings/article").status_code == 404
    refused = client.post(place, data={"question_file": (io.BytesIO(b"MZ"), "x.pdf")})
    assert (refused.status_code, "không thuộc loại" in refused.text) == (422, True)
    assert client.post(place, data={}).status_code == 422
    sent = client.post(place, data={"question_file": (io.BytesIO(PDF), "Báo cáo.pdf")})
    assert sent.status_code == 303
    assert "Báo cáo.pdf" in client.get(place).text
    desk = f"{BASE}/organiser/filings"
    assert desk in organiser.get(f"{BASE}/organiser/units").text
    grid = soup(organiser.get(desk))
    assert [one.text for one in grid.select(".figure__value")] == ["0/3", "1/3", "0/1"]
    one = f"{desk}/{office.unit.id}/report"
    assert "Báo cáo.pdf" in organiser.get(one).text
    assert organiser.post(f"{one}/back", data={"back-note": ""}).status_code == 422
    assert organiser.post(f"{one}/back", data={"back-note": "Thiếu dấu"}).status_code == 303
    assert "Cần sửa: Thiếu dấu" in client.get(f"{BASE}/unit").text
    late = organiser.post(f"{one}/time", data={"time-until": "2023-06-01T10:00",
                                               "time-reason": "Bão"})
    assert "phải sau 11g00 ngày 20/6/2023" in late.text
    assert organiser.post(f"{one}/time", data={
        "time-until": "2023-06-25T10:00", "time-reason": "Bão"}).status_code == 303
    assert "Được gia hạn: Bão" in client.get(place).text
    for_it = f"{desk}/{office.far.id}/registration"
    assert organiser.post(for_it, data={"question_people": "5"}).status_code == 422
    assert organiser.post(for_it, data={
        "question_people": "5", "reason": "Qua Zalo"}).status_code == 303
    assert "Ban Tổ chức nộp thay: Qua Zalo" in visit.unit(office.far).get(
        f"{BASE}/unit/filings/registration").text
    with platform.db.read() as session:
        file_id = session.scalars(select(Attachment.id)).one()
    whose = f"{BASE}/attachments/{file_id}"
    assert [who.get(whose).status_code for who in (
        client, organiser, visit.unit(office.far), visit.role("reviewer"), visit.role("juror"),
        visit.public())] == [200, 200, 404, 403, 403, 401]
    archive = zipfile.ZipFile(io.BytesIO(organiser.get(f"{desk}/report.zip").data))
    assert [archive.read(name) for name in archive.namelist()] == [PDF]
    sheet = load_workbook(io.BytesIO(organiser.get(f"{desk}/registration.xlsx").data)).active
    lines = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=2)}
    assert lines["Đoàn Phường 10"][3] == "Đã nộp"
    assert lines["Đoàn Phường 10"][7] == 5
    assert lines["Đoàn Phường 2"][3] == "Chưa nộp"
    assert "Đoàn trường Nguyễn Du" in organiser.get(f"{desk}/article.csv").data.decode()
    assert organiser.get(f"{desk}/nothing.csv").status_code == 404


def test_a_contest_that_owes_nothing_shows_none_of_it(make, visit):
    plain = make.contest("khong-nop-2023")
    organiser = visit.role("organiser", contest=plain)
    page = organiser.get("/c/khong-nop-2023/organiser/filings")
    assert (page.status_code, "Thể lệ không yêu cầu" in page.text) == (200, True)
    assert "/organiser/filings" not in organiser.get("/c/khong-nop-2023/organiser/units").text
    assert "Báo cáo, đăng ký" not in visit.unit(make.unit(plain)).get("/c/khong-nop-2023/unit").text
