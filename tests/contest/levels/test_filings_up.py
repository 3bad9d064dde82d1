"""What a unit below has filed becomes the ward's own filing at the city."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.errors import Conflict, Invalid, NotAllowed, NotFound, TooLate
from contest.models import Attachment, AuditRow, Filing, PrivacyRequest, Unit
from contest.services.filings import filings, overview
from contest.services.filings.filings import Given
from contest.services.levels import filings_up
from contest.services.privacy.person import Finder, Person
from contest.services.privacy.result_texts import Store
from contest.services.privacy.withdrawn import onward
from contest.services.questions.attachments import Sent
from contest.services.results.bundles import Signer
from tests.contest.filings.owed import owing
from tests.contest.levels.test_levels import Town, with_parent

PDF = b"%PDF-1.7 report"


@pytest.fixture
def town(make, platform, tmp_path):
    """A ward's contest below the city's; both ask for the same filings."""
    town = Town(make, platform)
    town.city = make.contest("thanh-pho", owing)
    town.ward = make.contest("phuong-5", lambda text: owing(with_parent()(text)))
    town.linked()
    town.branch = make.unit(town.ward, "Chi đoàn A")
    file = tmp_path / "report.pdf"
    file.write_bytes(PDF)
    town.sha256 = hashlib.sha256(PDF).hexdigest()
    platform.blobs.put(file, town.sha256)
    return town


def filed(town, key="report", **answers):
    """The branch files it below."""
    given = Given(answers, {} if answers else {
        "file": [Sent("pdf", town.sha256, len(PDF), "bao-cao.pdf")]})
    with town.platform.db.write() as session:
        unit = session.get_one(Unit, town.branch.id)
        return filings.file(session, unit, key, given, actor=town.make.actor(town.branch),
                            at=town.make.at)


def hand_up(town, row, key="report", by=None, at=None):
    with town.platform.db.write() as session:
        return filings_up.hand_up(
            session, session.get_one(type(town.ward), town.ward.id), key, row.id,
            actor=town.make.actor(by or town.below), at=at or town.make.at)


def ours_above(town, key="report", at=None):
    """How the ward stands at the city, as its organisers see it."""
    with town.platform.db.read() as session:
        found = overview.everything(
            session, session.get_one(type(town.city), town.city.id),
            actor=town.make.actor(town.above), at=at or town.make.at)
        [one] = [one for unit, one in found if unit.name == "Phường 5" and one.rule.id == key]
        _ = one.row and one.row.answers
        return one


def test_a_report_becomes_the_wards_own_with_its_file_in_the_archive(town):
    made = hand_up(town, filed(town))
    one = ours_above(town)
    assert (one.state, one.late, one.row.source_id) == ("filed", False, made.source_id)
    assert "Chi đoàn A" in one.row.reason
    with town.platform.db.read() as session:
        city = session.get_one(type(town.city), town.city.id)
        [(file, unit)] = overview.files(session, city, "report")
        assert (file.sha256, unit.name, file.contest_id) == (town.sha256, "Phường 5", city.id)
        actions = session.execute(select(AuditRow.action, AuditRow.contest_id).where(
            AuditRow.action.in_(("filing.handed_up", "filing.filed"))).order_by(AuditRow.seq)).all()
    assert [tuple(row) for row in actions] == [
        ("filing.filed", town.ward.id), ("filing.filed", town.city.id),
        ("filing.handed_up", town.ward.id)]


def test_handed_up_again_it_replaces_what_was_there(town):
    row = filed(town)
    first = hand_up(town, row)
    assert hand_up(town, row, at=town.make.at + timedelta(hours=1)).id == first.id
    with town.platform.db.read() as session:
        assert len(session.scalars(select(Attachment).where(
            Attachment.filing_id == first.id)).all()) == 1


def test_it_is_late_by_when_it_was_handed_up(town):
    row = filed(town)  # in time below
    due = ours_above(town).due
    hand_up(town, row, at=due)
    assert ours_above(town, at=due).late


def test_what_the_rules_above_refuse_late_is_refused(town):
    row = filed(town, "registration", people="12")
    late = ours_above(town, "registration").due
    with pytest.raises(TooLate, match="was due"):
        hand_up(town, row, "registration", at=late)
    hand_up(town, row, "registration")
    assert ours_above(town, "registration").row.answers == {"people": "12"}


def test_what_lacks_an_answer_that_is_asked_above_is_refused(town):
    with pytest.raises(Invalid, match="People"):
        hand_up(town, filed(town), "registration")
    assert ours_above(town, "registration").row is None


def test_nobody_else_and_nothing_elses_is_handed_up(town):
    row = filed(town)
    for by in (town.above, town.make.user("reviewer", contest=town.ward)):
        with pytest.raises(NotAllowed):
            hand_up(town, row, by=by)
    with pytest.raises(NotFound):
        hand_up(town, ours_row(town))
    with pytest.raises(NotFound):
        hand_up(town, row, "article")  # asked of schools alone
    with town.platform.db.write() as session:
        filings.give_back(session, session.get_one(Unit, town.branch.id), "report", "Thiếu số liệu",
                          actor=town.make.actor(town.below), at=town.make.at)
    with pytest.raises(Conflict, match="given back"):
        hand_up(town, row)


def ours_row(town):
    """A filing of the city's own."""
    with town.platform.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.contest_id == town.city.id)).first()
        row = Filing(contest_id=town.city.id, unit_id=unit.id, filing="report", answers={},
                     filed_at=town.make.at)
        session.add(row)
        session.flush()
        return row


