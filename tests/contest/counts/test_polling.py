"""The Page is read at set times before the cut-off, and when an organiser asks: each clip once a
round, whatever becomes of the others."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.jobs import Later
from contest.jobs import interactions as job
from contest.jobs.worker import perform
from contest.models import Contest, Publication, Snapshot, Submission, Task
from contest.services.counts import interactions, official, polling
from contest.services.counts.interactions import Reading
from contest.services.fanpage import publications
from social.simulator.process import SimulatorProcess
from tests.contest.counts.test_interactions import CUT_OFF
from tests.contest.posting import Bench

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def rounds(bench: Bench) -> list[Task]:
    with bench.platform.db.read() as session:
        query = select(Task).where(Task.kind == polling.KIND).order_by(Task.due_at)
        return list(session.scalars(query))


def until(bench: Bench, moment: datetime) -> None:
    """Let the regular rounds pass up to this moment, unread."""
    bench.clock.moment = moment
    with bench.platform.db.write() as session:
        for task in session.scalars(select(Task).where(Task.kind == polling.KIND)):
            task.state = "done" if task.due_at < moment else "pending"


def work(bench: Bench) -> None:
    for task in bench.due():
        perform(bench.platform, task.id)


def snapshots(bench: Bench, submission: Submission | None = None) -> list[Snapshot]:
    with bench.platform.db.read() as session:
        query = select(Snapshot).order_by(Snapshot.id)
        if submission is not None:
            query = query.where(Snapshot.submission_id == submission.id)
        return list(session.scalars(query))


def late(bench: Bench) -> int:
    with bench.platform.db.read() as session:
        return len(interactions.late_waiting(session, session.get_one(Contest, bench.contest.id)))


def publication(bench: Bench, submission: Submission) -> Publication:
    return bench.publication(submission)


# ------------------------------------------------------------------------------- the set moments


def test_the_page_is_read_until_the_cut_off(bench: Bench, simulator: SimulatorProcess) -> None:
    [submission] = bench.posted()
    simulator.answers(shares="told")
    simulator.set_counts(code=f"#{submission.code}", reactions={"LIKE": 7, "LOVE": 1}, shares=2)
    moments = [task.due_at for task in rounds(bench)]
    minutes = [(CUT_OFF - moment).total_seconds() / 60 for moment in moments[-9:]]
    assert minutes == [60, 30, 15, 10, 5, 3, 2, 1, 0.5]
    until(bench, CUT_OFF - 15 * MINUTE)
    work(bench)
    [first] = snapshots(bench)
    assert first.reactions_by_kind["LOVE"] == 1
    until(bench, CUT_OFF - MINUTE)
    work(bench)
    [_, newest] = snapshots(bench)
    assert newest.taken_at <= CUT_OFF
    assert newest.reactions_by_kind == {}  # no second call when time is short
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        found = official.official_counts(session, contest)[submission.id]
    assert (found.reactions, found.shares, found.late) == (8, 2, False)


def test_shares_that_are_not_told_are_unknown(bench: Bench, simulator: SimulatorProcess) -> None:
    [submission] = bench.posted()
    simulator.set_counts(code=f"#{submission.code}", shares=40)
    assert bench.readings() == [submission.code]
    [found] = snapshots(bench)
    assert (found.reactions, found.shares) == (0, None)


@pytest.mark.parametrize(
    ("refused", "known"), [("shares", (5, None)), ("reactions", (None, 9))],
)
def test_what_can_be_read_is_kept_where_a_field_is_refused(
    bench: Bench, simulator: SimulatorProcess, refused: str, known: tuple[int | None, int | None]
) -> None:
    [submission] = bench.posted()
    simulator.answers(shares="told", refused_fields=refused)
    simulator.set_counts(code=f"#{submission.code}", reactions=5, shares=9)
    assert bench.readings() == [submission.code]
    [found] = snapshots(bench)
    assert (found.reactions, found.shares) == known


def test_a_post_id_stored_without_its_page_is_read_all_the_same(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    [submission] = bench.posted()
    with bench.platform.db.write() as session:
        row = session.scalars(select(Publication)).one()
        assert row.post_id
        row.post_id = row.post_id.partition("_")[2]
    assert bench.readings() == [submission.code]


@pytest.mark.parametrize("stored", [None, "100000000000001_5"])
def test_a_post_that_is_not_known_or_not_there_is_found_through_the_video(
    bench: Bench, simulator: SimulatorProcess, stored: str | None
) -> None:
    [submission] = bench.posted()
    with bench.platform.db.write() as session:
        session.scalars(select(Publication)).one().post_id = stored
    assert bench.readings() == [submission.code]
    assert publication(bench, submission).post_id == simulator.posts()[0]["id"]


# --------------------------------------------------------------------- one clip and the others

PASSING = ["error_before", "bad_gateway", "drop", "empty", "error_in_200", "redirect"]


@pytest.mark.parametrize("kind", [*PASSING, "permission", "invalid_input"])
def test_one_clips_error_stops_no_other_and_is_shown(
    bench: Bench, simulator: SimulatorProcess, kind: str
) -> None:
    entries = bench.posted(3)
    bad, *good = entries
    simulator.fault("counts", kind, about=f"#{bad.code}", times=500)
    assert bench.readings() == sorted(submission.code for submission in good)
    shown = publication(bench, bad)
    assert shown.error
    assert shown.error_data["vi"] and shown.error_data["en"]
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        [gap] = publications.blockers(session, contest, at=bench.clock.now())
    assert (gap.code, gap.count, bad.code in gap.vi) == ("publications.unread", 1, True)
    assert all(submission.code not in gap.vi for submission in good)
    simulator.control("DELETE", "faults")
    assert bench.readings() == sorted(submission.code for submission in entries)
    shown = publication(bench, bad)
    assert (shown.error, "vi" in shown.error_data) == ("", False)


def test_a_round_that_is_begun_again_reads_only_what_it_lacks(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    bad, *good = bench.posted(3)
    simulator.fault("counts", "error_before", about=f"#{bad.code}", times=job.PASSES)
    assert bench.readings() == sorted(submission.code for submission in good)
    bench.clock.moment += job.AGAIN
    work(bench)
    assert [len(snapshots(bench, submission)) for submission in (bad, *good)] == [1, 1, 1]
    assert [task.state for task in rounds(bench) if task.due_at <= bench.clock.now()][-1] == "done"


def test_a_round_done_twice_reads_each_clip_once(bench: Bench) -> None:
    bench.posted(2)
    bench.readings()
    with bench.platform.db.write() as session:  # as if the worker had died before it said so
        newest = session.scalars(select(Task).where(Task.kind == polling.KIND)).all()
        [task] = [one for one in newest if one.state == "done"]
        task.state, task.queued_at = "pending", None
    bench.clock.moment += MINUTE
    work(bench)
    assert len(snapshots(bench)) == 2


@pytest.mark.parametrize("kind", ["throttle", "expired_token", "policy"])
def test_what_concerns_the_whole_page_keeps_what_was_read(
    bench: Bench, simulator: SimulatorProcess, kind: str
) -> None:
    entries = bench.posted(3)
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        order = [clip.code for clip in polling.left(session, contest, bench.clock.now())]
    simulator.fault("counts", kind, about=f"#{order[1]}", minutes=3)
    assert bench.readings() == order[:1]
    waiting = [submission for submission in entries if submission.code != order[0]]
    assert all(publication(bench, submission).error for submission in waiting)
    bench.clock.moment += 11 * MINUTE
    work(bench)
    assert len(snapshots(bench)) == 3


def test_a_page_that_is_away_is_not_asked_for_every_clip(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    bench.posted(6)
    simulator.fault("counts", "drop", times=500)
    assert bench.readings() == []
    [fault] = simulator.control("GET", "faults")["faults"]
    assert 500 - fault["remaining"] == job.PASSES * job.SILENT


def test_a_regular_round_spares_the_limit_of_calls_and_goes_on_later(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entries = bench.posted(3)
    simulator.answers(usage=97)
    assert len(bench.readings()) == 1
    simulator.answers(usage=1)
    bench.clock.moment += 6 * MINUTE
    work(bench)
    assert [len(snapshots(bench, submission)) for submission in entries] == [1, 1, 1]
    until(bench, CUT_OFF - MINUTE)
    simulator.answers(usage=97)
    work(bench)  # now every call is worth it
    assert len(snapshots(bench)) == 6


def test_a_round_does_not_try_for_ever(bench: Bench, simulator: SimulatorProcess) -> None:
    bench.posted()
    simulator.fault("counts", "error_before", times=500)
    bench.readings()
    bench.clock.moment += job.ROUND_FOR
    work(bench)
    assert "pending" not in {t.state for t in rounds(bench) if t.due_at <= bench.clock.now()}


def test_a_round_does_not_wait_for_ever_for_a_token(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    bench.posted()
    simulator.fault("counts", "expired_token", times=500)
    bench.readings()
    with bench.platform.db.write() as session:  # no other round
        for task in session.scalars(select(Task).where(Task.kind == polling.KIND)):
            task.state = "pending" if task.error else "done"
    assert [task.state for task in rounds(bench)].count("pending") == 1
    bench.clock.moment += job.REFUSED_FOR
    work(bench)
    assert {task.state for task in rounds(bench)} == {"done"}
    assert snapshots(bench) == []


def test_a_post_that_is_gone_is_said_so(bench: Bench, simulator: SimulatorProcess) -> None:
    [submission] = bench.posted()
    simulator.control("POST", "hide", {"code": f"#{submission.code}"})
    assert bench.readings() == []
    assert "bị xoá hoặc bị ẩn" in publication(bench, submission).error_data["vi"]


# ------------------------------------------------------------------------- around the cut-off


def test_one_timeout_in_the_last_minute_loses_nothing(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    [submission] = bench.posted()
    until(bench, CUT_OFF - 2 * MINUTE)
    work(bench)
    simulator.set_counts(code=f"#{submission.code}", reactions=9)
    bench.clock.moment = CUT_OFF - MINUTE
    simulator.fault("counts", "drop")
    work(bench)  # asked again within the same round
    assert [found.reactions for found in snapshots(bench)] == [0, 9]
    simulator.set_counts(code=f"#{submission.code}", reactions=12)
    bench.clock.moment = CUT_OFF - MINUTE / 2
    simulator.fault("counts", "drop", times=job.PASSES)
    work(bench)
    assert [found.reactions for found in snapshots(bench)] == [0, 9]
    bench.clock.moment += job.SOON
    work(bench)
    assert [found.reactions for found in snapshots(bench)] == [0, 9, 12]
    assert all(found.taken_at <= CUT_OFF for found in snapshots(bench))


def test_a_reading_due_before_the_cut_off_that_came_after_it_is_no_late_count_of_everything(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entries = bench.posted(3)
    until(bench, CUT_OFF - 3 * MINUTE)
    work(bench)
    simulator.set_counts(code=f"#{entries[0].code}", reactions=50)
    bench.clock.moment = CUT_OFF + 5 * SECOND  # the worker was busy until now
    work(bench)
    assert (len(snapshots(bench)), late(bench)) == (3, 0)
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        codes = {gap.code for gap in interactions.blockers(session, contest, at=bench.clock.now())}
    assert not codes & {"interactions.late", "interactions.missing"}


def test_only_a_clip_without_a_count_near_the_cut_off_is_offered_a_late_one(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    lacking, *others = bench.posted(3)
    until(bench, CUT_OFF - 5 * MINUTE)
    simulator.fault("counts", "permission", about=f"#{lacking.code}", times=500)
    work(bench)
    simulator.control("DELETE", "faults")
    bench.clock.moment = CUT_OFF + 5 * SECOND
    work(bench)
    assert [len(snapshots(bench, submission)) for submission in (lacking, *others)] == [1, 1, 1]
    [found] = snapshots(bench, lacking)
    assert late(bench) == 1
    assert (found.taken_at, "hỏi Trang lúc 16:00:05" in found.late_reason) == (
        CUT_OFF + 5 * SECOND, True,
    )


def test_a_field_that_nobody_knows_near_the_cut_off_is_offered_too(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    [submission] = bench.posted()
    until(bench, CUT_OFF - 5 * MINUTE)
    work(bench)
    simulator.answers(shares="told")
    simulator.set_counts(code=f"#{submission.code}", shares=4)
    bench.clock.moment = CUT_OFF + 5 * SECOND
    work(bench)
    assert [found.shares for found in snapshots(bench)] == [None, 4]
    assert late(bench) == 1


def test_who_asks_after_the_cut_off_gets_late_counts(bench: Bench) -> None:
    bench.posted(2)
    until(bench, CUT_OFF - 5 * MINUTE)
    work(bench)
    until(bench, CUT_OFF + MINUTE)
    bench.readings()
    assert (len(snapshots(bench)), late(bench)) == (4, 2)


def test_an_answer_is_not_older_than_it_is(bench: Bench) -> None:
    [submission] = bench.posted()
    asked = CUT_OFF - SECOND
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        polling.keep(
            session, row, Reading(3), begun=asked, asked_at=asked, at=CUT_OFF + SECOND
        )
    [found] = snapshots(bench)
    assert found.taken_at == CUT_OFF + SECOND
    assert "15:59:59" in found.late_reason


def test_a_handler_says_which_clips_are_missing(bench: Bench, simulator: SimulatorProcess) -> None:
    [submission] = bench.posted()
    simulator.fault("counts", "error_before", times=500)
    with pytest.raises(Later, match=submission.code):
        job.poll(bench.platform, bench.contest.id, lambda: None)
