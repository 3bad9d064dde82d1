"""A juror's device stays signed in through weeks of marking; nobody else's does."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import Contest, RoleGrant, StaffSession, User
from contest.services.people import invitations, people, sessions, sign_in
from contest.services.people.sign_in import Browser
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

pytestmark = pytest.mark.both_databases
ROOM = "/c/quan11-2023/jury/"
TABLET = Browser("Mozilla/5.0 (iPad) Safari", "192.0.2.9", "Safari, iPad")


def link_in(platform: Platform, user: User) -> str:
    """The token of a session begun by the person's one-time link."""
    with platform.db.write() as session:
        key, at = platform.keys.invitations(session), platform.clock.now()
        found = session.get_one(User, user.id)
        made = invitations.create(session, found, purpose="sign_in", actor=people.actor_of(
            session, found), at=at, key=key)
        token = invitations.token_of(made, key=key)
        return sign_in.by_link(session, token, browser=TABLET, at=at)


def is_in(platform: Platform, token: str, clock: FixedClock) -> bool:
    with platform.db.read() as session:
        return people.actor_of_token(session, token, at=clock.now()) is not None


def use(platform: Platform, token: str, clock: FixedClock) -> None:
    with platform.db.write() as session:
        row = people.session_of_token(session, token, at=clock.now())
        sessions.seen(session, row.id, at=clock.now())


def test_a_jurors_device_stays_for_two_weeks_from_its_last_use(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    token = link_in(platform, make.user("juror", contest=contest))
    for _ in range(3):
        clock.moment += timedelta(days=13)
        assert is_in(platform, token, clock)
        use(platform, token, clock)
    clock.moment += sessions.KEPT - timedelta(seconds=1)
    assert is_in(platform, token, clock)
    clock.moment += timedelta(seconds=1)
    assert not is_in(platform, token, clock)


@pytest.mark.parametrize("also", ["organiser", "reviewer", "admin", "elsewhere"])
def test_whoever_is_more_than_a_juror_is_signed_out_as_the_staff_is(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, also: str
) -> None:
    user = make.user("juror", contest=contest)
    token = link_in(platform, user)
    where = make.contest("quan-3") if also == "elsewhere" else contest
    with platform.db.write() as session:
        if also == "admin":
            session.get_one(User, user.id).admin = True
        else:
            session.add(RoleGrant(
                user_id=user.id, contest_id=where.id, created_at=make.at,
                role="organiser" if also == "elsewhere" else also))
    assert is_in(platform, token, clock)
    clock.moment += people.IDLE
    assert not is_in(platform, token, clock)
    # And a link given to such a person begins an ordinary session.
    again = link_in(platform, user)
    with platform.db.read() as session:
        rows = session.scalars(select(StaffSession).order_by(StaffSession.id)).all()
    assert [row.kept for row in rows] == [True, False]
    assert rows[-1].expires_at == clock.now() + sessions.LIFE
    assert is_in(platform, again, clock)


def test_a_second_factor_or_a_password_keeps_no_device(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    user = make.user("juror", contest=contest, has_passkey=True)
    link_in(platform, user)
    with platform.db.read() as session:
        [row] = session.scalars(select(StaffSession)).all()
    assert (row.kept, row.expires_at) == (False, make.at + sessions.LIFE_HALF)


def _browser(visit: Visits, token: str) -> Client:
    client = visit.public()
    client.set_cookie("hoithi_staff", token)
    return client


def test_use_renews_the_cookie_and_the_organiser_sees_and_ends_the_device(
    platform: Platform, make: Factory, contest: Contest, visit: Visits, clock: FixedClock
) -> None:
    user = make.user("juror", contest=contest, name="Cô Lan")
    token = link_in(platform, user)
    make.staff_token(user)
    juror = _browser(visit, token)
    clock.moment += timedelta(minutes=4)
    assert "hoithi_staff" not in str(juror.get(ROOM).headers)  # used just now
    clock.moment += timedelta(days=3)
    organiser = visit.role("organiser")
    cookie = str(juror.get(ROOM).headers)
    assert f"hoithi_staff={token}" in cookie
    assert f"Max-Age={14 * 24 * 3600}" in cookie
    address = f"/c/quan11-2023/organiser/people/{user.id}"
    page = BeautifulSoup(organiser.get(address).text, "html.parser")
    devices = page.find("h2", id="devices").find_parent("section")
    assert [term.text for term in devices.select("dt")] == ["Safari, iPad"]
    assert "tự gia hạn mỗi lần dùng" in devices.text
    assert "192.0.2.9" not in page.text
    action = devices.form["action"]
    foreign = visit.role("organiser", make.contest("quan-3"))
    assert foreign.post(action).status_code == 403
    assert is_in(platform, token, clock)
    assert organiser.post(action).status_code == 303
    assert not is_in(platform, token, clock)
    assert juror.get(ROOM).status_code == 401
    assert "devices" not in organiser.get(address).text
    other = link_in(platform, make.user("juror", contest=contest))
    with platform.db.read() as session:
        theirs = people.session_of_token(session, other, at=clock.now()).id
    organiser.post(f"{address}/sessions/{theirs}/end")  # not this person's
    assert is_in(platform, other, clock)


def test_a_kept_device_makes_nobody_a_key_of_their_own(
    platform: Platform, make: Factory, contest: Contest, visit: Visits, clock: FixedClock
) -> None:
    """Without password and second factor nothing can be asked, so the sign-in has to be fresh."""
    user = make.user("juror", contest=contest)
    with platform.db.write() as session:
        session.get_one(User, user.id).password_hash = ""
    token = link_in(platform, user)
    new = {"new": "thuyền giấy đội mưa sang sông 57"}
    clock.moment += sessions.LIFE + timedelta(minutes=1)
    answer = _browser(visit, token).post("/account/password", data=new)
    assert answer.status_code == 409 and "liên kết" in answer.text
    assert make.fresh(user).password_hash == ""
    fresh = link_in(platform, user)
    assert _browser(visit, fresh).post("/account/password", data=new).status_code == 303
    assert make.fresh(user).password_hash
