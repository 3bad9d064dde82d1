"""Two who write at once: nobody holds the audit chain's head while working, nobody wins twice."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.db import refusal
from contest.errors import Busy, Conflict, Invalid
from contest.models import (
    AuditHead,
    AuditRow,
    Check,
    Contest,
    Correction,
    Invitation,
    Repair,
    RoleGrant,
    Submission,
    Unit,
    Upload,
    User,
)
from contest.models.base import LOCK
from contest.profile import Profile
from contest.services.checking.outcomes import Outcome
from contest.services.core import audit, profiles
from contest.services.counts import corrections
from contest.services.counts.corrections import Adjusted
from contest.services.entry import checks, repairs, submissions, uploads
from contest.services.entry.submissions import SubmissionForm
from contest.services.people import invitations, people
from contest.services.units import unit_import
from contest.services.units.unit_import import Row
from contest.views.shared.entries import plain_form
from tests.contest.core.together import Meeting, intact, number_of, writing
from tests.contest.factory import Factory, report
from tests.contest.stage import AFTER, Stage

on_postgresql = pytest.mark.database_kind("postgresql")
ENTRY_LOCKED = r"FROM submission .*FOR NO KEY UPDATE"


def filled_in(profile: Profile, title: str = "Ba trách nhiệm") -> SubmissionForm:
    required = frozenset(c.id for c in profile.form.consents if c.required)
    return SubmissionForm(
        title=title, kind="team", authors=["Nguyễn Văn An"], contact_name="Lê Thị Cúc",
        contact_phone="0903 123 456", consents=required,
    )


@pytest.fixture
def meet(platform) -> Callable[..., Meeting]:
    """``meet(first, second, at=…)``: each is handed a session of its own."""

    def together(first, second, *, at: str) -> Meeting:
        database = platform.db
        return Meeting(database, writing(database, first), writing(database, second), at=at)

    return together


# ---------------------------------------------------------------------------- the chain's head


@pytest.fixture
def head_at_once(monkeypatch) -> None:
    """The old way: whoever records something holds the chain's head from then on."""
    record = audit.record

    def at_once(session: Session, *args: Any, **values: Any) -> None:
        session.flush()
        session.execute(select(AuditHead).with_for_update())
        record(session, *args, **values)

    monkeypatch.setattr(audit, "record", at_once)


class Clip:
    """An entry whose quick check runs, and what two do to it at the same moment."""

    def __init__(self, platform, make: Factory, contest: Contest) -> None:
        self.make, self.unit = make, make.unit(contest)
        self.submission = make.submission(self.unit, "checking")
        with platform.db.write() as session:
            [self.check] = session.scalars(select(Check.id))
            checks.start(session, self.check, at=make.at)

    def finish(self, session: Session) -> None:
        checks.finish(session, self.check, Outcome("pass", report("pass")), at=self.make.at)

    def change(self, session: Session) -> None:
        submission = session.get_one(Submission, self.submission.id)
        form = filled_in(profiles.profile_of(submission.contest), "Tên mới")
        submissions.change(
            session, submission, form, actor=self.make.actor(self.unit), at=self.make.at
        )


@pytest.fixture
def clip(platform, make: Factory, contest: Contest) -> Clip:
    return Clip(platform, make, contest)


@on_postgresql
def test_a_check_ends_while_the_unit_changes_its_form(platform, clip: Clip, meet) -> None:
    assert meet(clip.finish, clip.change, at=ENTRY_LOCKED).outcomes == [None, None]
    submission = clip.make.fresh(clip.submission)
    assert (submission.state, submission.title) == ("in_review", "Tên mới")
    intact(platform)


@on_postgresql
def test_in_the_old_order_the_two_are_a_deadlock(
    platform, clip: Clip, meet, head_at_once, monkeypatch
) -> None:
    """The control of the test above: the check first, the head, and only then the entry."""
    def only_the_check(session: Session, number: int) -> Check:
        return session.get_one(Check, number, with_for_update=LOCK)

    monkeypatch.setattr(checks, "_held", only_the_check)
    failed = [one for one in meet(clip.finish, clip.change, at=ENTRY_LOCKED).outcomes if one]
    assert [type(refusal(error)) for error in failed] == [Busy]
    intact(platform)


class Mended:
    """A mended clip that one tab accepts and another declines."""

    def __init__(self, platform, make: Factory, contest: Contest) -> None:
        self.make, self.unit = make, make.unit(contest)
        submission = make.submission(self.unit, "needs_fix")
        self.repair = make.add(Repair(
            version_id=submission.version_id, state="ready", wish={}, sha256="a" * 64, size=10,
            report=report("pass"), created_at=make.at,
        ))

    def accept(self, session: Session) -> None:
        repair = session.get_one(Repair, self.repair.id)
        repairs.accept(session, repair, actor=self.make.actor(self.unit), at=self.make.at)

    def decline(self, session: Session) -> None:
        repair = session.get_one(Repair, self.repair.id)
        repairs.decline(session, repair, actor=self.make.actor(self.unit), at=self.make.at)


