"""A phone that is one unit's does not become another's unasked."""

import pytest

from contest.models import Contest, Unit, UnitSession
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

HOME = "/c/quan11-2023/unit"


@pytest.fixture
def units(make: Factory, contest: Contest) -> tuple[Unit, Unit]:
    return make.unit(contest, "Phường 1"), make.unit(contest, "Phường 2")


@pytest.fixture
def other_contests_unit(make: Factory) -> Unit:
    return make.unit(make.contest("quan-3-2024"), "Phường 3, quận khác")


@pytest.mark.parametrize("by", ["token", "code"])
def test_a_link_of_another_unit_asks_before_it_changes_the_phone(
    visit: Visits, make: Factory, units: tuple[Unit, Unit], by: str
) -> None:
    mine, other = units
    browser = visit.unit(mine)
    link, token, code = make.unit_link(other)
    data = {by: token if by == "token" else code}
    asked = browser.post("/u", data=data)
    assert asked.status_code == 200
    assert "Bạn thuộc đơn vị Phường 2?" in asked.text
    assert "Set-Cookie" not in asked.headers or "hoithi_unit" not in asked.headers["Set-Cookie"]
    assert make.fresh(link).uses == 0
    assert "Phường 1" in browser.get(HOME).text
    sure = browser.post("/u", data=data | {"sure": "1"})
    assert sure.status_code == 303
    assert "Phường 2" in browser.get(HOME).text


def test_a_unit_of_another_contest_is_asked_too(
    visit: Visits, make: Factory, units: tuple[Unit, Unit], other_contests_unit: Unit
) -> None:
    _, token, _ = make.unit_link(other_contests_unit)
    browser = visit.unit(units[0])
    assert "Bạn thuộc đơn vị Phường 3, quận khác?" in browser.post("/u", data={"token": token}).text


def test_nobody_is_asked_who_comes_first_or_again(
    visit: Visits, make: Factory, units: tuple[Unit, Unit], platform
) -> None:
    link, token, _ = make.unit_link(units[0])
    again = visit.unit(units[0])
    for browser in (visit.public(), again):
        assert browser.post("/u", data={"token": token}).status_code == 303
    ended = visit.unit(units[1])
    with platform.db.write() as session:  # that unit's time on this phone is over
        for row in session.query(UnitSession).filter_by(unit_id=units[1].id):
            row.revoked_at = make.at
    assert ended.post("/u", data={"token": token}).status_code == 303
    assert make.fresh(link).uses == 3




@pytest.mark.parametrize("who", ["staff", "unit"])
def test_signing_out_has_the_device_forget(
    visit: Visits, units: tuple[Unit, Unit], who: str
) -> None:
    client = visit.role("juror") if who == "staff" else visit.unit(units[0])
    answer = client.post("/account/sign-out" if who == "staff" else "/u/leave")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert client.get_cookie("hoithi_forget").value == "1"
