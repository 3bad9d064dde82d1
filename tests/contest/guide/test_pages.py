"""The guide's pages: public, in the page's language, without the database; what leads to them."""

import json
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event

from contest.guide.book import contents, page_of_letter
from contest.mail_rendering import render
from contest.models import Contest
from contest.ready_pages import STATIC
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.guide.test_texts import KEYS

C = "/c/quan11-2023"


@pytest.fixture
def statements(platform: Platform) -> Iterator[list[str]]:
    """What is asked of the database."""
    said: list[str] = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    event.listen(platform.db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(platform.db.engine, "before_cursor_execute", hear)


def test_every_page_answers_in_both_languages_and_asks_no_database(
    visit: Visits, statements: list[str]
) -> None:
    vi, en = visit.public(), visit.public().english()
    statements.clear()
    for address in ("", "/search?q=clip", "/unit", "/unit/all", *(f"/{key}" for key in KEYS)):
        for browser, language in ((vi, "vi"), (en, "en")):
            answer = browser.get(f"/help{address}")
            assert answer.status_code == 200, address
            assert f'<html lang="{language}">' in answer.text
    assert statements == []


@pytest.mark.parametrize("address", ["/nobody", "/unit/nothing", "/nobody/all", "/unit/../vi"])
def test_a_page_that_is_not_there_is_not_found(visit: Visits, address: str) -> None:
    assert visit.public().get(f"/help{address}").status_code == 404


def test_the_contents_name_every_page_by_role_and_by_phase(visit: Visits) -> None:
    page = BeautifulSoup(visit.public().get("/help").text, "html.parser")
    for order in ("by-role", "by-phase"):
        links = page.select(f"nav[aria-labelledby={order}] a")
        assert {str(a["href"]) for a in links} >= {f"/help/{key}" for key in KEYS}


def test_pages_follow_one_another_to_the_end(visit: Visits) -> None:
    browser, at, read = visit.public(), f"/help/{KEYS[0]}", list[str]()
    while at:
        read.append(at.removeprefix("/help/"))
        following = BeautifulSoup(browser.get(at).text, "html.parser").select_one("a[rel=next]")
        at = str(following["href"]) if following else ""
    assert read == KEYS


def test_a_roles_guide_on_one_page_holds_all_of_its_pages(visit: Visits) -> None:
    page = BeautifulSoup(visit.public().get("/help/organiser/all").text, "html.parser")
    mine = [key.partition("/")[2] for key in KEYS if key.startswith("organiser/")]
    assert [str(article["id"]) for article in page.select("article")] == mine
    assert len(page.select("h1")) == 1


def test_the_search_shows_what_was_asked_for_as_text(visit: Visits) -> None:
    shown = visit.public().get("/help/search?q=%3Cscript%3E+clip").text
    assert 'value="&lt;script&gt; clip"' in shown
    assert "<mark>clip</mark>" in shown.lower()


@pytest.mark.parametrize(("role", "address", "key"), [
    ("public", f"{C}/", "everyone/follow-a-contest"),
    ("public", f"{C}/rules", "unit/what-a-clip-needs"),
    ("public", "/u", "unit/come-in"),
    ("public", "/account/sign-in", "everyone/sign-in"),
    ("organiser", f"{C}/organiser/", "organiser/the-desk"),
    ("organiser", f"{C}/organiser/units", "organiser/units-and-codes"),
    ("reviewer", f"{C}/review/", "reviewer/work-the-queue"),
    ("juror", f"{C}/jury/", "juror/before-you-mark"),
])
def test_a_screen_leads_to_its_page(visit: Visits, role: str, address: str, key: str) -> None:
    browser = visit.public() if role == "public" else visit.role(role)
    page = BeautifulSoup(browser.get(address).text, "html.parser")
    link = page.select_one(f'header a[href="/help/{key}"]')
    assert link is not None and link["target"] == "_blank"  # an upload or a form goes on meanwhile
    assert page.select_one('footer a[href="/help"]') is not None


@pytest.mark.parametrize("address", [f"{C}/u", f"{C}/unit", f"{C}/unit/entries/AB12CD"])
def test_a_units_page_and_refusal_have_the_guide_and_whom_to_call(
    visit: Visits, address: str
) -> None:
    page = BeautifulSoup(visit.public().get(address).text, "html.parser")
    assert page.select_one('header a[href^="/help/"][target=_blank]') is not None
    assert page.select_one("main #ask") is not None and page.select_one("header #ask") is None


def test_a_page_shows_its_pictures_and_film_where_the_build_has_them(visit: Visits) -> None:
    built = json.loads((STATIC / "manifest.json").read_text())
    for browser, language in ((visit.public(), "vi"), (visit.public().english(), "en")):
        page = BeautifulSoup(browser.get("/help/unit/send-a-clip").text, "html.parser")
        desk = f"guide-send-a-clip.desk.{language}.webp"
        picture = page.select_one("article picture img")
        assert picture is not None and picture["src"] == f"/static/{built[desk]}"
        assert len(str(picture["alt"])) > 20 and int(str(picture["width"])) > 0
        film = built.get(f"film-send-a-clip.{language}.webm")
        shown = [f"/static/{film}"] if film else []
        assert [source["src"] for source in page.select("article video source")] == shown
    assert "<video" not in visit.public().get("/help/technician/install").text


def test_a_refusal_leads_to_what_it_means(visit: Visits) -> None:
    browser = visit.public()
    assert 'href="/help/everyone/when-a-page-refuses"' in browser.get("/nowhere").text
    assert 'href="/help/everyone/sign-in"' in browser.get(f"{C}/organiser/").text


def test_a_letter_leads_to_what_its_reader_does_next(
    app: Flask, make: Factory, contest: Contest
) -> None:
    values = {"code": "AB12CD", "title": "Clip", "unit": "Đoàn A", "findings": [], "path": "/u"}
    mail = render(app, "findings", language="vi", contest=contest, values=values | {
        "may_send": False, "until": None}, base_url="https://thi.example.vn")
    address = "https://thi.example.vn/help/unit/mend-a-finding"
    assert f"Hướng dẫn: {address}\n" in mail.text
    assert f'href="{address}"' in mail.html
    assert page_of_letter("approved") is None
    assert set(contents()["letters"].values()) <= set(KEYS)
