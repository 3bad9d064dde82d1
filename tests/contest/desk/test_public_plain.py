"""Public pages on a poor phone: without JavaScript, under 100 KB, and on paper."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from contest.clock import FixedClock
from contest.models import Contest, Derivative, Result
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_published import result  # noqa: F401 - a fixture
from tests.contest.stage import AFTER

pytestmark = pytest.mark.browser
CONTEST = "/c/quan11-2023"
PAGES = {
    "home": "/", "contest": f"{CONTEST}/", "clips": f"{CONTEST}/clips", "rules": f"{CONTEST}/rules",
    "results": f"{CONTEST}/results", "ceremony": f"{CONTEST}/results/ceremony",
    "verify": f"{CONTEST}/verify", "code": "/u", "sign_in": "/account/sign-in",
}
MOST_BYTES = 100_000  # of a page with its styles and scripts, uncompressed
STYLE = ["/static/app.css"]  # all that a reader's first glance waits for
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter(one => one.renderBlockingStatus === "blocking").map(one => one.name)"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def published(result: Result, clock: FixedClock) -> Result:  # noqa: F811
    clock.moment = AFTER
    return result


@pytest.fixture
def plain(browser: Browser, address: str, published: Result) -> Iterator[BrowserContext]:
    """A phone whose browser runs no scripts."""
    with browser.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, java_script_enabled=False
    ) as context:
        yield context


def test_every_public_page_says_it_all_without_scripts(plain: BrowserContext) -> None:
    page = plain.new_page()
    for name, path in PAGES.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, name
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("[data-print]:visible")).to_have_count(0)  # it would do nothing


def test_the_contest_page_counts_down_without_scripts(
    plain: BrowserContext, clock: FixedClock
) -> None:
    clock.moment = AFTER.replace(month=6, day=8)
    page = plain.new_page()
    page.goto(f"{CONTEST}/")
    expect(page.locator(".countdown__left")).to_have_text("Còn 2 ngày 15 giờ")


def test_the_ceremony_unveils_third_to_first_without_scripts(plain: BrowserContext) -> None:
    page = plain.new_page()
    page.goto(PAGES["ceremony"])
    units = page.locator(".reveal h2")
    names = units.all_text_contents()
    for number in range(units.count()):
        expect(units.nth(number)).to_be_hidden()
        page.locator(".reveal > summary").nth(number).click()
        expect(units.nth(number)).to_be_visible()
    assert names == ["Đoàn Phường 3", "Đoàn Phường 1", "Đoàn Phường 2"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_weighs_little_and_asks_nobody_else(
    browser: Browser, address: str, published: Result, name: str
) -> None:
    """What makes a page slow, without counting seconds; Lighthouse counts them (`make audit`)."""
    with browser.new_context(base_url=address) as context:
        page, answers = context.new_page(), list[Response]()

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        page.goto(PAGES[name])
        page.wait_for_load_state("networkidle")
        weights = {a.url.removeprefix(address): len(a.body()) for a in answers
                   if a.ok and a.request.resource_type != "image"}
        waited_for = page.evaluate(BLOCKING)
        named = page.locator("script[src]").count()
    # A script that another one asks for comes a round later: it is in the file of every page.
    of_its_own = 1 if name == "verify" else 0  # what it shares with the large rest, asked for late
    assert len([path for path in weights if path.endswith(".js")]) == named + of_its_own
    assert len(weights) >= 3  # the page, its style, its script: pages without any would pass too
    assert sum(weights.values()) < MOST_BYTES, weights
    assert [a.url for a in answers if not a.url.startswith((address, "data:"))] == []
    assert [re.sub(r"-\w+\.", ".", url.removeprefix(address)) for url in waited_for] == STYLE


@pytest.fixture
def paper(browser: Browser, address: str, published: Result) -> Iterator[Page]:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.emulate_media(media="print", color_scheme="light")
        yield page


@pytest.mark.parametrize("name", ["results", "rules", "contest"])
def test_on_paper_there_is_the_text_and_nothing_to_press(paper: Page, name: str) -> None:
    paper.goto(PAGES[name])
    expect(paper.locator("h1")).to_be_visible()
    for useless in (".nav", "button", "a.button", ".skip"):
        expect(paper.locator(f"{useless}:visible")).to_have_count(0)
    pdf = paper.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")


def test_bars_and_table_tell_the_same(published: Result, visit: Visits, contest: Contest) -> None:
    page = BeautifulSoup(visit.public().get(PAGES["results"]).text, "html.parser")
    assert len(page.select(".ranking > li")) == len(page.select("tbody tr")) == 3
    for bar, row in zip(page.select(".ranking > li"), page.select("tbody tr"), strict=True):
        assert row.th.get_text(strip=True) in bar.text
        assert row.select("td")[-1].get_text(strip=True) in bar.text


def test_a_row_of_the_table_is_rank_unit_total_and_unfolds_on_a_phone(
    plain: BrowserContext
) -> None:
    page = plain.new_page()
    for path in (PAGES["results"], f"{PAGES['results']}/table"):
        page.goto(path)
        row = page.locator(".table--folded tbody tr").first
        expect(row.locator(".wide").first).to_be_hidden()
        expect(row.locator("dl")).to_be_hidden()
        row.locator("summary").click()
        expect(row.locator("dl")).to_contain_text("28,00")
        assert row.evaluate("one => one.closest('table').scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(row.locator(".wide").first).to_be_visible()
    expect(row.locator(".fold")).to_be_hidden()


def test_the_gallery_is_searched_without_accents_and_narrowed_without_scripts(
    plain: BrowserContext, make: Factory, contest: Contest
) -> None:
    for number in range(5):
        unit = make.unit(contest, f"Đoàn Trường số {number}")
        make.submission(unit, "published", kind="individual" if number else "team",
                        title=f"Clip thứ {number}")
    page = plain.new_page()
    page.goto(PAGES["clips"])
    page.get_by_label("Tìm theo mã, tên clip hoặc đơn vị").fill("truong so")
    page.get_by_label("Hình thức").select_option("individual")
    page.get_by_role("button", name="Lọc").click()
    expect(page.get_by_role("status")).to_have_text("Tìm thấy 4 clip.")
    expect(page.locator(".clip")).to_have_count(4)


def test_the_gallery_shows_posters(
    make: Factory, contest: Contest, visit: Visits, clock: FixedClock
) -> None:
    clock.moment = AFTER.replace(month=6, day=14)
    submission = make.submission(make.unit(contest), "published")
    make.add(Derivative(
        version_id=submission.version_id, kind="poster", sha256="a" * 64, size=9, data={},
        media_type="image/jpeg", created_at=make.at,
    ))
    card = BeautifulSoup(visit.public().get(PAGES["clips"]).text, "html.parser").select_one(".clip")
    assert card.select_one("a[href]")
    assert card.find("img")["src"].endswith(f"{submission.code}/poster.jpg?v=aaaaaaaa")
