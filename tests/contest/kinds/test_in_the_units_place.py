"""An organiser sends an entry that is no clip in a unit's place: same set, same text, rules."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contest.errors import Conflict, NotAllowed, TooLate
from contest.models import Errand, LinkFetch, Mail, Submission, Upload
from contest.services.composing import handing_in
from contest.services.entry import link_fetches
from tests.contest.conftest import WHILE_OPEN
from tests.contest.errands.test_sending import Office
from tests.contest.kinds.conftest import AT, Sending
from tests.contest.kinds.test_pictures import photo
from tests.contest.kinds.test_texts import WORDS

REASON = "Đơn vị gửi qua Zalo"
CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")


class Desk:
    """A unit's entry, and the organiser who has begun an errand for it by the page."""

    def __init__(self, sending: Sending) -> None:
        self.sending, self.make = sending, sending.make
        unit = self.make.unit(sending.contest, "Phường 1", contact_email="phuong1@example.vn")
        self.submission = self.make.submission(
            unit, "uploading", contact_email="nhom@example.vn")
        self.person = self.make.user("organiser", contest=sending.contest)
        self.browser = sending.visit.user(self.person)
        self.unit = sending.visit.unit(unit)
        self.entry = f"{AT}/organiser/entries/{self.submission.code}"
        self.home = f"{AT}/unit/entries/{self.submission.code}"

    def begin(self) -> str:
        """The address of the page on which it is put together."""
        sent = self.browser.post(f"{self.entry}/send", data={"reason": REASON, "way": "upload"})
        assert sent.status_code == 303, sent.text
        return str(sent.location)

    def rows(self, table: Any) -> list[Any]:
        with self.sending.platform.db.read() as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def was_told(self) -> set[tuple[str, str, str]]:
        return {(m.to, m.template, m.params.get("deputy_reason", "")) for m in self.rows(Mail)}

    def receipts(self) -> set[tuple[str, str, str]]:
        """To the entry's contact and the unit's, each with the reason."""
        return {(to, "receipt", REASON) for to in ("nhom@example.vn", "phuong1@example.vn")}


def test_pictures_are_put_together_and_handed_in_for_the_unit(photos: Sending) -> None:
    desk = Desk(photos)
    chosen = desk.browser.get(f"{desk.entry}/send").text
    assert 'name="way"' not in chosen and 'name="link"' not in chosen
    assert desk.browser.post(f"{desk.entry}/send", data={}).status_code == 422
    place = desk.begin()
    assert desk.browser.post(place, data={}).status_code == 422
    pictures = [(photo(1), "a.jpg"), (photo(2), "b.jpg"), (photo(3), "c.jpg")]
    assert desk.browser.post(place, data={"clip": pictures}).location == place
    page = desk.browser.get(place).text
    assert REASON in page and f"{place}/pictures" in page and "/unit/" not in page
    assert REASON not in desk.unit.get(desk.home).text  # nobody has handed it in
    a, b, c = _parts(desk)
    small = desk.browser.get(f"{place}/pictures/{a}.jpg")
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    desk.browser.post(f"{place}/pictures", data={"do": f"drop:{c}", f"caption-{a}": "Hẻm xanh"})
    desk.browser.post(f"{place}/pictures/{b}", data={"clip": (photo(9), "new.jpg")})
    assert "Hẻm xanh" in desk.unit.get(f"{desk.home}/send").text  # the unit sees the same set
    done = desk.browser.post(f"{place}/pictures", data={"do": "hand-in"})
    assert (done.status_code, done.location) == (303, desk.entry)
    assert desk.make.fresh(desk.submission).state == "checking"
    assert desk.was_told() == desk.receipts()
    photos.work("check.quick")
    assert desk.make.fresh(desk.submission).state == "in_review"
    for text in (desk.browser.get(desk.entry).text, desk.unit.get(desk.home).text):
        assert REASON in text
    (errand,) = desk.rows(Errand)
    assert {upload.errand_id for upload in desk.rows(Upload)} == {errand.id}


def _parts(desk: Desk) -> list[int]:
    with desk.sending.platform.db.read() as session:
        return [one.id for one in handing_in.parts.of(
            session, session.get_one(Submission, desk.submission.id))]


def test_the_script_sends_pictures_in_the_course_of_the_errand(photos: Sending) -> None:
    desk = Desk(photos)
    place = desk.begin()
    key = place.rpartition("/")[2]
    assert f"&#34;errand&#34;: &#34;{key}&#34;" in desk.browser.get(place).text
    office = Office(photos.platform, desk.make.staff_token(desk.person))
    content = photo(4).getvalue()
    path = office.create(desk.submission, length=len(content), name="d.jpg", errand=key)
    assert office.patch(path["headers"]["Location"], content)["status"] == 204
    assert len(_parts(desk)) == 1


def test_a_text_is_written_and_handed_in_for_the_unit(essays: Sending) -> None:
    desk = Desk(essays)
    desk.unit.post(f"{desk.home}/text", data={"body": "Đơn vị viết dở", "do": "keep"})
    place = desk.begin()
    page = desk.browser.get(place).text
    assert "Đơn vị viết dở</textarea>" in page and f'action="{place}/text"' in page
    assert desk.browser.post(f"{place}/text", data={"body": " ", "do": "hand-in"}
                             ).status_code == 422
    kept = desk.browser.post(f"{place}/text", data={"body": WORDS, "do": "keep"})
    assert (kept.status_code, kept.location) == (303, place)
    assert "Ai cũng vui." in desk.unit.get(f"{desk.home}/send").text
    done = desk.browser.post(f"{place}/text", data={"body": WORDS, "do": "hand-in"})
    assert (done.status_code, done.location) == (303, desk.entry)
    essays.work("check.quick")
    assert desk.make.fresh(desk.submission).state == "in_review"
    assert desk.was_told() == desk.receipts()
    assert REASON in desk.unit.get(desk.home).text


