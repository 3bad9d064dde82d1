"""A unit's pages once the result is out: what it came to, and nothing about sending any more."""

import re

import pytest

from contest.clock import FixedClock
from contest.models import Contest
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

AT = "/c/quan11-2023/unit"
# What only somebody may want to read who can still send.
SENDING = (
    "Gợi ý lần đầu", "Hiện lại gợi ý", "Đã hết hạn nhận clip mới", "Clip cần đạt", "Gửi clip</a>",
    "Mỗi đơn vị gửi ít nhất", "Điền phiếu trước", "nhận clip đến", "Hạn gửi:", "Cách sửa:",
    "Được duyệt thì lên lịch đăng", "Các clip được đăng cùng lúc", "Phải sửa", "đang chờ thẩm định",
)


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


def hints_in(text: str) -> list[str]:
    return [one for one in SENDING if one in text]


def publish(stage: Stage) -> None:
    """With a reason and by two people, for some entries here are still to be decided."""
    stage.publish(stage.freeze(stage.compute(reason="Còn bài chưa duyệt"), stage.second))


def test_the_units_page_thanks_and_leads_to_the_result(stage: Stage, visit: Visits) -> None:
    unit = visit.unit(stage.units[0])
    assert {"Clip cần đạt", "Đã hết hạn nhận clip mới"} <= set(hints_in(unit.get(AT).text))
    publish(stage)
    page = visit.unit(stage.units[0]).get(AT).text
    assert hints_in(page) == []
    assert "Kết quả hội thi đã được công bố lúc" in page and "/c/quan11-2023/results" in page
    assert stage.clips[0].title in page and "/c/quan11-2023/rules" in page
    assert "/c/quan11-2023/privacy" in page  # what a person may still ask for


def test_a_unit_that_sent_nothing_reads_that_alone(
    stage: Stage, visit: Visits, make: Factory
) -> None:
    publish(stage)
    page = visit.unit(make.unit(stage.contest)).get(AT).text
    assert "Đơn vị không có bài trong hội thi này." in page and hints_in(page) == []


@pytest.mark.parametrize("state", [
    "uploading", "needs_fix", "in_review", "changes_requested", "checking", "approved"])
def test_an_entry_that_is_not_in_the_result_says_so(
    stage: Stage, visit: Visits, make: Factory, state: str
) -> None:
    entry = make.submission(stage.units[0], state)
    publish(stage)
    page = visit.unit(stage.units[0]).get(f"{AT}/entries/{entry.code}").text
    assert "bài này không có trong kết quả" in page
    assert hints_in(page) == []
    announced = re.search(r"timeline__step--done[^>]*>(?:(?!</li>).)*Công bố kết quả", page, re.S)
    assert announced is not None


def test_an_entry_in_the_result_is_thanked(stage: Stage, visit: Visits) -> None:
    publish(stage)
    page = visit.unit(stage.units[0]).get(f"{AT}/entries/{stage.clips[0].code}").text
    assert "Cảm ơn đơn vị đã tham gia." in page and hints_in(page) == []


def test_before_that_an_entry_reads_what_to_do(stage: Stage, visit: Visits, make: Factory) -> None:
    entry = make.submission(stage.units[0], "in_review")
    page = visit.unit(stage.units[0]).get(f"{AT}/entries/{entry.code}").text
    assert "không có trong kết quả" not in page
    assert "Các clip được đăng cùng lúc" in hints_in(page)
