"""What further screens offer is what may be done: a board's votes and its chair's word, a decision
that is held, consents, and requests that something stands in the way of."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select, update

from contest import lifecycle
from contest.clock import FixedClock
from contest.lifecycle import Phase
from contest.models import Consent, EntryRequest, HeldDecision, Publication, Submission
from contest.services.core import profiles
from contest.services.entry import submissions
from contest.states import DECISION
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.entry.board_room import ROOM, Room
from tests.contest.factory import Factory
from tests.contest.stage import Build
from tests.contest.test_offered import MOMENTS, REASON, Offered

HOME = "/c/quan11-2023"
ON_THE_WAY = ("armed", "unknown", "verifying")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: the services are tested on both."""
    return sqlite_url


def _main(browser: Client, address: str) -> Tag:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    found = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert found is not None
    return found


# ---------------------------------------------------------------------------- the board


class Ballot:
    """A clip's page as one of the board sees it: what it offers, the form as it is filled in."""

    def __init__(self, browser: Client, code: str) -> None:
        self.browser, self.address = browser, f"{ROOM}{code}"
        main = _main(browser, self.address)
        self.text = main.text
        self.form = main.select_one("form[data-review]")
        actions = {str(form.get("action")) for form in main.select("form[method=post]")}
        self.offers = {act for act in ("aside", "take-back", "undo")
                       if f"{self.address}/{act}" in actions}
        if self.form:
            self.offers |= {"vote"} | {"cast" for _ in self.form.select("button[value=cast]")}
            self.offers |= {str(one["value"]) for one in self.form.select("input[name=outcome]")}

    def press(self, outcome: str, **more: str) -> int:
        """The form as it stands, with this outcome."""
        assert self.form is not None
        values: dict[str, Any] = {str(one["name"]): str(one["value"])
                                  for one in self.form.select("input[type=hidden]")}
        until = self.form.select_one("input[name=until]")
        assert until is not None
        values |= {"checklist": [str(box["value"]) for box in self.form.select(
            "input[name=checklist]")], "until": until["value"], "outcome": outcome,
            "reason": REASON} | more
        return self.browser.post(self.address, data=values).status_code


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.COUNTED], ids=str)
def test_a_boards_page_offers_each_of_the_board_what_they_may_do(
    make: Factory, platform: Platform, clock: FixedClock, app: Flask, phase: Phase
) -> None:
    here = Room(platform, make, approvals=2, quorum=2)
    clock.moment = MOMENTS[phase][0]
    acts = {way.act for way in lifecycle.ways("submission", "in_review", phase)}
    assert {"vote", "cast"} <= acts
    outcomes = {"approve", "reject"} | ({"changes"} if "ask_changes" in acts else set())
    visit, own = Visits(app, make, here.contest), make.unit(here.contest)
    theirs = make.user("reviewer", "juror", contest=here.contest, unit=own)
    chair, one, other, fourth = (visit.user(user) for user in here.members)
    organiser, cousin = visit.user(here.organiser), visit.user(theirs)
    for outcome in sorted(outcomes):  # what is offered is done by pressing it
        here.unit, here.submission = own, make.submission(own, "in_review")
        code = here.submission.code
        assert Ballot(cousin, code).offers == Ballot(organiser, code).offers == set()
        assert Ballot(chair, code).offers == {"vote", "aside", *outcomes}  # it is not their turn
        assert Ballot(chair, code).press(outcome, hold="", do="cast") == 409
        assert Ballot(one, code).press(outcome, hold="") == 303
        assert Ballot(one, code).offers == {"vote", "aside", "take-back", *outcomes}
        assert "cast" not in Ballot(chair, code).offers
        assert Ballot(other, code).press("reject" if outcome == "approve" else "approve",
                                         hold="") == 303  # they disagree
        word = Ballot(chair, code)
        assert word.offers == {"vote", "cast", "aside", *outcomes}
        assert "cast" not in Ballot(other, code).offers
        assert word.press(outcome, hold="", do="cast") == 303
        assert here.state == {"approve": "approved", "reject": "disqualified",
                              "changes": "changes_requested"}[outcome]
        for browser in (chair, one, fourth):
            assert not Ballot(browser, code).offers & {"vote", "cast", "aside", "take-back"}