def test_taken_back_it_is_owed_again(town):
    hand_up(town, filed(town))

    def back(by):
        with town.platform.db.write() as session:
            filings_up.take_back(session, session.get_one(type(town.ward), town.ward.id), "report",
                                 actor=town.make.actor(by), at=town.make.at)

    with pytest.raises(NotAllowed):
        back(town.above)
    back(town.below)
    assert ours_above(town).state == "owed"
    with town.platform.db.read() as session:
        assert session.scalars(select(Attachment).where(
            Attachment.contest_id == town.city.id)).all() == []
    with pytest.raises(Conflict, match="not handed up"):
        back(town.below)


def test_an_erasure_below_asks_for_one_above(town):
    """Where a filing that was handed up names the person."""
    hand_up(town, filed(town, "registration", people="12", leader="Lê Thị Hoa"), "registration")
    with town.platform.db.write() as session:
        request = town.make.add(PrivacyRequest(
            contest_id=town.ward.id, code="YC-1", kind="erase", role="author",
            person_name="Lê Thị Hoa", unit_id=town.branch.id, created_by="unit:1",
            created_at=town.make.at))
    for name, count in (("Trần Văn Khác", 0), ("Lê Thị Hoa", 1)):
        with town.platform.db.write() as session:
            made = onward.ask(
                session, session.get_one(type(town.ward), town.ward.id),
                session.get_one(PrivacyRequest, request.id), Finder(Person((name,), (), (), ())),
                "Phường 5", store=store_of(town, session), at=town.make.at)
            assert [one.contest_id for one in made] == [town.city.id] * count


def store_of(town, session):
    platform = town.platform
    return Store(platform.blobs, platform.settings.data_dir / "bundles",
                 Signer(platform.keys.signature(session)), platform.pdfs)


def test_the_page_hands_up_and_shows_how_it_stands(town, visit):
    row, client = filed(town), visit.user(town.below)
    at = "/c/phuong-5/organiser/filings-up"
    assert "Chi đoàn A" in client.get(at).text
    none = client.post(f"{at}/report", data={})
    assert none.status_code == 422
    assert client.post(f"{at}/report", data={"report-source": row.id}).status_code == 303
    shown = client.get(at).text
    assert "Lấy từ báo cáo của Chi đoàn A." in shown
    city = visit.user(town.above).get("/c/thanh-pho/organiser/filings").text
    assert "Phường 5" in city
    assert client.post(f"{at}/report/back", data={}).status_code == 303
    assert "Lấy từ báo cáo" not in client.get(at).text
