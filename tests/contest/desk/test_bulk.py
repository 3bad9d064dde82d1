"""One decision for many rows: previewed, refused row by row, each with its line in the trail; and
filters kept under a name."""

import re

import pytest
from sqlalchemy import select

from contest.errors import Invalid, NotAllowed
from contest.models import AuditRow, Contest, SavedView, Submission, Task, User
from contest.services.desk import bulk, saved_views
from contest.services.desk.bulk import Doing
from contest.wiring import Platform
from tests.contest.conftest import WHILE_OPEN, Visits
from tests.contest.factory import Factory

ORGANISER = "/c/quan11-2023/organiser"
TABLE = f"{ORGANISER}/tables/entries"


@pytest.fixture
def organiser(make: Factory, contest: Contest) -> User:
    return make.user("organiser", contest=contest)


@pytest.fixture
def entries(make: Factory, contest: Contest) -> list[Submission]:
    """Two in review, one that has left."""
    return [
        make.submission(make.unit(contest, f"Phường {n}"), state, title=f"Clip số {n}")
        for n, state in enumerate(("in_review", "withdrawn", "in_review"))
    ]


def states(platform: Platform, entries: list[Submission]) -> list[str]:
    with platform.db.read() as session:
        return [session.get_one(Submission, entry.id).state for entry in entries]


def trail(platform: Platform, action: str) -> list[str]:
    with platform.db.read() as session:
        return list(session.scalars(
            select(AuditRow.subject).where(AuditRow.action == action).order_by(AuditRow.seq)))


def test_a_decision_is_tried_without_a_trace_and_then_done_row_by_row(
    platform: Platform, make: Factory, contest: Contest, organiser: User,
    entries: list[Submission],
) -> None:
    foreign = make.submission(make.unit(make.contest("elsewhere")), "in_review")
    ids = [entry.id for entry in (*entries, foreign)]
    actor = make.actor(organiser)
    for act in (bulk.tried, bulk.done):
        with platform.db.write() as session:
            doing = Doing(session, contest, actor, WHILE_OPEN, "Sao chép")
            found = act("entries", "disqualify", ids, doing)
            assert [one.refused is None for one in found] == [True, False, True]
            assert found[0].label == f"{entries[0].code} · Clip số 0"
        if act is bulk.tried:
            assert states(platform, entries) == ["in_review", "withdrawn", "in_review"]
            assert trail(platform, "submission.disqualified") == []
    assert states(platform, [*entries, foreign]) == [
        "disqualified", "withdrawn", "disqualified", "in_review"]
    assert trail(platform, "submission.disqualified") == [
        f"submission:{entry.id}" for entry in (entries[0], entries[2])]


def test_a_decision_wants_rows_a_reason_and_somebody_who_organises(
    platform: Platform, make: Factory, contest: Contest, organiser: User,
    entries: list[Submission],
) -> None:
    reviewer = make.actor(make.user("reviewer", contest=contest))
    with platform.db.write() as session:
        mine = Doing(session, contest, make.actor(organiser), WHILE_OPEN)
        with pytest.raises(Invalid, match="reason"):
            bulk.done("entries", "disqualify", [entries[0].id], mine)
        with pytest.raises(Invalid, match="No row"):
            bulk.done("entries", "recheck", [], mine)
        with pytest.raises(Invalid, match="at most 500"):
            bulk.done("entries", "recheck", range(501), mine)
        with pytest.raises(NotAllowed):
            bulk.done("entries", "recheck", [1], Doing(session, contest, reviewer, WHILE_OPEN))
    assert states(platform, entries) == ["in_review", "withdrawn", "in_review"]


def test_every_table_has_its_deeds(
    platform: Platform, make: Factory, contest: Contest, organiser: User
) -> None:
    unit, busy = make.unit(contest, "Phường trống"), make.unit(contest, "Phường có clip")
    make.submission(busy, "in_review")
    juror = make.user("juror", contest=contest)
    task = make.add(Task(kind="mail.send", row_id=1, key="failed one", state="failed",
                         contest_id=contest.id, due_at=WHILE_OPEN, created_at=WHILE_OPEN))
    with platform.db.write() as session:
        key = platform.keys.invitations(session)
        doing = Doing(session, contest, make.actor(organiser), WHILE_OPEN, "Giải thể", key)
        refused = {
            (table, name): [one.refused is not None for one in bulk.done(table, name, ids, doing)]
            for table, name, ids in (
                ("units", "retire", [unit.id, busy.id]), ("people", "invite", [juror.id]),
                ("people", "sign_out", [juror.id]), ("jobs", "retry", [task.id]),
            )
        }
    assert refused == {
        ("units", "retire"): [False, True], ("people", "invite"): [False],
        ("people", "sign_out"): [False], ("jobs", "retry"): [False],
    }
    with platform.db.read() as session:
        assert session.get_one(Task, task.id).state == "pending"