@pytest.fixture
def mended(platform, make: Factory, contest: Contest) -> Mended:
    return Mended(platform, make, contest)


PROPOSAL_LOCKED = r"UPDATE fix|FROM fix .*FOR NO KEY UPDATE"


@on_postgresql
def test_of_two_tabs_that_accept_and_decline_one_is_told(mended: Mended, meet) -> None:
    done, told = meet(mended.accept, mended.decline, at=PROPOSAL_LOCKED).outcomes[::-1]
    assert (done, type(told)) == (None, Conflict)
    assert mended.make.fresh(mended.repair).state == "declined"


@on_postgresql
def test_with_the_head_taken_at_once_they_are_a_deadlock(
    mended: Mended, meet, head_at_once
) -> None:
    outcomes = meet(mended.accept, mended.decline, at=PROPOSAL_LOCKED).outcomes
    assert Busy in [type(refusal(error)) for error in outcomes if hasattr(error, "orig")]


def an_entry(stage: Stage) -> Callable[[Session], None]:
    def create(session: Session) -> None:
        unit, at = session.get_one(Unit, stage.units[0].id), AFTER - timedelta(days=20)
        form = filled_in(profiles.profile_of(unit.contest))
        submissions.create(session, unit, form, actor=stage.make.actor(unit), at=at)

    return create


def freezing(platform, make, contest, clock) -> tuple[Meeting, Stage]:
    """Somebody sends an entry while a freeze, its ballots locked, writes down the result."""
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    result = stage.compute(reason="Thử.")
    database = platform.db
    meeting = Meeting(
        database, lambda: stage.freeze(result, stage.second) and None,
        writing(database, an_entry(stage)), at=r"UPDATE result",
    )
    return meeting, stage


@on_postgresql
def test_a_freeze_keeps_no_other_writer_waiting(platform, make, contest, clock) -> None:
    meeting, _ = freezing(platform, make, contest, clock)
    assert (meeting.outcomes, meeting.waited) == ([None, None], False)
    intact(platform)


@on_postgresql
def test_with_the_head_taken_at_once_all_wait_for_the_freeze(
    platform, make, contest, clock, head_at_once
) -> None:
    meeting, _ = freezing(platform, make, contest, clock)
    assert (meeting.outcomes, meeting.waited) == ([None, None], True)


def test_others_write_while_a_plain_form_is_copied(
    platform, make, contest, visit, monkeypatch
) -> None:
    unit = make.unit(contest)
    submission, copy, others = make.submission(unit, "uploading"), plain_form.shutil.copyfileobj, []

    def while_copying(*args: Any) -> None:
        with platform.db.write() as session:
            change = session.get_one(Submission, submission.id)
            submissions.change(session, change, filled_in(profiles.profile_of(contest)),
                               actor=make.actor(unit), at=make.at)
        others.append("committed")
        copy(*args)

    monkeypatch.setattr(plain_form.shutil, "copyfileobj", while_copying)

    answer = visit.unit(unit).post(
        f"/c/{contest.slug}/unit/entries/{submission.code}/send",
        data={"clip": (BytesIO(b"a clip"), "clip.mp4")},
    )
    assert (answer.status_code, others) == (303, ["committed"])
    assert make.fresh(submission).state == "checking"
    intact(platform)


# ---------------------------------------------------------------------------- count, then insert


def test_the_quota_holds_against_two_tabs(platform, make, meet) -> None:
    contest = make.contest("nho", lambda text: text.replace("maximum = 5", "maximum = 1"))
    unit = make.unit(contest)

    def send(session: Session) -> None:
        own = session.get_one(Unit, unit.id)
        form = filled_in(profiles.profile_of(own.contest))
        submissions.create(session, own, form, actor=make.actor(unit), at=make.at)

    outcomes = meet(send, send, at="INSERT INTO submission").outcomes
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Invalid)
    assert "at most 1" in outcomes[1].en
    assert number_of(platform, Submission) == 1


def test_an_entry_has_one_open_upload_whatever_two_tabs_do(platform, make, contest, meet) -> None:
    unit = make.unit(contest)
    submission = make.submission(unit, "uploading")

    def begin(session: Session) -> None:
        uploads.begin(session, session.get_one(Submission, submission.id), length=10,
                      filename="clip.mp4", actor=make.actor(unit), at=make.at)

    assert meet(begin, begin, at="INSERT INTO upload").outcomes == [None, None]
    assert number_of(platform, Upload, Upload.state == "open") == 1


