"""A phase is postponed: what moves, what would break, who is told; the grace is extended."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.errors import Conflict, Invalid, NotAllowed
from contest.jobs.uploads import expire
from contest.models import (
    AuditRow,
    Contest,
    Mail,
    Publication,
    Submission,
    Task,
    TimeGrant,
    Upload,
)
from contest.services.core import profiles
from contest.services.desk import grace, postponing
from contest.services.desk.postponing import Move
from contest.services.entry import uploads
from contest.services.fanpage import publications
from contest.services.units import time_grants, units
from tests.contest.conftest import WHILE_OPEN

CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
DAY = timedelta(days=1)
ENTRIES = "schedule.entries_close"
PLACE = "/c/quan11-2023/organiser/rules"


class Desk:
    def __init__(self, platform, make, contest):
        self.platform, self.make, self.contest = platform, make, contest
        self.unit = make.unit(contest, "Phường 1", contact_email="phuong1@example.vn")
        make.unit(contest, "Phường 2", contact_email="")
        make.unit(contest, "Phường 3", contact_email="PHUONG1@example.vn")
        make.unit(contest, "Phường 4", retired_at=WHILE_OPEN)
        self.juror = make.user("juror", contest=contest, email="gk@example.vn")
        self.actor = make.actor(make.user("organiser", contest=contest))

    def _contest(self, session):
        return session.get_one(Contest, self.contest.id)

    def preview(self, move, at=WHILE_OPEN):
        with self.platform.db.read() as session:
            return postponing.preview(session, self._contest(session), move, at=at)

    def postpone(self, move, at=WHILE_OPEN, **values):
        values = {"reason": "Bão số 2", "revision": 1, "actor": self.actor} | values
        with self.platform.db.write() as session:
            return postponing.postpone(session, self._contest(session), move, at=at, **values)

    def schedule(self):
        with self.platform.db.read() as session:
            return profiles.profile_of(self._contest(session)).schedule

    def rows(self, table):
        with self.platform.db.read() as session:
            return session.scalars(select(table).order_by(table.id)).all()


@pytest.fixture
def desk(platform, make, contest):
    return Desk(platform, make, contest)


def test_of_many_units_without_an_address_the_first_are_named(desk, make):
    for number in range(1, 26):
        make.unit(desk.contest, f"Khu phố {number}", contact_email="")
    seen = desk.preview(Move(ENTRIES, DAY))
    assert seen.without_address == [f"Khu phố {number}" for number in range(1, 21)]
    assert seen.unreached == 26  # with the room's own


def test_everything_after_moves_along_and_is_told(desk, make):
    old = desk.schedule()
    entry = make.submission(desk.unit, "approved")
    other = make.submission(desk.unit, "uploading")
    with desk.platform.db.write() as session:
        publications.plan(session, session.get_one(Submission, entry.id), actor=desk.actor,
                          at=WHILE_OPEN)
        time_grants.grant(session, units.find(session, desk.contest, desk.unit.id),
                          until=CLOSE + DAY, reason="Mất điện", actor=desk.actor, at=WHILE_OPEN)
        uploads.begin(session, session.get_one(Submission, other.id), length=10,
                      filename="a.mp4", at=WHILE_OPEN, actor=make.actor(desk.unit))
    move = Move(ENTRIES, 3 * DAY)
    seen = desk.preview(move)
    assert (seen.posts, seen.uploads, seen.units, seen.jurors) == (1, 1, 2, 1)
    assert (seen.without_address, seen.broken) == (["Phường 2"], [])
    assert [until for _, until in seen.grants] == [CLOSE + 4 * DAY]
    assert ("Hạn nhận clip", "hết ngày 10/6/2023 (thứ Bảy)", "hết ngày 13/6/2023 (thứ Ba)") in [
        (one.label[0], one.old[0], one.new[0]) for one in seen.changes
    ]
    assert [mail.template for mail in desk.rows(Mail)] == ["time_granted"]

    assert desk.postpone(move) == 2
    new = desk.schedule()
    for name in ("entries_close", "publicity_opens", "counts_close", "awards"):
        assert getattr(new, name) == getattr(old, name) + 3 * DAY, name
    assert new.entries_open == old.entries_open
    (post,) = desk.rows(Publication)
    assert post.release_at == new.publicity_opens
    kinds = {task.kind: task.due_at for task in desk.rows(Task)}
    assert kinds["publication.release"] == new.publicity_opens
    assert desk.rows(TimeGrant)[0].until == CLOSE + 4 * DAY
    assert make.fresh(desk.unit).entries_until == CLOSE + 4 * DAY
    mails = {mail.to.casefold(): mail for mail in desk.rows(Mail)[1:]}
    assert set(mails) == {"phuong1@example.vn", "gk@example.vn"}
    assert {mail.template for mail in mails.values()} == {"postponed"}
    assert mails["gk@example.vn"].params["reason"] == "Bão số 2"
    own = ["Hạn riêng của đơn vị", "hết ngày 11/6/2023 (Chủ nhật)", "hết ngày 14/6/2023 (thứ Tư)"]
    told = {to: [[pair[0] for pair in line] for line in mail.params["lines"]]
            for to, mail in mails.items()}
    assert (own in told["phuong1@example.vn"], own in told["gk@example.vn"]) == (True, False)
    with desk.platform.db.read() as session:
        trail = session.scalars(select(AuditRow).where(AuditRow.action == "schedule.postponed"))
        assert trail.one().after["mails"] == 2


def test_one_phase_alone_where_the_order_holds_else_it_says_what_breaks(desk):
    old = desk.schedule()
    seen = desk.preview(Move("schedule.awards", DAY, following=False))
    assert [one.label[0] for one in seen.changes] == ["Trao giải"]
    broken = desk.preview(Move(ENTRIES, 60 * DAY, following=False))
    assert not broken.possible
    assert "would be after" in broken.broken[0][1]
    assert "sẽ sau Bắt đầu tuyên truyền" in broken.broken[0][0]
    with pytest.raises(Conflict):
        desk.postpone(Move(ENTRIES, 60 * DAY, following=False))
    past = desk.preview(Move(ENTRIES, -9 * DAY, following=False))
    assert any("đã qua" in vi for vi, _ in past.broken)
    assert desk.schedule() == old


def test_no_promise_is_broken_by_an_earlier_cut_off(desk):
    close = desk.schedule().counts_close
    with desk.platform.db.write() as session:
        time_grants.grant(session, units.find(session, desk.contest, desk.unit.id), until=close,
                          reason="Mất điện", actor=desk.actor, at=WHILE_OPEN)
    seen = desk.preview(Move("schedule.counts_close", -timedelta(hours=1), following=False))
    assert any("gia hạn" in vi for vi, _ in seen.broken)


def test_what_is_no_move_is_refused(desk, make):
    for wanted, move, values in (
        (Invalid, Move("quota.maximum", DAY), {}), (Invalid, Move(ENTRIES, timedelta()), {}),
        (Invalid, Move(ENTRIES, 400 * DAY), {}), (Invalid, Move(ENTRIES, DAY), {"reason": "  "}),
        (Conflict, Move(ENTRIES, DAY), {"revision": 2}),
        (NotAllowed, Move(ENTRIES, DAY),
         {"actor": make.actor(make.user("reviewer", contest=desk.contest))}),
    ):
        with pytest.raises(wanted):
            desk.postpone(move, **values)
    assert desk.schedule().entries_close == CLOSE


def test_readings_of_the_counts_follow_the_new_cut_off(desk, make):
    make.submission(desk.unit, "published")
    with desk.platform.db.write() as session:
        session.add(Task(kind="interactions.poll", row_id=desk.contest.id, key="one of before",
                         contest_id=desk.contest.id, due_at=CLOSE, created_at=WHILE_OPEN))
    desk.postpone(Move("schedule.counts_close", DAY))
    last = desk.schedule().counts_close - timedelta(seconds=30)
    assert last in {task.due_at for task in desk.rows(Task) if task.kind == "interactions.poll"}


def test_a_longer_grace_is_for_uploads_under_way_as_well(desk, make, clock):
    entry = make.submission(desk.unit, "uploading")
    clock.moment = begun = CLOSE - timedelta(minutes=1)
    with desk.platform.db.write() as session:
        uploads.begin(session, session.get_one(Submission, entry.id), length=10,
                      filename="a.mp4", at=begun, actor=make.actor(desk.unit))
    clock.moment = at = CLOSE + timedelta(minutes=50)

    def extend(minutes, reason="Đường truyền nghẽn"):
        with desk.platform.db.write() as session:
            return grace.set_minutes(session, session.get_one(Contest, desk.contest.id), minutes,
                                     reason=reason, actor=desk.actor, at=at)

    for minutes, reason, wanted in ((60, "Vì", Invalid), (90, " ", Invalid), (20, "Vì", Conflict)):
        with pytest.raises(wanted):
            extend(minutes, reason)
    assert extend(180) == 1
    (upload,) = desk.rows(Upload)
    assert upload.expires_at == CLOSE + timedelta(minutes=180)
    clock.moment = CLOSE + timedelta(minutes=70)
    with pytest.raises(Exception, match="still running"):
        expire(desk.platform, upload.id, lambda: None)
    assert desk.rows(Upload)[0].state == "open"


def test_the_page_previews_then_moves_and_the_rules_page_says_why(desk, visit, make):
    browser = visit.role("organiser")
    assert browser.get(f"{PLACE}/postpone").status_code == 200
    for query in ("phase=schedule.entries_close", "phase=quota&days=1", "phase=&days=x",
                  "phase=schedule.entries_close&days=1&until=2023-06-12T00:00"):
        assert browser.get(f"{PLACE}/postpone?{query}").status_code == 422
    seen = browser.get(f"{PLACE}/postpone?phase=schedule.entries_close&days=3&following=1").text
    assert "hết ngày 13/6/2023 (thứ Ba)" in seen
    assert "Phường 2" in seen
    until = browser.get(f"{PLACE}/postpone?phase=schedule.entries_close&until=2023-06-14T00:00")
    assert "hết ngày 13/6/2023 (thứ Ba)" in until.text
    form = {"phase": "schedule.entries_close", "seconds": str(3 * 86400), "following": "1",
            "revision": "1", "tell": "y"}
    assert browser.post(f"{PLACE}/postpone", data=form).status_code == 422
    assert browser.post(f"{PLACE}/postpone", data=form | {"reason": "Bão số 2"}).status_code == 303
    public = visit.public().get("/c/quan11-2023/rules").text
    assert "Bão số 2" in public
    minutes = {"minutes": "60", "grace_reason": "Nghẽn mạng"}
    assert browser.post(f"{PLACE}/grace", data=minutes).status_code == 422
    assert browser.post(f"{PLACE}/grace", data=minutes | {"minutes": "120"}).status_code == 303
    assert "120 phút sau hạn" in visit.public().get("/c/quan11-2023/rules").text
    assert visit.role("reviewer").get(f"{PLACE}/postpone").status_code == 403
