"""A round that is marked live: the order, the table, what the screen shows, the phone."""

import pytest

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Ballot, Contest, StageShow, Submission
from contest.services.awards import stage
from contest.services.live import falling, running, table
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.rounds.rules import live
from tests.contest.stage import AFTER, COUNTED, Stage

PLACE = "/c/quan11-2023/organiser/live"


class Hall(Stage):
    """Three clips that nobody has marked yet, two jurors, an organiser at the table."""

    def __init__(self, make: Factory, contest: Contest) -> None:
        self.platform, self.make, self.contest = make.platform, make, contest
        self.units = [make.unit(contest, name) for name in ("Đoàn A", "Đoàn B", "Đoàn C")]
        self.clips = [make.submission(unit, "published") for unit in self.units]
        self.jurors = [make.user("juror", contest=contest) for _ in range(2)]
        self.jurors.append(make.user("juror", contest=contest, unit=self.units[0]))
        self.clerk = make.user("organiser", contest=contest, name="Thư Ký Bàn Một")
        self.organiser = self.second = make.actor(self.clerk)
        for clip in self.clips:
            self.count(clip, 30, 0)

    def type_in(self, clip: int, juror: int, lack: int = 0, version: int = 0, **marks: int):
        with self.platform.db.write() as session:
            given = self.marks(lack) | marks
            return table.type_in(session, session.get_one(Submission, self.clips[clip].id),
                                 self.jurors[juror].id, given, version=version,
                                 actor=self.organiser, at=COUNTED)

    def take_back(self, clip: int, juror: int):
        with self.platform.db.write() as session:
            return table.take_back(session, session.get_one(Submission, self.clips[clip].id),
                                   self.jurors[juror].id, actor=self.organiser, at=COUNTED)

    def screen(self):
        with self.platform.db.read() as session:
            found = falling.screen(session, self.contest_now(session), keys=self.platform.keys,
                                   language="vi")
        return {one.unit: one for one in found}


@pytest.fixture
def hall(make: Factory, contest: Contest, clock: FixedClock) -> Hall:
    clock.moment = COUNTED
    return Hall(make, make.contest(edit=live))


def test_marks_fall_as_they_are_handed_in_and_the_standing_rises(hall: Hall) -> None:
    before = hall.screen()["Đoàn B"]
    assert (dict(before.ballots), before.rank) == ({"GK1": None, "GK2": None, "GK3": None}, 0)
    typed = hall.type_in(1, 0, lack=5)
    assert (typed.state, typed.typed_by) == ("submitted", hall.organiser.label)
    hall.type_in(1, 1)
    shown = hall.screen()["Đoàn B"]
    most = sum(hall.marks(0).values())
    lacking = 5 * len(hall.marks(0))
    assert dict(shown.ballots) == {"GK1": most - lacking, "GK2": most, "GK3": None}
    assert (shown.total, shown.rank) == ("", 0)  # a third juror is awaited
    hall.type_in(1, 2)
    assert hall.screen()["Đoàn B"].rank == 1
    hall.type_in(0, 0)
    hall.type_in(0, 1)
    found = hall.screen()
    assert dict(found["Đoàn A"].ballots)["GK3"] == "–"  # of that unit: nobody waits for it
    assert (found["Đoàn A"].rank, found["Đoàn B"].rank, found["Đoàn C"].rank) == (1, 2, 0)
    hall.take_back(0, 1)
    again = hall.screen()
    assert dict(again["Đoàn A"].ballots)["GK2"] is None
    assert (again["Đoàn A"].rank, again["Đoàn B"].rank) == (0, 1)


def test_who_typed_is_told_and_marks_stand_in_no_trail(hall: Hall) -> None:
    hall.type_in(1, 0)
    with hall.platform.db.read() as session:
        places = table.places(session, hall.contest_now(session), hall.clips[1])
        assert [(one.seat.code, one.state, one.typed) for one in places] == [
            ("GK1", "submitted", "Thư Ký Bàn Một"), ("GK2", "open", ""), ("GK3", "open", "")]
        rows = session.query(AuditRow).filter(AuditRow.subject.like("ballot:%")).all()
        assert {row.actor for row in rows} == {hall.organiser.label}
        assert not any(str(hall.marks(0)["content"]) in str(row.after) for row in rows)
    hall.take_back(1, 0)
    with hall.platform.db.read() as session:
        [ballot] = session.query(Ballot).all()
        assert (ballot.state, ballot.typed_by, len(ballot.marks)) == ("open", "", len(
            hall.marks(0)))


