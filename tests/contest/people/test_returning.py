"""Signing in leads back to the page that was asked for, and never to another site."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
import pytest
from bs4 import BeautifulSoup

from contest.models import Contest
from contest.services.people import second_factor
from contest.views.shared.returning import safe_path
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.signing import HASH, PASSWORD

UNITS = "/c/quan11-2023/organiser/units?show=short"


@pytest.mark.parametrize("path", ["/", "/c/x/organiser/units?show=short&page=2", "/c/x/#place"])
def test_a_path_of_ours_is_kept(path: str):
    assert safe_path(path) == path


EVIL = [
    "//evil.example/", "///evil.example", "/\\evil.example", "https://evil.example/",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\\\\evil.example",
    "/\r/evil.example", "/\x00/evil.example", "\t//evil.example", " //evil.example", "//[",
    "/\\/evil.example", "//evil.example@ours", "/\u2028/evil.example", "data:text/html,x",
    "http:evil.example", "c/x", "",
]


@pytest.mark.parametrize("path", EVIL)
def test_whatever_may_lead_elsewhere_is_dropped(path: str):
    assert safe_path(path) == ""


def test_a_choice_of_language_leads_nowhere_else(visit: Visits):
    for path in EVIL:
        answer = visit.public().post("/language", data={"language": "en", "next": path})
        assert (answer.status_code, answer.location) == (303, "/"), path


def test_a_choice_of_language_comes_back_to_the_page(visit: Visits):
    answer = visit.public().post("/language", data={"language": "en", "next": UNITS})
    assert (answer.status_code, answer.location) == (303, UNITS)


@pytest.mark.parametrize("path", ["//evil.example/", "/\t/evil.example", "//["])
def test_signing_in_leads_nowhere_else(make: Factory, contest: Contest, visit: Visits, path: str):
    boss = make.user("organiser", contest=contest, password_hash=HASH)
    answer = visit.public().post(f"/account/sign-in?{urlencode({'next': path})}",
                                 data={"email": boss.email, "password": PASSWORD})
    assert answer.location == "/c/quan11-2023/organiser/"


def _to_sign_in(client: Client, path: str) -> str:
    refused = client.get(path)
    assert refused.status_code == 401
    return str(BeautifulSoup(refused.text, "html.parser").select_one("main a.button")["href"])


def _action(client: Client, path: str) -> str:
    form = BeautifulSoup(client.get(path).text, "html.parser").select_one("main form")
    return str(form["action"])


def test_one_who_is_refused_comes_back_after_the_password(
    make: Factory, contest: Contest, visit: Visits
):
    boss, client = (
        make.user("organiser", contest=contest, password_hash=HASH), visit.public()
    )
    action = _action(client, _to_sign_in(client, UNITS))
    wrong = client.post(action, data={"email": boss.email, "password": "không phải mật khẩu"})
    again = BeautifulSoup(wrong.text, "html.parser").select_one("main form")["action"]
    answer = client.post(again, data={"email": boss.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, UNITS)
    assert client.get(answer.location).status_code == 200


def test_the_page_is_remembered_across_the_second_step(
    make: Factory, contest: Contest, visit: Visits
):
    boss, client = (
        make.user("organiser", contest=contest, password_hash=HASH), visit.public()
    )
    keys = make.platform.keys
    with make.platform.db.write() as session:
        user = session.get_one(type(boss), boss.id)
        second_factor.begin(session, user, keys=keys)
        secret, user.totp_confirmed_at = second_factor.secret_of(user, keys=keys), make.at
    answer = client.post(_action(client, _to_sign_in(client, UNITS)),
                         data={"email": boss.email, "password": PASSWORD})
    assert parse_qs(urlsplit(answer.location).query) == {"next": [UNITS]}
    done = client.post(_action(client, answer.location), data={"code": pyotp.TOTP(secret).now()})
    assert done.location == UNITS


def test_where_the_second_factor_is_missing_the_page_leads_there(make: Factory, visit: Visits):
    strict = make.contest("hoi-thi-chat", lambda text: text.replace(
        "second_factor = []", 'second_factor = ["organiser"]'))
    client = visit.role("organiser", contest=strict)
    page = BeautifulSoup(client.get("/c/hoi-thi-chat/organiser/").text, "html.parser")
    link = page.select_one("main a.button")["href"]
    assert client.get(link).status_code == 200
    assert link == "/account/second-factor/"


def test_who_has_several_roles_chooses(make: Factory, contest: Contest, visit: Visits):
    both = make.user("organiser", "reviewer", contest=contest, password_hash=HASH)
    answer = visit.public().post("/account/sign-in",
                                 data={"email": both.email, "password": PASSWORD})
    assert answer.location == "/account/"
