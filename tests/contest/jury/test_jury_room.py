"""The juror's room over HTTP and in a real browser."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import event

from contest.clock import FixedClock
from contest.models import Contest, Submission, User
from contest.services.core import profiles
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

TIME = datetime.fromisoformat("2023-06-14T16:02:00+07:00")
SCRIPT = {"Accept": "application/json"}
ROOM = "/c/quan11-2023/jury/"


@pytest.fixture
def submission(make: Factory, contest: Contest, clock: FixedClock) -> Submission:
    clock.moment = TIME
    return make.submission(make.unit(contest), "published")


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest)


@pytest.fixture
def at_work(visit: Visits, juror: User, submission: Submission) -> Client:
    """The juror's browser; signed in once the entry is there, at its time."""
    return visit.user(juror)


def rubric(contest: Contest) -> dict[str, int]:
    return {f"mark-{c.id}": c.max for c in profiles.profile_of(contest).jury.criteria}


def test_the_list_leads_to_what_is_missing(
    at_work: Client, submission: Submission, make: Factory, contest: Contest, juror: User
) -> None:
    page = at_work.get(ROOM)
    assert "0/1 clip" in page.text
    assert f'href="{ROOM}{submission.code}"' in page.text
    make.ballot(submission, juror, {"content": 30}, state="open")
    left = len(rubric(contest)) - 1
    assert f"Còn {left} tiêu chí" in at_work.get(ROOM).text
    assert "Clip của đơn vị bạn" not in page.text


def test_the_clip_of_the_own_unit_is_shown_but_cannot_be_opened(
    visit: Visits, make: Factory, contest: Contest, submission: Submission
) -> None:
    browser = visit.user(make.user("juror", contest=contest, unit=submission.unit))
    assert "Clip của đơn vị bạn" in browser.get(ROOM).text
    assert browser.get(ROOM + submission.code).status_code == 403
    assert browser.post(ROOM + submission.code, data={"version": "0"}).status_code == 403


def test_the_script_saves_and_says_when(at_work: Client, submission: Submission) -> None:
    answer = at_work.post(
        ROOM + submission.code, data={"version": "0", "mark-content": "36"}, headers=SCRIPT
    )
    assert answer.status_code == 200
    assert (answer.json["version"], answer.json["said"]) == (1, "Đã lưu 16:02")
    assert "content" not in answer.json["missing"]
    again = at_work.post(
        ROOM + submission.code, data={"version": "0", "mark-content": "1"}, headers=SCRIPT
    )
    assert (again.status_code, again.json["marks"]) == (409, {"content": 36})


def test_a_mark_that_is_too_high_is_refused_with_a_sentence(
    at_work: Client, submission: Submission
) -> None:
    data = {"version": "0", "mark-content": "41"}
    answer = at_work.post(ROOM + submission.code, data=data, headers=SCRIPT)
    assert (answer.status_code, answer.json["fields"]) == (
        422, {"mark-content": "Hãy nhập số từ 0 đến 40."},
    )
    page = at_work.post(ROOM + submission.code, data=data)
    assert page.status_code == 422
    assert "Hãy nhập số từ 0 đến 40." in page.text


def test_without_a_script_the_button_saves(
    at_work: Client, submission: Submission, contest: Contest
) -> None:
    data = {"version": "0", "mark-content": "36", "comment": "Cảm động.", "do": "save"}
    answer = at_work.post(ROOM + submission.code, data=data)
    assert (answer.status_code, answer.location) == (303, ROOM + submission.code)
    page = at_work.get(ROOM + submission.code).text
    assert re.search(r'name="mark-content"[^>]*value="36"', page)
    assert "Cảm động." in page


def test_an_incomplete_ballot_is_not_submitted_and_nothing_is_lost(
    at_work: Client, submission: Submission, contest: Contest
) -> None:
    data = {"version": "0", "mark-content": "36", "do": "submit"}
    refused = at_work.post(ROOM + submission.code, data=data)
    assert refused.status_code == 303  # sent again by F5, the form would be of an older ballot
    page = at_work.get(refused.location)
    missing = len(rubric(contest)) - 1
    assert page.text.count("Hãy cho điểm tiêu chí này.") == 2 * missing
    assert re.search(r'name="mark-content"[^>]*value="36"', page.text)
    assert "Hãy cho điểm" not in at_work.get(ROOM + submission.code).text
    complete = rubric(contest) | {"version": "1", "do": "submit"}
    answer = at_work.post(ROOM + submission.code, data=complete)
    assert (answer.status_code, answer.location) == (303, ROOM)
    assert "Bạn đã chấm xong tất cả các clip" in at_work.get(ROOM).text
    assert at_work.post(ROOM + submission.code + "/reopen").status_code == 303


@pytest.mark.parametrize("kind", ["recused", "abstained"])
def test_stepping_aside_over_http(at_work: Client, submission: Submission, kind: str) -> None:
    address = f"{ROOM}{submission.code}/aside/{kind}"
    assert at_work.post(address, data={}).status_code == 422
    data = {f"{kind}-reason": "Tôi dựng clip này."}
    assert at_work.post(address, data=data).status_code == 303
    assert "Tôi dựng clip này." in at_work.get(ROOM + submission.code).text


