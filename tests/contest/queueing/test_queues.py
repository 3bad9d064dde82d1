"""Who waits in which lane, and what a unit is told of its place."""

from datetime import timedelta

from sqlalchemy import select

from contest.lanes import LANES
from contest.models import Check, Contest, Task
from contest.services.core import outbox
from contest.services.queueing import queues
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory


def test_a_lane_tells_who_waits_since_when_and_who_is_at_work(
    platform: Platform, contest: Contest
) -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        for number in range(3):
            outbox.enqueue(session, "mail.send", number, at=at - timedelta(minutes=number),
                           contest_id=contest.id)
        outbox.enqueue(session, "check.deep", 1, at=at, contest_id=contest.id, priority="low")
        outbox.enqueue(session, "backup.run", 1, at=at)
        outbox.enqueue(session, "names.read", 2, at=at, due_at=at + timedelta(hours=1))
        outbox.claim(session, outbox.enqueue(session, "check.quick", 7, at=at).id, wall=at)
    with platform.db.read() as session:
        all_of_them = queues.waiting(session, at=at)
        of_contest = queues.waiting(session, at=at, contest=session.get_one(Contest, contest.id))
    assert tuple(all_of_them) == tuple(of_contest) == LANES
    assert all_of_them["mail"] == queues.Lane(3, at - timedelta(minutes=2), 0)
    assert all_of_them["now"] == queues.Lane(0, None, 1)
    assert all_of_them["later"].count == 2
    assert of_contest["later"].count == 1
    assert all_of_them["soon"] == queues.Lane()


def clips(platform: Platform, contest: Contest, make: Factory, count: int) -> list[Check]:
    """So many clips that wait for their quick check, in this order."""
    at = platform.clock.now()
    found = []
    for number in range(count):
        version = make.submission(make.unit(contest)).versions[-1]
        with platform.db.write() as session:
            check = session.scalars(
                select(Check).where(Check.version_id == version.id, Check.kind == "quick")
            ).one()
            check.state, check.verdict, check.finished_at, check.started_at = (
                "queued", None, None, None
            )
            task = session.scalars(
                select(Task).where(Task.key == f"check.quick:{check.id}")
            ).one_or_none() or outbox.enqueue(session, "check.quick", check.id, at=at)
            task.state, task.due_at = "pending", at + timedelta(seconds=number)
            found.append(check)
    return found


def test_a_clip_knows_its_place_and_about_how_long_it_takes(
    platform: Platform, contest: Contest, make: Factory
) -> None:
    waiting = clips(platform, contest, make, 5)
    at = platform.clock.now() + timedelta(minutes=1)
    with platform.db.read() as session:
        assert queues.place(session, waiting[2], at=at) == queues.Place(2, None)
    with platform.db.write() as session:
        outbox.claim(session, session.scalars(
            select(Task.id).where(Task.key == f"check.quick:{waiting[0].id}")
        ).one(), wall=at)
        first = session.get_one(Check, waiting[1].id)
        first.state, first.verdict, first.started_at, first.finished_at = (
            "done", "pass", at - timedelta(seconds=30), at - timedelta(seconds=10)
        )
        task = session.scalars(select(Task).where(Task.key == f"check.quick:{first.id}")).one()
        task.state = "done"
    with platform.db.read() as session:
        assert queues.place(session, waiting[0], at=at) is None
        # one at work and one that waits before it: the third, two at a time, 20 s each
        assert queues.place(session, waiting[3], at=at) == queues.Place(2, timedelta(seconds=40))
        assert queues.place(session, waiting[2], at=at) == queues.Place(1, timedelta(seconds=20))


def test_the_unit_reads_its_place_and_the_desk_sees_the_lanes(
    platform: Platform, contest: Contest, make: Factory, visit: Visits
) -> None:
    waiting = clips(platform, contest, make, 3)
    make.platform.__dict__["clock"].moment += timedelta(minutes=1)
    with platform.db.write() as session:
        version = session.get_one(Check, waiting[2].id).version
        submission = version.submission
        submission.state, code, unit = "checking", submission.code, submission.unit
        outbox.enqueue(session, "mail.send", 99, at=platform.clock.now(), contest_id=contest.id)
    page = visit.unit(unit).get(f"/c/{contest.slug}/unit/entries/{code}").text
    assert "Còn 2 clip được kiểm tra trước." in page
    assert "Ước chừng" not in page  # nothing has been measured yet
    page = visit.unit(unit).english().get(f"/c/{contest.slug}/unit/entries/{code}").text
    assert "2 clips are checked before it." in page
    desk = visit.role("organiser").get(f"/c/{contest.slug}/organiser/jobs").text
    assert "Việc nền đang chờ, theo làn" in desk
    assert all(label in desk for label in ("Ngay:", "Thư và thông báo", "Đúng hẹn:", "Sau:"))
