"""Names corrected at any time, requests taken back, consents withdrawn for somebody."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from contest.actors import unit_actor
from contest.clock import FixedClock
from contest.errors import Conflict, DomainError, Invalid, NotAllowed
from contest.models import (
    AuditRow,
    Contest,
    EntryRequest,
    PrivacyRequest,
    Submission,
    Unit,
)
from contest.services.core import audit
from contest.services.privacy import consents, corrections, requests
from contest.services.privacy.corrections import Names
from contest.services.privacy.requests import Asked
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.seen.phases import Phase
from tests.contest.seen.planted import Planted
from tests.databases import PAST_GUARDS

FRESH = Names(["Nguyễn Văn Ân", "  "], "Lê  Thị Cúc", "0903 123 457", "cuc@example.vn")
WHY = "tác giả gọi điện ngày 5/7"


def test_names_are_corrected_after_publication_and_what_was_printed_is_named(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    phase = Phase(make, clock, Planted(), "published")
    organiser = make.actor(phase.people["organiser"])

    def correct(names: Names, reason: str = WHY, actor: Any = organiser) -> list[str]:
        with platform.db.write() as session:
            entry = session.get_one(Submission, phase.clips["shown"].id)
            return corrections.correct(session, entry, names, reason=reason, actor=actor,
                                       at=phase.at)

    for wrong, reason in ((FRESH, "sai tên"), (Names([], "A", "0903 123 457"), WHY),
                          (Names(["A"] * 999, "A", "0903 123 457"), WHY),
                          (Names(["An"], "", "0903 123 457"), WHY)):
        with pytest.raises(Invalid):
            correct(wrong, reason)
    with pytest.raises(NotAllowed):
        correct(FRESH, actor=make.actor(phase.people["reviewer"]))
    assert set(correct(FRESH)) == {"authors", "contact_name", "contact_phone", "contact_email"}
    assert correct(FRESH) == []
    with platform.db.read() as session:
        entry = session.get_one(Submission, phase.clips["shown"].id)
        assert (entry.authors, entry.contact_name) == (["Nguyễn Văn Ân"], "Lê Thị Cúc")
        printed = corrections.printed(session, entry)
        assert {"result", "post"} <= {one.what for one in printed}
        assert audit.verify(session)[1] == []
        [row] = session.query(AuditRow).filter_by(action="submission.corrected").all()
        assert "Cúc" not in str(row.after)


def test_a_consent_is_withdrawn_for_somebody_and_after_publication_another_decides(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    phase = Phase(make, clock, Planted(), "published")
    with platform.db.write() as session:
        entry = session.get_one(Submission, phase.clips["shown"].id)
        required = next(one for one in consents.in_force(session, entry, at=phase.at)
                        if one.follows == consents.TWO)
        assert consents.withdraw(
            session, entry, required.consent.purpose,
            actor=make.actor(phase.people["organiser"]), at=phase.at,
        ) == consents.TWO
        [asked] = session.query(EntryRequest).filter_by(submission_id=entry.id).all()
        assert asked.kind == "withdraw" and asked.reason == consents.REASON
        assert asked.created_by == f"user:{phase.people['organiser'].id}"


def test_a_request_is_taken_back_by_who_asked_until_it_is_decided(
    platform: Platform, make: Factory
) -> None:
    contest = make.contest("rut-lai")
    unit, other = make.unit(contest, "Đơn vị"), make.unit(contest, "Đơn vị khác")
    organiser = make.actor(make.user("organiser", contest=contest))
    at = platform.clock.now()

    def do(work: Any, *given: Any, **values: Any) -> Any:
        with platform.db.write() as session:
            return work(session, session.get_one(Contest, contest.id), *given, at=at, **values)

    def of(one: Unit) -> Any:
        return unit_actor(one.id, contest.id, one.name)

    asked = Asked(kind="erase", role="contact", name="Lê Thị Cúc", email="c@example.vn")
    first, second = (do(requests.ask, asked, actor=of(unit)).id for _ in range(2))
    with pytest.raises(DomainError):
        do(requests.take_back, first, actor=of(other))
    with pytest.raises(Invalid):
        do(requests.take_back, first, reason="họ bảo", actor=organiser)
    assert do(requests.take_back, first, actor=of(unit)).state == "taken_back"
    do(requests.answer, second, said="Chúng tôi xoá ngay", actor=organiser)
    with platform.db.write() as session:
        session.get_one(PrivacyRequest, second).decided_by = organiser.label
    with pytest.raises(Conflict):
        do(requests.take_back, second, actor=of(unit))


def test_an_erased_text_of_the_trail_needs_its_tombstone(platform: Platform, make: Factory) -> None:
    contest = make.contest("dau-vet")
    with platform.db.write() as session:
        audit.record(session, "unit.retired", "unit:1", actor=make.actor(make.user()),
                     at=platform.clock.now(), contest_id=contest.id,
                     after={"reason": "Chị Lê Thị Cúc xin nghỉ"})
    with platform.db.write() as session:
        assert audit.verify(session)[1] == []
        note = session.scalar(text("SELECT max(id) FROM audit_note"))
        if platform.db.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_note_no_update"))
        else:
            session.execute(text(PAST_GUARDS))
        session.execute(text(
            "UPDATE audit_note SET salt = '', value = '\"\"', erased_at = '2023-06-05 00:00:00'"
            f" WHERE id = {note}"
        ))
        [fault] = audit.verify(session)[1]
        assert "no tombstone" in fault.what


@pytest.mark.both_databases
def test_an_organiser_corrects_on_the_entrys_page(app: Flask, make: Factory) -> None:
    contest = make.contest("sua-ten")
    clip = make.submission(make.unit(contest, "Đơn vị"), "approved")
    client = app.test_client()
    client.set_cookie("hoithi_staff", make.staff_token(make.user("organiser", contest=contest)))
    place = f"/c/{contest.slug}/organiser/entries/{clip.code}/persons"
    page = client.get(place).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token and "Lê Thị Cúc" in page
    values = {"csrf_token": token[1], "authors": "Nguyễn Văn Ân\nTrần Thị Bích",
              "contact_name": "Lê Thị Cúc", "contact_phone": "0903 123 456", "reason": WHY}
    told = {"Sec-Fetch-Site": "same-origin"}
    refused = client.post(place, data={**values, "contact_phone": "x"}, headers=told)
    assert refused.status_code == 422 and 'value="x"' in refused.text
    assert client.post(place, data=values, headers=told).status_code == 303
    assert "Nguyễn Văn Ân" in client.get(place).text
