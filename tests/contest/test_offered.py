"""What the screens offer is what the table of the life cycle allows, in every state and phase; and
what is offered is done by pressing it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import delete, update

from contest import lifecycle
from contest.clock import FixedClock
from contest.lifecycle import PHASES, Phase
from contest.models import PrivacyRequest, Publication, Repair, Submission
from contest.services.core import deadlines, profiles
from contest.services.entry import entry_requests
from contest.states import BALLOT, FIX, PRIVACY_REQUEST, PUBLICATION, SUBMISSION
from tests.contest.conftest import WHILE_OPEN, Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage

# A phase of entries -> the moment, and how far the result is.
MOMENTS = {
    Phase.OPEN: (WHILE_OPEN, ""),
    Phase.CLOSED: (datetime.fromisoformat("2023-06-15T09:00:00+07:00"), ""),
    Phase.COUNTED: (AFTER, ""), Phase.FROZEN: (AFTER, "frozen"), Phase.PUBLIC: (AFTER, "published"),
}
# An act of the table -> who does it, on which page, and what of it leads there: a piece of the
# address of a form or a link. One of several is enough.
SCREENS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "send": [("unit", "entry", (r"/unit/entries/\w+/send$",)),
             ("organiser", "entry", (r"/organiser/entries/\w+/send$",))],
    "withdraw": [("unit", "entry", (r"/entries/\w+/withdraw$",))],
    "ask_withdrawal": [("unit", "entry", (r"/entries/\w+/ask-withdrawal$",))],
    "disqualify": [("organiser", "entry", (r"/\w+/disqualify$", r"/\w+/replace$"))],
    "reinstate": [("organiser", "entry", (r"/requests/entries/\w+$",))],
    "new_revision": [("organiser", "entry", (r"/organiser/results/?$",))],
    "reopen": [("reviewer", "clip", (r"/review/\w+/reopen$",))],
    "approve": [("reviewer", "clip", (r"outcome=approve",))],
    "ask_changes": [("reviewer", "clip", (r"outcome=changes",))],
    "reject": [("reviewer", "clip", (r"outcome=reject",))],
}
PAGES = {"entry of unit": "unit/entries/{code}", "entry of organiser": "organiser/entries/{code}",
         "clip of reviewer": "review/{code}"}
REASON = "Bấm nhầm một nút"
DECISIONS = {"approve": "approve", "ask_changes": "changes", "reject": "reject"}
PRESSED = {
    "send by unit": "unit/entries/{code}/send",
    "send by organiser": "organiser/entries/{code}/send",
    "withdraw": "unit/entries/{code}/withdraw",
    "ask_withdrawal": "unit/entries/{code}/ask-withdrawal",
    "disqualify": "organiser/entries/{code}/disqualify",
    "reinstate": "organiser/requests/entries/{code}", "reopen": "review/{code}/reopen",
    **dict.fromkeys(DECISIONS, "review/{code}"),
}


class Offered:
    """The contest of a phase, with a browser for each role."""

    def __init__(
        self, make: Factory, clock: FixedClock, visit: Visits, built: Build, phase: Phase
    ) -> None:
        self.make, self.visit, self.phase = make, visit, phase
        clock.moment = MOMENTS[phase][0]
        built(("offered", str(phase)), self._staged)
        self.contest = visit.contest
        self.browsers = {who: visit.role(role) for who, role in (
            ("organiser", "organiser"), ("second", "organiser"), ("reviewer", "reviewer"))}

    def _staged(self) -> None:
        stage = Stage(self.make.platform, self.make, self.visit.contest)
        if result := MOMENTS[self.phase][1]:
            frozen = stage.freeze(stage.compute())
            if result == "published":
                stage.publish(frozen)

    def entry(self, state: str) -> Submission:
        """An entry in this state with what belongs to it, of a unit of its own, whose browser is
        the one that acts."""
        unit = self.make.unit(self.contest)
        self.browsers["unit"] = self.visit.unit(unit)
        made = self.make.submission(unit, state)
        if state == "approved":
            self._posted_later(made)
        with self.make.platform.db.write() as session:  # no time of its own: the phase's holds
            session.get_one(Submission, made.id).changes_until = None
        return made

    def _posted_later(self, made: Submission) -> None:
        assert made.version_id is not None
        self.make.add(Publication(
            submission_id=made.id, version_id=made.version_id, page_id="1", state="waiting",
            caption=made.title, release_at=self.make.at + timedelta(days=1),
            created_at=self.make.at,
        ))

    def press(self, role: str, act: str, state: str, way: lifecycle.Way) -> str:
        """Do it with an entry of its own, by the form that is offered; what went wrong."""
        entry = self.entry(state)
        browser, place = self.browsers[role], f"/c/{self.contest.slug}/"
        data = {"reason": REASON}
        path = PRESSED.get(f"{act} by {role}", PRESSED.get(act, "")).format(code=entry.code)
        if act in DECISIONS:
            browser.post(f"{place}review/{entry.code}/take")
            data = self._decision(browser.get(place + path).text, DECISIONS[act])
        elif act == "send":
            said = browser.get(place + path).status_code
            if said != 200:
                return f"the page behind it answers {said}"
            data |= {"way": "upload", "clip": (BytesIO(b"a few bytes"), "a.mp4")}
        answer = browser.post(place + path, data=data)
        if act == "reinstate" and answer.status_code == 303:
            answer = self._agreed(entry)
        if answer.status_code != 303:
            return f"pressing it answers {answer.status_code}"
        state = self.make.fresh(entry).state
        started = act == "send" and role == "organiser"  # an upload follows
        return "" if not way.to or started or state in way.to else f"it leads to {state}"

    def _decision(self, page: str, outcome: str) -> dict[str, Any]:
        form = BeautifulSoup(page, "html.parser").select_one("form:has(input[name=outcome])")
        assert form is not None
        ticked = [box["value"] for box in form.select("input[name=checklist]")]
        until = form.select_one("input[name=until]")
        return {"outcome": outcome, "checklist": ticked, "reason": REASON,
                "version": form.select_one("input[name=version]")["value"],  # type: ignore[index]
                "until": until["value"] if until else ""}

    def _agreed(self, entry: Submission) -> Any:
        with self.make.platform.db.read() as session:
            asked = entry_requests.waiting_of(session, session.get_one(Submission, entry.id))
        assert asked is not None
        return self.browsers["second"].post(
            f"/c/{self.contest.slug}/organiser/requests/{asked.id}", data={"verdict": "agree"})

    def seen(self, role: str, page: str, entry: Submission) -> set[str]:
        """What the page offers: addresses of its forms and links, and what a form lets one choose.
        A reviewer first takes the clip."""
        place = f"/c/{self.contest.slug}/"
        browser = self.browsers[role]
        if page == "clip":
            browser.post(f"{place}review/{entry.code}/take")
        answer = browser.get(place + PAGES[f"{page} of {role}"].format(code=entry.code))
        assert answer.status_code == 200, (role, entry.state, answer.status_code)
        return set(_offers(BeautifulSoup(answer.text, "html.parser").select_one("main")))


def _offers(main: Tag | None) -> Iterator[str]:
    assert main is not None
    for form in main.select("form[method=post]"):
        yield str(form.get("action") or "")
        for field in form.select("input[type=radio]"):
            yield f"{field['name']}={field['value']}"
    for link in main.select("a[href]"):
        yield str(link["href"]).partition("#")[0]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: the services are tested on both."""
    return sqlite_url


