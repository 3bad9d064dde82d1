"""Signing in over HTTP: words and records of success and failure, second factor, sessions."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from contest.clock import SystemClock
from contest.models import AuditRow, RecoveryCode, StaffSession, User
from contest.services import invitations, passwords, people, second_factor
from tests.contest.conftest import SECRET_KEY

PASSWORD = "con mèo trèo cây cau"
HASH = passwords.hash_password(PASSWORD)
NEW = "kỳ lân nhảy dây bảy lần"


@pytest.fixture
def boss(make, contest):
    return make.user("organiser", contest=contest, email="an@example.vn", password_hash=HASH)


def sign_in(client, email="an@example.vn", password=PASSWORD):
    return client.post("/account/sign-in", data={"email": email, "password": password})


def errors(response):
    page = BeautifulSoup(response.text, "html.parser")
    return [item.get_text(strip=True) for item in page.select(".errors li")]


def is_in(client):
    return client.get("/account/").status_code == 200


def recorded(platform):
    """Actions about persons with how they came about: ``signed_in:password``."""
    with platform.db.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [r.action.removeprefix("person.") + (f":{r.after['how']}" if "how" in r.after else "")
            for r in rows if r.action.startswith("person.")]


def switch_on(make, user):
    """A person with the second factor on; returns what the phone shows and the recovery codes."""
    with make.platform.db.write() as session:
        user = session.get_one(User, user.id)
        second_factor.begin(session, user, key=SECRET_KEY)
        user.totp_confirmed_at = make.at
        codes = second_factor.renew_recovery_codes(session, user, at=make.at)
        return pyotp.TOTP(second_factor.secret_of(user, key=SECRET_KEY)), codes


# ---------------------------------------------------------------------------- password


def test_it_signs_in_with_email_and_password(visit, boss, platform):
    client = visit.public()
    answer = sign_in(client, " AN@example.vn ")
    assert (answer.status_code, answer.location) == (303, "/account/")
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


# ---------------------------------------------------------------------------- invitations


@pytest.fixture
def juror(make, contest):
    return make.user("juror", contest=contest, email="gk@example.vn", name="Giám Khảo Một")


@pytest.fixture
def token_for(platform, contest, make, boss):
    def make_one(user, purpose):
        with platform.db.write() as session:
            made = people.invite(session, contest, session.get_one(User, user.id), purpose=purpose,
                                 actor=make.actor(boss), at=platform.clock.now(), key=SECRET_KEY)
            return invitations.token_of(made, key=SECRET_KEY)

    return make_one


def test_an_invitation_sets_the_password_once(visit, juror, token_for, platform):
    token, client = token_for(juror, "password"), visit.public()
    assert client.get("/account/invitation").status_code == 200  # a preview uses nothing up
    weak = client.post("/account/invitation", data={"token": token, "password": "matkhau123456"})
    assert weak.status_code == 422  # and neither does a refused password
    assert "value=\"" + token in weak.text
    answer = client.post("/account/invitation", data={"token": token, "password": NEW})
    assert answer.status_code == 303
    assert is_in(client)
    again = visit.public().post("/account/invitation", data={"token": token, "password": NEW})
    assert again.status_code == 410
    assert sign_in(visit.public(), "gk@example.vn", NEW).status_code == 303
    assert recorded(platform)[-3:] == [
        "password_changed", "signed_in:invitation", "signed_in:password"
    ]


def test_a_jurors_link_signs_in_once(visit, juror, token_for):
    token, client = token_for(juror, "sign_in"), visit.public()
    assert client.get("/account/link").status_code == 200
    assert client.post("/account/link", data={"token": f" {token} "}).status_code == 303
    assert is_in(client)
    again = visit.public().post("/account/link", data={"token": token})
    assert again.status_code == 410
    assert "đã được dùng" in errors(again)[0]


def test_a_wrong_token_says_no_more_than_a_used_one(visit, boss):
    answer = visit.public().post("/account/link", data={"token": "x" * 43})
    assert answer.status_code == 410
    assert "đã được dùng, đã hết hạn hoặc đã được thay" in errors(answer)[0]


# ---------------------------------------------------------------------------- second factor


def test_the_second_factor_is_switched_on_with_a_first_code(visit, boss, platform, make):
    client, other = visit.user(boss), visit.user(boss)
    assert client.get("/account/second-factor/").status_code == 200
    refused = client.post("/account/second-factor/begin", data={"old": "không phải"})
    assert (refused.status_code, errors(refused)) == (422, ["Mật khẩu hiện tại chưa đúng."])
    assert client.post("/account/second-factor/begin", data={"old": PASSWORD}).status_code == 303
    page = BeautifulSoup(client.get("/account/second-factor/confirm").text, "html.parser")
    secret = page.select_one("main .code").text.replace(" ", "")
    wrong = client.post("/account/second-factor/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    assert make.fresh(boss).totp_confirmed_at is None
    done = client.post("/account/second-factor/confirm", data={"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", done.text)
    assert (done.status_code, len(codes)) == (200, 10)
    assert (is_in(client), is_in(other)) == (True, False)
    assert recorded(platform)[0] == "second_factor_on"
    with platform.db.read() as session:
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(stored) == 10
    assert not set(codes) & set(stored)


def test_there_is_nothing_to_confirm_before_it_was_begun(visit, boss):
    client, where = visit.user(boss), "/account/second-factor/confirm"
    for answer in (client.get(where), client.post(where, data={"code": "000000"})):
        assert (answer.status_code, answer.location) == (303, "/account/second-factor/")


def test_signing_in_then_takes_password_and_code(visit, boss, make, platform):
    totp, _ = switch_on(make, boss)
    client = visit.public()
    assert sign_in(client).location == "/account/sign-in/code"
    assert client.get("/account/sign-in/code").status_code == 200
    assert client.get("/account/").status_code == 401  # half a session opens nothing
    wrong = client.post("/account/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 422
    half = client.get_cookie("hoithi_staff").value
    right = client.post("/account/sign-in/code", data={"code": totp.now()})
    assert (right.status_code, right.location) == (303, "/account/")
    assert is_in(client)
    assert client.get_cookie("hoithi_staff").value != half
    assert recorded(platform) == [
        "first_step:password", "sign_in_failed:second_factor", "signed_in:second_factor"
    ]


def test_a_code_is_used_once(visit, boss, make):
    totp, _ = switch_on(make, boss)
    code = totp.now()
    answers = []
    for _ in range(2):
        client = visit.public()
        sign_in(client)
        answers.append(client.post("/account/sign-in/code", data={"code": code}).status_code)
    assert answers == [303, 422]


def test_codes_of_the_neighbouring_half_minutes_are_taken_and_older_ones_not(make, boss, platform):
    totp, _ = switch_on(make, boss)
    wall = SystemClock().now()
    taken = []
    for away in (-60, -30, 0, 30, 60):
        with platform.db.write() as session:
            user = session.get_one(User, boss.id)
            code = totp.at(wall + timedelta(seconds=away))
            taken.append(second_factor.check(session, user, code, at=make.at, wall=wall,
                                             key=SECRET_KEY))
    assert taken == [False, True, True, True, False]


def test_a_recovery_code_stands_in_once(visit, boss, make, platform):
    _, codes = switch_on(make, boss)
    answers = []
    for typed in (codes[0], codes[0], codes[1].lower().replace("-", " ")):
        client = visit.public()
        sign_in(client)
        answers.append(client.post("/account/sign-in/code", data={"code": typed}).status_code)
    assert answers == [303, 422, 303]
    with platform.db.read() as session:
        left = session.scalar(select(func.count()).where(RecoveryCode.used_at.is_(None)))
    assert left == 8


def test_guessing_codes_is_throttled_with_the_account(visit, boss, make):
    totp, _ = switch_on(make, boss)
    client = visit.public()
    sign_in(client)
    for _ in range(5):
        client.post("/account/sign-in/code", data={"code": "000000"})
    assert client.post("/account/sign-in/code", data={"code": totp.now()}).status_code == 422
    assert make.fresh(boss).failed_sign_ins == 5  # a right password alone does not forget them


def test_half_a_session_ends_after_ten_minutes(visit, boss, make, clock):
    totp, _ = switch_on(make, boss)
    client = visit.public()
    sign_in(client)
    clock.moment += timedelta(minutes=10)
    answer = client.post("/account/sign-in/code", data={"code": totp.now()})
    assert answer.location == "/account/sign-in"
    assert not is_in(client)


def test_switching_off_takes_a_code(visit, boss, make):
    totp, _ = switch_on(make, boss)
    client = visit.user(boss, second_factor=True)
    assert client.post("/account/second-factor/off", data={"code": "000000"}).status_code == 422
    assert make.fresh(boss).totp_confirmed_at is not None
    assert client.post("/account/second-factor/off", data={"code": totp.now()}).status_code == 303
    assert make.fresh(boss).totp_confirmed_at is None
    assert make.fresh(boss).totp_secret == ""


def test_the_account_page_stays_reachable_where_the_role_demands_a_second_factor(visit, make):
    strict = make.contest("quan-3-2024", edit=lambda t: t.replace(
        "second_factor = []", 'second_factor = ["organiser"]'))
    client = visit.role("organiser", strict)
    assert client.get("/c/quan-3-2024/organiser/people/").status_code == 403
    assert client.get("/account/").status_code == 200
    assert client.get("/account/second-factor/").status_code == 200


# ---------------------------------------------------------------------------- the organisers' pages


def test_an_organiser_adds_a_juror_and_sees_the_link(visit, contest, make):
    client = visit.role("organiser")
    base = f"/c/{contest.slug}/organiser/people"
    refused = client.post(f"{base}/new", data={"name": "Mới", "email": "moi", "roles": "juror",
                                               "unit": "0", "language": "vi"})
    assert (refused.status_code, errors(refused)) == (
        422, ["“moi” không phải địa chỉ email. Ví dụ: ten@example.vn."])
    added = client.post(f"{base}/new", data={"name": "Mới", "email": "moi@example.vn",
                                             "roles": "juror", "unit": "0", "language": "vi"})
    page = client.get(added.location)
    link = re.search(r"http://localhost/account/invitation#([\w-]{43})", page.text)
    assert link
    answer = visit.public().post("/account/invitation",
                                 data={"token": link[1], "password": NEW})
    assert answer.status_code == 303
    assert "Mới" in client.get(f"{base}/").text
    assert link[1] not in client.get(added.location).text  # used: no longer shown


def test_a_juror_gets_a_qr_code_to_sign_in_once(visit, contest, juror):
    client = visit.role("organiser")
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    assert client.post(f"{where}/invite", data={"purpose": "sign_in"}).status_code == 303
    page = client.get(where).text
    token = re.search(r"http://localhost/account/link#([\w-]{43})", page)[1]
    assert "<svg class=\"qr\"" in page
    assert visit.public().post("/account/link", data={"token": token}).status_code == 303


def test_a_person_of_another_contest_does_not_exist_here(visit, make, contest):
    stranger = make.user("juror", contest=make.contest("quan-3-2024"))
    where = f"/c/{contest.slug}/organiser/people/{stranger.id}"
    client = visit.role("organiser")
    assert client.get(where).status_code == 404
    assert client.post(f"{where}/invite").status_code == 404


def test_roles_are_saved_and_taken_away_on_the_page(visit, make, contest, juror):
    client, unit = visit.role("organiser"), make.unit(contest)
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    client.post(f"{where}/roles", data={"roles": ["juror", "reviewer"], "unit": unit.id})
    actor = make.actor(juror)
    assert (actor.roles[contest.id], actor.unit_id) == ({"juror", "reviewer"}, unit.id)
    assert client.post(f"{where}/roles", data={"unit": "0"}).status_code == 422
    client.post(f"{where}/retire")
    assert make.actor(juror).roles == {}


def test_a_locked_person_is_out_at_once(visit, contest, juror):
    client, theirs = visit.role("organiser"), visit.user(juror)
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    client.post(f"{where}/active", data={"active": "0"})
    assert not is_in(theirs)
    assert "Đã khoá" in client.get(where).text
