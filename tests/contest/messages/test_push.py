"""Web push: encrypted as the RFC's example, sent beside mails, ended with session or browser."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from contest.adapters.web_push import CURVE, WebPush, encrypted, unb64
from contest.jobs.worker import perform
from contest.models import (
    Contest,
    PushMessage,
    PushSubscription,
    StaffSession,
    Submission,
    Task,
    Unit,
    UnitSession,
)
from contest.services.core import keys, mail, push
from contest.services.core.keys import reseal
from contest.services.messages import planned
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.messages.push_service import FCM, Phone, Service, keys_of
from tests.contest.messages.test_planned import planning


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest), "needs_fix", code="CXABC234", contact_email="")


def subscribed(
    make: Factory, platform: Platform, unit_id: int, endpoint: str, phone: Phone
) -> PushSubscription:
    with platform.db.read() as session:
        unit = session.get_one(Unit, unit_id)
    make.unit_token(unit)
    with platform.db.read() as session:
        row = session.scalars(select(UnitSession.id).order_by(UnitSession.id.desc())).first()
    return make.add(PushSubscription(
        unit_id=unit_id, session_id=row, endpoint=endpoint, created_at=make.at, language="vi",
        **keys_of(phone)))


def told(platform: Platform, submission: Submission, template: str = "findings") -> list[Task]:
    """A letter about the entry is queued and the worker works once: the tasks of web push."""
    with platform.db.write() as session:
        mail.enqueue(session, to="", template=template, params={"submission_id": submission.id},
                     contest_id=submission.contest_id, at=platform.clock.now())
    with platform.db.read() as session:
        queued = session.scalars(select(Task.id).where(Task.kind == push.KIND)).all()
    for task_id in queued:
        perform(platform, task_id)
    with platform.db.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == push.KIND)))


def test_the_example_of_the_rfc():
    """RFC 8291, 5 and appendix A."""
    own = ec.derive_private_key(int.from_bytes(
        unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), CURVE)
    theirs = ec.derive_private_key(int.from_bytes(
        unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), CURVE)
    phone = Phone(theirs, unb64("BTBZMqHH6r4Tts7J_aSIgg"))
    message = b"When I grow up, I want to be a watermelon"
    body = encrypted(message, phone.point, phone.secret, own=own,
                     salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"))
    assert body == unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
        "lcy4a-fN")
    assert phone.read(body) == message
    assert encrypted(message, phone.point, phone.secret) != body  # fresh keys each time


def test_a_unit_without_an_address_is_told_on_its_phone(
    make: Factory, platform: Platform, submission: Submission, phone: Phone, service: Service
):
    address, came = service
    subscribed(make, platform, submission.unit_id, f"{address}/201/a", phone)
    [task] = told(platform, submission)
    assert task.state == "done"
    assert phone.heard == [{
        "title": "Clip CXABC234 cần sửa trước khi thẩm định", "language": "vi",
        "body": "Hội thi thực hiện phong trào “3 trách nhiệm”",
        "path": "/c/quan11-2023/unit/entries/CXABC234#findings",
    }]
    [claims] = came
    assert (claims["aud"], claims["sub"]) == (address, "https://hoithi.example")
    assert claims["key"] == platform.pusher.public
    assert (claims["Content-Encoding"], claims["TTL"]) == ("aes128gcm", "86400")
    perform(platform, task.id)  # a job that is delivered twice
    assert len(phone.heard) == 1


def test_a_browser_that_ended_its_subscription_is_told_no_more(
    make: Factory, platform: Platform, submission: Submission, phone: Phone, service: Service
):
    for status in (404, 410):
        subscribed(make, platform, submission.unit_id, f"{service[0]}/{status}/a", phone)
    assert [task.state for task in told(platform, submission)] == ["done", "done"]
    with platform.db.read() as session:
        assert session.scalars(select(PushSubscription)).all() == []
    assert len(told(platform, submission)) == 2  # no further one


def test_a_service_that_is_away_is_asked_again_and_one_that_refuses_is_not(
    make: Factory, platform: Platform, submission: Submission, phone: Phone, service: Service
):
    address, came = service
    for path in ("429/a", "503/b", "400/c", "302/d"):
        subscribed(make, platform, submission.unit_id, f"{address}/{path}", phone)
    subscribed(make, platform, submission.unit_id, "http://127.0.0.1:1/201/e", phone)
    busy, away, refused, moved, private = told(platform, submission)
    assert (busy.state, busy.due_at) == ("pending", make.at + timedelta(seconds=120))
    assert (away.state, away.attempts) == ("pending", 1)
    assert [(t.state, t.error) for t in (refused, moved)] == [
        ("failed", "HTTP 400"), ("failed", "HTTP 302")]
    assert (private.state, private.error) == ("failed", "not a known push service")
    assert len(came) == 4  # no redirect was followed, no other address asked
    assert phone.heard == []


def test_a_planned_reminder_reaches_a_unit_that_has_only_a_browser(
    make: Factory, platform: Platform, phone: Phone, service: Service
):
    contest = make.contest("nhac-2023", edit=planning('uploads = ["3d"]'))
    units = [make.unit(contest, contact_email="") for _ in range(2)]
    subscribed(make, platform, units[0].id, f"{service[0]}/201/a", phone)
    platform.clock.moment = datetime.fromisoformat("2023-06-08T07:00:00+07:00")
    for count in (1, 0):
        with platform.db.write() as session:
            assert planned.send_due(session, session.get_one(Contest, contest.id),
                                    at=platform.clock.now()) == count
    with platform.db.read() as session:
        [wave] = planned.waves(session, session.get_one(Contest, contest.id), at=make.at)
        assert (wave.sent, wave.unreached) == (1, 1)
        [task] = session.scalars(select(Task.id).where(Task.kind == push.KIND))
    perform(platform, task)
    assert [said["path"] for said in phone.heard] == ["/c/nhac-2023/unit"]


def test_revoking_the_session_ends_it(
    make: Factory, platform: Platform, submission: Submission, phone: Phone, service: Service
):
    subscribed(make, platform, submission.unit_id, f"{service[0]}/201/a", phone)
    with platform.db.write() as session:
        session.execute(update(UnitSession).values(revoked_at=make.at))
    assert told(platform, submission) == []


def test_nobody_elses_news_and_no_secret_letter_reaches_a_browser(
    make: Factory, platform: Platform, submission: Submission, phone: Phone, service: Service
):
    contest = make.fresh(Contest(id=submission.contest_id))
    other = make.unit(contest)
    subscribed(make, platform, other.id, f"{service[0]}/201/a", phone)
    assert told(platform, submission) == []
    organiser = make.user("organiser", contest=contest)
    make.staff_token(organiser)
    with platform.db.read() as session:
        session_id = session.scalars(select(StaffSession.id)).one()
    make.add(PushSubscription(user_id=organiser.id, session_id=session_id, created_at=make.at,
                              endpoint=f"{service[0]}/201/b", **keys_of(phone)))
    with platform.db.write() as session:
        for template in ("invitation", "count_reminder"):
            mail.enqueue(session, to=organiser.email, template=template, contest_id=contest.id,
                         params={"user_id": organiser.id, "count": 2}, at=make.at)
    with platform.db.read() as session:
        assert session.scalars(select(PushMessage.template)).all() == ["count_reminder"]


@pytest.mark.parametrize("endpoint", [
    "http://fcm.googleapis.com/fcm/send/a", "https://127.0.0.1/a", "https://localhost/a",
    "https://fcm.googleapis.com.evil.example/a", "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com@evil.example/a", "https://user:word@fcm.googleapis.com/a",
    "https://fcm.googleapis.com:8443/a", "https://[::1]/a", "https://push.apple.com.evil.example/",
    "https://notify.windows.com.evil/a", "ftp://fcm.googleapis.com/a", "https://fcm.googleapis.com:x/",
    "//fcm.googleapis.com/a", "https://169.254.169.254/latest", "https://evilpush.apple.com.x/", "",
])
def test_no_address_but_a_push_services_is_kept(visit: Visits, platform: Platform, endpoint: str):
    answer = visit.role("juror").post("/push/staff", data={"endpoint": endpoint} | keys_of(Phone()))
    assert answer.status_code == 422
    with platform.db.read() as session:
        assert session.scalars(select(PushSubscription)).all() == []


def test_a_browser_is_subscribed_once_and_forgotten(
    make: Factory, contest: Contest, visit: Visits, platform: Platform
):
    staff, unit = visit.role("reviewer"), visit.unit(make.unit(contest))
    data = {"endpoint": FCM} | keys_of(Phone())
    for _ in range(2):
        assert staff.post("/push/staff", data=data).status_code == 204
    with platform.db.read() as session:
        [row] = session.scalars(select(PushSubscription))
        assert (row.unit_id, row.language) == (None, "vi")
    unit.post("/push/unit/forget", data={"endpoint": FCM})  # not this unit's
    assert unit.post("/push/unit", data=data).status_code == 204  # the same browser, now a unit's
    with platform.db.read() as session:
        [row] = session.scalars(select(PushSubscription))
        assert (row.user_id, row.unit_id is None) == (None, False)
    assert unit.post("/push/unit/forget", data={"endpoint": FCM}).status_code == 204
    with platform.db.read() as session:
        assert session.scalars(select(PushSubscription)).all() == []
    assert staff.post("/push/staff", data=data | {"auth": "short"}).status_code == 422
    assert staff.post("/push/staff", data={"endpoint": FCM}).status_code == 422
    for number in range(push.MOST + 2):
        staff.post("/push/staff", data=data | {"endpoint": f"{FCM}{number}"})
    with platform.db.read() as session:
        kept = session.scalars(select(PushSubscription.endpoint).order_by(PushSubscription.id))
        assert kept.all() == [f"{FCM}{n}" for n in range(2, push.MOST + 2)]


def test_the_key_is_kept_sealed_and_outlives_a_new_secret_key(platform: Platform):
    public = platform.pusher.public
    assert len(unb64(public)) == 65
    newer = keys.Keys(("a new secret key of forty and more letters!", *platform.keys.secret_keys),
                      platform.db.write)
    with platform.db.write() as session:
        for purpose, column in keys.SEALED:
            reseal(session, purpose, column, keys=newer, at=platform.clock.now())
    alone = keys.Keys(newer.secret_keys[:1], platform.db.write)
    with platform.db.read() as session:
        again = WebPush(alone.push(session), "", is_known=push.is_known)
    assert again.public == public


def test_the_worker_script_and_the_pages_are_there(
    make: Factory, contest: Contest, visit: Visits, platform: Platform
):
    script = visit.public().get("/push/worker.js")
    assert script.mimetype == "text/javascript"
    assert "showNotification" in script.text
    assert platform.pusher.public in visit.role("juror").get("/account/push").text
    page = visit.unit(make.unit(contest)).get("/c/quan11-2023/unit/push")
    assert platform.pusher.public in page.text
    assert "Bật thông báo" in page.text