def test_proposals_asked_for_at_once_leave_one_that_stands(platform, make, contest, meet) -> None:
    unit = make.unit(contest)
    submission = make.submission(unit, "needs_fix")
    too_wide = {"rule": "aspect_ratio", "outcome": "fail"}
    with platform.db.write() as session:
        [check] = session.scalars(select(Check))
        check.report = {"facts": {"video": {"width": 432}}, "findings": [too_wide]}

    def ask(session: Session) -> None:
        repairs.enqueue(
            session, session.get_one(Submission, submission.id), repairs.RepairOptions(),
            actor=make.actor(unit), at=make.at,
        )

    assert meet(ask, ask, at="INSERT INTO fix").outcomes == [None, None]
    assert number_of(platform, Repair, Repair.state == "queued") == 1


def test_two_organisers_cannot_take_the_last_role_from_each_other(
    platform, make, contest, meet
) -> None:
    one, two = (make.user("organiser", contest=contest) for _ in range(2))

    def remove(who: User, user: User) -> Callable[[Session], None]:
        actor = make.actor(who)

        def run(session: Session) -> None:
            people.change_roles(
                session, session.get_one(Contest, contest.id), session.get_one(User, user.id),
                roles=[], unit_id=None, actor=actor, at=make.at,
            )

        return run

    outcomes = meet(remove(one, two), remove(two, one), at="DELETE FROM role_grant").outcomes
    assert (outcomes[0], type(outcomes[1])) == (None, Conflict)
    assert number_of(platform, RoleGrant) == 1


def test_of_two_invitations_made_at_once_one_is_open(platform, make, meet) -> None:
    user = make.user()

    def invite(session: Session) -> None:
        invitations.create(session, session.get_one(User, user.id), purpose="sign_in",
                           actor=make.actor(user), at=make.at, key="k")

    assert meet(invite, invite, at="INSERT INTO invitation").outcomes == [None, None]
    assert number_of(platform, Invitation, Invitation.revoked_at.is_(None)) == 1


def test_of_two_corrections_of_one_count_the_second_is_told(
    platform, make, contest, clock, meet
) -> None:
    stage = Stage(platform, make, contest)

    def propose(session: Session) -> None:
        corrections.propose(
            session, stage.contest_now(session), stage.clips[0].code, Adjusted(reactions=1),
            reason="Tài khoản ảo.", actor=stage.organiser, at=AFTER,
        )

    outcomes = meet(propose, propose, at="INSERT INTO correction").outcomes
    assert (outcomes[0], type(outcomes[1])) == (None, Conflict)
    assert number_of(platform, Correction) == 1


# ---------------------------------------------------------------------------- the same twice


def test_a_list_of_units_imported_twice_at_once_makes_each_unit_once(
    platform, make, contest, meet
) -> None:
    actor = make.actor(make.user("organiser", contest=contest))

    def load(session: Session) -> dict[str, int]:
        rows = [Row(2, "Đoàn phường 1"), Row(3, "Đoàn phường 3")]
        return unit_import.apply(session, session.get_one(Contest, contest.id), rows, actor=actor,
                                 at=make.at)

    first, second = meet(load, load, at="INSERT INTO unit").outcomes
    assert (first["new"], second["new"], second["same"]) == (2, 0, 2)
    assert number_of(platform, AuditRow, AuditRow.action == "units.imported") == 2
    intact(platform)


def posted(client, path: str, **data: str) -> Callable[[], tuple[int, str]]:
    """A form sent by a browser: the status, and what the next page says."""

    def send() -> tuple[int, str]:
        answer = client.english().post(path, data=data)
        return answer.status_code, answer.text

    return send


def test_a_person_added_twice_at_once_is_there_once_and_the_second_is_told(
    platform, make, contest, visit
) -> None:
    data = {"email": "lan@example.vn", "name": "Lan", "roles": "reviewer", "unit": "0",
            "language": "vi"}
    sends = [posted(visit.role("organiser"), f"/c/{contest.slug}/organiser/people/new", **data)
             for _ in range(2)]
    outcomes = Meeting(platform.db, *sends, at='INSERT INTO "?user').outcomes
    assert outcomes[0][0] in (200, 303)
    assert outcomes[1][0] in (409, 422)
    assert "is in the list already" in outcomes[1][1]
    assert number_of(platform, User, User.email == "lan@example.vn") == 1


def test_a_person_new_to_two_contests_at_once_gets_both_roles(
    platform, make, contest, visit
) -> None:
    """Nothing is locked for both: the database refuses the second address, the view runs again."""
    data = {"email": "lan@example.vn", "name": "Lan", "roles": "reviewer", "unit": "0",
            "language": "vi"}
    other = make.contest("khac")
    sends = [posted(visit.role("organiser", one), f"/c/{one.slug}/organiser/people/new", **data)
             for one in (contest, other)]
    outcomes = Meeting(platform.db, *sends, at='INSERT INTO "?user').outcomes
    assert [status in (200, 303) for status, _ in outcomes] == [True, True]
    with platform.db.read() as session:
        [user] = session.scalars(select(User).where(User.email == "lan@example.vn"))
        assert {grant.contest_id for grant in user.roles} == {contest.id, other.id}
    intact(platform)
