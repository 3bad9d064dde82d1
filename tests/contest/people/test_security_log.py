"""What was refused is logged in lines that nobody forges, kept for a time, and shown to its own."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.models import SecurityEvent
from contest.services.core import sweep
from contest.services.people import security_log
from contest.services.people.security_log import Refusal
from contest.views.account import refusals
from tests.contest.signing import sign_in

PAGE = "/c/quan11-2023/organiser/security"


@pytest.fixture
def stored(app, platform):
    """Have the process store what waits; returns the rows."""
    def store():
        app.extensions["refusals"].store()
        return rows(platform)

    return store


def rows(platform):
    with platform.db.read() as session:
        return list(session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)))


def test_each_kind_of_refusal_is_a_row_with_its_contest(visit, boss, contest, stored):
    sign_in(visit.public(), password="không phải mật khẩu")
    sign_in(visit.public(), email="khong-ai@example.vn", password="không phải")
    visit.public().post("/u", data={"code": "ABCD-EFGH"})
    visit.role("juror").get("/c/quan11-2023/organiser/")
    many = visit.public()
    answers = [many.post("/u", data={"code": "ABCD-EFGH"}).status_code for _ in range(11)]
    assert answers[-1] == 429
    found = {(r.kind, r.endpoint, r.contest_id is not None): r.count for r in stored()}
    assert found == {
        ("sign_in", "account.send_sign_in", True): 1,
        ("sign_in", "account.send_sign_in", False): 1,
        ("code", "entrance.exchange", False): 1 + answers.count(422),
        ("forbidden", "organiser.desk", True): 1,
        ("too_many", "entrance.exchange", False): answers.count(429),
    }


def test_what_is_allowed_leaves_nothing(visit, boss, stored):
    client = visit.public()
    assert sign_in(client, password="con mèo trèo cây cau").status_code == 303
    for path in ("/", "/c/quan11-2023/organiser/", PAGE, "/c/none/", "/u"):
        client.get(path)
    visit.public().get("/account/")  # 401: nobody has tried anything
    assert stored() == []


@pytest.mark.parametrize("path", [
    "/c/quan11-2023/review/x%0A%7B%22event%22%3A%22forged%22%7D",
    "/c/quan11-2023/review/x%0D%0A2023-06-05 ERROR forged",
    "/c/quan11-2023/review/x%E2%80%A8forged",
    "/c/quan11-2023/review/%1b[31mforged",
])
def test_a_path_forges_no_line(visit, contest, path, caplog):
    client = visit.role("juror")
    assert client.get(path).status_code == 403
    lines = [r.getMessage() for r in caplog.records if r.name == "hoithi.security"]
    assert len(lines) == 1
    assert lines[0].isascii()
    assert len(lines[0].splitlines()) == 1
    assert "\x1b" not in lines[0]
    said = json.loads(lines[0])
    assert (said["event"], said["status"], said["kind"]) == ("refused", 403, "forbidden")
    assert "forged" in said["path"]


def test_no_password_code_or_token_is_kept(visit, boss, stored, caplog):
    sign_in(visit.public(), password="bí mật của tôi")
    visit.public().post("/u?next=bí-mật", data={"code": "BIMA-TBIM"})
    visit.public().post("/account/link", data={"token": "bimat" * 9})
    kept = caplog.text + "".join(f"{r.path} {r.actor} {r.endpoint}" for r in stored())
    assert "hoithi.security" in kept
    for word in ("bí mật", "BIMA", "bimat", "an@example.vn", "bí-mật"):
        assert word not in kept


def test_an_organiser_sees_their_contests_rows_and_an_administrator_all(
    visit, make, boss, stored
):
    other = make.contest("quan-3-2024")
    visit.role("juror", contest=other, name="Người Kia").get("/c/quan-3-2024/organiser/units")
    visit.role("juror", name="Người Đây").get("/c/quan11-2023/organiser/entries")
    stored()
    mine, all_ = visit.user(boss).get(PAGE), visit.role("admin").get("/account/security")
    assert (mine.status_code, all_.status_code) == (200, 200)
    assert "/organiser/entries" in mine.text
    assert "Người Đây" in mine.text
    assert "/c/quan-3-2024/" not in mine.text
    assert "Người Kia" not in mine.text
    assert "/c/quan-3-2024/organiser/units" in all_.text
    assert "/c/quan11-2023/organiser/entries" in all_.text
    stranger = visit.role("organiser", contest=other)
    assert stranger.get(PAGE).status_code == 403
    assert stranger.get("/account/security").status_code == 403


def refusal(**values):
    return Refusal(**{"kind": "forbidden", "endpoint": "x", "path": "/x", "place": "192.0.2.1",
                      "actor": "public"} | values)


def test_counts_are_of_a_day_and_a_week(platform, contest, clock):
    for days, many in ((0, 3), (2, 4), (8, 5)):
        with platform.db.write() as session:
            for _ in range(many):
                security_log.note(session, refusal(), at=clock.moment - timedelta(days=days))
    with platform.db.read() as session:
        found = security_log.counts(session, None, at=clock.moment)
        assert found["forbidden"] == (3, 7)
        assert found["code"] == (0, 0)
        assert security_log.counts(session, contest, at=clock.moment)["forbidden"] == (0, 0)


def test_rows_go_after_ninety_days_and_beyond_a_number(platform, clock, monkeypatch):
    monkeypatch.setattr(security_log, "MOST", 10)
    for number in range(15):
        with platform.db.write() as session:
            security_log.note(session, refusal(place=f"192.0.2.{number}"), at=clock.moment)
    assert len(rows(platform)) == 10
    for days, left in ((90, 10), (91, 0)):
        with platform.db.write() as session:
            sweep.sweep(session, at=clock.moment + timedelta(days=days))
        assert len(rows(platform)) == left


def test_a_flood_is_one_row_and_what_waits_is_bounded(visit, contest, stored, monkeypatch):
    client = visit.role("juror")
    for _ in range(60):
        assert client.get("/c/quan11-2023/organiser/").status_code == 403
    monkeypatch.setattr(refusals, "MOST", 3)
    for number in range(9):
        client.get(f"/c/quan11-2023/review/x{number}")
    found = stored()
    assert [(r.endpoint, r.count) for r in found] == [("organiser.desk", 60), ("reviews.clip", 2)]


def test_looking_at_a_refused_page_stores_nothing(visit, contest, platform):
    visit.role("juror").get("/c/quan11-2023/organiser/")
    assert rows(platform) == []


def test_the_process_that_serves_stores_them_by_itself(visit, app, contest, platform, monkeypatch):
    monkeypatch.setattr(refusals, "EVERY_S", 0.05)
    app.extensions["refusals"].keeps = True
    visit.role("juror").get("/c/quan11-2023/organiser/")
    app.extensions["refusals"].timer.join(10)
    assert [r.endpoint for r in rows(platform)] == ["organiser.desk"]
