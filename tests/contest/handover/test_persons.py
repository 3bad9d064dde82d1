"""What a person asks for below reaches the contests above: a consent that is withdrawn, an erasure,
a copy of their data."""

import pytest
from sqlalchemy import select

from contest.models import Consent, Contest, PrivacyRequest, Submission, Withdrawal
from contest.services.handover import handovers, onward
from contest.services.handover.handovers import LEVEL, Terms
from contest.services.privacy import archive, consents
from contest.services.privacy import requests as privacy_requests
from contest.services.privacy.person import Finder
from contest.services.privacy.requests import Asked
from contest.services.privacy.result_texts import Store
from contest.services.privacy.withdrawn import onward as further
from contest.services.results.bundles import Signer
from tests.contest.handover.test_handovers import Two


@pytest.fixture
def two(make, platform):
    return Two(make, platform)


def withdraw(two, purpose="publicity", submission=None):
    with two.platform.db.write() as session:
        row = session.get_one(Submission, (submission or two.entry).id)
        return consents.withdraw(session, row, purpose, actor=two.make.actor(two.unit),
                                 at=two.make.at)


def test_a_withdrawn_consent_takes_the_entry_out_above_as_well(two, make, platform):
    """And once more above that; each contest's organisers have it on their desk."""
    made = two.accept(two.offer()[0])
    nation = make.contest("trung-uong")
    chief, city = make.user("organiser", contest=nation), make.actor(two.above)
    with platform.db.write() as session:
        row = session.get_one(Submission, made.id)
        row.state = "approved"
        [offered] = handovers.offer(session, row.contest, [row], session.get_one(
            Contest, nation.id), Terms(LEVEL), actor=city, at=make.at)
        last = handovers.accept(session, offered, actor=make.actor(chief), at=make.at)
    assert withdraw(two) == "leaves"
    assert [make.fresh(one).state for one in (two.entry, made, last)] == ["withdrawn"] * 3
    with platform.db.read() as session:
        duties = session.scalars(select(Withdrawal).order_by(Withdrawal.id)).all()
        assert [one.contest_id for one in duties] == [two.ward.id, two.city.id, nation.id]
        assert [one.id for one in onward.made_of(
            session, session.get_one(Submission, two.entry.id))] == [made.id, last.id]


def test_what_only_waits_is_taken_back(two, make):
    [offered] = two.offer()
    withdraw(two)
    assert make.fresh(offered).state == "withdrawn"


def test_what_the_contest_above_does_not_ask_changes_nothing_there(two, make):
    made = two.accept(two.offer()[0])
    with two.platform.db.write() as session:
        row = session.scalars(select(Submission).where(Submission.id == two.entry.id)).one()
        session.add(Consent(submission_id=row.id, purpose="local", notice_version="1",
                            notice_sha256="0" * 64, given_at=make.at))
    assert withdraw(two, "local") == "stays"
    assert make.fresh(made).state == "in_review"


def test_an_erasure_begins_one_above_and_a_copy_names_where_it_went(two, make, platform):
    """With the law's clock; nobody else's entry is concerned."""
    made = two.accept(two.offer()[0])
    person = two.entry.authors[0]
    with platform.db.write() as session:
        ward = session.get_one(Contest, two.ward.id)
        asked = privacy_requests.ask(session, ward, Asked(
            kind="erase", role="author", name=person, receipt=two.entry.code,
        ), actor=make.actor(two.unit), at=make.at)
        found = archive.held(session, ward, asked)
        assert [one["code"] for one in found.handed] == [made.code]
        store = Store(platform.blobs, platform.settings.data_dir / "bundles",
                      Signer(platform.keys.signature(session)), platform.pdfs)
        begun = further.ask(session, ward, asked, Finder(privacy_requests.person_of(asked)),
                            "Phường 5", store=store, at=make.at)
        assert [(one.contest_id, one.submission_id, one.kind, one.state, one.person_name)
                for one in begun] == [(two.city.id, made.id, "erase", "received", person)]
        nobody = further.ask(session, ward, PrivacyRequest(
            role="author", person_name="Ai Khác", language="vi", code="X"),
            Finder(privacy_requests.person_of(PrivacyRequest(
                person_name="Ai Khác", person_phone="", person_email="", account=""))), "P",
            store=store, at=make.at)
        assert nobody == []
    with platform.db.read() as session:
        assert "Phường 5" in session.get_one(PrivacyRequest, begun[0].id).message
