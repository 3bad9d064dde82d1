"""A large contest is closed by the worker, step by step: seen on its way, stopped, begun again
wherever it died, and never otherwise than in one go."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, func, select

import scoring
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid
from contest.jobs import handlers
from contest.models import AuditRow, Ballot, Contest, Result, ResultStep, RoleGrant, Snapshot
from contest.services.awards import workbook as spreadsheet
from contest.services.core import audit
from contest.services.jury import jury_round
from contest.services.results import results
from contest.services.results.steps import freezing, under_way
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Build, PowerCut, Stage, staged

RESULTS = "/c/quan11-2023/organiser/results"


@pytest.fixture
def stage(
    make: Factory, contest: Contest, clock: FixedClock, built: Build,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    monkeypatch.setattr(under_way, "MANY_CLIPS", 2)
    monkeypatch.setattr(freezing, "AT_ONCE", 2)  # of six ballots
    return made


def ask(stage: Stage, what: str, result: Result | None = None, reason: str = "") -> None:
    with stage.platform.db.write() as session:
        under_way.ask(
            session, stage.contest_now(session), what, actor=stage.organiser, at=AFTER,
            reason=reason, result=session.get_one(Result, result.id) if result else None,
        )


def row(stage: Stage) -> ResultStep:
    with stage.platform.db.read() as session:
        found = under_way.newest(session, stage.contest_now(session))
        assert found is not None
        return found


def work(stage: Stage, beat: Callable[[], None] = lambda: None) -> str:
    handlers()[under_way.KIND](stage.platform, row(stage).id, beat)
    return row(stage).state


def newest(stage: Stage) -> Result | None:
    with stage.platform.db.read() as session:
        return results.current(session, stage.contest_now(session))


def locked(stage: Stage) -> int:
    with stage.platform.db.read() as session:
        query = select(func.count(Ballot.id)).where(Ballot.state == "locked")
        return session.scalar(query) or 0


def reopen(stage: Stage) -> None:
    with stage.platform.db.write() as session:
        jury_round.unlock(session, stage.contest_now(session), reason="Xem lại",
                          actor=stage.organiser, at=AFTER)


def test_a_large_contest_is_closed_from_the_page_by_the_worker(
    stage: Stage, visit: Visits
) -> None:
    organiser, seen = visit.role("organiser"), list[str]()

    def beat() -> None:
        seen.append(organiser.get(f"{RESULTS}/").text)

    def step(address: str, title: str) -> None:
        seen.clear()
        assert organiser.post(f"{RESULTS}/{address}").status_code == 303
        page = organiser.get(f"{RESULTS}/").text
        assert "Đang chờ máy chủ bắt đầu" in page and f'aria-label="{title}"' in page
        assert organiser.post(f"{RESULTS}/{address}").status_code == 409  # one at a time
        assert work(stage, beat) == "done"
        assert 'data-refresh="3"' not in organiser.get(f"{RESULTS}/").text

    step("compute", "Tính kết quả")
    assert any("Đã xong 60%" in page and "Còn khoảng" in page for page in seen)
    step("1/freeze", "Chốt kết quả")
    assert any("Dừng lại" in page for page in seen)
    assert "Dừng lại" not in seen[-1]  # ballots are being locked
    assert organiser.post(f"{RESULTS}/step/cancel").status_code == 409
    step("1/publish", "Công bố kết quả")
    assert work(stage) == "done"  # a second delivery of the task
    result = newest(stage)
    assert result is not None and (result.state, result.number) == ("published", 1)
    assert visit.public().get("/c/quan11-2023/results").status_code == 200


def test_it_gives_what_one_go_gives(stage: Stage) -> None:
    alone = stage.compute()
    ask(stage, "compute")
    assert work(stage) == "done"
    made = newest(stage)
    assert made is not None and made.id == alone.id
    assert (made.input_sha256, made.output_sha256) == (alone.input_sha256, alone.output_sha256)
    ask(stage, "freeze", result=made)
    assert work(stage) == "done"
    frozen = stage.make.fresh(made)
    checks = scoring.bundle.verify(
        stage.platform.blobs.path(frozen.bundle_sha256), key=stage.fingerprint
    )
    assert [check.vi for check in checks if check.holds is not True] == []
    with stage.platform.db.read() as session:
        assert set(session.execute(select(Ballot.state, Ballot.outcome))) == {("locked", "marked")}
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "ballot.locked")).all()
        assert [(r.before, r.after) for r in rows] == [
            ({"state": "submitted"}, {"state": "locked", "reason": ""})] * 6
        assert {r.actor for r in rows} == {stage.organiser.label}
        assert audit.verify(session)[1] == []


def test_wherever_it_dies_it_goes_on(stage: Stage) -> None:
    """The power is cut at the first commit, in the next run at the second, and so on; and once when
    every ballot is locked and the revision about to be frozen."""
    ask(stage, "freeze", result=stage.compute())
    states: list[tuple[str, int]] = []
    run = {"cut at": 0, "commits": 0}

    def commit(_: object) -> None:
        run["commits"] += 1
        if run["commits"] == run["cut at"]:
            raise PowerCut

    def statement(*said: object) -> None:
        if str(said[2]).startswith("UPDATE result SET") and ("computed", 6) not in states:
            states.append(("computed", 6))
            raise PowerCut

    engine = stage.platform.db.engine
    event.listen(engine, "commit", commit)
    event.listen(engine, "before_cursor_execute", statement)
    while row(stage).state != "done":
        run.update({"cut at": run["cut at"] + 1, "commits": 0})
        try:
            work(stage)
        except PowerCut:
            states.append((str(getattr(newest(stage), "state", "")), locked(stage)))
            if locked(stage):
                with pytest.raises(Conflict, match="is being frozen"):
                    reopen(stage)
    event.remove(engine, "commit", commit)
    event.remove(engine, "before_cursor_execute", statement)
    assert set(states) == {("computed", count) for count in (0, 2, 4, 6)}
    frozen = newest(stage)
    assert frozen is not None and frozen.state == "frozen"
    assert stage.publish(frozen).state == "published"
    with stage.platform.db.read() as session:
        assert audit.verify(session)[1] == []


def test_stopped_it_leaves_nothing(stage: Stage) -> None:
    def stop() -> None:
        if row(stage).state == "working":
            with stage.platform.db.write() as session:
                under_way.cancel(session, stage.contest_now(session), actor=stage.organiser,
                                 at=AFTER)

    ask(stage, "compute")
    assert work(stage, stop) == "cancelled"
    assert newest(stage) is None
    ask(stage, "freeze", result=stage.compute())
    assert work(stage, stop) == "cancelled"
    assert locked(stage) == 0
    assert work(stage) == "cancelled"  # a second delivery


def test_what_changes_meanwhile_is_said_and_nothing_frozen(stage: Stage) -> None:
    made = stage.compute()
    ask(stage, "freeze", result=made)

    def count() -> None:
        if locked(stage) == 2:
            stage.make.add(Snapshot(
                submission_id=stage.clips[0].id, taken_at=COUNTED, source="graph", reactions=900,
                created_by="system", created_at=AFTER,
            ))

    assert work(stage, count) == "failed"
    assert "Số liệu đã thay đổi" in row(stage).error_vi
    assert stage.make.fresh(made).state == "computed"
    ask(stage, "compute")
    assert work(stage) == "done"
    ask(stage, "freeze", result=made)
    assert work(stage) == "done"
    assert stage.make.fresh(made).state == "frozen"


def test_a_new_revision_and_what_may_not_be_asked(stage: Stage) -> None:
    stage.publish(stage.freeze(stage.compute()))
    with pytest.raises(Invalid, match="needs a reason"):
        ask(stage, "replace")
    ask(stage, "replace", reason="Sửa một số")
    assert work(stage) == "done"
    result = newest(stage)
    assert result is not None
    assert (result.number, result.state, result.reason) == (2, "frozen", "Sửa một số")
    ask(stage, "publish", result=result)
    with stage.platform.db.write() as session:  # who asked is no organiser any more
        for grant in session.scalars(select(RoleGrant).where(
            RoleGrant.user_id == stage.organiser.id
        )):
            session.delete(grant)
    assert work(stage) == "failed"
    assert stage.make.fresh(result).state == "frozen"


def test_its_workbook_is_made_beside_and_kept(
    stage: Stage, visit: Visits, clock: FixedClock
) -> None:
    organiser = visit.role("organiser")
    result = stage.compute()
    file = f"{RESULTS}/1.xlsx"
    assert organiser.get(file).status_code == 409
    assert organiser.post(f"{RESULTS}/1/workbook").status_code == 303
    assert "Đang tạo XLSX: 0%" in organiser.get(f"{RESULTS}/").text
    ask(stage, "compute")  # is not held up by it
    with stage.platform.db.read() as session:
        made = session.scalars(select(ResultStep).where(ResultStep.what == "workbook")).one()
    handlers()[under_way.KIND](stage.platform, made.id, lambda: None)
    answer = organiser.get(file)
    assert answer.status_code == 200
    with stage.platform.db.read() as session, spreadsheet.of_result(
        session, session.get_one(Result, result.id), "vi"
    ) as book:
        again = book.read()
    assert rows_of(answer.data) == rows_of(again)
    assert f'href="{file}"' in organiser.get(f"{RESULTS}/").text
    clock.moment += timedelta(minutes=1)
    assert work(stage) == "done"  # computed anew, the file is of an older result
    assert "Tạo XLSX" in organiser.get(f"{RESULTS}/").text


def rows_of(content: bytes) -> list[tuple[object, ...]]:
    book = load_workbook(BytesIO(content))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]
