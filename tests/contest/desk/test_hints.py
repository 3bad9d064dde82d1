"""First-time hints: at most three, dismissed for oneself, back on request."""

from bs4 import BeautifulSoup

from contest.models import Contest
from contest.views.account.hints import HINTS
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory


def _said(client: Client, path: str) -> list[str]:
    page = BeautifulSoup(client.get(path).text, "html.parser")
    return [one.get_text() for one in page.select(".hints li")]


def test_each_main_screen_has_hints_that_one_person_dismisses_and_has_back(
    visit: Visits, make: Factory, contest: Contest
) -> None:
    make.submission(make.unit(contest), "in_review")
    home = f"/c/{contest.slug}"
    screens = {
        "unit": (visit.unit(make.unit(contest)), f"{home}/unit"),
        "review": (visit.role("reviewer"), f"{home}/review/"),
        "jury": (visit.role("juror"), f"{home}/jury/"),
        "organiser": (visit.role("organiser"), f"{home}/organiser/"),
    }
    for room, (client, path) in screens.items():
        assert 1 <= len(_said(client, path)) <= 3 >= len(HINTS[room]), room
        choose = {"room": room, "act": "hide", "next": path}
        gone = client.post("/hints", data=choose)
        assert (gone.status_code, gone.headers["Location"]) == (303, path)
        assert _said(client, path) == []
        assert "Hiện lại gợi ý" in client.get(path).text
        client.post("/hints", data=choose | {"act": "show"})
        assert len(_said(client, path)) == len(HINTS[room])
    organiser, path = screens["organiser"]
    organiser.post("/hints", data={"room": "organiser", "act": "hide", "next": "//elsewhere"})
    assert _said(organiser, path) == []
    assert len(_said(visit.role("organiser"), path)) == 3  # another person's are their own
    assert organiser.post("/hints", data={"room": "x", "act": "hide"}).status_code == 422
