"""A request from the first word to the last: who asks, the clock, who decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.actors import PUBLIC, Actor
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.jobs.mail import write
from contest.jobs.privacy import erasure
from contest.models import (
    AuditRow,
    AuthorWord,
    ConsentEvent,
    Contest,
    Mail,
    PrivacyRequest,
    Submission,
    Task,
)
from contest.services.core import mail as mails
from contest.services.entry import entry_requests, submissions
from contest.services.privacy import consents, deeds, links, places, requests
from contest.services.privacy.requests import Asked
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.seen.phases import Phase
from tests.contest.seen.planted import Planted

ASKED = Asked(kind="erase", role="author", name="Nguyễn Văn An", email="an@example.vn")


def ask(platform: Platform, contest: Contest, asked: Asked, actor: Actor, **more: str) -> int:
    with platform.db.write() as session:
        contest = session.get_one(Contest, contest.id)
        return requests.ask(
            session, contest, asked, actor=actor, at=platform.clock.now(), **more
        ).id


def act(platform: Platform, verb: object, number: int, actor: Actor, **values: object) -> None:
    with platform.db.write() as session:
        request = session.get_one(PrivacyRequest, number)
        contest = session.get_one(Contest, request.contest_id)
        verb(session, contest, number, actor=actor, at=platform.clock.now(), **values)  # type: ignore[operator]


def test_a_request_goes_its_way_and_each_step_is_told(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    organiser = make.actor(make.user("organiser", contest=contest))
    number = ask(platform, contest, ASKED, PUBLIC)
    waiting = make.fresh(PrivacyRequest(id=number))
    assert (waiting.state, waiting.proof, waiting.answer_by) == ("unconfirmed", "none", None)
    with pytest.raises(Invalid, match="3 words"):
        act(platform, requests.vouch, number, organiser, how="biết")
    with pytest.raises(NotAllowed):
        act(platform, requests.vouch, number, make.actor(make.user("juror", contest=contest)),
            how="tôi biết người này")
    act(platform, requests.vouch, number, organiser, how="Đã gọi lại số trên phiếu")
    with pytest.raises(Conflict):
        act(platform, requests.finish, number, organiser)
    act(platform, requests.extend, number, organiser, reason="Phải hỏi thêm đơn vị")
    with pytest.raises(Conflict):
        act(platform, requests.extend, number, organiser, reason="Phải hỏi thêm lần nữa")
    act(platform, requests.refuse, number, organiser, reason="Luật buộc phải giữ")
    act(platform, requests.reopen, number, organiser, reason="Đã xem lại hồ sơ")
    act(platform, requests.answer, number, organiser, said="Sẽ xoá trong tuần này")
    done = make.fresh(PrivacyRequest(id=number))
    assert (done.state, done.proof, done.vouched_by) == ("answered", "vouched", organiser.label)
    with platform.db.read() as session:
        states = [m.params["said_state"] for m in session.scalars(select(Mail).order_by(Mail.id))]
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.seq)).all()
    assert states == ["received", "received", "refused", "answered"]
    assert "privacy_request.extended" in actions
    clock.moment += timedelta(days=40)
    with platform.db.read() as session:
        [first] = requests.waiting(session, contest)
        assert requests.urgent_at(first) == first.due_by < clock.moment


def test_a_receipt_with_its_contacts_address_is_confirmed_by_mail(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    submission = make.submission(make.unit(contest), contact_email="An@example.vn")
    asked = Asked(kind="see", role="contact", name="An", email="an@example.vn",
                  receipt=submission.code.lower())
    number = ask(platform, contest, asked, PUBLIC)
    wrong = ask(platform, contest, Asked(kind="see", role="contact", name="Lạ",
                                         email="la@example.vn", receipt=submission.code), PUBLIC)
    with platform.db.read() as session:
        [letter] = session.scalars(select(Mail))
    assert letter.to == "An@example.vn"
    token = write(platform, letter).text.partition("/privacy/confirm#")[2].split()[0]
    assert token not in str(letter.params)
    assert links.request_of(platform.keys, "confirm", token) == number
    with pytest.raises(Invalid):
        links.request_of(platform.keys, "archive", token)
    with platform.db.write() as session:
        requests.confirm(session, number, at=platform.clock.now())
        requests.confirm(session, number, at=platform.clock.now())
        with pytest.raises(Conflict):
            requests.confirm(session, wrong, at=platform.clock.now())
    found = make.fresh(PrivacyRequest(id=number))
    assert (found.state, found.proof, found.submission_id) == ("received", "mail", submission.id)


def test_an_erasure_waits_for_the_mail_and_is_done_by_the_job(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    unit = make.unit(contest)
    submission = make.submission(
        unit, "in_review", authors=["Nguyễn Văn An", "Trần Thị Bích"],
        contact_name="Nguyễn Văn An", contact_phone="0907 713 999", contact_email="",
        description="Gọi 0907713999",
    )
    organiser = make.actor(make.user("organiser", contest=contest))
    asked = Asked(kind="erase", role="author", name="Nguyễn Văn An", email="an@example.vn",
                  receipt=submission.code, with_clip=True)
    number = ask(platform, contest, asked, make.actor(unit))
    assert make.fresh(PrivacyRequest(id=number)).proof == "unit"
    with pytest.raises(Conflict, match="Answer the request"):
        act(platform, deeds.erase, number, organiser)
    act(platform, requests.answer, number, organiser, said="Sẽ xoá ngay hôm nay")
    with pytest.raises(Conflict, match="still in the contest"):
        act(platform, deeds.erase, number, organiser)
    with platform.db.write() as session:
        mine = session.get_one(Submission, submission.id)
        [*_, personal] = consents.in_force(session, mine, at=clock.moment)
        assert personal.follows == consents.LEAVES
        assert consents.withdraw(session, mine, personal.consent.purpose, actor=make.actor(unit),
                                 at=clock.moment) == consents.LEAVES
    act(platform, deeds.erase, number, organiser)
    with pytest.raises(Exception, match="told first"):
        erasure.run(platform, number, lambda: None)
    with platform.db.write() as session:
        for one in session.scalars(select(Mail).where(Mail.to == "an@example.vn")):
            mails.sent(session, one.id, at=clock.moment)
    erasure.run(platform, number, lambda: None)
    erasure.run(platform, number, lambda: None)
    with platform.db.read() as session:
        found = session.get_one(PrivacyRequest, number)
        assert (found.state, found.person_name, found.person_email) == ("done", "", "")
        mine = session.get_one(Submission, submission.id)
        assert mine.authors == ["(đã xoá)", "Trần Thị Bích"]
        assert (mine.contact_phone, mine.description) == ("", "Gọi (đã xoá)"), "never told to us"
        assert mine.versions[0].bytes_gone_at is not None
        assert session.scalars(select(Task.state).where(Task.kind == "privacy.tidy")).all() == [
            "pending"]
        [last] = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id))
        assert (last.act, last.given_by) == ("withdrawn", f"unit:{unit.id}")


def test_a_withdrawn_consent_is_given_again_by_the_unit_alone_before_the_entry_comes_back(
    platform: Platform, make: Factory, contest: Contest, visit: Visits
) -> None:
    """Nobody brings back a clip whose unit has withdrawn what is required; the unit can."""
    unit = make.unit(contest)
    submission = make.submission(unit, "in_review")
    first, second = (make.actor(make.user("organiser", contest=contest)) for _ in range(2))
    at = platform.clock.now()
    page = f"/c/{contest.slug}/unit/entries/{submission.code}/consents"
    client = visit.unit(unit)
    assert client.post(page, data={"purpose": "originality", "sure": "y"}).status_code == 303
    assert make.fresh(submission).state == "withdrawn"
    with platform.db.write() as session:
        mine = session.get_one(Submission, submission.id)
        with pytest.raises(Conflict) as refused:
            entry_requests.propose(session, mine, reason="Đơn vị bấm nhầm", actor=first, at=at)
        assert "Tác phẩm là mới" in refused.value.vi
        assert "not copied" in refused.value.en
        with pytest.raises(NotAllowed):
            consents.give_again(session, mine, "originality", actor=first, at=at)
    assert "Đồng ý lại" in client.get(page).text
    assert client.post(f"{page}/again", data={"purpose": "originality"}).status_code == 303
    assert client.post(f"{page}/again", data={"purpose": "originality"}).status_code == 404
    assert "Đồng ý lại" not in client.get(page).text
    with platform.db.write() as session:
        mine = session.get_one(Submission, submission.id)
        asked = entry_requests.propose(session, mine, reason="Đơn vị bấm nhầm", actor=first, at=at)
        entry_requests.decide(session, session.get_one(Contest, contest.id), asked.id, agreed=True,
                              actor=second, at=at)
        assert mine.state == "in_review"
        acts = [one.act for one in session.scalars(select(ConsentEvent).order_by(ConsentEvent.id))]
        assert acts[-2:] == ["withdrawn", "given"]


def test_what_stands_beside_a_name_is_the_persons_unless_it_is_a_namesakes(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    unit, other = make.unit(contest), make.unit(contest)
    name = {"contact_name": "Nguyễn Văn An"}
    mine = make.submission(unit, **name, contact_phone="0907 713 999", contact_email="an@x.vn")
    make.submission(other, **name, contact_phone="0907713999", contact_email="viec@x.vn")
    make.submission(other, **name, contact_phone="0908 000 111", contact_email="viec@x.vn")
    make.submission(other, **name, contact_phone="0912 345 678", contact_email="khac@x.vn")
    make.submission(other, contact_name="Trần Bình", contact_phone="0907713999", contact_email="")
    make.add(AuthorWord(
        submission_id=mine.id, name="Bé", guardian_name="Nguyễn Văn An",
        guardian_contact="0977 000 222", asked_at=platform.clock.now(),
        expires_at=platform.clock.now(),
    ))
    asked = Asked(kind="see", role="author", name="Nguyễn văn an", receipt=mine.code,
                  email="an@example.vn", account="facebook.com/an.nguyen.9")
    number = ask(platform, contest, asked, make.actor(unit))
    with platform.db.read() as session:
        person = places.person_behind(session, session.get_one(PrivacyRequest, number))
    assert set(person.mails) == {"an@example.vn", "an@x.vn", "viec@x.vn"}
    assert {phone.replace(" ", "") for phone in person.phones} == {
        "0907713999", "0908000111", "0977000222"}
    assert person.accounts == ("facebook.com/an.nguyen.9",)


def test_after_the_result_two_organisers_decide(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    phase = Phase(make, clock, Planted(), "published")
    code = phase.clips["shown"].code
    asked = Asked(kind="erase", role="author", name="Nguyễn Văn An", phone="0903123456",
                  receipt=code, with_clip=True)
    first, second = (make.actor(phase.people[who]) for who in ("organiser", "second"))
    number = ask(platform, phase.contest, asked, first, vouched_how="Đã gặp trực tiếp hôm nay")
    act(platform, requests.answer, number, first, said="Ban Tổ chức sẽ quyết định")
    act(platform, deeds.erase, number, first, post_gone="Đã gỡ lúc 9 giờ")
    with pytest.raises(NotAllowed, match="another organiser"):
        act(platform, deeds.erase, number, first, post_gone="Đã gỡ lúc 9 giờ")
    with platform.db.read() as session:
        assert session.scalars(select(Task.id).where(Task.kind == deeds.ERASE)).first() is None
    act(platform, deeds.erase, number, second, post_gone="Đã gỡ lúc 9 giờ")
    found = make.fresh(PrivacyRequest(id=number))
    assert (found.decided_by, found.second_by) == (first.label, second.label)


def test_nobody_learns_who_is_known_and_asking_is_throttled(
    visit: Visits, make: Factory, contest: Contest, platform: Platform
) -> None:
    submission = make.submission(make.unit(contest))
    client, place = visit.public(), f"/c/{contest.slug}/privacy"
    answers = set()
    for email in (submission.contact_email, "khong.ai@example.vn"):
        answer = client.post(place, data={
            "kind": "see", "role": "contact", "name": "Lê Thị Cúc", "email": email,
            "receipt": submission.code,
        })
        answers.add((answer.status_code, answer.location))
    assert answers == {(303, f"{place}/sent")}
    assert client.post(place, data={"kind": "see"}).status_code == 422
    assert client.post(place, data={"kind": "see"}, csrf=False).status_code == 400
    codes = [client.post(place, data={"kind": "see", "role": "contact", "name": "An",
                                      "phone": "0903123456"}).status_code for _ in range(6)]
    assert codes[-1] == 429
    with platform.db.read() as session:
        assert session.query(PrivacyRequest).count() <= 6


def test_another_contests_organiser_finds_nothing(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    other = make.contest("cuoc-thi-khac")
    stranger = make.actor(make.user("organiser", contest=other))
    number = ask(platform, contest, ASKED, PUBLIC)
    with platform.db.write() as session, pytest.raises(NotFound):
        requests.vouch(session, session.get_one(Contest, other.id), number,
                       how="tôi biết người này", actor=stranger, at=platform.clock.now())


def test_what_nobody_shows_lapses(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    number = ask(platform, contest, ASKED, PUBLIC)
    with platform.db.write() as session:
        assert requests.lapse(session, at=clock.moment + timedelta(days=29)) == 0
        assert requests.lapse(session, at=clock.moment + timedelta(days=31)) == 1
    assert make.fresh(PrivacyRequest(id=number)).state == "lapsed"


def test_an_erasure_ends_by_being_done_and_is_stopped_only_before_it_is_decided(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    """What one organiser proposed may be refused or taken back, and be decided anew after that;
    what was decided, and told, may not. Being said to be done erases nothing."""
    phase = Phase(make, clock, Planted(), "published")
    first, second = (make.actor(phase.people[who]) for who in ("organiser", "second"))
    asked = Asked(kind="erase", role="author", name="Nguyễn Văn An", phone="0903123456",
                  receipt=phase.clips["shown"].code, with_clip=True)
    number = ask(platform, phase.contest, asked, first, vouched_how="Đã gặp trực tiếp hôm nay")
    act(platform, requests.answer, number, first, said="Ban Tổ chức sẽ quyết định")
    with pytest.raises(Conflict, match="Preview and erase"):
        act(platform, requests.finish, number, first, said="Đã làm xong rồi")
    for _ in range(2):  # proposed, and refused by the second one; then proposed and agreed to
        act(platform, deeds.erase, number, second, post_gone="Đã gỡ lúc 9 giờ")
        act(platform, requests.refuse, number, first, reason="Chưa xác minh được")
        act(platform, requests.reopen, number, second, reason="Đã xác minh xong")
        act(platform, requests.answer, number, first, said="Ban Tổ chức sẽ quyết định")
    act(platform, deeds.erase, number, second, post_gone="Đã gỡ lúc 9 giờ")
    act(platform, deeds.erase, number, first, post_gone="Đã gỡ lúc 9 giờ")
    for verb in (requests.refuse, requests.take_back):
        with pytest.raises(Conflict, match="can no longer be stopped"):
            act(platform, verb, number, first, reason="Chúng tôi đổi ý")


def test_a_clip_before_reviewers_is_not_erased_beneath_them(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    """Not even once a result is final: only what was posted stays in it without its film."""
    phase = Phase(make, clock, Planted(), "published")
    first = make.actor(phase.people["organiser"])
    asked = Asked(kind="erase", role="author", name="Nguyễn Văn An", phone="0903123456",
                  receipt=phase.clips["held"].code, with_clip=True)
    number = ask(platform, phase.contest, asked, first, vouched_how="Đã gặp trực tiếp hôm nay")
    act(platform, requests.answer, number, first, said="Ban Tổ chức sẽ quyết định")
    with pytest.raises(Conflict, match="still in the contest"):
        act(platform, deeds.erase, number, first)
    with platform.db.write() as session:
        submissions.disqualify(session, session.get_one(Submission, phase.clips["held"].id),
                               actor=first, at=phase.at, reason="Theo yêu cầu xoá")
    act(platform, deeds.erase, number, first)
    assert make.fresh(PrivacyRequest(id=number)).decided_by == first.label