def test_when_the_time_is_over_marks_can_only_be_read(
    visit: Visits, juror: User, submission: Submission, contest: Contest, clock: FixedClock
) -> None:
    clock.moment = profiles.profile_of(contest).schedule.ballots_close
    at_work = visit.user(juror)
    juror_page = at_work.get(ROOM + submission.code).text
    assert "Đã hết thời gian chấm điểm" in juror_page
    assert 'value="submit"' not in juror_page
    answer = at_work.post(ROOM + submission.code, data={"version": "0"}, headers=SCRIPT)
    assert (answer.status_code, answer.json["error"]) == (403, "too_late")


def test_a_clip_that_is_not_being_marked_does_not_exist(
    at_work: Client, make: Factory, contest: Contest
) -> None:
    hidden = make.submission(make.unit(contest), "in_review")
    assert at_work.get(ROOM + hidden.code).status_code == 404


def test_the_list_asks_no_more_for_more_clips(
    at_work: Client, platform: Platform, make: Factory, contest: Contest, submission: Submission
) -> None:
    queries: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        queries.append(statement)

    event.listen(platform.db.engine, "before_cursor_execute", listen)
    at_work.get(ROOM)
    few = len(queries)
    for _ in range(2):
        make.submission(make.unit(contest), "published")
    queries.clear()
    at_work.get(ROOM)
    event.remove(platform.db.engine, "before_cursor_execute", listen)
    assert len(queries) == few


# ---------------------------------------------------------------------------- in a browser


@pytest.fixture
def tablet(
    browser: Browser, address: str, make: Factory, juror: User, submission: Submission
) -> Iterator[Page]:
    """The clip's page on the juror's tablet."""
    context = browser.new_context(
        viewport={"width": 1024, "height": 768},
        service_workers="block",  # it has tests of its own; one that starts anew may hold a page up
    )
    token = make.staff_token(juror)
    context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}{ROOM}{submission.code}")
    yield page
    context.close()


@pytest.mark.browser
def test_a_ballot_saves_itself_and_survives_a_lost_line(
    tablet: Page, contest: Contest, clock: FixedClock
) -> None:
    page = tablet
    saved = page.locator("[data-saved]")
    page.get_by_role("button", name=re.compile("Đúng chủ đề")).click()
    expect(saved).to_have_text("Đã lưu 16:02")
    expect(page.locator("[name=mark-content]")).to_have_value("28")

    page.context.set_offline(True)
    page.locator("[name=mark-content]").fill("33")
    page.locator("[name=mark-content]").blur()
    expect(saved).to_contain_text("Mất mạng")
    clock.moment += timedelta(minutes=3)
    page.context.set_offline(False)
    expect(saved).to_have_text("Đã lưu 16:05")

    page.reload()
    expect(page.locator("[name=mark-content]")).to_have_value("33")
    for name, most in rubric(contest).items():
        page.locator(f"[name={name}]").fill(str(most))
        page.locator(f"[name={name}]").blur()
    expect(saved).to_have_text("Đã lưu 16:05")
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator("main")).to_contain_text("Bạn đã chấm xong tất cả các clip")


@pytest.mark.browser
def test_the_total_counts_what_is_typed_while_an_answer_is_on_its_way(tablet: Page) -> None:
    """It was the older answer's, and a press on the button fell beside it when it grew shorter."""
    page, held = tablet, list[Route]()
    page.route("**/jury/*", lambda one: (
        held.append(one) if one.request.method == "POST" else one.continue_()))
    page.locator("[name=mark-content]").fill("33")
    page.locator("[name=mark-content]").blur()
    expect(page.locator("[data-saved]")).to_contain_text("Đang lưu")
    page.locator("[name=mark-creativity]").press_sequentially("20")
    expect(page.locator("[data-total]")).to_contain_text("53 / 100 điểm")
    held.pop().continue_()
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert "53 / 100 điểm" in page.locator("[data-total]").inner_text()
    page.unroute_all()


@pytest.mark.browser
def test_marks_given_offline_outlive_the_closed_tab(
    tablet: Page, contest: Contest, clock: FixedClock
) -> None:
    page, context = tablet, tablet.context
    address = page.url
    saved = page.locator("[data-saved]")
    context.set_offline(True)
    page.locator("[name=mark-content]").fill("33")
    page.locator("[name=mark-content]").blur()
    expect(saved).to_contain_text("Mất mạng")
    page.get_by_role("button", name="Nộp phiếu").click()  # stays: nothing can be handed in now
    expect(saved).to_contain_text("Mất mạng")
    page.close(run_before_unload=False)

    context.set_offline(False)
    clock.moment += timedelta(minutes=10)
    again = context.new_page()
    again.goto(address)
    expect(again.locator("[name=mark-content]")).to_have_value("33")
    expect(again.locator("[data-saved]")).to_have_text("Đã lưu 16:12")
    assert again.evaluate("localStorage.length") == 0  # nothing stays on a shared tablet


@pytest.mark.browser
def test_a_draft_of_an_older_ballot_is_not_laid_over_a_newer(
    tablet: Page, at_work: Client, submission: Submission
) -> None:
    tablet.context.set_offline(True)
    tablet.locator("[name=mark-content]").fill("33")
    tablet.locator("[name=mark-content]").blur()
    expect(tablet.locator("[data-saved]")).to_contain_text("Mất mạng")
    data = {"version": "0", "mark-content": "20"}
    assert at_work.post(ROOM + submission.code, data=data, headers=SCRIPT).status_code == 200
    tablet.context.set_offline(False)
    tablet.goto(tablet.url)
    expect(tablet.locator("[name=mark-content]")).to_have_value("20")
