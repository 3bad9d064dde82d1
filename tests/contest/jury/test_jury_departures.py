"""A juror leaves: codes stay, marks are kept or dropped by decision; reminders of what is owed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.actors import Actor
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Contest, JurorDeparture, Mail, RoleGrant, User
from contest.services.jury import jurors, jury_round
from contest.services.people import people
from contest.services.results import scoring_input, tally
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

MARKING = datetime.fromisoformat("2023-06-14T16:02:00+07:00")
ROOM = "/c/quan11-2023/organiser/jury/"
REMINDER = "/c/quan11-2023/organiser/reminders/jury"


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = MARKING
    return made


def retire(stage: Stage, user: User, *, keep: bool, reason: str = "Đi công tác",
           actor: Actor | None = None) -> JurorDeparture:
    with stage.platform.db.write() as session:
        return jurors.retire(
            session, stage.contest_now(session), user.id, keep=keep, reason=reason,
            actor=actor or stage.organiser, at=MARKING,
        )


def seats(stage: Stage) -> list[tuple[str, int]]:
    with stage.platform.db.read() as session:
        return [(s.code, s.user.id) for s in jurors.sitting(session, stage.contest)]


def given(stage: Stage) -> tuple[list[str], dict[str, dict[str, object]]]:
    with stage.platform.db.read() as session:
        found = scoring_input.prepare(
            session, stage.contest_now(session), keys=stage.vault.keys
        )
    return found.data["jurors"], {e["id"]: e["marks"] for e in found.data["entries"]}


def test_nobodys_code_changes_when_somebody_leaves(stage: Stage, make: Factory) -> None:
    first, second = stage.jurors
    third = make.user("juror", contest=stage.contest)
    retire(stage, second, keep=False)
    assert seats(stage) == [("GK1", first.id), ("GK3", third.id)]
    retire(stage, third, keep=True)  # its row had the highest id, which SQLite gives away again
    fourth = make.user("juror", contest=stage.contest)
    assert seats(stage) == [("GK1", first.id), ("GK4", fourth.id)]
    make.add(RoleGrant(user_id=second.id, contest_id=stage.contest.id, role="juror",
                       created_at=MARKING))
    assert seats(stage) == [("GK1", first.id), ("GK2", second.id), ("GK4", fourth.id)]
    retire(stage, second, keep=True)
    assert given(stage)[0] == ["GK1", "GK2", "GK3", "GK4"]


@pytest.mark.parametrize("keep", [True, False])
def test_marks_count_or_do_not_as_decided(
    stage: Stage, make: Factory, clock: FixedClock, keep: bool
) -> None:
    gone = stage.jurors[0]
    late = make.submission(make.unit(stage.contest), "published")  # nobody has marked it
    stage.count(late, 10, 0)
    retire(stage, gone, keep=keep)
    codes, marks = given(stage)
    assert codes == (["GK1", "GK2"] if keep else ["GK2"])
    for clip in stage.clips:
        assert ("GK1" in marks[clip.code]) is keep
    assert marks[late.code] == ({"GK1": "abstained"} if keep else {})
    with stage.platform.db.read() as session:
        gaps = jury_round.blockers(session, stage.contest_now(session), at=MARKING)
    assert [(gap.code, gap.count) for gap in gaps] == [("ballots", 1)]  # of the one who sits
    clock.moment = AFTER
    make.ballot(late, stage.jurors[1], stage.marks(1))
    result = stage.compute()  # agrees with the second tally, or is refused
    with stage.platform.db.read() as session:
        assert tally.differences(session, stage.contest, result.output) == []


def test_a_dropped_jurors_marks_do_not_move_the_result(stage: Stage, clock: FixedClock) -> None:
    stranger = stage.make.user("juror", contest=stage.contest)
    stage.make.ballot(stage.clips[0], stranger, stage.marks(10))
    retire(stage, stranger, keep=False)
    clock.moment = AFTER
    totals = {r["unit"]: r["total"]["rounded"] for r in stage.compute().output["ranking"]}
    assert totals == {"Đoàn A": "68.00", "Đoàn B": "81.20", "Đoàn C": "95.20"}


def test_leaving_is_recorded_with_its_reason(stage: Stage) -> None:
    with pytest.raises(Invalid):
        retire(stage, stage.jurors[0], keep=True, reason=" ")
    retire(stage, stage.jurors[0], keep=True)
    with stage.platform.db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "juror.retired")).one()
    assert row.after == {"juror": "GK1", "keeps_marks": True, "reason": "Đi công tác"}
    with pytest.raises(NotFound):
        retire(stage, stage.jurors[0], keep=False)


def test_only_organisers_and_only_before_the_lock(stage: Stage, make: Factory) -> None:
    with pytest.raises(NotAllowed):
        retire(stage, stage.jurors[0], keep=True, actor=make.actor(stage.jurors[1]))
    with stage.platform.db.write() as session:
        jury_round.lock(session, stage.contest_now(session), actor=stage.organiser, at=MARKING)
    with pytest.raises(Conflict):
        retire(stage, stage.jurors[0], keep=True)
    with pytest.raises(Conflict):
        end_role(stage, stage.jurors[0])
    assert len(seats(stage)) == 2


def end_role(stage: Stage, user: User) -> None:
    with stage.platform.db.write() as session:
        people.change_roles(
            session, stage.contest_now(session), session.get_one(User, user.id), roles=(),
            unit_id=None, actor=stage.organiser, at=MARKING,
        )


def test_the_list_of_people_cannot_drop_marks_unseen(stage: Stage, make: Factory) -> None:
    with pytest.raises(Conflict) as refusal:
        end_role(stage, stage.jurors[0])
    assert "giữ hay bỏ điểm" in refusal.value.vi
    idle, last = (make.user("juror", contest=stage.contest) for _ in range(2))
    end_role(stage, idle)  # has marked nothing: may go, and the code goes along
    assert seats(stage)[-1] == ("GK4", last.id)


def test_jurors_are_reminded_once_an_hour(
    stage: Stage, make: Factory, clock: FixedClock, visit: Visits
) -> None:
    make.submission(make.unit(stage.contest), "published")
    done = make.user("juror", contest=stage.contest, active=False)  # locked account: no mail
    with stage.platform.db.read() as session:
        boss = session.get_one(User, stage.organiser.id)
    client = visit.user(boss)
    assert client.post(REMINDER).status_code == 303
    assert client.post(REMINDER).status_code == 303
    with stage.platform.db.read() as session:
        mails = session.scalars(select(Mail).where(Mail.template == "jury_reminder")).all()
    assert sorted(mail.to for mail in mails) == sorted(juror.email for juror in stage.jurors)
    assert {mail.params["count"] for mail in mails} == {1}
    assert done.email not in {mail.to for mail in mails}
    assert client.get(ROOM).text.count("Nhắc gần nhất: ") == 2
    clock.moment = MARKING + timedelta(hours=1)
    client.post(REMINDER)
    with stage.platform.db.read() as session:
        assert len(session.scalars(select(Mail.id)).all()) == 4


def test_the_page_asks_to_keep_or_drop(stage: Stage, visit: Visits) -> None:
    juror = stage.jurors[0]
    with stage.platform.db.read() as session:
        client = visit.user(session.get_one(User, stage.organiser.id))
    page, name = client.get(ROOM).text, f"juror{juror.id}-"
    assert f"{juror.name} thôi làm giám khảo?" in page
    assert 'checked' not in page  # neither is the default
    path, reason = f"{ROOM}{juror.id}/retire", {name + "reason": "Ốm"}
    assert client.post(path, data=reason).status_code == 422
    assert client.post(path, data={name + "marks": "keep"}).status_code == 422
    assert client.post(path, data=reason | {name + "marks": "keep"}).status_code == 303
    page = client.get(ROOM).text
    assert "Các phiếu đã nộp vẫn được tính." in page
    assert "Lý do: Ốm" in page


def test_a_juror_who_leaves_with_half_the_marks_stops_nothing(
    stage: Stage, make: Factory, clock: FixedClock
) -> None:
    """What was handed in counts, the rest is nobody's debt: one organiser freezes and publishes."""
    late = make.user("juror", contest=stage.contest)
    make.ballot(stage.clips[0], late, stage.marks(1))
    make.ballot(stage.clips[1], late, stage.marks(2), state="open")
    with stage.platform.db.write() as session:
        jurors.retire(
            session, stage.contest_now(session), late.id, keep=True, reason="Đi công tác",
            actor=stage.organiser, at=clock.now(),
        )
    clock.moment = AFTER
    result = stage.compute()
    assert [gap for gap in result.gaps if gap["code"] == "ballots"] == []
    marks = {one["id"]: one["marks"] for one in result.input["entries"]}
    given = [len(marks[clip.code]["GK3"]) for clip in stage.clips[:1]]
    assert given == [len(stage.marks(0))]
    assert [marks[clip.code]["GK3"] for clip in stage.clips[1:]] == ["abstained", "abstained"]
    assert stage.publish(stage.freeze(result)).state == "published"
