"""One act brings an entry from one contest to another: clip, consents, checks; each refusal says
what to do, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from contest.db import retried
from contest.errors import Conflict, DomainError, Invalid, NotAllowed, TooLate
from contest.models import (
    AuditRow,
    Captions,
    Check,
    ClipFingerprint,
    Consent,
    ConsentEvent,
    Contest,
    Derivative,
    Handover,
    Mail,
    Submission,
    Task,
    Unit,
)
from contest.services.entry import checks, consents, similarity
from contest.services.handover import handovers, in_the_way
from contest.services.handover.handovers import LEVEL, ROUND, Terms
from contest.services.rules import toml_editing
from tests.contest.factory import report
from tests.contest.kinds.conftest import of_kind

UP = Terms(LEVEL, unit_of=lambda _: "Phường 5")


class Two:
    """A ward's contest with an approved entry, and the city's above it."""

    def __init__(self, make, platform, ward="phuong-5", city="thanh-pho", edit=str):
        self.make, self.platform = make, platform
        self.ward, self.city = make.contest(ward), make.contest(city, edit)
        self.below = make.user("organiser", contest=self.ward)
        self.above = make.user("organiser", contest=self.city)
        self.unit = make.unit(self.ward, "Chi đoàn Khu phố 3")
        self.entry = make.submission(self.unit, "approved", title="Một ngày ở phường")

    def offer(self, *found, terms=UP, actor=None):
        with self.platform.db.write() as session:
            rows = [session.get_one(Submission, one.id) for one in found or (self.entry,)]
            return handovers.offer(
                session, session.get_one(Contest, self.ward.id), rows,
                session.get_one(Contest, self.city.id), terms,
                actor=actor or self.make.actor(self.below), at=self.make.at)

    def do(self, act, handover, **values):
        by = self.below if act is handovers.take_back else self.above
        values = {"actor": self.make.actor(by), "at": self.make.at} | values
        with self.platform.db.write() as session:
            return act(session, session.get_one(Handover, handover.id), **values)

    def accept(self, handover, **values):
        return self.do(handovers.accept, handover, **values)

    def count(self, table, *where):
        with self.platform.db.read() as session:
            return session.scalar(select(func.count()).select_from(table).where(*where))


@pytest.fixture
def two(make, platform):
    return Two(make, platform)


def test_the_entry_goes_on_with_clip_consents_checks_and_history(two, platform, make):
    """Nothing is sent or checked again: the same stored file, its verdict, what was made of it."""
    version_id = two.entry.version_id
    make.add(
        Derivative(version_id=version_id, kind="rendition", sha256="9" * 64, size=9,
                   media_type="video/mp4", data={}, created_at=make.at),
        Check(version_id=version_id, kind="deep", state="done", verdict="look",
              profile_revision_id=two.ward.revision_id, created_at=make.at,
              report=report("look")),
        ClipFingerprint(version_id=version_id, data={"algorithm": 1}, created_at=make.at),
        Captions(version_id=version_id, language="vi", data={"cues": [[0, 900, "Chào"]]},
                 created_by="unit:1", created_at=make.at),
    )
    [offered] = two.offer(terms=Terms(LEVEL, note="Giải nhất", unit_of=lambda _: "Phường 5"))
    made = two.accept(offered)
    with platform.db.read() as session:
        entry = session.get_one(Submission, made.id)
        assert (entry.state, entry.contest_id, entry.unit.name) == (
            "in_review", two.city.id, "Phường 5")
        assert (entry.title, entry.authors, entry.kind) == (
            two.entry.title, two.entry.authors, two.entry.kind)
        assert entry.code != two.entry.code
        assert entry.version.sha256 == two.entry.version.sha256
        found = {one.kind: one for one in entry.version.checks}
        assert {kind: (one.state, one.verdict) for kind, one in found.items()} == {
            "quick": ("done", "pass"), "deep": ("done", "look")}
        assert found["deep"].report == report("look")
        assert found["deep"].profile_revision_id == two.city.revision_id
        assert set(checks.derivatives(session, entry.version)) == {"rendition"}
        assert session.scalar(select(Captions.data).where(
            Captions.version_id == entry.version_id)) == {"cues": [[0, 900, "Chào"]]}
        assert handovers.of_submission(session, entry) == handovers.of_submission(
            session, session.get_one(Submission, two.entry.id))
        assert similarity.others(session, entry.version_id) == []  # the same clip is no copy of it
        assert similarity.others(session, version_id) == []
        trail = session.execute(select(AuditRow.contest_id, AuditRow.action).where(
            AuditRow.subject == f"handover:{offered.id}").order_by(AuditRow.seq)).all()
        assert [tuple(row) for row in trail] == [
            (two.ward.id, "handover.offered"), (two.city.id, "handover.offered"),
            (two.city.id, "handover.accepted"), (two.ward.id, "handover.accepted")]
        letters = {(one.template, one.to, one.contest_id) for one in session.scalars(select(Mail))}
        assert letters == {("handover_waits", two.above.email, two.city.id),
                           ("handed_over", two.entry.contact_email, two.city.id)}


def test_consents_name_where_and_under_which_words_they_were_given(two, platform, make):
    """Only those that the receiving contest asks for, as events that nobody can change."""
    make.add(Consent(submission_id=two.entry.id, purpose="local_use", notice_version="1",
                     notice_sha256="0" * 64, given_at=make.at))
    [offered] = two.offer()
    made = two.accept(offered)
    with platform.db.read() as session:
        before = session.scalars(select(Consent).where(Consent.submission_id == two.entry.id))
        kept = {(c.purpose, c.given_at, c.notice_version, c.notice_sha256)
                for c in before if c.purpose != "local_use"}
        after = session.scalars(select(Consent).where(Consent.submission_id == made.id)).all()
        assert {(c.purpose, c.given_at, c.notice_version, c.notice_sha256) for c in after} == kept
        events = session.scalars(select(ConsentEvent).where(
            ConsentEvent.submission_id == made.id)).all()
        assert {(e.purpose, e.act, e.session) for e in events} == {
            (c.purpose, "given", f"handover:{offered.id}") for c in after}
        assert {e.given_by for e in events} == {f"unit:{two.unit.id}"}


def test_other_media_rules_have_the_clip_checked_anew(make, platform):
    two = Two(make, platform, edit=lambda text: text.replace(
        "max_s = 300", "max_s = 240"))
    made = two.accept(two.offer()[0])
    assert make.fresh(made).state == "checking"
    assert two.count(Check, Check.version_id == made.version_id, Check.state == "queued") == 1
    assert two.count(Task, Task.kind == "check.quick", Task.state == "pending") == 1


def test_a_round_may_ask_for_a_new_clip(two, make):
    """Unit and category stay those of the entry, unless the terms say otherwise."""
    [offered] = two.offer(terms=Terms(ROUND, with_clip=False))
    made = two.accept(offered)
    entry = make.fresh(made)
    assert (entry.state, entry.version_id) == ("uploading", None)
    with two.platform.db.read() as session:
        assert session.get_one(Unit, entry.unit_id).name == two.unit.name


def test_doing_it_again_or_at_once_makes_one_entry(two, make, platform):
    [offered], [again] = two.offer(), two.offer()
    assert offered.id == again.id
    second = make.user("organiser", contest=two.city)

    def accept(user):
        def once():
            with platform.db.write() as session:
                row = session.get_one(Handover, offered.id)
                return handovers.accept(session, row, actor=make.actor(user), at=make.at).id
        return retried(once)()

    with ThreadPoolExecutor(2) as both:
        ids = set(both.map(accept, [two.above, second]))
    assert len(ids) == 1
    assert two.count(Submission, Submission.contest_id == two.city.id) == 1
    assert two.count(Mail, Mail.template == "handed_over") == 1
    assert two.offer()[0].id == offered.id  # what was accepted is not offered again


def test_what_was_offered_may_be_taken_back_and_declined_and_offered_anew(two, make, platform):
    [first] = two.offer()
    with pytest.raises(NotAllowed):
        two.do(handovers.take_back, first, actor=make.actor(two.above))
    two.do(handovers.take_back, first)
    with pytest.raises(Conflict):
        two.accept(first)
    [second] = two.offer()
    assert second.id != first.id
    with pytest.raises(Invalid, match="3 words"):
        two.do(handovers.decline, second, why="không")
    two.do(handovers.decline, second, why="Clip không đúng chủ đề thành phố")
    with pytest.raises(Conflict):
        two.do(handovers.take_back, second)
    assert make.fresh(second).state_reason == "Clip không đúng chủ đề thành phố"
    assert two.count(Mail, Mail.template == "handover_declined", Mail.to == two.below.email) == 1
    [third] = two.offer()
    two.accept(third)
    with pytest.raises(Conflict):
        two.do(handovers.decline, third, why="Đổi ý rồi nhé")


def test_only_organisers_of_the_contest_that_is_concerned(two, make):
    for nobody in (make.user("reviewer", contest=two.ward), two.above):
        with pytest.raises(NotAllowed):
            two.offer(actor=make.actor(nobody))
    [offered] = two.offer()
    for nobody in (make.user("juror", contest=two.city), two.below):
        with pytest.raises(NotAllowed):
            two.accept(offered, actor=make.actor(nobody))


def refused(two, kind, match, **values):
    with pytest.raises(kind, match=match):
        two.offer(**values)
    assert two.count(Handover) == 0


def test_an_offer_says_what_is_in_the_way(two, make, platform, clock):
    """Each with one sentence that names the entry and the way; nothing is stored."""
    code = two.entry.code
    waiting = make.submission(two.unit, "in_review")
    with pytest.raises(Conflict, match=f"{waiting.code} is not approved"):
        two.offer(two.entry, waiting)
    assert two.count(Handover) == 0  # all or none
    refused(two, Conflict, f"Entry {code} lacks a consent",
            terms=Terms(LEVEL, consent="chuyen_len"))
    refused(two, Invalid, "has no unit", terms=Terms(LEVEL, unit_of=lambda _: " "))
    make.unit(two.city, "Phường 5", retired_at=make.at)
    refused(two, Conflict, "takes part no more")
    with platform.db.write() as session:
        row = session.scalars(select(Consent).where(
            Consent.submission_id == two.entry.id).limit(1)).one()
        consents.withdraw(session, row, actor=make.actor(two.unit), at=make.at)
    refused(two, Conflict, f"Entry {code} lacks a consent", terms=Terms(LEVEL))
    clock.moment = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
    refused(two, TooLate, "took entries until", terms=Terms(LEVEL))


def test_a_quota_counts_what_waits_and_what_is_there(make, platform):
    two = Two(make, platform, edit=lambda text: text.replace("maximum = 5", "maximum = 2"))
    more = [make.submission(two.unit, "published") for _ in range(2)]
    first, _ = two.offer(two.entry, more[0])
    with pytest.raises(Conflict, match="Phường 5 has 2 entries"):
        two.offer(more[1])
    two.accept(first)
    with pytest.raises(Conflict, match="allows 2"):
        two.offer(more[1])


def test_what_changed_since_the_offer_is_not_accepted(two, make, platform, clock):
    late, other = clock.moment + timedelta(days=6), make.submission(two.unit, "approved")
    [offered] = two.offer()
    with platform.db.write() as session:  # a reviewer takes the approval back
        session.get_one(Submission, two.entry.id).state = "in_review"
    with pytest.raises(Conflict, match="not approved"):
        two.accept(offered)
    with platform.db.write() as session:
        entry = session.get_one(Submission, two.entry.id)
        entry.state, entry.version_id = "approved", other.version_id
    with pytest.raises(Conflict, match="was replaced after"):
        two.accept(offered)
    with platform.db.write() as session:
        session.get_one(Submission, two.entry.id).version_id = two.entry.version_id
    clock.moment = late  # offered in time, accepted after the close
    assert make.fresh(two.accept(offered)).state == "in_review"


def test_another_kind_of_entry_is_refused(make, platform):
    two = Two(make, platform, edit=lambda text: text.replace(
        'kinds = ["individual", "team"]', 'kinds = ["individual"]'))
    refused(two, Invalid, "a team's; the contest it goes to takes only an individual's")


def test_a_clip_goes_to_no_contest_of_documents_which_may_ask_for_one(make, platform):
    two = Two(make, platform, edit=lambda _: toml_editing.edited(
        of_kind("document"), {"contest.slug": "thanh-pho"}))
    refused(two, Invalid, "takes clips, the other one documents")
    assert in_the_way.of_contests(two.ward, two.city, with_clip=False) is None


def test_a_refusal_is_known_before_anything_is_pressed(two, platform, make):
    with platform.db.read() as session:
        entry, city = (session.get_one(Submission, two.entry.id),
                       session.get_one(Contest, two.city.id))
        assert handovers.refusal(session, entry, city, Terms(LEVEL), at=make.at) is None
        why = handovers.refusal(session, entry, city, Terms(LEVEL, consent="x"), at=make.at)
        assert isinstance(why, DomainError)
        assert why.data["mend"] == "consents"
