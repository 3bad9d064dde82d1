"""Texts to hand on to units without an address: their own link, who was told, taken back."""

import re
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.clock import FixedClock
from contest.errors import Conflict, NotFound
from contest.models import AuditRow, Contest, Submission, Telling, Unit, UnitLink
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

ROOM = "/c/quan11-2023/organiser/messages/chat"


@pytest.fixture
def units(make: Factory, contest: Contest) -> list[Unit]:
    """Two without an address, one with; none has sent a clip."""
    silent = {"contact_email": "", "contact_phone": "0903 111 222", "contact_name": "Anh Ba"}
    return [make.unit(contest, "Đoàn An", **silent), make.unit(contest, "Đoàn Bình", **silent),
            make.unit(contest, "Đoàn Có Thư")]


def texts(client: Client, address: str) -> dict[str, str]:
    """Unit -> the text to hand on."""
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return {card.h2.text: (card.select_one(".letter") or card.h2).text
            for card in page.select("li.card")}


def link_in(text: str) -> tuple[str, str]:
    """The page that the text's link asks for, and its secret."""
    found = re.search(r"http://localhost/u\?next=(\S+)#(\S+)", text)
    assert found, text
    return found[1], found[2]


def test_a_text_holds_the_units_own_link_which_leads_to_its_page(
    units: list[Unit], visit: Visits, platform: Platform
):
    client = visit.role("organiser")
    assert "Đoàn Có Thư" not in client.get(f"{ROOM}/missing").text
    assert client.post(f"{ROOM}/missing/links").status_code == 303
    first = texts(client, f"{ROOM}/missing")
    assert list(first) == ["Đoàn An", "Đoàn Bình"]
    assert "chưa nhận được clip dự thi của Đoàn An" in first["Đoàn An"]
    assert texts(client, f"{ROOM}/missing") == first  # as often as it is needed
    client.post(f"{ROOM}/missing/links")
    with platform.db.read() as session:
        links = session.scalars(select(UnitLink)).all()
        assert len(links) == 2
        assert not any(link.token_hash in "".join(first.values()) for link in links)
    page, token = link_in(first["Đoàn Bình"])
    phone = visit.public()
    entered = phone.post("/u", data={"token": token, "next": page})
    assert (entered.status_code, entered.location) == (303, "/c/quan11-2023/unit")
    assert "Đoàn Bình" in phone.get("/c/quan11-2023/unit").text
    assert link_in(first["Đoàn An"])[1] != token


def test_the_text_about_a_clip_leads_to_the_clip(
    units: list[Unit], make: Factory, visit: Visits
):
    submission: Submission = make.submission(units[0], "needs_fix", contact_email="")
    client = visit.role("organiser")
    client.post(f"{ROOM}/findings/links")
    [text] = texts(client, f"{ROOM}/findings").values()
    assert "Hãy cắt bớt ít nhất 42 giây." in text
    page, token = link_in(text)
    entered = visit.public().post("/u", data={"token": token, "next": page})
    assert entered.location == f"/c/quan11-2023/unit/entries/{submission.code}"


def test_who_was_told_leaves_the_list_and_comes_back(
    units: list[Unit], visit: Visits, platform: Platform, clock: FixedClock
):
    client = visit.role("organiser", name="Lê Tổ Chức")
    told = {"subject": str(units[0].id)}
    for _ in range(2):  # a second tap does no harm
        assert client.post(f"{ROOM}/missing/told", data=told).status_code == 303
    assert list(texts(client, f"{ROOM}/missing")) == ["Đoàn Bình"]
    everybody = client.get(f"{ROOM}/missing?show=all").text
    assert "Lê Tổ Chức, 09g00 ngày 5/6/2023" in everybody
    with platform.db.read() as session:
        [row] = session.scalars(select(Telling))
    assert client.post(f"{ROOM}/missing/told/{row.id}/undo").status_code == 303
    assert list(texts(client, f"{ROOM}/missing")) == ["Đoàn An", "Đoàn Bình"]
    assert client.post(f"{ROOM}/missing/told/{row.id}/undo").status_code == NotFound.status
    with platform.db.read() as session:
        actions = select(AuditRow.action).where(AuditRow.action.like("reminder.%"))
        assert session.scalars(actions.order_by(AuditRow.seq)).all() == [
            "reminder.told", "reminder.untold"]