def test_an_organiser_decides_for_all_that_the_filter_shows(
    visit: Visits, platform: Platform, organiser: User, entries: list[Submission]
) -> None:
    browser = visit.user(organiser)
    listed = browser.get(f"{ORGANISER}/entries?state=in_review").text
    assert "Cả 2 dòng mà bộ lọc đang cho thấy" in listed
    page = browser.post(f"{TABLE}/preview?state=in_review",
                        data={"deed": "disqualify", "all": "1"}).text
    assert "2 dòng bị loại khỏi hội thi" in page
    rows = re.findall(r'name="row" value="(\d+)"', page)
    assert sorted(map(int, rows)) == sorted([entries[0].id, entries[2].id])
    assert states(platform, entries) == ["in_review", "withdrawn", "in_review"]
    data = {"deed": "disqualify", "row": rows}
    nothing = browser.post(f"{TABLE}/apply?state=in_review", data=data)
    assert (nothing.status_code, "Hãy ghi lý do." in nothing.text) == (422, True)
    done = browser.post(f"{TABLE}/apply?state=in_review", data=data | {"reason": "Sao chép"})
    assert done.location == f"{ORGANISER}/entries?state=in_review"
    assert states(platform, entries) == ["disqualified", "withdrawn", "disqualified"]
    chosen = {"deed": "disqualify", "row": [str(entry.id) for entry in entries]}
    page = browser.post(f"{TABLE}/preview", data=chosen).text
    assert "3 dòng không làm được, sẽ giữ nguyên" in page
    assert "Không dòng nào làm được việc này." in page


def test_entries_are_found_by_what_their_check_says(
    visit: Visits, make: Factory, contest: Contest, organiser: User
) -> None:
    for state in ("in_review", "needs_fix"):
        make.submission(make.unit(contest), state, title=f"Bài {state}")
    browser = visit.user(organiser)
    found = {
        check: [f"Bài {state}" in browser.get(f"{ORGANISER}/entries?check={check}").text
                for state in ("in_review", "needs_fix")]
        for check in ("pass", "fail", "failed", "")
    }
    assert found == {"pass": [True, False], "fail": [False, True], "failed": [False, False],
                     "": [True, True]}


def test_a_kept_filter_is_shared_when_it_is_meant_to_be_and_goes_by_its_owner(
    visit: Visits, platform: Platform, make: Factory, contest: Contest, organiser: User,
) -> None:
    mine, other = visit.user(organiser), visit.user(make.user("organiser", contest=contest))
    listed = f"{ORGANISER}/units?show=short&q=Ph%C6%B0%E1%BB%9Dng"
    make.unit(contest, "Phường 2")
    keep = f"{ORGANISER}/views/units?show=short&q=Ph%C6%B0%E1%BB%9Dng&page=7"
    assert "Lưu bộ lọc này" in mine.get(listed).text
    for name, more in (("Của riêng tôi", {}), ("Phường còn thiếu", {"shared": "y"})):
        kept = mine.post(keep, data={"name": name} | more)
        assert kept.status_code == 303
    assert "Của riêng tôi" in mine.get(f"{ORGANISER}/units").text
    shown = other.get(f"{ORGANISER}/units").text
    assert "Phường còn thiếu" in shown
    assert "Của riêng tôi" not in shown
    assert mine.post(f"{ORGANISER}/views/units", data={"name": "Không lọc gì"}).status_code == 422
    with platform.db.read() as session:
        [own, shared] = session.scalars(select(SavedView).order_by(SavedView.id))
        assert shared.filter == {"show": "short", "q": "Phường"}
        seen = saved_views.of_table(session, contest, "units", actor=make.actor(organiser))
        assert [view.name for view in seen] == ["Của riêng tôi", "Phường còn thiếu"]
    assert other.post(f"{ORGANISER}/views/{shared.id}/delete").status_code == 403
    for view in (own, shared):
        assert mine.post(f"{ORGANISER}/views/{view.id}/delete").status_code == 303
    assert "Phường còn thiếu" not in other.get(f"{ORGANISER}/units").text


def test_people_are_found_by_name_mail_and_role(
    visit: Visits, make: Factory, contest: Contest, organiser: User
) -> None:
    make.user("juror", contest=contest, name="Đỗ Thị Ánh", email="anh@example.vn")
    make.user("reviewer", contest=contest, name="Trần Văn Bình", email="binh@example.vn")
    browser, people = visit.user(organiser), f"{ORGANISER}/people/"
    found = {
        query: [name in browser.get(f"{people}?{query}").text
                for name in ("Đỗ Thị Ánh", "Trần Văn Bình")]
        for query in ("q=do+anh", "q=binh%40", "role=juror", "q=")
    }
    assert found == {"q=do+anh": [True, False], "q=binh%40": [False, True],
                     "role=juror": [True, False], "q=": [True, True]}
