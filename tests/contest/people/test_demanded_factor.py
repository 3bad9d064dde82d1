"""Organisers and administrators need a second factor, whatever a contest's rules say."""

from dataclasses import replace

import pyotp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.config import Settings
from contest.models import RecoveryCode, RoleGrant, User
from contest.services.people import passwords, second_factor
from tests.contest.signing import HASH, PASSWORD, give_recovery_codes, sign_in

FACTOR = "/account/second-factor/"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, second_factor="required")


def paths(slug):
    return ["/account/", "/account/password", "/setup", f"/c/{slug}/organiser/",
            f"/c/{slug}/organiser/people/", f"/c/{slug}/jury/", f"/c/{slug}/review/"]


@pytest.mark.parametrize("who", ["organiser", "admin", "juror who organises elsewhere"])
def test_without_a_factor_everything_leads_to_where_it_is_set_up(visit, make, contest, who):
    user = make.user(*([] if who == "admin" else ["juror" if "juror" in who else who]),
                     contest=contest, admin=who == "admin")
    if "juror" in who:
        make.add(RoleGrant(user_id=user.id, contest_id=make.contest("quan-3-2024").id,
                           role="organiser", created_at=make.at))
    client = visit.user(user)
    opened = {p: client.get(p) for p in paths(contest.slug)}
    leads = {p for p, a in opened.items() if a.status_code == 303 and a.location == FACTOR}
    refused = {p for p, a in opened.items() if a.status_code == 403}  # not theirs anyway
    assert leads | refused == set(opened)
    assert "/account/" in leads
    sent = client.post("/account/sessions/revoke-others")
    assert sent.status_code == 403
    for path in ("/", "/c/quan11-2023/", "/account/sign-in"):
        assert client.get(path).location != FACTOR
    assert client.get(FACTOR).status_code == 200
    assert client.post("/account/sign-out").status_code == 303


@pytest.mark.parametrize("role", ["reviewer", "juror"])
def test_others_are_asked_for_none(visit, contest, role):
    client = visit.role(role)
    assert client.get("/account/").status_code == 200
    room = {"juror": "jury", "reviewer": "review"}[role]
    assert client.get(f"/c/{contest.slug}/{room}/").status_code == 200


def test_signing_in_leads_to_it_and_once_it_is_set_up_everything_opens(
    visit, make, contest, platform
):
    boss = make.user("organiser", contest=contest, email="an@example.vn", password_hash=HASH)
    client = visit.public()
    room = sign_in(client).location
    assert client.get(room).location == FACTOR
    assert "cần mã thứ hai" in client.get(FACTOR).text
    assert client.post(FACTOR + "begin", data={"old": PASSWORD}).status_code == 303
    page = BeautifulSoup(client.get(FACTOR + "confirm").text, "html.parser")
    secret = page.select_one("main .code").text.replace(" ", "")
    done = client.post(FACTOR + "confirm", data={"code": pyotp.TOTP(secret).now()})
    assert done.status_code == 200
    assert client.get(room).status_code == 200
    assert second_factor.secret_of(make.fresh(boss), keys=platform.keys) == secret
    with platform.db.read() as session:
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
    shown = [c.text for c in BeautifulSoup(done.text, "html.parser").select("main li .code")]
    assert {h.split("$")[1] for h in stored} == {"argon2id"}
    pairs = zip(stored, shown, strict=True)
    assert all(passwords.verify(one, code.replace("-", "")) for one, code in pairs)


def test_switching_it_off_closes_everything_again(visit, make, contest, platform):
    boss = make.user("organiser", contest=contest)
    with platform.db.write() as session:
        user = session.get_one(User, boss.id)
        second_factor.begin(session, user, keys=platform.keys)
        user.totp_confirmed_at = make.at
        [code, *_] = give_recovery_codes(session, user, at=make.at)
    client = visit.user(boss, second_factor=True)
    assert client.get("/account/").status_code == 200
    assert client.post(FACTOR + "off", data={"code": code}).status_code == 303
    assert client.get("/account/").location == FACTOR