def test_a_tick_is_for_one_deadline(units: list[Unit], visit: Visits, platform: Platform):
    client = visit.role("organiser")
    client.post(f"{ROOM}/missing/told", data={"subject": str(units[0].id)})
    with platform.db.write() as session:
        session.get_one(Unit, units[0].id).entries_until = datetime.fromisoformat(
            "2023-06-14T18:00:00+07:00")
    assert "Đoàn An" in texts(client, f"{ROOM}/missing")


def test_who_is_not_on_the_list_cannot_be_ticked(
    units: list[Unit], make: Factory, visit: Visits, platform: Platform
):
    client = visit.role("organiser")
    foreign = make.unit(make.contest("quan-3-2024"), contact_email="")
    for subject in (units[2].id, foreign.id, 10**6, "x", ""):
        answer = client.post(f"{ROOM}/missing/told", data={"subject": str(subject)})
        assert answer.status_code == Conflict.status
    with platform.db.read() as session:
        assert session.scalars(select(Telling)).all() == []


def test_a_revoked_link_is_not_handed_on_again(
    units: list[Unit], make: Factory, visit: Visits, platform: Platform
):
    client = visit.role("organiser")
    client.post(f"{ROOM}/missing/links")
    before = texts(client, f"{ROOM}/missing")["Đoàn An"]
    with platform.db.read() as session:
        link = session.scalars(select(UnitLink).where(UnitLink.unit_id == units[0].id)).one()
    client.post(f"/c/quan11-2023/organiser/units/links/{link.id}/revoke")
    assert "http" not in texts(client, f"{ROOM}/missing")["Đoàn An"]
    client.post(f"{ROOM}/missing/links")
    after = texts(client, f"{ROOM}/missing")["Đoàn An"]
    assert link_in(after) != link_in(before)


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/c/quan11-2023/unit/entries/CX1#findings", "/c/quan11-2023/unit/entries/CX1#findings"),
        ("/c/quan11-2023/unit", "/c/quan11-2023/unit"),
        ("", "/c/quan11-2023/unit"), ("https://evil.example/", "/c/quan11-2023/unit"),
        ("//evil.example/c/quan11-2023/unit/", "/c/quan11-2023/unit"),
        ("/\\evil.example", "/c/quan11-2023/unit"),
        ("/c/khac/unit/entries/1", "/c/quan11-2023/unit"),
        ("/c/quan11-2023/organiser", "/c/quan11-2023/unit"),
    ],
)
def test_the_code_is_asked_for_once_and_leads_on_within_the_unit(
    make: Factory, contest: Contest, visit: Visits, asked: str, led: str
):
    _, token, _ = make.unit_link(make.unit(contest))
    answer = visit.public().post("/u", data={"token": token, "next": asked})
    assert (answer.status_code, answer.location) == (303, led)


def test_a_page_of_the_unit_asks_for_the_code_and_remembers_itself(
    make: Factory, contest: Contest, visit: Visits
):
    unit = make.unit(contest)
    submission, (_, _, code) = make.submission(unit, "needs_fix"), make.unit_link(unit)
    phone, address = visit.public(), f"/c/quan11-2023/unit/entries/{submission.code}"
    asked = phone.get(address)
    assert asked.status_code == 401
    form = BeautifulSoup(asked.text, "html.parser").select_one("form[data-enter]")
    data = {tag["name"]: tag.get("value", "") for tag in form.select("input")}
    wrong = phone.post("/u", data=data | {"code": "AAAA-AAAA"})
    kept = BeautifulSoup(wrong.text, "html.parser").select_one(
        "form[data-enter] input[name=next]")["value"]
    entered = phone.post("/u", data=data | {"code": code, "next": kept})
    assert entered.location == address
    assert phone.get(address).status_code == 200
