"""Who is told at once: a board's members of clips that wait for their votes, a unit of its time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs import Later
from contest.jobs.checks import HANDLERS
from contest.jobs.mail import write
from contest.models import Contest, Mail, Task, Unit
from contest.services.desk import reminders
from contest.services.entry import reviews, staff_mails
from contest.services.units import time_grants
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.entry.board_room import Room
from tests.contest.factory import Factory

UNTIL = datetime.fromisoformat("2023-06-13T00:00:00+07:00")
CHAT = "/c/quan11-2023/organiser/messages/chat/granted"


@pytest.fixture
def room(platform: Platform, make: Factory) -> Callable[..., Room]:
    return lambda **numbers: Room(platform, make, **numbers)


def call(here: Room) -> list[Mail]:
    """The task runs as often as it likes; the mails that it queues."""
    before = len(here.mails())
    for _ in range(2):
        HANDLERS[staff_mails.CALL](here.platform, here.contest.id, lambda: None)
    with here.platform.db.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))[before:]


def test_each_member_has_one_mail_about_all_clips_that_wait_for_them(
    room: Callable[..., Room], make: Factory
) -> None:
    here = room(approvals=2)
    with here.platform.db.write() as session:
        here_too = session.get_one(Contest, here.contest.id)
        for minutes in (0, 1, 4):
            at = here.make.at + timedelta(minutes=minutes)
            staff_mails.call_members(session, here_too, at=at)
        tasks = session.scalars(select(Task).where(Task.kind == staff_mails.CALL)).all()
        assert len(tasks) == 1
        assert timedelta(minutes=15) <= tasks[0].due_at - here.make.at <= timedelta(minutes=45)
    other = make.submission(make.unit(here.contest), "in_review", title="Hạt mầm")
    here.vote(0, "approve")
    told = {mail.to: mail for mail in call(here)}
    assert set(told) == {member.email for member in here.members}
    one, three = (write(here.platform, told[here.members[n].email]) for n in (0, 3))
    assert "1 clip chờ phiếu" in one.subject
    assert (other.code in one.text, here.submission.code in one.text) == (True, False)
    assert "2 clip chờ phiếu" in three.subject
    assert "/c/quan11-2023/review/" in three.text
    assert call(here) == []
    here.vote(3, "approve")  # decides about the first
    for number in (0, 3):
        decision = reviews.Decision(other.version_id or 0, "reject", reason="Chưa đúng chủ đề.")
        with here.platform.db.write() as session:
            row = session.get_one(type(other), other.id)
            reviews.decide(session, row, decision, actor=make.actor(here.members[number]),
                           at=here.make.at)
    assert "không cần làm gì nữa" in write(here.platform, told[here.members[3].email]).text


def test_a_new_vote_after_a_decision_is_told_again_and_nobody_in_quiet_hours(
    room: Callable[..., Room], clock: FixedClock
) -> None:
    here = room(approvals=2)
    assert len(call(here)) == 4
    clock.moment += timedelta(minutes=1)
    here.vote(0, "approve")
    here.vote(1, "approve")
    clock.moment += timedelta(minutes=1)
    with here.platform.db.write() as session:
        row = session.get_one(type(here.submission), here.submission.id)
        reviews.reopen(session, row, actor=here.make.actor(here.members[2]), at=here.make.at,
                       reason="Bấm nhầm")
        assert session.scalars(select(Task).where(Task.kind == staff_mails.CALL)).one()
    clock.moment = clock.moment.astimezone(UNTIL.tzinfo).replace(hour=23)
    with pytest.raises(Later) as later:
        call(here)
    assert later.value.due_at.astimezone(UNTIL.tzinfo).hour == 7
    with here.platform.db.write() as session:
        row = session.get_one(Contest, here.contest.id)
        staff_mails.call_members(session, row, at=here.make.at)
        last = session.scalars(select(Task).where(Task.kind == staff_mails.CALL)
                               .order_by(Task.id.desc())).first()
        assert last is not None
        assert last.due_at == later.value.due_at
    clock.moment = later.value.due_at
    assert len(call(here)) == 4


def test_members_are_told_only_where_the_rules_have_them_vote(
    room: Callable[..., Room], make: Factory
) -> None:
    here = room()
    with here.platform.db.write() as session:
        row = session.get_one(Contest, here.contest.id)
        staff_mails.call_members(session, row, at=here.make.at)
        assert session.scalars(select(Task)).all() == []
    assert call(here) == []


def grant(platform: Platform, make: Factory, unit: Unit, organiser: object) -> int:
    with platform.db.write() as session:
        row = time_grants.grant(
            session, session.get_one(Unit, unit.id), until=UNTIL, reason="Mất điện cả phường",
            actor=organiser, at=platform.clock.now(),  # type: ignore[arg-type]
        )
        session.flush()
        return row.id


def test_a_unit_that_is_granted_time_is_told_at_once_and_when_it_is_taken_back(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    unit, organiser = make.unit(contest), make.actor(make.user("organiser", contest=contest))
    grant_id = grant(platform, make, unit, organiser)
    with platform.db.read() as session:
        [first] = session.scalars(select(Mail))
    letter = write(platform, first)
    assert (first.to, first.template) == (unit.contact_email, "time_granted")
    assert "hết ngày 12/6/2023" in letter.text
    assert "Lý do: Mất điện cả phường" in letter.text
    assert "Hãy gửi clip trước" in letter.text
    assert "/c/quan11-2023/unit" in letter.text
    with platform.db.write() as session:
        row = session.get_one(Contest, contest.id)
        for _ in range(2):
            time_grants.revoke(session, row, grant_id, actor=organiser, at=platform.clock.now())
    with platform.db.read() as session:
        first, then = session.scalars(select(Mail).order_by(Mail.id))
    assert then.template == "time_revoked"
    assert "hết ngày 10/6/2023" in write(platform, then).text
    assert "hết ngày 12/6" not in write(platform, first).text  # what it says holds when it goes out


def test_a_unit_without_an_address_is_on_the_list_to_be_told_by_chat(
    platform: Platform, make: Factory, contest: Contest, visit: Visits
) -> None:
    unit = make.unit(contest, "Đoàn Im", contact_email="", contact_phone="0903 111 222")
    grant(platform, make, unit, make.actor(make.user("organiser", contest=contest)))
    grant(platform, make, make.unit(contest, "Đoàn Có Thư"),
          make.actor(make.user("organiser", contest=contest)))
    client = visit.role("organiser")
    assert "nhắn phần gia hạn qua Zalo" in client.get(
        f"/c/quan11-2023/organiser/units/{unit.id}").text
    client.post(f"{CHAT}/links")
    shown = client.get(CHAT).text
    assert "Mất điện cả phường" in shown
    assert "Đoàn Có Thư" not in shown
    assert client.post(f"{CHAT}/told", data={"subject": unit.id}).status_code == 303
    assert "Mất điện cả phường" not in client.get(CHAT).text
    with platform.db.read() as session:
        row = session.get_one(Contest, contest.id)
        assert len(reminders.recipients(session, row, "granted", at=platform.clock.now())) == 2
        assert len(reminders.recipients(session, row, "granted", at=UNTIL)) == 0
