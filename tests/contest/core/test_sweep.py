"""Old sessions and spent invitations go; what is in use or lately ended stays."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from contest import jobs
from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.jobs import Later, sweep, worker
from contest.models import (
    Contest,
    Invitation,
    Mail,
    StaffSession,
    Submission,
    Task,
    UnitSession,
    Upload,
)
from contest.models.base import Base
from contest.services.core import mail, outbox
from contest.services.core import sweep as services
from contest.services.entry import uploads
from contest.services.people import invitations, sessions
from contest.services.units import units
from contest.wiring import Platform
from tests.contest.factory import Factory


def count(platform: Platform) -> list[int]:
    with platform.db.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0
                for table in (StaffSession, UnitSession, Invitation)]


def swept(platform: Platform) -> list[int]:
    with pytest.raises(Later) as later:
        sweep.run(platform, 0, lambda: None)
    assert later.value.due_at == platform.clock.now() + timedelta(days=1)
    return count(platform)


def test_what_ended_a_month_ago_goes(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
):
    begun = clock.moment
    user = make.user("juror", contest=contest)
    make.staff_token(user)  # ends after 12 hours
    make.unit_token(make.unit(contest))  # ends after 30 days
    jurors = [make.user(), make.user()]
    with platform.db.write() as session:
        spent, still_open = (
            invitations.create(session, juror, purpose="sign_in", actor=SYSTEM, at=begun,
                               key=platform.keys.invitations(session)) for juror in jurors
        )
        session.flush()
        invitations.use(session, spent, at=begun)
    assert swept(platform) == [1, 1, 2]
    clock.moment = begun + timedelta(days=30)
    assert swept(platform) == [1, 1, 2]
    clock.moment = begun + timedelta(days=31)
    assert swept(platform) == [0, 1, 1]
    clock.moment = begun + timedelta(days=61)
    assert swept(platform) == [0, 0, 0]
    assert make.fresh(user).active
    with platform.db.read() as session:
        assert session.get(Invitation, still_open.id) is None


def test_the_first_who_signs_in_has_it_swept_from_then_on(platform: Platform, make: Factory):
    for user in (make.user(), make.user()):
        with platform.db.write() as session:
            sessions.start(session, user, at=platform.clock.now())
    with platform.db.read() as session:
        assert session.scalars(select(Task.kind)).all() == ["sessions.sweep"]


def rows(platform: Platform, table: type[Base]) -> int:
    with platform.db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def finished(platform: Platform, kind: str, number: int, state: str = "done") -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        task = outbox.enqueue(session, kind, number, at=at)
        task.state, task.finished_at = state, at


def test_every_kind_of_work_is_either_forgotten_or_remembered():
    assert sorted(services.FORGOTTEN + services.REMEMBERED) == sorted(jobs.handlers())


def test_finished_work_goes_after_a_month_and_failed_work_stays(
    platform: Platform, clock: FixedClock
):
    for number, kind in enumerate(jobs.handlers()):
        finished(platform, kind, number)
        finished(platform, kind, 100 + number, "failed")
    finished(platform, "mail.send", 999)  # the last row of all stays, so that no number comes again
    clock.moment += timedelta(days=30)
    before = rows(platform, Task)
    swept(platform)
    assert rows(platform, Task) == before
    clock.moment += timedelta(seconds=1)
    swept(platform)
    with platform.db.read() as session:
        left = session.execute(select(Task.kind, Task.state, Task.row_id)).all()
    assert {kind for kind, state, number in left if state == "done" and number < 100} == set(
        services.REMEMBERED)
    assert {kind for kind, state, _ in left if state == "failed"} == set(jobs.handlers())


def test_a_swept_wish_may_be_wished_for_again(platform: Platform, clock: FixedClock):
    finished(platform, "names.read", 7)
    finished(platform, "names.read", 8)
    clock.moment += timedelta(days=31)
    swept(platform)
    with platform.db.write() as session:
        assert outbox.enqueue(session, "names.read", 7, at=clock.moment).state == "pending"


def test_many_rows_go_in_many_small_transactions(
    platform: Platform, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    at = platform.clock.now()
    with platform.db.write() as session:
        session.execute(insert(Task), [
            {"kind": "mail.send", "row_id": n, "key": f"mail.send:{n}", "state": "done",
             "due_at": at, "created_at": at, "finished_at": at} for n in range(1201)
        ])
    clock.moment += timedelta(days=31)
    with platform.db.write() as session:
        assert services.sweep(session, at=clock.moment) == services.BATCH
    beats: list[int] = []
    with pytest.raises(Later):
        sweep.run(platform, 0, lambda: beats.append(rows(platform, Task)))
    assert beats == [201, 1]


def test_sent_mails_go_after_a_quarter_and_their_numbers_are_not_given_again(
    platform: Platform, clock: FixedClock, contest: Contest
):
    def ask(to: str) -> int:
        with platform.db.write() as session:
            made = mail.enqueue(session, to=to, template="invitation", params={},
                              contest_id=contest.id, at=clock.moment)
            assert made is not None
            return made.id

    numbers = [ask(f"{n}@example.vn") for n in range(4)]
    with platform.db.write() as session:
        mail.not_sent(session, numbers[0], error="550", final=True)
        for number in numbers[1:]:
            mail.sent(session, number, at=clock.moment)
            task = outbox.enqueue(session, "mail.send", number, at=clock.moment)
            task.state, task.finished_at = "done", clock.moment
    clock.moment += timedelta(days=90)
    swept(platform)
    assert rows(platform, Mail) == 4
    clock.moment += timedelta(days=1)
    swept(platform)
    with platform.db.read() as session:
        assert session.scalars(select(Mail.id).order_by(Mail.id)).all() == [
            numbers[0], numbers[3]]
    assert ask("new@example.vn") == numbers[3] + 1


def test_an_ended_uploads_bytes_go_at_once_and_its_row_after_a_quarter(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
):
    submission = make.submission(make.unit(contest), "uploading")
    begun = [begin(platform, make, submission) for _ in range(3)]  # each one ends the one before
    folder = platform.settings.uploads_dir
    folder.mkdir(exist_ok=True)
    for upload in begun:
        (folder / upload.public_id).write_bytes(b"half")
    with platform.db.read() as session:
        due = outbox.due(session, at=clock.moment, wall=clock.moment)
    for task in (task for task in due if task.kind == "upload.expire"):
        worker.perform(platform, task.id)
    assert [path.name for path in folder.iterdir()] == [begun[2].public_id]
    clock.moment += timedelta(days=91)
    swept(platform)
    assert rows(platform, Upload) == 3  # somebody may still be reminded of them
    with platform.db.write() as session:
        session.execute(update(Task).values(state="done", finished_at=begun[0].begun_at))
    swept(platform)
    assert rows(platform, Upload) == 1


def begin(platform: Platform, make: Factory, submission: Submission) -> Upload:
    with platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        return uploads.begin(session, row, length=10, filename="clip.mp4",
                             actor=units.actor_of(row.unit), at=platform.clock.now())


def test_bytes_that_no_open_upload_owns_are_swept(
    platform: Platform, make: Factory, contest: Contest
):
    upload = begin(platform, make, make.submission(make.unit(contest), "uploading"))
    folder = platform.settings.uploads_dir
    folder.mkdir(exist_ok=True)
    for name in (upload.public_id, "a" * 32, "b" * 32):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (0, 0))
    (folder / ("b" * 32)).touch()  # it has grown just now
    swept(platform)
    assert {path.name for path in folder.iterdir()} == {upload.public_id, "b" * 32}


def test_what_killed_workers_and_requests_left_goes(platform: Platform) -> None:
    """A day old: files that were being received, too, which may show persons."""
    places = [platform.settings.data_dir / name for name in ("work", "incoming")]
    old, young = [], []
    for place in places:
        place.mkdir(exist_ok=True)
        (place / "left.other-machine").mkdir()
        for name in ("left", "left.other-machine/part"):
            (place / name).write_bytes(b"a proof")
        old += [place / "left", place / "left.other-machine"]
        young.append(place / "now")
        young[-1].write_bytes(b"a proof")
    for path in old:
        os.utime(path, (0, 0))
    swept(platform)
    assert [path.exists() for path in (*old, *young)] == [False] * 4 + [True] * 2
