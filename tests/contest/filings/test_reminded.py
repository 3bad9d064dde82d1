"""Planned reminders of filings: who owes what, once each, by a unit's own time, by mail or Zalo."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.errors import Invalid
from contest.jobs import Later
from contest.jobs.mail import remind, write
from contest.models import Contest, Mail, Task, Telling, Unit
from contest.profile import load, reminding
from contest.services.core import profiles
from contest.services.filings import filings
from contest.services.messages import planned
from tests.contest.factory import QUAN11
from tests.contest.filings.owed import owing
from tests.contest.filings.test_filings import PAPER, Office

ROOM = "/c/quan11-2023/organiser/messages"
DUE = "due = 2023-06-20T11:00:00+07:00"  # of the report


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-{text}+07:00")


def reminded(source: str) -> str:
    """The rule file with the filings, of which units are reminded three days and six hours before.
    """
    return owing(source) + '\n[reminders]\nfilings = ["3d", "6 giờ"]\n'


@pytest.fixture
def contest(make) -> Contest:
    return make.contest(edit=reminded)


@pytest.fixture
def office(platform, make, contest) -> Office:
    return Office(platform, make, contest)


@pytest.fixture
def tick(platform, contest, clock):
    """What goes out when the worker looks at this time: unit and filing, in order."""
    def look(moment):
        clock.moment = local(moment)
        before = len(mails(platform))
        with pytest.raises(Later):
            remind(platform, contest.id, lambda: None)
        with platform.db.read() as session:
            return [(session.get_one(Unit, one.params["unit_id"]).name, one.params["filing"])
                    for one in mails(platform)[before:]]

    return look


def mails(platform) -> list[Mail]:
    with platform.db.read() as session:
        return list(session.scalars(
            select(Mail).where(Mail.template == "filing_reminder").order_by(Mail.id)))


def test_rules_without_such_reminders_keep_their_hash_and_plan_none():
    plain = load(f'{QUAN11.read_text()}\n[reminders]\nuploads = ["3d"]\n')
    assert "filings" not in plain.content["reminders"]
    assert not reminding.planned(load(owing(QUAN11.read_text())).profile)
    found = load(reminded(QUAN11.read_text())).profile
    words = [one for one in reminding.abouts(found) if one not in reminding.ABOUT]
    assert reminding.planned(found) and len(set(words)) == 3
    assert {len(one) for one in words} == {16}  # as many as the column holds
    assert reminding.filing_of(found, words[1]).id == "report"


def test_those_who_owe_are_reminded_once_of_each_thing_and_led_to_its_page(
    office, platform, tick
):
    units = ["Đoàn Phường 10", "Đoàn Phường 2", "Đoàn trường Nguyễn Du"]
    office.file("report", PAPER, unit=office.far)
    assert tick("06-06T05:00") == []  # six hours before the registration is due: quiet hours
    assert sorted(tick("06-06T07:00")) == [(unit, "registration") for unit in units]
    assert tick("06-06T07:05") == []
    letter = write(platform, mails(platform)[0])
    assert letter.subject.startswith("Nhắc nộp “Đăng ký thi đua”: Đoàn ")
    assert "http://localhost/c/quan11-2023/unit/filings/registration" in letter.text
    assert "Hãy nộp trước 11g00 ngày 6/6/2023." in letter.html
    assert sorted(tick("06-17T11:00")) == [(unit, "report") for unit in units[1:]]
    office.deed(filings.give_back, "report", "Thiếu dấu", unit=office.far, at=local("06-18T09:00"))
    office.file("report", PAPER, at=local("06-19T09:00"))
    # Six hours before are quiet, and so what is due at 11:00 is reminded of when they end.
    assert sorted(tick("06-20T07:00")) == [(units[0], "report"), (units[2], "report")]
    assert "đã được trả lại để sửa và chưa nộp lại" in "".join(
        write(platform, one).text for one in mails(platform)[-2:])
    assert tick("06-27T17:00") == [(units[2], "article")]
    assert tick("06-30T11:00") == [(units[2], "article")]


def test_two_things_that_are_due_within_a_day_are_both_reminded_of(office, platform, tick):
    with platform.db.write() as session:
        source = reminded(QUAN11.read_text()).replace(
            "2023-06-30T17:00:00", "2023-06-20T17:00:00")
        profiles.import_profile(session, source, actor=SYSTEM, at=local("06-05T10:00"),
                                reason="Gần nhau")
    school = "Đoàn trường Nguyễn Du"
    assert (school, "report") in tick("06-17T11:00")
    assert tick("06-17T15:00") == []
    assert tick("06-17T17:00") == [(school, "article")]


def test_a_unit_with_more_time_is_reminded_before_its_own_deadline_whenever_that_is(
    office, platform, tick, contest, clock
):
    until = local("07-20T18:00")
    clock.moment = local("06-30T18:00")  # all is over for the others
    remind(platform, contest.id, lambda: None)  # and nothing is looked for any more
    with platform.db.write() as session:
        session.scalars(select(Task).where(Task.kind == profiles.REMIND)).one().state = "done"
    office.deed(filings.give_time, "report", until, "Bão", at=clock.moment)
    with platform.db.read() as session:  # from now on it is, again
        assert session.scalars(
            select(Task.state).where(Task.kind == profiles.REMIND)).one() == "pending"
    assert tick("07-17T17:59") == []
    assert tick("07-17T18:00") == [("Đoàn Phường 2", "report")]
    assert tick("07-20T12:00") == [("Đoàn Phường 2", "report")]
    clock.moment = until
    remind(platform, contest.id, lambda: None)
    assert len(mails(platform)) == 2


def test_a_deadline_that_moves_takes_its_reminders_along_and_says_so(office, platform, tick):
    assert len(tick("06-17T11:00")) == 3
    with platform.db.write() as session:
        contest = profiles.find(session, "quan11-2023")
        moved = contest.revision.source.replace(DUE, DUE.replace("T11", "T18"))
        said = profiles.effects_of(session, contest, load(moved).profile, at=local("06-17T12:00"))
        assert [one.en for one in said if 'Reminders to file "Report"' in one.en]
        profiles.import_profile(session, moved, actor=SYSTEM, at=local("06-17T12:00"),
                                reason="Dời hạn")
    assert tick("06-17T18:00") == []  # hardly moved: not once more
    assert tick("06-20T07:00") == []  # the old time
    assert len(tick("06-20T12:00")) == 3


def test_the_desk_shows_what_is_planned_and_stops_it(office, platform, visit, tick, contest):
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(f"{ROOM}").text, "html.parser")
    assert "Nhắc nộp “Đăng ký thi đua”" in page.main.text
    [first, *_] = page.select(f"a[href='/c/{contest.slug}/organiser/filings?filing=report"
                              "&show=owing']")
    assert first.text == "3 người, nếu gửi bây giờ"
    assert "Nhắc nộp “Đăng ký thi đua”" in client.get(f"/c/{contest.slug}/organiser/").text
    with platform.db.read() as session:
        found = planned.waves(session, session.get_one(Contest, contest.id),
                              at=platform.clock.now())
    [word] = [one.word for one in found if one.key.hours == 72
              and one.key.about == reminding.about_filing("report")]
    assert client.post(f"{ROOM}/stop", data={"wave": word}).status_code == 303
    assert tick("06-17T11:00") == []
    assert len(tick("06-20T07:00")) == 3
    assert tick("06-20T10:00") == []


def test_a_unit_without_an_address_is_told_of_each_thing_by_a_text_of_its_own(
    office, platform, visit, clock
):
    with platform.db.write() as session:
        session.get_one(Unit, office.unit.id).contact_email = ""
    client, room = visit.role("organiser"), f"{ROOM}/chat/filings"
    assert client.post(f"{room}/links").status_code == 303
    page = BeautifulSoup(client.get(room).text, "html.parser")
    cards = {card.select_one("a[href*='/filings/']").text: card for card in page.select("li.card")}
    assert list(cards) == ["Đăng ký thi đua", "Báo cáo"]  # what is due first first
    assert "/u?next=/c/quan11-2023/unit/filings/report#" in cards["Báo cáo"].text
    assert len({one["id"] for one in page.select("[id^=letter-]")}) == 2
    form = cards["Báo cáo"].select_one("form[action$='/told']")
    data = {one["name"]: one["value"] for one in form.select("input") if one.get("name")}
    for _ in range(2):
        assert client.post(f"{room}/told", data=data).status_code == 303
    with platform.db.read() as session:
        [row] = session.scalars(select(Telling))
    assert row.deadline == local("06-20T11:00")
    left = BeautifulSoup(client.get(room).text, "html.parser").select("li.card")
    assert len(left) == 1 and "Đăng ký thi đua" in left[0].text
    assert client.post(f"{room}/told/{row.id}/undo").status_code == 303
    assert len(BeautifulSoup(client.get(room).text, "html.parser").select("li.card")) == 2
    assert client.post(f"{room}/told", data=data | {"about": ""}).status_code == 409
    clock.moment += timedelta(days=20)
    assert client.get(room).text.count('<li class="card"') == 0


def test_a_rule_file_names_hours_and_days_as_for_all_reminders():
    source = reminded(QUAN11.read_text()).replace('"6 giờ"', '"soon"')
    with pytest.raises(Invalid) as refused:
        load(source)
    assert [one["key"] for one in refused.value.data["faults"]] == ["reminders.filings.1"]
