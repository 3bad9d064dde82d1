"""Each named author confirms, corrects or objects by their own link; a guardian for a child."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from contest.clock import FixedClock
from contest.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from contest.jobs.checks import HANDLERS
from contest.models import (
    AuditRow,
    AuthorWord,
    ConsentEvent,
    Mail,
    PrivacyRequest,
    Submission,
    Task,
    User,
)
from contest.services.core import audit
from contest.services.core.appraisal import SETTLE
from contest.services.entry import consents, reviews, votes
from contest.services.privacy import authors
from contest.services.privacy.authors import Guardian
from contest.services.reviewing import held
from contest.wiring import Platform
from tests.contest.factory import Factory

REQUIRED = '\n[consent]\nauthors = "required"\n'
WITH_MINORS = REQUIRED + "minors = true\n"
AN, BICH = "Nguyễn Văn An", "Trần Thị Bích"


class Asked:
    """An entry of two authors in a contest that asks them."""

    def __init__(
        self, make: Factory, rules: str, edit: Callable[[str], str] = lambda text: text
    ) -> None:
        self.make, self.platform = make, make.platform
        self.contest = make.contest("tac-gia", lambda text: edit(text) + rules)
        self.unit = make.unit(self.contest, "Đoàn phường 5")
        self.clip = make.submission(self.unit, "in_review", authors=[AN, BICH])
        self.organiser = make.actor(make.user("organiser", contest=self.contest))
        self.reviewer = make.user("reviewer", contest=self.contest)

    def do(self, work: Any, *given: Any, **values: Any) -> Any:
        with self.platform.db.write() as session:
            entry = session.get_one(Submission, self.clip.id)
            return work(session, entry, *given, at=self.platform.clock.now(), **values)

    def link(self, name: str, **values: Any) -> str:
        word = self.do(authors.ask, name, actor=self.organiser, **values)
        return authors.token(self.platform.keys, word)

    def say(self, token: str, work: Any, *given: Any, **values: Any) -> AuthorWord:
        with self.platform.db.write() as session:
            at = self.platform.clock.now()
            found = authors.opened(session, self.platform.keys, token, at=at)
            return work(session, found, *given, at=at, **values)

    def approve(self, user: User | None = None) -> None:
        self.do(reviews.decide, self._approval(), actor=self.make.actor(user or self.reviewer))

    def _approval(self) -> reviews.Decision:
        assert self.clip.version_id is not None
        return reviews.Decision(
            version_id=self.clip.version_id, outcome="approve",
            checklist=dict.fromkeys(self._items(), True),
        )

    def rejection(self) -> reviews.Decision:
        return replace(self._approval(), outcome="reject", reason="Chưa đúng chủ đề.")

    def hold(self) -> None:
        """As our page's form does it."""
        self.do(held.hold, self._approval(), actor=self.make.actor(self.reviewer))

    def _items(self) -> list[str]:
        from contest.services.core import profiles  # noqa: PLC0415

        with self.platform.db.read() as session:
            entry = session.get_one(Submission, self.clip.id)
            return [one.id for one in profiles.profile_of(entry.contest).review.checklist]


