"""An entry from paper: consents proved by pictures of the signed form, for organisers only."""

import io
from datetime import datetime

import pytest
from PIL import Image
from sqlalchemy import select

from contest.errors import Conflict, Invalid, NotAllowed, TooLate
from contest.models import Contest, Errand, SignedForm, Submission
from contest.safekeeping.clips import named
from contest.services.entry import paper_entries, submissions
from contest.services.entry.paper_entries import Picture
from contest.services.entry.submissions import SubmissionForm
from contest.services.units import units
from tests.contest.conftest import WHILE_OPEN

CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
PLACE = "/c/quan11-2023/organiser"
SCAN = Picture("a" * 64, 1000)
FORM = SubmissionForm(
    title="Ba trách nhiệm", kind="team", authors=["Nguyễn Văn An"], contact_name="Lê Thị Cúc",
    contact_phone="0903 123 456", contact_email="nhom@example.vn", language="en",
    consents=frozenset({"rules", "publish", "data"}),
)


def photo() -> tuple[io.BytesIO, str]:
    """A phone's picture with a place in it."""
    exif = Image.Exif()
    exif[0x0110] = "Phone of the secretary"
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "JPEG", exif=exif)
    file.seek(0)
    return file, "phieu.jpg"


class Office:
    def __init__(self, platform, make, contest):
        self.platform, self.make, self.contest = platform, make, contest
        self.unit, self.person = make.unit(contest), make.user("organiser", contest=contest)

    def create(self, form=None, pictures=(SCAN,), reason="Nộp tại văn phòng", at=WHILE_OPEN,
               person=None):
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            consents = {one.id for one in paper_entries.profiles.profile_of(contest).form.consents}
            return paper_entries.create(
                session, units.find(session, contest, self.unit.id),
                form or SubmissionForm(**{**vars(FORM), "consents": frozenset(consents)}),
                pictures, reason=reason, actor=self.make.actor(person or self.person), at=at,
            )


@pytest.fixture
def office(platform, make, contest):
    return Office(platform, make, contest)


def test_it_is_stored_with_its_consents_and_proof(office):
    made = office.create(pictures=[SCAN, Picture("b" * 64, 10), SCAN])
    with office.platform.db.read() as session:
        entry = session.get_one(Submission, made.id)
        assert (entry.state, entry.language, entry.unit_id) == ("uploading", "vi", office.unit.id)
        assert submissions.given(entry)
        assert session.scalars(select(Errand.kind)).one() == "paper"
        assert {one.sha256[0] for one in session.scalars(select(SignedForm))} == {"a", "b"}
        assert named(session.connection())["a" * 64] == "signed form"


def test_what_is_missing_is_said_and_nothing_is_stored(office):
    ticks = frozenset({"originality", "publicity", "personal_data"})
    two = SubmissionForm(**{**vars(FORM), "kind": "individual", "authors": ["An", "Bích"],
                            "consents": ticks})
    unsigned = SubmissionForm(**{**vars(FORM), "consents": frozenset()})
    for wanted, values in (
        (Invalid, {"pictures": ()}), (Invalid, {"reason": ""}), (Invalid, {"form": unsigned}),
        (Invalid, {"form": two}),
        (Invalid, {"pictures": [Picture(f"{n:064}", 1) for n in range(7)]}),
        (TooLate, {"at": CLOSE}),
        (NotAllowed, {"person": office.make.user("reviewer", contest=office.contest)}),
    ):
        with pytest.raises(wanted):
            office.create(**values)
    with office.platform.db.write() as session:
        units.find(session, session.get_one(Contest, office.contest.id),
                   office.unit.id).retired_at = WHILE_OPEN
    with pytest.raises(Conflict):
        office.create()
    with office.platform.db.read() as session:
        assert session.scalars(select(Submission)).all() == []


def test_the_pages_from_paper_to_the_printed_receipt(office, visit):
    browser, place = visit.user(office.person), f"{PLACE}/units/{office.unit.id}/paper"
    page = browser.get(place)
    assert page.status_code == 200
    ticked = {line.split('"')[0]: "y" for line in page.text.split('name="')[1:]
              if line.startswith("consent_")}
    form = {"title": FORM.title, "kind": "team", "authors": "Nguyễn Văn An",
            "contact_name": FORM.contact_name, "contact_phone": FORM.contact_phone,
            "reason": "Nộp tại văn phòng", **ticked}
    assert browser.post(place, data=form).status_code == 422
    assert browser.post(place, data=form | {"scans": (io.BytesIO(b"no picture"), "a.jpg")},
                        ).status_code == 422
    sent = browser.post(place, data=form | {"scans": [photo()]})
    assert sent.status_code == 303
    receipt = browser.get(sent.location).text
    assert "In biên nhận" in receipt
    assert "Nộp tại văn phòng" in receipt
    code = sent.location.split("/")[-2]
    entry = browser.get(f"{PLACE}/entries/{code}").text
    address = next(part for part in entry.split('"') if "/signed/" in part)
    picture = browser.get(address)
    assert Image.open(io.BytesIO(picture.data)).getexif() == {}
    assert visit.role("reviewer").get(address).status_code == 403
    assert visit.unit(office.unit).get(address).status_code == 401
    assert browser.get(address[:-64] + "c" * 64).status_code == 404
    phone = visit.unit(office.unit).get(f"/c/quan11-2023/unit/entries/{code}")
    assert "Ban Tổ chức nhập phiếu giấy" in phone.text
