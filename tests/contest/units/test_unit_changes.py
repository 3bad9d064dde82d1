"""Wards merge, split, change their name and ask for a day more: all from the unit's own page."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.errors import Conflict, Invalid, TooLate
from contest.models import (
    Ballot,
    Contest,
    PrivacyRequest,
    PushSubscription,
    RoleGrant,
    Submission,
    TimeGrant,
    Unit,
    UnitLink,
    User,
)
from contest.services.core import profiles
from contest.services.desk import desk
from contest.services.entry import submissions, uploads
from contest.services.units import time_grants, unit_changes, unit_merging, units
from contest.services.units.unit_import import Row
from contest.wiring import Platform
from tests.contest.conftest import WHILE_OPEN, Visits
from tests.contest.factory import Factory

UNITS = "/c/quan11-2023/organiser/units"


class Wards:
    """Two wards with clips in both, an organiser, and the day after the close."""

    def __init__(self, platform: Platform, make: Factory, contest: Contest) -> None:
        self.platform, self.make, self.contest = platform, make, contest
        self.one, self.two = make.unit(contest, "Phường 1"), make.unit(contest, "Phường 2")
        self.organiser = make.user("organiser", contest=contest)
        self.actor = make.actor(self.organiser)
        self.profile = profiles.profile_of(contest)
        self.close = self.profile.schedule.entries_close

    def unit(self, session, unit: Unit) -> Unit:
        return units.find(session, session.get_one(Contest, self.contest.id), unit.id)

    def grant(self, unit: Unit, until: datetime, *, at: datetime, reason="Mất điện") -> TimeGrant:
        with self.platform.db.write() as session:
            return time_grants.grant(
                session, self.unit(session, unit), until=until, reason=reason, actor=self.actor,
                at=at,
            )

    def merge(self, unit: Unit, into: Unit) -> None:
        with self.platform.db.write() as session:
            unit_merging.merge(
                session, self.unit(session, unit), self.unit(session, into), reason="Sáp nhập",
                actor=self.actor, at=WHILE_OPEN,
            )


@pytest.fixture
def wards(platform: Platform, make: Factory, contest: Contest) -> Wards:
    return Wards(platform, make, contest)


# ---------------------------------------------------------------------------- names and lists


def test_a_unit_is_added_and_renamed(wards: Wards, platform: Platform) -> None:
    with platform.db.write() as session:
        contest = session.get_one(Contest, wards.contest.id)
        made = unit_changes.add(
            session, contest, Row(0, "Phường 3", "Phường"), actor=wards.actor, at=WHILE_OPEN
        )
        unit_changes.change(
            session, made, Row(0, "Phường 03", "Phường", contact_phone="0903 111 222"),
            actor=wards.actor, at=WHILE_OPEN,
        )
        unit_changes.change(session, made, Row(0, "PHƯỜNG 03"), actor=wards.actor, at=WHILE_OPEN)
    assert (wards.make.fresh(made).name, wards.make.fresh(made).group) == ("PHƯỜNG 03", "")


@pytest.mark.parametrize("row", [
    Row(0, ""), Row(0, "P" * 201), Row(0, "Phường 9", contact_email="không phải email"),
    Row(0, "Phường 9", contact_phone="gọi anh Ba"),
])
def test_a_faulty_value_is_refused(wards: Wards, platform: Platform, row: Row) -> None:
    with platform.db.write() as session, pytest.raises(Invalid):
        unit_changes.change(
            session, wards.unit(session, wards.one), row, actor=wards.actor, at=WHILE_OPEN
        )


@pytest.mark.parametrize("name", ["Phường 2", "phường 2"])
def test_two_units_never_have_one_name(wards: Wards, platform: Platform, name: str) -> None:
    with platform.db.write() as session, pytest.raises(Conflict, match="join the two"):
        unit_changes.change(
            session, wards.unit(session, wards.one), Row(0, name), actor=wards.actor, at=WHILE_OPEN
        )


def test_a_unit_with_clips_is_not_retired_unseen(wards: Wards, platform: Platform) -> None:
    wards.make.submission(wards.one, "in_review")
    with platform.db.write() as session, pytest.raises(Conflict, match="still has 1 clip "):
        unit_changes.retire(session, wards.unit(session, wards.one), reason="Giải thể",
                            actor=wards.actor, at=WHILE_OPEN)


def test_a_retired_unit_owes_nothing_and_comes_back(wards: Wards, platform: Platform) -> None:
    link, *_ = wards.make.unit_link(wards.one)
    with platform.db.write() as session:
        unit_changes.retire(session, wards.unit(session, wards.one), reason="Giải thể",
                            actor=wards.actor, at=WHILE_OPEN)
        contest = session.get_one(Contest, wards.contest.id)
        assert [u.name for u in units.of_contest(session, contest)] == ["Phường 2"]
        assert [u.name for u in units.retired(session, contest)] == ["Phường 1"]
        assert units.totals(session, contest, quota=1) == (1, 1)
        short = desk.short(select(Unit.name), contest, wards.profile)
        assert session.scalars(short).all() == ["Phường 2"]
    assert wards.make.fresh(link).revoked_at
    with platform.db.write() as session:
        unit_changes.restore(session, wards.unit(session, wards.one), actor=wards.actor,
                             at=WHILE_OPEN)
        contest = session.get_one(Contest, wards.contest.id)
        assert units.totals(session, contest, quota=1) == (2, 2)


# ---------------------------------------------------------------------------- joining, splitting


def test_two_wards_are_merged_with_clips_in_both(wards: Wards, platform: Platform) -> None:
    mine, theirs = (wards.make.submission(u, "in_review") for u in (wards.one, wards.two))
    link, *_ = wards.make.unit_link(wards.one)
    juror = wards.make.user("juror", contest=wards.contest, unit=wards.one)
    phone = wards.make.add(PushSubscription(
        unit_id=wards.one.id, session_id=1, endpoint="https://web.push.apple.com/1",
        browser_key="k", auth="a", created_at=WHILE_OPEN))
    asked = wards.make.add(PrivacyRequest(
        contest_id=wards.contest.id, code="YC-1", kind="see", role="contact", person_name="Cúc",
        unit_id=wards.one.id, created_by="unit:1", created_at=WHILE_OPEN))
    wards.merge(wards.one, wards.two)
    for row in (phone, asked):  # its browsers are told on, and what it asked is its own
        assert wards.make.fresh(row).unit_id == wards.two.id
    for one in (mine, theirs):
        assert wards.make.fresh(one).unit_id == wards.two.id
    assert wards.make.fresh(link).unit_id == wards.two.id  # the printed code still works
    with platform.db.read() as session:
        assert session.get_one(User, juror.id).roles[0].unit_id == wards.two.id
        merged = session.get_one(Unit, wards.one.id)
        assert (merged.merged_into_id, bool(merged.retired_at)) == (wards.two.id, True)


def test_a_clip_under_way_goes_along(wards: Wards, platform: Platform) -> None:
    submission = wards.make.submission(wards.one, "uploading")
    with platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        upload = uploads.begin(session, row, length=9, filename="clip.mp4",
                               actor=units.actor_of(row.unit), at=WHILE_OPEN)
    wards.merge(wards.one, wards.two)
    assert wards.make.fresh(upload).unit_id == wards.two.id


def test_the_preview_names_ballots_that_count_no_more(wards: Wards, platform: Platform) -> None:
    clip = wards.make.submission(wards.two, "published")
    juror = wards.make.user("juror", contest=wards.contest, unit=wards.one, name="Cô Hoa")
    wards.make.add(Ballot(
        submission_id=clip.id, juror_id=juror.id, created_at=WHILE_OPEN, updated_at=WHILE_OPEN,
        profile_revision_id=wards.contest.revision_id,
    ))
    with platform.db.read() as session:
        plan = unit_merging.preview(
            session, wards.unit(session, wards.one), wards.unit(session, wards.two), quota=1
        )
    assert (plan.ballots, list(plan.jurors)) == ([("Cô Hoa", clip.code)], ["Cô Hoa"])
    assert (plan.clips, plan.beyond) == (0, 0)


def test_a_merger_needs_two_living_units_of_one_contest(wards: Wards, platform: Platform) -> None:
    with platform.db.write() as session, pytest.raises(Conflict):
        one = wards.unit(session, wards.one)
        unit_merging.merge(session, one, one, reason="x", actor=wards.actor, at=WHILE_OPEN)
    wards.merge(wards.one, wards.two)
    with pytest.raises(Conflict, match="was retired"):
        wards.merge(wards.two, wards.one)


def test_a_ward_is_split(wards: Wards, platform: Platform, contest: Contest) -> None:
    stays, goes = (wards.make.submission(wards.one, "in_review") for _ in range(2))
    with platform.db.write() as session:
        moved = unit_merging.move(
            session, contest, [goes.code], wards.unit(session, wards.two), reason="Chia tách",
            actor=wards.actor, at=WHILE_OPEN,
        )
    assert moved == 1
    assert [wards.make.fresh(c).unit_id for c in (stays, goes)] == [wards.one.id, wards.two.id]


# ---------------------------------------------------------------------------- a day more


def test_a_unit_with_more_time_enters_after_the_close(wards: Wards) -> None:
    late = wards.close + timedelta(hours=5)
    wards.grant(wards.one, wards.close + timedelta(days=1), at=wards.close + timedelta(hours=1))
    one, two = wards.make.fresh(wards.one), wards.make.fresh(wards.two)
    submissions.require_open(wards.profile, at=late, unit=one)
    with pytest.raises(TooLate):
        submissions.require_open(wards.profile, at=late, unit=two)
    with pytest.raises(TooLate):
        submissions.require_open(wards.profile, at=late + timedelta(days=1), unit=one)


def test_more_time_is_taken_back(wards: Wards, platform: Platform, contest: Contest) -> None:
    first = wards.grant(wards.one, wards.close + timedelta(hours=30), at=wards.close)
    wards.grant(wards.one, wards.close + timedelta(days=1), at=wards.close)
    for _ in range(2):  # a second time changes nothing
        with platform.db.write() as session:
            time_grants.revoke(session, contest, first.id, actor=wards.actor, at=wards.close)
    assert wards.make.fresh(wards.one).entries_until == wards.close + timedelta(days=1)


@pytest.mark.parametrize("hours", [-1, 0, 24 * 60])
def test_a_moment_that_helps_nobody_is_refused(wards: Wards, hours: int) -> None:
    with pytest.raises(Invalid, match="The new deadline is"):
        wards.grant(wards.one, wards.close + timedelta(hours=hours), at=WHILE_OPEN)


def test_more_time_needs_a_reason(wards: Wards) -> None:
    with pytest.raises(Invalid, match="reason"):
        wards.grant(wards.one, wards.close + timedelta(hours=3), at=WHILE_OPEN, reason=" ")


# ---------------------------------------------------------------------------- on the screen


def test_everybody_reads_who_has_more_time_and_why(wards: Wards, visit: Visits, clock) -> None:
    until = (wards.close + timedelta(hours=20)).astimezone(wards.profile.schedule.zone)
    done = visit.user(wards.organiser).post(f"{UNITS}/{wards.one.id}/time", data={
        "until": f"{until:%Y-%m-%dT%H:%M}", "time_reason": "Mất điện cả ngày",
    })
    assert done.status_code == 303
    rules = visit.public().get("/c/quan11-2023/rules").text
    assert "Phường 1 gửi clip đến" in rules
    assert "Mất điện cả ngày" in rules
    clock.moment = wards.close + timedelta(hours=2)
    assert "Bắt đầu dự thi" in visit.unit(wards.one).get("/c/quan11-2023/unit").text
    assert "Bắt đầu dự thi" not in visit.unit(wards.two).get("/c/quan11-2023/unit").text


@pytest.mark.parametrize(("form", "data"), [
    ("change", {"name": "Phường 2"}), ("change", {"name": ""}), ("time", {}),
    ("time", {"until": "2023-01-01T10:00", "time_reason": "x"}), ("retire", {}), ("clips", {}),
    ("clips", {"into": "²", "reason": "x"}), ("merge", {"into": str(1 << 70), "reason": "x"}),
])
def test_a_refused_form_says_what_is_wrong_on_the_same_page(
    wards: Wards, visit: Visits, form: str, data: dict[str, str]
) -> None:
    answer = visit.user(wards.organiser).post(f"{UNITS}/{wards.one.id}/{form}", data=data)
    assert answer.status_code in {409, 422}
    assert "Có chỗ cần sửa" in answer.text


def test_a_merger_is_previewed_and_done_on_the_screen(wards: Wards, visit: Visits) -> None:
    browser = visit.user(wards.organiser)
    seen = browser.get(f"{UNITS}/{wards.one.id}/merge?into={wards.two.id}")
    assert "Gộp vào Phường 2 thì" in seen.text
    done = browser.post(f"{UNITS}/{wards.one.id}/merge",
                        data={"into": wards.two.id, "reason": "Sáp nhập"})
    assert done.status_code == 303
    assert "1 đơn vị đã thôi tham gia" in browser.get(UNITS).text


def test_last_years_units_are_carried_over(
    wards: Wards, make: Factory, visit: Visits, platform: Platform
) -> None:
    earlier = make.contest("quan11-2021")
    make.unit(earlier, "Phường 16", contact_phone="+84 903 111 222")
    make.unit(earlier, "Phường 1")
    both = make.user("organiser", contest=wards.contest)
    make.add(RoleGrant(
        user_id=both.id, contest_id=earlier.id, role="organiser", created_at=WHILE_OPEN
    ))
    browser = visit.user(both)
    seen = browser.post(f"{UNITS}/import/from", data={"contest": "quan11-2021"})
    assert "Phường 16" in seen.text
    data = seen.text.split('name="data" value="')[1].split('"')[0]
    browser.post(f"{UNITS}/import/apply", data={"data": data})
    with platform.db.read() as session:
        found = units.of_contest(session, wards.contest)
    assert [u.name for u in found] == ["Phường 1", "Phường 2", "Phường 16"]
    assert found[2].contact_phone == "+84 903 111 222"
    refused = visit.user(wards.organiser).post(
        f"{UNITS}/import/from", data={"contest": "quan11-2021"}
    )
    assert refused.status_code == 422


def test_printed_links_of_a_retired_unit_are_counted_once(wards: Wards, visit: Visits) -> None:
    """One code is printed anew from the unit's page, the others stay."""
    wards.make.unit_link(wards.one)
    browser = visit.user(wards.organiser)
    sheet = browser.post(f"{UNITS}/links", data={"unit": wards.one.id}, follow_redirects=True)
    assert sheet.status_code == 200
    with wards.platform.db.read() as session:
        assert session.query(UnitLink).filter_by(unit_id=wards.one.id).count() == 2
