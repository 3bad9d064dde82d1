"""Signing in over HTTP: words and records of success and failure, passwords, sessions."""

from datetime import datetime, timedelta

from sqlalchemy import select

from contest.models import AuditRow, StaffSession
from contest.services.people import passwords, people
from tests.contest.signing import HASH, NEW, PASSWORD, errors, is_in, recorded, sign_in

# ---------------------------------------------------------------------------- password


def test_it_signs_in_with_email_and_password(visit, boss, platform):
    client = visit.public()
    answer = sign_in(client, " AN@example.vn ")
    assert (answer.status_code, answer.location) == (303, "/c/quan11-2023/organiser/")
    cookie = client.get_cookie("hoithi_staff")
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert is_in(client)
    assert recorded(platform) == ["signed_in:password"]
    with platform.db.read() as session:
        assert cookie.value not in session.scalars(select(StaffSession.token_hash)).one()


def test_every_failure_gets_the_same_answer(visit, boss, make, contest):
    make.user("juror", contest=contest, email="khoa@example.vn", password_hash=HASH, active=False)
    make.user("juror", contest=contest, email="moi@example.vn")
    tried = [("an@example.vn", "sai mật khẩu rồi"), ("ai@example.vn", PASSWORD),
             ("khoa@example.vn", PASSWORD), ("moi@example.vn", "")]
    answers = []
    for email, password in tried:
        client = visit.public()
        answer = sign_in(client, email, password or "x")
        assert client.get_cookie("hoithi_staff") is None
        answers.append((answer.status_code, errors(answer)))
    assert answers == [(422, ["Email hoặc mật khẩu chưa đúng. Nếu đã thử nhiều lần, hãy đợi vài "
                              "phút rồi thử lại."])] * 4


def test_every_failure_is_recorded_though_nobody_is_named(visit, boss, platform):
    sign_in(visit.public(), password="sai mật khẩu rồi")
    sign_in(visit.public(), email="ai@example.vn")
    with platform.db.read() as session:
        query = select(AuditRow).where(AuditRow.action == "person.sign_in_failed")
        rows = session.scalars(query.order_by(AuditRow.seq)).all()
    assert [(r.actor, r.subject) for r in rows] == [
        ("public", f"user:{boss.id}"), ("public", "user:unknown")
    ]


def test_an_account_is_throttled_and_never_locked(visit, boss, clock, make):
    client = visit.public()
    for _ in range(5):
        sign_in(client, password="sai mật khẩu rồi")
    assert sign_in(client).status_code == 422  # the right one, too early
    assert make.fresh(boss).failed_sign_ins == 5  # and the wait is no longer for it
    clock.moment += timedelta(seconds=2)
    assert sign_in(client).status_code == 303
    assert (make.fresh(boss).failed_sign_ins, make.fresh(boss).not_before) == (0, None)


def test_the_wait_doubles_up_to_five_minutes(visit, boss, clock, make, app):
    waits = []
    for number in range(14):
        client = visit.public()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        sign_in(client, password="sai mật khẩu rồi")
        until = make.fresh(boss).not_before
        waits.append((until - clock.moment).total_seconds())
        clock.moment = max(until, clock.moment)
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_an_address_that_guesses_is_stopped(visit, boss):
    client = visit.public()
    answers = [client.post("/account/sign-in", data={"email": "x"}).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


def test_an_older_hash_is_made_anew(visit, make, contest):
    old = passwords.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    user = make.user("juror", contest=contest, email="cu@example.vn", password_hash=old)
    assert sign_in(visit.public(), "cu@example.vn").status_code == 303
    stored = make.fresh(user).password_hash
    assert stored != old
    assert not passwords.outdated(stored)
    assert passwords.verify(stored, PASSWORD)


def test_signing_in_again_ends_the_session_before(visit, boss, platform):
    client = visit.user(boss)
    old = client.get_cookie("hoithi_staff").value
    assert sign_in(client).status_code == 303
    with platform.db.read() as session:
        assert people.actor_of_token(session, old, at=platform.clock.now()) is None
    assert client.get_cookie("hoithi_staff").value != old


def test_signing_out_ends_the_session_on_the_server(visit, boss):
    client = visit.user(boss)
    token = client.get_cookie("hoithi_staff").value
    assert client.post("/account/sign-out").status_code == 303
    client.set_cookie("hoithi_staff", token)
    assert not is_in(client)


# ---------------------------------------------------------------------------- sessions


def test_uses_are_written_down_every_five_minutes(visit, boss, clock, platform):
    def last_seen() -> datetime:
        with platform.db.read() as session:
            return session.scalars(select(StaffSession.last_seen_at)).one()

    client, begun = visit.user(boss), clock.moment
    clock.moment = begun + timedelta(minutes=4, seconds=59)
    client.get("/account/")
    assert last_seen() == begun
    clock.moment = begun + timedelta(minutes=5)
    client.get("/account/")
    assert last_seen() == clock.moment
    clock.moment += timedelta(minutes=6)
    client.post("/language", data={"language": "en"})
    assert last_seen() == clock.moment


def test_a_busy_browser_stays_and_an_idle_one_goes(visit, boss, clock):
    client = visit.user(boss)
    for _ in range(5):
        clock.moment += timedelta(hours=1)
        assert is_in(client)
    clock.moment += timedelta(hours=2)
    assert client.get("/account/").status_code == 401


def test_sessions_are_listed_and_ended_by_their_person(visit, boss, platform):
    agents = ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36",
              "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/131.0")
    phone, desk = (visit.public() for _ in agents)
    for client, agent in zip((phone, desk), agents, strict=True):
        client.environ_base["HTTP_USER_AGENT"] = agent
        sign_in(client)
    page = desk.get("/account/").text
    assert "Chrome, Android" in page
    assert "Firefox, Windows" in page
    with platform.db.read() as session:
        first = session.scalars(select(StaffSession.id).order_by(StaffSession.id)).first()
    desk.post(f"/account/sessions/{first}/revoke")
    assert (is_in(phone), is_in(desk)) == (False, True)


def test_a_foreign_session_cannot_be_ended(visit, boss, make, contest, platform):
    other = make.user("juror", contest=contest)
    theirs = visit.user(other)
    with platform.db.read() as session:
        number = session.scalars(select(StaffSession.id)).one()
    visit.user(boss).post(f"/account/sessions/{number}/revoke")
    assert is_in(theirs)


def test_all_other_devices_are_signed_out_at_once(visit, boss):
    here, there = visit.user(boss), visit.user(boss)
    here.post("/account/sessions/revoke-others")
    assert (is_in(here), is_in(there)) == (True, False)


def test_changing_the_password_signs_every_other_device_out(visit, boss, make):
    here, there = visit.user(boss), visit.user(boss)
    old_token = here.get_cookie("hoithi_staff").value
    wrong = here.post("/account/password", data={"old": "không phải", "new": NEW})
    assert (wrong.status_code, errors(wrong)) == (422, ["Mật khẩu hiện tại chưa đúng."])
    weak = here.post("/account/password", data={"old": PASSWORD, "new": "matkhau123456"})
    assert weak.status_code == 422
    assert here.post("/account/password", data={"old": PASSWORD, "new": NEW}).status_code == 303
    assert here.get_cookie("hoithi_staff").value != old_token
    assert (is_in(here), is_in(there)) == (True, False)
    assert sign_in(visit.public(), password=NEW).status_code == 303
