"""A board's votes at once, its screens and its minutes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from contest.clock import FixedClock
from contest.errors import Conflict
from contest.models import Check, Derivative, Publication, Review, ReviewVote
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.core.together import Meeting, intact, number_of
from tests.contest.entry.board_room import ROOM, Room
from tests.contest.factory import Factory
from tests.contest.results.test_document_templates import words


@pytest.fixture
def room(platform: Platform, make: Factory) -> Callable[..., Room]:
    return lambda **numbers: Room(platform, make, **numbers)


# ---------------------------------------------------------------------------- at once


def test_of_votes_at_once_each_is_counted_and_the_decision_falls_once(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    here.vote(0, "reject")

    def vote(number: int) -> Callable[[], object]:
        return lambda: here.vote(number, "approve")

    meeting = Meeting(here.platform.db, vote(1), vote(2), at="INSERT INTO review_vote")
    assert meeting.waited
    first, second = meeting.outcomes
    assert first is None and isinstance(second, Review)
    assert here.state == "approved"
    assert number_of(here.platform, Review) == number_of(here.platform, Publication) == 1
    assert number_of(here.platform, ReviewVote, ReviewVote.ended == "decided") == 3
    intact(here.platform)


def test_a_vote_that_comes_with_the_decision_is_told_that_it_is_too_late(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    here.vote(0, "approve")
    meeting = Meeting(
        here.platform.db, lambda: here.vote(1, "approve"), lambda: here.vote(2, "reject"),
        at="INSERT INTO review ",
    )
    first, second = meeting.outcomes
    assert isinstance(first, Review) and isinstance(second, Conflict)
    assert here.state == "approved"
    assert number_of(here.platform, Review) == 1


# ---------------------------------------------------------------------------- screens, minutes


def test_the_page_hides_what_others_think_until_one_has_voted_and_leads_to_the_chair(
    room: Callable[..., Room], app: Flask
) -> None:
    here = room(approvals=2, quorum=4)
    visit, address = Visits(app, here.make, here.contest), f"{ROOM}{here.submission.code}"
    third, head = visit.user(here.members[3]), visit.user(here.members[0])
    form: dict[str, object] = {"version": here.submission.version_id, "outcome": "reject",
                               "reason": "Nhạc chưa xin phép."}
    for number, outcome in ((0, "approve"), (1, "approve"), (2, "reject")):
        here.vote(number, outcome, reason="" if outcome == "approve" else "Sai chủ đề.")
    before = third.get(address).text
    assert "3/4 người đã bỏ phiếu" in before and "Sai chủ đề." not in before
    assert "1 clip chờ phiếu của bạn" in third.get(ROOM).text
    assert "Sai chủ đề." in visit.user(here.organiser).get(address).text  # who does not vote
    assert third.post(address, data=form).status_code == 303
    after = third.get(address).text
    assert "Sai chủ đề." in after and "Hiện có: 2 duyệt, 0 yêu cầu chỉnh sửa, 2 loại." in after
    assert "Quyết định của Chủ tịch" not in after
    assert third.post(address, data=form | {"do": "cast"}).status_code == 403
    assert here.submission.code in head.get(f"{ROOM}?list=chair").text
    assert "Quyết định của Chủ tịch" in head.get(address).text
    assert third.post(f"{address}/aside", data={}).status_code == 422
    assert third.post(f"{address}/take-back").status_code == 303
    assert third.post(f"{address}/aside", data={"why": "Người nhà trong clip"}).status_code == 303
    assert "Không tham gia" in third.get(address).text  # three are too few for a quorum of four
    here.name_chair(here.members[0], yes=False)
    desk = visit.user(here.organiser).get("/c/quan11-2023/organiser/").text
    assert "1 clip không kết luận được" in desk
    page = visit.user(here.organiser).get(address).text
    assert "Chỉ còn 3 người bỏ phiếu được mà thể lệ cần 4" in page
    assert "/organiser/rules/sections/review" in page and "/organiser/people/" in page
    person = f"/c/quan11-2023/organiser/people/{here.members[1].id}"
    assert "Chỉ định làm Chủ tịch" in visit.user(here.organiser).get(person).text
    assert visit.user(here.organiser).post(
        f"{person}/chair", data={"chair": "1"}).status_code == 303
    told = visit.user(here.members[1]).post(address, data=form | {"do": "cast"})
    assert told.status_code == 303 and here.state == "disqualified"


def test_time_codes_in_votes_and_their_notes_move_the_player(
    room: Callable[..., Room], app: Flask
) -> None:
    here = room(approvals=2)
    version = here.submission.version_id
    here.make.add(Derivative(version_id=version, kind="rendition", sha256="0" * 64, size=1,
                             media_type="video/mp4", created_at=here.make.at))
    with here.make.platform.db.write() as session:
        check = session.query(Check).filter_by(version_id=version).one()
        check.report = check.report | {"facts": {"duration_s": 180.0}}
    here.vote(1, "reject", reason="Chữ sai ở 0:42, <b>logo</b> lạ ở 2:05.")
    here.vote(2, "approve", note="Nghe lại 1:30; họp lúc 9:15.")
    address = f"{ROOM}{here.submission.code}"
    browser = Visits(app, here.make, here.contest)
    waits = BeautifulSoup(browser.user(here.organiser).get(address).text, "html.parser")
    seeks = "#board-title ~ .timeline a[data-seek]"
    assert [(one.text, one["data-seek"]) for one in waits.select(seeks)] == [
        ("0:42", "42"), ("2:05", "125"), ("1:30", "90")]  # 9:15 lies beyond the clip's end
    assert not waits.select("#board-title ~ .timeline b")
    here.cast(0, "approve", reason="Xem 0:10 là rõ.")
    told = BeautifulSoup(browser.user(here.organiser).get(address).text, "html.parser")
    assert {"0:42", "2:05", "1:30", "0:10"} <= {one.text for one in told.select(".timeline a.seek")}


def test_the_minutes_say_who_was_there_what_they_said_and_what_was_decided(
    room: Callable[..., Room], app: Flask, clock: FixedClock
) -> None:
    here = room(approvals=2)
    here.vote(1, "reject", reason="Sai chủ đề.")
    here.vote(1, "approve", note="Đã xem lại.")  # what was changed is not told
    here.vote(2, "reject", reason="Nhạc chưa xin phép.")
    here.aside(3, "Em ruột đóng trong clip.")
    clock.moment += timedelta(days=1)
    here.cast(0, "approve", reason="Nhạc đã có giấy phép.")
    browser = Visits(app, here.make, here.contest).user(here.members[1])
    page = browser.get(f"{ROOM}minutes").text
    assert "05/06/2023" in page and "06/06/2023" in page
    papers = [browser.get(f"{ROOM}minutes.docx{query}") for query in ("?day=2023-06-05", "")]
    assert [paper.status_code for paper in papers] == [200, 200]
    first, whole = (words(paper.data) for paper in papers)
    assert "Thành viên 1: Duyệt. Ghi chú: Đã xem lại." in first
    assert "Thành viên 2: Loại (Nhạc chưa xin phép)." in first
    assert "Thành viên 3 (" in first and "Sai chủ đề" not in first
    assert "Hôm nay, ngày 05 tháng 6 năm 2023" in first
    assert "1 chưa kết luận" in first and "1 được duyệt" in whole
    assert "theo quyết định của Chủ tịch Thành viên 0: Nhạc đã có giấy phép." in whole
    assert "Từ ngày 05 tháng 6 năm 2023 đến ngày 06 tháng 6 năm 2023" in whole
    for query in ("?day=2023-06-04", "?day=nonsense"):
        assert browser.get(f"{ROOM}minutes.docx{query}").status_code == 404