def test_a_document_goes_by_the_form_that_needs_no_script(ideas: Sending, papers: Path) -> None:
    desk = Desk(ideas)
    assert "Tài liệu đến từ đâu" in desk.browser.get(f"{desk.entry}/send").text
    place = desk.begin()
    page = desk.browser.get(place).text
    assert 'accept=".pdf,.docx"' in page and "Gửi tài liệu thay đơn vị" in page
    assert desk.browser.post(place, data={}).status_code == 422
    with (papers / "idea.pdf").open("rb") as content:
        done = desk.browser.post(place, data={"clip": (content, "idea.pdf")})
    assert (done.status_code, done.location) == (303, desk.entry)
    assert desk.make.fresh(desk.submission).state == "checking"
    assert desk.was_told() == desk.receipts()


@pytest.mark.parametrize("what", ["", "/text", "/pictures", "/pictures/1"])
def test_only_whose_errand_it_is_works_on_it(essays: Sending, what: str) -> None:
    desk = Desk(essays)
    place = desk.begin()
    others = {
        409: essays.visit.role("organiser"), 403: essays.visit.role("reviewer"),
        401: essays.visit.unit(desk.submission.unit),
    }
    for status, browser in others.items():
        answer = browser.post(f"{place}{what}", data={"body": "x", "do": "keep"})
        assert answer.status_code == status, (what, status)
    assert essays.visit.role("organiser").get(place).status_code == 303  # to its entry


@pytest.mark.parametrize(("what", "form"), [("/pictures", {"do": "save"}), ("", {})])
def test_no_picture_moves_the_deadline(
    photos: Sending, clock: Any, what: str, form: dict[str, str]
) -> None:
    _late_and_final(Desk(photos), clock, what, form)


def test_no_text_moves_the_deadline(essays: Sending, clock: Any) -> None:
    _late_and_final(Desk(essays), clock, "/text", {"do": "hand-in", "body": WORDS})


def _late_and_final(desk: Desk, clock: Any, what: str, form: dict[str, str]) -> None:
    place = desk.begin()
    clock.moment = CLOSE + timedelta(hours=1)
    desk.browser = desk.sending.visit.user(desk.person)
    late = desk.browser.post(f"{place}{what}", data=form)
    assert late.status_code == TooLate.status and "gia hạn cho đơn vị trước" in late.text
    assert desk.browser.get(place).status_code == TooLate.status
    clock.moment = WHILE_OPEN
    with desk.sending.platform.db.write() as session:
        session.get_one(Submission, desk.submission.id).state = "withdrawn"
    desk.browser = desk.sending.visit.user(desk.person)
    assert desk.browser.post(f"{place}{what}", data=form).status_code == Conflict.status


def test_the_other_kinds_ways_are_refused(essays: Sending) -> None:
    desk = Desk(essays)
    place = desk.begin()
    assert desk.browser.post(f"{place}/pictures", data={"do": "save"}).status_code == 409
    picture = {"clip": (photo(1), "a.jpg")}
    assert desk.browser.post(f"{place}/pictures/1", data=picture).status_code == 409


def test_no_link_makes_a_version_of_what_is_put_together(essays: Sending) -> None:
    desk = Desk(essays)
    refused = desk.browser.post(
        f"{desk.entry}/send", data={"reason": REASON, "way": "link", "link": "https://a.vn/b.txt"})
    assert refused.status_code == 303  # the way is not asked: there is but one
    assert desk.rows(LinkFetch) == []
    for by, errand in ((desk.make.actor(desk.person), desk.rows(Errand)[0]),
                       (desk.make.actor(desk.submission.unit), None)):
        with essays.platform.db.write() as session, pytest.raises(Conflict, match="put together"):
            link_fetches.ask(
                session, session.get_one(Submission, desk.submission.id), "https://a.vn/b.txt",
                actor=by, at=WHILE_OPEN,
                errand=errand and session.get_one(Errand, errand.id))


def test_the_service_asks_who_it_is(essays: Sending) -> None:
    desk = Desk(essays)
    desk.begin()
    reviewer = desk.make.user("reviewer", contest=essays.contest)
    with essays.platform.db.write() as session:
        submission = session.get_one(Submission, desk.submission.id)
        errand = session.scalars(select(Errand)).one()
        for actor in (reviewer, desk.submission.unit):
            with pytest.raises(NotAllowed):
                handing_in.write(session, submission, WORDS, actor=desk.make.actor(actor),
                                 at=WHILE_OPEN, errand=errand)
        with pytest.raises(NotAllowed):
            handing_in.write(session, submission, WORDS, actor=desk.make.actor(desk.person),
                             at=WHILE_OPEN)


def test_a_form_beyond_its_size_is_refused_before_it_is_read(ideas: Sending) -> None:
    desk = Desk(ideas)
    place = desk.begin()
    most = 200_000_000
    refused = desk.browser.post(
        place, data={"clip": (io.BytesIO(b"x"), "idea.pdf")},
        environ_overrides={"CONTENT_LENGTH": str(2 * most)})
    assert refused.status_code == 413