def test_a_page_of_the_board_says_what_stands_in_the_way_of_an_outcome_before_it_is_chosen(
    make: Factory, platform: Platform, app: Flask
) -> None:
    here = Room(platform, make, approvals=2, quorum=2)
    visit = Visits(app, make, here.contest)
    chair, one = (visit.user(user) for user in here.members[:2])
    code, lone = here.submission.code, "Chủ tịch chưa loại được clip này"
    here.vote(1, "approve")
    here.vote(2, "changes")
    word = Ballot(chair, code)
    assert "cast" in word.offers and lone in word.text
    assert word.press("reject", hold="", do="cast") == 409
    here.vote(2, "reject")
    word = Ballot(chair, code)
    assert "cast" in word.offers and lone not in word.text
    stood = Ballot(one, code)
    assert stood.press("approve") == 303  # held, as our own form asks
    held = Ballot(one, code)
    assert "undo" in held.offers and "vote" not in held.offers
    assert one.post(f"{ROOM}{code}/undo").status_code == 303
    assert "vote" in Ballot(one, code).offers
    assert one.post(f"{ROOM}{code}/aside", data={"why": "Người nhà"}).status_code == 303
    aside = Ballot(one, code)
    assert {"take-back", "vote"} <= aside.offers and "aside" not in aside.offers
    assert one.post(f"{ROOM}{code}/take-back").status_code == 303
    assert "aside" in Ballot(one, code).offers


# ---------------------------------------------------------------------------- what is held


def test_what_was_decided_is_taken_back_where_it_is_held_and_offered_nowhere_else(
    make: Factory, clock: FixedClock, visit: Visits, built: Build
) -> None:
    place = Offered(make, clock, visit, built, Phase.CLOSED)
    reviewer = make.user("reviewer", contest=place.contest)
    browser = visit.user(reviewer)
    for state in DECISION.states:
        entry = place.entry("in_review")
        assert browser.post(f"{ROOM}{entry.code}/take").status_code == 303
        held, over = state == "held", {"vi": "Đơn vị vừa rút bài.", "en": "It was withdrawn."}
        row = make.add(HeldDecision(
            submission_id=entry.id, version_id=entry.version_id, user_id=reviewer.id, state=state,
            casting=False, made_at=make.at, due_at=make.at + timedelta(seconds=10),
            ended_at=None if held else make.at, said=over if state == "lapsed" else {},
            content={} if state == "given" else {
                "outcome": "reject", "checklist": {}, "reason": REASON, "note": "", "until": ""},
        ))
        allowed = lifecycle.may("decision", state, "take_back")
        page = Ballot(browser, entry.code)
        assert (allowed, not allowed) == ("undo" in page.offers, "vote" in page.offers), state
        assert (over["vi"] in page.text) == (state == "lapsed")
        queue = str(_main(browser, ROOM))
        assert (f"/review/{entry.code}/undo" in queue) == allowed
        told = browser.post(f"{ROOM}{entry.code}/undo").status_code
        assert told == (303 if allowed else 409), state
        assert make.fresh(row).state == ("taken_back" if allowed else state)
        assert page.press("reject", hold="") == 303 if page.form else True
        browser.post(f"{ROOM}{entry.code}/let-go")


# ---------------------------------------------------------------------------- consents


def _consents(browser: Client, address: str) -> dict[str, str]:
    """Purpose -> where its withdrawal is sent, of those that the page offers to withdraw."""
    found = {}
    for form in _main(browser, address).select("form:has(input[name=purpose]):has([name=sure])"):
        purpose = form.select_one("input[name=purpose]")
        assert purpose is not None
        found[str(purpose["value"])] = str(form.get("action") or address)
    return found