@pytest.mark.parametrize("phase", MOMENTS, ids=str)
def test_an_entrys_screens_offer_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, phase: Phase
) -> None:
    place = Offered(make, clock, visit, built, phase)
    wrong = []
    for state in SUBMISSION.states:
        allowed = {way.act for way in lifecycle.ways("submission", state, phase)}
        entry = place.entry(state)
        for role, page in (("unit", "entry"), ("organiser", "entry"), ("reviewer", "clip")):
            if page == "clip" and entry.version_id is None:
                continue
            seen = place.seen(role, page, entry)
            for act, screens in SCREENS.items():
                for who, where, leads in screens:
                    if (who, where) != (role, page):
                        continue
                    offers = any(re.search(one, link) for one in leads for link in seen)
                    if offers != (act in allowed):
                        wrong.append((state, role, act, "offered" if offers else "missing"))
                    elif offers and act in (*DECISIONS, *PRESSED, "send"):
                        [way] = [w for w in lifecycle.ways("submission", state, phase)
                                 if w.act == act]
                        if said := place.press(role, act, state, way):
                            wrong.append((state, role, act, said))
    assert wrong == []


@pytest.mark.parametrize("state", ["armed", "unknown", "verifying"])
def test_nothing_takes_a_clip_back_while_it_is_being_posted_and_no_screen_offers_to(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, state: str
) -> None:
    place = Offered(make, clock, visit, built, Phase.CLOSED)
    entry = place.entry("approved")
    with make.platform.db.write() as session:
        session.execute(update(Publication).where(Publication.submission_id == entry.id)
                        .values(state=state, armed_at=make.at))
    for role, page in (("unit", "entry"), ("organiser", "entry"), ("reviewer", "clip")):
        seen = place.seen(role, page, entry)
        taking = [one for act in ("withdraw", "disqualify", "reopen")
                  for who, _, (one, *_more) in SCREENS[act] if who == role]
        assert taking and not any(re.search(one, link) for one in taking for link in seen)


