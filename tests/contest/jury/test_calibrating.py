"""A trial clip: every juror marks it, nobody sees the marks before its end, none ever counts."""

import pytest

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid
from contest.models import Contest
from contest.services.jury import calibrating, jury_round
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.jury.test_assigning import MARKING
from tests.contest.stage import AFTER, Build, Stage, staged

TRIAL = "/c/quan11-2023/organiser/jury/calibration"
JUROR = "/c/quan11-2023/jury/trial-clip"


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = MARKING
    return made


def test_the_jury_marks_one_clip_and_the_chair_compares(stage: Stage, visit: Visits) -> None:
    clip, organiser = stage.clips[0], visit.role("organiser")
    first, second = (visit.user(user) for user in stage.jurors)
    own = stage.make.user("juror", contest=stage.contest, unit=stage.units[0])
    assert first.get(JUROR).status_code == 409
    assert organiser.post(TRIAL, data={"code": ""}).status_code == 422
    assert organiser.post(TRIAL, data={"code": "CX000000"}).status_code == 422
    assert organiser.post(TRIAL, data={"code": clip.code.lower()}).status_code == 303
    assert organiser.post(TRIAL, data={"code": clip.code}).status_code == 409
    assert JUROR in first.get("/c/quan11-2023/jury/").text
    assert visit.user(own).get(JUROR).status_code == 409  # of the own unit
    marks = {f"mark-{name}": value for name, value in stage.marks(2).items()}
    refused = first.post(JUROR, data=marks | {"mark-content": ""})
    assert (refused.status_code, "Hãy cho điểm tiêu chí này." in refused.text) == (422, True)
    assert first.post(JUROR, data=marks | {"mark-content": 999}).status_code == 422
    assert first.post(JUROR, data=marks).status_code == 303
    marks = {f"mark-{name}": value for name, value in stage.marks(4).items()}
    assert first.post(JUROR, data=marks).status_code == 303  # in place of the first
    assert f'value="{marks["mark-content"]}"' in first.get(JUROR).text
    open_ = organiser.get(TRIAL).text
    assert (open_.count("chưa chấm thử"), open_.count("đã chấm thử")) == (2, 1)
    assert "So sánh" not in open_
    second.post(JUROR, data={f"mark-{name}": v for name, v in stage.marks(0).items()})
    assert organiser.post(f"{TRIAL}/close").status_code == 303
    assert organiser.post(f"{TRIAL}/close").status_code == 409
    said = organiser.get(TRIAL).text
    assert "+8,00" in said and "−8,00" in said  # 84 and 100 of 100, around 92
    assert first.post(JUROR, data=marks).status_code == 409
    with stage.platform.db.read() as session:
        contest = stage.contest_now(session)
        trial = calibrating.newest(session, contest)
        assert trial is not None
        found = calibrating.comparison(session, contest, trial, actor=stage.organiser)
    assert [one.percent for one in found.jurors] == [84, 100, None]
    assert found.criteria["content"] == (38, 36, 40)


def test_no_mark_of_a_trial_counts(stage: Stage, clock: FixedClock) -> None:
    clock.moment = AFTER
    before = stage.compute().output
    clock.moment = MARKING
    with stage.platform.db.write() as session:
        contest = stage.contest_now(session)
        contest.jury_locked_at = None
        calibrating.begin(session, contest, stage.clips[0].code, actor=stage.organiser, at=MARKING)
        for user in stage.jurors:
            calibrating.save(session, contest, stage.marks(10),
                             actor=stage.make.actor(user), at=MARKING)
    clock.moment = AFTER
    after = stage.compute(reason="Tính lại").output
    assert after == before


def test_a_trial_is_refused_after_the_lock_and_its_marks_before_its_end(stage: Stage) -> None:
    with stage.platform.db.write() as session:
        contest = stage.contest_now(session)
        trial = calibrating.begin(
            session, contest, stage.clips[0].code, actor=stage.organiser, at=MARKING)
        with pytest.raises(Conflict):
            calibrating.comparison(session, contest, trial, actor=stage.organiser)
        actor = stage.make.actor(stage.jurors[0])
        with pytest.raises(Invalid):
            calibrating.save(session, contest, {"content": 1}, actor=actor, at=MARKING)
        with pytest.raises(Invalid):
            calibrating.save(session, contest, {"khac": 1}, actor=actor, at=MARKING)
        jury_round.lock(session, contest, actor=stage.organiser, at=MARKING)
        with pytest.raises(Conflict):
            calibrating.save(session, contest, stage.marks(1), actor=actor, at=MARKING)
        calibrating.close(session, contest, actor=stage.organiser, at=MARKING)
        with pytest.raises(Conflict):
            calibrating.begin(session, contest, stage.clips[0].code, actor=stage.organiser,
                              at=MARKING)
