"""Every way to sign in, side by side: none is weaker than another, none is there by default (ASVS
5.0: 6.2.6, 6.2.7, 6.3.2, 6.3.4, 6.4.3)."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from contest.actors import SYSTEM
from contest.models import User
from contest.services.people import invitations
from tests.contest.people.test_second_factor import switch_on
from tests.contest.signing import NEW, is_in, sign_in


def link(platform, user, purpose, at):
    with platform.db.write() as session:
        key = platform.keys.invitations(session)
        made = invitations.create(
            session, session.get_one(User, user.id), purpose=purpose, actor=SYSTEM, at=at, key=key
        )
        return invitations.token_of(made, key=key)


def by_password(client, platform, boss, at):
    return sign_in(client)


def by_forgotten_password(client, platform, boss, at):
    token = link(platform, boss, "password", at)
    return client.post("/account/invitation", data={"token": token, "password": NEW})


def by_link(client, platform, boss, at):
    return client.post("/account/link", data={"token": link(platform, boss, "sign_in", at)})


@pytest.mark.parametrize("way", [by_password, by_forgotten_password, by_link])
def test_no_way_in_goes_round_the_second_factor(visit, boss, make, platform, way):
    phone, _ = switch_on(make, boss)
    client = visit.public()
    answer = way(client, platform, boss, make.at)
    assert (answer.status_code, answer.location) == (303, "/account/sign-in/code")
    assert not is_in(client)
    client.post("/account/sign-in/code", data={"code": phone.now()})
    assert is_in(client)


def test_a_new_installation_knows_nobody(platform):
    with platform.db.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/invitation", "/account/password"])
def test_a_password_is_hidden_and_may_be_pasted_or_kept_by_a_manager(visit, boss, path):
    client = visit.user(boss) if path.endswith("/password") else visit.public()
    page = BeautifulSoup(client.get(path).text, "html.parser")
    fields = page.select("input[autocomplete$='-password']")
    assert fields
    for field in fields:
        assert field["type"] == "password"
        assert not {"maxlength", "onpaste", "readonly", "pattern"} & set(field.attrs)