@pytest.mark.parametrize("released", [False, True])
def test_the_board_of_publications_offers_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, released: bool
) -> None:
    """By hand, so that a link may be pasted as soon as the release was."""
    place, wrong = Offered(make, clock, visit, built, Phase.CLOSED), []
    phase = Phase.RELEASED if released else Phase.BEFORE
    release_at = make.at + timedelta(days=-1 if released else 1)
    for state in (state for state in PUBLICATION.states if state != "published"):
        entry = place.entry("in_review" if state == "cancelled" else "approved")
        with make.platform.db.write() as session:
            version = session.get_one(Submission, entry.id).version_id
            session.execute(delete(Publication).where(Publication.submission_id == entry.id))
            session.add(Publication(
                submission_id=entry.id, version_id=version, page_id="1", state=state, mode="manual",
                caption="", release_at=release_at, created_at=make.at, video_id=f"v{entry.id}",
            ))
        address = f"/c/{place.contest.slug}/organiser/publications"
        answer = place.browsers["organiser"].get(f"{address}?q={entry.code}", follow_redirects=True)
        seen = set(_offers(BeautifulSoup(answer.text, "html.parser").select_one("main")))
        allowed = {way.act for way in lifecycle.ways("publication", state, phase)}
        for act, leads in (("record_link", r"/\d+/link$"), ("look", r"/\d+/look$"),
                           ("post_again", r"/\d+/again$")):
            link = next((one for one in seen if re.search(leads, one)), "")
            if bool(link) != (act in allowed):
                wrong.append((state, act, "offered" if link else "missing"))
            elif link and act == "record_link":
                data = {"link": f"https://www.facebook.com/quandoan11/videos/77{entry.id:06}/"}
                answer = place.browsers["organiser"].post(link, data=data)
                if answer.status_code != 303 or make.fresh(entry).state != "published":
                    wrong.append((state, act, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("phase", PHASES["ballot"], ids=str)
def test_a_jurors_page_offers_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, phase: Phase
) -> None:
    moments = {Phase.MARKING: Phase.CLOSED, Phase.DUE: Phase.COUNTED}
    place, wrong = Offered(make, clock, visit, built, moments.get(phase, phase)), []
    for state in BALLOT.states:
        juror = make.user("juror", contest=place.contest)
        entry = place.entry("published")
        marks = {c.id: 1 for c in profiles.profile_of(place.contest).jury.criteria}
        make.ballot(entry, juror, marks, state=state,
                    reason="Có liên quan" if state in ("recused", "abstained") else "")
        answer = visit.user(juror).get(f"/c/{place.contest.slug}/jury/{entry.code}")
        seen = set(_offers(BeautifulSoup(answer.text, "html.parser").select_one("main")))
        allowed = {way.act for way in lifecycle.ways("ballot", state, phase)}
        for act, leads in (("submit", rf"/jury/{entry.code}$"), ("step_aside", r"/aside/recused$"),
                           ("reopen", r"/jury/\w+/reopen$")):
            link = next((one for one in seen if re.search(leads, one)), "")
            if bool(link) != (act in allowed):
                wrong.append((state, act, "offered" if link else "missing"))
            elif link:
                form = BeautifulSoup(answer.text, "html.parser").select_one("input[name=version]")
                data = {f"mark-{name}": "1" for name in marks} | {
                    "do": "submit", "recused-reason": REASON,
                    "version": str(form["value"]) if form else ""}
                said = visit.user(juror).post(link, data=data).status_code
                if said != 303:
                    wrong.append((state, act, f"pressing it answers {said}"))
                break  # the ballot is another one now
    assert wrong == []


def test_a_requests_page_offers_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits
) -> None:
    """Each kind in each state; the erasure takes the place of being said to be done."""
    browser, wrong = visit.role("organiser"), []
    unit = make.unit(visit.contest)
    own = visit.unit(unit)
    for kind, state in product(("see", "correct", "withdraw", "erase", "object"),
                               PRIVACY_REQUEST.states):
        one = make.add(PrivacyRequest(
            contest_id=visit.contest.id, code=f"YC-{kind}-{state}"[:16], kind=kind, role="author",
            state=state, person_name="Nguyễn Văn An", person_email="an@example.vn",
            unit_id=unit.id, proof="none" if state == "unconfirmed" else "unit",
            created_by="public", created_at=make.at, received_at=make.at,
            answer_by=make.at + timedelta(days=2), due_by=make.at + timedelta(days=20),
        ))
        place = f"/c/{visit.contest.slug}/organiser/privacy/{one.id}"
        page = BeautifulSoup(browser.get(place).text, "html.parser")
        seen = set(_offers(page.select_one("main")))
        allowed = {way.act for way in lifecycle.ways("privacy_request", state, Phase.ALWAYS)}
        allowed -= {"finish"} if kind == "erase" else {"erase"}
        acts = ("vouch", "answer", "extend", "refuse", "take_back", "finish", "reopen", "erase")
        wrong += [(kind, state, act) for act in acts
                  if (act in allowed) != (f"{place}/{act}" in seen)]
        mine = BeautifulSoup(own.get(f"/c/{visit.contest.slug}/privacy").text, "html.parser")
        offered = any(f"/{one.id}/take-back" in link for link in _offers(mine.select_one("main")))
        wrong += [(kind, state, "unit")] if offered != ("take_back" in allowed) else []
    assert wrong == []
    clock.moment = make.at + timedelta(days=21)  # once it is due nothing is extended
    late = make.add(PrivacyRequest(
        contest_id=visit.contest.id, code="YC-LATE", kind="see", role="author", state="received",
        person_name="Nguyễn Văn An", proof="unit", created_by="public", created_at=make.at,
        received_at=make.at, answer_by=make.at, due_by=make.at - timedelta(hours=1),
    ))
    browser, place = visit.role("organiser"), f"/c/{visit.contest.slug}/organiser/privacy/{late.id}"
    assert f"{place}/extend" not in browser.get(place).text
    assert browser.post(f"{place}/extend", data={"text": REASON}).status_code == 409


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.CLOSED], ids=str)
def test_the_page_of_a_repair_offers_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits, built: Build, phase: Phase
) -> None:
    place, wrong = Offered(make, clock, visit, built, phase), []
    for state in FIX.states:
        entry = place.entry("needs_fix")
        made = make.add(Repair(
            version_id=entry.version_id, state=state, wish={}, sha256="a" * 64, size=9,
            report={"verdict": "pass"}, error="Lỗi máy" if state == "failed" else "",
            created_at=make.at, made_id=entry.version_id if state == "accepted" else None,
        ))
        address = f"/c/{place.contest.slug}/unit/entries/{entry.code}/fix"
        answer = place.browsers["unit"].get(address)
        assert answer.status_code == 200
        seen = set(_offers(BeautifulSoup(answer.text, "html.parser").select_one("main")))
        allowed = {way.act for way in lifecycle.ways("fix", state, phase)}
        wrong += [(state, act, "offered" if act not in allowed else "missing")
                  for act in ("accept", "decline")
                  if (f"{address}/{made.id}/{act}" in seen) != (act in allowed)]
    assert wrong == []


