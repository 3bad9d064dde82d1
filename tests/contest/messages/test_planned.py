"""Planned reminders: who, when, never twice, whatever is killed, moved, stopped."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, select

from contest import profile as rule_files
from contest.actors import SYSTEM, Actor
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.jobs import Later
from contest.jobs.mail import remind
from contest.models import AuditRow, Contest, Mail, Reminder, Task
from contest.profile import reminding
from contest.services.core import profiles
from contest.services.messages import planned
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import QUAN11, Factory

ROOM = "/c/quan11-2023/organiser/messages"


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-{text}+07:00")


def planning(text: str) -> Callable[[str], str]:
    return lambda source: f"{source}\n[reminders]\n{text}\n"


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=planning('uploads = ["3d", "6 giờ"]\nfixing = ["1d"]\n'
                                      'reviewing = ["1d"]\nmarking = ["2 ngày"]\n'
                                      'counting = ["5h"]'))


@pytest.fixture
def organiser(make: Factory, contest: Contest) -> Actor:
    return make.actor(make.user("organiser", contest=contest))


def tick(platform: Platform, contest: Contest, clock: FixedClock, moment: str) -> list[str]:
    """What goes out when the worker looks at this time: addresses, in order."""
    clock.moment = local(moment)
    before = len(mails(platform))
    with pytest.raises(Later):
        remind(platform, contest.id, lambda: None)
    return [row.to for row in mails(platform)[before:]]


def mails(platform: Platform) -> list[Mail]:
    with platform.db.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def waves(platform: Platform, contest: Contest) -> dict[str, planned.Wave]:
    """By what they are about and how many hours before."""
    with platform.db.read() as session:
        found = planned.waves(session, session.merge(contest, load=False), at=platform.clock.now())
    return {f"{wave.key.about} {wave.key.hours}": wave for wave in found}


def moved(platform: Platform, deadline: str) -> None:
    """The deadline for clips under new rules."""
    with platform.db.write() as session:
        contest = profiles.find(session, "quan11-2023")
        source = contest.revision.source.replace("entries_close = 2023-06-11T00:00:00+07:00",
                                                 f"entries_close = 2023-{deadline}+07:00")
        profiles.import_profile(session, source, actor=SYSTEM, at=platform.clock.now(),
                                reason="Dời hạn.")


def test_reminders_reach_those_concerned_once_at_their_time(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    late, sent, silent = (make.unit(contest, name) for name in ("Muộn", "Xong", "Không email"))
    with platform.db.write() as session:
        session.merge(silent).contact_email = ""
    make.submission(sent, "in_review")
    assert tick(platform, contest, clock, "06-08T00:00:30") == []  # 3 days before: quiet hours
    assert tick(platform, contest, clock, "06-08T06:59:59") == []
    assert tick(platform, contest, clock, "06-08T07:00") == [late.contact_email]
    assert tick(platform, contest, clock, "06-08T07:05") == []
    assert tick(platform, contest, clock, "06-08T12:00") == []
    assert tick(platform, contest, clock, "06-10T18:00") == [late.contact_email]
    assert {(m.template, m.params["unit_id"]) for m in mails(platform)} == {("reminder", late.id)}
    found = waves(platform, contest)
    assert (found["uploads 72"].state, found["uploads 72"].sent) == ("over", 1)
    assert found["uploads 6"].unreached == 1


def test_what_a_worker_misses_before_the_quiet_hours_goes_out_after_them(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    moved(platform, "06-11T20:55:00")  # three days before: five minutes before it is quiet
    assert tick(platform, contest, clock, "06-08T20:50") == []
    assert tick(platform, contest, clock, "06-08T21:01") == []  # it was down meanwhile
    assert tick(platform, contest, clock, "06-09T07:00") == [unit.contact_email]
    assert tick(platform, contest, clock, "06-09T07:05") == []


def test_each_kind_has_its_own_people(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    faulty, waits = make.submission(unit, "needs_fix"), make.submission(unit, "in_review")
    posted = make.submission(make.unit(contest), "published")
    reviewer, juror, organiser = (
        make.user(role, contest=contest) for role in ("reviewer", "juror", "organiser"))
    assert tick(platform, contest, clock, "06-10T07:00") == [faulty.contact_email]
    assert tick(platform, contest, clock, "06-11T08:00") == [reviewer.email]
    assert tick(platform, contest, clock, "06-19T11:00") == [organiser.email]
    assert tick(platform, contest, clock, "06-24T07:00") == [juror.email]
    told = [(m.template, m.params.get("count")) for m in mails(platform)]
    assert told == [("findings", None), ("review_reminder", 1), ("count_reminder", 1),
                    ("jury_reminder", 1)]
    assert waits.id != posted.id


def test_a_reminder_of_what_is_closed_is_not_sent(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    make.submission(make.unit(contest), "published")
    make.user("juror", contest=contest)
    with platform.db.write() as session:
        session.get_one(Contest, contest.id).jury_locked_at = clock.now()
    assert tick(platform, contest, clock, "06-24T07:00") == []


def test_two_workers_at_once_send_once(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    units = [make.unit(contest, f"Đoàn {n}") for n in range(5)]
    clock.moment = local("06-08T07:00")

    def work(_: int) -> None:
        with platform.db.write() as session:
            planned.send_due(session, session.get_one(Contest, contest.id), at=clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(m.to for m in mails(platform)) == sorted(u.contact_email for u in units)


def test_many_letters_take_as_many_statements_as_few_and_each_keeps_its_own(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    silent = make.unit(contest, contact_email="")
    units = [make.unit(contest) for _ in range(2)]
    with platform.db.read() as session:  # rules are read once a process, whoever comes first
        profiles.profile_of(session.get_one(Contest, contest.id))
    few = _sending(platform, contest, clock, "06-08T07:00", 2)
    units += [make.unit(contest) for _ in range(12)]
    many = _sending(platform, contest, clock, "06-10T18:00", 14)
    assert len(many) == len(few), "\n\n".join(many)
    with platform.db.read() as session:
        told = select(Reminder.subject, Mail.to, Mail.params).join(
            Mail, Mail.id == Reminder.mail_id).where(Reminder.hours == 6)
        kept = [tuple(row) for row in session.execute(told.order_by(Reminder.subject))]
        tasks = set(session.scalars(select(Task.row_id).where(Task.kind == "mail.send")))
    assert kept == [(unit.id, unit.contact_email, {"unit_id": unit.id}) for unit in units]
    assert tasks == {mail.id for mail in mails(platform)}
    assert silent.id not in {subject for subject, *_ in kept}


def _sending(
    platform: Platform, contest: Contest, clock: FixedClock, moment: str, count: int
) -> list[str]:
    """The statements with which ``count`` letters are queued."""
    clock.moment, said = local(moment), list[str]()

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(platform.db.engine, "before_cursor_execute", hear)
    with platform.db.write() as session:
        found = planned.send_due(session, session.get_one(Contest, contest.id), at=clock.now())
    event.remove(platform.db.engine, "before_cursor_execute", hear)
    assert found == count
    return said


def test_a_kill_before_the_commit_sends_nothing_and_loses_nothing(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    clock.moment = local("06-08T07:00")
    with pytest.raises(KeyboardInterrupt), platform.db.write() as session:
        assert planned.send_due(session, session.get_one(Contest, contest.id), at=clock.now()) == 1
        raise KeyboardInterrupt
    assert mails(platform) == []
    assert tick(platform, contest, clock, "06-08T07:01") == [unit.contact_email]


def test_a_worker_that_was_down_sends_the_latest_once_and_nothing_stale(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    assert tick(platform, contest, clock, "06-08T13:00") == []  # six hours late: a person decides
    assert waves(platform, contest)["uploads 72"].state == "late"
    assert tick(platform, contest, clock, "06-10T20:00") == [unit.contact_email]
    assert tick(platform, contest, clock, "06-10T22:00") == []


def test_who_has_just_been_mailed_is_spared(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock, visit: Visits
):
    make.unit(contest)
    clock.moment = local("06-08T05:00")
    visit.role("organiser").post("/c/quan11-2023/organiser/reminders/missing")
    assert tick(platform, contest, clock, "06-08T07:00") == []
    assert tick(platform, contest, clock, "06-08T12:59") == []  # spared for good, not put off


def test_a_deadline_that_moves_takes_along_what_was_not_sent_and_says_so(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    assert tick(platform, contest, clock, "06-08T07:00") == [unit.contact_email]
    source = contest.revision.source if contest.revision else ""
    later = rule_files.load(source.replace("2023-06-11T00:00:00", "2023-06-11T18:00:00")).profile
    with platform.db.read() as session:
        effects = profiles.effects_of(session, session.merge(contest, load=False), later,
                                      at=clock.now())
    said = " ".join(one.vi + one.en for one in effects)
    assert "Lời nhắc gửi clip chưa gửi được xếp lại theo hạn mới" in said
    assert "Reminders to send a clip" in said
    moved(platform, "06-11T18:00:00")
    assert tick(platform, contest, clock, "06-08T18:00") == []  # 18 hours later: not once more
    assert tick(platform, contest, clock, "06-10T18:00") == []  # the old time
    assert tick(platform, contest, clock, "06-11T12:00") == [unit.contact_email]


def test_a_deadline_that_moves_by_days_is_reminded_of_anew(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    assert tick(platform, contest, clock, "06-08T07:00") == [unit.contact_email]
    moved(platform, "06-12T07:30:00")
    assert tick(platform, contest, clock, "06-09T07:30") == [unit.contact_email]


def test_a_unit_with_more_time_is_reminded_before_its_own_deadline(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    unit = make.unit(contest)
    with platform.db.write() as session:
        session.merge(unit).entries_until = local("06-13T18:00")
    assert tick(platform, contest, clock, "06-10T18:00") == [unit.contact_email]  # 3 days before
    assert tick(platform, contest, clock, "06-13T12:00") == [unit.contact_email]


def test_what_was_stopped_goes_to_nobody_until_it_is_planned_again(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock, organiser: Actor
):
    unit = make.unit(contest)
    word = waves(platform, contest)["uploads 72"].word
    with platform.db.write() as session:
        one = session.get_one(Contest, contest.id)
        planned.stop(session, one, word, actor=organiser, at=clock.now())
        planned.stop(session, one, word, actor=organiser, at=clock.now())
    assert waves(platform, contest)["uploads 72"].state == "stopped"
    assert tick(platform, contest, clock, "06-08T08:00") == []
    with platform.db.write() as session:
        planned.resume(session, session.get_one(Contest, contest.id), word, actor=organiser,
                       at=clock.now())
    assert tick(platform, contest, clock, "06-08T08:05") == [unit.contact_email]
    with platform.db.read() as session:
        query = select(AuditRow.action).where(AuditRow.action.like("reminder.%"))
        assert session.scalars(query.order_by(AuditRow.seq)).all() == [
            "reminder.stopped", "reminder.resumed", "reminder.sent"]


def test_what_is_sent_now_does_not_go_out_again(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock, organiser: Actor
):
    unit = make.unit(contest)
    word = waves(platform, contest)["uploads 72"].word
    clock.moment = local("06-07T23:00")  # a person may, at any hour
    for count in (1, 0):
        with platform.db.write() as session:
            assert planned.send_now(session, session.get_one(Contest, contest.id), word,
                                    actor=organiser, at=clock.now()) == count
    assert [m.to for m in mails(platform)] == [unit.contact_email]
    assert tick(platform, contest, clock, "06-08T07:00") == []
    reviewer = make.actor(make.user("reviewer", contest=contest))
    with platform.db.write() as session:
        one = session.get_one(Contest, contest.id)
        with pytest.raises(NotAllowed):
            planned.send_now(session, one, word, actor=reviewer, at=clock.now())
        with pytest.raises(Conflict):
            planned.stop(session, one, "uploads-1-72", actor=organiser, at=clock.now())


def test_the_task_ends_with_the_contest_and_begins_again_with_a_later_deadline(
    contest: Contest, platform: Platform, clock: FixedClock
):
    with platform.db.read() as session:
        [task] = session.scalars(select(Task).where(Task.kind == profiles.REMIND))
    clock.moment = local("06-26T00:00")
    remind(platform, contest.id, lambda: None)
    with platform.db.write() as session:
        session.get_one(Task, task.id).state = "done"
    with platform.db.write() as session:
        source = profiles.find(session, "quan11-2023").revision.source
        source = source.replace("2023-06-25T23:59:59", "2023-06-28T23:59:59")
        profiles.import_profile(session, source, actor=SYSTEM, at=clock.now(),
                                reason="Dời hạn chấm.")
    with platform.db.read() as session:
        assert session.get_one(Task, task.id).state == "pending"


def test_rules_without_reminders_have_no_task_and_keep_their_hash(
    make: Factory, platform: Platform
):
    make.contest("khong-nhac-2023")
    with platform.db.read() as session:
        assert session.scalars(select(Task).where(Task.kind == profiles.REMIND)).all() == []
    plain = rule_files.load(QUAN11.read_text())
    assert "reminders" not in plain.content
    named = rule_files.load(planning("quiet_from = 21")(QUAN11.read_text()))
    assert named.sha256 == plain.sha256


@pytest.mark.parametrize(
    ("written", "hours"),
    [('["7d", "1d", "6h"]', [168, 24, 6]), ('["1 ngày", "24h", "3 giờ"]', [24, 3]), ("[]", [])],
)
def test_offsets_are_written_in_days_or_hours(written: str, hours: list[int]):
    profile = rule_files.load(planning(f"uploads = {written}")(QUAN11.read_text())).profile
    assert reminding.offsets(profile, "uploads") == hours


@pytest.mark.parametrize("written", ['["0d"]', '["3"]', '["-1d"]', '["3 tuần"]', '[3]', '["1.5h"]'])
def test_an_offset_that_cannot_be_read_is_refused_with_its_key(written: str):
    with pytest.raises(Invalid, match=r"reminders\.uploads"):
        rule_files.load(planning(f"uploads = {written}")(QUAN11.read_text()))


@pytest.mark.parametrize(
    ("hours", "quiet", "due"),
    [
        (72, (21, 7), "06-08T07:00"), (6, (21, 7), "06-10T18:00"), (1, (21, 7), "06-10T20:00"),
        (12, (11, 13), "06-10T13:00"), (1, (5, 5), "06-10T23:00"), (24, (0, 6), "06-10T06:00"),
        (3, (21, 7), "06-10T20:00"), (2, (22, 23), "06-10T23:00"),
    ],
)
def test_nothing_is_due_in_quiet_hours(hours: int, quiet: tuple[int, int], due: str):
    text = f"quiet_from = {quiet[0]}\nquiet_to = {quiet[1]}"
    profile = rule_files.load(planning(text)(QUAN11.read_text())).profile
    until = profile.schedule.entries_close
    assert reminding.due_at(profile, until, hours) == local(due)
    assert reminding.quiet_until(profile, reminding.due_at(profile, until, hours)) is None


def test_the_page_shows_when_to_whom_and_what_failed_and_acts_by_one_tap(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock, visit: Visits
):
    unit = make.unit(contest, "Đoàn Phường 8", contact_email="sai@example.vn")
    client = visit.role("organiser", name="Lê Tổ Chức")
    page = BeautifulSoup(client.get(ROOM).text, "html.parser")
    card = page.select_one("li.card[id^='uploads-'][id$='-72']")
    assert "07g00 ngày 8/6/2023 (trước 3 ngày)" in card.text
    assert "1 người, nếu gửi bây giờ" in card.text
    word = card["id"]
    assert client.post(f"{ROOM}/stop", data={"wave": word}).status_code == 303
    assert "Lê Tổ Chức đã dừng" in client.get(ROOM).text
    assert client.post(f"{ROOM}/send", data={"wave": word}).status_code == 303
    with platform.db.write() as session:
        [row] = session.scalars(select(Mail))
        row.state, row.error = "failed", "550 no such person"
        assert session.scalars(select(Reminder.subject)).all() == [unit.id]
    told = client.get(ROOM).text
    assert "sai@example.vn: 550 no such person" in told
    assert "1 thư lỗi" in told
    assert client.post(f"{ROOM}/stop", data={"wave": "uploads-1-1"}).status_code == Conflict.status
    english = client.english().get(ROOM).text
    assert "Not sent in time" not in english
    assert "3 days before" in english
