"""Reminders: the exact mail, who gets it, nobody twice within the hour unless asked."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.clock import FixedClock
from contest.errors import NotAllowed, TooLate
from contest.jobs.mail import write
from contest.models import AuditRow, Contest, Mail, Task, Unit, User
from contest.services.desk import reminders
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

ROOM = "/c/quan11-2023/organiser/reminders"
MARKING = datetime.fromisoformat("2023-06-14T16:02:00+07:00")


@pytest.fixture
def units(make: Factory, contest: Contest) -> list[Unit]:
    """One that has sent its clip, one that has not, one that has neither clip nor e-mail."""
    made = [make.unit(contest, "Đoàn Đã Gửi"), make.unit(contest, "Đoàn Chưa Gửi"),
            make.unit(contest, "Đoàn Chỉ Có Máy", contact_email="", contact_phone="0903 111 222")]
    make.submission(made[0], "in_review")
    return made


def mails(platform: Platform) -> list[Mail]:
    with platform.db.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_the_page_shows_the_very_mail_that_is_sent(
    units: list[Unit], platform: Platform, visit: Visits
):
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(f"{ROOM}/missing").text, "html.parser")
    assert client.post(f"{ROOM}/missing").status_code == 303
    [row] = mails(platform)
    letter = write(platform, row)
    assert row.to == units[1].contact_email
    assert page.select_one(".letter").text.strip() == letter.text.strip()
    assert letter.subject in page.main.text
    with platform.db.read() as session:
        assert session.scalars(select(Task.kind)).all() == ["mail.send"]
        [sent] = session.scalars(select(AuditRow).where(AuditRow.action == "reminder.sent"))
        assert sent.after == {"kind": "missing", "mails": 1}


def test_who_cannot_be_mailed_is_listed_with_the_telephone(units: list[Unit], visit: Visits):
    page = BeautifulSoup(visit.role("organiser").get(f"{ROOM}/missing").text, "html.parser")
    reached, unreached = page.select("table")
    assert "Đoàn Chưa Gửi" in reached.text
    assert "Đoàn Chỉ Có Máy" in unreached.text
    assert unreached.select_one("a[href='tel:0903111222']")
    assert "Đoàn Đã Gửi" not in page.main.text


def test_nobody_is_mailed_twice_within_the_hour_unless_asked(
    units: list[Unit], platform: Platform, clock: FixedClock, visit: Visits
):
    client = visit.role("organiser")
    client.post(f"{ROOM}/missing")
    client.post(f"{ROOM}/missing")
    assert len(mails(platform)) == 1
    assert "vừa nhắc" in client.get(f"{ROOM}/missing").text
    client.post(f"{ROOM}/missing", data={"again": "y"})
    assert len(mails(platform)) == 2
    clock.moment += timedelta(hours=1)
    client.post(f"{ROOM}/missing")
    assert len(mails(platform)) == 3


def test_units_with_something_to_mend_get_their_findings(
    make: Factory, contest: Contest, platform: Platform, visit: Visits
):
    unit = make.unit(contest)
    faulty = make.submission(unit, "needs_fix")
    asked = make.submission(unit, "changes_requested")
    make.submission(unit, "in_review")
    visit.role("organiser").post(f"{ROOM}/findings")
    assert {(m.template, m.params["submission_id"], m.to) for m in mails(platform)} == {
        ("findings", faulty.id, faulty.contact_email),
        ("changes_requested", asked.id, asked.contact_email),
    }


def test_the_mail_of_another_recipient_is_shown_on_request(
    make: Factory, contest: Contest, visit: Visits
):
    for name in ("Đoàn An", "Đoàn Bình"):
        make.submission(make.unit(contest, name), "needs_fix")
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(f"{ROOM}/findings").text, "html.parser")
    for name, link in [(a.text, a["href"]) for a in page.select("tbody th a")]:
        shown = BeautifulSoup(client.get(link).text, "html.parser").select_one(".letter")
        assert name in shown.text
    english = BeautifulSoup(client.english().get(f"{ROOM}/findings").text, "html.parser")
    assert english.select_one(".letter")["lang"] == "vi"  # the mail speaks its reader's language
    assert english.select_one(".letter").text == page.select_one(".letter").text


def test_after_the_deadline_no_reminder_leaves(
    units: list[Unit], platform: Platform, clock: FixedClock, visit: Visits
):
    clock.moment = MARKING
    client = visit.role("organiser")
    assert client.post(f"{ROOM}/missing").status_code == TooLate.status
    assert "Gửi thư nhắc</button>" not in client.get(f"{ROOM}/missing").text
    assert mails(platform) == []


def test_jobs_and_others_ask_for_the_permission(
    units: list[Unit], make: Factory, contest: Contest, platform: Platform
):
    reviewer: User = make.user("reviewer", contest=contest)
    with platform.db.write() as session, pytest.raises(NotAllowed):
        reminders.send(session, session.get_one(Contest, contest.id), "missing",
                       actor=make.actor(reviewer), at=platform.clock.now())


def test_a_long_list_of_recipients_is_paged(make: Factory, contest: Contest, visit: Visits):
    for number in range(60):
        make.unit(contest, f"Chi đoàn {number:02}")
    address = f"/c/{contest.slug}/organiser/reminders/missing"
    first, second = (visit.role("organiser").get(f"{address}?page={n}").text for n in (1, 2))
    assert f"{address}?page=2" in first
    assert ("Chi đoàn 00" in first, "Chi đoàn 59" in first) == (True, False)
    assert "Chi đoàn 59" in second


def test_pages_that_the_database_takes_hold_what_the_whole_list_holds(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    """Entries past their time, without an address, mailed just now and long ago, on two pages."""
    for number in range(80):
        entry = make.submission(make.unit(contest), ("needs_fix", "changes_requested")[number % 2])
        with platform.db.write() as session:
            row = session.get_one(type(entry), entry.id)
            row.contact_email = "" if number % 5 == 0 else row.contact_email
            row.changes_until = MARKING + timedelta(days=1) if number % 7 else None
            if number % 3 == 0:
                at = MARKING - timedelta(minutes=30 if number % 2 else 90)
                session.add(Mail(
                    contest_id=contest.id, to="x@example.vn", template=reminders.TO_MEND[row.state],
                    params={"submission_id": row.id}, created_at=at, state="sent", sent_at=at,
                ))
    for at in (platform.clock.now(), MARKING):
        with platform.db.read() as session:
            row = session.get_one(Contest, contest.id)
            found = reminders.recipients(session, row, "findings", at=at)
            reached = [one for one in found if one.email]
            pages = [reminders.listed(session, row, "findings", at=at, number=n) for n in (1, 2)]
            wanted = reached[-1].subject  # stands on the second page
            chosen = reminders.listed(session, row, "findings", at=at, to=wanted)
        assert len(found) == (80 if at < MARKING else 68)
        assert [one for page in pages for one in page.reached.rows] == reached
        assert {page.reached.total for page in pages} == {len(reached)}
        assert [one.subject for one in pages[0].unreached.rows] == [
            one.subject for one in found if not one.email]
        assert {page.lately for page in pages} == {sum(one.lately(at) for one in reached)}
        assert 0 < pages[0].lately < len(reached)
        assert [page.shown and page.shown.subject for page in (*pages, chosen)] == [
            reached[0].subject, reached[0].subject, wanted]