def _all_given(make: Factory, entry: Submission) -> set[str]:
    """The entry's consents in force, with one that the rules do not require."""
    with make.platform.db.write() as session:
        session.add(Consent(submission_id=entry.id, purpose="news", given_at=make.at,
                            notice_version="1", notice_sha256="a" * 64))
    with make.platform.db.read() as session:
        query = select(Consent.purpose).where(
            Consent.submission_id == entry.id, Consent.withdrawn_at.is_(None))
        return set(session.scalars(query))


@pytest.mark.parametrize(("phase", "states"), [
    (Phase.CLOSED, ("in_review", "published", "withdrawn")), (Phase.PUBLIC, ("published",)),
], ids=str)
def test_each_consent_in_force_is_offered_to_be_withdrawn_and_what_follows_is_what_was_told(
    *, make: Factory, clock: FixedClock, visit: Visits, built: Build,
    phase: Phase, states: tuple[str, ...]
) -> None:
    place = Offered(make, clock, visit, built, phase)
    for state in states:
        for purpose, role in (("publicity", "unit"), ("news", "organiser")):
            entry = place.entry(state)
            given = _all_given(make, entry)
            pages = {"unit": f"{HOME}/unit/entries/{entry.code}/consents",
                     "organiser": f"{HOME}/organiser/entries/{entry.code}/persons"}
            for who, address in pages.items():
                assert set(_consents(place.browsers[who], address)) == given, (state, who)
            browser, page = place.browsers[role], pages[role]
            answer = browser.post(_consents(browser, page)[purpose],
                                  data={"purpose": purpose, "sure": "y"})
            assert answer.status_code == 303, (state, purpose)
            assert set(_consents(browser, page)) == given - {purpose}
            leaves = purpose == "publicity" and phase != Phase.PUBLIC
            assert make.fresh(entry).state == ("withdrawn" if leaves else state)


@pytest.mark.parametrize("state", ON_THE_WAY)
def test_while_a_clip_is_being_posted_no_consent_that_takes_it_out_is_offered_to_be_withdrawn(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, state: str
) -> None:
    place = Offered(make, clock, visit, built, Phase.CLOSED)
    entry = place.entry("approved")
    given = _all_given(make, entry)
    with make.platform.db.write() as session:
        session.execute(update(Publication).where(Publication.submission_id == entry.id)
                        .values(state=state, armed_at=make.at))
    for who, page, act in (("unit", f"unit/entries/{entry.code}/consents", ""),
                           ("organiser", f"organiser/entries/{entry.code}/persons", "/withdraw")):
        address, browser = f"{HOME}/{page}", place.browsers[who]
        assert set(_consents(browser, address)) == {"news"}
        assert "đang được đăng lên Trang" in _main(browser, address).text
        answer = browser.post(address + act, data={"purpose": "publicity", "sure": "y"})
        assert answer.status_code == 409
    assert make.fresh(entry).state == "approved"
    with make.platform.db.read() as session:
        left = select(Consent.purpose).where(Consent.submission_id == entry.id,
                                             Consent.withdrawn_at.is_(None))
        assert set(session.scalars(left)) == given


# ---------------------------------------------------------------------------- what is in the way


def _no_room(make: Factory, entry: Submission) -> str:
    """The unit sends as many others as the rules allow."""
    with make.platform.db.read() as session:
        row = session.get_one(Submission, entry.id)
        most, unit = profiles.profile_of(row.contest).quota.maximum, row.unit
    for _ in range(most):
        make.submission(unit, "checking")
    return "tối đa là"


def _no_consent(make: Factory, entry: Submission) -> str:
    with make.platform.db.write() as session:
        session.execute(update(Consent).where(
            Consent.submission_id == entry.id, Consent.purpose == "publicity",
        ).values(withdrawn_at=make.at))
    return "Đơn vị đã rút sự đồng ý bắt buộc"


def _no_unit(make: Factory, entry: Submission) -> str:
    with make.platform.db.write() as session:
        session.get_one(Submission, entry.id).unit.retired_at = make.at
    return "đã thôi tham gia"


