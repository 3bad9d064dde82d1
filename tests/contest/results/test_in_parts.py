"""However a result is asked for (the page, the hour, the command), what takes long of it is done
while nobody waits, and whatever dies or changes meanwhile, nothing is wrong or done twice."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select

from contest.clock import FixedClock
from contest.db import Database
from contest.errors import Conflict, Invalid
from contest.jobs import handlers
from contest.jobs.closing.steps import place_of
from contest.models import Ballot, Contest, Mail, Result, ResultStep, Snapshot, Task
from contest.services.awards import releasing
from contest.services.results import results
from contest.services.results.steps import freezing, in_parts, telling, under_way
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Build, PowerCut, Stage, staged


@pytest.fixture
def stage(
    make: Factory, contest: Contest, clock: FixedClock, built: Build,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    monkeypatch.setattr(under_way, "MANY_CLIPS", 2)
    monkeypatch.setattr(freezing, "AT_ONCE", 2)  # of six ballots
    monkeypatch.setattr(telling, "AT_ONCE", 1)  # of three mails
    return made


def count_now(stage: Stage, reactions: int) -> None:
    stage.make.add(Snapshot(
        submission_id=stage.clips[0].id, taken_at=COUNTED, source="graph", reactions=reactions,
        created_by="system", created_at=AFTER,
    ))


def told(stage: Stage) -> Counter[int]:
    with stage.platform.db.read() as session:
        mails = session.scalars(select(Mail).where(Mail.template == "result"))
        return Counter(one.params["submission_id"] for one in mails)


def state(stage: Stage) -> str:
    with stage.platform.db.read() as session:
        found = results.current(session, stage.contest_now(session))
        return found.state if found else "none"


def tell(stage: Stage, beat: Callable[[], None] = lambda: None) -> None:
    with stage.platform.db.read() as session:
        tasks = session.scalars(select(Task).where(Task.kind == telling.KIND)).all()
    for task in tasks:
        handlers()[telling.KIND](stage.platform, task.row_id, beat)


def test_what_changes_while_it_is_worked_out_is_worked_out_anew(stage: Stage) -> None:
    """Twice with nothing held; a contest that never stands still is held at the third."""
    seen: list[float] = []

    def meanwhile(share: float) -> None:
        seen.append(share)
        if share == 0.8 and seen.count(0.8) < 3:  # the input has been read
            count_now(stage, 500 * seen.count(0.8))

    made = in_parts.compute(
        place_of(stage.platform), stage.contest.id, actor=stage.organiser, told=meanwhile
    )
    assert seen.count(0.8) == in_parts.TRIES
    with stage.platform.db.read() as session:
        result = session.get_one(Result, made.id)
        counted = [one for one in result.input["entries"] if one["id"] == stage.clips[0].code]
    assert "1000" in str(counted)
    assert stage.freeze(result).state == "frozen"  # it is what the tables say


def test_what_is_refused_is_refused_before_the_work(stage: Stage) -> None:
    place, work = place_of(stage.platform), list[float]()
    result = stage.freeze(stage.compute())
    with pytest.raises(Invalid, match="needs a reason"):
        in_parts.compute(place, stage.contest.id, actor=stage.organiser, told=work.append)
    with pytest.raises(Conflict, match="frozen already"):
        in_parts.freeze(place, result.id, actor=stage.organiser, told=work.append)
    assert work == []


@pytest.mark.parametrize("by", ["page", "hour", "command"])
def test_whoever_publishes_a_long_result_tells_each_once_whatever_dies(
    by: str, stage: Stage, clock: FixedClock
) -> None:
    result, platform = stage.freeze(stage.compute()), stage.platform
    if by == "page":
        stage.publish(result)
    elif by == "command":
        in_parts.publish(place_of(platform), result.id, actor=stage.organiser)
    else:
        hour = AFTER.replace(hour=20)
        with platform.db.write() as session:
            row = releasing.plan(session, stage.contest_now(session), hour,
                                 actor=stage.organiser, at=AFTER)
        clock.moment = hour
        handlers()[releasing.KIND](platform, row.id, lambda: None)
    assert (state(stage), told(stage)) == ("published", {})
    beats = 0

    def cut() -> None:
        nonlocal beats
        beats += 1
        if beats == 2:  # one of the mails is queued
            raise PowerCut

    with pytest.raises(PowerCut):
        tell(stage, cut)
    assert sum(told(stage).values()) == 1
    tell(stage)
    tell(stage)  # a second delivery of the task
    assert told(stage) == {clip.id: 1 for clip in stage.clips}


def test_a_winner_of_a_large_contest_is_replaced_by_the_worker(
    stage: Stage, visit: Visits
) -> None:
    stage.publish(stage.freeze(stage.compute()))
    organiser, winner = visit.role("organiser"), stage.clips[0]
    page = f"/c/quan11-2023/organiser/entries/{winner.code}/replace"
    answer = organiser.post(page, data={"reason": "Chép của người khác"})
    assert answer.status_code == 303
    assert "Máy chủ đang lập bản kết quả mới" in organiser.get(answer.location).text
    assert (state(stage), stage.make.fresh(winner).state) == ("published", "disqualified")
    with stage.platform.db.read() as session:
        step = session.scalars(select(ResultStep)).one()
    handlers()[under_way.KIND](stage.platform, step.id, lambda: None)
    assert stage.make.fresh(step).state == "done"
    with stage.platform.db.read() as session:
        result = results.current(session, stage.contest_now(session))
        assert result is not None
        assert (result.number, result.state) == (2, "frozen")
        assert "Chép của người khác" in result.reason
        assert [row["entry"] for row in result.output["ranking"]] == [
            stage.clips[2].code, stage.clips[1].code]


def test_freezing_by_command_locks_ballots_in_parts_and_goes_on_after_a_cut(stage: Stage) -> None:
    result, place = stage.compute(), place_of(stage.platform)
    commits = 0

    def commit(_: object) -> None:
        nonlocal commits
        commits += 1
        if commits == 3:  # the second two ballots
            raise PowerCut

    database: Database = stage.platform.db
    event.listen(database.engine, "commit", commit)
    with pytest.raises(PowerCut):
        in_parts.freeze(place, result.id, actor=stage.organiser)
    event.remove(database.engine, "commit", commit)
    with database.read() as session:
        query = select(func.count(Ballot.id)).where(Ballot.state == "locked")
        assert 0 < (session.scalar(query) or 0) < 6
    assert in_parts.freeze(place, result.id, actor=stage.organiser).state == "frozen"
