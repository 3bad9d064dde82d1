"""The second factor over HTTP: switched on, asked for, used once, recovered, switched off."""

import re
from datetime import timedelta

import pyotp
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from contest.clock import SystemClock
from contest.models import RecoveryCode, User
from contest.services.people import second_factor
from tests.contest.signing import (
    PASSWORD,
    errors,
    give_recovery_codes,
    is_in,
    recorded,
    sign_in,
)


def switch_on(make, user):
    """A person with the second factor on; returns what the phone shows and the recovery codes."""
    with make.platform.db.write() as session:
        user = session.get_one(User, user.id)
        second_factor.begin(session, user, keys=make.platform.keys)
        user.totp_confirmed_at = make.at
        codes = give_recovery_codes(session, user, at=make.at)
        return pyotp.TOTP(second_factor.secret_of(user, keys=make.platform.keys)), codes



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
    assert (right.status_code, right.location) == (303, "/c/quan11-2023/organiser/")
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
                                             keys=make.platform.keys))
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
