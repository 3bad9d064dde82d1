"""An organiser sends a clip in a unit's place: same route, same rules, with the reason kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.errors import Invalid, NotAllowed, TooLate
from contest.jobs.uploads import expire, remind
from contest.models import AuditRow, ClipVersion, Mail, StaffSession, Submission, Upload
from contest.services.entry import errands
from contest.services.units import time_grants, units
from tests.contest.conftest import WHILE_OPEN
from tests.contest.entry.test_upload_rows import Phone

CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
PLACE = "/c/quan11-2023/organiser"


class Office(Phone):
    """An organiser's computer: tus with the staff's cookie."""

    def __init__(self, platform, token):
        super().__init__(platform)
        self.cookie = f"hoithi_staff={token}"


class Errands:
    """A unit with an entry, and the organiser who acts for it."""

    def __init__(self, platform, make, contest):
        self.platform, self.make, self.contest = platform, make, contest
        self.unit = make.unit(contest, "Phường 1", contact_email="phuong1@example.vn")
        self.entry = make.submission(self.unit, "uploading", contact_email="nhom@example.vn")
        self.person = make.user("organiser", contest=contest)

    def begin(self, person=None, reason="Đơn vị gửi clip qua Zalo", at=WHILE_OPEN):
        with self.platform.db.write() as session:
            return errands.begin(
                session, session.get_one(Submission, self.entry.id), "upload", reason=reason,
                actor=self.make.actor(person or self.person), at=at,
            )

    def office(self, person=None):
        return Office(self.platform, self.make.staff_token(person or self.person))

    def phone(self):
        return Phone(self.platform, self.make.unit_token(self.unit))

    def rows(self, table):
        with self.platform.db.read() as session:
            return session.scalars(select(table).order_by(table.id)).all()


@pytest.fixture
def desk(platform, make, contest):
    return Errands(platform, make, contest)


def test_the_clip_goes_the_units_way_and_says_who_sent_it(desk):
    office, begun = desk.office(), desk.begin()
    path = office.create(desk.entry, errand=begun.public_id)["headers"]["Location"]
    assert office.patch(path, b"0123")["status"] == 204
    assert office.head(path)["headers"]["Upload-Offset"] == "4"
    assert desk.phone().head(path)["status"] == 404
    assert office.patch(path, b"456789", 4)["status"] == 204

    assert desk.make.fresh(desk.entry).state == "checking"
    assert desk.rows(ClipVersion)[0].size == 10
    (upload,) = desk.rows(Upload)
    assert (upload.errand_id, upload.unit_id) == (begun.id, desk.unit.id)
    mails = {(m.to, m.template, m.params.get("deputy_reason")) for m in desk.rows(Mail)}
    assert mails == {(to, "receipt", "Đơn vị gửi clip qua Zalo")
                     for to in ("nhom@example.vn", "phuong1@example.vn")}
    with desk.platform.db.read() as session:
        trail = {(r.action, r.actor) for r in session.scalars(select(AuditRow))}
    me = f"user:{desk.person.id}"
    assert {("errand.begun", me), ("upload.begun", me), ("submission.checking", me)} <= trail


def test_only_whose_errand_it_is_and_while_signed_in(desk):
    begun = desk.begin()
    others = [desk.make.user(role, contest=desk.contest) for role in ("organiser", "reviewer")]
    for phone in (*map(desk.office, others), desk.phone(), Phone(desk.platform, "nobody")):
        assert phone.create(desk.entry, errand=begun.public_id)["status"] == 401
    office = desk.office()
    assert office.create(desk.entry, errand="0" * 32)["status"] == 401
    assert office.create(desk.entry)["status"] == 401  # without an errand staff send nothing
    path = office.create(desk.entry, errand=begun.public_id)["headers"]["Location"]
    with desk.platform.db.write() as session:
        for one in session.scalars(select(StaffSession)):
            one.revoked_at = WHILE_OPEN
    refused = office.patch(path, b"0123456789")
    assert refused["status"] == 401
    assert "đăng nhập lại" in refused["body"]
    assert desk.office().patch(path, b"0123456789")["status"] == 204
    with pytest.raises(NotAllowed):
        desk.begin(others[1])


def test_the_errands_own_entry_is_meant_whatever_the_metadata_say(desk):
    elsewhere = desk.make.submission(desk.make.unit(desk.contest), "uploading")
    desk.office().create(elsewhere, errand=desk.begin().public_id)
    assert desk.rows(Upload)[0].submission_id == desk.entry.id


def test_a_long_upload_is_use_of_the_session(desk, clock):
    office = desk.office()
    path = office.create(desk.entry, errand=desk.begin().public_id)["headers"]["Location"]
    for minutes in range(100, 300, 100):
        clock.moment = WHILE_OPEN + timedelta(minutes=minutes)
        assert office.head(path)["status"] == 200


def test_after_the_deadline_only_with_a_time_grant(desk, clock):
    clock.moment = at = CLOSE + timedelta(hours=1)
    with pytest.raises(TooLate, match="grant the unit more time"):
        desk.begin(at=at)
    with pytest.raises(Invalid):
        desk.begin(reason=" ", at=at)
    with desk.platform.db.write() as session:
        time_grants.grant(
            session, units.find(session, desk.contest, desk.unit.id),
            until=CLOSE + timedelta(days=1), reason="Mất điện",
            actor=desk.make.actor(desk.person), at=at,
        )
    office = desk.office()
    path = office.create(desk.entry, errand=desk.begin(at=at).public_id)["headers"]["Location"]
    assert office.patch(path, b"0123456789")["status"] == 204


def test_an_unfinished_one_is_no_worry_of_the_unit(desk, clock):
    desk.office().create(desk.entry, errand=desk.begin().public_id)
    (upload,) = desk.rows(Upload)
    remind(desk.platform, upload.id, lambda: None)
    clock.moment = upload.expires_at
    expire(desk.platform, upload.id, lambda: None)
    assert desk.rows(Mail) == []
    assert desk.rows(Upload)[0].state == "expired"


def test_the_pages_ask_for_the_reason_and_show_it(visit, desk, clock):
    browser, code = visit.user(desk.person), desk.entry.code
    assert "Gửi clip thay đơn vị" in browser.get(f"{PLACE}/entries/{code}").text
    assert browser.get(f"{PLACE}/entries/{code}/send").status_code == 200
    refused = browser.post(f"{PLACE}/entries/{code}/send", data={"way": "upload"})
    assert refused.status_code == 422
    form = {"way": "upload", "reason": "Qua Zalo"}
    sent = browser.post(f"{PLACE}/entries/{code}/send", data=form)
    assert sent.status_code == 303
    page = browser.get(sent.location)
    assert page.status_code == 200
    assert "Qua Zalo" in page.text
    key = sent.location.rpartition("/")[2]
    assert f"&#34;errand&#34;: &#34;{key}&#34;" in page.text
    other = visit.role("organiser").get(sent.location)
    assert (other.status_code, other.location) == (303, f"{PLACE}/entries/{code}/send")
    begun = browser.get(f"{PLACE}/entries/{code}").text
    assert "Qua Zalo" not in begun  # nothing has come yet
    office = desk.office()
    path = office.create(desk.entry, errand=key)["headers"]["Location"]
    assert office.patch(path, b"0123456789")["status"] == 204
    for text in (browser.get(f"{PLACE}/entries/{code}").text,
                 visit.unit(desk.unit).get(f"/c/quan11-2023/unit/entries/{code}").text):
        assert "Qua Zalo" in text
    clock.moment = CLOSE
    browser = visit.user(desk.person)
    assert "gia hạn" in browser.get(f"{PLACE}/entries/{code}/send").text
    late = browser.post(f"{PLACE}/entries/{code}/send", data=form)
    assert late.status_code == TooLate.status
    assert "gia hạn cho đơn vị trước" in late.text
