"""Whoever follows a contest is told once that the clips are out, once of each result, and no more
after one tap, or once the browser, the contest's time, or the push service has ended it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from contest.actors import SYSTEM
from contest.errors import Conflict, NotFound
from contest.jobs.worker import perform
from contest.models import Contest, PushFollower, Result, Submission, Task
from contest.services.core import profiles, sweep
from contest.services.fanpage import publications
from contest.services.following import followers
from contest.services.privacy.retention import sweeping
from contest.views.public import following
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.messages.push_service import FCM, Phone, Service, keys_of


def follows(make: Factory, contest: Contest, endpoint: str, phone: Phone, **more: Any) -> None:
    make.add(PushFollower(contest_id=contest.id, endpoint=endpoint, created_at=make.at,
                          **keys_of(phone), **more))


def work(platform: Platform) -> list[Task]:
    """The worker does what is due, and what that makes due; every task of the news."""
    while True:
        with platform.db.read() as session:
            mine = select(Task).where(Task.kind.startswith("follow.")).order_by(Task.id)
            tasks = list(session.scalars(mine))
        due = [t.id for t in tasks if t.state == "pending" and t.due_at <= platform.clock.now()]
        if not due:
            return tasks
        for task_id in due:
            perform(platform, task_id)


def kept(platform: Platform) -> list[str]:
    with platform.db.read() as session:
        return list(session.scalars(select(PushFollower.endpoint).order_by(PushFollower.id)))


def test_the_clips_are_news_once_and_every_result_is(
    make: Factory, contest: Contest, platform: Platform, phone: Phone, service: Service
):
    address, _ = service
    other = make.contest("khac-2023")
    follows(make, contest, f"{address}/201/a", phone, language="en")
    follows(make, contest, f"{address}/410/b", phone)
    follows(make, contest, f"{address}/429/c", phone)
    follows(make, other, f"{address}/201/d", phone)
    for _ in range(2):
        with platform.db.write() as session:
            followers.clips_are_out(session, contest.id, at=platform.clock.now())
        tasks = work(platform)
    assert [(t.kind, t.state) for t in tasks] == [
        ("follow.clips", "done"), ("follow.tell_clips", "done"), ("follow.tell_clips", "done"),
        ("follow.tell_clips", "pending")]
    assert tasks[-1].due_at == make.at + timedelta(seconds=120)
    assert {t.priority for t in tasks[1:]} == {"low"}
    assert phone.heard == [{
        "title": "The clips are out: watch and vote", "language": "en",
        "path": "/c/quan11-2023/clips",
        "body": profiles.profile_of(contest).contest.title["en"]}]
    assert kept(platform) == [f"{address}/{rest}" for rest in ("201/a", "429/c", "201/d")]
    with platform.db.write() as session:  # twice for a revision: once
        for number in (1, 1, 2):
            followers.tell_all(session, followers.RESULT, result(session, contest, number).id,
                               at=platform.clock.now())
    work(platform)
    assert [said["path"] for said in phone.heard[1:]] == ["/c/quan11-2023/results"] * 2


def result(session: Any, contest: Contest, number: int) -> Result:
    found = session.scalars(select(Result).where(Result.number == number)).one_or_none()
    if found is None:
        revision = session.get_one(Contest, contest.id).revision_id
        found = Result(
            contest_id=contest.id, number=number, profile_revision_id=revision, input={},
            output={}, names={}, input_sha256="0" * 64, output_sha256="0" * 64, reason="sửa",
            created_by="user:1", created_at=contest.created_at)
        session.add(found)
        session.flush()
    return found


def test_publishing_makes_the_news(make: Factory, contest: Contest, platform: Platform):
    clip = make.submission(make.unit(contest), "approved")
    with platform.db.write() as session:
        approved = session.get_one(Submission, clip.id)
        publication = publications.plan(session, approved, actor=SYSTEM, at=make.at)
        publication.state = "unknown"
        publications.see_published(session, publication, permalink="https://fb.example/1",
                                   actor=SYSTEM, at=make.at)
    with platform.db.read() as session:
        assert session.scalars(select(Task.row_id).where(Task.kind == followers.CLIPS)).all() == [
            contest.id]


def test_a_browser_without_an_account_follows_and_ends_it(
    make: Factory, contest: Contest, visit: Visits, platform: Platform
):
    anyone = visit.public()
    at = f"/c/{contest.slug}/follow"
    page = anyone.get(f"/c/{contest.slug}/").get_data(as_text=True)
    assert platform.pusher.public in page and f'data-scope="/push/c/{contest.slug}/"' in page
    data = {"endpoint": FCM} | keys_of(Phone())
    for _ in range(2):
        assert anyone.post(at, data=data).status_code == 204
    assert kept(platform) == [FCM]
    columns = {column.name for column in PushFollower.__table__.columns}
    assert columns == {"id", "contest_id", "endpoint", "browser_key", "auth", "language",
                       "created_at"}, "nothing of a person is stored"
    for wrong in ({"endpoint": "https://evil.example/a"}, {"auth": "short"}, {"browser_key": ""}):
        assert anyone.post(at, data=data | wrong).status_code == 422
    with platform.db.write() as session:  # what waits for it goes, too
        followers.tell_all(session, followers.CLIPS, contest.id, at=make.at)
    assert anyone.post(f"{at}/end", data={"endpoint": FCM}).status_code == 204
    assert kept(platform) == []
    with platform.db.read() as session:
        waits = select(func.count()).where(Task.kind == followers.TELL_CLIPS)
        assert session.scalar(waits) == 0
    assert anyone.post(f"{at}/end", data={}).status_code == 422
    answers = [anyone.post(at, data=data | {"endpoint": f"{FCM}{n}"}).status_code
               for n in range(25)]
    assert (answers[0], answers[-1]) == (204, 429)
    assert following.ASKED.each.startswith("20 ")


def test_a_dry_run_has_no_followers_and_a_contest_not_too_many(
    make: Factory, contest: Contest, platform: Platform, monkeypatch
):
    keys = keys_of(Phone())
    monkeypatch.setattr(followers, "MOST", 1)
    with platform.db.write() as session:
        mine = session.get_one(Contest, contest.id)
        for endpoint in (FCM, FCM):  # the same one again is not one more
            followers.follow(session, mine, endpoint, language="en", at=make.at, **keys)
        with pytest.raises(Conflict):
            followers.follow(session, mine, f"{FCM}2", language="en", at=make.at, **keys)
        with pytest.raises(NotFound):
            followers.follow(session, Contest(id=7, slug="thu", trial_of=mine.id), FCM,
                             language="en", at=make.at, **keys)


def test_they_go_with_the_contests_mails_counted_from_the_awards(
    make: Factory, contest: Contest, platform: Platform
):
    kept_30 = make.contest("giu-30-ngay", edit=lambda text: f"{text}\n[retention]\nmails = 30\n")
    for one in (kept_30, contest):
        follows(make, one, FCM, Phone())
    due = profiles.profile_of(kept_30).schedule.awards + timedelta(days=30)
    for moment, left in ((due - timedelta(hours=1), 2), (due, 1)):
        with platform.db.write() as session:
            sweeping.sweep(session, session.get_one(Contest, kept_30.id), "mails",
                           keys=platform.keys, at=moment)
        assert len(kept(platform)) == left
    with platform.db.write() as session:  # rules that say nothing: a year
        sweep.sweep(session, at=make.at + sweep.FOLLOWED)
    assert len(kept(platform)) == 1
    with platform.db.write() as session:
        sweep.sweep(session, at=make.at + sweep.FOLLOWED + timedelta(seconds=1))
    assert kept(platform) == []
