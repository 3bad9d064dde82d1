"""Each consent withdrawn in each phase: the person is told what follows, somebody is told to act,
and it stands on the desk until it is done; the proof that a post is gone is kept, and can go."""

import io

import pytest
from PIL import Image

from contest.clock import FixedClock
from contest.errors import Invalid, NotAllowed, NotFound
from contest.models import (
    AccessLog,
    AuditRow,
    Consent,
    Contest,
    Mail,
    PostRemoval,
    PrivacyRequest,
    Submission,
    Tombstone,
    Withdrawal,
)
from contest.services.privacy import consents
from contest.services.privacy.withdrawn import duties
from contest.views.shared.privacy import opened
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.privacy import planting
from tests.contest.privacy.test_erasure import erased, tidied
from tests.contest.seen.phases import Phase
from tests.contest.seen.planted import Planted

FOLLOWS = {"open": "leaves", "released": "leaves", "locked": "leaves", "frozen": "leaves",
           "published": "two_people"}


def withdrawn(platform: Platform, phase: Phase, purpose: str) -> str:
    with platform.db.write() as session:
        entry = session.get_one(Submission, phase.clips["shown"].id)
        return consents.withdraw(session, entry, purpose, at=phase.at,
                                 actor=phase.make.actor(phase.people["organiser"]))


@pytest.mark.both_databases
@pytest.mark.parametrize("name", FOLLOWS)
def test_each_consent_in_each_phase_tells_what_follows_and_who_must_act(
    platform: Platform, make: Factory, clock: FixedClock, name: str
) -> None:
    phase = Phase(make, clock, Planted(), name)
    clip = phase.clips["shown"]
    with platform.db.write() as session:
        session.add(Consent(submission_id=clip.id, purpose="news", given_at=phase.at,
                            notice_version="1", notice_sha256="0" * 64))
        entry = session.get_one(Submission, clip.id)
        entry.contact_email = "contact@example.vn"
        purposes = [one.consent.purpose for one in consents.in_force(session, entry, at=phase.at)]
    assert set(purposes) >= {"originality", "publicity", "personal_data", "news"}
    first = "news"  # the others first would have the clip out already
    found = {purpose: withdrawn(platform, phase, purpose)
             for purpose in [first, *(one for one in purposes if one != first)]}
    assert found["news"] == "stays"
    assert found["originality"] == FOLLOWS[name]
    with platform.db.read() as session:
        contest = session.get_one(Contest, phase.contest.id)
        waiting = duties.waiting(session, contest)
        assert {one.purpose: one.follows for one in waiting} == found
        assert all(one.due_by > phase.at for one in waiting)
        told = session.query(Mail).filter_by(template="consent_withdrawn").all()
        to_do = session.query(Mail).filter_by(template="withdrawal_to_do").all()
        assert [one.to for one in told] == ["contact@example.vn"] * len(found)
        organisers = {phase.people[who].email for who in ("organiser", "second")}
        assert organisers <= {one.to for one in to_do}


def test_it_is_done_by_an_organiser_with_a_proof_which_an_erasure_takes(
    platform: Platform, make: Factory, clock: FixedClock, visit: Visits
) -> None:
    phase = Phase(make, clock, planting.OnePerson(), "published")
    withdrawn(platform, phase, "originality")
    base = f"/c/{phase.contest.slug}/organiser"
    client = visit.user(phase.people["organiser"])
    listed = client.get(f"{base}/privacy").text
    assert "Sự đồng ý vừa được rút: cần người làm" in listed
    assert "phải được gỡ bằng tay" in listed
    assert "yêu cầu về dữ liệu cá nhân đang chờ" in client.get(f"{base}/").text
    place, how = f"{base}/privacy/withdrawn/1", "Đã gỡ bài đăng lúc 9 giờ"
    for data, said in (({"w1-how": "xong"}, "ít nhất 3 từ"), (
        {"w1-how": how, "w1-proof": (io.BytesIO(b"no PDF"), "a.pdf")}, "không phải PDF",
    )):
        refused = client.post(place, data=data, content_type="multipart/form-data")
        assert refused.status_code == Invalid.status and said in refused.text
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    text = f"%PDF-1.4 {planting.NAME}".encode()
    for content, filename in ((picture.getvalue(), "man hinh.png"), (text, "trang.pdf")):
        with platform.db.write() as session:
            one = session.get_one(Withdrawal, 1)
            one.done_at = one.done_by = None
        done = client.post(place, content_type="multipart/form-data", data={
            "w1-how": how, "w1-proof": (io.BytesIO(content), filename)})
        assert done.status_code == 303, done.text
    assert "cần người làm" not in client.get(f"{base}/privacy").text
    with platform.db.read() as session:
        assert session.get_one(Withdrawal, 1).how == how
        proofs = session.query(PostRemoval).order_by(PostRemoval.id).all()
        assert [one.media_type for one in proofs] == ["image/png", "application/pdf"]
        assert session.query(AuditRow).filter_by(action="post.removal_proved").count() == 2
    got = client.get(f"{base}/privacy/proofs/{proofs[1].sha256}")
    assert (got.status_code, got.data) == (200, text)
    assert got.headers["Content-Disposition"].startswith("attachment")
    client.application.extensions[opened.NAME].store()
    with platform.db.read() as session:
        subjects = [row.subject for row in session.query(AccessLog).filter_by(what="evidence")]
    assert subjects == [f"evidence:{proofs[1].sha256}"]

    with platform.db.write() as session:
        asked = PrivacyRequest(
            contest_id=phase.contest.id, code="YC-1", kind="erase", role="author", state="received",
            person_name=planting.NAME, created_by="public", created_at=clock.moment)
        session.add(asked)
        session.flush()
        number = asked.id
    page = client.get(f"{base}/privacy/{number}/erase").text
    named, _, pictures = page.partition("Bằng chứng bài đăng đã gỡ: đánh dấu tệp")
    assert proofs[1].sha256 in named.partition("Tệp minh chứng có tên người này")[2]
    assert proofs[0].sha256 in pictures and proofs[1].sha256 not in pictures

    # What can be read names the person; the picture is named by whoever looked at it.
    erased(phase, also=frozenset({f"post_removal:{proofs[0].id}"}))
    with platform.db.read() as session:
        assert session.query(PostRemoval).count() == 0
        buried = session.query(Tombstone).filter(Tombstone.subject.like("post_removal:%"))
        assert buried.count() == 2
    assert client.get(f"{base}/privacy/proofs/{proofs[1].sha256}").status_code == 404


def test_who_may_not_and_what_is_not_there(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    phase = Phase(make, clock, Planted(), "published")
    withdrawn(platform, phase, "originality")
    with platform.db.write() as session:
        contest = session.get_one(Contest, phase.contest.id)
        for who, number, error in (("reviewer", 1, NotAllowed), ("organiser", 99, NotFound)):
            with pytest.raises(error):
                duties.finish(session, contest, number, how="đã làm xong hết", at=phase.at,
                              actor=make.actor(phase.people[who]))
        entry = session.get_one(Submission, phase.clips["shown"].id)
        consents.give_again(session, entry, "originality", at=phase.at,
                            actor=make.actor(phase.units["home"]))
        assert duties.waiting(session, contest) == []
    tidied(phase)