def test_the_page_of_results_offers_what_the_table_allows(
    make: Factory, clock: FixedClock, visit: Visits, built: Build
) -> None:
    """Pressed from the first computing to a new revision after publication."""
    Offered(make, clock, visit, built, Phase.COUNTED)  # its stage has all that a result needs
    browser, place = visit.role("organiser"), f"/c/{visit.contest.slug}/organiser/results/"
    done, number = [], 1
    for act in ("compute", "freeze", "compute", "freeze", "publish", "compute"):
        answer = browser.get(place)
        seen = set(_offers(BeautifulSoup(answer.text, "html.parser").select_one("main")))
        with make.platform.db.read() as session:
            state = deadlines.newest_result(session, visit.contest.id)
        ways = {way.act for way in lifecycle.ways("result", state or "", Phase.ALWAYS)}
        allowed = {"compute"} if {"compute", "new_revision"} & ways or not state else set()
        allowed |= {f"{number}/{one}" for one in ("freeze", "publish") if one in ways}
        offered = {one for one in ("compute", f"{number}/freeze", f"{number}/publish")
                   if f"{place}{one}" in seen}
        assert offered == allowed, state
        number += act == "compute" and state in ("frozen", "published")
        path = act if act == "compute" else f"{number}/{act}"
        done.append(browser.post(place + path, data={"reason": REASON}).status_code)
    assert done == [303] * 6