def test_no_approval_before_every_author_has_confirmed(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    asked = Asked(make, REQUIRED)
    with pytest.raises(Conflict, match=f"{AN}, {BICH}"):
        asked.approve()
    first = asked.link(AN, email="an@example.vn")
    second = asked.link(AN)
    with pytest.raises(Gone):  # a newer link ends the former
        asked.say(first, authors.confirm)
    with pytest.raises(Invalid):
        asked.say(second[:-2] + "xx", authors.confirm)
    asked.say(second, authors.correct, "Nguyễn  Văn Ân")
    assert asked.say(second, authors.confirm).state == "confirmed"
    with pytest.raises(Conflict):
        asked.say(second, authors.correct, BICH)
    with pytest.raises(Invalid):
        asked.say(second, authors.correct, " ")
    with pytest.raises(Conflict, match=f"missing of: {BICH}"):
        asked.approve()
    with pytest.raises(Conflict):
        asked.link("Nguyễn Văn Ân")
    with pytest.raises(NotFound):
        asked.link("Người Khác")
    with pytest.raises(NotAllowed):
        asked.do(authors.on_paper, BICH, how="phiếu giấy ngày 5/6",
                 actor=make.actor(asked.reviewer))
    with pytest.raises(Invalid):
        asked.do(authors.on_paper, BICH, how="giấy", actor=asked.organiser)
    asked.do(authors.on_paper, BICH, how="phiếu giấy ngày 5/6", actor=asked.organiser)
    asked.approve()
    with platform.db.read() as session:
        entry = session.get_one(Submission, asked.clip.id)
        assert entry.authors == ["Nguyễn Văn Ân", BICH] and entry.state == "approved"
        steps = [(one.purpose, one.act, one.given_by) for one in session.query(ConsentEvent)
                 if one.purpose.startswith("author:")]
        assert steps == [("author:1", "given", "author:1"),
                         ("author:2", "given", asked.organiser.label)]
        assert session.query(Mail).filter_by(to="an@example.vn", template="author_confirm").count()
        assert audit.verify(session)[1] == []
        told = {row.action for row in session.query(AuditRow)}
        assert {"author_word.asked", "author_word.corrected", "author_word.confirmed"} <= told


def test_an_objection_stops_the_approval_and_starts_the_laws_clock(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    asked = Asked(make, '\n[consent]\nauthors = "asked"\n')
    link = asked.link(AN)
    with pytest.raises(Invalid):
        asked.say(link, authors.object_to, "không")
    for _ in range(2):  # said twice it is one request
        asked.say(link, authors.object_to, "tôi không tham gia clip")
    with pytest.raises(Conflict, match="objects"):
        asked.approve()
    with pytest.raises(Conflict, match="objects"):  # not ten seconds later
        asked.hold()
    with platform.db.read() as session:
        [request] = session.query(PrivacyRequest).all()
        assert (request.kind, request.state, request.person_name) == ("object", "received", AN)
        assert request.due_by and request.submission_id == asked.clip.id
    asked.say(link, authors.confirm)  # they may change their mind
    asked.approve()  # the other one was asked by nobody, and the rules do not demand it


def test_votes_that_were_given_before_an_objection_approve_nothing_until_it_is_taken_back(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    """Whichever vote comes last: the decision waits for the author, and falls with their word."""
    plan = "changes_days = 2"
    asked = Asked(make, '\n[consent]\nauthors = "asked"\n', lambda text: text.replace(
        plan, f"{plan}\napprovals = 2\nquorum = 3"))
    members = [make.user("reviewer", contest=asked.contest) for _ in range(2)]
    link = asked.link(AN)
    asked.approve()
    asked.approve(members[0])
    asked.say(link, authors.object_to, "tôi không tham gia clip")
    asked.do(votes.give, asked.rejection(), actor=make.actor(members[1]))  # makes the quorum
    assert make.fresh(asked.clip).state == "in_review"
    HANDLERS[SETTLE](platform, asked.contest.id, lambda: None)
    assert make.fresh(asked.clip).state == "in_review"
    asked.say(link, authors.confirm)
    with platform.db.read() as session:
        assert session.query(Task).filter_by(kind=SETTLE).count() >= 1
    HANDLERS[SETTLE](platform, asked.contest.id, lambda: None)
    assert make.fresh(asked.clip).state == "approved"


def test_a_child_needs_a_guardians_word_as_well(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    asked = Asked(make, WITH_MINORS)
    year = clock.moment.year
    asked.say(asked.link(BICH), authors.confirm, birth_year=year - 17)
    link = asked.link(AN)
    for wrong in ({}, {"birth_year": year + 1}, {"birth_year": 1800}, {"birth_year": year - 16},
                  {"birth_year": year - 12, "guardian": Guardian("Mẹ An")}):
        with pytest.raises(Invalid):
            asked.say(link, authors.confirm, **wrong)
    word = asked.say(link, authors.confirm, birth_year=year - 16,
                     guardian=Guardian("Lê Thị Mẹ", "mẹ", "me@example.vn"))
    assert word.guardian == "asked"
    with pytest.raises(Conflict, match=AN):
        asked.approve()
    theirs = authors.token(platform.keys, word, guardian=True)
    with pytest.raises(Conflict):
        asked.say(theirs, authors.correct, "Tên Khác")
    with pytest.raises(Conflict):
        asked.say(link, authors.agree)
    asked.say(theirs, authors.object_to, "cháu chưa xin phép")
    with pytest.raises(Conflict, match="objects"):
        asked.approve()
    asked.say(theirs, authors.agree)
    asked.approve()
    with platform.db.read() as session:
        assert session.query(Mail).filter_by(to="me@example.vn", template="author_confirm").count()
        by = [one.given_by for one in session.query(ConsentEvent)
              if one.purpose == f"author:{word.id}"]
        assert by == [f"author:{word.id}", f"guardian:{word.id}", f"guardian:{word.id}"]
    clock.moment += timedelta(days=31)
    with pytest.raises(Gone):
        asked.say(theirs, authors.agree)


def test_rules_that_ask_nobody_show_nothing_and_demand_nothing(make: Factory) -> None:
    asked = Asked(make, "")
    with pytest.raises(Conflict):
        asked.link(AN)
    asked.approve()


@pytest.mark.both_databases
def test_the_unit_hands_a_link_on_and_the_author_answers_by_it(
    app: Flask, platform: Platform, make: Factory
) -> None:
    asked = Asked(make, WITH_MINORS)
    base, unit, author = f"/c/{asked.contest.slug}", app.test_client(), app.test_client()
    unit.set_cookie("hoithi_unit", make.unit_token(asked.unit))
    place = f"{base}/unit/entries/{asked.clip.code}/authors"
    assert "Chưa hỏi" in unit.get(place).text

    def post(client: Any, page: str, address: str, **values: str) -> Any:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        return client.post(address, data={"csrf_token": token[1], **values},
                           headers={"Sec-Fetch-Site": "same-origin"})

    assert post(unit, unit.get(place).text, place, name=AN).status_code == 303
    shown = unit.get(place).text
    [link] = re.findall(r"/author#([\w.-]+)", shown)
    opened = author.get(f"{base}/author").text
    assert AN not in opened
    page = post(author, opened, f"{base}/author", token=link)
    assert page.status_code == 200 and asked.clip.title in page.text and AN in page.text
    refused = post(author, page.text, f"{base}/author/confirm", token=link)
    assert refused.status_code == 422 and "năm sinh" in refused.text
    done = post(author, page.text, f"{base}/author/confirm", token=link, birth_year="1990")
    assert "bạn xác nhận" in done.text
    assert "Đã tự xác nhận" in unit.get(f"{base}/unit/entries/{asked.clip.code}").text
    with platform.db.read() as session:
        assert consents.named(session, session.get_one(Submission, asked.clip.id))[0].confirmed
    assert post(unit, shown, f"{place}/1/revoke").status_code == 303
    assert post(author, opened, f"{base}/author", token=link).status_code == 410
    staff = app.test_client()
    organiser = make.user("organiser", contest=asked.contest)
    staff.set_cookie("hoithi_staff", make.staff_token(organiser))
    there = f"{base}/organiser/entries/{asked.clip.code}/authors"
    kept = post(staff, staff.get(there).text, there, name=BICH, how="phiếu giấy ngày 5/6")
    assert kept.status_code == 303 and "Đã xác nhận trên giấy" in staff.get(there).text