def test_the_table_is_refused_what_a_juror_would_be_refused(hall: Hall, make: Factory) -> None:
    with pytest.raises(NotAllowed):
        hall.type_in(0, 2)  # a clip of the juror's own unit
    with pytest.raises(Invalid, match="0 to"):
        hall.type_in(1, 0, content=1000)
    hall.type_in(1, 0)
    with pytest.raises(Conflict, match="submitted"):
        hall.type_in(1, 0, version=1)
    juror = hall.organiser
    hall.organiser = make.actor(hall.jurors[0])
    with pytest.raises(NotAllowed):
        hall.type_in(1, 1)
    hall.organiser = juror
    hall.newer_rules("live = true\n", "")
    with pytest.raises(NotFound):
        hall.type_in(1, 1)


def test_the_order_is_set_by_people_and_names_each_clip_once(hall: Hall) -> None:
    codes = [one.code for one in hall.clips]
    wanted = [codes[2], codes[0], codes[1]]
    for wrong in (codes[:2], [codes[0], codes[0], codes[1]]):
        with pytest.raises(Invalid), hall.platform.db.write() as session:
            running.arrange(session, hall.contest_now(session), wrong, actor=hall.organiser,
                            at=COUNTED)
    with hall.platform.db.write() as session:
        running.arrange(session, hall.contest_now(session), wanted, actor=hall.organiser,
                        at=COUNTED)
    with hall.platform.db.read() as session:
        found = running.entries(session, hall.contest_now(session))
        assert [one.code for one in found] == wanted


def test_one_remote_moves_the_round_and_the_ceremony_begins_with_its_title(
    hall: Hall, clock: FixedClock
) -> None:
    with hall.platform.db.write() as session:
        contest = hall.contest_now(session)
        key = stage.pair(session, contest, actor=hall.organiser, at=COUNTED)
        token = stage.claim(session, contest, key, at=COUNTED)
        for _ in range(9):
            row, result = stage.act(session, contest, "next", token, at=COUNTED)
        assert (row.position, result) == (4, None)  # title, three clips, the standing
    for clip in range(3):
        for juror in range(3):
            if (clip, juror) != (0, 2):
                hall.type_in(clip, juror, lack=clip)
    clock.moment = AFTER
    hall.freeze(hall.compute())
    with hall.platform.db.write() as session:
        contest = hall.contest_now(session)
        assert not stage.is_live(session, contest)
        assert stage.position(session.query(StageShow).one(), live=False) == 0
        row, result = stage.act(session, contest, "next", token, at=COUNTED)
        assert (row.position, result is not None) == (1, True)


def test_the_pages_of_the_table_work_without_a_script(
    hall: Hall, visit: Visits, clock: FixedClock
) -> None:
    client = visit.user(hall.clerk)
    code, juror = hall.clips[1].code, hall.jurors[0].id
    assert "Đoàn B" in client.get(PLACE).text
    page = client.get(f"{PLACE}/{code}").text
    assert "autofocus" in page and "chờ điểm" in page
    marks = {f"mark-{name}": value for name, value in hall.marks(3).items()}
    wrong = client.post(f"{PLACE}/{code}/{juror}", data=marks | {"mark-content": "999"})
    assert wrong.status_code == 422
    done = client.post(f"{PLACE}/{code}/{juror}", data=marks | {"version": "0"})
    assert (done.status_code, done.headers["Location"].endswith("#next")) == (303, True)
    assert "Thư Ký Bàn Một nhập." in client.get(f"{PLACE}/{code}").text
    late = client.post(f"{PLACE}/{code}/{juror}", data=marks | {"version": "1"})
    assert late.status_code == 409 and "đã nộp" in late.text
    client.post(f"{PLACE}/{code}/{juror}/back")
    assert "Một nhập." not in client.get(f"{PLACE}/{code}").text
    client.post(f"{PLACE}/{code}/{juror}", data=marks | {"version": "1"})
    with hall.platform.db.read() as session:
        order = [one.code for one in running.entries(session, hall.contest_now(session))]
    turn = order.index(code) + 1
    shown = client.post(f"{PLACE}/stage/state", data={"position": str(turn)}).json
    assert (shown["position"], shown["length"]) == (turn, 5)
    assert str(sum(hall.marks(3).values())) in shown["html"]
    assert client.get(f"{PLACE}/stage/state").json == shown
    turns = {f"place-{one.code}": str(3 - at) for at, one in enumerate(hall.clips)}
    assert client.post(f"{PLACE}/order", data=turns).status_code == 303
    assert client.post(f"{PLACE}/order", data=turns | {f"place-{code}": "x"}).status_code == 422
    assert "<svg" in client.post(f"{PLACE}/pair").text
    clock.moment = AFTER  # what would be refused is not offered
    late = visit.user(hall.clerk).get(f"{PLACE}/{code}").text
    assert "Đã hết thời gian chấm điểm" in late and "Lưu và hiện điểm" not in late
    assert "Nhập lại" not in late
