"""A contest without a Fanpage: released by itself, ranked by the jury, nothing waited for."""

import pytest

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.models import Contest, Derivative, Publication, Submission, Task
from contest.services.core import profiles
from contest.services.desk import public, watching
from contest.services.fanpage import publications
from contest.services.results import closing, results, tally
from contest.services.rules import toml_editing
from contest.states import SubmissionState
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED


def alone(source: str, where: list[str]) -> str:
    """The reference contest, by the jury alone and without a Page."""
    return toml_editing.edited(source, {
        "showing.where": where, "scoring.interaction_weight": 0, "scoring.jury_weight": 100,
        "contest.page_name": None, "contest.page_url": None,
    })


def released(make: Factory, contest: Contest, at) -> list[Submission]:
    clips = [make.submission(make.unit(contest, name), "approved")
             for name in ("Đoàn A", "Đoàn B")]
    with make.platform.db.write() as session:
        for one in clips:
            planned = publications.plan(
                session, session.get_one(Submission, one.id), actor=SYSTEM, at=at)
            assert planned.mode == "manual"
            session.add(Derivative(
                version_id=planned.version_id, kind="rendition", sha256="a" * 64, size=1,
                media_type="video/mp4", created_at=at))
    return clips


@pytest.mark.parametrize("where", [["site"], []])
def test_clips_are_in_the_contest_at_the_release_and_ranked(
    make: Factory, clock: FixedClock, visit: Visits, where: list[str]
) -> None:
    platform = make.platform
    contest = make.contest("alone", edit=lambda source: alone(source, where))
    with platform.db.read() as session:
        rules = profiles.profile_of(session.get_one(Contest, contest.id))
    assert (rules.on_page, rules.on_site, rules.contest.page_url) == (False, bool(where), "")
    clips = released(make, contest, rules.schedule.entries_close)
    clock.moment = rules.release_at
    with platform.db.write() as session:
        here = session.get_one(Contest, contest.id)
        assert len(publications.release(session, here, actor=SYSTEM, at=clock.moment)) == 2
    with platform.db.read() as session:
        here = session.get_one(Contest, contest.id)
        states = {one.state for one in session.query(Submission).filter_by(contest_id=here.id)}
        assert states == {SubmissionState.PUBLISHED}
        assert {one.state for one in session.query(Publication)} == {"published"}
        assert public.count(session, here) == (2 if where else 0)
        film = watching.film(session, here, clips[0].code, at=clock.moment)
        assert (film is not None) == bool(where)
        assert watching.film(session, here, clips[0].code, at=rules.schedule.entries_close) is None
        mails = session.query(Task).filter_by(kind="mail.send").count()
        assert mails == (2 if where else 0)
        assert not session.query(Task).filter(Task.kind.like("interactions.%")).count()
    page = visit.public().get(f"/c/{contest.slug}/").text
    assert "Fanpage" not in page
    assert "do Ban giám khảo chấm" in page
    board = visit.role("organiser", contest).get(f"/c/{contest.slug}/organiser/publications").text
    assert "Mở clip" in board and "Đã mở" in board
    assert not any(word in board for word in ("Fanpage", "Đăng bài", "Dán liên kết", "Tương tác"))
    rules_page = visit.public().get(f"/c/{contest.slug}/rules").text
    assert "Điểm tương tác" not in rules_page.replace("điểm tương tác.", "")
    ranked(make, contest, clips)
    chief = make.actor(make.user("organiser", contest=contest))
    clock.moment = AFTER
    with platform.db.write() as session:
        here = session.get_one(Contest, contest.id)
        assert [one.code for one in closing.gaps(session, here, at=COUNTED)] == []
        result = results.compute(
            session, here, keys=platform.keys, actor=chief, at=AFTER)
        assert [row["unit"] for row in result.output["ranking"]] == ["Đoàn B", "Đoàn A"]
        assert result.output["ranking"][0]["total"]["rounded"] == "100.00"
        assert tally.differences(session, here, result.output) == []


def ranked(make: Factory, contest: Contest, clips: list[Submission]) -> None:
    juror = make.user("juror", contest=contest)
    criteria = profiles.profile_of(contest).jury.criteria
    for clip, lack in zip(clips, (2, 0), strict=True):
        make.ballot(clip, juror, {one.id: one.max - lack for one in criteria})