@pytest.mark.parametrize("block", [_no_room, _no_consent, _no_unit])
def test_where_an_entry_cannot_come_back_the_pages_say_why_in_the_place_of_offering_it(
    make: Factory, clock: FixedClock, visit: Visits, built: Build,
    block: Callable[[Factory, Submission], str]
) -> None:
    """Before it is proposed, and where it was proposed before: then it may be turned down."""
    place = Offered(make, clock, visit, built, Phase.CLOSED)
    asked, entry = place.entry("disqualified"), place.entry("disqualified")
    with make.platform.db.write() as session:
        session.get_one(Submission, asked.id).unit_id = entry.unit_id
    make.add(EntryRequest(submission_id=asked.id, kind="reinstate", reason=REASON,
                          created_by="user:1", created_at=make.at))
    browser, ways = place.browsers["second"], f"{HOME}/organiser/requests/entries/{entry.code}"
    request = f"{HOME}/organiser/requests"
    assert ways in str(_main(browser, f"{HOME}/organiser/entries/{entry.code}"))
    assert _main(browser, request).select("button[value=agree]")
    why = block(make, entry)
    block(make, asked)
    page = _main(browser, f"{HOME}/organiser/entries/{entry.code}")
    assert ways not in str(page) and why in page.text
    assert page.select(".notice a[href]")  # and where it is mended
    form = _main(browser, ways)
    assert why in form.text and not form.select("textarea")
    assert browser.post(ways, data={"reason": REASON}).status_code == 409
    for address in (request, f"{HOME}/organiser/entries/{asked.code}"):
        box = _main(browser, address)
        assert why in box.text
        assert [one["value"] for one in box.select("button[name=verdict]")] == ["refuse"]
    assert browser.post(f"{request}/1", data={"verdict": "agree"}).status_code == 409
    assert browser.post(f"{request}/1", data={"verdict": "refuse"}).status_code == 303
    assert make.fresh(asked).state == make.fresh(entry).state == "disqualified"


def test_agreeing_to_a_withdrawal_is_not_offered_while_the_clip_is_being_posted(
    make: Factory, clock: FixedClock, visit: Visits, built: Build
) -> None:
    place = Offered(make, clock, visit, built, Phase.CLOSED)
    entry = place.entry("approved")
    make.add(EntryRequest(submission_id=entry.id, kind="withdraw", reason=REASON,
                          created_by="user:1", created_at=make.at))
    address, browser = f"{HOME}/organiser/entries/{entry.code}", place.browsers["second"]
    assert _main(browser, address).select("button[value=agree]")
    with make.platform.db.write() as session:
        session.execute(update(Publication).where(Publication.submission_id == entry.id)
                        .values(state="verifying", armed_at=make.at))
    assert not _main(browser, address).select("button[value=agree]")
    assert "Clip đang được đăng lên Trang" in _main(browser, address).text
    with make.platform.db.write() as session:  # it has left otherwise: only turned down
        session.execute(update(Publication).where(Publication.submission_id == entry.id)
                        .values(state="waiting", armed_at=None))
        row = session.get_one(Submission, entry.id)
        submissions.withdraw(session, row, actor=make.actor(row.unit), at=make.at)
    assert not _main(browser, address).select("button[value=agree]")
    assert _main(browser, address).select("button[value=refuse]")


def test_a_unit_with_clips_in_the_contest_is_not_offered_to_be_retired(
    make: Factory, visit: Visits
) -> None:
    unit = make.unit(visit.contest)
    entry = make.submission(unit, "in_review")
    browser, address = visit.role("organiser"), f"{HOME}/organiser/units/{unit.id}"
    main = _main(browser, address)
    assert "Đơn vị còn 1 clip trong hội thi" in main.text
    assert not main.select(f"form[action='{address}/retire']")
    assert browser.post(f"{address}/retire", data={"reason": REASON}).status_code == 409
    with make.platform.db.write() as session:
        session.get_one(Submission, entry.id).state = "withdrawn"
    main = _main(browser, address)
    assert "còn 1 clip" not in main.text and main.select(f"form[action='{address}/retire']")
    assert browser.post(f"{address}/retire", data={"reason": REASON}).status_code == 303
